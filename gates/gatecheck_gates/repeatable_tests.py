"""The gate repeatable-tests."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from gatecheck.change import Change, Pinned
from gatecheck.measurements.causes import BREAKS
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.repeats import VARIATIONS, Break, OldBreaks, Repeats
from gatecheck.measurements.suites import IntegrationRun, SuiteRun, UnitRun
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project


@dataclass(frozen=True)
class RepeatableTests:
    """New and edited tests pass wherever, whenever and in whatever order they run.

    Why
    ---
    A test that needs another one before it, today's date or a lucky order of a set passes for its author and breaks for
    the next person. Then it is run again until it is green, and soon nobody believes any test.

    How it is judged
    ----------------
    Tests whose function is new or edited, and that pass in their suite, are run two times more without the other tests:

    - in reversed order, under PYTHONHASHSEED=1, at UTC+14, under the locale C;
    - each twice in one process, under PYTHONHASHSEED=2, at UTC-11, under the locale C.UTF-8.

    What breaks is run the same way again, and then under each difference by itself, so that the finding names the one
    that breaks it. A test that breaks again is an error. Warnings are: one that breaks only the second time in one
    process; one that does not break again; an edited one that breaks on the base in the same way. Of more than 50 tests
    some of every function are run, and the other parameters are counted. What a test needs by a mark of
    pytest-dependency runs before it, each time.

    Unproven when none of them passes in its suite, or one is skipped or not collected in both of the runs. Not
    applicable when no test is new or edited, or all that are were set aside.

    How to fix it
    -------------
    Give the test all that it needs: its own data, a fixed time and zone, a seed; sort what comes out of a set; put back
    what it changes.
    """

    id: ClassVar[str] = "repeatable-tests"
    item: ClassVar[str] = "tests-pass"

    def judge(
        self,
        change: Change,
        project: Project,
        unit: Pinned[UnitRun] | None = None,
        integration: Pinned[IntegrationRun] | None = None,
        repeats: Repeats | None = None,
        old: OldBreaks | None = None,
    ) -> Verdict:
        """Judge what broke in the varied runs; the base is asked for only where an edited test broke."""
        runs = [run for run in (unit, integration) if run is not None]
        tests = NewTests(change, project, tuple(origin for run in runs for origin in run.origins))
        if not tests.digests and not tests.texts:
            return Verdict.not_applicable("no test was added or edited")
        if unit is None or integration is None:
            return Verdict.unproven("the tests were not run")
        if nothing := _nothing_to_repeat(tests, (unit, integration)):
            return nothing
        if repeats is None:
            return Verdict.unproven("the new and edited tests were not repeated")
        if old is None and any(one.again and tests.is_known(one.id) for one in repeats.breaks):
            return Verdict.unproven("edited tests broke when repeated, and the base was not run in the same way")
        return _judged(repeats, tuple(_findings(repeats, old, project)))


def _nothing_to_repeat(tests: NewTests, runs: Iterable[SuiteRun]) -> Verdict | None:
    outcomes = {outcome.id: outcome.outcome for run in runs for outcome in run.outcomes}
    words = [outcomes[id_] for id_ in tests.of(outcomes)]
    if "passed" in words:
        return None
    if by_code := [run.runner for run in runs if run.runner != "pytest"]:
        return Verdict.unproven(f"{by_code[0]!r} says nothing of single tests: let the suite's command run pytest")
    if BREAKS.intersection(words):
        return Verdict.unproven(f"none of {len(words)} new and edited tests passes in its suite")
    if words:
        return Verdict.not_applicable(f"all of the {len(words)} new and edited tests are set aside")
    return Verdict.not_applicable("no new or edited function of the tests was run as a test")


def _judged(repeats: Repeats, found: tuple[Finding, ...]) -> Verdict:
    broken = {one.id for one in repeats.breaks}
    held = len(set(repeats.repeated) - broken - set(repeats.unrun))
    summary = f"{held} of {len(repeats.repeated)} new and edited tests hold when repeated under other circumstances"
    if repeats.untried:
        summary += f"; {repeats.untried} more parameters of the same functions were left out"
    if repeats.unrun:
        summary += f"; {len(repeats.unrun)} did not run then: {repeats.unrun[0]}"
    measures = {"repeated": len(repeats.repeated), "broken": len(broken), "untried": repeats.untried}
    if any(finding.level is Severity.ERROR for finding in found):
        return Verdict.failed(summary, found, **measures)
    return (Verdict.unproven if repeats.unrun else Verdict.passed)(summary, found, **measures)


def _findings(repeats: Repeats, old: OldBreaks | None, project: Project) -> Iterator[Finding]:
    yield from (_unrun(id_, project) for id_ in repeats.unrun)
    known = set(old.ids) if old else set()
    for one in repeats.breaks:
        place = Location(str(PurePosixPath(project.root, one.path)), one.line) if one.path else None
        where = " or ".join(one.causes) or _circumstances(one)
        if not one.again:
            words = f"{one.id} broke once {where} and passed when repeated: {one.message}"
            yield Finding("flaky-test", words, place, Severity.WARNING)
        elif one.id in known:
            words = f"{one.id} breaks {where}, on the base as well: {one.message}"
            yield Finding("known-unrepeatable-test", words, place, Severity.WARNING)
        else:
            mend = f"give {one.id} all that it needs, and let it put back what it changes"
            yield Finding("unrepeatable-test", f"{one.id} breaks {where}: {one.message}", place, _level(one), mend)


def _unrun(id_: str, project: Project) -> Finding:
    """Tell of a test that passes in its suite and did not run in the varied runs."""
    words = f"{id_} passes in its suite, and is skipped or not collected when it runs without the other tests"
    mend = f"let `pytest {shlex.quote(id_)}` run it by itself, in another time zone and locale as well"
    place = Location(str(PurePosixPath(project.root, id_.partition("::")[0])))
    return Finding("unrepeated-test", words, place, Severity.WARNING, mend)


def _level(one: Break) -> Severity:
    """Only warn where a test cannot run twice in one process: test runners do not do that."""
    twice = bool(one.causes) and all(cause.endswith("in one process") for cause in one.causes)
    return Severity.WARNING if twice else Severity.ERROR


def _circumstances(one: Break) -> str:
    """Name all differences of the run that broke a test."""
    return " and ".join(name for name, _ in VARIATIONS[one.variation].alone())
