"""Whether a test that shows a bug misses the mend itself: what existed before is put back as it was.

A test that is red on the base for want of a new name shows that the name is new. Whether the bug is mended is seen
where the name stays and the code that had the bug is put back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatecheck.change import Change, FileChange, Pinned, Snapshot
from gatecheck.measurements.red_on_base import BaseReds
from gatecheck.measurements.red_trials import RedTrials, all_disabled, idle_lines
from gatecheck.project import Project
from gatecheck.task import Strategy, Task
from gatecheck.test_bed import TestBed
from gatecheck.trials.budget import Budget
from gatecheck.trials.functions import function_at
from gatecheck.trials.local import trial_runner
from gatecheck.trials.model import Edit, Trial
from gatecheck.trials.parts import Part, parts_of, without


@dataclass(frozen=True)
class Mends:
    """What is missed of the change by the tests that are red on the base.

    pieces: how many pieces of code that existed before can be put back. by: the test that misses some, "" for none.
    problem: why this could not be tried, "" where it was.
    """

    pieces: int = 0
    by: str = ""
    problem: str = ""


@dataclass(frozen=True)
class _Side:
    """The pieces of a file's change: `mending` ones alter what existed, `adding` ones bring something new."""

    file: FileChange
    mending: tuple[Part, ...]
    adding: tuple[Part, ...]


def measure_mends(
    change: Change,
    project: Project,
    task: Task,
    reds: BaseReds,
    trials: RedTrials,
    head: Pinned[Snapshot],
    bed: TestBed,
    budget: Budget,
) -> Mends:
    """Put back what existed; for tests that could be called on the base take away what is new as well."""
    if task.strategy is not Strategy.BUG_FIX:  # no other strategy asks
        return Mends()
    proofs = trials.proofs(reds)
    called = tuple(test for test in proofs if test not in {*reds.unimported, *reds.unnamed})
    sides = [side for file in change.python() if project.is_source(file.path) for side in _sides(file)]
    asked = [Trial(head.tree, edits, tests) for edits, tests in _asked(sides, proofs, called) if edits and tests]
    runner = trial_runner(head, bed, budget, reds.elsewhere)
    pieces, problem = sum(len(side.mending) for side in sides), ""
    for trial in asked:
        (ending,) = runner.run([trial])
        if ending.noticed and ending.by:
            return Mends(pieces, ending.by)
        if ending.noticed is not False:
            problem = ending.message
    return Mends(pieces, problem=problem)


def _sides(file: FileChange) -> Iterator[_Side]:
    idle = idle_lines(file.after)
    parts = [part for part in parts_of(file) or () if not part.after or set(part.after) - idle]
    mending = tuple(part for part in parts if _is_mend(part))
    if parts:
        yield _Side(file, mending, tuple(part for part in parts if part not in mending))


def _is_mend(part: Part) -> bool:
    """Tell whether a piece stands in place of something, or within a function that existed."""
    return bool(part.before) or part.origin is not None or bool(part.function and not part.defines)


def _asked(
    sides: Sequence[_Side], proofs: tuple[str, ...], called: tuple[str, ...]
) -> Iterator[tuple[tuple[Edit, ...], tuple[str, ...]]]:
    """Give what is put back, and which tests might miss it."""
    mended = [Edit(side.file.path, without(side.file, side.mending)) for side in sides if side.mending]
    yield tuple(mended), proofs
    yield tuple(_without_functions(sides)), called
    statements = [(side, [part for part in side.adding if not part.defines]) for side in sides]
    yield tuple(Edit(side.file.path, without(side.file, parts)) for side, parts in statements if parts), called


def _without_functions(sides: Sequence[_Side]) -> Iterator[Edit]:
    for side in sides:
        source = side.file.after or b""
        found = [
            function_at(part.path, source, part.function, part.after.start) for part in side.adding if part.defines
        ]
        if new := [function for function in found if function is not None]:
            yield Edit(side.file.path, all_disabled(source, new))
