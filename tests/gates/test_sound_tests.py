"""The gate sound-tests, on plain values; what it finds is tested in tests/soundness."""

import pytest

from gatecheck.model import Status, Verdict
from gatecheck.project import Project
from gatecheck.task import Strategy, Task
from gatecheck.testing import change_of
from gatecheck_gates.sound_tests import SoundTests

GOOD = "def test_fee():\n    assert fee(1) == 2\n"
MOVED = "def test_fee():\n    assert fee(1) == 3\n"


def judged(*sides: str | None, path: str = "tests/test_fees.py", strategy: Strategy = Strategy.FLEXIBLE) -> Verdict:
    """Judge the change of one file."""
    change = change_of({path: (sides[0], sides[1])})
    return SoundTests().judge(change, Task(strategy=strategy), Project(source=("/src/",)))


def test_sound_tests_pass() -> None:
    """They are counted."""
    verdict = judged(None, GOOD)

    assert (verdict.status, verdict.findings) == (Status.PASS, ())
    assert verdict.summary == "1 new or edited test in 1 file: nothing keeps them from failing"
    assert verdict.measures == {"tests": 1}


def test_a_test_that_cannot_fail_fails_the_gate() -> None:
    """The summary counts what is found by rule."""
    verdict = judged(None, "def test_a():\n    assert True\n\ndef test_b():\n    assert 1\n")

    assert (verdict.status, verdict.summary) == (Status.FAIL, "2 constant-assertion")


@pytest.mark.parametrize(
    ("strategy", "status"),
    [
        (Strategy.FLEXIBLE, Status.PASS),
        (Strategy.TDD, Status.PASS),
        (Strategy.BUG_FIX, Status.PASS),
        (Strategy.REFACTOR, Status.FAIL),
        (Strategy.CHARACTERIZATION, Status.FAIL),
    ],
)
def test_the_strategy_says_whether_expectations_may_move(strategy: Strategy, status: Status) -> None:
    """It is listed in any case; where no source changed, nothing can have moved."""
    sides = {"tests/test_fees.py": (GOOD, MOVED), "src/fees.py": ("X = 1\n", "X = 2\n")}
    verdict = SoundTests().judge(change_of(sides), Task(strategy=strategy), Project(source=("/src/",)))

    assert (verdict.status, verdict.findings[0].rule) == (status, "expectation-edited")
    assert judged(GOOD, MOVED, strategy=strategy).status is Status.PASS


def test_a_change_without_tests_is_not_judged() -> None:
    """Nor is one that deletes them."""
    assert judged("def a(): ...\n", "def a(): pass\n", path="src/a.py").status is Status.NOT_APPLICABLE
    assert judged(GOOD, None).status is Status.NOT_APPLICABLE


def test_source_that_looks_out_for_tests_fails_without_any() -> None:
    """It is the source that is judged."""
    text = "import sys\n\n\ndef a():\n    return 'pytest' in sys.modules\n"

    assert judged(None, text, path="src/a.py").status is Status.FAIL
    assert judged(None, text, path="tests/support.py").status is Status.PASS


def test_a_test_file_that_cannot_be_parsed_is_unproven() -> None:
    """Unless it is test data."""
    assert judged(None, "print 1\n").status is Status.UNPROVEN
    assert judged(None, "print 1\n", path="tests/data/old.py").status is Status.NOT_APPLICABLE
