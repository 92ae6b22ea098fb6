"""New tests that the main Python skips, run with another one: real environments, of which one has a package more."""

import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from gatecheck.measurements.elsewhere import Pythons, by_python, elsewhere_of, together
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.outcomes import Reach
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import SuiteRun
from gatecheck.pythons import OtherPython, PythonRun
from gatecheck.report import GateReport, Report
from gatecheck.run import Demand, check
from gatecheck.task import Strategy, Task
from gatecheck.testing import change_of
from other_pythons import environment
from repositories import GitRepository
from suite_bench import Bench, coverage_of, words

OTHER = OtherPython(".tox/py399", "/tox/py399/bin/python", "k")
PAINT = """
def paint(name, times):
    if times > 1:
        return name * times
    return name
"""
BASE = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\n',
    "src/shop/__init__.py": "def cart():\n    return []\n",
    "tests/test_cart.py": "from shop import cart\n\n\ndef test_cart():\n    assert cart() == []\n",
}
SOURCE = BASE["src/shop/__init__.py"] + "\n" + PAINT
CALLS = 'assert paint("a", 1) == "a"\n    assert paint("a", 2) == "aa"\n    assert paint("a", 3) == "aaa"\n'
SKIPPED = f"""import importlib.util

import pytest


@pytest.mark.skipif(not importlib.util.find_spec("extra_colours"), reason="no colours")
def test_paint():
    from shop import paint

    {CALLS}"""
WHOLE = f"""import pytest

pytest.importorskip("extra_colours")


def test_paint():
    from shop import paint

    {CALLS}"""
IMPORTING = WHOLE.replace("import pytest", "import extra_colours").replace(
    'pytest.importorskip("extra_colours")\n\n', ""
)
IGNORED = (
    'import importlib.util\n\ncollect_ignore = [] if importlib.util.find_spec("extra_colours") else ["test_paint.py"]\n'
)
GATES = ("tests-pass", "unit-coverage", "noticed-change", "demanded-hunks", "repeatable-tests")


def changed(folder: Path, test: str, more: dict[str, str] | None = None) -> GitRepository:
    """Make a repository whose last commit brings a function and a test of it."""
    repo = GitRepository(folder)
    folder.mkdir()
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.commit(BASE | {".gitignore": ".tox\n"} | (more or {}))
    repo.commit({"src/shop/__init__.py": SOURCE, "tests/test_paint.py": test})
    return repo


def judged(repo: GitRepository, *gates: str, others: tuple[Path, ...] = (), cache: Path | None = None) -> Report:
    """Check the last commit with the tests' own Python as the main one."""
    python = Path(sys.executable)
    return check(Demand(repo.path, "HEAD", gates=gates, python=python, others=others, cache=cache))


def gate(report: Report, name: str) -> GateReport:
    """Give one gate's part of a report."""
    return next(one for one in report.gates if one.id == name)


def test_another_environment_of_the_project_tells_what_is_skipped(tmp_path: Path) -> None:
    """All gates decide by both answers; the report says which Pythons ran."""
    repo = changed(tmp_path / "repo", SKIPPED)
    environment(repo.path / ".tox" / "colours", "extra_colours")

    report = judged(repo, *GATES)

    assert {one.id: one.status for one in report.gates} == dict.fromkeys(GATES, "pass")
    assert gate(report, "noticed-change").measures["functions_noticed"] == 1
    assert gate(report, "tests-pass").summary == "2 tests pass"
    assert gate(report, "repeatable-tests").summary.startswith("1 of 1 ")
    version = ".".join(map(str, sys.version_info[:3]))
    ran = f".tox/colours (Python {version}) ran 1, tests/test_paint.py::test_paint first"
    assert f"unit tests that Python {version} does not run: {ran}" in report.notes


@pytest.mark.slow
@pytest.mark.parametrize(("test", "more"), [(WHOLE, {}), (IMPORTING, {"tests/conftest.py": IGNORED})])
def test_modules_that_are_skipped_or_ignored_as_a_whole_are_run_as_well(
    tmp_path: Path, test: str, more: dict[str, str]
) -> None:
    """The main Python knows no test of theirs."""
    files = BASE | {"src/shop/__init__.py": SOURCE, "tests/test_paint.py": test} | more
    python = environment(tmp_path / "colours", "extra_colours") / "bin/python"
    change = change_of({"tests/test_paint.py": (None, test)})
    pythons = Pythons(
        (OtherPython("colours", str(python), ""),), tests=NewTests(change, Bench(tmp_path).project(files))
    )

    done = Bench(tmp_path, pythons=pythons, watched=("src/shop/__init__.py",)).run(files)

    assert words(done) == {"tests/test_cart.py::test_cart": "passed", "tests/test_paint.py::test_paint": "passed"}
    assert elsewhere_of(done) == {"tests/test_paint.py::test_paint": str(python)}
    assert coverage_of(done, "src/shop/__init__.py").executed == (1, 2, 5, 6, 7, 8)


