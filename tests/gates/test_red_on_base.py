"""The gate red-on-base, on plain values."""

import pytest

from gatecheck.change import Change
from gatecheck.measurements.commit_reds import CommitReds
from gatecheck.measurements.mends import Mends
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.red_on_base import BaseReds
from gatecheck.measurements.red_trials import RedTrials
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.task import Strategy, Task
from gatecheck.testing import change_of
from gatecheck_gates.red_on_base import RedOnBase

PROJECT = Project(source=("/src/",))
TEST = "def test_fee():\n    assert fee(1) == 2\n"
SOURCE = {"src/shop.py": ("def fee(x):\n    return x\n", "def fee(x):\n    return x + 1\n")}
TESTS = {"tests/test_shop.py": ("", TEST)}
ID = "tests/test_shop.py::test_fee"
RED, GREEN = BaseReds(red=(ID,)), BaseReds(green=(ID,))
TRIED = RedTrials(1, (ID,))
MENDED = Mends(1, ID)


def judged(
    reds: BaseReds | None,
    trials: RedTrials | None = None,
    commits: CommitReds | None = None,
    strategy: Strategy = Strategy.BUG_FIX,
    change: Change | None = None,
    word: str = "passed",
    mends: Mends | None = MENDED,
) -> Verdict:
    """Judge a change of the source and a test."""
    unit = UnitRun(outcomes=(Outcome(ID, word, "tests/test_shop.py"),))  # type: ignore[arg-type]
    integration = IntegrationRun(present=False)
    asked = Task(strategy=strategy)
    return RedOnBase().judge(
        change or change_of(SOURCE | TESTS), asked, PROJECT, unit, integration, reds, trials, mends, commits
    )


def rules(verdict: Verdict) -> list[tuple[str, Severity]]:
    """Give what was found."""
    return [(finding.rule, finding.level) for finding in verdict.findings]


@pytest.mark.parametrize("strategy", [Strategy.FLEXIBLE, Strategy.TEST_AFTER, Strategy.REFACTOR])
def test_a_strategy_that_demands_nothing_needs_no_run(strategy: Strategy) -> None:
    """Nothing is measured, so it does not pass either."""
    verdict = RedOnBase().judge(change_of(SOURCE | TESTS), Task(strategy=strategy), PROJECT)

    assert verdict.status is Status.NOT_APPLICABLE
    assert strategy.value in verdict.summary


def test_a_red_test_that_notices_the_change_proves_a_bug_fix() -> None:
    """Red on the base, green on the head, red with the changed functions disabled."""
    verdict = judged(RED, TRIED)

    assert (verdict.status, verdict.findings) == (Status.PASS, ())
    assert verdict.measures == {"red": 1, "green": 0}


def test_each_run_is_asked_for_only_where_it_decides() -> None:
    """No trial before something is red, no commits but for tdd."""
    assert judged(None).status is Status.UNPROVEN
    assert judged(RED).status is Status.UNPROVEN
    assert judged(GREEN).status is Status.FAIL
    assert judged(RED, TRIED).status is Status.PASS
    assert judged(RED, TRIED, mends=None).status is Status.UNPROVEN
    assert judged(RED, TRIED, strategy=Strategy.TDD).status is Status.UNPROVEN


def test_tests_that_pass_on_the_base_as_well_prove_nothing() -> None:
    """They are named, and so are those that break in a fixture."""
    verdict = judged(BaseReds(green=(ID,), broken=(f"{ID}_too",)))

    assert rules(verdict) == [("no-red-test", Severity.ERROR)]
    assert "1 tests pass on the base as well: " + ID in verdict.findings[0].message
    assert "1 break there before or after their call" in verdict.findings[0].message


def test_a_new_test_that_is_skipped_here_leaves_it_open() -> None:
    """It may be for a newer Python: another one would tell."""
    verdict = judged(BaseReds(), word="skipped")

    assert verdict.status is Status.UNPROVEN
    assert ID in verdict.summary


def test_a_bug_fix_without_a_test_fails_without_any_run() -> None:
    """There is nothing that could be red."""
    verdict = RedOnBase().judge(change_of(SOURCE), Task(strategy=Strategy.BUG_FIX), PROJECT)

    assert rules(verdict) == [("no-red-test", Severity.ERROR)]


def test_a_bug_fix_of_a_text_has_nothing_to_be_red() -> None:
    """No source, no test."""
    change = change_of({"README.md": ("a", "b")})

    assert RedOnBase().judge(change, Task(strategy=Strategy.BUG_FIX), PROJECT).status is Status.NOT_APPLICABLE


