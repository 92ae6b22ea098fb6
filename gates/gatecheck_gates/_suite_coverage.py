"""What unit-coverage and integration-coverage share: judging one suite's coverage of the change and of the project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gatecheck.change import Change, FileChange
from gatecheck.measurements.causes import BREAKS, fix_of
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.outcomes import Reach
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import SuiteRun
from gatecheck.model import Finding, Location, Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.statements import FileStatements, changed_statements, known_units, spans

MOST_EXCUSED = 20  # statements of a change that other environments run; more of them are counted
_ASIDE = "runs this itself: it runs in fixtures or on import, where nothing looks at it"


A_SUITE = 10  # passing tests that run nothing at all: a project without tests has fewer, one with tests runs some of it
ELSEWHERE = "they import another copy of it, or another project; install it editable, or name `source` in the policy"


@dataclass(frozen=True)
class Ratio:
    """Covered out of total statements; compared as integers, never rounded."""

    covered: int
    total: int

    def reaches(self, minimum: int) -> bool:
        """Tell whether covered / total >= minimum %."""
        return self.covered * 100 >= minimum * self.total

    def fell_from(self, before: "Ratio") -> bool:
        """Tell whether the share fell and more is missed: deleting covered code alone lowers the share harmlessly."""
        missed_more = self.total - self.covered > before.total - before.covered
        return missed_more and self.covered * before.total < before.covered * self.total

    def __str__(self) -> str:
        """Give the figure with its denominator; the percentage is cut, so that 79.96 % is never shown as 80."""
        tenths = self.covered * 1000 // self.total if self.total else 0
        return f"{self.covered} of {self.total} statements ({tenths // 10}.{tenths % 10} %)"


def concerned(change: Change, project: Project) -> bool:
    """Tell whether the change could alter what a suite covers: Python source or tests changed."""
    return any(
        file.path.endswith(".py") and (project.is_source(file.path) or project.is_test(file.path))
        for file in change.files
    )


def total_of(run: SuiteRun) -> Ratio:
    """Count the whole project's statements."""
    counted = [(set(file.statements) - set(file.excluded), set(file.executed)) for file in run.files]
    return Ratio(sum(len(own & ran) for own, ran in counted), sum(len(own) for own, _ in counted))


def judge_suite(
    suite: str, minimum: int, change: Change, project: Project, after: SuiteRun | None, before: SuiteRun | None
) -> Verdict:
    """Judge one suite; without the runs it says what is missing, so that they are measured."""
    if not concerned(change, project):
        return Verdict.not_applicable("no Python source or test changed")
    if after is None:
        return Verdict.unproven(f"the {suite} tests were not run")
    if not after.present:
        return Verdict.not_applicable(f"the project has no {suite} suite")
    if not any(outcome.outcome == "passed" for outcome in after.outcomes) and after.runner == "pytest":
        why = next((f": {one.message}{fix_of(one.message)}" for one in after.outcomes if one.message), "")
        said = f"no {suite} test {'ran' if not after.outcomes else 'passed'}, so that nothing was measured"
        return Verdict.unproven(f"{said}{why}")
    return _judge_run(suite, minimum, change, project, after, before)


def _judge_run(
    suite: str, minimum: int, change: Change, project: Project, after: SuiteRun, before: SuiteRun | None
) -> Verdict:
    changed = [file for file in change.python() if project.is_source(file.path)]
    if unread := _unread(changed, after):
        return Verdict.unproven(f"{unread[0].path} could not be analysed: {unread[0].problem}")
    files = list(_statements(change, changed, after))
    if sum(len(file.excused) for file in files) > MOST_EXCUSED:
        files = list(_statements(change, changed, after, excuse=False))
    total = total_of(after)
    verdict = _verdict(suite, minimum, files, total, before)
    passed = sum(outcome.outcome == "passed" for outcome in after.outcomes)
    if verdict.status == "fail" and not total.covered and passed >= A_SUITE:
        why = f"the {suite} tests pass, and run none of the project's {total.total} statements: {ELSEWHERE}"
        return replace(verdict, status=Status.UNPROVEN, summary=why)
    skipped = NewTests(change, project).skipped(after.outcomes, suite) if verdict.status == "fail" else ()
    if not skipped:
        return verdict
    mend = _mend(skipped[0], after)
    why = f"{skipped[0]} does not run here, and may tell: {mend}{_and_more(skipped)}"
    return replace(verdict, status=Status.UNPROVEN, summary=f"{verdict.summary}; {why}")


