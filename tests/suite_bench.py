"""Suites of made-up projects, run by the real pytest under the real coverage.py."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from textwrap import dedent

from gatecheck.change import Side, Watched
from gatecheck.confinement import Cage, settle_cage
from gatecheck.interpreter import Interpreter, read_interpreter
from gatecheck.measurements.elsewhere import Pythons
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import SuiteRun, measure_integration_run, measure_unit_run
from gatecheck.policy import Policy
from gatecheck.project import Project, project_of
from gatecheck.test_bed import TestBed
from gatecheck.visible_files import own_files
from gatecheck.workspace import Execution, Workspace
from snapshots import snapshot_of

SHOP = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "def total(prices):\n    return sum(prices)\n\n\ndef empty():\n    return []\n",
    "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
}


@cache
def our_python() -> Interpreter:
    """Give the interpreter that the tests run in: it has pytest, coverage.py, pytest-cov and pytest-xdist."""
    return read_interpreter(Path(sys.executable), "the tests' own")


@cache
def our_cage() -> Cage:
    """Give the cage that this machine allows."""
    return settle_cage("none", replace(own_files(), hidden=(str(Path.home()),)))


@dataclass(frozen=True)
class Bench:
    """A folder to run suites in."""

    folder: Path
    interpreter: Interpreter = field(default_factory=our_python)
    policy: Policy = field(default_factory=Policy)
    timeout_s: int = 120
    options: tuple[str, ...] = ()
    side: Side = Side.HEAD
    execution: Execution = field(default_factory=lambda: Execution(cage=our_cage()))
    watched: tuple[str, ...] = ()
    pythons: Pythons = field(default_factory=Pythons)

    def project(self, files: Mapping[str, str]) -> Project:
        """Lay out a project whose base is its head."""
        texts = {name: text.encode() for name, text in files.items()}
        return project_of(self.policy, files, texts.get, files)

    def workspace(self) -> Workspace:
        """Make a scratch folder."""
        scratch = self.folder / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        return Workspace(scratch.resolve())

    def run(self, files: Mapping[str, str], suite: str = "unit") -> SuiteRun:
        """Run a suite of a project; the texts are dedented."""
        files = {name: dedent(text) for name, text in files.items()}
        snapshot = replace(snapshot_of(self.folder / "snapshot", files), options=self.options, side=self.side)
        measure = measure_unit_run if suite == "unit" else measure_integration_run
        execution = replace(self.execution, timeout_s=self.timeout_s)
        bed = TestBed(self.project(files), self.interpreter, execution, self.workspace())
        return measure(snapshot, bed, Watched(self.watched), self.pythons)


def words(run: SuiteRun) -> dict[str, str]:
    """Give what became of each test, by its id."""
    return {outcome.id: outcome.outcome for outcome in run.outcomes}


def outcome_of(run: SuiteRun, test: str) -> Outcome:
    """Give one test's outcome."""
    return next(outcome for outcome in run.outcomes if outcome.id == test)


def coverage_of(run: SuiteRun, path: str = "src/shop/cart.py") -> FileCoverage:
    """Give one file's coverage."""
    return next(file for file in run.files if file.path == path)
