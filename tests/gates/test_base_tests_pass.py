"""The gate base-tests-pass, on plain values."""

import pytest

from gatecheck.change import Change, FileChange
from gatecheck.measurements.controls import Controls
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.replay import BaseReplay
from gatecheck.measurements.retrial import Retrial, Retried
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.task import Strategy, Task
from gatecheck.testing import file_change
from gatecheck_gates.base_tests_pass import BaseTestsPass

PROJECT = Project(source=("/src/",))
SOURCE = file_change("src/shop.py", "def fee(x):\n    return x\n", "def fee(x):\n    return x + 1\n")
TEST = "def test_fee():\n    a = fee(1)\n    b = fee(2)\n    assert a == 1\n    assert b == 2\n"
FAILED = Controls(1)
ID = "tests/test_shop.py::test_fee"
KEPT = Outcome("tests/test_other.py::test_it", "passed", "tests/test_other.py")
MORE = "\n\ndef test_more():\n    assert fee(7) == 9\n    assert fee(8) == 10\n"


def outcome(word: str = "passed", id_: str = ID) -> Outcome:
    """Give how a test ended."""
    return Outcome(id_, word, id_.split("::", maxsplit=1)[0], 1, "AssertionError: 2 != 1")  # type: ignore[arg-type]


def judged(
    tests: FileChange | None,
    replay: BaseReplay,
    strategy: Strategy = Strategy.FLEXIBLE,
    head: tuple[Outcome, ...] = (KEPT,),
    source: FileChange = SOURCE,
    more: FileChange | None = None,
    controls: Controls = FAILED,
) -> Verdict:
    """Judge a change of the source and a test file, and of one more file."""
    change = Change("a..b", "a", "b", "1", "2", tuple(file for file in (source, tests, more) if file))
    run = UnitRun(outcomes=head)
    none = IntegrationRun(present=False)
    return BaseTestsPass().judge(change, Task(strategy=strategy), PROJECT, run, none, replay, controls)


def breaking(*after: Outcome) -> BaseReplay:
    """Give a replay of a test that passed on the base."""
    return BaseReplay((outcome(),), after)


def rules(verdict: Verdict) -> list[tuple[str, Severity]]:
    """Give what was found."""
    return [(finding.rule, finding.level) for finding in verdict.findings]


def test_what_passed_and_passes_is_kept() -> None:
    """Edited or not, the test as it was holds."""
    verdict = judged(file_change("tests/test_shop.py", TEST, TEST + "\n\nX = 1\n"), breaking(outcome()))

    assert (verdict.status, verdict.findings) == (Status.PASS, ())
    assert verdict.measures == {"passed": 2}


@pytest.mark.parametrize("after", [(outcome("failed"),), (outcome("skipped"),), ()])
def test_a_deleted_test_that_would_break_is_an_error(after: tuple[Outcome, ...]) -> None:
    """Failing, skipped on the way, or impossible to collect."""
    verdict = judged(file_change("tests/test_shop.py", TEST, None), breaking(*after))

    assert verdict.status is Status.FAIL
    assert rules(verdict) == [("broken-promise", Severity.ERROR)]


@pytest.mark.parametrize(
    ("strategy", "status", "level"),
    [
        (Strategy.FLEXIBLE, Status.PASS, Severity.NOTE),
        (Strategy.BUG_FIX, Status.PASS, Severity.NOTE),
        (Strategy.REFACTOR, Status.FAIL, Severity.ERROR),
        (Strategy.CHARACTERIZATION, Status.FAIL, Severity.ERROR),
    ],
)
@pytest.mark.parametrize(
    ("after", "rule"),
    [
        (TEST.replace("a == 1", "a == 2"), "edited-test"),
        (TEST.replace("test_fee", "test_fee_is_one_more"), "replaced-test"),
    ],
)
def test_the_strategy_says_whether_behaviour_may_change(
    strategy: Strategy, status: Status, level: Severity, after: str, rule: str
) -> None:
    """An edited test is listed; where behaviour stays as it is, it is an error."""
    edited = file_change("tests/test_shop.py", TEST, after)
    head = (KEPT, outcome(), outcome(id_=f"{ID}_is_one_more"))
    verdict = judged(edited, breaking(outcome("failed")), strategy, head=head)

    assert (verdict.status, rules(verdict)) == (status, [(rule, level)])


