"""The gate base-tests-pass: the tests that stood before the change still pass, as they stood."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from gatecheck.change import Base, Change, Pinned
from gatecheck.measurements.causes import BREAKS
from gatecheck.measurements.controls import Controls
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.replay import BaseReplay, broken
from gatecheck.measurements.retrial import Retrial, newly_broken
from gatecheck.measurements.suites import IntegrationRun, SuiteRun, UnitRun
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.task import Strategy, Task
from gatecheck_gates._contracts import changed_contracts
from gatecheck_gates._reconcile import Edits, TestText

KEEPING = frozenset({Strategy.REFACTOR, Strategy.CHARACTERIZATION})  # strategies that leave behaviour as it is


@dataclass(frozen=True)
class BaseTestsPass:
    """The tests of the base pass on the head's source.

    Why
    ---
    Whoever breaks something can edit the test that says so. The tests as they stood before the change cannot have been
    edited by it: what they say of the new source is the old promise, kept or not.

    How it is judged
    ----------------
    Test files that the change edits or deletes are run as they were on the base, with the base's conftest and data, on
    the head's source (where a conftest or data changed, all of the base's tests are). What passed on the base and does
    not now is reconciled, test by test:

    - a test of the same name that the change edited and that passes: the behaviour was meant to change. It is listed,
      and an error only under the strategies refactor and characterization. An edit that only weakens or takes away what
      the test asks for is an error, unless other tests of the edited files ask for more;
    - a test that the change replaced by another one, half of whose lines are the same, or that stands in its place and
      uses the same names: likewise;
    - an edited test that expects another HTTP status of the same endpoint (404 becomes 200): a warning that names both,
      an error under the strategies refactor, characterization and bug-fix; a note where a line that the change adds to
      a changelog names the endpoint or the new status (not under refactor), or a server error (5xx) was expected;
    - a test of something that the change deletes from the source: listed;
    - any other test that is gone or broken is an error, such as one that a new conftest makes pass.

    A test that passes when run again is listed, no more. Test files that are not edited run on the head as they are;
    what breaks there, and did not on the base, is an error too. Unproven when nothing of the base passed on the head;
    not applicable when no source changed.

    How to fix it
    -------------
    Mend the source, or bring the test back and say in it what is right now.
    """

    id: ClassVar[str] = "base-tests-pass"
    item: ClassVar[str] = "nothing-broken"

    def judge(
        self,
        change: Change,
        task: Task,
        project: Project,
        unit: Pinned[UnitRun] | None = None,
        integration: Pinned[IntegrationRun] | None = None,
        replay: BaseReplay | None = None,
        controls: Pinned[Controls] | None = None,
        unit_before: Base[UnitRun] | None = None,
        integration_before: Base[IntegrationRun] | None = None,
        retrial: Retrial | None = None,
    ) -> Verdict:
        """Reconcile what the base's tests say; base runs are asked for only where an unedited test breaks."""
        if not any(project.is_source(file.path) or project.is_source(file.old_path or "") for file in change.files):
            return Verdict.not_applicable("no Python source was changed")
        if unit is None or integration is None or replay is None or controls is None:
            return Verdict.unproven("the tests were not run")
        runs: list[tuple[SuiteRun, SuiteRun | None]] = [(unit, unit_before), (integration, integration_before)]
        edits = Edits(change, project)
        if (lacking := _lacking(runs, retrial)) and not replay.before:
            return Verdict.unproven(lacking)
        head = {outcome.id: outcome for run, _ in runs for outcome in run.outcomes}
        found = [*_replayed(replay, edits, head, task.strategy in KEEPING), *_unedited(runs, retrial, edits)]
        steady = (id_ for id_ in broken(replay.before, replay.after) if id_ not in replay.flaky)
        found += changed_contracts(steady, edits, change, task.strategy)
        kept = {outcome.id for outcome in (*replay.after, *head.values()) if outcome.outcome == "passed"}
        summary = _summary(len(kept), found)
        if any(finding.level is Severity.ERROR for finding in found):
            return Verdict.failed(summary, found, passed=len(kept))
        if undecided := lacking or controls.doubt or ("" if kept else "no test of the base passed on the head"):
            return Verdict.unproven(undecided, found)
        return Verdict.passed(summary, found, passed=len(kept))


