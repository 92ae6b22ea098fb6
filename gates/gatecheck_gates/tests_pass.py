"""The gate tests-pass."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Base, Change, FileChange, Pinned, lines_of
from gatecheck.measurements.causes import fix_of, is_unreached, kind_of
from gatecheck.measurements.controls import Controls
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.outcomes import Outcome, Word
from gatecheck.measurements.retrial import Retrial, broken_anew
from gatecheck.measurements.suites import IntegrationRun, SuiteRun, UnitRun
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.syntax import units

BROKEN = frozenset({"failed", "error"})
SET_ASIDE = frozenset({"skipped", "xfailed", "xpassed"})
_Sides = tuple[SuiteRun, SuiteRun | None]  # on the head, and on the base where it was measured
_MARK = re.compile(rb"skip|xfail|expectedFailure|pytestmark|collect_ignore")


@dataclass(frozen=True)
class TestsPass:
    """Every test of the head passes, and none was set aside to make it so.

    Why
    ---
    A change that breaks a test breaks what somebody relied on; a test that is skipped or marked as an expected failure
    on the way says nothing any more.

    How it is judged
    ----------------
    All suites of the head run under the base's test configuration. What pytest's exit code or output says is not
    believed: each test's phases are recorded apart, and those that pass are run once more with a failure put at the end
    of each (of a suite that takes over a minute, the changed files and as many others by chance as that minute has room
    for): one that then passes as well leaves the item open. A failure or error is an error finding, unless the same
    test breaks on the base in the same environment too: then it is listed as a warning (option fail-on-known makes it
    an error). One that did not break there is run again on both sides in turn, by itself and, where it then passes,
    with all the others; breaking only now and then is a warning that names it, and leaves the item open where only the
    head breaks it, in a quarter of eight runs on each side. A test that passed on the base and is now skipped or
    expected to fail is an error. A new test that is skipped is a warning; it is run as well with each further
    `--python PATH`, or else in the environments beside the project (`.venv*`, `venv*`, `.tox/*`, `.nox/*`) that the
    base's requires-python admits: there a break is told, and decides nothing. Unproven when no test passed, or the run
    did not end properly.

    How to fix it
    -------------
    Run the command given with each finding, and mend the code (or the test, where behaviour was meant to change). Tests
    have no network but loopback of their own: those that need a service need `network = "host"` in the policy.
    """

    __test__: ClassVar[bool] = False  # pytest: this is no test class
    id: ClassVar[str] = "tests-pass"
    item: ClassVar[str] = "tests-pass"

    fail_on_known: Annotated[bool, Meta(description="fail on tests that break on the base as well")] = False

    def judge(
        self,
        change: Change,
        project: Project,
        unit: Pinned[UnitRun],
        integration: Pinned[IntegrationRun],
        controls: Pinned[Controls],
        unit_before: Base[UnitRun] | None = None,
        integration_before: Base[IntegrationRun] | None = None,
        retrial: Retrial | None = None,
    ) -> Verdict:
        """Judge both suites; base runs and the retrial are asked for only where something broke or was set aside."""
        suites: list[_Sides] = [(unit, unit_before), (integration, integration_before)]
        outcomes = list({outcome.id: outcome for run, _ in suites for outcome in run.outcomes}.values())
        if lacking := _lacking(suites, change, project, retrial):
            return Verdict.unproven(lacking, (), **_count(outcomes))
        compared = [(run, before) for run, before in suites if before]
        found: list[Finding | None] = []
        for run, before in compared:
            found += _by_exit_code(run, before)
            known = {outcome.id: outcome.outcome for outcome in before.outcomes}
            suspects = _suspects(run, change, project)
            found += [
                self._compare(
                    outcome, known.get(outcome.id), project, retrial, run.command_for(outcome.id, outcome.python)
                )
                for outcome in suspects
            ]
        findings = tuple(dict.fromkeys(finding for finding in found if finding))  # both suites meet a file that breaks
        summary, findings = _summary(outcomes, findings, controls), _told_once(findings)
        if any(finding.level is Severity.ERROR for finding in findings):
            return Verdict.failed(summary, findings, **_count(outcomes))
        undecided = _undecided((unit, integration), outcomes, findings, NewTests(change, project)) or controls.doubt
        if undecided:
            return Verdict.unproven(f"{summary}; {undecided}", findings, **_count(outcomes))
        return Verdict.passed(summary, findings, **_count(outcomes))

    def _compare(
        self, outcome: Outcome, was: Word | None, project: Project, retrial: Retrial | None, run_it: str
    ) -> Finding | None:
        """Say what became of one test since the base, where it `was` something; None where nothing is wrong."""
        place = Location(str(PurePosixPath(project.root, outcome.path)), outcome.line) if outcome.path else None
        if outcome.outcome in BROKEN:
            rule, words, level = _breakage(outcome, was, retrial)
            level = Severity.ERROR if self.fail_on_known and rule == "known-break" else level
            mend = f"`{run_it}`{fix}" if (fix := fix_of(outcome.message)) else run_it
            return Finding(rule, f"{outcome.id} {words}: {outcome.message}", place, level, mend)
        now = f"{outcome.outcome}: {outcome.message}"
        if was == "passed":
            return Finding("test-set-aside", f"{outcome.id} passed on the base, now it is {now}", place, mend=run_it)
        is_new = Finding("new-test-set-aside", f"{outcome.id} is new and {now}", place, Severity.WARNING)
        return is_new if was is None else None


def _told_once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Tell once of the tests that break on both sides for one reason: it is the environment's."""
    alike: dict[str, list[Finding]] = {}
    for found in findings:
        reason = kind_of(found.message.partition(": ")[2]) if found.rule == "known-break" else found.message
        alike.setdefault(f"{found.rule} {found.level} {reason}", []).append(found)
    return tuple(_and_more(group[0], len(group) - 1) for group in alike.values())


