"""What is seen of a run apart from its reports: planted tests, exceptions, code that ran, who ran which line."""

from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.in_project.gatecheck_reach import Reach, codes_of
from suite_bench import SHOP, Bench, coverage_of, outcome_of, words

TOTAL = "tests/test_cart.py::test_total"
BROKEN = {
    **SHOP,
    "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total([]) == 3\n",
}


@pytest.mark.parametrize(
    ("conftest", "told"),
    [
        (
            """
            import pytest

            @pytest.hookimpl(hookwrapper=True)
            def pytest_runtest_makereport(item, call):
                outcome = yield
                outcome.get_result().outcome = "passed"
            """,
            "must be (failed|error) was reported as passed",
        ),
        (
            """
            from _pytest.reports import TestReport

            made = TestReport.from_item_and_call.__func__

            def passing(cls, item, call):
                call.excinfo = None
                return made(cls, item, call)

            TestReport.from_item_and_call = classmethod(passing)
            """,
            "must be (failed|error) was reported as passed",
        ),
        (
            """
            import unittest

            unittest.TestCase.assertEqual = lambda self, *args, **kwargs: None
            """,
            "must be (failed|error) was reported as passed",
        ),
        (
            """
            def pytest_pyfunc_call(pyfuncitem):
                return True
            """,
            "must be (failed|error) was reported as passed",
        ),
        (
            """
            def pytest_runtestloop(session):
                session.items[:] = session.items[:1]
            """,
            "were not run",
        ),
        (
            """
            def pytest_sessionfinish(session):
                session.exitstatus = 0
            """,
            "ended with code 0",
        ),
        (
            """
            import sys

            def pytest_runtest_setup(item):
                sys.settrace(None)
            """,
            "a planted test that was run is not in it",
        ),
        (
            """
            import coverage

            def pytest_runtest_teardown(item):
                data = coverage.Coverage.current()._collector.data
                for path, arcs in data.items():
                    arcs.update((line << 28) | line for line in range(1, 200))
                    arcs.update((line << 20) | line for line in range(1, 200))
            """,
            "a planted function that nothing calls counts as run",
        ),
    ],
    ids=[
        "wrapper",
        "report class",
        "assertEqual",
        "no call",
        "cut short",
        "exit code",
        "no tracing",
        "forged coverage",
    ],
)
def test_a_run_that_lies_is_not_believed(tmp_path: Path, conftest: str, told: str) -> None:
    """Tests are planted among the project's own whose ends are known."""
    with pytest.raises(MeasurementError, match=told):
        Bench(tmp_path).run({**BROKEN, "tests/conftest.py": conftest})


def test_a_test_that_raised_did_not_pass(tmp_path: Path) -> None:
    """Even where only its own report is made to say so."""
    conftest = """
        import pytest

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            outcome = yield
            if item.name == "test_total":
                outcome.get_result().outcome = "passed"
        """
    found = outcome_of(Bench(tmp_path).run({**BROKEN, "tests/conftest.py": conftest}), TOTAL)

    assert (found.outcome, found.message) == ("failed", "it was reported as passed, and raised AssertionError")


def test_a_test_whose_code_never_ran_did_not_pass(tmp_path: Path) -> None:
    """Such as one that a conftest answers for."""
    conftest = """
        def pytest_pyfunc_call(pyfuncitem):
            return True if pyfuncitem.name == "test_total" else None
        """
    found = outcome_of(Bench(tmp_path).run({**BROKEN, "tests/conftest.py": conftest}), TOTAL)

    assert (found.outcome, found.message) == ("failed", "it was reported as passed, and its own code was never run")


