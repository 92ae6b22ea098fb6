"""What a trial is, and the one door through which trials are run.

A trial is an independent value: a tree, edits of it, and tests. Whoever runs trials is given a sequence of them and
gives one ending each, in order. The local process pool is one such runner; a cluster can stand behind the same door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

UNREACHED = "no test runs it"


@dataclass(frozen=True)
class Edit:
    """A file of the tree, and what it holds instead (None: it is not there)."""

    path: str
    content: bytes | None


@dataclass(frozen=True)
class Trial:
    """One run of selected tests on an altered tree.

    tree: the name of the snapshot, see `change.Snapshot.tree`. tests: ids, the most telling first; the run stops at the
    first red one. functions: the qualified names (`Class.method`) whose bodies alone differ in an edit of one file:
    such an edit can be made in a process that has imported the module; without names the edit needs a fresh one.
    """

    tree: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    functions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ending:
    """How a trial ended. noticed: whether some test was red; None where it could not be tried, with the reason.

    by: the test that was red, "" where the tests could not even be collected. message: its last words.
    """

    noticed: bool | None
    by: str = ""
    message: str = ""


class TrialRunner(Protocol):
    """The door: runs trials, in any order and anywhere, and gives an ending each, in the order asked."""

    def run(self, trials: Sequence[Trial]) -> list[Ending]:
        """Run trials; what could not be tried in time has `noticed` None."""
        ...