def _and_more(found: Finding, more: int) -> Finding:
    words = found.message.replace(" breaks on", f" and {more} more break on", 1)
    return replace(found, message=words) if more else found


def _breakage(outcome: Outcome, was: Word | None, retrial: Retrial | None) -> tuple[str, str, Severity]:
    """Give the rule, the words and the level for a test that breaks on the head."""
    again = retrial.of(outcome.id) if retrial else None
    if was in BROKEN or (again and again.verdict == "known"):
        return "known-break", "breaks on the base as well", Severity.WARNING
    if again and again.verdict in {"flaky", "shaken"}:
        rule = "flaky-test" if again.verdict == "flaky" else "flaky-since"
        since = "" if again.verdict == "flaky" else " since this change"
        return rule, f"breaks now and then{since}, in {again.told()} when run again", Severity.WARNING
    if is_unreached(outcome.message):
        return "unreached-service", "needs a service that it cannot reach", Severity.WARNING
    return ("broken-test", "is new and breaks" if was is None else "broke", Severity.ERROR)


def _suspects(run: SuiteRun, change: Change, project: Project) -> list[Outcome]:
    """Give the tests that broke, and those set aside where the change may have done it."""
    aside = [outcome for outcome in run.outcomes if outcome.outcome in SET_ASIDE]
    changed = {file.path: file for file in change.files if file.path.endswith(".py") and project.is_test(file.path)}
    confs = (file for path, file in changed.items() if path.endswith("conftest.py"))
    everywhere = any(_adds_mark(file, project) for file in confs)
    prefix = f"{project.root}/" if project.root else ""
    touched = [
        outcome
        for outcome in aside
        if everywhere or _touches(changed.get(prefix + outcome.path), outcome.line, project)
    ]
    return [outcome for outcome in run.outcomes if outcome.outcome in BROKEN] + touched


def _touches(file: FileChange | None, line: int, project: Project) -> bool:
    """Tell whether a change of a test file may have set aside the test at a line."""
    if file is None:
        return False
    if _adds_mark(file, project):
        return True
    before = {unit.digest for unit in units(file.before or b"") or ()}
    here = [unit for unit in units(file.after or b"") or () if unit.line <= line <= unit.end_line]
    return any(unit.digest not in before for unit in here)


