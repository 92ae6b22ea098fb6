"""The gate unit-coverage, on plain values; what it shares with integration-coverage is tested here."""

import pytest

from gatecheck.change import Change
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import UnitRun
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import change_of
from gatecheck_gates._suite_coverage import Ratio
from gatecheck_gates.unit_coverage import UnitCoverage

PROJECT = Project(source=("/src/",))
PASSED = (Outcome("tests/test_a.py::test_it", "passed", "tests/test_a.py"),)


def source(statements: int, first: int = 0) -> str:
    """Give as many statements, one a line."""
    return "".join(f"x{number} = {number}\n" for number in range(first, first + statements))


def run(*files: FileCoverage) -> UnitRun:
    """Give a run with a passing test."""
    return UnitRun(outcomes=PASSED, files=files)


def covering(path: str, statements: int, ran: int) -> FileCoverage:
    """Give a file of which the first `ran` statements were run."""
    return FileCoverage(path, tuple(range(1, statements + 1)), tuple(range(1, ran + 1)))


def judged(after: UnitRun | None, before: UnitRun | None = None, change: Change | None = None) -> Verdict:
    """Judge a new file of ten statements, src/a.py."""
    return UnitCoverage().judge(change or change_of({"src/a.py": (None, source(10))}), PROJECT, after, before)


@pytest.mark.parametrize(("ran", "status"), [(10, Status.PASS), (8, Status.PASS), (7, Status.FAIL)])
def test_the_minimum_itself_is_enough(ran: int, status: Status) -> None:
    """Four of five statements of the change."""
    verdict = judged(run(covering("src/a.py", 10, ran), covering("src/b.py", 90, 90)))

    assert verdict.status is status
    assert (verdict.measures["covered"], verdict.measures["statements"]) == (ran, 10)


def test_where_new_tests_are_skipped_too_little_is_unproven() -> None:
    """They may be for another Python or system; old ones that are skipped say nothing."""
    change = change_of({"src/a.py": (None, source(10)), "tests/test_b.py": (None, "def test_new(): pass\n")})
    files = (covering("src/a.py", 10, 7), covering("src/b.py", 90, 90))

    def status(id_: str, path: str = "tests/test_b.py") -> Status:
        return judged(UnitRun(outcomes=(*PASSED, Outcome(id_, "skipped", path)), files=files), change=change).status

    assert status("tests/test_b.py::test_new") is Status.UNPROVEN
    assert status("tests/test_a.py::test_old", "tests/test_a.py") is Status.FAIL


@pytest.mark.parametrize(
    ("id_", "message", "told"),
    [
        ("tests/test_b.py", "ModuleNotFoundError: No module named 'saml2'", "may tell: install what gives saml2 into"),
        ("tests/test_b.py", "", "may tell: run gatecheck where it does"),
        ("tests/integration/test_b.py", "ModuleNotFoundError: No module named 'saml2'", ""),
    ],
)
def test_a_file_that_cannot_be_collected_leaves_its_own_suite_open(id_: str, message: str, told: str) -> None:
    """Each suite tells of every such file; the message says what it lacks. Those of the other suite fill no gap."""
    outcomes = (*PASSED, Outcome(id_, "error", message=message))
    verdict = judged(UnitRun(outcomes=outcomes, files=(covering("src/a.py", 10, 7), covering("src/b.py", 90, 90))))

    assert verdict.status is (Status.UNPROVEN if told else Status.FAIL)
    assert told in verdict.summary


def test_a_suite_that_runs_nothing_of_the_project_is_unproven() -> None:
    """Its tests pass on another copy of the source, or on another project."""
    many = tuple(Outcome(f"tests/test_b.py::test_{number}", "passed", "tests/test_b.py") for number in range(10))
    files = (covering("src/a.py", 10, 0), covering("src/b.py", 90, 0))
    verdict = judged(UnitRun(outcomes=many, files=files))

    assert judged(UnitRun(outcomes=many[1:], files=files)).status is Status.FAIL
    assert verdict.status is Status.UNPROVEN
    assert "run none of the project's 100 statements" in verdict.summary


