"""Trials in forks and in fresh processes, run by the real pytest in made-up projects."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.policy import Policy, SuitePolicy
from gatecheck.test_bed import TestBed
from gatecheck.trials.budget import Budget
from gatecheck.trials.local import LocalRunner, PythonsRunner, trial_runner
from gatecheck.trials.model import UNREACHED, Edit, Ending, Trial
from gatecheck.workspace import Execution
from other_pythons import environment
from snapshots import snapshot_of
from suite_bench import Bench

CART = """
import functools

def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

def add(a, b):
    return a + b

TABLE = {name: add(name, 1) for name in range(3)}

class Cart:
    def __init__(self):
        super().__init__()
        self.sum = 1

    @property
    def total(self):
        return self.sum

    @classmethod
    def full(cls):
        return "full"

    @logged
    def empty(self):
        return "empty"

def outer():
    count = 1
    def inner():
        return count
    return inner

INNER = outer()

def numbers():
    yield 1

def endless(n):
    while n < 10:
        n += 1
    return n

def unused():
    return 1
"""
TESTS = """
import os
import unittest
import pytest
from shop import cart

def test_add(): assert cart.add(1, 2) == 3
def test_table(): assert cart.TABLE[1] == 2
def test_init(): assert cart.Cart().sum == 1
def test_total(): assert cart.Cart().total == 1
def test_full(): assert cart.Cart.full() == "full"
def test_empty(): assert cart.Cart().empty() == "empty"
def test_inner(): assert cart.INNER() == 1
def test_numbers(): assert list(cart.numbers()) == [1]
def test_endless(): assert cart.endless(1) == 10
def test_says_nothing(): cart.endless(1)
def test_lazy():
    from shop.lazy import late
    assert late() == 1
def test_program():
    import subprocess, sys
    argv = [sys.executable, "-c", "from shop.lazy import late; print(late())"]
    assert subprocess.run(argv, capture_output=True).stdout == b"1\\n"
def test_skips():
    if cart.add(1, 2) != 3: pytest.skip("for some reason")
@pytest.fixture
def three(): return cart.add(1, 2)
def test_fixture(three): assert three == 3
class KindTest(unittest.TestCase):
    def test_add(self): self.assertEqual(cart.add(1, 2), 3)
    def test_parts(self):
        with self.subTest("a"): self.assertEqual(cart.add(1, 2), 3)
def test_dies():
    if cart.add(1, 2) != 3: os._exit(0)
def test_never_alone(): assert os.environ.get("SET_BEFORE")
def test_needs_another():
    if not os.environ.get("SET_BEFORE"): pytest.skip("another is needed before")
    assert cart.add(1, 2) == 3
def test_text(): assert open(cart.__file__).read().endswith("def unused():\\n    return 1\\n")
"""
FILES = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": CART,
    "src/shop/lazy.py": "def late():\n    return 1\n",
    "tests/test_cart.py": TESTS,
}
LIES = {
    "tests/conftest.py": """
import pytest
@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""
}


