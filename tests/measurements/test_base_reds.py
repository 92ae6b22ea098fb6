"""What makes a test red on the base, and what is disabled to see why; real runs where pytest must say it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gatecheck.measurements.commit_reds import _coming, _wanted
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.red_on_base import BaseReds, asked_files, is_red, sorted_out, telling
from gatecheck.measurements.red_trials import RedTrials, all_disabled, statements_changed
from gatecheck.project import Project
from gatecheck.run import Demand, check
from gatecheck.task import Strategy, Task
from gatecheck.testing import change_of, file_change
from gatecheck.trials.functions import changed_functions
from repositories import GitRepository
from suite_bench import Bench, outcome_of

PROJECT = Project(source=("/src/",))
PATH = "tests/test_shop.py"
CHANGE = change_of({"src/shop.py": ("a = 1\n", "a = 2\n"), PATH: ("", "def test_a(): pass\n")})
TELLS = telling(CHANGE, PROJECT)


def failed(*frames: str, entered: bool = True) -> Outcome:
    """Give a test whose call failed."""
    return Outcome(f"{PATH}::test_a", "failed", PATH, 1, "", frames, entered)


@pytest.mark.parametrize(
    ("outcome", "red"),
    [
        (failed(PATH), True),
        (failed("src/shop.py"), True),
        (failed("tests/conftest.py"), False),
        (failed("src/other.py"), False),
        (failed(), True),
        (failed(entered=False), False),
        (Outcome(f"{PATH}::test_a", "error", PATH), False),
    ],
)
def test_red_is_a_call_that_failed_in_the_test_or_in_changed_code(outcome: Outcome, red: bool) -> None:
    """Not in a hook; where nothing was seen to be raised, as in a subtest, its own code must have run."""
    assert is_red(outcome, TELLS) is red


@pytest.mark.parametrize(
    ("message", "unnamed"),
    [
        ("ImportError: cannot import name 'fee' from 'shop'", 1),
        ("AttributeError: module 'shop' has no attribute 'fee'", 1),
        ("NameError: name 'fee' is not defined", 1),
        ("AttributeError: 'Till' object has no attribute 'fee'", 0),
        ("assert 1 == 2", 0),
    ],
)
def test_what_a_module_lacks_is_told_apart(message: str, unnamed: int) -> None:
    """Such a test shows that a name is new, and not that a bug is mended."""
    outcome = Outcome(f"{PATH}::test_a", "failed", PATH, 1, message, (PATH,), entered=True)
    found = sorted_out((PATH,), [outcome], [outcome.id], TELLS)

    assert (len(found.red), len(found.unnamed)) == (1, unnamed)


def test_the_tests_are_sorted_by_what_became_of_them() -> None:
    """Those that pass on the head alone; an id that the base's run does not have tells nothing."""
    words = {"red": "failed", "green": "passed", "broken": "error", "skipped": "skipped"}
    outcomes = [Outcome(f"{PATH}::{name}", word, PATH, 1, "", (PATH,)) for name, word in words.items()]  # type: ignore[arg-type]
    outcomes.append(Outcome("tests/test_new.py", "error", "tests/test_new.py"))
    green = [*(f"{PATH}::{name}" for name in (*words, "gone")), "tests/test_new.py::test_b"]
    found = sorted_out((PATH,), outcomes, green, TELLS)

    assert (found.red, found.green, found.broken) == ((f"{PATH}::red",), (f"{PATH}::green",), (f"{PATH}::broken",))
    assert found.unimported == ("tests/test_new.py::test_b",)
    assert found.candidates == (f"{PATH}::red", "tests/test_new.py::test_b")


def test_the_changed_test_modules_are_asked() -> None:
    """A conftest is none, nor is a file that is gone."""
    change = change_of({"tests/conftest.py": ("", "a"), "tests/test_a.py": ("a", None), "tests/test_b.py": (None, "b")})

    assert asked_files(change, PROJECT) == ("tests/test_b.py",)