@pytest.mark.parametrize(
    ("after", "head", "status"),
    [
        (TEST.replace("a == 1", "a == 2"), (KEPT, outcome("skipped")), Status.FAIL),
        (TEST.replace("a == 1", "a == 2"), (KEPT,), Status.FAIL),
        (TEST.replace("a == 1", "a >= 1"), (KEPT, outcome()), Status.FAIL),
        (TEST.replace("    assert a == 1\n", ""), (KEPT, outcome()), Status.FAIL),
        (TEST.replace("    assert a == 1\n", "") + MORE, (KEPT, outcome()), Status.PASS),
        (TEST.replace("a == 1", "a == 2"), (KEPT, outcome()), Status.PASS),
    ],
    ids=["skipped", "gone", "weakened", "taken away", "moved", "another value"],
)
def test_an_edit_that_asks_for_less_makes_up_for_nothing(after: str, head: tuple[Outcome, ...], status: Status) -> None:
    """Nor does one that does not run: behaviour that was meant to change is asked for."""
    edited = file_change("tests/test_shop.py", TEST, after)

    assert judged(edited, breaking(outcome("failed")), head=head).status is status


FIRST = "def test_it():\n    assert till() == 1\n\n\n"
RAISES = "def test_fee():\n    with pytest.raises(ValueError, match='spaces'):\n        shop.fee(' ').render()\n"
OTHERS = (
    "def test_bad_fee(sep):\n    with pytest.raises(ValueError, match='invalid'):\n        shop.fee(sep).render(1)\n"
)


@pytest.mark.parametrize(
    ("after", "word", "status"),
    [
        (FIRST + OTHERS, "passed", Status.PASS),
        (FIRST + OTHERS, "skipped", Status.FAIL),
        (FIRST + "def test_bad_fee(sep):\n    assert till(sep) == 2\n", "passed", Status.FAIL),
        (OTHERS + "\n\n" + FIRST, "passed", Status.FAIL),
        (
            FIRST
            + OTHERS.replace("with pytest.raises(ValueError, match='invalid'):", "if pytest.raises and ValueError:"),
            "passed",
            Status.FAIL,
        ),
    ],
    ids=["in its place", "skipped", "about something else", "elsewhere", "weaker"],
)
def test_what_stands_in_the_place_of_a_test_and_does_likewise_replaces_it(
    after: str, word: str, status: Status
) -> None:
    """Whatever its name and its literals are now, as long as it runs and asks for no less."""
    edited = file_change("tests/test_shop.py", FIRST + RAISES, after)
    head = (KEPT, outcome(word, "tests/test_shop.py::test_bad_fee"))

    assert judged(edited, breaking(outcome("failed")), head=head).status is status


def test_an_inherited_test_is_edited_where_it_is_written() -> None:
    """Its id names the class that runs it."""
    shared = (
        "class Shared:\n    def test_fee(self):\n        assert fee(1) == {}\n\n\nclass TestIt(Shared):\n    x = 1\n"
    )
    id_ = "tests/test_shop.py::TestIt::test_fee"
    replay = BaseReplay((outcome(id_=id_),), (outcome("failed", id_),))
    verdict = judged(
        file_change("tests/test_shop.py", shared.format(1), shared.format(2)), replay, head=(KEPT, outcome(id_=id_))
    )

    assert (verdict.status, rules(verdict)) == (Status.PASS, [("edited-test", Severity.NOTE)])


def test_a_test_of_what_the_change_deletes_is_outlived() -> None:
    """Also under a strategy that keeps behaviour: nobody can call it any more."""
    gone = file_change("src/shop.py", "def fee(x):\n    return x\n", "def cost(x):\n    return x\n")
    verdict = judged(file_change("tests/test_shop.py", TEST, None), breaking(), Strategy.REFACTOR, source=gone)

    assert rules(verdict) == [("outlived-test", Severity.NOTE)]


def test_a_test_that_another_helper_makes_pass_is_listed() -> None:
    """Its own text is the same, its file is not."""
    after = "from helper import fee\n\n\n" + TEST
    verdict = judged(
        file_change("tests/test_shop.py", TEST, after), breaking(outcome("failed")), head=(KEPT, outcome())
    )

    assert rules(verdict) == [("edited-surroundings", Severity.NOTE)]


def test_a_test_that_a_conftest_makes_pass_is_an_error() -> None:
    """Its file was not edited at all."""
    verdict = judged(
        file_change("tests/conftest.py", None, "x = 1\n"), breaking(outcome("failed")), head=(KEPT, outcome())
    )

    assert rules(verdict) == [("broken-promise", Severity.ERROR)]


