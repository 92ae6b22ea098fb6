"""What demanded-hunks makes of pieces that tests demand, and of those that they do not."""

import pytest

from gatecheck.measurements.demanding import Demand, Demanding, PutBack
from gatecheck.model import Severity, Status
from gatecheck.project import Project
from gatecheck.task import Strategy, Task
from gatecheck.testing import change_of
from gatecheck_gates.demanded_hunks import DemandedHunks

CHANGE = change_of({"src/a.py": ("x = 1\n", "x = 2\n")})
PROJECT = Project(source=("/src/",))
FIX = Task(strategy=Strategy.BUG_FIX)


def pieces(*told: tuple[Demand, int]) -> Demanding:
    """Make pieces of some lines each."""
    return Demanding(
        3, tuple(PutBack("src/a.py", 10 * n, 10 * n, lines, demand) for n, (demand, lines) in enumerate(told))
    )


@pytest.mark.parametrize(
    ("told", "strategy", "status"),
    [
        ([("demanded", 5)], Strategy.BUG_FIX, Status.PASS),
        ([("demanded", 5), ("unneeded", 10)], Strategy.BUG_FIX, Status.PASS),
        ([("demanded", 5), ("unneeded", 11)], Strategy.BUG_FIX, Status.FAIL),
        ([("demanded", 33), ("unneeded", 11)], Strategy.BUG_FIX, Status.PASS),
        ([("demanded", 32), ("untested", 6), ("unneeded", 5)], Strategy.TEST_AFTER, Status.FAIL),
        ([("demanded", 5), ("unneeded", 11)], Strategy.FLEXIBLE, Status.PASS),
        ([("demanded", 5), ("unneeded", 6), ("untried", 5)], Strategy.TDD, Status.UNPROVEN),
        ([("demanded", 5), ("unneeded", 6), ("untried", 5)], Strategy.FLEXIBLE, Status.UNPROVEN),
        ([("demanded", 5), ("unneeded", 6), ("untried", 4)], Strategy.TDD, Status.PASS),
        ([("demanded", 5), ("unneeded", 6), ("untried", 4)], Strategy.FLEXIBLE, Status.PASS),
        ([("demanded", 1), *[("untried", 1)] * 15], Strategy.FLEXIBLE, Status.UNPROVEN),
        ([("untried", 1)], Strategy.FLEXIBLE, Status.UNPROVEN),
        ([("untried", 0)], Strategy.TEST_AFTER, Status.UNPROVEN),
        ([("demanded", 4), ("untried", 0), ("untried", 2)], Strategy.TEST_AFTER, Status.UNPROVEN),
        ([("unneeded", 2), ("untested", 1)], Strategy.BUG_FIX, Status.FAIL),
        ([("unneeded", 2), ("untried", 1)], Strategy.BUG_FIX, Status.UNPROVEN),
        ([("unneeded", 2)], Strategy.TEST_AFTER, Status.PASS),
        ([("unneeded", 0)], Strategy.BUG_FIX, Status.PASS),
        ([("demanded", 5)], Strategy.CHARACTERIZATION, Status.FAIL),
        ([("unneeded", 50)], Strategy.REFACTOR, Status.NOT_APPLICABLE),
        ([], Strategy.BUG_FIX, Status.NOT_APPLICABLE),
    ],
)
def test_it_fails_past_both_bounds(told: list[tuple[Demand, int]], strategy: Strategy, status: Status) -> None:
    """More than 10 lines and more than a quarter, where the strategy asks; what was not tried is green nowhere."""
    verdict = DemandedHunks().judge(CHANGE, PROJECT, Task(strategy=strategy), pieces(*told))

    assert verdict.status is status


@pytest.mark.parametrize(
    ("told", "strategy", "said"),
    [
        ([("demanded", 9)], Strategy.BUG_FIX, "tests demand all 9 added lines of code"),
        (
            [("demanded", 9), ("untried", 1)],
            Strategy.BUG_FIX,
            "tests demand 9 of 10 added lines of code; 1 were not tried",
        ),
        ([("demanded", 4), ("unneeded", 24)], Strategy.FLEXIBLE, "(under the strategy flexible any number may be so)"),
        (
            [("demanded", 4), ("unneeded", 9)],
            Strategy.TDD,
            "no test misses 9 of 13 added lines of code when they are taken",
        ),
        ([("demanded", 4), ("unneeded", 9)], Strategy.TDD, "(10 lines or 25 % may be so)"),
        ([("unneeded", 0)], Strategy.TDD, "the change only takes lines away"),
    ],
)
def test_the_summary_agrees_with_the_verdict(told: list[tuple[Demand, int]], strategy: Strategy, said: str) -> None:
    """Beside a pass stands what is allowed, and what was not tried."""
    verdict = DemandedHunks().judge(CHANGE, PROJECT, Task(strategy=strategy), pieces(*told))

    assert verdict.status is Status.PASS
    assert said in verdict.summary


def test_each_kind_has_its_words() -> None:
    """Untested and unneeded lines are told apart, and deletions only noted."""
    told: list[tuple[Demand, int]] = [("demanded", 9), ("untested", 1), ("unneeded", 2), ("unneeded", 0)]
    verdict = DemandedHunks().judge(CHANGE, PROJECT, FIX, pieces(*told))

    assert [(finding.rule, finding.level) for finding in verdict.findings] == [
        ("untested-hunk", Severity.WARNING),
        ("undemanded-hunk", Severity.WARNING),
        ("undemanded-deletion", Severity.NOTE),
    ]


@pytest.mark.parametrize(
    ("demanding", "words"),
    [
        (None, "no piece of the change was put back"),
        (Demanding(3, unread=("src/a.py",)), "src/a.py cannot be parsed, nothing of it was put back"),
        (Demanding(0, pieces(("untried", 1)).pieces), "no test passed under pytest: nothing was put back"),
    ],
)
def test_without_a_trial_nothing_is_proven(demanding: Demanding | None, words: str) -> None:
    """It says what is missing."""
    verdict = DemandedHunks().judge(CHANGE, PROJECT, FIX, demanding)

    assert (verdict.status, verdict.summary) == (Status.UNPROVEN, words)


def test_only_source_is_judged() -> None:
    """A change of tests is not."""
    verdict = DemandedHunks().judge(change_of({"tests/test_a.py": (None, "x = 1\n")}), PROJECT, FIX)

    assert verdict.status is Status.NOT_APPLICABLE