def test_what_was_raised_has_its_frames(tmp_path: Path) -> None:
    """Every file of the tree that it went through; a hook that fails is no test."""
    files = {
        "src/shop.py": "def fee(x):\n    raise LookupError(x)\n",
        "tests/conftest.py": """
            import pytest

            @pytest.hookimpl(tryfirst=True)
            def pytest_pyfunc_call(pyfuncitem):
                if pyfuncitem.name == "test_hooked":
                    raise LookupError("hooked")
        """,
        PATH: """
            from shop import fee

            def test_fee():
                assert fee(1) == 1

            def test_hooked():
                pass
        """,
    }
    run = Bench(tmp_path).run(files)

    assert outcome_of(run, f"{PATH}::test_fee").frames == (PATH, "src/shop.py")
    assert not is_red(outcome_of(run, f"{PATH}::test_hooked"), TELLS)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("", "import os\n", False),
        ("", '__version__ = "2"\n', False),
        ("", "class A:\n    x = 1\n\n    def f(self): pass\n", False),
        ("", "class A:\n    x = 1\n", True),
        ("A = 1\n", "A = 2\n", True),
        ("A = 1\n", "", False),
        ("def f(): pass\n", "def f(): return 1\n", False),
    ],
)
def test_a_statement_outside_of_functions_may_change_them_all(before: str, after: str, changed: bool) -> None:
    """Not one that means nothing by itself."""
    assert statements_changed(file_change("src/shop.py", before, after)) is changed


def test_all_functions_of_a_file_are_disabled_at_once() -> None:
    """One after the other, the last first: the source stays Python."""
    source = b'def a():\n    "Say."\n    return 1\n\n\nclass C:\n    def b(self):\n        for x in y: yield x\n'
    found = changed_functions(file_change("src/shop.py", None, source), frozenset())
    text = all_disabled(source, found or [])

    assert text.count(b"disabled by gatecheck") == 2
    compile(text, "shop.py", "exec")


def test_where_no_function_can_be_disabled_red_is_proof() -> None:
    """Else only what noticed."""
    reds = BaseReds(red=("a",), unimported=("b",))

    assert RedTrials().proofs(reds) == ("a",)
    assert RedTrials().proofs(BaseReds(unimported=("b",))) == ("b",)
    assert RedTrials(1, ("b",)).proofs(reds) == ("b",)


def test_an_import_that_fails_for_want_of_what_is_to_come_is_red() -> None:
    """A syntax error is not, nor is a module that never comes."""
    change = change_of(
        {"src/shop.py": ("def a(): pass\n", "def a(): pass\ndef b(): pass\n"), "src/mall.py": (None, "")}
    )

    assert _coming(change, PROJECT) == {"b", "mall"}
    assert "b" in _wanted("E   ImportError: cannot import name 'b' from 'shop' (/x/shop.py)")
    assert "mall" in _wanted("E   ModuleNotFoundError: No module named 'mall'")
    assert not _wanted("E   SyntaxError: 'b' was never closed")


SHOP = {
    "pyproject.toml": b'[project]\nname = "shop"\nversion = "1"\n',
    "src/shop.py": b"def fee(x):\n    return x\n",
    PATH: b"from shop import fee\n\n\ndef test_fee():\n    assert fee(2) == 2\n",
}
TESTED = {PATH: SHOP[PATH] + b"\n\ndef test_small():\n    assert fee(0) == 1\n"}
MENDED = {"src/shop.py": b"def fee(x):\n    return max(x, 1)\n"}


USE = "tests/use.rst"
TEXT = {
    "pytest.ini": b"[pytest]\naddopts = --doctest-glob=*.rst\n",
    USE: b">>> from shop import fee\n>>> fee(2)\n2\n",
}
SHOWN = {USE: TEXT[USE] + b">>> fee(0)\n1\n"}


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([TESTED, MENDED], "pass"),
        ([MENDED, TESTED], "fail"),
        ([SHOWN, MENDED], "pass"),
        ([MENDED, SHOWN], "fail"),
    ],
    ids=["test first", "test last", "example first", "example last"],
)
def test_tdd_is_proven_by_the_order_of_the_commits(
    repo: GitRepository, steps: list[Mapping[str, bytes]], status: str
) -> None:
    """The test was red at the commit that brought it, or it came when there was nothing left to prove."""
    base = repo.commit(SHOP | TEXT, "base")
    for step in steps:
        repo.commit(step, "step")
    demand = Demand(repo.path, f"{base}..HEAD", task=Task(strategy=Strategy.TDD), gates=("red-on-base",))
    gate = next(gate for gate in check(demand).gates if gate.id == "red-on-base")

    assert (gate.status, gate.measures["red"]) == (status, 1)
