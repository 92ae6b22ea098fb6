"""The base's tests on the head's source: what was promised before, by tests that the change cannot have edited."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gatecheck.change import Base, Change, Replay, Snapshot
from gatecheck.measurements.causes import BREAKS
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.retrial import MAX_RETRIED, REPEATS
from gatecheck.measurements.suite_command import SUITES
from gatecheck.measurements.suite_runner import SuiteRunner
from gatecheck.measurements.suites import has_integration_suite
from gatecheck.project import Project
from gatecheck.test_bed import TestBed


@dataclass(frozen=True)
class BaseReplay:
    """The base's edited test files, run on the base's source (`before`) and on the head's (`after`).

    Where something else among the tests changed (a conftest, data), all of the base's tests were run. flaky: the ids
    that broke on the head's source, and when run again passed there or broke on the base's.
    """

    before: tuple[Outcome, ...] = ()
    after: tuple[Outcome, ...] = ()
    flaky: tuple[str, ...] = ()


def measure_replay(
    change: Change,
    project: Project,
    base: Base[Snapshot],
    replay: Replay[Snapshot],
    bed: TestBed,
) -> BaseReplay:
    """Run what the change edited among the base's tests, twice; nothing where it edited none."""
    tests, whole = _asked(change, project, frozenset(base.paths))
    if not tests and not whole:
        return BaseReplay()
    prefix = f"{project.root}/" if project.root else ""
    asked = () if whole else tuple(path.removeprefix(prefix) for path in tests)
    suites = [suite for suite in SUITES if suite == "unit" or has_integration_suite(base, project)]
    before = [outcome for suite in suites for outcome in _outcomes(suite, base, bed, asked)]
    after = [outcome for suite in suites for outcome in _outcomes(suite, replay, bed, asked)]
    told = {outcome.id for outcome in after}
    doubtful = [id_ for id_ in broken(before, after) if id_ in told]
    flaky = [test for suite in suites for test in _flaky(suite, doubtful, base, replay, bed)]
    return BaseReplay(tuple(before), tuple(after), tuple(dict.fromkeys(flaky)))


def _asked(change: Change, project: Project, base: frozenset[str]) -> tuple[list[str], bool]:
    """Give the base's test files that the change edits, and whether all tests must run: their surroundings changed."""
    paths = dict.fromkeys(path for file in change.files for path in (file.old_path, file.path) if path)
    below = f"{project.root}/" if project.root else ""
    changed = [path for path in paths if project.is_test(path) and path.startswith(below)]
    around = [path for path in changed if not project.collection.is_collected(path)]
    whole = any(path in base or path.endswith("conftest.py") for path in around)
    return [path for path in changed if path in base], whole


def broken(before: Iterable[Outcome], after: Iterable[Outcome]) -> list[str]:
    """Give the ids of the tests that passed, and do so no more or are gone.

    The same test code makes both runs. A parameter may still have another id each time, such as the time of day: then
    the passing tests of the function are counted.
    """
    became = {outcome.id: outcome.outcome for outcome in after}
    passed = [outcome.id for outcome in before if outcome.outcome == "passed"]
    came = became.keys() - set(passed)
    renamed = Counter(_function(id_) for id_ in came if became[id_] == "passed")
    found = []
    for id_ in passed:
        if id_ not in became and "[" in id_ and renamed[_function(id_)]:
            renamed[_function(id_)] -= 1
        elif became.get(id_) != "passed":
            found.append(id_)
    return found


def _function(id_: str) -> str:
    return id_.split("[", 1)[0]


def _outcomes(suite: str, snapshot: Snapshot, bed: TestBed, tests: tuple[str, ...]) -> tuple[Outcome, ...]:
    return SuiteRunner.prepare(suite, snapshot, bed, tests).run_tests().outcomes


def _flaky(suite: str, tests: list[str], base: Snapshot, replay: Snapshot, bed: TestBed) -> set[str]:
    """Give which of some broken tests break by chance, run again on both in turn; where many break it is none."""
    if not tests or len(tests) > MAX_RETRIED:
        return set()
    found: set[str] = set()
    for _ in range(REPEATS - 1):
        before, after = (_outcomes(suite, snapshot, bed, tuple(tests)) for snapshot in (base, replay))
        found |= {outcome.id for outcome in before if outcome.outcome in BREAKS}
        found |= {outcome.id for outcome in after if outcome.outcome == "passed"}
    return found & set(tests)
