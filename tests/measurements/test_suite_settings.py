"""How suites are chosen, configured and run: the project's options, the policy's suites, commands, interpreters."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Literal

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter, read_interpreter
from gatecheck.measurements.suites import (
    IntegrationRun,
    SuiteRun,
)
from gatecheck.policy import Policy, SuitePolicy
from suite_bench import SHOP, Bench, coverage_of, words

PASSED = {"tests/test_cart.py::test_total": "passed"}


def configured(options: str) -> dict[str, str]:
    """Give the project with pytest options."""
    return {**SHOP, "pytest.ini": f"[pytest]\n{options}\n"}


@pytest.mark.parametrize(
    "options",
    [
        "addopts = --cov=shop --cov-fail-under=99 --cov-report=xml\nfilterwarnings = error",
        "addopts = -n 2 --dist loadfile",
        "addopts = -p no:xdist -p no:pytest_cov -p no:cacheprovider --strict-config",
        "addopts = --lf --durations=3 -vv\ntestpaths = gone",
    ],
    ids=["pytest-cov", "xdist", "no plugins", "others"],
)
def test_the_projects_options_do_not_disturb_the_run(tmp_path: Path, options: str) -> None:
    """Coverage is measured once, by us, in one process, and the outcomes are complete."""
    run = Bench(tmp_path).run(configured(options))

    assert words(run) == PASSED
    assert coverage_of(run).executed == (1, 2, 5)


def test_a_mark_expression_of_the_project_is_respected(tmp_path: Path) -> None:
    """What it leaves out by default is left out."""
    files = configured('addopts = -m "not slow"\nmarkers = slow')
    files["tests/test_slow.py"] = "import pytest\n\n\n@pytest.mark.slow\ndef test_slow():\n    pass\n"

    assert words(Bench(tmp_path).run(files)) == PASSED


def test_a_suite_that_the_project_leaves_out_by_default_runs_when_it_is_asked_for(tmp_path: Path) -> None:
    """`-m "not integration"` is meant for everyday, not for the integration suite."""
    files = configured('addopts = -m "not integration" --strict-markers\nmarkers = integration')
    files["tests/test_all.py"] = "import pytest\n\n\n@pytest.mark.integration\ndef test_all():\n    pass\n"
    unit, integration = (Bench(tmp_path / suite).run(files, suite) for suite in ("unit", "integration"))

    assert words(unit) == PASSED
    assert words(integration) == {"tests/test_all.py::test_all": "passed"}


def test_options_of_the_head_that_only_add_are_accepted(tmp_path: Path) -> None:
    """A new marker under strict markers, and an import path of its own."""
    files = configured("addopts = --strict-markers\nmarkers = old")
    files["more/helper.py"] = "answer = 42\n"
    files["tests/test_new.py"] = (
        "import pytest\nfrom helper import answer\n\n\n@pytest.mark.new\ndef test_new():\n    assert answer == 42\n"
    )
    run = Bench(tmp_path, options=("markers=old\nnew: fresh", "pythonpath=more")).run(files)

    assert words(run)["tests/test_new.py::test_new"] == "passed"


def test_import_paths_of_the_head_hold_where_the_base_configures_nothing(tmp_path: Path) -> None:
    """They are relative to the project, wherever pytest finds its configuration."""
    files = {**SHOP, "more/helper.py": "", "tests/test_new.py": "import helper\n\n\ndef test_new():\n    pass\n"}
    run = Bench(tmp_path, options=("pythonpath=more",)).run(files)

    assert words(run)["tests/test_new.py::test_new"] == "passed"


def test_options_above_the_tree_do_not_count(tmp_path: Path) -> None:
    """Whatever lies in the folder for temporary files, or whoever put it there."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\n")
    (tmp_path / "conftest.py").write_text("raise SystemExit(0)\n")

    assert words(Bench(tmp_path).run(SHOP)) == PASSED


