"""Which tests are asked about some lines, and in which order."""

from gatecheck.measurements.outcomes import Outcome, Reach
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import IntegrationRun, SuiteRun, UnitRun
from gatecheck.testing import change_of
from gatecheck.trials.telling import Telling

CHANGE = change_of({"shop.py": ("", "x = 1\n"), "tests/test_new.py": (None, "x = 1\n")})
OUTCOMES = (
    Outcome("tests/test_old.py::broad", "passed", "tests/test_old.py"),
    Outcome("tests/test_old.py::narrow", "passed", "tests/test_old.py"),
    Outcome("tests/test_new.py::new", "passed", "tests/test_new.py"),
    Outcome("tests/test_old.py::fixture", "passed", "tests/test_old.py"),
    Outcome("tests/test_old.py::red", "failed", "tests/test_old.py"),
)
REACH = Reach("shop.py", {1: (0, 4), 2: (0, 1, 2), 3: (0, 1, 2, 4)}, {3: (3,)})
RUN = UnitRun(outcomes=OUTCOMES, reached=(REACH,), files=(FileCoverage("shop.py", (1, 2, 3, 4, 5), (1, 2, 3, 4)),))


def asked(run: SuiteRun, *lines: int) -> tuple[list[str], bool]:
    """Give the names of the tests that are asked about some lines, and whether they run them themselves."""
    found, here = Telling.of(CHANGE, (run, IntegrationRun(present=False))).tests(
        "shop.py", range(lines[0], lines[-1] + 1)
    )
    return [test.partition("::")[2] for test in found], here


def test_the_most_telling_test_comes_first() -> None:
    """One of the change itself, then one that runs little else, last one whose fixtures alone run it."""
    assert asked(RUN, 3) == (["new", "narrow", "broad", "fixture"], True)
    assert asked(RUN, 1, 2) == (["new", "narrow", "broad"], True)


def test_what_ran_without_a_test_of_its_own_may_be_told_by_any() -> None:
    """As a program that a test started; a fresh process must try that."""
    assert asked(RUN, 4) == (["broad", "narrow", "new", "fixture"], False)


def test_what_did_not_run_has_no_tests() -> None:
    """Nobody could notice it."""
    assert asked(RUN, 5) == ([], True)


def test_where_nothing_is_known_all_tests_are_asked() -> None:
    """As with a tracer that does not say."""
    assert asked(UnitRun(outcomes=OUTCOMES, files=RUN.files), 2)[0] == ["broad", "narrow", "new", "fixture"]


def test_a_suite_of_another_runner_tells_nothing() -> None:
    """Its tests have no ids."""
    assert asked(UnitRun(runner="tox", outcomes=OUTCOMES, reached=(REACH,)), 3) == ([], True)


def test_what_is_known_of_a_file() -> None:
    """The lines that ran in any suite, and its statements where it could be read."""
    telling = Telling.of(CHANGE, (RUN,))
    unread = Telling.of(CHANGE, (UnitRun(files=(FileCoverage("shop.py", problem="SyntaxError"),)),))

    assert telling.reached("shop.py") == {1, 2, 3, 4}
    assert telling.coverage("shop.py") == RUN.files[0]
    assert unread.coverage("shop.py") is None
