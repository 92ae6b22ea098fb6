"""What one must know of the unchanged files to see what a change hides."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gatecheck.change import Snapshot
from gatecheck.configured import read_toml
from gatecheck.hidden.modules import normal
from gatecheck.tool_files import table

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")  # PEP 508: a requirement begins with the distribution's name
_OWN_NAME = re.compile(rb"""^[ \t]*name[ \t]*=[ \t]*["']?([A-Za-z0-9][\w.-]*)""", re.MULTILINE)
_REQUIREMENTS = re.compile(r"(?:requirements/)?[\w.-]*requirements[\w.-]*\.txt|requirements/[\w.-]+\.txt")


@dataclass(frozen=True)
class Outline:
    """paths: all files. attributes: each .gitattributes by path. depends: the dependencies, as they are imported.

    own: the names by which the project itself is imported, as far as its metadata tell.
    """

    paths: tuple[str, ...]
    attributes: dict[str, bytes]
    depends: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


def measure_outline(snapshot: Snapshot) -> Outline:
    """Read what is needed from the files; nothing is run."""
    return outline_of(snapshot.paths, lambda path: (snapshot.root / path).read_bytes())


def outline_of(paths: Iterable[str], read: Callable[[str], bytes]) -> Outline:
    """Make the outline of a tree from its paths and the content of some of them."""
    paths = tuple(paths)
    attributes = {path: read(path) for path in paths if path.rsplit("/", 1)[-1] == ".gitattributes"}
    metadata = {path: read(path) for path in ("pyproject.toml", "setup.cfg", "setup.py") if path in paths}
    pyproject = read_toml(metadata.pop("pyproject.toml", None))
    project, groups = table(pyproject, "project"), table(pyproject, "dependency-groups")
    own = {normal(name) for name in (*_named(metadata.values()), str(project.get("name", ""))) if name}
    declared = {*_declared(project, groups), *_listed(read(path) for path in paths if _REQUIREMENTS.fullmatch(path))}
    return Outline(paths, attributes, tuple(sorted(declared - own)), tuple(sorted(own)))


def _named(metadata: Iterable[bytes]) -> Iterator[str]:
    for text in metadata:
        if match := _OWN_NAME.search(text):
            yield match.group(1).decode()


def _declared(project: dict[str, object], groups: dict[str, object]) -> Iterator[str]:
    optional = table(project, "optional-dependencies").values()
    for entries in (project.get("dependencies"), *optional, *groups.values()):
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, str):
                yield from _names(entry)


def _listed(texts: Iterable[bytes]) -> Iterator[str]:
    for text in texts:
        for line in text.decode("utf-8", "replace").split("\n"):
            if not line.startswith(("-", "#", ".", "/")):
                yield from _names(line)


def _names(requirement: str) -> Iterator[str]:
    if match := _NAME.match(requirement):
        yield normal(match.group(1))