def test_a_project_in_a_folder_runs_there(tmp_path: Path) -> None:
    """Ids are relative to it; what pytest is told at the top counts as it would there."""
    files = {f"backend/{name}": text for name, text in SHOP.items()} | {
        "backend/pyproject.toml": '[project]\nname = "shop"\n',
        "backend/tests/test_here.py": "import os\n\n\ndef test_here():\n    assert os.path.exists('pyproject.toml')\n",
    }
    run = Bench(tmp_path).run(files)

    assert words(run) == {**PASSED, "tests/test_here.py::test_here": "passed"}
    assert coverage_of(run, "backend/src/shop/cart.py").executed == (1, 2, 5)


def test_a_root_that_is_not_there_cannot_be_run(tmp_path: Path) -> None:
    """The reason names the folder."""
    with pytest.raises(MeasurementError, match="the head has no folder 'backend', the project's root"):
        Bench(tmp_path, policy=Policy(root="backend")).run(SHOP)


def test_what_pytest_refuses_cannot_be_run(tmp_path: Path) -> None:
    """The reason has its last words."""
    with pytest.raises(MeasurementError, match=r"pytest ended with code 4; .*unrecognized arguments: --no-such-option"):
        Bench(tmp_path).run(configured("addopts = --no-such-option"))


def test_modules_that_shadow_the_runner_are_refused(tmp_path: Path) -> None:
    """A `pytest.py` of the tree would report whatever it likes, even where modules are the project's source."""
    files = {"shop.py": "", "pytest.py": "def main(args, plugins):\n    return 0\n"}
    bench = Bench(tmp_path)

    with pytest.raises(
        MeasurementError, match="the tree holds modules that shadow the test tools: pytest; rename them"
    ):
        bench.run(files)


def test_source_from_elsewhere_is_refused(tmp_path: Path) -> None:
    """Tests that import an installed copy say nothing about the checked tree."""
    other = tmp_path / "site" / "shop"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    (other / "cart.py").write_text("def total(prices):\n    return 3\n")
    loaded = f"""
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location("shop", {str(other / "__init__.py")!r})
        sys.modules["shop"] = importlib.util.module_from_spec(spec)
        """
    files = {**SHOP, "tests/conftest.py": loaded}

    with pytest.raises(
        MeasurementError, match=r"shop was imported from .*site/shop/__init__\.py, not from the checked tree"
    ):
        Bench(tmp_path).run(files)


MORE = {
    **SHOP,
    "tests/unit/test_a.py": "import pytest\n\n\n@pytest.mark.fast\ndef test_a():\n    pass\n",
    "tests/integration/test_b.py": "def test_b():\n    pass\n",
    "web/tests/e2e/test_c.py": "def test_c():\n    pass\n",
    "pytest.ini": "[pytest]\nmarkers = fast\n",
}
TOTAL, A, B, C = (
    "tests/test_cart.py::test_total",
    "tests/unit/test_a.py::test_a",
    "tests/integration/test_b.py::test_b",
    "web/tests/e2e/test_c.py::test_c",
)


@pytest.mark.parametrize(
    ("suites", "asked", "ids"),
    [
        ({}, "unit", {TOTAL, A}),
        ({}, "integration", {B, C}),
        ({"unit": SuitePolicy(paths=("tests/unit/",))}, "unit", {A}),
        ({"unit": SuitePolicy(marker="fast")}, "unit", {A}),
        ({"integration": SuitePolicy(paths=("web/",))}, "integration", {C}),
        ({"integration": SuitePolicy(paths=("web/",))}, "unit", {TOTAL, A, B}),
        ({"integration": SuitePolicy(command=("pytest", "tests/unit"))}, "integration", {A}),
        ({"integration": SuitePolicy(command=("pytest", "tests/unit"))}, "unit", {TOTAL, A}),
        ({"unit": SuitePolicy(command=("python", "-m", "pytest", "tests", "-k", "test_a"))}, "unit", {A}),
    ],
)
def test_a_suite_is_what_the_policy_or_the_folders_say(
    tmp_path: Path, suites: Mapping[str, SuitePolicy], asked: str, ids: set[str]
) -> None:
    """By paths, by a marker, by the command that runs it; by default integration is what lies in its folders."""
    run = Bench(tmp_path, policy=Policy(suites=dict(suites))).run(MORE, asked)  # type: ignore[arg-type]

    assert words(run).keys() == ids


