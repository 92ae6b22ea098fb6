"""What the tests notice of a change, from its texts to the trials; kinds of edits are in tests/trials."""

from collections.abc import Mapping
from pathlib import Path

from gatecheck.change import Watched
from gatecheck.measurements.elsewhere import Pythons
from gatecheck.measurements.noticing import Noticing, measure_noticing
from gatecheck.measurements.suites import IntegrationRun, measure_unit_run
from gatecheck.test_bed import TestBed
from gatecheck.testing import change_of
from gatecheck.trials.budget import Budget
from gatecheck.workspace import Execution
from snapshots import snapshot_of
from suite_bench import Bench

SHOP = """
def fee(amount):
    if amount > 100:
        return amount * 3
    return 10


def looked_at_by_nobody(amount):
    return amount + 1


def unused():
    return 1


def excluded():  # pragma: no cover
    return 1
"""
TESTS = """
import contextlib
from shop import fee, looked_at_by_nobody

def test_fee():
    assert fee(200) == 600
    assert fee(5) == 10

def test_nothing():
    with contextlib.suppress(Exception):
        looked_at_by_nobody(1)
"""
BASE = {"shop/__init__.py": "def excluded():  # pragma: no cover\n    return 0\n"}
HEAD = {"shop/__init__.py": SHOP, "tests/test_shop.py": TESTS}


def measured(folder: Path, base: Mapping[str, str], head: Mapping[str, str], seconds: float = 3600) -> Noticing:
    """Run the suite of the head, and try the change."""
    change = change_of({path: (base.get(path), text) for path, text in head.items()})
    bench, snapshot = Bench(folder), snapshot_of(folder / "head", head)
    bed = TestBed(bench.project(head), bench.interpreter, Execution(), bench.workspace())
    unit = measure_unit_run(snapshot, bed, Watched(("shop/__init__.py",)), Pythons())
    runs = (unit, IntegrationRun(present=False))
    return measure_noticing(change, bed.project, snapshot, *runs, bed, Budget(seconds))


def test_functions_and_faults_are_tried(tmp_path: Path) -> None:
    """Each function is noticed, run and not noticed, or not run; what the base excludes is not tried."""
    noticing = measured(tmp_path, BASE, HEAD)

    assert {function.name: function.word for function in noticing.functions} == {
        "fee": "noticed",
        "looked_at_by_nobody": "unnoticed",
        "unused": "unreached",
    }
    assert noticing.functions[0].by == "tests/test_shop.py::test_fee"
    assert {(fault.line, fault.rule): fault.word for fault in noticing.mutants} == {
        (2, "result-lost"): "noticed",
        (3, "boundary"): "unnoticed",
        (4, "arithmetic"): "noticed",
        (5, "return-none"): "noticed",
        (8, "result-lost"): "unnoticed",
        (9, "arithmetic"): "unnoticed",
    }
    assert noticing.complete
    assert noticing.tests == 2


def test_what_the_budget_cuts_off_is_not_complete(tmp_path: Path) -> None:
    """It is not remembered."""
    noticing = measured(tmp_path, BASE, HEAD, 0.001)

    assert not noticing.complete
    assert {function.word for function in noticing.functions} == {"untried", "unreached"}


def test_a_file_that_cannot_be_parsed_is_told(tmp_path: Path) -> None:
    """Nothing in it was tried."""
    noticing = measured(tmp_path, {}, {"shop/__init__.py": "def f(:\n", "tests/test_x.py": "def test(): pass\n"})

    assert noticing.unread == ("shop/__init__.py",)
