"""The tests that pass, made to fail: which are asked, and what is made of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.change import Change
from gatecheck.measurements import controls
from gatecheck.measurements.controls import Controls, measure_controls
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.test_bed import TestBed
from gatecheck.testing import file_change
from snapshots import snapshot_of
from suite_bench import SHOP, Bench

HOURLY = """
import os

import pytest


@pytest.mark.parametrize("id_", [os.urandom(4).hex()])
def test_it(id_):
    assert id_
"""
FILES = {f"tests/test_{name}.py": f"def test_{name}():\n    assert True\n" for name in "abcd"}


def asked(folder: Path, files: dict[str, str], seconds: float = 0) -> Controls:
    """Run a project's tests, and make them fail; of those that took long, as many as there is time for."""
    bench = Bench(folder)
    run = bench.run(files)
    assert isinstance(run, UnitRun)
    head, project = snapshot_of(folder / "again", files), bench.project(files)
    bed = TestBed(project, bench.interpreter, replace(bench.execution, timeout_s=60), bench.workspace())
    change = Change("a..b", "a", "b", "1", "2", (file_change("tests/test_c.py", None, FILES["tests/test_c.py"]),))
    run = replace(run, seconds=seconds or run.seconds)
    return measure_controls(change, project, run, IntegrationRun(present=False), head, bed)


def test_tests_that_can_fail_do() -> None:
    """Nothing was asked of nothing."""
    assert Controls().doubt == Controls(3).doubt == ""


def test_of_a_long_suite_the_changed_files_come_first(tmp_path: Path) -> None:
    """And no more than there is time for."""
    assert asked(tmp_path, FILES, 4 * controls.MOST_S) == Controls(1, left=3)


@pytest.mark.slow
def test_parameters_may_have_other_names_each_time(tmp_path: Path) -> None:
    """Those that are red are red under other names."""
    assert asked(tmp_path, {**SHOP, "tests/test_it.py": HOURLY}).doubt == ""
    assert asked(tmp_path / "alone", {"tests/test_it.py": HOURLY}) == Controls()


@pytest.mark.parametrize(
    "outcome", [Outcome("tests/test_a.py", "passed"), Outcome("tests/gone.py::test_a", "passed", python="/other")]
)
def test_what_is_no_function_of_this_run_is_not_asked(tmp_path: Path, outcome: Outcome) -> None:
    """Nor what another Python ran."""
    bench = Bench(tmp_path)
    bed = TestBed(bench.project(FILES), bench.interpreter, bench.execution, bench.workspace())
    run, none = UnitRun(outcomes=(outcome,)), IntegrationRun(present=False)
    change = Change("a..b", "a", "b", "1", "2", ())

    told = measure_controls(change, bed.project, run, none, snapshot_of(tmp_path / "tree", FILES), bed)
    assert told == Controls()


# While it runs, what pytest needs to tell of a failure is not there.
HOLLOW = """
import sys


def test_hollow(monkeypatch):
    monkeypatch.setattr(sys, "modules", {})
    assert sys.modules == {}
"""


def test_a_test_whose_failure_ends_the_run_is_left_out(tmp_path: Path) -> None:
    """The others are asked all the same."""
    assert asked(tmp_path, {**FILES, "tests/test_a.py": HOLLOW}) == Controls(3, left=1)


def test_a_changed_test_whose_failure_ends_the_run_tells_nothing(tmp_path: Path) -> None:
    """It may do so on purpose."""
    told = asked(tmp_path, {**FILES, "tests/test_c.py": HOLLOW})

    assert "told nothing: the test run crashed" in told.doubt
    assert told.doubt.endswith("it was in tests/test_c.py::test_hollow")
