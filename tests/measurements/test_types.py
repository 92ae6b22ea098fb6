"""The measurement types: real mypy over real files."""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter
from gatecheck.measurements.types import TypeReport, measure_types
from gatecheck.project import Project
from gatecheck.workspace import Execution, Workspace
from snapshots import snapshot_of

Files = Mapping[str, str | bytes]
SHOP = Project(source=("/src/",))
MYPY = "[mypy]\nstrict = true\n"
MONEY = "def add(first: int, second: int) -> int:\n    return first + second\n"
BILL = "from shop.money import add\n\n\ndef bill() -> int:\n    return add(1, 2)\n"
FILES = {"mypy.ini": MYPY, "src/shop/__init__.py": "", "src/shop/money.py": MONEY, "src/shop/bill.py": BILL}


class Bench:
    """Measures trees, all with one cache."""

    def __init__(self, folder: Path, python: Interpreter, lasting: Path) -> None:
        self.folder, self.python = folder, python
        scratch = folder / "scratch"
        scratch.mkdir()
        self.workspace = Workspace(scratch, lasting)

    def measure(self, files: Files, base: Files | None = None, project: Project = SHOP) -> TypeReport:
        """Measure a tree whose base is another or, if none is given, the same."""
        names = sorted(path.name for path in self.folder.iterdir())
        head = snapshot_of(self.folder / f"head{len(names)}", files)
        before = head if base is None else snapshot_of(self.folder / f"base{len(names)}", base)
        return measure_types(head, before, project, self.python, self.workspace, Execution(timeout_s=120))


@pytest.fixture
def bench(tmp_path: Path, python: Interpreter, lasting: Path) -> Bench:
    """Give a bench."""
    return Bench(tmp_path, python, lasting)


def test_a_clean_tree_has_no_errors(bench: Bench) -> None:
    """The program is named with its version."""
    report = bench.measure(FILES)

    assert report.program.startswith("mypy ")
    assert report == TypeReport(report.program)


def test_an_error_has_its_place_and_its_line(bench: Bench) -> None:
    """Paths are relative to the top, notes are no errors."""
    bill = "from shop.money import add\n\n\ndef bill() -> int:\n    reveal_type(1)\n    return add(1, '2')\n"
    found = bench.measure(FILES | {"src/shop/bill.py": bill}).diagnostics

    assert [(one.path, one.line, one.code, one.source) for one in found] == [
        ("src/shop/bill.py", 6, "arg-type", "return add(1, '2')")
    ]
    assert found[0].message == 'Argument 2 to "add" has incompatible type "str"; expected "int"'
    assert found[0].mend.endswith("#code-arg-type")


def test_a_file_of_the_same_size_and_second_is_not_taken_for_the_old_one(bench: Bench) -> None:
    """Base and head are written within a second; the shared cache must not mix them up, in any order."""
    wrong = FILES | {"src/shop/money.py": MONEY.replace("second: int", "second: str")}
    reports = [bench.measure(files) for files in (FILES, wrong, FILES, wrong)]

    assert len(wrong["src/shop/money.py"]) == len(MONEY)
    assert [len(report.diagnostics) for report in reports] == [0, 2, 0, 2]


def test_what_the_cache_remembers_of_another_snapshot_is_told_with_the_right_paths(bench: Bench) -> None:
    """Errors of unchanged files come from the cache, under the paths of this snapshot."""
    wrong = FILES | {"src/shop/bill.py": BILL.replace("2", "'2'")}
    first, second = bench.measure(wrong), bench.measure(wrong)

    assert first == second
    assert len(first.diagnostics) == 1


def test_settings_that_print_otherwise_are_overruled(bench: Bench) -> None:
    """The output can be read whatever the configuration says (click has `pretty`)."""
    settings = "pretty = true\nshow_absolute_path = true\nhide_error_codes = true\nerror_summary = false\n"
    files = FILES | {"mypy.ini": MYPY + settings, "src/shop/bill.py": BILL.replace("2", "'2'")}

    assert [one.code for one in bench.measure(files).diagnostics] == ["arg-type"]


