"""The head's tests once more, each with a failure at its end: a negative control of all that tells how tests end.

Whatever tells of tests runs in their own process, and code of the tree can change it. It cannot tell a test that must
fail now from the same one as it is: the id, the file and the objects are the same, and so is a failure that is hidden.
A test that passes with a failure at its end is one of which nothing is known.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gatecheck.change import Change, Pinned, Snapshot
from gatecheck.configured import PYTEST_FILES
from gatecheck.errors import MeasurementError
from gatecheck.measurements.causes import BREAKS
from gatecheck.measurements.failing import made_to_fail
from gatecheck.measurements.new_tests import function_of
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suite_command import SUITES
from gatecheck.measurements.suite_runner import SuiteRunner
from gatecheck.measurements.suites import IntegrationRun, SuiteRun, UnitRun
from gatecheck.project import Project
from gatecheck.test_bed import TestBed

MOST_S = 60  # of a suite; of a longer one, the changed files and as many others as there is time for, by chance
MOST_RUNS = 4  # each leaves out a file whose made failure ends the run; of 9 projects one has such a file
_CHANCE = random.SystemRandom()


@dataclass(frozen=True)
class Controls:
    """The tests that passed, made to fail.

    failed: how many then did. unnoticed: the ids of those that passed all the same. left: how many were not asked, for
    want of time. problem: why nothing is known of those that were, "" where it is.
    """

    failed: int = 0
    unnoticed: tuple[str, ...] = ()
    left: int = 0
    problem: str = ""

    @property
    def doubt(self) -> str:
        """Say why what is told of the tests cannot be believed, "" where it can."""
        if self.unnoticed:
            more = f" and {len(self.unnoticed) - 1} more pass" if self.unnoticed[1:] else " passes"
            return (
                f"{self.unnoticed[0]}{more} as well with a failure put at its end: something hides failures; look for"
                " code that changes pytest, its reports or gatecheck's recorder"
            )
        return f"the tests were run again, made to fail, and that {self.problem}" if self.problem else ""


def measure_controls(
    change: Change,
    project: Project,
    unit: Pinned[UnitRun],
    integration: Pinned[IntegrationRun],
    head: Pinned[Snapshot],
    bed: TestBed,
) -> Controls:
    """Make the tests that pass fail, and run them once more."""
    told = [
        _control(suite, run, change, project, head, bed) for suite, run in zip(SUITES, (unit, integration), strict=True)
    ]
    return Controls(
        sum(one.failed for one in told),
        tuple(id_ for one in told for id_ in one.unnoticed),
        sum(one.left for one in told),
        next((one.problem for one in told if one.problem), ""),
    )


def _control(suite: str, run: SuiteRun, change: Change, project: Project, head: Snapshot, bed: TestBed) -> Controls:
    passed = [one for one in run.outcomes if one.outcome == "passed" and not one.python and "::" in one.id]
    files = _by_file(passed)
    changed = frozenset(project.below(file.path for file in change.files))
    asked = _within(run.seconds / max(len(run.outcomes), 1), files, changed)
    for _ in range(MOST_RUNS):
        if not asked:
            break
        runner = SuiteRunner.prepare(suite, head, bed, () if len(asked) == len(files) else tuple(asked), measured=False)
        failing = {id_ for path in asked for id_ in _spoil(runner.root / path, files[path], project)}
        left = len(passed) - sum(len(files[path]) for path in asked)
        try:
            return replace(_told(replace(runner, spoilt=True), failing), left=left) if failing else Controls(left=left)
        except MeasurementError as error:
            crashed = getattr(error.__cause__, "test", "").partition("::")[0]
            if crashed not in asked or crashed in changed or _sets_up(changed):
                return Controls(problem=f"told nothing: {error}")
            asked.remove(crashed)  # a failure where a test has replaced what pytest itself needs
    return Controls(left=len(passed))


def _sets_up(changed: Iterable[str]) -> bool:
    """Tell whether a change alters what runs around tests of other files, and could have a run end on purpose."""
    return any(path.rpartition("/")[2] in {"conftest.py", *PYTEST_FILES} for path in changed)


def _told(runner: SuiteRunner, failing: set[str]) -> Controls:
    """Run the tests, and see which of those that must fail do; raises MeasurementError where the run tells nothing."""
    ended = {one.id: one.outcome for one in runner.run_tests().outcomes}
    failed = sum(ended.get(id_) in BREAKS for id_ in failing)
    unnoticed = tuple(sorted(id_ for id_ in failing if ended.get(id_) == "passed"))
    broke = any(word in BREAKS for word in ended.values())  # parameters may have other ids now, such as the hour
    problem = "" if broke or unnoticed else "broke none of them"
    return Controls(failed, unnoticed, problem=problem)


def _by_file(outcomes: Iterable[Outcome]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for outcome in outcomes:
        files.setdefault(outcome.id.partition("::")[0], []).append(outcome.id)
    return files


def _within(each_s: float, files: Mapping[str, list[str]], first: frozenset[str]) -> list[str]:
    """Choose the files whose tests take no more than the time that there is, at least one."""
    ordered = sorted(files, key=lambda path: (path not in first, _CHANCE.random()))
    chosen, taken_s = list[str](), 0.0
    for path in ordered:
        taken_s += each_s * len(files[path])
        if chosen and taken_s > MOST_S:
            break
        chosen.append(path)
    return chosen


def _spoil(file: Path, ids: list[str], project: Project) -> list[str]:
    """Make the functions of some tests fail, in their file; gives the ids of those that now must."""
    if file.suffix != ".py" or not file.is_file() or file.is_symlink():
        return []
    named = {id_: function_of(id_, project)[1] for id_ in ids}
    source, failing = made_to_fail(file.read_bytes(), set(named.values()))
    file.write_bytes(source)
    return [id_ for id_, name in named.items() if name in failing]
