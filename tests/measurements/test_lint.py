"""The measurement lint: real ruff over real files."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter, read_interpreter
from gatecheck.measurements import lint
from gatecheck.measurements.lint import LintReport, measure_lint
from gatecheck.policy import Policy
from gatecheck.project import project_of
from gatecheck.workspace import Workspace
from snapshots import snapshot_of

RUFF = "[tool.ruff.lint]\nselect = ['F', 'I']\n"


@pytest.fixture(scope="module")
def python() -> Interpreter:
    """Give the Python of these tests, as if it were the project's."""
    return read_interpreter(Path(sys.executable), "--python")


def measured(
    root: Path, python: Interpreter, files: Mapping[str, str], base: Mapping[str, str] | None = None
) -> LintReport:
    """Measure a tree whose base is another or, if none is given, the same."""
    texts = {name: text.encode() for name, text in (base or files).items()}
    project = project_of(Policy(), files, texts.get, texts)
    head = snapshot_of(root / "head", files)
    scratch = root / "scratch"
    scratch.mkdir(exist_ok=True)
    return measure_lint(head, snapshot_of(root / "base", base) if base else head, project, python, Workspace(scratch))


def codes(report: LintReport) -> list[tuple[str, str]]:
    """Give path and code of every complaint."""
    return [(found.path, found.code) for found in report.diagnostics]


def test_a_complaint_has_its_place_its_line_and_a_mend(tmp_path: Path, python: Interpreter) -> None:
    """Paths are relative to the top, and the command that mends it is one that ruff holds for safe."""
    report = measured(tmp_path, python, {"pyproject.toml": RUFF, "shop/a.py": "x = 1\n\n\n  \nimport os  # why\n"})
    found = report.diagnostics[0]

    assert (found.path, found.line, found.code) == ("shop/a.py", 5, "F401")
    assert found.source == "import os  # why"
    assert found.mend == "ruff check --fix --select F401 shop/a.py"
    assert report.files == ("pyproject.toml", "shop/a.py")
    assert report.program.startswith("ruff 0.")


def test_settings_that_fix_or_print_otherwise_are_overruled(tmp_path: Path, python: Interpreter) -> None:
    """Nothing is written, and the output stays JSON (click has these settings)."""
    settings = "[tool.ruff]\nfix = true\nshow-fixes = true\noutput-format = 'full'\nunsafe-fixes = true\n"
    report = measured(tmp_path, python, {"pyproject.toml": settings + RUFF, "a.py": "import os\n"})

    assert codes(report) == [("a.py", "F401")]
    assert (tmp_path / "head/a.py").read_text() == "import os\n"


def test_suppressions_and_exclusions_are_honoured(tmp_path: Path, python: Interpreter) -> None:
    """What the project leaves out is neither complained of nor among the files looked at."""
    settings = "[tool.ruff]\nextend-exclude = ['old']\n" + RUFF
    files = {"pyproject.toml": settings, "old/a.py": "import os\n", "b.py": "import os  # noqa: F401\n"}
    report = measured(tmp_path, python, files)

    assert not report.diagnostics
    assert report.files == ("b.py", "pyproject.toml")


def test_an_ignore_file_above_the_snapshot_does_not_empty_it(tmp_path: Path, python: Interpreter) -> None:
    """Every file of the tree is tracked, whatever a .gitignore around it says."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*\n")
    report = measured(tmp_path, python, {"pyproject.toml": RUFF, "a.py": "import os\n"})

    assert codes(report) == [("a.py", "F401")]


def test_the_nearest_configuration_holds(tmp_path: Path, python: Interpreter) -> None:
    """A configuration below the top rules its own folder."""
    files = {"ruff.toml": "[lint]\nselect = []\n", "backend/ruff.toml": "[lint]\nselect = ['F']\n"}
    report = measured(tmp_path, python, files | {"a.py": "import os\n", "backend/a.py": "import os\n"})

    assert codes(report) == [("backend/a.py", "F401")]


def test_a_project_without_ruff_is_only_searched_for_what_cannot_run(tmp_path: Path, python: Interpreter) -> None:
    """Syntax errors and undefined names, no style, and no jaxtyping shapes."""
    source = "import os\nl = 1\nprint(nowhere)\nx: 'Float[int, \"3 4\"]' = 1\n"
    report = measured(tmp_path, python, {"a.py": "Float = tuple\n" + source, "b.py": "x = (\n"})

    assert codes(report) == [("a.py", "F821"), ("b.py", "invalid-syntax")]


def test_a_change_that_drops_ruff_is_still_linted_as_the_base_was(tmp_path: Path, python: Interpreter) -> None:
    """Whether the project uses ruff is told by the base."""
    base = {"requirements.txt": "ruff\n"}
    report = measured(tmp_path, python, {"a.py": "import os\n"}, base)

    assert ("a.py", "F401") in codes(report)


def test_a_change_that_brings_ruff_in_does_so_by_its_configuration(tmp_path: Path, python: Interpreter) -> None:
    """Under the base's configuration, which is none, the head is looked at as the base was."""
    head, base = {"requirements.txt": "ruff\n", "a.py": "import os\n"}, {"a.py": "import os\n"}

    assert not measured(tmp_path / "1", python, head, base).diagnostics
    assert codes(measured(tmp_path / "2", python, head | {"ruff.toml": ""}, base)) == [("a.py", "F401")]