def test_what_breaks_by_chance_is_a_warning() -> None:
    """It passed when run again."""
    replay = BaseReplay((outcome(),), (outcome("failed"),), (ID,))
    verdict = judged(file_change("tests/test_shop.py", TEST, None), replay)

    assert (verdict.status, rules(verdict)) == (Status.PASS, [("flaky-test", Severity.WARNING)])


def test_an_unedited_test_is_judged_by_the_run_of_the_head() -> None:
    """Compared with the base, and only what breaks every time."""
    change = Change("a..b", "a", "b", "1", "2", (SOURCE,))
    after, before = UnitRun(outcomes=(KEPT, outcome("failed"))), UnitRun(outcomes=(KEPT, outcome()))
    none, retried = IntegrationRun(present=False), Retrial((Retried(ID, ("passed",) * 3, ("failed",) * 3),))

    def judge(*more: object) -> Verdict:
        return BaseTestsPass().judge(change, Task(), PROJECT, after, none, BaseReplay(), FAILED, *more)  # type: ignore[arg-type]

    assert judge().status is Status.UNPROVEN
    assert judge(before, none).status is Status.UNPROVEN
    assert rules(judge(before, none, retried)) == [("broken-promise", Severity.ERROR)]
    assert judge(before, none, Retrial((Retried(ID, ("passed",) * 3, ("passed",) * 3),))).status is Status.PASS


def test_tests_that_pass_whatever_happens_show_nothing() -> None:
    """Then what is told of them is not believed."""
    verdict = judged(None, BaseReplay(), controls=Controls(0, (KEPT.id,)))

    assert verdict.status is Status.UNPROVEN
    assert f"{KEPT.id} passes as well with a failure put at its end" in verdict.summary


def test_nothing_that_passed_is_unproven() -> None:
    """A run that shows nothing is not green."""
    assert judged(None, BaseReplay(), head=()).status is Status.UNPROVEN


def test_a_change_without_source_is_not_judged() -> None:
    """Its tests may be what they like."""
    change = Change("a..b", "a", "b", "1", "2", (file_change("tests/test_shop.py", TEST, None),))

    assert BaseTestsPass().judge(change, Task(), PROJECT).status is Status.NOT_APPLICABLE


CALLS = "def test_fee():\n    r = client.get('/fees/1')\n    assert r.status_code == 404\n    assert r.json() == {}\n"
NAMED = file_change("CHANGELOG.md", "# Changes\n", "# Changes\n\n- `GET /fees/1` answers 200 for what is free.\n")
OTHER = file_change("CHANGELOG.md", "# Changes\n", "# Changes\n\n- Faster.\n")


@pytest.mark.parametrize(
    ("strategy", "more", "level"),
    [
        (Strategy.FLEXIBLE, None, Severity.WARNING),
        (Strategy.TEST_AFTER, OTHER, Severity.WARNING),
        (Strategy.FLEXIBLE, NAMED, Severity.NOTE),
        (Strategy.BUG_FIX, None, Severity.ERROR),
        (Strategy.BUG_FIX, NAMED, Severity.NOTE),
        (Strategy.REFACTOR, None, Severity.ERROR),
        (Strategy.REFACTOR, NAMED, Severity.ERROR),
    ],
)
def test_an_endpoint_that_answers_otherwise_is_told(
    strategy: Strategy, more: FileChange | None, level: Severity
) -> None:
    """With the endpoint and both statuses; a line of the changelog that names it makes up for it."""
    tests = file_change("tests/test_shop.py", CALLS, CALLS.replace("404", "200"))
    verdict = judged(tests, breaking(outcome("failed")), strategy, (KEPT, outcome()), more=more)
    (found,) = (finding for finding in verdict.findings if finding.rule == "changed-contract")

    assert found.level is level
    assert found.message.startswith("GET /fees/1 answers 200 where a test of the base expected 404")
    assert str(found.location) == "tests/test_shop.py:3"


def test_nobody_can_have_counted_on_a_server_error() -> None:
    """That it is mended is a note."""
    before = CALLS.replace("404", "500")
    verdict = judged(
        file_change("tests/test_shop.py", before, CALLS),
        breaking(outcome("failed")),
        Strategy.BUG_FIX,
        (KEPT, outcome()),
    )

    assert ("changed-contract", Severity.NOTE) in rules(verdict)