@dataclass(frozen=True)
class Ground:
    """A project, and a runner of trials in it."""

    runner: LocalRunner
    files: Mapping[str, str]

    @classmethod
    def of(
        cls, folder: Path, files: Mapping[str, str], seconds: float = 3600, policy: Policy | None = None
    ) -> "Ground":
        """Write the project."""
        bench = Bench(folder, policy=policy or Policy())
        bed = TestBed(bench.project(files), bench.interpreter, Execution(), bench.workspace())
        return cls(LocalRunner(snapshot_of(folder / "head", files), bed, Budget(seconds), clock_s=3), files)

    def trial(self, was: str, now: str, *tests: str, functions: tuple[str, ...] = (), path: str = "cart") -> Trial:
        """Make a trial of one replacement in a file."""
        name = f"src/shop/{path}.py"
        assert was in self.files[name]
        content = self.files[name].replace(was, now).encode()
        ids = tuple(f"tests/test_cart.py::{test}" for test in tests)
        return Trial(self.runner.snapshot.tree, (Edit(name, content),), ids, functions)

    def ending(self, *args: str, functions: tuple[str, ...] = (), path: str = "cart") -> Ending:
        """Run one such trial."""
        return self.runner.run([self.trial(*args, functions=functions, path=path)])[0]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Give one project for all tests: its trees are put back after each trial."""
    return Ground.of(tmp_path_factory.mktemp("ground"), FILES)


def test_a_function_is_altered_wherever_it_lives(ground: Ground) -> None:
    """As method, property, class method, wrapped, nested, made while importing, generator, or imported late."""
    trials = [
        ground.trial("return a + b", "return a - b", "test_add", functions=("add",)),
        ground.trial("super().__init__()", "raise SystemError; super()", "test_init", functions=("Cart.__init__",)),
        ground.trial("return self.sum", "return None", "test_total", functions=("Cart.total",)),
        ground.trial('return "full"', "return None", "test_full", functions=("Cart.full",)),
        ground.trial('return "empty"', "return None", "test_empty", functions=("Cart.empty",)),
        ground.trial("return count", "return 2", "test_inner", functions=("outer",)),
        ground.trial("yield 1", "raise SystemError; yield 1", "test_numbers", functions=("numbers",)),
        ground.trial("return 1", "return 2", "test_lazy", functions=("late",), path="lazy"),
        ground.trial("n < 10", "n < 9", "test_endless", functions=("endless",)),
    ]
    endings = ground.runner.run(trials)

    assert [ending.by for ending in endings] == [trial.tests[0] for trial in trials]
    assert all(ending.noticed for ending in endings)
    assert endings[0].message == "AssertionError: assert -1 == 3"


def test_what_nobody_looks_at_is_not_noticed(ground: Ground) -> None:
    """A survivor is one in a fork and in a fresh process."""
    assert ground.ending("return n", "return None", "test_says_nothing", "test_add", functions=("endless",)) == Ending(
        noticed=False
    )


def test_what_ran_while_importing_is_tried_in_a_fresh_process(ground: Ground) -> None:
    """As is what another program runs, and an edit of a module."""
    assert ground.ending("return a + b", "return a - b", "test_table", functions=("add",)).noticed
    assert ground.ending("return 1", "return 2", "test_program", functions=("late",), path="lazy").noticed
    assert ground.ending("range(3)", "range(1)", "test_table").noticed


def test_every_kind_of_red_counts(ground: Ground) -> None:
    """Of a fixture, unittest, a subtest, the end of the process, an endless loop; a skip is none."""
    wrong, add = ("return a + b", "return a - b"), ("add",)

    assert ground.ending(*wrong, "test_fixture", functions=add).noticed
    assert ground.ending(*wrong, "KindTest::test_add", functions=add).noticed
    assert ground.ending(*wrong, "KindTest::test_parts", functions=add).noticed
    assert ground.ending(*wrong, "test_dies", functions=add).message == "it ended the process"
    assert "within" in ground.ending("n += 1", "n += 0", "test_says_nothing", functions=("endless",)).message
    assert ground.ending(*wrong, "test_skips", functions=add).noticed is False


def test_a_module_that_cannot_be_imported_is_noticed(ground: Ground) -> None:
    """By all tests at once; afterwards the tree is as it was."""
    assert ground.ending("import functools", "import nothing", "test_add") == Ending(
        noticed=True, message="E   ModuleNotFoundError: No module named 'nothing'"
    )
    assert ground.ending("return 1\n", "return  1\n", "test_add").noticed is False


def test_a_test_that_is_red_unaltered_decides_nothing(ground: Ground) -> None:
    """Alone it makes the trial impossible; beside others, these decide."""
    wrong = ("return a + b", "return a - b")
    alone = ground.ending(*wrong, "test_never_alone", functions=("add",))

    assert alone.noticed is None
    assert "cannot be run apart" in alone.message
    assert ground.ending(*wrong, "test_never_alone", "test_add", functions=("add",)).noticed


def test_a_test_that_is_skipped_apart_leaves_a_trial_untried(ground: Ground) -> None:
    """It could have noticed in its suite; only what another test notices is certain."""
    wrong = ("return a + b", "return a - b")
    alone = ground.ending(*wrong, "test_needs_another", functions=("add",))
    silent = ground.ending(*wrong, "test_says_nothing", "test_needs_another", functions=("add",))

    assert (alone.noticed, silent.noticed) == (None, None)
    assert "test_needs_another passes in its suite and is skipped when it runs without the others" in alone.message
    assert ground.ending(*wrong, "test_needs_another", "test_add", functions=("add",)).noticed


def test_a_test_of_the_text_decides_nothing(ground: Ground) -> None:
    """It is red whatever is altered."""
    was, now = "def unused():\n    return 1", "def unused():\n    return 2"

    assert ground.ending(was, now, "test_text", functions=("unused",)).noticed is None
    assert ground.ending(was, now, "test_text", "test_add", functions=("unused",)).noticed is False


def test_without_tests_nothing_is_run(ground: Ground) -> None:
    """That no test runs it is all there is to say."""
    assert ground.ending("return 1", "return 2") == Ending(None, message=UNREACHED)


def test_a_report_that_lies_is_not_believed(tmp_path: Path) -> None:
    """What was raised counts."""
    ground = Ground.of(tmp_path, FILES | LIES)

    assert ground.ending("return a + b", "return a - b", "test_add", functions=("add",)).noticed


def test_what_the_budget_does_not_allow_is_not_tried(tmp_path: Path) -> None:
    """And it says so."""
    ground = Ground.of(tmp_path, FILES, seconds=0.001)

    assert ground.ending("return a + b", "return a - b", "test_add") == Ending(
        None, message="the budget of 0.001 s was spent: `--budget 1m` gives more"
    )


def test_trials_need_pytest(tmp_path: Path) -> None:
    """The policy may run the suites by something else."""
    other = SuitePolicy(command=("python", "run_tests.py"))
    ground = Ground.of(tmp_path, FILES, policy=Policy(suites={"unit": other, "integration": other}))

    with pytest.raises(MeasurementError, match="need pytest"):
        ground.ending("return a + b", "return a - b", "test_add", functions=("add",))


def test_plugins_that_spread_or_vary_tests_are_kept_still(tmp_path: Path) -> None:
    """With xdist there is one process all the same, and hypothesis draws the same examples each time."""
    files = FILES | {
        "pytest.ini": "[pytest]\naddopts = -n 2 -m 'not slow'\nmarkers = slow\n",
        "tests/test_cart.py": """
