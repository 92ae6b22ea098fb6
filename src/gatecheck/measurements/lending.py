"""gatecheck's own coverage.py, for a project that has none that is new enough."""

import importlib.metadata
import re
from pathlib import Path

from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter

MINIMUM_COVERAGE = (7, 6)  # the oldest coverage.py whose parser has what analysis.py asks for


def lent_folder(interpreter: Interpreter, folder: Path) -> str:
    """Make a folder that holds coverage.py for an interpreter; "" where it has its own."""
    has = interpreter.packages.get("coverage", "0")
    if tuple(int(part) for part in has.split(".")[:2] if part.isdigit()) >= MINIMUM_COVERAGE:
        return ""
    return str(linked(folder, own_coverage(interpreter.version)))


def own_coverage(version: tuple[int, int, int]) -> Path:
    """Find gatecheck's own coverage.py; raises MeasurementError where a project's Python is too old for it."""
    import coverage

    said = importlib.metadata.metadata("coverage")["Requires-Python"] or ""
    needs = re.search(r">=\s*3\.(\d+)", said)
    if needs and version < (3, int(needs[1]), 0):
        why = f"gatecheck's own {coverage.__version__} needs Python 3.{needs[1]}"
        raise MeasurementError(f"the project's environment has no coverage.py, and {why}: install coverage into it")
    return Path(coverage.__file__).parent


def linked(folder: Path, *targets: Path) -> Path:
    """Make a folder with links to other places."""
    folder.mkdir(exist_ok=True)
    for target in targets:
        if not (folder / target.name).exists():
            (folder / target.name).symlink_to(target)
    return folder