def test_without_an_integration_suite_nothing_runs(tmp_path: Path) -> None:
    """The project has none: that is no failure."""
    assert Bench(tmp_path).run(SHOP, "integration") == IntegrationRun(present=False)


@pytest.mark.parametrize(
    ("command", "runner", "code"),
    [
        (("python", "-m", "tests.test_cases"), "-m tests.test_cases", 1),
        (("run_tests.py", "--fast"), "run_tests.py --fast", 3),
    ],
)
def test_a_command_may_be_another_program(tmp_path: Path, command: tuple[str, ...], runner: str, code: int) -> None:
    """A module or a script in Python: its exit code is all that is known, and its coverage."""
    files = {
        **SHOP,
        "tests/test_cases.py": """
            import unittest

            from shop.cart import empty


            class Cases(unittest.TestCase):
                def test_empty(self):
                    self.assertEqual(empty(), [1])


            unittest.main()
            """,
        "run_tests.py": """
            import sys

            from shop.cart import empty

            assert empty() == [] and sys.argv[1:] == ["--fast"]
            sys.exit(3)
            """,
    }
    run = Bench(tmp_path, policy=Policy(suites={"unit": SuitePolicy(command=command)})).run(files)

    assert (run.runner, run.code, run.outcomes) == (runner, code, ())
    assert coverage_of(run).executed == (1, 5, 6)


@pytest.mark.parametrize("command", [("make", "test"), ("uv", "run", "pytest"), ("-m",)])
def test_a_command_that_is_no_python_program_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    """The reason says what could be."""
    bench = Bench(tmp_path, policy=Policy(suites={"unit": SuitePolicy(command=command)}))
    kinds = "neither pytest, nor python -m MODULE, nor a Python script of the tree"

    with pytest.raises(MeasurementError, match=f"suites.unit.command begins with '{command[0]}': {kinds}"):
        bench.run(SHOP)


IN_A_CHILD = {
    **SHOP,
    "src/shop/__main__.py": "from shop.cart import empty\n\nassert empty() == []\n",
    "tests/test_cart.py": """
        import subprocess
        import sys


        def test_program():
            subprocess.run([sys.executable, "-m", "shop"], check=True, timeout=60)
        """,
}


def in_a_child(run: SuiteRun) -> dict[str, tuple[int, ...]]:
    """Give what was executed of the program that the test starts."""
    return {path: coverage_of(run, path).executed for path in ("src/shop/__main__.py", "src/shop/cart.py")}


def test_a_program_that_a_test_starts_is_covered(tmp_path: Path) -> None:
    """It imports the checked tree, too."""
    run = Bench(tmp_path).run(IN_A_CHILD)

    assert in_a_child(run) == {"src/shop/__main__.py": (1, 3), "src/shop/cart.py": (1, 5, 6)}