def test_what_is_red_and_notices_nothing_is_blind() -> None:
    """It reads a version, or only imports."""
    verdict = judged(RED, RedTrials(2, ()))

    assert rules(verdict) == [("blind-test", Severity.ERROR)]
    assert "with the 2 changed functions disabled" in verdict.findings[0].message


def test_what_was_not_tried_is_unproven() -> None:
    """As when the budget is spent."""
    verdict = judged(RED, RedTrials(2, (), 1, "the budget of 1 s was spent"))

    assert verdict.status is Status.UNPROVEN
    assert "the budget of 1 s was spent" in verdict.summary


@pytest.mark.parametrize(
    ("mends", "status", "words"),
    [
        (Mends(2), Status.FAIL, "misses any of the 2 changed pieces"),
        (Mends(0), Status.FAIL, "no code that existed before is changed"),
        (Mends(2, problem="the budget of 1 s was spent"), Status.UNPROVEN, "the budget of 1 s was spent"),
    ],
)
def test_a_bug_fix_is_missed_by_its_test(mends: Mends, status: Status, words: str) -> None:
    """Where what existed is put back, the test is red; tdd is not asked, nor where the mend may be in other files."""
    verdict = judged(RED, TRIED, mends=mends)
    data = change_of(SOURCE | TESTS | {"src/rates.json": ("{}", "[]")})

    assert verdict.status is status
    assert words in " ".join([verdict.summary, *(finding.message for finding in verdict.findings)])
    assert judged(RED, TRIED, mends=mends, change=data).status is Status.PASS
    assert (
        judged(RED, TRIED, CommitReds(2, 1, commit="c" * 40, test=ID), Strategy.TDD, mends=mends).status is Status.PASS
    )


def test_where_nothing_can_be_disabled_being_red_is_enough() -> None:
    """A table of constants has no functions."""
    assert judged(RED, RedTrials()).status is Status.PASS


def test_a_test_that_cannot_be_imported_on_the_base_counts_by_what_it_notices() -> None:
    """It is said that it was not called there."""
    verdict = judged(BaseReds(unimported=(ID,)), TRIED)

    assert (verdict.status, rules(verdict)) == (Status.PASS, [("red-by-import", Severity.NOTE)])


@pytest.mark.parametrize(
    ("commits", "status", "words"),
    [
        (CommitReds(2, 1, commit="c" * 40, test=ID), Status.PASS, f"{ID} was red at commit cccccccccccc"),
        (CommitReds(3, 2), Status.FAIL, "none of 3 commits"),
        (CommitReds(1), Status.FAIL, "a single commit"),
        (CommitReds(), Status.UNPROVEN, "nothing is committed yet"),
        (CommitReds(40, 20, 20), Status.UNPROVEN, "20 commits were not tried"),
    ],
)
def test_tdd_needs_a_commit_whose_test_was_red(commits: CommitReds, status: Status, words: str) -> None:
    """Red on the base is not enough: the test must have come first."""
    verdict = judged(RED, TRIED, commits, Strategy.TDD)

    assert verdict.status is status
    assert words in " ".join([verdict.summary, *(finding.message for finding in verdict.findings)])


def test_a_characterization_leaves_source_alone() -> None:
    """Nothing must be run to see that."""
    verdict = RedOnBase().judge(change_of(SOURCE | TESTS), Task(strategy=Strategy.CHARACTERIZATION), PROJECT)

    assert rules(verdict) == [("changed-source", Severity.ERROR)]


@pytest.mark.parametrize(
    ("reds", "word", "status", "found"),
    [
        (GREEN, "passed", Status.PASS, []),
        (RED, "passed", Status.FAIL, [("new-behaviour", Severity.ERROR)]),
        (GREEN, "failed", Status.FAIL, [("broken-characterization", Severity.ERROR)]),
        (BaseReds(problem="it hangs"), "passed", Status.UNPROVEN, []),
        (BaseReds(), "passed", Status.UNPROVEN, []),
        (BaseReds(green=("tests/test_shop.py::test_other",)), "passed", Status.UNPROVEN, []),
    ],
)
def test_a_characterization_passes_on_both_sides(
    reds: BaseReds, word: str, status: Status, found: list[tuple[str, Severity]]
) -> None:
    """A test that is red on the base asserts what was not so."""
    if word == "failed":
        reds = BaseReds()
    verdict = judged(reds, strategy=Strategy.CHARACTERIZATION, change=change_of(TESTS), word=word)

    assert (verdict.status, rules(verdict)) == (status, found)