@pytest.mark.slow
def test_without_another_python_it_stays_unproven(tmp_path: Path) -> None:
    """The first run, an environment that lacks the package too, one that lacks pytest: each is told in a note.

    What was remembered of them does not hold once there is another one.
    """
    repo = changed(tmp_path / "repo", WHOLE)
    cache = tmp_path / "cache"

    alone = judged(repo, "unit-coverage", cache=cache)
    environment(repo.path / ".tox" / "same")
    bare = environment(repo.path / ".tox" / "bare", "extra_colours")
    next(bare.glob("lib/python*/site-packages/ours.pth")).unlink()
    others = judged(repo, "unit-coverage", cache=cache)
    environment(repo.path / ".tox" / "colours", "extra_colours")
    told = judged(repo, "unit-coverage", cache=cache)

    version = ".".join(map(str, sys.version_info[:3]))
    unrun = f"unit tests that Python {version} does not run"
    none = f"no Python at hand runs tests/test_paint.py, new or edited, that Python {version} skips"
    assert gate(alone, "unit-coverage").status == gate(others, "unit-coverage").status == "unproven"
    assert [note.partition(";")[0] for note in alone.notes if "tests that" in note or "skips" in note] == [none]
    assert [note.partition(";")[0] for note in others.notes if "tests that" in note or "skips" in note] == [
        f"{unrun}: .tox/bare tells nothing: it has no pytest",
        f"{unrun}: .tox/same (Python {version}) tells nothing: it runs none of them",
        none,
    ]
    assert gate(told, "unit-coverage").status == "pass"


@pytest.mark.slow
def test_a_break_decides_where_its_python_was_named(tmp_path: Path) -> None:
    """An environment that was only found may be out of date: its break is told, and the test stays skipped."""
    repo = changed(tmp_path / "repo", SKIPPED.replace('== "aaa"', '== "a"'))
    other = environment(repo.path / ".tox" / "colours", "extra_colours")

    found = judged(repo, "tests-pass")
    named = judged(repo, "tests-pass", others=(other,))

    [aside] = gate(found, "tests-pass").findings
    assert (gate(found, "tests-pass").status, aside.rule) == ("pass", "new-test-set-aside")
    assert "it breaks with .tox/colours: AssertionError: assert 'aaa' == 'a'" in aside.message
    assert any("1 break with it" in note and "name it by --python" in note for note in found.notes)
    [broken] = gate(named, "tests-pass").findings
    assert (gate(named, "tests-pass").status, broken.rule) == ("fail", "broken-test")
    assert broken.mend == f"{other}/bin/python -m pytest 'tests/test_paint.py::test_paint'"


@pytest.mark.slow
def test_a_bug_fix_is_shown_by_a_test_of_another_python(tmp_path: Path) -> None:
    """Red on the base there, with the changed function disabled, and with the mend put back."""
    repo = GitRepository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.commit(BASE | {".gitignore": ".tox\n", "src/shop/__init__.py": SOURCE.replace("> 1", "> 2")})
    repo.commit({"src/shop/__init__.py": SOURCE, "tests/test_paint.py": SKIPPED})
    environment(repo.path / ".tox" / "colours", "extra_colours")

    task, python = Task(strategy=Strategy.BUG_FIX), Path(sys.executable)
    report = check(Demand(repo.path, "HEAD", task=task, gates=("red-on-base",), python=python))

    assert (report.gates[0].status, report.gates[0].measures["red"]) == ("pass", 1)


def run(*ended: tuple[str, str], files: tuple[FileCoverage, ...] = (), reached: tuple[Reach, ...] = ()) -> SuiteRun:
    """Give a run in which tests ended so; a message may follow the word."""
    parts = [(id_, *said.partition(": ")) for id_, said in ended]
    outcomes = [{"id": id_, "outcome": word, "message": message} for id_, word, _, message in parts]
    return replace(msgspec.convert({"outcomes": outcomes}, SuiteRun), files=files, reached=reached)


def test_only_what_was_asked_for_and_was_skipped_is_taken_over() -> None:
    """With its parameters, which may be others there; what is skipped there as well stays."""
    main = run(("t.py::a", "passed"), ("t.py::b", "skipped: new"), ("t.py::c[1]", "skipped"), ("t.py::d", "skipped"))
    other = run(("t.py::a", "failed"), ("t.py::b", "skipped"), ("t.py::c[2]", "passed"), ("t.py::d", "passed"))

    both = together(main, other, ["t.py::b", "t.py::c[1]"], OTHER, (3, 99, 0))

    assert words(both) == {"t.py::a": "passed", "t.py::b": "skipped", "t.py::c[1]": "skipped", "t.py::d": "skipped"} | {
        "t.py::c[2]": "passed"
    }
    assert elsewhere_of(both) == {"t.py::c[2]": OTHER.path}
    assert both.pythons == (PythonRun(".tox/py399", "3.99.0", ("t.py::c[2]",)),)
    assert by_python(words(both), elsewhere_of(both))[OTHER.path] == ("t.py::c[2]",)


