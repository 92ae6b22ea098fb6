"""The gate tests-pass, on plain values."""

import pytest

from gatecheck.change import Change, FileChange
from gatecheck.measurements.controls import Controls
from gatecheck.measurements.outcomes import Outcome, Word
from gatecheck.measurements.retrial import Retrial, Retried
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import file_change
from gatecheck_gates.tests_pass import TestsPass

PROJECT = Project(source=("/src/",))
NONE = IntegrationRun(present=False)
FAILED = Controls(1)
A_TEST = "def test_it():\n    assert True\n"
SKIPPED = "import pytest\n\n\n@pytest.mark.skip\ndef test_it():\n    assert True\n"


def run(*words: Word) -> UnitRun:
    """Give a run of tests that ended so, one a word."""
    named = enumerate(words)
    return UnitRun(outcomes=tuple(Outcome(f"tests/test_{n}.py::test_it", w, f"tests/test_{n}.py") for n, w in named))


def judged(
    after: UnitRun,
    before: UnitRun | None = None,
    retrial: Retrial | None = None,
    *,
    gate: TestsPass | None = None,
    changed: FileChange | None = None,
    controls: Controls = FAILED,
) -> Verdict:
    """Judge runs of the unit tests, of a project without integration tests."""
    file = changed or file_change("src/a.py", "x = 1\n", "x = 2\n")
    change = Change("a..b", "a", "b", "1", "2", (file,))
    return (gate or TestsPass()).judge(
        change, PROJECT, after, NONE, controls, before, NONE if before else None, retrial
    )


def test_passing_tests_are_enough() -> None:
    """The base need not run."""
    verdict = judged(run("passed", "passed"))

    assert (verdict.status, verdict.summary) == (Status.PASS, "2 tests pass")
    assert verdict.measures == {"tests": 2, "passed": 2}


def test_what_breaks_is_compared_with_the_base() -> None:
    """Without a run of the base nothing is decided."""
    verdict = judged(run("passed", "failed"))

    assert verdict.status is Status.UNPROVEN
    assert "the base was not run" in verdict.summary


def test_what_there_was_no_time_for_is_said() -> None:
    """It decides nothing."""
    verdict = judged(run("passed", "passed"), controls=Controls(1, left=1))

    assert (verdict.status, verdict.summary) == (Status.PASS, "2 tests pass, 1 not made to fail, for want of time")


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        (
            Controls(3, ("tests/test_0.py::test_it",)),
            "tests/test_0.py::test_it passes as well with a failure put at its",
        ),
        (Controls(0, ("a.py::test_a", "a.py::test_b")), "a.py::test_a and 1 more pass as well"),
        (Controls(problem="broke none of them"), "made to fail, and that broke none of them"),
    ],
)
def test_tests_that_pass_whatever_happens_show_nothing(controls: Controls, words: str) -> None:
    """Then what is told of them is not believed; what breaks still counts."""
    verdict = judged(run("passed"), controls=controls)

    assert verdict.status is Status.UNPROVEN
    assert words in verdict.summary
    again = Retrial((Retried("tests/test_1.py::test_it", ("passed",) * 3, ("failed",) * 3),))
    assert judged(run("passed", "failed"), run("passed"), again, controls=controls).status is Status.FAIL


@pytest.mark.parametrize(
    ("message", "told"), [("OSError: [Errno 101] Network is unreachable", True), ("AssertionError: 1 == 2", False)]
)
def test_what_could_not_be_reached_may_need_another_policy(message: str, told: bool) -> None:
    """Tests have no network unless the policy says so, and whoever wrote one that needs it must learn that."""
    after = UnitRun(outcomes=(Outcome("tests/test_a.py::test_it", "failed", "tests/test_a.py", 1, message),))
    (finding,) = judged(after, run("passed"), Retrial()).findings

    assert finding.mend.strip("`").startswith("python -m pytest 'tests/test_a.py::test_it'")
    assert ('network = "host"' in finding.mend) is told


def test_what_broke_is_run_again_before_it_counts() -> None:
    """A test that fails by chance is nobody's fault."""
    verdict = judged(run("failed"), run("passed"))

    assert verdict.status is Status.UNPROVEN
    assert "were not run again" in verdict.summary


