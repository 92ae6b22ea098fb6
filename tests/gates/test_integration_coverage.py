"""The gate integration-coverage, on plain values; what it shares with unit-coverage is tested there."""

import pytest

from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import IntegrationRun
from gatecheck.model import Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import change_of
from gatecheck_gates.integration_coverage import IntegrationCoverage

PASSED = (Outcome("tests/integration/test_a.py::test_it", "passed"),)
CHANGE = change_of({"src/a.py": (None, "".join(f"x{number} = {number}\n" for number in range(10)))})


def judged(run: IntegrationRun) -> Verdict:
    """Judge a new file of ten statements, in a project that has no other source."""
    return IntegrationCoverage().judge(CHANGE, Project(source=("/src/",)), run, IntegrationRun())


@pytest.mark.parametrize(("ran", "status"), [(7, Status.PASS), (6, Status.FAIL)])
def test_seven_of_ten_are_enough(ran: int, status: Status) -> None:
    """The minimum is lower than that of unit tests."""
    covered = FileCoverage("src/a.py", tuple(range(1, 11)), tuple(range(1, ran + 1)))
    verdict = judged(IntegrationRun(outcomes=PASSED, files=(covered,)))

    assert verdict.status is status
    assert verdict.measures["minimum"] == 70


def test_a_project_without_integration_tests_is_not_judged() -> None:
    """It says so."""
    verdict = judged(IntegrationRun(present=False))

    assert (verdict.status, verdict.summary) == (Status.NOT_APPLICABLE, "the project has no integration suite")


@pytest.mark.parametrize("path", ["tests/integration/test_b.py", "tests/test_b.py"])
def test_a_file_that_cannot_be_collected_may_hold_integration_tests(path: str) -> None:
    """One beside the folder may have some that are marked: its text is not among what changed."""
    covered = FileCoverage("src/a.py", tuple(range(1, 11)), tuple(range(1, 7)))

    assert judged(IntegrationRun(outcomes=(*PASSED, Outcome(path, "error")), files=(covered,))).status == "unproven"