def _mend(id_: str, run: SuiteRun) -> str:
    """Give what makes a test or file run that does not: what its own error lacks, or another Python."""
    message = next((one.message for one in run.outcomes if one.id == id_ and one.outcome in BREAKS), "")
    return fix_of(message).removeprefix("; ") or "run gatecheck where it does, or name its Python by a second --python"


def _and_more(ids: Sequence[str]) -> str:
    return f" ({len(ids)} such)" if len(ids) > 1 else ""


def _unread(changed: list[FileChange], run: SuiteRun) -> list[FileCoverage]:
    described = {file.path: file for file in run.files}
    found = (
        described.get(file.path, FileCoverage(file.path, problem="no coverage of it was told")) for file in changed
    )
    return [coverage for coverage in found if coverage.problem]


def _statements(
    change: Change, changed: list[FileChange], run: SuiteRun, *, excuse: bool = True
) -> Iterator[FileStatements]:
    described = {file.path: file for file in run.files}
    reached = {reach.path: reach for reach in run.reached}
    known = known_units(change)
    for file in changed:
        reach = reached.get(file.path, Reach(file.path)) if reached else None
        yield changed_statements(file, described[file.path], known, reach, excuse=excuse)


def _verdict(suite: str, minimum: int, files: list[FileStatements], total: Ratio, before: SuiteRun | None) -> Verdict:
    own = Ratio(sum(len(file.covered) for file in files), sum(len(file.counted) for file in files))
    enough = own.reaches(minimum)
    level = Severity.WARNING if enough else Severity.ERROR
    findings = [finding for file in files for finding in (*_missed(suite, file, level), *_excused(file))]
    measures = _measures(own, total, minimum)
    said = f"{suite} tests run {own} of the change" if own.total else "the change has no statement to cover"
    if not enough:
        return Verdict.failed(f"{said}, at least {minimum} % needed", findings, **measures)
    if not total.reaches(minimum):
        return _judge_total(suite, minimum, said, findings, total, before, measures)
    decided = Verdict.passed if own.total else Verdict.not_applicable
    return decided(f"{said}; of the project {total}", findings, **measures)


def _judge_total(
    suite: str,
    minimum: int,
    said: str,
    findings: list[Finding],
    total: Ratio,
    before: SuiteRun | None,
    measures: dict[str, float],
) -> Verdict:
    """Judge a project that is below the minimum as a whole: then the change must not lower it."""
    if before is None:
        return Verdict.unproven(f"{said}; the project has {total}, below {minimum} %, and its base was not measured")
    base = total_of(before)
    measures = measures | {"base_covered": base.covered, "base_statements": base.total}
    if total.fell_from(base):
        finding = Finding(
            "total-fell",
            f"the {suite} tests ran {base} of the project at the base, {total} now",
            mend="test what was added",
        )
        return Verdict.failed(
            f"{said}; the project fell from {base} to {total}, below {minimum} %", [*findings, finding], **measures
        )
    kept = f"{said}; the project stays below {minimum} % at {total}, and does not fall"
    return Verdict.passed(kept, findings, **measures)


def _missed(suite: str, file: FileStatements, level: Severity) -> Iterator[Finding]:
    mend = f"add {'an' if suite == 'integration' else 'a'} {suite} test that runs it, or delete what nothing needs"
    for lines, rule, where in ((file.missed, "uncovered", "runs this"), (file.aside, "aside", _ASIDE)):
        for first, last in spans(set(lines) - (file.aside if rule == "uncovered" else set()), file.counted):
            yield Finding(rule, f"no {suite} test {where}", Location(file.path, first, last), level, mend)


def _excused(file: FileStatements) -> Iterator[Finding]:
    for why in dict.fromkeys(file.excused.values()):
        lines = [line for line, reason in file.excused.items() if reason == why]
        said = f"{len(lines)} statements are not counted: {why} decides that they do not run here"
        yield Finding("other-environment", said, Location(file.path, min(lines)), Severity.NOTE)


def _measures(own: Ratio, total: Ratio, minimum: int) -> dict[str, float]:
    return {
        "covered": own.covered,
        "statements": own.total,
        "project_covered": total.covered,
        "project_statements": total.total,
        "minimum": minimum,
    }
