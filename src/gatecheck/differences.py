"""What `git diff-tree` says of two trees, read: its raw listing and its patch, both as bytes."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatecheck.change import GITLINK, SYMLINK, FileChange, Hunk, Kind, lines_of
from gatecheck.errors import RepositoryError

_ENTRY = re.compile(rb":(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*")
_PATCH = re.compile(rb"^(?:index ([0-9a-f]+)\.\.([0-9a-f]+)|@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)", re.MULTILINE)
_KINDS = {
    b"A": Kind.ADDED,
    b"D": Kind.DELETED,
    b"M": Kind.MODIFIED,
    b"R": Kind.RENAMED,
    b"C": Kind.COPIED,
    b"T": Kind.TYPE_CHANGED,
}
_SNIFFED = 8000  # bytes that git looks at for a NUL (buffer_is_binary in its xdiff-interface.c)

Content = Mapping[str, bytes | None]
Hunks = Mapping[tuple[str, str], tuple[Hunk, ...]]


@dataclass(frozen=True)
class RawEntry:
    """One line of the raw listing; modes and blobs are 0 where the file is not there."""

    old_mode: int
    new_mode: int
    old_blob: str
    new_blob: str
    kind: Kind
    old_path: str
    path: str

    def blobs(self) -> Iterator[str]:
        """Give the ids of the contents that can be read: a submodule's commit is not in this repository."""
        sides = ((self.old_mode, self.old_blob), (self.new_mode, self.new_blob))
        return (blob for mode, blob in sides if mode not in {0, GITLINK})

    def file_change(self, content: Content, hunks: Hunks) -> FileChange:
        """Make the change of the file; `content` has its blobs, None for one that is too big."""
        before = self._side(self.old_mode, self.old_blob, content)
        after = self._side(self.new_mode, self.new_blob, content)
        return FileChange(
            path=self.path,
            kind=self.kind,
            old_path=self.old_path if self.kind in {Kind.RENAMED, Kind.COPIED} else None,
            old_mode=self.old_mode,
            new_mode=self.new_mode,
            before=before,
            after=after,
            hunks=self._hunks(before, after, hunks),
            unread=any(content[blob] is None for blob in self.blobs()),
        )

    def _side(self, mode: int, blob: str, content: Content) -> bytes | None:
        if self.kind is Kind.TYPE_CHANGED and mode == SYMLINK:
            return None  # where a link leads is no earlier or later version of a file's lines
        return content[blob] if mode not in {0, GITLINK} else None

    def _hunks(self, before: bytes | None, after: bytes | None, hunks: Hunks) -> tuple[Hunk, ...]:
        if GITLINK in {self.old_mode, self.new_mode} and self.kind is not Kind.TYPE_CHANGED:
            return ()
        if self.kind in {Kind.ADDED, Kind.DELETED, Kind.TYPE_CHANGED}:
            return _whole(before, after)
        return hunks.get((self.old_blob, self.new_blob), ())


def _whole(before: bytes | None, after: bytes | None) -> tuple[Hunk, ...]:
    """Give the hunk of a file that came or went as a whole; git writes no patch for it here, to save time."""
    removed, added = (len(lines_of(side)) if side and b"\0" not in side[:_SNIFFED] else 0 for side in (before, after))
    return (Hunk(min(removed, 1), removed, min(added, 1), added),) if removed or added else ()


def parse_raw(output: bytes) -> list[RawEntry]:
    """Read `git diff-tree --raw -z --no-abbrev`."""
    fields = iter(output.split(b"\0")[:-1])
    entries = []
    for header in fields:
        match = _ENTRY.fullmatch(header)
        if match is None:
            raise RepositoryError(f"git diff-tree gave a line that is not of its format: {header[:80]!r}")
        old_mode, new_mode, old_blob, new_blob, letter = match.groups()
        old_path = os.fsdecode(next(fields))
        path = os.fsdecode(next(fields)) if letter in {b"R", b"C"} else old_path
        modes = int(old_mode, 8), int(new_mode, 8)
        entries.append(RawEntry(*modes, old_blob.decode(), new_blob.decode(), _KINDS[letter], old_path, path))
    return entries


def parse_hunks(patch: bytes) -> dict[tuple[str, str], tuple[Hunk, ...]]:
    """Read `git diff-tree -p -U0 --full-index`: the hunks by pair of blob ids, for they depend on nothing else."""
    found: dict[tuple[str, str], list[Hunk]] = {}
    current: list[Hunk] = []
    for match in _PATCH.finditer(patch):
        old, new, old_start, old_count, new_start, new_count = match.groups()
        if old:
            current = found[old.decode(), new.decode()] = []
        else:
            counts = int(old_count or 1), int(new_count or 1)
            current.append(Hunk(int(old_start), counts[0], int(new_start), counts[1]))
    return {pair: tuple(hunks) for pair, hunks in found.items()}