def test_a_module_that_only_another_python_can_parse_is_set_aside_and_its_tests_count() -> None:
    """The main one's run breaks by it, and whoever reads the report must see that; a real mistake breaks with both."""
    main = run(("t.py", "error: SyntaxError: invalid syntax"), ("u.py::a", "passed"))
    other = run(("t.py::a", "passed"))

    both = together(main, other, ["t.py"], OTHER)
    neither = together(main, run(("t.py", "error: SyntaxError: invalid syntax")), ["t.py"], OTHER)

    assert words(both) == {"t.py": "skipped", "u.py::a": "passed", "t.py::a": "passed"}
    assert both.outcomes[0].message == "only .tox/py399 can parse it: SyntaxError: invalid syntax"
    assert words(neither) == words(main)
    assert neither.pythons[0].problem == "t.py cannot be collected: SyntaxError: invalid syntax"


def test_a_break_counts_with_a_named_python_alone() -> None:
    """Else the main one's skip stays, and says so."""
    main, other = run(("t.py::a", "skipped: 3.99")), run(("t.py::a", "failed: assert 0"))

    found, named = (together(main, other, ["t.py::a"], replace(OTHER, named=how)) for how in (False, True))

    assert (words(found), found.pythons[0].broke) == ({"t.py::a": "skipped"}, ("t.py::a",))
    assert found.outcomes[0].message == "3.99; it breaks with .tox/py399: assert 0"
    assert words(named) == {"t.py::a": "failed"}


def test_reach_and_coverage_are_added_at_the_right_places() -> None:
    """Lines of the tests that were taken over; statements of a branch for a newer version with their function.

    What other tests would run of that branch is not known: another function of it is not held against the change.
    """
    source = b"if NEW:\n def f(x):\n  if x:\n   return 1\n  return 2\n def g():\n  return 3\n"
    seen = FileCoverage("m.py", statements=(1,), executed=(1,))
    there = FileCoverage("m.py", statements=(1, 2, 3, 4, 5, 6, 7), executed=(1, 2, 3, 5, 6))
    main = run(
        ("t.py::b", "skipped"),
        ("t.py::a", "passed"),
        files=(seen, FileCoverage("n.py", (1,))),
        reached=(Reach("m.py", {1: (1,)}, {1: (0, 1)}),),
    )
    other = run(
        ("t.py::a", "passed"),
        ("t.py::b", "passed"),
        files=(there, FileCoverage("n.py", (1,), (1,))),
        reached=(Reach("m.py", {1: (0,), 3: (1,), 5: (1,)}),),
    )

    both = together(main, other, ["t.py::b"], OTHER, sources={"m.py": source})

    assert [outcome.id for outcome in both.outcomes] == ["t.py::a", "t.py::b"]
    assert both.reached == (Reach("m.py", {1: (0,), 3: (1,), 5: (1,)}, {1: (0,)}),)
    assert (both.files[0].statements, both.files[0].executed) == ((1, 2, 3, 4, 5, 6), (1, 2, 3, 5, 6))
    assert both.files[1] == main.files[1]


def test_a_file_that_only_another_python_can_read_has_its_coverage() -> None:
    """And one that only the main one can read keeps its own."""
    broken = FileCoverage("m.py", problem="SyntaxError")
    read = FileCoverage("m.py", (1,), (1,))
    reached = (Reach("m.py", {1: (0,)}),)
    there = run(("t.py::b", "passed"), files=(read,), reached=reached)

    gained = together(run(("t.py::b", "skipped"), files=(broken,)), there, ["t.py::b"], OTHER)
    kept = together(run(("t.py::b", "skipped"), files=(read,)), replace(there, files=(broken,)), ["t.py::b"], OTHER)

    assert gained.files == kept.files == (read,)


@pytest.mark.slow
def test_nothing_runs_where_nothing_is_skipped(tmp_path: Path) -> None:
    """An interpreter that is not there would be told of."""
    files = {"src/shop/__init__.py": SOURCE, "tests/test_cart.py": BASE["tests/test_cart.py"]}
    tests = NewTests(change_of({path: (None, text) for path, text in files.items()}), Bench(tmp_path).project(files))

    done = Bench(tmp_path, pythons=Pythons((OtherPython("gone", "/gone/python", ""),), tests=tests)).run(files)

    assert (words(done), done.pythons) == ({"tests/test_cart.py::test_cart": "passed"}, ())
