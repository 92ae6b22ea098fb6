"""What a suite's run is told: the program that runs it, its options, and which tests belong to which suite."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from gatecheck.errors import MeasurementError
from gatecheck.globs import expressions
from gatecheck.pinning import FILTERS
from gatecheck.project import INTEGRATION, Project

MARKER = "integration"
SUITES = ("unit", "integration")
UNITTEST_FILES = "test*.py"  # what unittest's discovery takes by default, and Django's runner
_SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["'](?:\s*,|\]\s*=)\s*["']([\w.]+)["']""")


def command_of(suite: str, project: Project) -> tuple[str, ...]:
    """Give the policy's command for a suite without the interpreter; pytest where it names none."""
    said = project.suite(suite)
    words = said.command if said and said.command else ("pytest",)
    words = words[1:] if PurePosixPath(words[0]).name.startswith("python") else words
    return words[1:] if words[:2] == ("-m", "pytest") else _as_pytest(words) or ("pytest",)


def _as_pytest(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give the pytest command that runs what a command of unittest or of Django's manage.py does; others as they are.

    Both collect classes of unittest, which pytest runs as they do, and tells what becomes of each.
    """
    match words:
        case ("-m", "unittest", *rest):
            told = [word for word in rest if word != "discover"]
        case (script, "test", *rest) if PurePosixPath(script).name == "manage.py":
            told = list(rest)
        case _:
            return words
    return ("pytest", *_places(told))


def _places(words: list[str]) -> Iterator[str]:
    """Give pytest's words for those of unittest's discovery: folders, patterns, and names of modules and tests."""
    given = iter(words)
    for word in given:
        name, _, value = word.partition("=")
        if name in {"-s", "--start-directory"}:
            yield value or next(given, ".")
        elif name in {"-p", "--pattern"}:
            yield from ("-o", f"python_files={value or next(given, UNITTEST_FILES)}")
        elif name in {"-t", "--top-level-directory", "--settings", "--parallel", "-k", "--tag", "--exclude-tag"}:
            next(given, "") if not value else ""
        elif not word.startswith("-"):
            yield word if "/" in word or word.endswith(".py") else word.replace(".", "/")


def settings_of_django(manage: Path) -> str:
    """Give the settings module that a manage.py names, "" where there is none."""
    text = manage.read_text("utf-8", "replace") if manage.is_file() else ""
    found = _SETTINGS.search(text)
    return found[1] if found else ""


def program_of(suite: str, command: tuple[str, ...], folder: Path) -> dict[str, object]:
    """Say which module or script of a folder a command runs; raises MeasurementError where it is neither."""
    if command[0] == "pytest":
        return {"module": "pytest", "script": "", "args": list(command[1:])}
    if command[0] == "-m" and command[1:]:
        return {"module": command[1], "script": "", "args": list(command[2:])}
    if not (folder / command[0]).is_file():
        what = "neither pytest, nor python -m MODULE, nor a Python script of the tree"
        raise MeasurementError(f"the policy's suites.{suite}.command begins with {command[0]!r}: {what}")
    return {"module": "", "script": command[0], "args": list(command[1:])}


def members_of(name: str, asked: str, project: Project) -> dict[str, object]:
    """Say which tests a suite holds while the suite `asked` runs: regular expressions of paths, and a marker."""
    said = project.suite(name)
    if said and (said.paths or said.marker):
        return {"patterns": expressions(said.paths), "marker": said.marker}
    if said and said.command and name == asked:
        return {"patterns": [".*"], "marker": ""}  # the command chooses
    if name == "unit":
        return {"patterns": [], "marker": ""}
    return {"patterns": expressions(INTEGRATION), "marker": MARKER}


def pytest_options(folder: Path, aside: Path, given: Iterable[str]) -> list[str]:
    """Give pytest's options on top of the project's own; those of plugins are in `in_project.gatecheck_options`.

    folder: where it runs. aside: for what it writes. given: the snapshot's ini options.
    """
    return [
        *("-q", "--no-header", "--color=no", "--tb=short", "-o", f"cache_dir={aside / 'cache'}"),
        *("--basetemp", str(aside / "t"), "--rootdir", str(folder)),
        *("--maxfail=0", "--continue-on-collection-errors"),  # one break must not hide what else there is
        *(word for option in given for word in _words(folder, option)),
    ]


def _words(folder: Path, option: str) -> tuple[str, str]:
    """Give the words for an option that is laid over the project's own; a filter of warnings joins those."""
    name, _, value = option.partition("=")
    return ("-W", value) if name == FILTERS else ("-o", _below(folder, option))


def _below(folder: Path, option: str) -> str:
    """Make the import paths among ini options absolute: pytest takes them from wherever its configuration is."""
    name, _, value = option.partition("=")
    return f"{name}=" + "\n".join(str(folder / path) for path in value.split("\n")) if name == "pythonpath" else option
