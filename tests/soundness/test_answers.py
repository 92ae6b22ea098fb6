"""Tables in the source that hold the tests' own cases."""

import pytest

from gatecheck.model import Severity
from gatecheck.project import Project
from gatecheck.soundness.examine import Examination
from gatecheck.testing import change_of

TABLE = "COSTS = {(10, 500): 490, (10, -1): 790, (60, 1): 0}\n"
CASES = "@parametrize('a, g, c', [(10, 500, 490), (10, -1, 790)])\ndef test_cost(a, g, c): pass\n"
CALL = "def test_more():\n    assert cost(60, 1) == 0\n"


def rules(source: str, tests: str, before: str = "") -> dict[str, Severity]:
    """Give the rules that a source breaks beside its tests."""
    change = change_of({"src/costs.py": (before, source), "tests/test_costs.py": (None, tests)})
    found = Examination(change, Project(source=("/src/",))).of_source
    return {finding.rule: finding.level for finding in found}


def test_a_table_whose_every_key_is_a_case_of_the_tests_is_an_error() -> None:
    """Whether the case is a row of parameters or the arguments of a call."""
    assert rules(TABLE, CASES + CALL) == {"answers-in-source": Severity.ERROR}


@pytest.mark.parametrize(
    ("source", "tests", "before"),
    [
        (TABLE, CASES, ""),
        (TABLE.replace("(60, 1): 0", ""), CASES, ""),
        (
            "CODES = {'de': 49, 'fr': 33, 'it': 39}\n",
            "def test():\n    assert CODES == {'de': 49, 'fr': 33, 'it': 39}\n",
            "",
        ),
        (TABLE + "x = 1\n", CASES + CALL, TABLE),
    ],
    ids=["another key", "two entries", "keys of one value", "as before"],
)
def test_other_tables_are_honest(source: str, tests: str, before: str) -> None:
    """A table of names is tested by its names."""
    assert rules(source, tests, before) == {}


def test_a_number_that_says_itself_what_it_equals_is_an_error() -> None:
    """An assertion on it proves nothing; a class of one's own may compare as it needs."""
    close = "class Hours({}):\n    def __eq__(self, other):\n        return abs(self.x - other.x) < 9\n"

    assert rules(close.format("int"), "") == {"own-equality": Severity.ERROR}
    assert rules(close.format("Shift"), "") == {}
