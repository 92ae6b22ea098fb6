"""The project's other Pythons: environments besides the main one, for tests that the main one skips.

Those that whoever runs gatecheck names are taken as they are. Without any, environments that are already made beside
the project are found (`.venv*`, `venv*`, `.tox/*`, `.nox/*`), as far as the base's `requires-python` admits them.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from gatecheck.configured import Read, join, read_toml
from gatecheck.errors import MeasurementError
from gatecheck.in_project.installed import digest_of, editable
from gatecheck.interpreter import OLDEST, Interpreter, python_in, read_interpreter
from gatecheck.tool_files import parse, table

PLACES = (".venv*", "venv*", ".tox/*", ".nox/*")
_MINORS = range(OLDEST[1], 20)  # of the Python 3 that are looked for by name
_VERSION = re.compile(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)(?:\.(\d+))?", re.MULTILINE)


@dataclass(frozen=True)
class OtherPython:
    """A Python besides the main one. name: as whoever runs gatecheck writes it. key: a digest of what it has.

    named: whether it was asked for; then a test that fails with it fails.
    """

    name: str
    path: str
    key: str
    named: bool = False


@dataclass(frozen=True)
class PythonRun:
    """What another Python told of a suite's tests: the ids that it decided, those that broke in one that nobody named.

    problem: why it could tell nothing, "" where it could.
    """

    name: str
    version: str = ""
    told: tuple[str, ...] = ()
    broke: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Requirements:
    """What the base says of the Pythons that it runs with: versions, and distributions (names as Interpreter has)."""

    python: str = ""
    packages: tuple[str, ...] = ()

    def admits(self, version: tuple[int, int, int]) -> bool:
        """Tell whether a Python fits; where the base says nothing that can be read, any that gatecheck can run does."""
        try:
            wanted = SpecifierSet(self.python)
        except InvalidSpecifier:
            return version >= OLDEST
        return version >= OLDEST and ".".join(map(str, version)) in wanted

    def lacking(self, interpreter: Interpreter) -> str:
        """Say what a found environment lacks to be one for the project's tests, "" for nothing."""
        names = [name for name in ("pytest", *self.packages) if name not in interpreter.packages]
        return f"it has no {' and no '.join(names)}" if names else ""


def read_requirements(read: Read, root: str) -> Requirements:
    """Read the base's `requires-python` and its dependencies, but for those under a condition."""
    data = read_toml(read(join(root, "pyproject.toml")))
    project, poetry = table(data, "project"), table(data, "tool", "poetry", "dependencies")
    setup = table(parse("setup.cfg", read(join(root, "setup.cfg"))), "options")
    python = project.get("requires-python") or poetry.get("python") or setup.get("python_requires") or ""
    told = project.get("dependencies")
    names = map(_needed, told if isinstance(told, list) else ())
    return Requirements(_as_specifier(str(python)), tuple(name for name in names if name))


def _as_specifier(text: str) -> str:
    """Write Poetry's `^3.9` as others do."""
    found = re.fullmatch(r"\^\s*(3[.\d]*)", text.strip())
    return f">={found[1]},<4" if found else text


def _needed(text: object) -> str:
    try:
        requirement = Requirement(str(text))
    except InvalidRequirement:
        return ""
    return "" if requirement.marker else re.sub(r"[-.]+", "_", requirement.name).lower()


def named_pythons(named: Iterable[tuple[Path, Path]], checkouts: Collection[Path] = ()) -> tuple[OtherPython, ...]:
    """Give the interpreters that were asked for, each by what was written and by its path."""
    return tuple(_named(*both, checkouts) for both in named)


def _named(path: Path, python: Path, checkouts: Collection[Path]) -> OtherPython:
    try:
        key = read_interpreter(python, "", checkouts).digest
    except MeasurementError as error:  # the run says so, where it is needed
        key = str(error)
    return OtherPython(str(path), str(python), key, named=True)


def find_pythons(
    top: Path, root: str, main: Interpreter, wanted: Requirements, tracked: Container[str]
) -> tuple[OtherPython, ...]:
    """Find the environments beside the project that may serve, the newest Python first. No program is started.

    tracked: the committed files: an environment that the change could have brought is none of the user's.
    """
    found: dict[Path, tuple[tuple[int, int, int], OtherPython]] = {}
    for place in dict.fromkeys((top / root, top)):
        for folder in sorted(folder for pattern in PLACES for folder in place.glob(pattern)):
            python, version = python_in(folder), _version(folder)
            if python and version and wanted.admits(version) and not _is_tracked(folder, top, tracked):
                name = str(folder.relative_to(top))
                found.setdefault(folder.resolve(), (version, OtherPython(name, str(python), _key(folder, python, top))))
    found.pop(Path(main.prefix).resolve(), None)
    return tuple(other for _, other in sorted(found.values(), key=lambda pair: pair[0], reverse=True))


def _version(folder: Path) -> tuple[int, int, int] | None:
    """Give the version that an environment was made with, as `venv`, virtualenv and uv note it."""
    try:
        said = _VERSION.search((folder / "pyvenv.cfg").read_text("utf-8", "replace"))
    except OSError:
        return None
    return (int(said[1]), int(said[2]), int(said[3] or 0)) if said else None


def _is_tracked(folder: Path, top: Path, tracked: Container[str]) -> bool:
    """Tell whether a commit holds an environment, or a link on the way to it."""
    inside = (folder / name for name in ("pyvenv.cfg", "bin/python", "bin/python3", "bin"))
    return any(str(path.relative_to(top)) in tracked for path in (folder, folder.parent, *inside))


def _key(folder: Path, python: Path, top: Path) -> str:
    """Give a digest of an environment's Python, and of what is installed in it; top: of the user's working files."""
    libraries = [str(library) for library in folder.glob("lib/python3*/site-packages")]
    places = [*libraries, *(place for library in libraries for place in editable(library))]
    said = [str(python), os.path.realpath(python), digest_of(places, [str(top)], str(folder))]
    return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogateescape")).hexdigest()


def bare_pythons(main: Interpreter, wanted: Requirements) -> Iterator[tuple[str, str]]:
    """Give newer Pythons of this machine that the base admits, each by its minor version and its path."""
    for minor in _MINORS:
        path = shutil.which(f"python3.{minor}") if (3, minor) > main.version[:2] else None
        if path and _runs(path, wanted.admits):
            yield f"3.{minor}", path


def _runs(path: str, fits: Callable[[tuple[int, int, int]], bool]) -> bool:
    try:
        return fits(read_interpreter(Path(path), "").version)
    except MeasurementError:  # a name that a version manager keeps for whatever is chosen
        return False