@pytest.mark.parametrize(("ran", "level"), [(9, Severity.WARNING), (5, Severity.ERROR)])
def test_what_no_test_runs_is_listed(ran: int, level: Severity) -> None:
    """As one place a run of lines; a warning where there is enough."""
    (finding,) = judged(run(covering("src/a.py", 10, ran), covering("src/b.py", 90, 90))).findings

    assert finding.level is level
    assert finding.location is not None
    assert (finding.location.line, finding.location.end_line) == (ran + 1, 10)


@pytest.mark.parametrize(("times", "status"), [(4, Status.PASS), (5, Status.FAIL)])
def test_a_few_statements_for_other_environments_are_excused(times: int, status: Status) -> None:
    """A note says what decides that they do not run here; where there are many of them, they count."""
    handler = "try:\n    import m{0}\nexcept ImportError:\n" + "".join(f"    a{n} = {n}\n" for n in range(4))
    change = change_of({"src/a.py": (None, "".join(handler.format(number) for number in range(times)))})
    ran = tuple(7 * number + line for number in range(times) for line in (1, 2))
    coverage = FileCoverage("src/a.py", tuple(range(1, 7 * times + 1)), ran)
    verdict = judged(run(coverage, covering("src/b.py", 900, 900)), change=change)

    assert verdict.status is status
    assert {finding.rule for finding in verdict.findings} == {"other-environment" if times == 4 else "uncovered"}


def test_a_file_that_no_test_imports_is_uncovered() -> None:
    """It is not left out."""
    verdict = judged(run(FileCoverage("src/a.py", tuple(range(1, 11)))))

    assert (verdict.status, verdict.measures["covered"]) == (Status.FAIL, 0)


def test_a_file_that_nothing_is_told_of_is_unproven() -> None:
    """A gap in the measurement is no pass."""
    verdict = judged(run(covering("src/b.py", 90, 90)))

    assert verdict.status is Status.UNPROVEN
    assert "src/a.py" in verdict.summary


def test_a_project_below_the_minimum_is_compared_with_its_base() -> None:
    """It must not fall; whoever found it there need not mend it."""
    after = run(covering("src/a.py", 10, 10), covering("src/b.py", 90, 45))

    assert judged(after).status is Status.UNPROVEN
    assert judged(after, run(covering("src/b.py", 90, 45))).status is Status.PASS
    fell = judged(after, run(covering("src/b.py", 90, 80)))
    assert fell.status is Status.FAIL
    assert [finding.rule for finding in fell.findings] == ["total-fell"]


def test_deleting_covered_code_is_no_fall() -> None:
    """The share falls while nothing more is missed."""
    assert not Ratio(40, 80).fell_from(Ratio(50, 90))
    assert Ratio(40, 81).fell_from(Ratio(40, 80))


def test_a_share_is_cut_not_rounded() -> None:
    """79.96 % is not 80."""
    assert str(Ratio(1999, 2500)) == "1999 of 2500 statements (79.9 %)"
    assert not Ratio(1999, 2500).reaches(80)


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (None, Status.UNPROVEN),
        (UnitRun(present=False), Status.NOT_APPLICABLE),
        (UnitRun(), Status.UNPROVEN),
        (UnitRun(outcomes=(Outcome("tests/test_a.py::test_it", "failed"),)), Status.UNPROVEN),
    ],
)
def test_a_run_that_shows_nothing_is_not_green(after: UnitRun | None, status: Status) -> None:
    """Not run, no suite, nothing collected, nothing passed."""
    assert judged(after).status is status


def test_a_change_of_prose_is_not_judged() -> None:
    """No test needs to run for it."""
    assert judged(None, change=change_of({"README.md": ("a\n", "b\n")})).status is Status.NOT_APPLICABLE


def test_a_test_alone_is_judged_by_the_project() -> None:
    """The change has no statement of source."""
    change = change_of({"tests/test_a.py": (None, "def test_it():\n    assert True\n")})
    verdict = judged(run(covering("src/b.py", 90, 90)), change=change)

    assert verdict.status is Status.NOT_APPLICABLE
    assert "no statement" in verdict.summary
