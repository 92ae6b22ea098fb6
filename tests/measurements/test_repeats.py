"""New tests under other circumstances: real runs of the real pytest."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

from gatecheck.change import Change, Snapshot
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.repeats import MOST, Break, OldBreaks, Repeats, chosen, measure_old_breaks, measure_repeats
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.measurements.variation import Variation
from gatecheck.project import Project
from gatecheck.test_bed import TestBed
from gatecheck.testing import change_of
from gatecheck.workspace import Execution
from snapshots import snapshot_of
from suite_bench import Bench

PATH = "tests/test_shop.py"
UNSOUND = dedent(
    """
    import datetime
    import os
    import unittest

    import pytest

    SEEN = []


    def test_first():
        SEEN.append("first")


    def test_needs_the_first():
        assert "first" in SEEN


    def test_the_hour():
        assert datetime.datetime.fromtimestamp(0).hour == datetime.datetime.fromtimestamp(0, datetime.UTC).hour


    def test_the_seed():
        assert os.environ.get("PYTHONHASHSEED") != "2"


    def test_once():
        SEEN.append("once")

        assert SEEN.count("once") == 1
    """
)
SOUND = dedent(
    """
    import unittest

    import pytest


    @pytest.fixture
    def basket():
        return []


    @pytest.fixture(scope="module")
    def shelf():
        return {}


    def test_fixture(basket, shelf, tmp_path):
        basket.append(1)
        shelf["key"] = 1
        (tmp_path / "new").mkdir()

        assert basket == [1]


    @pytest.mark.parametrize("number", [1, 2])
    def test_parameter(number, basket):
        basket.append(number)

        assert basket == [number]


    class TestClass:
        def setup_method(self):
            assert not hasattr(self, "own")
            self.own = []

        def test_own(self):
            self.own.append(1)

            assert self.own == [1]


    class Case(unittest.TestCase):
        def setUp(self):
            self.own = []

        def test_own(self):
            self.own.append(1)

            self.assertEqual(self.own, [1])
    """
)


def ran(test: str, *ids: str) -> UnitRun:
    """Give the run of the suite in which some tests passed."""
    return UnitRun(outcomes=tuple(Outcome(f"{PATH}::{id_}", "passed", PATH) for id_ in ids or _names(test)))


def _names(test: str) -> list[str]:
    return [line.partition("(")[0].removeprefix("def ") for line in test.split("\n") if line.startswith("def test_")]


def repeated(folder: Path, test: str, *ids: str) -> Repeats:
    """Repeat the tests of a file that is new."""
    bench = Bench(folder)
    snapshot = snapshot_of(folder / "head", {PATH: test})
    run, none = ran(test, *ids), IntegrationRun(present=False)
    change = change_of({PATH: (None, test)})
    bed = TestBed(Project(), bench.interpreter, Execution((), bench.timeout_s), bench.workspace())
    return measure_repeats(change, Project(), run, none, snapshot, bed)


def test_what_breaks_a_test_is_named_and_sound_ones_hold(tmp_path: Path) -> None:
    """Each by the one difference that does it; every repeated test has fixtures and an instance of its own."""
    kinds = ("test_fixture", "test_parameter[1]", "test_parameter[2]", "TestClass::test_own", "Case::test_own")
    found = repeated(tmp_path, UNSOUND + SOUND, *_names(UNSOUND), *kinds)
    told = {(one.id.partition("::")[2], one.again, one.causes) for one in found.breaks}

    assert len(found.repeated) == 10
    assert told == {
        ("test_needs_the_first", True, ("in reversed order",)),
        ("test_the_hour", True, ("in the time zone Pacific/Kiritimati",)),
        ("test_the_seed", True, ("under PYTHONHASHSEED=2",)),
        ("test_once", True, ("2 times in one process",)),
    }


def test_the_base_tells_an_old_flaw(tmp_path: Path) -> None:
    """Only of what the base had, and in the same varied run."""
    after = UNSOUND.replace('"first" in SEEN', 'SEEN == ["first"]').replace("hour ==", "hour + 0 ==")
    change = change_of({PATH: (UNSOUND.replace("def test_the_hour", "def test_an_hour"), after)})
    names = ("test_needs_the_first", "test_the_hour")
    breaks = tuple(Break(f"{PATH}::{name}", "unit", 0, PATH, 1, "", again=True) for name in names)

    assert old(tmp_path, change, Repeats(breaks=breaks)) == OldBreaks((f"{PATH}::test_needs_the_first",))
    assert old(tmp_path, change, Repeats()) == OldBreaks()


def old(folder: Path, change: Change, repeats: Repeats) -> OldBreaks:
    """Ask the base."""
    bench = Bench(folder)
    base: Snapshot = replace(
        snapshot_of(folder / "base", {PATH: (change.files[0].before or b"").decode()}), tree="base"
    )
    bed = TestBed(Project(), bench.interpreter, Execution((), bench.timeout_s), bench.workspace())
    return measure_old_breaks(change, Project(), repeats, base, bed)


def test_of_many_parameters_some_of_every_function_are_chosen() -> None:
    """The first of each function comes before the second of any."""
    ids = [f"{PATH}::test_many[{number}]" for number in range(MOST)] + [f"{PATH}::test_one"]

    assert chosen(ids, Project())[:3] == [f"{PATH}::test_many[0]", f"{PATH}::test_one", f"{PATH}::test_many[1]"]


def test_every_function_is_repeated_however_many_there_are(tmp_path: Path) -> None:
    """Only further parameters of the same functions are left out."""
    functions = "".join(f"def test_{number}():\n    pass\n\n\n" for number in range(MOST + 2))
    many = f"@pytest.mark.parametrize('number', range({MOST}))\ndef test_many(number):\n    pass\n"
    ids = [*(f"test_{number}" for number in range(MOST + 2)), *(f"test_many[{number}]" for number in range(MOST))]
    found = repeated(tmp_path, "import pytest\n\n\n" + functions + many, *ids)

    assert len(found.repeated) == MOST + 3
    assert (found.untried, found.breaks, found.unrun) == (MOST - 1, (), ())


VANISHING = dedent(
    """
    import os
    import time

    import pytest

    VARIED = "TZ" in os.environ


    @pytest.mark.parametrize("hour", [time.time_ns()])
    def test_the_hour(hour):
        assert hour


    if not VARIED:

        def test_is_gone():
            pass


    @pytest.mark.skipif(VARIED, reason="elsewhere")
    def test_is_skipped():
        pass


    def test_is_there():
        pass
    """
)


def test_what_does_not_run_in_a_varied_run_is_told(tmp_path: Path) -> None:
    """It is neither broken nor held; a parameter that has another name each time stands for its function."""
    found = repeated(tmp_path, VANISHING, "test_the_hour[1]", "test_is_gone", "test_is_skipped", "test_is_there")

    assert found.breaks == ()
    assert found.unrun == (f"{PATH}::test_is_gone", f"{PATH}::test_is_skipped")


def test_a_file_that_cannot_be_collected_in_a_varied_run_breaks(tmp_path: Path) -> None:
    """All of its tests do."""
    text = "import os\n\nassert 'TZ' not in os.environ\n\n\ndef test_a():\n    pass\n"
    found = repeated(tmp_path, text)

    assert {(one.id, one.again) for one in found.breaks} == {(f"{PATH}::test_a", True)}


DEPENDING = """
from pathlib import Path

