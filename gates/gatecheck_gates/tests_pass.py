"""The gate tests-pass."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Base, Change, FileChange, Pinned, lines_of
from gatecheck.measurements.outcomes import Outcome, Word
from gatecheck.measurements.suites import IntegrationRun, Retrial, SuiteRun, UnitRun, newly_broken
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.syntax import units

BROKEN = frozenset({"failed", "error"})
SET_ASIDE = frozenset({"skipped", "xfailed", "xpassed"})
_MARK = re.compile(rb"skip|xfail|expectedFailure|pytestmark|collect_ignore")


@dataclass(frozen=True)
class TestsPass:
    """Every test of the head passes, and none was set aside to make it so.

    Why
    ---
    A change that breaks a test breaks what somebody relied on; a test that is skipped or marked as an expected failure on
    the way says nothing any more.

    How it is judged
    ----------------
    All suites of the head run under the base's test configuration. What pytest's exit code or output says is not
    believed: each test's phases are recorded apart. A failure or error is an error finding, unless the same test breaks
    on the base in the same environment too: then it is listed as a warning (option fail-on-known makes it an error). One
    that passed on the base is run again three times on both sides; breaking only now and then makes the item unproven. A
    test that passed on the base and is now skipped or expected to fail is an error. A new test that is skipped is a
    warning. Unproven when no test was collected, or the run did not end properly.

    How to fix it
    -------------
    Run the command given with each finding, and mend the code (or the test, where behaviour was meant to change).
    """

    __test__: ClassVar[bool] = False  # pytest: this is no test class
    id: ClassVar[str] = "tests-pass"
    item: ClassVar[str] = "tests-pass"

    fail_on_known: Annotated[bool, Meta(description="fail on tests that break on the base as well")] = False

    def judge(  # noqa: PLR0913 - each parameter is a request
        self,
        change: Change,
        project: Project,
        unit: Pinned[UnitRun],
        integration: Pinned[IntegrationRun],
        unit_before: Base[UnitRun] | None = None,
        integration_before: Base[IntegrationRun] | None = None,
        retrial: Retrial | None = None,
    ) -> Verdict:
        """Judge both suites; base runs and the retrial are asked for only where something broke or was set aside."""
        suites = [(unit, unit_before), (integration, integration_before)]
        if by_code := [run for run, _ in suites if run.runner != "pytest"]:
            return _by_exit_code(by_code[0])
        outcomes = [outcome for run, _ in suites for outcome in run.outcomes]
        if all(outcome.outcome == "skipped" for outcome in outcomes):
            return Verdict.unproven("no test was collected" if not outcomes else "every test was skipped: none was run")
        findings = []
        for run, before in suites:
            if (suspects := _suspects(run, change, project)) and before is None:
                return Verdict.unproven(f"{len(suspects)} tests broke or were set aside, and the base was not run", **_count(outcomes))
            if before and retrial is None and (broken := newly_broken(run, before)):
                return Verdict.unproven(f"{len(broken)} tests broke since the base, and were not run again", **_count(outcomes))
            findings += [finding for outcome in suspects if before for finding in self._compare(outcome, before, retrial)]
        if flaky := [finding for finding in findings if finding.rule == "flaky-test"]:
            if not any(finding.level is Severity.ERROR for finding in findings):
                return Verdict.unproven(f"{_summary(outcomes, findings)}; run it again", flaky, **_count(outcomes))
        return Verdict.by_findings(findings, _summary(outcomes, findings), **_count(outcomes))

    def _compare(self, outcome: Outcome, before: SuiteRun, retrial: Retrial | None) -> Iterator[Finding]:
        """Say what became of one test since the base."""
        was = next((old.outcome for old in before.outcomes if old.id == outcome.id), None)
        place = Location(outcome.path, outcome.line) if outcome.path else None
        run_it = f"python -m pytest '{outcome.id}'"
        if outcome.outcome in BROKEN:
            rule, words, level = _breakage(outcome, was, retrial)
            level = Severity.ERROR if self.fail_on_known else level
            yield Finding(rule, f"{outcome.id} {words}: {outcome.message}", place, level, run_it)
        elif was == "passed":
            yield Finding("test-set-aside", f"{outcome.id} passed on the base and is {outcome.outcome} now: {outcome.message}", place, mend=run_it)
        elif was is None:
            yield Finding("new-test-set-aside", f"{outcome.id} is new and {outcome.outcome}: {outcome.message}", place, Severity.WARNING)


def _breakage(outcome: Outcome, was: Word | None, retrial: Retrial | None) -> tuple[str, str, Severity]:
    """Give the rule, the words and the level for a test that breaks on the head."""
    if was is None:
        return "broken-test", "is new and breaks", Severity.ERROR
    again = next((tried for tried in retrial.retried if tried.id == outcome.id), None) if retrial else None
    if was in BROKEN or (again and BROKEN.intersection(again.base)):
        return "known-break", "breaks on the base as well", Severity.WARNING
    if again and not BROKEN.issuperset(again.head):
        passed = sum(word not in BROKEN for word in again.head)
        return "flaky-test", f"broke, then passed {passed} of {len(again.head)} times when run again", Severity.WARNING
    return "broken-test", "broke", Severity.ERROR


def _suspects(run: SuiteRun, change: Change, project: Project) -> list[Outcome]:
    """Give the tests that broke, and those set aside where the change may have done it."""
    aside = [outcome for outcome in run.outcomes if outcome.outcome in SET_ASIDE]
    changed = {file.path: file for file in change.files if file.path.endswith(".py") and project.is_test(file.path)}
    everywhere = any(_adds_mark(file) for path, file in changed.items() if path.endswith("conftest.py"))
    prefix = f"{project.root}/" if project.root else ""
    touched = [outcome for outcome in aside if everywhere or _touches(changed.get(prefix + outcome.path), outcome.line)]
    return [outcome for outcome in run.outcomes if outcome.outcome in BROKEN] + touched


def _touches(file: FileChange | None, line: int) -> bool:
    """Tell whether a change of a test file may have set aside the test at a line."""
    if file is None:
        return False
    if _adds_mark(file):
        return True
    before = {unit.digest for unit in units(file.before or b"") or ()}
    here = [unit for unit in units(file.after or b"") or () if unit.line <= line <= unit.end_line]
    return any(unit.digest not in before for unit in here)


def _adds_mark(file: FileChange) -> bool:
    lines = lines_of(file.after)
    return any(_MARK.search(lines[number - 1]) for number in file.added_lines if number <= len(lines))


def _by_exit_code(run: SuiteRun) -> Verdict:
    if run.code:
        return Verdict.failed(f"the suite's command {run.runner!r} ended with code {run.code}")
    return Verdict.unproven(f"{run.runner!r} ended with code 0, but says nothing of single tests: let the suite's command run pytest")


def _count(outcomes: list[Outcome]) -> dict[str, int]:
    words = [outcome.outcome for outcome in outcomes]
    return {"tests": len(words)} | {word: words.count(word) for word in sorted(set(words))}


def _summary(outcomes: list[Outcome], findings: list[Finding]) -> str:
    count = _count(outcomes)
    broken = count.get("failed", 0) + count.get("error", 0)
    known = sum(finding.rule == "known-break" for finding in findings)
    flaky = sum(finding.rule == "flaky-test" for finding in findings)
    aside = sum(finding.rule == "test-set-aside" for finding in findings)
    parts = [f"{count.get('passed', 0)} tests pass"]
    parts += [f"{broken - known - flaky} break"] if broken > known + flaky else []
    parts += [f"{flaky} break now and then"] if flaky else []
    parts += [f"{known} break on the base as well"] if known else []
    parts += [f"{aside} set aside by the change"] if aside else []
    parts += [f"{count[word]} {word}" for word in ("skipped", "xfailed", "xpassed") if word in count]
    return ", ".join(parts)
