"""Whether a program that gatecheck would run is part of what it checks: then its author decides what it says."""

import os
import shutil
from collections.abc import Collection, Container, Iterable, Iterator
from pathlib import Path

from gatecheck.errors import UsageError

_MOST_LINKS = 40  # as the kernel follows at most (path_resolution(7))
# What of an environment runs whenever its Python does.
_ENVIRONMENT = ("pyvenv.cfg", "bin/", "lib/", "lib64/", "Scripts/", "Lib/")


def refuse_committed_python(python: Path, top: Path, tracked: Collection[str]) -> None:
    """Raise UsageError where an interpreter, or what its environment runs, is a file of the checked trees.

    top: the repository's working files. tracked: the paths of both trees.
    """
    folder = _relative(python.parent.parent, top)
    if found := committed_program(python, top, tracked) or _committed_part(folder, tracked):
        mend = "name one from outside with --python"
        raise UsageError(
            f"the project's Python would be {found}, which is part of what is checked and is not run: {mend}"
        )


def _committed_part(folder: str, tracked: Iterable[str]) -> str:
    """Give a committed file of an environment in the repository, "" for none; without one no path is looked at."""
    parts = tuple(f"{folder}/{name}" for name in _ENVIRONMENT)
    return next((path for path in tracked if path.startswith(parts)), "") if folder else ""


def outside_program(name: str) -> str:
    """Give the first program of a name on PATH that lies in no working tree, as far as one can tell before git runs.

    Raises UsageError where all lie in one: a change may have brought them. Where there is none, the name is given back.
    """
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(folder).is_absolute()]
    found = [path for folder in folders if (path := shutil.which(name, path=folder))]
    outside = [path for path in found if not any(_in_working_tree(step) for step in _ways(Path(path)))]
    if found and not outside:
        raise UsageError(
            f"the only {name} on PATH is {found[0]}, in a working tree, and is not run: put another one there"
        )
    return outside[0] if outside else name


def _in_working_tree(path: Path) -> bool:
    return (path / ".git").exists()


def committed_program(path: Path, top: Path, tracked: Container[str]) -> str:
    """Give the committed file through which a program is reached, a link on the way included; "" for none."""
    for step in _ways(path.absolute()):
        if (relative := _relative(step, top)) and relative in tracked:
            return relative
    return ""


def _ways(path: Path) -> Iterator[Path]:
    """Give a path and its folders, as written and as each link on the way leads on."""
    for _ in range(_MOST_LINKS):
        yield path
        yield from path.parents
        link = next((part for part in (path, *path.parents) if part.is_symlink()), None)
        if link is None:
            return
        rest = path.relative_to(link)
        path = Path(os.path.normpath(link.parent / link.readlink() / rest))


def _relative(path: Path, top: Path) -> str:
    """Give a path below the top as git names it; "" for one elsewhere."""
    for place in dict.fromkeys((top, top.resolve())):
        if path != place and path.is_relative_to(place):
            return path.relative_to(place).as_posix()
    return ""