import pytest

SEEN = []


@pytest.mark.dependency
def test_first():
    SEEN.append(1)


@pytest.mark.dependency(depends=["test_first"])
def test_second():
    assert SEEN


def test_third():
    pass
"""


def test_a_test_that_says_what_it_needs_runs_after_it(tmp_path: Path) -> None:
    """By a mark of pytest-dependency: it is not held against the test, in whatever order the others run."""
    found = repeated(tmp_path, DEPENDING, "test_second", "test_third")

    assert (found.breaks, found.unrun) == ((), ())


def test_a_test_that_moved_is_not_new() -> None:
    """To another file or class; one whose decorators changed is edited, and the base knows it."""
    before = "def test_a():\n    assert 1\n\n\ndef test_b():\n    assert 2\n"
    moved = "class TestAll:\n    def test_a(self):\n        assert 1\n\n\ndef test_a():\n    assert 1\n"
    change = change_of(
        {PATH: (before, "@mark\n" + before[before.index("def test_b") :]), "tests/test_b.py": (None, moved)}
    )
    tests = NewTests(change, Project())

    assert set(tests.digests) == {(PATH, "test_b"), ("tests/test_b.py", "TestAll.test_a")}
    assert tests.known == {(PATH, "test_b")}
    assert list(tests.of([f"{PATH}::test_b[1]", "tests/test_b.py::test_a"])) == [f"{PATH}::test_b[1]"]


def test_a_test_within_a_function_is_new_with_it() -> None:
    """As pytest-describe has them: the outermost function is what is edited."""
    before = "def describe_cart():\n    def is_empty():\n        assert 1\n\n\ndef test_a():\n    assert 2\n"
    tests = NewTests(change_of({PATH: (before, before.replace("1", "3"))}), Project())
    inner = f"{PATH}::describe_cart::is_empty"

    assert list(tests.of([inner, f"{PATH}::test_a"])) == [inner]
    assert tests.is_known(inner)


def test_a_variation_sets_only_what_it_varies() -> None:
    """A zone that this machine does not know would be UTC by another name."""
    assert Variation().environment == {}
    assert Variation(hash_seed="1", zone="Nowhere/At_All", locale="C").environment == {
        "PYTHONHASHSEED": "1",
        "LC_ALL": "C",
    }
    assert [name for name, _ in Variation(("a",), backwards=True).alone()] == [
        "without the other tests",
        "in reversed order",
    ]
