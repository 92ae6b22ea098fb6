"""What the project's own linters leave out: flake8, pylint, ruff and the hooks of pre-commit, by the base's settings.

The meaning of the options is in the tools' manuals: flake8 "Options" (exclude, extend-exclude), pylint "All options"
(ignore, ignore-paths, ignore-patterns), ruff "Settings" (exclude, extend-exclude), pre-commit "Filtering files".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from gatecheck.configured import Read, join, read_toml, settings
from gatecheck.parsing import entries, table
from gatecheck.regexes import found_in
from gatecheck.tool_files import parse

HOOKS = ".pre-commit-config.yaml"
_HOOKS = frozenset({"ruff", "ruff-check", "flake8", "pylint", "check-ast"})
_FLAKE8 = ("setup.cfg", "tox.ini", ".flake8")  # the first that has the section
_PYLINT = ("main", "master", "MAIN", "MASTER")


@dataclass(frozen=True)
class Exclusions:
    """Paths that no linter of the project reads, from the top of the repository.

    globs: as flake8 and ruff have them, for a file or a folder above it, by name or path. regexes: of pylint, looked
    for in the path; hooks: the same of pre-commit's linters.
    """

    globs: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()

    def by_hooks(self, paths: Iterable[str]) -> frozenset[str]:
        """Give the paths that the hooks of pre-commit leave out."""
        return frozenset[str]().union(*filter(None, found_in(self.hooks, list(paths), HOOKS)))

    def among(self, paths: Iterable[str]) -> frozenset[str]:
        """Give the paths that are left out."""
        every = list(paths)
        by_regex = filter(None, found_in(self.regexes, every, "pylint's settings"))
        return self.by_hooks(every).union(filter(self._by_globs, every), *by_regex)

    def _by_globs(self, path: str) -> bool:
        parts = PurePosixPath(path)
        forms = [form for one in (parts, *parts.parents[:-1]) for form in (str(one), one.name)]
        return any(fnmatchcase(form, glob) for form in forms for glob in self.globs)


def read_exclusions(read: Read, root: str) -> Exclusions:
    """Read what the base's linters leave out."""
    globs = [*_of_flake8(read, root), *_of_ruff(read, root), *_ignored(read, root, "ignore")]
    regexes = [*_ignored(read, root, "ignore-paths"), *_ignored(read, root, "ignore-patterns")]
    plain = (str(PurePosixPath(glob)) for glob in globs)
    placed = (join(root, glob) if "/" in glob and not glob.startswith("*") else glob for glob in plain)
    return Exclusions(tuple(dict.fromkeys(placed)), tuple(dict.fromkeys(regexes)), tuple(_of_hooks(read)))


def _of_flake8(read: Read, root: str) -> Iterator[str]:
    files = (parse(name, read(join(root, name))) for name in _FLAKE8)
    section = next((table(file, "flake8") for file in files if file and "flake8" in file), {})
    for key in ("exclude", "extend-exclude", "extend_exclude"):
        yield from _words(section.get(key))


def _of_ruff(read: Read, root: str) -> Iterator[str]:
    said = settings("ruff", read, root) or {}
    for told in (said, table(said, "lint")):
        yield from (*_words(told.get("exclude")), *_words(told.get("extend-exclude")))


def _ignored(read: Read, root: str, key: str) -> Iterator[str]:
    tool = table(read_toml(read(join(root, "pyproject.toml"))), "tool", "pylint")
    rc = parse("pylintrc", read(join(root, ".pylintrc")) or read(join(root, "pylintrc"))) or {}
    for section in (*(table(tool, name) for name in _PYLINT), tool, *(table(rc, name) for name in _PYLINT)):
        yield from _words(section.get(key))


def _of_hooks(read: Read) -> Iterator[str]:
    told = parse(HOOKS, read(HOOKS)) or {}
    hooks = [hook for repo in entries(told.get("repos")) for hook in entries(table(repo).get("hooks"))]
    hooks = [table(hook) for hook in hooks if table(hook).get("id") in _HOOKS]
    yield from _texts([told.get("exclude"), *(hook.get("exclude") for hook in hooks)])


def _words(value: object) -> list[str]:
    lines = value if isinstance(value, list) else re.split(r"[,\n]", value) if isinstance(value, str) else []
    return [word.strip() for word in map(str, lines) if word.strip() and not word.strip().startswith("#")]


def _texts(values: Iterable[object]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str) and value)
