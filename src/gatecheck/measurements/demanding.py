"""Which pieces of a change some test demands: each is put back as it was, and a test must turn red."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gatecheck.change import Change, FileChange, Pinned, Snapshot
from gatecheck.measurements.elsewhere import elsewhere_of
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.project import Project
from gatecheck.statements import newly_excluded
from gatecheck.syntax import units
from gatecheck.test_bed import TestBed
from gatecheck.trials.budget import DEFAULT_S, Budget
from gatecheck.trials.disabling import disabled
from gatecheck.trials.functions import Function, function_at
from gatecheck.trials.local import trial_runner
from gatecheck.trials.model import UNREACHED, Edit, Ending, Trial, TrialRunner
from gatecheck.trials.parts import Names, Part, code_lines, parts_of, renaming, without
from gatecheck.trials.telling import Telling

MOST_FRESH = 20  # pieces that need a process of their own, 1 to 2 s each, of a budget of DEFAULT_S
MOST_JOINT = 10  # pieces that are tried a second time, together with those that nothing demands

Demand = Literal["demanded", "untested", "unneeded", "untried"]


@dataclass(frozen=True)
class PutBack:
    """A piece of the change, lines of the head, and whether a test demands it.

    demand: "untested" where no test runs it, "unneeded" where tests run it and none misses it. lines: those of code
    that it adds; 0 for a deletion, that is shown where something was deleted.
    """

    path: str
    line: int
    end_line: int
    lines: int
    demand: Demand
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Demanding:
    """What became of each piece of the source's change that the parser calls behaviour; unread: files not parsed."""

    tests: int = 0
    pieces: tuple[PutBack, ...] = ()
    unread: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True)
class _Piece:
    """A part with its file and the tests that could miss it; `here`: these tests run it in their own process."""

    file: FileChange
    part: Part
    tests: tuple[str, ...]
    here: bool

    def trial(self, tree: str, others: Sequence["_Piece"] = ()) -> Trial:
        """Put the piece back, and others with it; a whole new function is disabled instead."""
        together = [self.part, *(other.part for other in others)]
        tests = tuple(dict.fromkeys(test for piece in (self, *others) for test in piece.tests))
        if self.part.defines and not others and (function := _function(self.file, self.part)):
            edit = Edit(self.part.path, disabled(self.file.after or b"", function))
            return Trial(tree, (edit,), tests, (function.name,) if self.here else ())
        names = {part.function for part in together}
        inside = self.here and all(names) and not any(part.defines for part in together)
        edit = Edit(self.part.path, without(self.file, together))
        return Trial(tree, (edit,), tests, tuple(sorted(names)) if inside else ())


def measure_demanding(
    change: Change,
    project: Project,
    snapshot: Pinned[Snapshot],
    unit: Pinned[UnitRun],
    integration: Pinned[IntegrationRun],
    bed: TestBed,
    budget: Budget,
) -> Demanding:
    """Put every piece back alone, then those together that a renaming joins, or that serve what nothing demands."""
    files = [file for file in change.python() if project.is_source(file.path)]
    telling = Telling.of(change, (unit, integration), project.root)
    moved = frozenset(unit.digest for file in change.python() for unit in units(file.after or b"") or ())
    parts = {file.path: parts_of(file) for file in files}
    pieces = [piece for file in files for piece in _pieces(file, parts[file.path] or [], telling, moved)]
    runner = trial_runner(snapshot, bed, budget, elsewhere_of(unit, integration))
    trying = _Trying(snapshot.tree, runner, max(MOST_FRESH, int(MOST_FRESH * budget.seconds / DEFAULT_S)))
    first = trying.renamed(trying.alone(pieces))
    return Demanding(
        len(telling.passed),
        tuple(became for _, became in trying.together(first)),
        tuple(path for path, found in parts.items() if found is None),
        complete=budget.left() > 0,
    )


def _pieces(file: FileChange, parts: Sequence[Part], telling: Telling, moved: frozenset[str]) -> Iterator[_Piece]:
    coverage, elsewhere = telling.coverage(file.path), telling.elsewhere(file)
    for part in parts:
        if any(set(part.after) <= set(branch.lines) for branch in elsewhere if part.after):
            continue
        if (coverage is None or _counts(file, part, coverage)) and not _only_moved(file, part, moved):
            lines = part.after if part.after and not part.defines else _around(file, part)
            tests, here = telling.tests(file.path, lines)
            yield _Piece(file, part, tests, here)


