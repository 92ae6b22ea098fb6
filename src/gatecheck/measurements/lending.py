"""gatecheck's own pytest and coverage.py, for a project whose environment has none, or none that is new enough.

They stand behind everything that the environment has, and nothing is written into it.
"""

import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter

MINIMUM_COVERAGE = (7, 6)  # the oldest coverage.py whose parser has what analysis.py asks for
# What pytest imports, by distribution; Python before 3.11 needs more.
_PYTEST = {
    "pytest": ("pytest", "_pytest", "py"),
    "pluggy": ("pluggy",),
    "iniconfig": ("iniconfig",),
    "packaging": ("packaging",),
    "pygments": ("pygments",),
}
_OLDEST = (3, 11, 0)


def lent_folder(interpreter: Interpreter, folder: Path) -> str:
    """Make a folder that holds what an interpreter lacks; "" where it lacks nothing.

    Raises MeasurementError where gatecheck's own would be weaker than an installed one, with the command that installs
    it.
    """
    targets = []
    if not has_coverage(interpreter):
        targets.append(own_coverage(interpreter))
    if not has_pytest(interpreter):
        targets += own_pytest(interpreter)
    return str(linked(folder, *targets)) if targets else ""


def has_coverage(interpreter: Interpreter) -> bool:
    """Tell whether an environment has a coverage.py that is new enough."""
    has = interpreter.packages.get("coverage", "0")
    return tuple(int(part) for part in has.split(".")[:2] if part.isdigit()) >= MINIMUM_COVERAGE


def has_pytest(interpreter: Interpreter) -> bool:
    """Tell whether an environment has pytest."""
    return "pytest" in interpreter.packages


def lent_notes(interpreter: Interpreter) -> Iterator[str]:
    """Say what the report must say of what was lent."""
    if not has_pytest(interpreter):
        yield "the project's environment has no pytest: gatecheck's own ran its tests"
    if not has_coverage(interpreter) and is_fitting(interpreter):
        yield "the project's environment has no coverage.py that is new enough: gatecheck's own measured"


def is_fitting(interpreter: Interpreter) -> bool:
    """Tell whether the tracer of gatecheck's own coverage.py is compiled for an interpreter."""
    return interpreter.version[:2] == sys.version_info[:2]


def own_coverage(interpreter: Interpreter) -> Path:
    """Find gatecheck's own coverage.py; raises MeasurementError for a Python that its tracer is not compiled for."""
    import coverage

    if not is_fitting(interpreter):
        theirs, ours = ("{}.{}".format(*version) for version in (interpreter.version, sys.version_info))
        why = f"the tracer of gatecheck's own is compiled for Python {ours}, not {theirs}"
        raise MeasurementError(f"the project's environment has no coverage.py, and {why}: {_install(interpreter)}")
    return Path(coverage.__file__).parent


def own_pytest(interpreter: Interpreter) -> Iterator[Path]:
    """Find what an environment lacks of gatecheck's own pytest; raises MeasurementError for an old Python."""
    said = importlib.metadata.metadata("pytest")["Requires-Python"] or ""
    needs = re.search(r">=\s*3\.(\d+)", said)
    if interpreter.version < _OLDEST or (needs and interpreter.version < (3, int(needs[1]), 0)):
        version = "{}.{}".format(*interpreter.version)
        why = f"gatecheck's own needs a newer Python than {version}"
        raise MeasurementError(f"the project's environment has no pytest, and {why}: {_install(interpreter, 'pytest')}")
    for distribution, modules in _PYTEST.items():
        for module in modules if distribution not in interpreter.packages else ():
            yield _place(module)


def _place(module: str) -> Path:
    """Give the folder or file of a module of gatecheck's own environment."""
    found = importlib.util.find_spec(module)
    if found is None or not found.origin:
        raise MeasurementError(f"gatecheck's own environment has no {module}: install gatecheck anew")
    return Path(found.origin).parent if found.submodule_search_locations else Path(found.origin)


def _install(interpreter: Interpreter, package: str = "coverage") -> str:
    return f"install it there: {interpreter.path} -m pip install {package}"


def linked(folder: Path, *targets: Path) -> Path:
    """Make a folder with links to other places."""
    folder.mkdir(exist_ok=True)
    for target in targets:
        if not (folder / target.name).exists():
            (folder / target.name).symlink_to(target)
    return folder