def _adds_mark(file: FileChange, project: Project) -> bool:
    """Tell whether a change adds a mark that may set aside other tests than the one that it stands on."""
    lines = lines_of(file.after)
    marked = [number for number in file.added_lines if number <= len(lines) and _MARK.search(lines[number - 1])]
    functions = (unit for unit in units(file.after or b"") or () if unit.kind == "function")
    tests = [unit for unit in functions if _is_test(unit.name, project)]
    return any(not any(test.line <= number <= test.end_line for test in tests) for number in marked)


def _is_test(name: str, project: Project) -> bool:
    plain = name.rpartition(".")[2]
    return plain.startswith("test") or project.collection.is_function(plain)


def _lacking(suites: list[_Sides], change: Change, project: Project, retrial: Retrial | None) -> str:
    """Say what must be measured before anything can be decided, "" for nothing."""
    for run, before in suites:
        suspects = _suspects(run, change, project)
        if before is None and (suspects or _failed_as_a_whole(run)):
            return f"{len(suspects) or 'all'} tests broke or were set aside, and the base was not run"
        if before and retrial is None and (broken := broken_anew(run, before)):
            return f"{len(broken)} tests break that did not on the base, and were not run again"
    return ""


def _undecided(
    runs: Iterable[SuiteRun], outcomes: list[Outcome], findings: tuple[Finding, ...], tests: NewTests
) -> str:
    """Say why nothing is decided though nothing is known to be broken, "" where it is decided."""
    if by_code := [run.runner for run in runs if run.runner != "pytest"]:
        return f"{by_code[0]!r} says nothing of single tests: let the suite's command run pytest"
    if shaken := [found for found in findings if found.rule == "flaky-since"]:
        return f"{len(shaken)} break now and then since this change, and never did on the base"
    if unreached := [found for found in findings if found.rule == "unreached-service"]:
        return f"{len(unreached)} need a service that they cannot reach"
    if lost := next(tests.lost(outcomes), ""):
        return f"{lost} is edited, and cannot be collected on either side"
    if not outcomes:
        return "none was collected"
    return "" if any(outcome.outcome == "passed" for outcome in outcomes) else "nothing was shown"


def _failed_as_a_whole(run: SuiteRun) -> bool:
    return run.runner != "pytest" and run.code != 0


def _by_exit_code(run: SuiteRun, before: SuiteRun) -> Iterator[Finding]:
    """Judge a suite of which only the exit code is known."""
    said = f"the suite's command {run.runner!r} ended with code {run.code}"
    if _failed_as_a_whole(run) and _failed_as_a_whole(before):
        yield Finding("known-break", f"{said}, on the base with {before.code}", level=Severity.WARNING)
    elif _failed_as_a_whole(run):
        yield Finding("broken-suite", said, mend=f"run it: python {run.runner}")


def _count(outcomes: list[Outcome]) -> dict[str, int]:
    words = [outcome.outcome for outcome in outcomes]
    return {"tests": len(words)} | {word: words.count(word) for word in sorted(set(words))}


def _summary(outcomes: list[Outcome], findings: tuple[Finding, ...], controls: Controls) -> str:
    count = _count(outcomes)
    broken = count.get("failed", 0) + count.get("error", 0)
    known = sum(finding.rule == "known-break" for finding in findings)
    flaky = sum(finding.rule in {"flaky-test", "flaky-since"} for finding in findings)
    aside = sum(finding.rule == "test-set-aside" for finding in findings)
    parts = [f"{count.get('passed', 0)} tests pass"]
    parts += [f"{broken - known - flaky} break"] if broken > known + flaky else []
    parts += [f"{flaky} break now and then"] if flaky else []
    parts += [f"{known} break on the base as well"] if known else []
    parts += [f"{aside} set aside by the change"] if aside else []
    parts += [f"{count[word]} {word}" for word in ("skipped", "xfailed", "xpassed") if word in count]
    parts += [f"{controls.left} not made to fail, for want of time"] if controls.left else []
    return ", ".join(parts)
