"""Why an environment breaks tests: one reason for most of them, said once with what gives what is missing."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.change import Side
from gatecheck.errors import MeasurementError
from gatecheck.measurements.causes import common_cause, fix_of, is_unreached, leaving_out
from gatecheck.measurements.outcomes import Outcome
from gatecheck.policy import Policy, SuitePolicy
from suite_bench import SHOP, Bench, words

POSTGRES = 'connection to server at "localhost" (::1), port 5432 failed: Connection refused'
REDIS = "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused."


def outcomes(broken: int, passed: int, message: str) -> list[Outcome]:
    """Give broken and passed tests."""
    bad = [Outcome(f"test_a.py::test_{number}", "error", message=message) for number in range(broken)]
    return [*bad, *(Outcome(f"test_b.py::test_{number}", "passed") for number in range(passed))]


@pytest.mark.parametrize(
    ("broken", "passed", "message", "told"),
    [
        (47, 9, POSTGRES, True),
        (3, 2, REDIS, True),
        (2, 0, POSTGRES, False),
        (5, 5, POSTGRES, False),
        (47, 9, "AssertionError: 1 == 2", False),
    ],
)
def test_a_service_that_most_tests_cannot_reach_is_one_reason(
    broken: int, passed: int, message: str, told: bool
) -> None:
    """A few tests may be about it, and another reason may be the change's own doing."""
    cause = common_cause(outcomes(broken, passed, message))

    assert cause.startswith(f"{broken} of {broken + passed} tests break for one reason: ") is told
    assert bool(cause) is told


def test_whatever_the_reason_it_counts_where_nothing_was_changed() -> None:
    """On the base it is the environment, or tests that always break; numbers and names in the words may differ."""
    many = [
        replace(one, message=f"KeyError: 'SECRET_KEY' in {number}") for number, one in enumerate(outcomes(4, 1, ""))
    ]

    assert "4 of 5 tests" in common_cause(many, whatever=True)
    assert common_cause(many) == ""


@pytest.mark.parametrize(
    ("message", "fix"),
    [
        (POSTGRES, 'a service at localhost, port 5432: start it, and write `network = "host"`'),
        (REDIS, "a service at redis, port 6379"),
        ("KeyError: 'DATABASE_URL'", '`pass-env = ["DATABASE_URL"]`'),
        ("ModuleNotFoundError: No module named 'ldap.filter'", "install what gives ldap into the environment"),
        ("RuntimeError: Must install python-ldap to use LDAP", "; install python-ldap into the environment"),
        ("ImportError: Please install the missing driver", ""),
        ("AssertionError", ""),
    ],
)
def test_the_fix_names_what_is_missing(message: str, fix: str) -> None:
    """Host and port, the variable, the package; nothing where nothing is known."""
    assert fix in fix_of(message)
    assert bool(fix_of(message)) is bool(fix)
    assert is_unreached(message) is (message in {POSTGRES, REDIS})


def test_an_assertion_with_such_words_reached_what_it_asked() -> None:
    """It is a test that fails."""
    assert not is_unreached("AssertionError: Connection refused")


DATABASE = """
    import socket
    import pytest

    @pytest.fixture(scope="session", autouse=True)
    def database():
        with socket.create_connection(("127.0.0.1", 1)):
            yield
    """


def test_a_session_fixture_that_reaches_no_database_is_told_with_its_own_error(tmp_path: Path) -> None:
    """The planted tests break in it as well: that is no reason to look at the conftest.py."""
    with pytest.raises(
        MeasurementError, match=r"1 tests break before they are called, .*Connection refused.*`network ="
    ):
        Bench(tmp_path).run({**SHOP, "tests/conftest.py": DATABASE})


def test_most_of_a_suite_without_its_service_decides_nothing(tmp_path: Path) -> None:
    """It is said once; a single test that needs one is a test like any other."""
    needs = "import socket\n" + "\n".join(
        f"def test_{number}():\n    socket.create_connection(('127.0.0.1', 1))\n" for number in range(4)
    )
    with pytest.raises(MeasurementError, match="the unit tests cannot tell anything here: 4 of 5 tests"):
        Bench(tmp_path / "most").run({**SHOP, "tests/test_needs.py": needs})
    one = Bench(tmp_path / "one").run({**SHOP, "tests/test_needs.py": needs.replace("test_", "no_test_", 3)})

    assert sorted(words(one).values()) == ["failed", "passed"]


LDAP = """
    import pytest

    @pytest.fixture
    def server():
        raise RuntimeError("Must install python-ldap to use LDAP")

    @pytest.mark.parametrize("number", range(4))
    def test_bind(server, number):
        pass
"""


@pytest.mark.parametrize("others", [True, False])
def test_integration_tests_that_cannot_run_here_are_left_out_as_the_message_says(tmp_path: Path, others: bool) -> None:
    """The command that it gives runs the others; where none is left, it says which item to turn off."""
    files = {**SHOP, "tests/integration/test_ldap.py": LDAP}
    if others:
        files["tests/integration/test_other.py"] = "def test_other():\n    pass\n"
    with pytest.raises(MeasurementError, match="install python-ldap into the environment") as told:
        Bench(tmp_path / "told", side=Side.BASE).run(files, "integration")
    command = re.search(r"command = (\[.*?\])", str(told.value))
    assert command
    policy = Policy(suites={"integration": SuitePolicy(command=tuple(json.loads(command[1])))})
    run = Bench(tmp_path / "left", policy=policy).run(files, "integration")

    assert list(words(run)) == (["tests/integration/test_other.py::test_other"] if others else [])
    assert ('integration-coverage = "off"' in str(told.value)) is not others


@pytest.mark.parametrize(
    "ids",
    [
        ["tests/test_marked.py::test_a"],
        [f"tests/integration/test_{number}.py::test_a" for number in range(6)],
    ],
)
def test_no_command_is_given_where_it_would_run_more_or_be_too_long(ids: list[str]) -> None:
    """Tests with a marker lie among others."""
    assert leaving_out([Outcome(id_, "error") for id_ in ids]) == ""
