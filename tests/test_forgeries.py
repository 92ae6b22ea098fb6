"""Nothing that code of the checked tree does in the tests' process has a failed test believed to have passed."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from _pytest.mark import ParameterSet

from forgeries import FORGERIES, HONEST, MENDED, forged
from gatecheck.change import Change
from gatecheck.errors import MeasurementError
from gatecheck.measurements.controls import Controls, measure_controls
from gatecheck.measurements.suites import IntegrationRun, SuiteRun, UnitRun
from gatecheck.test_bed import TestBed
from snapshots import snapshot_of
from suite_bench import Bench, words

NO_CHANGE = Change("a..b", "a", "b", "1", "2", ())
OFTEN = ("in-the-source", "function-wrapped-at-collection", "hooks-that-look")


def sampled(names: Iterable[str]) -> list[ParameterSet]:
    """Leave some to CI, and the rest to `make proof`: one takes two runs."""
    return [pytest.param(name, marks=[] if name in OFTEN else [pytest.mark.slow]) for name in names]


def controls_of(bench: Bench, files: dict[str, str], run: SuiteRun) -> Controls:
    """Run the tests of a project once more, made to fail."""
    head, project = snapshot_of(bench.folder / "again", files), bench.project(files)
    execution = replace(bench.execution, timeout_s=bench.timeout_s)
    bed = TestBed(project, bench.interpreter, execution, bench.workspace())
    assert isinstance(run, UnitRun)
    return measure_controls(NO_CHANGE, project, run, IntegrationRun(present=False), head, bed)


def accused(folder: Path, files: dict[str, str]) -> str:
    """Say what speaks against a change whose tests are these, "" for nothing."""
    bench = Bench(folder)
    files = {name: dedent(text) for name, text in files.items()}
    try:
        run = bench.run(files)
        doubt = controls_of(bench, files, run).doubt
    except MeasurementError as error:
        return str(error)
    became = words(run)
    broken = [f"{id_} {word}" for id_, word in became.items() if word != "passed"]
    gone = [] if any("test_total" in id_ for id_ in became) else ["test_total is gone"]
    return ", ".join([*broken, *gone]) or doubt


@pytest.mark.parametrize("name", sampled(FORGERIES))
def test_no_forgery_is_believed(tmp_path: Path, name: str) -> None:
    """A failure is told, or the run is not believed."""
    assert accused(tmp_path, forged(name))


@pytest.mark.parametrize("name", sampled(HONEST))
def test_honest_tests_are_believed(tmp_path: Path, name: str) -> None:
    """What they do to pytest, to Python and to the system is done for the tests' sake; nothing is hidden."""
    assert accused(tmp_path, {**MENDED, **HONEST[name]}) == ""


def test_enough_forgeries_are_tried() -> None:
    """The corpus may grow."""
    assert len(FORGERIES) >= 50
