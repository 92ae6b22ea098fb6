"""Which files the project's code sees in its cage, as words of bwrap(1) for bubblewrap and for `gatecheck.cage`.

Everything is read-only. The folders of people, temporary files and sockets are empty but for what a run needs: the
interpreters and the packages they import, the programs on PATH, the user's working files without git's folder, and the
run's own folder, which alone can be written.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - each run has its own
_PEOPLE = ("/home", "/root", "/Users")
_SOCKETS = "/run"  # of the machine's services, such as a container engine's
# Root may set these without any capability (bubblewrap covers them only where it judges by other rights).
_KERNEL_SWITCHES = tuple(
    word
    for path in (f"/proc/{name}" for name in ("sys", "sysrq-trigger", "irq", "bus", "fs"))
    for word in ("--ro-bind", path, path)
    if Path(path).exists()
)
_SHARED_MEMORY = 2**30  # bytes of /dev/shm, which no process owns


@dataclass(frozen=True)
class VisibleFiles:
    """What is seen besides the machine's own files.

    hidden: folders that are empty inside, besides those of everyone. shown: files and folders that are there in spite
    of that. covered: folders within those shown that are empty again. services: whether the sockets of the machine's
    services are there.
    """

    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()
    services: bool = False

    def words(self, writable: Sequence[Path], shown: Iterable[str | Path]) -> list[str]:
        """Give the words: what is empty, what is shown in there, then what can be written; the last word counts."""
        temporary = writable[0] / "tmp"
        temporary.mkdir(exist_ok=True)
        places = [place for place in _TEMPORARY if Path(place).is_dir()]
        empty = list(_outermost([*self.hidden, *_PEOPLE, *(() if self.services else (_SOCKETS,))]))
        said = [word for place in places for word in ("--bind", str(temporary), place)]
        said += [word for place in empty for word in ("--tmpfs", place)]
        masked = (*places, *empty)
        for source, target in dict.fromkeys(_links_and_ends(shown, masked)):
            said += ["--ro-bind", source, target]
        covered = [folder for folder in self.covered if Path(folder).is_dir()]
        said += [word for place in covered for word in ("--tmpfs", place, "--remount-ro", place)]
        for folder in writable:
            said += ["--bind", str(folder), str(folder)]
        said += self._sockets_of_services()
        said += [word for place in empty for word in ("--remount-ro", place)]
        said += ["--proc", "/proc", *_KERNEL_SWITCHES, "--dev", "/dev"]
        return [*said, "--size", str(_SHARED_MEMORY), "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108

    def _sockets_of_services(self) -> list[str]:
        """Show the sockets that databases keep in the folder for temporary files."""
        found = [entry for place in _TEMPORARY for entry in _entries(place) if self.services and entry.is_socket()]
        return [word for entry in found for word in ("--bind", str(entry), str(entry))]


def own_files() -> VisibleFiles:
    """Lay out what gatecheck's own programs need."""
    return VisibleFiles(shown=(sys.prefix, sys.base_prefix, sys.executable, str(Path(__file__).parent)))


def program_folders(path: str) -> tuple[str, ...]:
    """Give the folders on a PATH, and the folders of the programs to which links in them lead."""
    folders = [folder for folder in path.split(os.pathsep) if Path(folder).is_absolute()]
    return tuple(dict.fromkeys([*folders, *(home for folder in folders for home in _homes_of_links(folder))]))


def _homes_of_links(folder: str) -> Iterator[str]:
    """Give the folder of each linked program: the one above where that is named `bin`, as programs read beside it."""
    for entry in _entries(folder):
        if entry.is_symlink() and _below(folder, _PEOPLE):
            home = Path(os.path.realpath(entry)).parent
            yield str(home.parent if home.name == "bin" else home)


def _links_and_ends(shown: Iterable[str | Path], masked: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give what is to be mounted where, so that each path leads to its end inside as it does outside.

    A link on the way that lies in an empty folder is not there: what it leads to is mounted in its place. What lies in
    a folder that is shown is there already.
    """
    found = {pair for path in shown for pair in _steps_to(Path(path).absolute(), masked)}
    there: list[str] = []
    for source, target in sorted(found, key=lambda pair: (pair[1].count("/"), pair)):
        if not _below(target, there):
            there.append(target)
            yield source, target


def _steps_to(path: Path, masked: Sequence[str]) -> Iterator[tuple[str, str]]:
    at = "/"
    for name in path.parts[1:]:
        there = f"{at.rstrip('/')}/{name}"
        end = os.path.realpath(there)
        if end != there and _below(there, masked) and _may_show(end, masked):
            yield end, there
        at = end
    if _below(at, masked) and _may_show(at, masked) and Path(at).exists():
        yield at, at


def _may_show(path: str, masked: Sequence[str]) -> bool:
    """Tell whether showing a path does not undo what an empty folder is for."""
    return path != "/" and not any(place == path or place.startswith(f"{path}/") for place in masked)


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


def _outermost(folders: Iterable[str]) -> Iterator[str]:
    """Give those that are there and in no other one, by their real paths."""
    real = sorted({os.path.realpath(folder) for folder in folders if Path(folder).is_dir()} - {"/"})
    return (folder for folder in real if not _below(folder, (*real, *_TEMPORARY)))


def _entries(folder: str) -> list[Path]:
    try:
        return sorted(Path(folder).iterdir())
    except OSError:
        return []