def _counts(file: FileChange, part: Part, coverage: FileCoverage) -> bool:
    """Tell whether some statement of a piece can run here and is not excluded by the base; a deletion has none."""
    excluded = set(coverage.excluded) - newly_excluded(file, coverage)
    lines = {coverage.multiline.get(line, line) for line in part.after}
    return not part.after or bool(lines & set(coverage.statements) - excluded)


def _only_moved(file: FileChange, part: Part, moved: frozenset[str]) -> bool:
    """Tell whether all that a deletion takes away stands somewhere else now."""
    gone = [
        unit for unit in units(file.before or b"") or () if unit.line in part.before and unit.end_line in part.before
    ]
    return not part.after and bool(gone) and all(unit.digest in moved for unit in gone)


def _around(file: FileChange, part: Part) -> range:
    """Give the body of the function that a piece is or in which something was deleted, else the lines beside it."""
    if function := _function(file, part):
        return function.body
    return range(max(1, part.after.start - 1), part.after.start + 1)


def _function(file: FileChange, part: Part) -> Function | None:
    line = part.after.start
    return function_at(part.path, file.after or b"", part.function, line) if part.function else None


@dataclass(frozen=True)
class _Trying:
    tree: str
    runner: TrialRunner
    most_fresh: int = MOST_FRESH

    def alone(self, pieces: Sequence[_Piece]) -> list[tuple[_Piece, PutBack]]:
        """Try every piece for itself, the larger ones first; what no test runs is not tried."""
        trials = [piece.trial(self.tree) for piece in pieces]
        fresh = [index for index, trial in enumerate(trials) if trial.tests and not trial.functions]
        fresh.sort(key=lambda index: -code_lines(pieces[index].file, pieces[index].part))
        left_out = frozenset(fresh[self.most_fresh :])
        needed = Budget.enough(DEFAULT_S * len(fresh) / MOST_FRESH)
        reason = f"{len(fresh)} of them need a process of their own: `--budget {needed}` lets them have it"
        asked = [trial for index, trial in enumerate(trials) if index not in left_out]
        endings = iter(self.runner.run(asked))
        return [
            (piece, _put_back(piece, "untried", reason=reason) if index in left_out else _became(piece, next(endings)))
            for index, piece in enumerate(pieces)
        ]

    def renamed(self, found: list[tuple[_Piece, PutBack]]) -> list[tuple[_Piece, PutBack]]:
        """Try pieces of a function together that give the same names others: apart, each seems to be demanded."""
        groups: dict[tuple[str, str, Names], list[int]] = {}
        for index, (piece, became) in enumerate(found):
            names = renaming(piece.file, piece.part) if became.demand == "demanded" and piece.part.function else ()
            if names:
                groups.setdefault((piece.part.path, piece.part.function, names), []).append(index)
        trials = [found[first][0].trial(self.tree, [found[i][0] for i in rest]) for first, *rest in groups.values()]
        free = {
            index
            for indexes, ending in zip(groups.values(), self.runner.run(trials), strict=True)
            if ending.noticed is False
            for index in indexes
        }
        return _freed(found, free)

    def together(self, found: list[tuple[_Piece, PutBack]]) -> list[tuple[_Piece, PutBack]]:
        """Try what is demanded again without what is not: something may be there only for what nobody needs."""
        unneeded = [piece for piece, became in found if became.demand in {"unneeded", "untested"}]
        asked = {
            index: [other for other in unneeded if other.file is piece.file]
            for index, (piece, became) in enumerate(found)
            if became.demand == "demanded" and any(other.file is piece.file for other in unneeded)
        }
        asked = dict(list(asked.items())[:MOST_JOINT])
        trials = [found[index][0].trial(self.tree, others) for index, others in asked.items()]
        endings = zip(asked, self.runner.run(trials), strict=True)
        return _freed(found, {index for index, ending in endings if ending.noticed is False})


def _freed(found: list[tuple[_Piece, PutBack]], free: set[int]) -> list[tuple[_Piece, PutBack]]:
    """Take back of some pieces, by position, that a test demands them."""
    return [
        (piece, replace(became, demand="unneeded", by="") if index in free else became)
        for index, (piece, became) in enumerate(found)
    ]


def _became(piece: _Piece, ending: Ending) -> PutBack:
    if ending.noticed:
        return _put_back(piece, "demanded", by=ending.by)
    if ending.noticed is None and ending.message != UNREACHED:
        return _put_back(piece, "untried", reason=ending.message)
    return _put_back(piece, "untested" if ending.noticed is None else "unneeded")


def _put_back(piece: _Piece, demand: Demand, by: str = "", reason: str = "") -> PutBack:
    part, lines = piece.part, code_lines(piece.file, piece.part)
    return PutBack(part.path, part.line, max(part.line, part.after.stop - 1), lines, demand, by, reason)