def test_rules_that_only_another_ruff_has_on_do_not_count(tmp_path: Path, python: Interpreter) -> None:
    """The hook pins a ruff whose defaults were fewer: only chosen rules and those of old are kept."""
    hook = "- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.5.1\n"
    source = (
        'import os\n\n\ndef f(a, b):\n    """  Text"""\n    for x, y in zip(a, b):\n        print(x, y)\n'
        "    if a == a:\n        pass\n"
    )
    chosen = {"ruff.toml": "[lint]\nextend-select = ['PL', 'D2']\n", ".pre-commit-config.yaml": hook, "a.py": source}
    kinds = {code for _, code in codes(measured(tmp_path, python, chosen))}
    everything = {"ruff.toml": "[lint]\nselect = ['ALL']\n", ".pre-commit-config.yaml": hook, "a.py": source}
    all_kinds = {code for _, code in codes(measured(tmp_path / "2", python, everything))}

    assert {"F401", "PLR0124", "D210"} <= kinds
    assert "B905" not in kinds
    assert {"B905", "ANN001", "F401"} <= all_kinds


def test_a_configuration_that_ruff_does_not_read_chooses_nothing(tmp_path: Path, python: Interpreter) -> None:
    """A test's broken file in an excluded folder is no reason to give up."""
    hook = "- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.5.1\n"
    files = {"ruff.toml": "exclude = ['bad']\n", "bad/ruff.toml": "= broken\n", "a.py": "import os\n"}

    assert codes(measured(tmp_path, python, files | {".pre-commit-config.yaml": hook})) == [("a.py", "F401")]


def test_the_paths_that_the_project_lints_are_its_scope(tmp_path: Path, python: Interpreter) -> None:
    """Where each command of the base names paths, and no pre-commit hook takes everything."""
    files = {"pyproject.toml": RUFF, "Makefile": "\truff check shop\n", "shop/a.py": ""}
    hook = {".pre-commit-config.yaml": "- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.17.0\n"}

    assert measured(tmp_path / "1", python, files).scope == ("shop",)
    assert measured(tmp_path / "2", python, files | hook).scope == ()
    assert measured(tmp_path / "3", python, files | {"tox.ini": "commands = ruff check .\n"}).scope == ()


def test_a_notebook_has_cells_and_no_lines(tmp_path: Path, python: Interpreter) -> None:
    """Rows of a cell are no lines of the file."""
    cell = '{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["import os\\n"]}'
    notebook = f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 4}}'
    found = measured(tmp_path, python, {"pyproject.toml": RUFF, "a.ipynb": notebook}).diagnostics[0]

    assert (found.line, found.message) == (0, "cell 1: `os` imported but unused")


def test_a_configuration_for_another_ruff_cannot_be_measured(tmp_path: Path, python: Interpreter) -> None:
    """The reason says what ruff said, and what to do."""
    settings = "[tool.ruff]\nrequired-version = '==0.0.1'\n"

    with pytest.raises(MeasurementError, match=r"gave up: .*0\.0\.1.*: install the ruff"):
        measured(tmp_path, python, {"pyproject.toml": settings})