import pytest
from hypothesis import given, strategies
from shop import cart

@given(strategies.integers(), strategies.integers())
def test_add(a, b): assert cart.add(a, b) == a + b
@pytest.mark.slow
def test_full(): assert cart.Cart.full() == "full"
""",
    }
    ground = Ground.of(tmp_path, files)

    assert ground.ending("return a + b", "return a - b", "test_add", functions=("add",)).noticed
    assert ground.ending('"full"', '"empty"', "test_full", functions=("Cart.full",)).noticed
    assert ground.ending("n += 1", "n += 2", "test_add", functions=("endless",)).noticed is False


def test_each_test_runs_with_its_own_python(ground: Ground, tmp_path: Path) -> None:
    """A trial whose tests have several is noticed where one of them is red, and unreached where it has no test."""
    python = environment(tmp_path / "other") / "bin/python"
    elsewhere = {f"tests/test_cart.py::{name}": str(python) for name in ("test_add", "test_full")}
    runner = trial_runner(ground.runner.snapshot, ground.runner.bed, ground.runner.budget, elsewhere)
    wrong = ("return a + b", "return a - b")

    endings = runner.run(
        [ground.trial(*wrong, *tests) for tests in (("test_inner", "test_add"), ("test_add", "test_inner"))]
    )
    more = runner.run(
        [
            ground.trial(*wrong),
            ground.trial("return count", "return 2", "test_inner", "test_full", functions=("outer",)),
        ]
    )
    late = runner.run([ground.trial("return 1", "return 1 + 0", "test_inner", "test_full", path="lazy")])

    assert [ending.by.partition("::")[2] for ending in endings] == ["test_add", "test_add"]
    assert [(ending.noticed, ending.by.partition("::")[2]) for ending in more] == [(None, ""), (True, "test_inner")]
    assert more[0].message == UNREACHED
    assert late[0].noticed is False


def test_what_one_python_did_not_try_is_not_settled_by_another(ground: Ground, tmp_path: Path) -> None:
    """Its tests might have been red."""
    python = environment(tmp_path / "other") / "bin/python"
    elsewhere = {"tests/test_cart.py::test_full": str(python)}
    runner = PythonsRunner(replace(ground.runner, budget=Budget(0)), elsewhere)
    trial = ground.trial("return 1", "return 1 + 0", "test_inner", "test_full", path="lazy")

    assert runner.run([trial])[0].noticed is None
