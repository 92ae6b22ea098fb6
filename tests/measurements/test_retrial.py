"""Tests that broke, run again on both sides until it is certain. Real runs."""

from pathlib import Path

import pytest

from gatecheck.measurements.outcomes import Outcome, Word
from gatecheck.measurements.retrial import Retried, broken_anew, measure_retrial, newly_broken
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.project import Project
from gatecheck.test_bed import TestBed
from gatecheck.workspace import Execution
from snapshots import snapshot_of
from suite_bench import Bench

FINE = "def test_it():\n    pass\n"
BROKEN = "def test_it():\n    assert False\n"
NONE = IntegrationRun(present=False)


def by_count(folder: Path, breaks: str) -> str:
    """Give a test that counts its runs in a file, and breaks where an expression of the count holds."""
    return f"""
import pathlib


def test_it():
    counted = pathlib.Path({str(folder / "count")!r})
    count = len(counted.read_text()) if counted.exists() else 0
    counted.write_text("x" * (count + 1))
    assert not ({breaks})
"""


AFTER_ANOTHER = """
seen = []


def test_before():
    seen.append(1)


def test_it():
    assert not seen
"""


def retried(folder: Path, base: str, head: str, *, known: bool = True) -> Retried:
    """Run a test again that passed on the base, or was not there, and failed on the head."""
    id_ = "test_a.py::test_it"
    sides = {name: snapshot_of(folder / name, {"test_a.py": text}) for name, text in {"b": base, "h": head}.items()}
    before = UnitRun(outcomes=(Outcome(id_, "passed"),) if known else ())
    after = UnitRun(outcomes=(Outcome(id_, "failed"),))
    bench = Bench(folder)
    bed = TestBed(Project(), bench.interpreter, Execution(), bench.workspace())
    (tried,) = measure_retrial(after, before, NONE, NONE, sides["h"], sides["b"], bed).retried
    return tried


def test_what_always_breaks_on_the_head_alone_is_broken(tmp_path: Path) -> None:
    """No whole suite is run for that."""
    tried = retried(tmp_path, FINE, BROKEN)

    assert tried == Retried(tried.id, ("passed",) * 3, ("failed",) * 3)
    assert tried.verdict == "broken"


def test_what_breaks_now_and_then_on_the_base_is_flaky(tmp_path: Path) -> None:
    """However often it breaks on the head."""
    assert retried(tmp_path, by_count(tmp_path, "count % 2"), BROKEN).verdict == "flaky"


@pytest.mark.slow
def test_what_breaks_often_on_the_head_alone_is_shaken_by_the_change(tmp_path: Path) -> None:
    """It is run eight times on both sides before that is said; breaking rarely is chance."""
    tried = retried(tmp_path / "often", FINE, by_count(tmp_path, "count % 2"))
    rarely = retried(tmp_path / "rarely", FINE, by_count(tmp_path / "rarely", "count == 1"))

    assert (len(tried.base), tried.verdict) == (8, "shaken")
    assert tried.told() == "4 of 8 on the head and 0 of 8 on the base"
    assert rarely.verdict == "flaky"


@pytest.mark.slow
def test_what_breaks_after_other_tests_is_broken_though_it_passes_alone(tmp_path: Path) -> None:
    """A change that lets one test spoil another."""
    tried = retried(tmp_path, FINE, AFTER_ANOTHER)

    assert (tried.head, tried.whole_base, tried.whole_head) == (("passed",) * 3, ("passed",) * 2, ("failed",) * 2)
    assert tried.verdict == "broken"


@pytest.mark.slow
def test_what_breaks_after_others_on_both_sides_is_known(tmp_path: Path) -> None:
    """It passed on the base by chance."""
    assert retried(tmp_path, AFTER_ANOTHER, AFTER_ANOTHER).verdict == "known"


@pytest.mark.slow
def test_what_broke_once_is_flaky(tmp_path: Path) -> None:
    """It passes alone and with all the others."""
    assert retried(tmp_path, FINE, FINE).verdict == "flaky"


@pytest.mark.slow
def test_a_new_test_is_run_again_on_the_head_alone(tmp_path: Path) -> None:
    """The base has none to compare with."""
    broken = retried(tmp_path / "a", "", BROKEN, known=False)
    flaky = retried(tmp_path / "b", "", by_count(tmp_path / "b", "count == 1"), known=False)

    assert (broken.base, broken.verdict) == ((), "broken")
    assert flaky.verdict == "flaky"


def run(*words: Word) -> UnitRun:
    """Give a run whose tests ended so."""
    return UnitRun(outcomes=tuple(Outcome(f"test_a.py::test_{number}", word) for number, word in enumerate(words)))


def test_what_is_run_again_is_what_breaks_and_did_not_on_the_base() -> None:
    """What passed there, was set aside there, or is new; a file that cannot be collected is no test."""
    before, after = run("passed", "failed", "skipped"), run("error", "failed", "failed", "failed")
    uncollected = UnitRun(outcomes=(*after.outcomes, Outcome("test_b.py", "error")))

    assert broken_anew(uncollected, before) == ["test_a.py::test_0", "test_a.py::test_2", "test_a.py::test_3"]
    assert newly_broken(uncollected, before) == ["test_a.py::test_0"]
