r"""What happened between a base tree and a head tree, and where its snapshots are.

Paths are the bytes git stores, decoded with `os.fsdecode` (undecodable bytes survive as surrogates). Source is bytes,
and lines are what stands between b"\n": never `splitlines`, which also splits on form feeds and Unicode separators.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, TypeVar


class Side(Enum):
    """Which files a measurement looks at."""

    BASE = "base"  # the base tree
    HEAD = "head"  # the head tree, as it is
    PINNED = "pinned"  # the head tree under the base's tool configuration
    REPLAY = "replay"  # the same with the base's tests, their conftest and data
    BACKPORT = "backport"  # the base tree with the head's tests, their conftest and data


SYMLINK, GITLINK, EXECUTABLE = 0o120000, 0o160000, 0o100755  # git's modes besides that of a plain file

T = TypeVar("T")
Base = Annotated[T, Side.BASE]
Head = Annotated[T, Side.HEAD]
Pinned = Annotated[T, Side.PINNED]
Replay = Annotated[T, Side.REPLAY]
Backport = Annotated[T, Side.BACKPORT]


class Kind(StrEnum):
    """What happened to a file (git's raw diff letters in words)."""

    ADDED = "added"
    DELETED = "deleted"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"
    TYPE_CHANGED = "type-changed"


@dataclass(frozen=True, slots=True)
class Hunk:
    """A run of lines replaced by another; starts count from 1, counts may be 0 (git's -U0 form)."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    @property
    def old_lines(self) -> range:
        """Give the line numbers removed from the base file."""
        return range(self.old_start, self.old_start + self.old_count)

    @property
    def new_lines(self) -> range:
        """Give the line numbers added in the head file."""
        return range(self.new_start, self.new_start + self.new_count)


@dataclass(frozen=True)
class FileChange:
    """One changed file: content on both sides, modes and hunks.

    Content is None where it is absent, too big or a submodule. That of a symbolic link is where it leads to; where a
    link became a file, or a file a link, only the file's side is there.
    """

    path: str
    kind: Kind = Kind.MODIFIED
    old_path: str | None = None
    old_mode: int = 0o100644
    new_mode: int = 0o100644
    before: bytes | None = None
    after: bytes | None = None
    hunks: tuple[Hunk, ...] = ()
    unread: bool = False  # too big to be read: what it holds is not known

    @cached_property
    def binary(self) -> bool:
        """Tell whether git would call either side binary (a NUL in its first 8000 bytes)."""
        return any(b"\0" in side[:8000] for side in (self.before, self.after) if side)

    @property
    def added(self) -> int:
        """Count the lines added."""
        return sum(hunk.new_count for hunk in self.hunks)

    @property
    def removed(self) -> int:
        """Count the lines removed."""
        return sum(hunk.old_count for hunk in self.hunks)

    @cached_property
    def added_lines(self) -> frozenset[int]:
        """Give the head line numbers that the change added."""
        return frozenset(line for hunk in self.hunks for line in hunk.new_lines)

    @cached_property
    def removed_lines(self) -> frozenset[int]:
        """Give the base line numbers that the change removed."""
        return frozenset(line for hunk in self.hunks for line in hunk.old_lines)

    @property
    def is_python(self) -> bool:
        """Tell whether the head (or, when deleted, the base) file is Python source; a link to some is not."""
        return self.path.endswith((".py", ".pyi")) and (self.new_mode or self.old_mode) != SYMLINK


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound that was hit: what was bounded, the bound, and what was seen."""

    what: str
    limit: int
    seen: int


@dataclass(frozen=True)
class Change:
    """A base, a head and everything between them; commit ids are None for staged and working-tree heads.

    merges: the commits of a merge in progress; what they bring is part of the base tree.
    """

    range: str
    base: str | None
    head: str | None
    base_tree: str
    head_tree: str
    files: tuple[FileChange, ...] = ()
    limits: tuple[Limit, ...] = ()
    merges: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        """Count the lines added in all files."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """Count the lines removed in all files."""
        return sum(file.removed for file in self.files)

    def python(self) -> Iterator[FileChange]:
        """Give the changed Python files that exist in the head and could be read."""
        return (file for file in self.files if file.is_python and file.after is not None)


@dataclass(frozen=True)
class Commit:
    """One commit of the range, with what it added: for judging what a later commit hides again."""

    id: str
    message: str
    files: tuple[FileChange, ...] = ()


@dataclass(frozen=True)
class History:
    """Every commit of the range, oldest first; empty for staged and working-tree heads."""

    commits: tuple[Commit, ...] = ()
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The files of one tree, written out where tools can run on them.

    `options` are pytest ini overrides (`name=value`) that a pinned snapshot takes from the head because they only add.
    """

    root: Path
    tree: str
    side: Side = Side.HEAD
    paths: tuple[str, ...] = field(default=(), repr=False)
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watched:
    """The changed source files of a side: of these it is recorded which test runs which line; the base has none."""

    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """What a checkout should hold and could not be laid out, each with the command that brings it."""

    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Today:
    """The day of the run, UTC: some of what a policy allows, it allows until a day."""

    day: date = date.min


def lines_of(source: bytes | None) -> list[bytes]:
    r"""Split source into lines at b"\n" alone; a final newline ends the last line and begins none."""
    if not source:
        return []
    lines = source.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines
