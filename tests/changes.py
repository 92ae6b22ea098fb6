"""Changes of real repositories, resolved by the functions that the command line calls."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatecheck.change import Change, FileChange, History
from gatecheck.ranges import Known, Uncommitted, resolve
from gatecheck.repository import Repository, read_history


@contextmanager
def opened(folder: Path) -> Iterator[Repository]:
    """Open the repository around a folder, with a scratch folder of its own."""
    with tempfile.TemporaryDirectory(prefix="opened-") as scratch:
        yield Repository.open(folder, Path(scratch).resolve())


def change_in(folder: Path, text: str | Uncommitted | None = None, base: str | Known | None = None) -> Change:
    """Resolve what a user would name."""
    with opened(folder) as repository:
        return resolve(repository, text, base)


def history_in(folder: Path, text: str) -> History:
    """Read the commits of a range."""
    with opened(folder) as repository:
        return read_history(repository, resolve(repository, text))


def files_in(folder: Path, text: str | Uncommitted | None = None) -> dict[str, FileChange]:
    """Give the changed files of what a user would name, by path."""
    return {file.path: file for file in change_in(folder, text).files}


def fingerprint(folder: Path) -> dict[str, bytes]:
    """Give the bytes of every file below a folder, the git directory included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
