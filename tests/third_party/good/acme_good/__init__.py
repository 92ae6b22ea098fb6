"""A third party's gate with a measurement of its own: all that it needs is gatecheck and two lines of entry points."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Head, Snapshot
from gatecheck.model import Finding, Location, Verdict


@dataclass(frozen=True)
class Lengths:
    """How many lines each Python file has, by path."""

    lines: dict[str, int]


def measure_lengths(snapshot: Snapshot) -> Lengths:
    """Count the lines of a snapshot's Python files."""
    paths = (path for path in snapshot.paths if path.endswith(".py"))
    return Lengths({path: (snapshot.root / path).read_bytes().count(b"\n") for path in paths})


@dataclass(frozen=True)
class ShortFiles:
    """No Python file is longer than people read at once.

    Why
    ---
    Long files hide things.

    How it is judged
    ----------------
    Lines are counted.

    How to fix it
    -------------
    Split the file.
    """

    id: ClassVar[str] = "short-files"
    item: ClassVar[str] = "explained-logic"

    longest: Annotated[int, Meta(ge=1, description="lines that a file may have")] = 300

    def judge(self, lengths: Head[Lengths]) -> Verdict:
        """Look for longer ones."""
        long = [path for path, lines in lengths.lines.items() if lines > self.longest]
        findings = [Finding("long-file", f"{lengths.lines[path]} lines", Location(path)) for path in long]
        return Verdict.by_findings(
            findings, f"{len(lengths.lines)} files, {len(long)} too long", files=len(lengths.lines)
        )
