"""For the authors of gates: changes from plain texts, so that a test of `judge` needs no git and no files."""

import difflib
from collections.abc import Mapping

from gatecheck.change import Change, FileChange, Hunk, Kind, lines_of


def file_change(path: str, before: str | bytes | None, after: str | bytes | None, **more: object) -> FileChange:
    """Make the change of one file from its text before and after (None: it was or is absent)."""
    old = before.encode() if isinstance(before, str) else before
    new = after.encode() if isinstance(after, str) else after
    kind = Kind.ADDED if old is None else Kind.DELETED if new is None else Kind.MODIFIED
    modes = {"old_mode": 0 if old is None else 0o100644, "new_mode": 0 if new is None else 0o100644}
    fields = {"kind": kind, "before": old, "after": new, "hunks": hunks_of(old, new)} | modes | more
    return FileChange(path, **fields)  # type: ignore[arg-type]


def change_of(files: Mapping[str, tuple[str | bytes | None, str | bytes | None]]) -> Change:
    """Make a change from `{path: (before, after)}`."""
    changed = tuple(file_change(path, *sides) for path, sides in files.items())
    return Change("base..head", "b" * 40, "h" * 40, "1" * 40, "2" * 40, changed)


def hunks_of(before: bytes | None, after: bytes | None) -> tuple[Hunk, ...]:
    """Compare two contents line by line; counts and starts as in git's -U0 form."""
    matcher = difflib.SequenceMatcher(None, lines_of(before), lines_of(after), autojunk=False)
    opcodes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return tuple(Hunk(i1 + (i2 > i1), i2 - i1, j1 + (j2 > j1), j2 - j1) for _, i1, i2, j1, j2 in opcodes)
