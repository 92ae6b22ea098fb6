"""The gate non-goals-untouched, on plain values."""

import time

import pytest

from gatecheck.change import Change, Kind
from gatecheck.model import Status
from gatecheck.task import NO_TASK, NonGoal, Task
from gatecheck.testing import change_of, file_change
from gatecheck_gates.non_goals_untouched import LONGEST_LINE, NonGoalsUntouched

CHECKOUT = NonGoal("NG1", "no change to\nthe checkout", paths=("src/checkout/**",))
THREADS = NonGoal("NG2", "no threads", patterns=(r"^import threading\b", r"Thread\("))
TASK = Task("T-1", non_goals=(CHECKOUT, THREADS))
GATE = NonGoalsUntouched()


def change(*files: object) -> Change:
    """Make a change of file changes."""
    return Change("r", "b", "h", "1", "2", files)  # type: ignore[arg-type]


def test_a_change_elsewhere_passes() -> None:
    """No file and no line matches."""
    verdict = GATE.judge(TASK, change_of({"src/a.py": ("x = 1\n", "x = 2\n")}))

    assert (verdict.status, verdict.summary) == (Status.PASS, "2 non-goals untouched by 1 files")


@pytest.mark.parametrize(
    ("task", "why"), [(NO_TASK, "no task was given"), (Task("T-1"), "the task T-1 names no non-goals")]
)
def test_without_non_goals_there_is_nothing_to_judge(task: Task, why: str) -> None:
    """The summary says which of the two it is."""
    verdict = GATE.judge(task, change_of({"a.py": (None, "x = 1\n")}))

    assert verdict.status is Status.NOT_APPLICABLE
    assert why in verdict.summary


@pytest.mark.parametrize(
    ("before", "after", "deed"),
    [("x\n", "y\n", "was changed"), (None, "y\n", "was added"), ("x\n", None, "was deleted")],
)
def test_a_file_of_a_non_goal_fails_whatever_was_done_to_it(before: str | None, after: str | None, deed: str) -> None:
    """The message names the non-goal in one line."""
    (finding,) = GATE.judge(TASK, change_of({"src/checkout/pay.py": (before, after)})).findings

    assert finding.message == f"NG1 (no change to the checkout): src/checkout/pay.py {deed}"


@pytest.mark.parametrize(("old", "new"), [("src/checkout/pay.py", "src/pay.py"), ("src/pay.py", "src/checkout/pay.py")])
def test_a_rename_out_of_or_into_a_non_goal_fails(old: str, new: str) -> None:
    """Both names count."""
    moved = file_change(new, "x\n", "x\n", kind=Kind.RENAMED, old_path=old)
    (finding,) = GATE.judge(TASK, change(moved)).findings

    assert finding.location is not None
    assert finding.location.path == new
    assert "src/checkout/pay.py was renamed" in finding.message


def test_a_copy_leaves_its_source_untouched() -> None:
    """What was copied stays as it was."""
    copied = file_change("src/pay.py", None, "x\n", kind=Kind.COPIED, old_path="src/checkout/pay.py")

    assert GATE.judge(TASK, change(copied)).status is Status.PASS


def test_matching_lines_are_told_once_a_file_and_pattern() -> None:
    """With their numbers, the first one as the place."""
    source = "import threading\n" + "x = 1\n" + "Thread()\n" * 10
    threads, calls = GATE.judge(TASK, change_of({"a.py": (None, source)})).findings

    assert threads.message == r"NG2 (no threads): added line 1 matches '^import threading\\b'"
    assert calls.message == r"NG2 (no threads): added lines 3, 4, 5, 6, 7, 8, 9, 10, … match 'Thread\\('"
    assert (calls.location and calls.location.line) == 3


def test_lines_that_were_there_before_match_nothing() -> None:
    """Only added lines are held against the patterns."""
    assert (
        GATE.judge(TASK, change_of({"a.py": ("import threading\n", "import threading\nx = 1\n")})).status is Status.PASS
    )


def test_non_goals_of_one_name_are_all_judged() -> None:
    """A second one with the same id hides none."""
    task = Task(non_goals=(CHECKOUT, NonGoal("NG1", paths=("docs/",))))

    assert GATE.judge(task, change_of({"src/checkout/a.py": (None, "x\n")})).status is Status.FAIL


def test_a_nul_hides_no_line() -> None:
    """Git calls such a file binary; it is text all the same."""
    assert GATE.judge(TASK, change_of({"a.js": (None, "\0\nimport threading\n")})).status is Status.FAIL


def test_a_line_too_long_to_be_searched_is_unproven() -> None:
    """What stands behind the first 2000 characters is not known; without patterns it does not matter."""
    long = change_of({"a.py": (None, " " * LONGEST_LINE + "; Thread()\n")})

    assert GATE.judge(TASK, long).status is Status.UNPROVEN
    assert GATE.judge(Task(non_goals=(CHECKOUT,)), long).status is Status.PASS


def test_a_file_too_big_to_be_read_is_unproven() -> None:
    """Its lines are not known."""
    big = file_change("a.sql", None, None, unread=True)

    assert GATE.judge(TASK, change(big)).status is Status.UNPROVEN


def test_a_hostile_line_does_not_hang_the_gate() -> None:
    """A pattern of cubic cost on a line of a megabyte."""
    task = Task(non_goals=(NonGoal("NG1", patterns=(r"a.*b.*c$",)),))
    began = time.perf_counter()
    verdict = GATE.judge(task, change_of({"a.py": (None, "ab" * 2**19)}))

    assert time.perf_counter() - began < 60
    assert verdict.status is Status.UNPROVEN