def environment(folder: Path, python: str, *distributions: str) -> Interpreter:
    """Make an environment of an interpreter that has just some of our distributions, without asking any index."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    [site] = folder.glob("lib/python*/site-packages")
    for name in distributions:
        for file in distribution(name).files or ():
            top = file.parts[0]
            if top not in {"..", "__pycache__"} and not (site / top).exists():
                (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    return read_interpreter(folder / "bin" / "python", "made for the test")


PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


def test_coverage_is_lent_to_a_project_that_has_none(tmp_path: Path) -> None:
    """To the programs that its tests start as well; and nothing is written into its environment."""
    interpreter = environment(tmp_path / "venv", sys.executable, *PYTEST)
    before = sorted(path.name for path in (tmp_path / "venv").rglob("*"))
    run = Bench(tmp_path, interpreter).run(IN_A_CHILD)

    assert "coverage" not in interpreter.packages
    assert in_a_child(run) == {"src/shop/__main__.py": (1, 3), "src/shop/cart.py": (1, 5, 6)}
    assert sorted(path.name for path in (tmp_path / "venv").rglob("*")) == before


UNITTEST = {
    **{name: text for name, text in SHOP.items() if name.startswith("src")},
    "tests/__init__.py": "",
    "tests/test_it.py": """
        import unittest
        from shop.cart import total

        class Total(unittest.TestCase):
            def test_it(self):
                self.assertEqual(total([1, 2]), 3)
        """,
    "tests/testall.py": """
        import unittest
        from tests import test_it

        class Named(unittest.TestCase):
            def test_named_as_unittest_names(self):
                assert test_it
        """,
}


@pytest.mark.parametrize(
    ("command", "ids"),
    [
        ((), ["tests/test_it.py::Total::test_it", "tests/testall.py::Named::test_named_as_unittest_names"]),
        (("python", "-m", "unittest", "discover", "-s", "tests"), ["tests/test_it.py::Total::test_it"]),
        (("python", "-m", "unittest", "tests.test_it"), ["tests/test_it.py::Total::test_it"]),
    ],
    ids=["no command", "discovery", "a module"],
)
def test_a_project_of_unittest_runs_by_a_pytest_that_is_lent(
    tmp_path: Path, command: tuple[str, ...], ids: list[str]
) -> None:
    """Its environment has none; its tests are found by unittest's names, and seen one by one."""
    interpreter = environment(tmp_path / "venv", sys.executable)
    suites: dict[Literal["unit", "integration"], SuitePolicy] = {"unit": SuitePolicy(command=command)}
    bench = Bench(tmp_path, interpreter, policy=Policy(suites=suites if command else {}))
    run = bench.run(UNITTEST)

    assert set(ids) <= words(run).keys()
    assert set(words(run).values()) == {"passed"}
    assert coverage_of(run).executed == (1, 2, 5)
    assert run.command_for(ids[0]) == "python -m unittest tests.test_it.Total.test_it"


LOADED = {
    "calc.py": """
        def double(number):
            '''Double it.

            >>> double(2)
            4
            '''
            return number * 3

        def half(number):
            return number / 2
        """,
    "tests/__init__.py": "",
    "tests/test_calc.py": """
        import doctest
        import unittest
        import calc

        class Half(unittest.TestCase):
            def test_half(self):
                self.assertEqual(calc.half(4), 2)

        def load_tests(loader, tests, pattern):
            tests.addTests(doctest.DocTestSuite(calc))
            return tests
        """,
}


def test_what_load_tests_adds_runs_as_well(tmp_path: Path) -> None:
    """Examples that unittest's protocol brings in are tests, with a place of their own."""
    run = Bench(tmp_path, environment(tmp_path / "venv", sys.executable)).run(LOADED)

    assert words(run) == {
        "tests/test_calc.py::Half::test_half": "passed",
        "tests/test_calc.py::calc.double": "failed",
    }
    assert [(origin.path, origin.line, origin.end_line) for origin in run.origins] == [("calc.py", 5, 6)]
    assert coverage_of(run, "calc.py").executed == (2, 8, 10, 11)


def other_python() -> str:
    """Find an interpreter of another version that answers."""
    for minor in range(15, 9, -1):
        found = shutil.which(f"python3.{minor}")
        if found and minor != sys.version_info.minor:
            ask = [found, "-c", "import venv, sys; print(sys.version_info[1])"]
            asked = subprocess.run(ask, capture_output=True, check=False)
            if asked.stdout.strip() == str(minor).encode():
                return found
    return ""


def test_an_interpreter_of_another_version_needs_a_coverage_of_its_own(tmp_path: Path) -> None:
    """The tracer of ours is not compiled for it."""
    if not (python := other_python()):
        pytest.skip("there is no Python of another version")

    with pytest.raises(MeasurementError, match=r"install it there: .*/venv/bin/python -m pip install coverage"):
        Bench(tmp_path, environment(tmp_path / "venv", python, *PYTEST)).run(IN_A_CHILD)
