"""Tests that break on the head, run again on both sides in turn, until it is certain whether the change breaks them.

A test that breaks now and then, on a busy machine for example, must not be held against a change; one that always
breaks since the change must. A test alone may pass, though: what breaks it is then run again with all the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from gatecheck.change import Base, Pinned, Snapshot
from gatecheck.measurements.causes import BREAKS
from gatecheck.measurements.elsewhere import by_python, elsewhere_of
from gatecheck.measurements.outcomes import Outcome, Word
from gatecheck.measurements.suite_runner import SuiteRunner
from gatecheck.measurements.suites import IntegrationRun, SuiteRun, UnitRun
from gatecheck.test_bed import TestBed

REPEATS = 3  # a test that fails once in three is seen again with 70 %; more would cost more than they tell
MORE = 5  # runs of one that breaks now and then on the head alone, to tell chance from a change that makes it so
OFTEN = 4  # one break in so many runs: a test that breaks so often on both sides passes all runs of the base in 10 %
WHOLE = 2  # times of a whole suite: one that fails once in ten then counts as broken once in a hundred
MAX_RETRIED = 20  # tests; where more break, it is no matter of chance


@dataclass(frozen=True)
class Retried:
    """A test that broke on the head: what became of it in each run by itself, and in whole runs of its suite.

    base and whole_base are empty for a test that the base does not have; the whole runs for one that is clear without.
    """

    id: str
    base: tuple[Word, ...]
    head: tuple[Word, ...]
    whole_base: tuple[Word, ...] = ()
    whole_head: tuple[Word, ...] = ()

    @property
    def verdict(self) -> Literal["broken", "known", "flaky", "shaken"]:
        """Say what breaks it: the change, always or now and then ("shaken"), something else ("known"), or chance."""
        if is_mixed(self.base) or is_mixed(self.head):
            steady = len(self.base) >= REPEATS + MORE and not BREAKS.intersection(self.base)
            breaks = sum(word in BREAKS for word in self.head)
            return "shaken" if steady and breaks * OFTEN >= len(self.head) else "flaky"
        if not self.whole_head:
            return "broken" if all_break(self.head) and not all_break(self.base) else "flaky"
        if is_mixed(self.whole_head) or is_mixed(self.whole_base) or not all_break(self.whole_head):
            return "flaky"
        return "known" if all_break(self.whole_base) else "broken"

    def told(self) -> str:
        """Say how often it broke on each side."""
        head, base = (*self.head, *self.whole_head), (*self.base, *self.whole_base)
        sides = [(words, side) for words, side in ((head, "head"), (base, "base")) if words]
        counts = (f"{sum(word in BREAKS for word in words)} of {len(words)} on the {side}" for words, side in sides)
        return " and ".join(counts)


@dataclass(frozen=True)
class Retrial:
    """The tests that broke, run again; `untried` counts those beyond MAX_RETRIED of a suite."""

    retried: tuple[Retried, ...] = ()
    untried: int = 0

    def of(self, id_: str) -> Retried | None:
        """Give what became of a test, None where it was not run again."""
        return next((tried for tried in self.retried if tried.id == id_), None)


def measure_retrial(
    unit: Pinned[UnitRun],
    unit_before: Base[UnitRun],
    integration: Pinned[IntegrationRun],
    integration_before: Base[IntegrationRun],
    head: Pinned[Snapshot],
    base: Base[Snapshot],
    bed: TestBed,
) -> Retrial:
    """Run again what breaks and did not on the base, by itself; with all the others where that is not clear."""
    retried: list[Retried] = []
    untried = 0
    for suite, after, before in (("unit", unit, unit_before), ("integration", integration, integration_before)):
        known = {outcome.id for outcome in before.outcomes}
        tests = broken_anew(after, before)
        untried += len(tests[MAX_RETRIED:])
        for python, some in by_python(tests[:MAX_RETRIED], elsewhere_of(after)).items():
            retried += _retry(suite, list(some), known, base, head, bed.on(python))
    return Retrial(tuple(retried), untried)


def newly_broken(after: SuiteRun, before: SuiteRun) -> list[str]:
    """Give the ids of the tests that passed on the base and break now."""
    passed = {outcome.id for outcome in before.outcomes if outcome.outcome == "passed"}
    return [id_ for id_ in broken_anew(after, before) if id_ in passed]


def broken_anew(after: SuiteRun, before: SuiteRun) -> list[str]:
    """Give the ids of the tests that break now, and did not on the base or were not there.

    A file that cannot be collected is none: it does not become so by chance.
    """
    broke = {outcome.id for outcome in before.outcomes if outcome.outcome in BREAKS}
    now = [outcome.id for outcome in after.outcomes if outcome.outcome in BREAKS and "::" in outcome.id]
    return [id_ for id_ in now if id_ not in broke]


def is_mixed(words: Sequence[Word]) -> bool:
    """Tell whether a test broke in some runs, and not in all."""
    return len({word in BREAKS for word in words}) > 1


def all_break(words: Sequence[Word]) -> bool:
    """Tell whether a test broke in every run, and there was one."""
    return bool(words) and BREAKS.issuperset(words)


def _retry(
    suite: str, tests: list[str], known: set[str], base: Snapshot, head: Snapshot, bed: TestBed
) -> Sequence[Retried]:
    if not tests:
        return ()
    there = [test for test in tests if test in known]
    alone = [(_once(suite, there, base, bed) if there else {}, _once(suite, tests, head, bed)) for _ in range(REPEATS)]
    retried = [Retried(test, *_sides(test, test in known, alone)) for test in tests]
    if doubtful := [tried.id for tried in retried if is_mixed(tried.head) and tried.base and not is_mixed(tried.base)]:
        alone += [(_once(suite, doubtful, base, bed), _once(suite, doubtful, head, bed)) for _ in range(MORE)]
        more = {id_: Retried(id_, *_sides(id_, known=True, runs=alone)) for id_ in doubtful}
        retried = [more.get(tried.id, tried) for tried in retried]
    if not any(_unclear(tried) for tried in retried):
        return retried
    whole = [(_once(suite, (), base, bed) if there else {}, _once(suite, (), head, bed)) for _ in range(WHOLE)]
    return [
        Retried(tried.id, tried.base, tried.head, *_sides(tried.id, tried.id in known, whole))
        if _unclear(tried)
        else tried
        for tried in retried
    ]


def _unclear(tried: Retried) -> bool:
    """Tell whether runs by itself say nothing: it passes on the head, or breaks on the base as well."""
    mixed = is_mixed(tried.base) or is_mixed(tried.head)
    return not mixed and (not all_break(tried.head) or all_break(tried.base))


def _sides(
    test: str, known: bool, runs: Sequence[tuple[dict[str, Word], dict[str, Word]]]
) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    before = tuple(run.get(test, "error") for run, _ in runs) if known else ()
    return before, tuple(run.get(test, "error") for _, run in runs)


def _once(suite: str, tests: Iterable[str], snapshot: Snapshot, bed: TestBed) -> dict[str, Word]:
    """Run tests, all for none."""
    outcomes: Iterable[Outcome] = SuiteRunner.prepare(suite, snapshot, bed, tuple(tests)).run_tests().outcomes
    return {outcome.id: outcome.outcome for outcome in outcomes}