@pytest.mark.parametrize(
    ("again", "status", "rule", "level"),
    [
        (("failed", "failed", "failed"), Status.FAIL, "broken-test", Severity.ERROR),
        (("failed", "passed", "failed"), Status.PASS, "flaky-test", Severity.WARNING),
    ],
)
def test_only_what_breaks_every_time_is_broken(
    again: tuple[Word, ...], status: Status, rule: str, level: Severity
) -> None:
    """Breaking now and then proves neither."""
    retried = Retried("tests/test_0.py::test_it", ("passed",) * 3, again)
    verdict = judged(run("failed", "passed"), run("passed", "passed"), Retrial((retried,)))

    assert verdict.status is status
    assert [(finding.rule, finding.level) for finding in verdict.findings] == [(rule, level)]


def test_what_breaks_on_the_base_too_is_a_warning() -> None:
    """The change did not do it."""
    verdict = judged(run("error", "passed"), run("error", "passed"), Retrial())

    assert verdict.status is Status.PASS
    assert [(finding.rule, finding.level) for finding in verdict.findings] == [("known-break", Severity.WARNING)]


def test_a_policy_may_forbid_known_breaks() -> None:
    """The option fail-on-known."""
    verdict = judged(run("error"), run("error"), Retrial(), gate=TestsPass(fail_on_known=True))

    assert verdict.status is Status.FAIL


def test_a_new_test_that_fails_is_broken() -> None:
    """There is nothing to compare it with."""
    verdict = judged(run("passed", "failed"), run("passed"), Retrial())

    assert [(finding.rule, finding.level) for finding in verdict.findings] == [("broken-test", Severity.ERROR)]
    assert verdict.summary == "1 tests pass, 1 break"


def test_a_test_that_the_change_sets_aside_fails() -> None:
    """It passed on the base."""
    edited = file_change("tests/test_0.py", A_TEST, SKIPPED)
    verdict = judged(run("skipped", "passed"), run("passed", "passed"), Retrial(), changed=edited)

    assert [finding.rule for finding in verdict.findings] == ["test-set-aside"]
    assert verdict.status is Status.FAIL


def test_a_new_test_that_is_skipped_is_a_warning() -> None:
    """It may be for another platform."""
    added = file_change("tests/test_1.py", None, SKIPPED)
    verdict = judged(run("passed", "skipped"), run("passed"), Retrial(), changed=added)

    assert [(finding.rule, finding.level) for finding in verdict.findings] == [("new-test-set-aside", Severity.WARNING)]
    assert verdict.status is Status.PASS


@pytest.mark.parametrize(
    ("marked", "status"),
    [
        ("@pytest.mark.skip\ndef test_new():\n    pass\n", Status.PASS),
        ("pytestmark = pytest.mark.skip\n", Status.UNPROVEN),
    ],
)
def test_a_mark_on_one_test_sets_no_other_aside(marked: str, status: Status) -> None:
    """One on the module may have: then the base must tell."""
    changed = file_change("tests/test_0.py", SKIPPED, f"{SKIPPED}\n\n{marked}")
    verdict = judged(run("skipped", "passed"), changed=changed)

    assert verdict.status is status


def test_skips_elsewhere_are_not_looked_at() -> None:
    """The change touches no test."""
    assert judged(run("passed", "skipped")).findings == ()


@pytest.mark.parametrize(("after", "why"), [(run(), "none was collected"), (run("skipped"), "nothing was shown")])
def test_nothing_that_passed_is_unproven(after: UnitRun, why: str) -> None:
    """A run that shows nothing is not green."""
    verdict = judged(after)

    assert (verdict.status, why in verdict.summary) == (Status.UNPROVEN, True)


@pytest.mark.parametrize(
    ("code", "base_code", "status"),
    [(0, 0, Status.UNPROVEN), (1, 0, Status.FAIL), (1, 1, Status.UNPROVEN)],
)
def test_a_command_without_single_tests_never_passes(code: int, base_code: int, status: Status) -> None:
    """Its exit code can say that something broke, and no more."""
    verdict = judged(UnitRun(runner="make test", code=code), UnitRun(runner="make test", code=base_code), Retrial())

    assert verdict.status is status