def test_a_project_without_mypy_is_not_measured(bench: Bench) -> None:
    """Nobody's code is checked unasked; a tree without source has no errors."""
    assert bench.measure({"src/shop/money.py": MONEY}) == TypeReport()
    assert not bench.measure({"mypy.ini": MYPY}).diagnostics


def test_the_base_decides_whether_mypy_is_run(bench: Bench) -> None:
    """A change that takes the configuration away is still checked, by mypy's defaults."""
    files = {"src/shop/__init__.py": "", "src/shop/money.py": "x: int = ''\n"}

    assert [one.code for one in bench.measure(files, base=FILES).diagnostics] == ["assignment"]


def test_the_source_of_the_snapshot_is_checked_and_not_what_is_installed(bench: Bench) -> None:
    """A package that is installed as well, even gatecheck itself, is read from the tree."""
    own = {"src/gatecheck/__init__.py": "", "src/gatecheck/change.py": "def only_here() -> int:\n    return 1\n"}
    use = {
        "mypy.ini": f"{MYPY}files = tests\n",
        "tests/a.py": "from gatecheck.change import only_here\n\nonly_here()\n",
    }
    by_name = {"mypy.ini": "[mypy]\npackages = gatecheck\n", "src/gatecheck/change.py": "x: int = ''\n"}

    assert not bench.measure(own | use).diagnostics
    assert [one.path for one in bench.measure(own | by_name).diagnostics] == ["src/gatecheck/change.py"]


def test_a_package_that_is_only_installed_is_refused(bench: Bench) -> None:
    """Mypy would check the installed one and call it the change."""
    with pytest.raises(MeasurementError, match="installed as gatecheck, not the change"):
        bench.measure({"mypy.ini": "[mypy]\npackages = gatecheck\n", "lib/gatecheck/__init__.py": ""})


def test_a_tree_without_source_to_check_is_refused(bench: Bench) -> None:
    """A check of nothing is no check."""
    with pytest.raises(MeasurementError, match="no source to check"):
        bench.measure({"mypy.ini": MYPY, "docs/conf.py": ""})


def test_a_project_below_the_top_is_checked_there(bench: Bench) -> None:
    """Its paths are still told from the top."""
    files = {"backend/mypy.ini": MYPY, "backend/app/__init__.py": "x: int = ''\n"}
    report = bench.measure(files, project=Project(root="backend", source=("/backend/app/",)))

    assert [one.path for one in report.diagnostics] == ["backend/app/__init__.py"]


def test_a_syntax_error_blocks_the_rest(bench: Bench) -> None:
    """It is told as such, with nothing else."""
    report = bench.measure(FILES | {"src/shop/money.py": "def add(:\n", "src/shop/bill.py": "x: int = ''\n"})

    assert report.blocked
    assert {(one.path, one.code) for one in report.diagnostics} == {("src/shop/money.py", "syntax")}


def test_a_python_too_old_for_the_project_proves_no_syntax_error(bench: Bench) -> None:
    """What it cannot read may be right."""
    files = FILES | {"pyproject.toml": "[project]\nrequires-python = '>=3.99'\n", "src/shop/money.py": "def add(:\n"}

    with pytest.raises(MeasurementError, match=r"needs Python 3\.99 or newer, .*--python"):
        bench.measure(files)


def test_a_plugin_that_is_not_installed_stops_it(bench: Bench) -> None:
    """The reason is mypy's, with the likeliest mend."""
    with pytest.raises(MeasurementError, match=r"stopped: .*Error importing plugin .*environment"):
        bench.measure(FILES | {"mypy.ini": f"{MYPY}plugins = nowhere_to_be_found.mypy\n"})


def test_targets_that_do_not_exist_stop_it(bench: Bench) -> None:
    """Mypy says so on another channel than its errors."""
    with pytest.raises(MeasurementError, match=r"(stopped|gave up): .*lib"):
        bench.measure(FILES | {"mypy.ini": f"{MYPY}files = lib\n"})