HONEST = """
    import asyncio
    import functools
    import unittest
    from unittest import mock

    import pytest
    from hypothesis import given, strategies

    from shop import cart


    class Slow(unittest.IsolatedAsyncioTestCase):
        async def test_awaits(self):
            await asyncio.sleep(0)
            self.assertEqual(cart.total([1]), 1)


    @given(strategies.lists(strategies.integers(), max_size=3))
    def test_property(prices):
        assert cart.total(prices) == sum(prices)


    @mock.patch("shop.cart.sum", create=True, return_value=7)
    def test_patched(patched):
        assert cart.total([1]) == 7


    def retried(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except ValueError:
                return None
        return call


    @retried
    def test_decorated():
        raise ValueError("swallowed by the project's own decorator")


    @pytest.mark.xfail
    def test_expected():
        assert False


    def test_skips():
        pytest.skip("here and now")
    """


def test_honest_tests_of_every_kind_are_believed(tmp_path: Path) -> None:
    """Coroutines, hypothesis, mocks, decorators, expected failures."""
    run = Bench(tmp_path).run({**SHOP, "tests/test_kinds.py": HONEST})

    assert words(run) == {
        TOTAL: "passed",
        "tests/test_kinds.py::Slow::test_awaits": "passed",
        "tests/test_kinds.py::test_property": "passed",
        "tests/test_kinds.py::test_patched": "passed",
        "tests/test_kinds.py::test_decorated": "passed",
        "tests/test_kinds.py::test_expected": "xfailed",
        "tests/test_kinds.py::test_skips": "skipped",
    }


REACHED = {
    **SHOP,
    "src/shop/cart.py": """
        RATE = 2

        def total(prices):
            return sum(prices)

        def opened():
            return total([])

        def never():
            return 1
        """,
    "tests/test_cart.py": """
        import pytest

        from shop import cart

        @pytest.fixture
        def shop():
            return cart.opened()

        def test_total():
            assert cart.total([1]) == 1

        def test_opened(shop):
            assert shop == 0
        """,
}


def test_it_is_known_which_test_ran_a_line(tmp_path: Path) -> None:
    """In its call phase, or around it, in a fixture; what importing ran belongs to no test."""
    run = Bench(tmp_path, watched=("src/shop/cart.py",)).run(REACHED)
    (reach,) = run.reached

    assert reach.path == "src/shop/cart.py"
    assert (reach.call, reach.around) == ({5: (0,)}, {5: (1,), 8: (1,)})
    assert coverage_of(run).executed == (2, 4, 5, 7, 8, 10)


def test_planted_tests_are_gone_before_the_first_test_runs(tmp_path: Path) -> None:
    """A test that looks at its folder finds what the project put there."""
    look = """
        import pathlib

        def test_folder():
            here = pathlib.Path(__file__).parent
            assert sorted(path.name for path in here.iterdir()) == ["test_cart.py", "test_look.py"]
        """
    run = Bench(tmp_path).run({**SHOP, "tests/test_look.py": look})

    assert outcome_of(run, "tests/test_look.py::test_folder").outcome == "passed"
    assert len(run.outcomes) == 2


def test_planted_tests_bear_the_names_that_the_project_collects(tmp_path: Path) -> None:
    """Where functions are to be called otherwise than pytest's default, so are they."""
    named = "[pytest]\npython_functions = check_*\n"
    tests = "from shop.cart import total\n\ndef check_total():\n    assert total([1]) == 1\n"
    run = Bench(tmp_path).run({**SHOP, "pytest.ini": named, "tests/test_cart.py": tests})

    assert words(run) == {"tests/test_cart.py::check_total": "passed"}


def test_an_unknown_tracer_is_silent() -> None:
    """Another coverage.py may keep its data elsewhere: then nothing is said of who ran what, and nothing breaks."""
    reach = Reach(object(), "/nowhere", ["/nowhere/a.py"])  # type: ignore[no-untyped-call]
    codes = codes_of(test_an_unknown_tracer_is_silent)  # type: ignore[no-untyped-call]

    assert (reach.take(), list(reach.watched), reach.entered(codes)) == ({}, [], None)  # type: ignore[no-untyped-call]