def fake(folder: Path, python: Interpreter, script: str) -> Interpreter:
    """Give a Python whose environment has a ruff that is a shell script."""
    (folder / "bin").mkdir()
    (folder / "bin/ruff").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bin/ruff").chmod(0o755)
    return Interpreter(python.path, python.version, str(folder), {}, "0", "--python")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo fine", "ruff printed no JSON"),
        ("sleep 60", "took longer than 1 s"),
        ("yes | head -c 34000000", "printed more than 33554432 bytes"),
    ],
)
def test_a_program_that_is_no_ruff_is_not_believed(
    tmp_path: Path, python: Interpreter, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    """No JSON is no report, whatever the exit code; time and output are bounded."""
    monkeypatch.setattr(lint, "TIMEOUT_S", 1)

    with pytest.raises(MeasurementError, match=reason):
        measured(tmp_path, fake(tmp_path, python, script), {"pyproject.toml": RUFF})


def test_modules_of_the_snapshot_are_not_imported(tmp_path: Path, python: Interpreter) -> None:
    """Ruff reads the project; nothing of it runs."""
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w')\n"
    files = {"sysconfig.py": trap, "ruff.py": trap, "ruff/__main__.py": trap}
    measured(tmp_path, python, files | {"pyproject.toml": RUFF})

    assert not (tmp_path / "sprung").exists()


PRINT = "print 'Python 2'\n"
CASE = "def test_a():\n    assert 1\n"


@pytest.mark.parametrize("path", ["tests/data/old.py", "tests/broken.py", "tests/cases/test/inner.py"])
def test_a_broken_file_that_tests_read_is_no_complaint(tmp_path: Path, python: Interpreter, path: str) -> None:
    """Where the project does not lint it; a module of the tests and one that they import are none of those."""
    helper = {"tests/helper.py": PRINT, "tests/test_a.py": "from tests.helper import x\n" + CASE, path: PRINT}
    report = measured(tmp_path, python, {**helper, "tests/test_b.py": PRINT})

    assert {found.path for found in report.diagnostics} == {"tests/helper.py", "tests/test_b.py"}


def test_a_broken_file_that_the_project_lints_is_a_complaint(tmp_path: Path, python: Interpreter) -> None:
    """Its own ruff would say so; where every command names paths, only below these."""
    files = {"pyproject.toml": RUFF, "tests/data/old.py": PRINT, "src/p.py": ""}

    assert codes(measured(tmp_path / "1", python, files))[0] == ("tests/data/old.py", "invalid-syntax")
    assert not measured(tmp_path / "2", python, {**files, "Makefile": "lint:\n\truff check src\n"}).diagnostics


LINTERS = {
    ".flake8": "[flake8]\nexclude = .git,templates\n",
    "setup.cfg": "[flake8]\nextend-exclude =\n    src/p/templates/,\n    build\n",
    "tox.ini": "[flake8]\nextend_exclude = src/*/templates\n",
    "pyproject.toml": '[tool.pylint.main]\nignore = ["templates"]\n',
    ".pylintrc": "[MASTER]\nignore-paths=^src/p/templates/.*$\n",
    ".pre-commit-config.yaml": "exclude: ^src/p/templates/\nrepos: []\n",
}


@pytest.mark.parametrize("name", LINTERS)
def test_what_the_projects_own_linter_leaves_out_is_no_complaint(
    tmp_path: Path, python: Interpreter, name: str
) -> None:
    """Of a project that does not use ruff; the settings are those of the base."""
    files = {"src/p/__init__.py": "", "src/p/templates/old.py": PRINT, "src/p/new.py": "x = y\n"}
    settings = {name: LINTERS[name]}

    assert codes(measured(tmp_path / "1", python, files | settings)) == [("src/p/new.py", "F821")]
    assert len(measured(tmp_path / "2", python, files | settings, files).diagnostics) > 1


def test_what_the_hook_of_ruff_leaves_out_is_no_complaint(tmp_path: Path, python: Interpreter) -> None:
    """Unless the project runs ruff in another way as well."""
    hook = "repos:\n- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.17.0\n  hooks:\n  - id: ruff\n"
    files = {".pre-commit-config.yaml": f"{hook}    exclude: ^src/old\n", "src/old.py": "import os\n"}
    files["pyproject.toml"] = RUFF

    assert not measured(tmp_path / "1", python, files).diagnostics
    assert codes(measured(tmp_path / "2", python, {**files, "Makefile": "\truff check .\n"})) == [
        ("src/old.py", "F401")
    ]


def test_the_mend_of_a_needless_noqa_does_no_harm(tmp_path: Path, python: Interpreter) -> None:
    """Ruff's own fix under that rule alone would take every noqa of the file away, those of other tools included."""
    settings = "[tool.ruff.lint]\nselect = ['F', 'RUF100']\nexternal = ['WPS']\n"
    source = "import os  # noqa: F401\nx = 1  # noqa: WPS111\ny = 2  # noqa: F401\n"
    found = measured(tmp_path, python, {"pyproject.toml": settings, "a.py": source}).diagnostics

    assert [(one.line, one.code) for one in found] == [(3, "RUF100")]
    assert all("--fix" not in one.mend and "lint.external" in one.mend for one in found)


def test_another_ruff_than_the_projects_says_of_no_noqa_that_it_is_needless(
    tmp_path: Path, python: Interpreter
) -> None:
    """A rule of one version is unknown to the next, or never fires."""
    settings = "[tool.ruff.lint]\nselect = ['F', 'RUF100']\n"
    hook = "- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.4.2\n"
    files = {"pyproject.toml": settings, ".pre-commit-config.yaml": hook, "a.py": "import os\nx = 1  # noqa: E999\n"}

    assert codes(measured(tmp_path, python, files)) == [("a.py", "F401")]


MISPLACED = {
    "config/ruff.toml": "exclude = ['shop/old/*']\n[lint]\nselect = ['E501', 'RUF100']\n",
    "shop/a.py": f"x = '{'x' * 100}'\ny = 2  # noqa: PLC0415\nimport os\n",
    "shop/old/b.py": f"x = '{'x' * 100}'\n",
}


def test_settings_that_the_project_passes_by_an_option_are_in_force(tmp_path: Path, python: Interpreter) -> None:
    """Its globs are read from the top, as in the project's own call."""
    files = {**MISPLACED, "Makefile": "\truff check --config config/ruff.toml shop\n"}

    assert codes(measured(tmp_path, python, files)) == [("shop/a.py", "E501"), ("shop/a.py", "RUF100")]


def test_where_nobody_tells_how_settings_are_passed_no_comment_is_needless(tmp_path: Path, python: Interpreter) -> None:
    """A comment for a rule that they have on would look so to ruff's own rules."""
    files = {**MISPLACED, "Makefile": "\truff check $(OPTIONS) shop\n"}

    assert codes(measured(tmp_path, python, files)) == [("shop/a.py", "F401")]