def test_an_output_that_does_not_add_up_is_not_believed(bench: Bench, tmp_path: Path) -> None:
    """The summary tells how many errors there must be."""
    program = tmp_path / "bin/mypy"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\necho 'a.py:1: error: one  [misc]'\necho 'Found 2 errors in 1 file (checked 1 source file)'\n"
    )
    program.chmod(0o755)
    bench.python = Interpreter(sys.executable, (3, 11, 7), str(tmp_path), {}, "0", "--python")

    with pytest.raises(MeasurementError, match="of which 1 could be read"):
        bench.measure(FILES)


def test_a_program_that_is_no_mypy_is_not_believed(bench: Bench, tmp_path: Path) -> None:
    """No summary is no report, whatever its exit code."""
    program = tmp_path / "bin/mypy"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    bench.python = Interpreter(sys.executable, (3, 11, 7), str(tmp_path), {}, "0", "--python")

    with pytest.raises(MeasurementError, match="gave up: it ended with code 0 and said nothing"):
        bench.measure(FILES)


def test_a_run_that_takes_too_long_is_ended(bench: Bench, tmp_path: Path) -> None:
    """The clock is the policy's."""
    program = tmp_path / "bin/mypy"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nsleep 60\n")
    program.chmod(0o755)
    fake = Interpreter(sys.executable, (3, 11, 7), str(tmp_path), {}, "0", "--python")
    tree = snapshot_of(tmp_path / "tree", FILES)

    with pytest.raises(MeasurementError, match="longer than the policy's timeout"):
        measure_types(tree, tree, SHOP, fake, bench.workspace, Execution(timeout_s=1))


def test_a_module_that_shadows_the_standard_library_stops_it(bench: Bench) -> None:
    """The reason names the file."""
    with pytest.raises(MeasurementError, match=r"stopped at types\.py: .*shadows library module"):
        bench.measure(FILES | {"types.py": ""})


def test_no_module_of_the_snapshot_is_imported(bench: Bench, tmp_path: Path) -> None:
    """Mypy reads the project; only its plugins run."""
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w')\n"
    bench.measure(FILES | {"mypy.py": trap, "pathspec.py": trap, "src/shop/money.py": trap + MONEY})

    assert not (tmp_path / "sprung").exists()


def test_files_keep_their_content(bench: Bench) -> None:
    """Only their times are set."""
    bench.measure(FILES)
    written = next(bench.folder.glob("head*/src/shop/money.py")).read_bytes()

    assert hashlib.sha256(written).digest() == hashlib.sha256(MONEY.encode()).digest()


HOOK = "repos:\n- repo: https://github.com/pre-commit/mirrors-mypy\n  rev: v1.18.2\n  hooks:\n  - id: mypy\n"
FOLDERS = {
    ".pre-commit-config.yaml": HOOK,
    "src/shop/__init__.py": "",
    "src/shop/money.py": MONEY,
    "tests/one/conftest.py": "def one() -> int:\n    return 1\n",
    "tests/two/conftest.py": "def two() -> int:\n    return 2\n",
    "tests/two/test_two.py": "from conftest import two\n\n\ndef test_two() -> None:\n    assert two() == 2\n",
}


def test_the_conftests_of_two_folders_are_checked_apart(bench: Bench) -> None:
    """Mypy stops at two modules of one name; what a folder's modules import from each other is found there."""
    clean = bench.measure(FOLDERS)
    wrong = bench.measure(FOLDERS | {"tests/two/conftest.py": "def two() -> int:\n    return '2'\n"})

    assert (clean.program.partition(" ")[0], clean.diagnostics) == ("mypy", ())
    assert [(found.path, found.line) for found in wrong.diagnostics] == [("tests/two/conftest.py", 2)]


def test_what_a_commands_paths_hold_twice_is_checked_apart(bench: Bench) -> None:
    """Two commands of the project, each for a folder of its own."""
    files = {**FOLDERS, ".pre-commit-config.yaml": "", "Makefile": "types:\n\tmypy tests/one\n\tmypy tests/two\n"}

    assert bench.measure(files).diagnostics == ()