def _lacking(runs: list[tuple[SuiteRun, SuiteRun | None]], retrial: Retrial | None) -> str:
    """Say what must be measured before unedited tests can be judged, "" for nothing."""
    for run, before in runs:
        if before is None and any(outcome.outcome in BREAKS for outcome in run.outcomes):
            return "tests break on the head, and the base was not run"
        if before and retrial is None and newly_broken(run, before):
            return "tests broke since the base, and were not run again"
    return ""


def _replayed(replay: BaseReplay, edits: Edits, head: dict[str, Outcome], keeping: bool) -> Iterator[Finding]:
    after = {outcome.id: outcome for outcome in replay.after}
    # By name alone: the file may have another name now.
    alive = {edits.name_of(id_) for id_, outcome in head.items() if outcome.outcome == "passed"}
    for id_ in broken(replay.before, replay.after):
        test, now = edits.test_of(id_), edits.now(id_)
        place = Location(test.path if test else id_.partition("::")[0])
        why = after[id_].message if id_ in after else "it cannot be collected"
        lesser = _lesser(test, edits.became(test) if test else None, edits, alive)
        if id_ in replay.flaky:
            words = f"{id_} broke, and when run again passed on the head's source or broke on the base's"
            yield Finding("flaky-test", words, place, Severity.WARNING)
        elif not lesser and (explained := _explained(test, now, edits, head.get(id_))):
            rule, words, changes = explained
            level = Severity.ERROR if keeping and changes else Severity.NOTE
            yield Finding(rule, f"{id_} of the base breaks ({why}); {words}", place, level)
        else:
            mend = f"mend the source, or bring back {id_} and say in it what is right now"
            what = "is gone, and it" if now is None else "passed on the base and"
            said = f"{id_} {what} breaks on the head: {why}"
            yield Finding("broken-promise", f"{said}; {lesser}" if lesser else said, place, mend=mend)


def _lesser(test: TestText | None, now: TestText | None, edits: Edits, alive: set[str]) -> str:
    """Say why an edit does not make up for a broken test: it runs no more, or asks for less; "" where it may."""
    if test is None or now is None or now.digest == test.digest:
        return ""
    if now.name not in alive:
        return "the change edits it so that it passes no more on the head"
    return edits.lessened(test, now)


def _explained(
    test: TestText | None, now: TestText | None, edits: Edits, outcome: Outcome | None
) -> tuple[str, str, bool] | None:
    """Say what makes up for a broken test of the base: rule, words, and whether behaviour changed; None for nothing."""
    if test is None:
        return None
    if now is not None and now.digest != test.digest:
        return "edited-test", "the change edits it", True
    if now is not None:
        passes = outcome is not None and outcome.outcome == "passed"
        return ("edited-surroundings", "with the head's other test code it passes", True) if passes else None
    if successor := edits.successor(test):
        return "replaced-test", f"the change replaces it by {successor.name}", True
    if gone := sorted(test.words & edits.deleted):
        return "outlived-test", f"it tests {gone[0]}, which the change deletes", False
    return None


def _unedited(runs: list[tuple[SuiteRun, SuiteRun | None]], retrial: Retrial | None, edits: Edits) -> Iterator[Finding]:
    steady = {tried.id for tried in retrial.retried if tried.verdict == "broken"} if retrial else set()
    outcomes = {outcome.id: outcome for run, _ in runs for outcome in run.outcomes}
    for id_ in dict.fromkeys(id_ for run, before in runs if before for id_ in newly_broken(run, before)):
        if id_ in steady and edits.test_of(id_) is None:
            outcome = outcomes[id_]
            place = Location(outcome.path, outcome.line) if outcome.path else None
            yield Finding(
                "broken-promise", f"{id_} passed on the base and breaks on the head: {outcome.message}", place
            )


def _summary(passed: int, found: list[Finding]) -> str:
    rules = [finding.rule for finding in found]
    said = {
        "broken-promise": "break",
        "edited-test": "are edited by the change",
        "edited-surroundings": "pass with the head's other test code alone",
        "replaced-test": "are replaced",
        "outlived-test": "test what is deleted",
        "flaky-test": "break now and then",
        "changed-contract": "say that an endpoint answers otherwise",
    }
    parts = [f"{rules.count(rule)} {words}" for rule, words in said.items() if rule in rules]
    return ", ".join([f"{passed} tests pass on the head's source", *parts])
