"""Which tools a project uses, on which paths, and which copy of them is run."""

import sys
from pathlib import Path

import pytest

from gatecheck.interpreter import Interpreter
from gatecheck.testing import change_of
from gatecheck.tools import asks_for, changed_settings, concerns, find_tool, paths_passed, settings_of, settings_passed
from snapshots import snapshot_of


def interpreter(prefix: Path, chosen: str = ".venv") -> Interpreter:
    """Give a Python with a prefix."""
    return Interpreter(str(prefix / "bin/python"), (3, 11, 7), str(prefix), {"ruff": "0.14.0"}, "0", chosen)


@pytest.mark.parametrize(
    ("path", "text", "asked"),
    [
        ("pyproject.toml", "[tool.mypy]\n", True),
        ("setup.cfg", "[mypy]\nstrict = true\n", True),
        ("mypy.ini", "", True),
        ("pyproject.toml", '[dependency-groups]\ndev = ["mypy>=1"]\n', True),
        (".pre-commit-config.yaml", "- repo: https://github.com/pre-commit/mirrors-mypy\n", True),
        ("tox.ini", "[testenv:typing]\ncommands = mypy src\n", True),
        (".github/workflows/ci.yml", "- run: .venv/bin/mypy src\n", True),
        ("backend/requirements-dev.txt", "mypy==1.18\n", True),
        ("requirements.txt", "mypy-extensions==1.0\n", False),
        ("setup.py", "from mypyc.build import mypycify\n", False),
        ("docs/typing.md", "We may use mypy one day.\n", False),
    ],
)
def test_a_project_asks_for_a_tool_where_it_says_what_it_runs(
    tmp_path: Path, path: str, text: str, asked: bool
) -> None:
    """A configuration, a dependency or a command asks for mypy; a mention elsewhere or a similar name does not."""
    assert asks_for("mypy", snapshot_of(tmp_path, {path: text})) is asked


@pytest.mark.parametrize(
    ("path", "text", "passed"),
    [
        ("Makefile", "lint:\n\truff check shop tests\n", [("shop", "tests")]),
        ("Makefile", "\truff check --fix ./shop/ && echo done\n", [("shop",)]),
        ("noxfile.py", 'session.run("ruff", "check", "shop")\n', [("shop",)]),
        ("scripts/check", "ruff check $SOURCE_FILES\n", [()]),
        ("tox.ini", "commands = ruff check\n", [()]),
        ("tox.ini", "commands = ruff check .\n", [(".",)]),
        ("shop/scripts/lint.sh", "ruff check app\n", [("shop/app",)]),
        ("README.md", "ruff check shop\n", []),
    ],
)
def test_paths_are_read_from_the_projects_commands(
    tmp_path: Path, path: str, text: str, passed: list[tuple[str, ...]]
) -> None:
    """Words that are paths of the tree count; a command with any other word passes what nobody knows."""
    files = {path: text, "shop/app/a.py": "", "tests/test_a.py": ""}

    assert paths_passed("ruff check", snapshot_of(tmp_path, files)) == passed


MYPY_HOOK = "hooks:\n- id: mypy\n  args:\n  - --config-file\n  - config/mypy.ini\n"


@pytest.mark.parametrize(
    ("name", "path", "text", "passed"),
    [
        ("ruff", "Makefile", "\truff check --config config/ruff.toml shop\n", "config/ruff.toml"),
        ("ruff", "duties.py", 'tools.ruff.check("shop", config="config/ruff.toml")\n', "config/ruff.toml"),
        ("ruff", "noxfile.py", 'session.run("ruff", "check", "--config", "./config/ruff.toml")\n', "config/ruff.toml"),
        ("ruff", ".github/workflows/ci.yml", "- run: ruff check --config=config/ruff.toml\n", "config/ruff.toml"),
        ("mypy", ".pre-commit-config.yaml", MYPY_HOOK, "config/mypy.ini"),
        ("mypy", "tox.ini", "commands = mypy --config-file=config/mypy.ini shop\n", "config/mypy.ini"),
        ("ruff", "tox.ini", "commands = mypy --config-file=config/mypy.ini shop\n", ""),
        ("ruff", "Makefile", "\truff check --config absent/ruff.toml\n", ""),
        ("ruff", "Makefile", "\truff check --config config/ruff.toml a\n\truff check --config b/ruff.toml b\n", ""),
        ("ruff", "Makefile", "# the configuration is config/ruff.toml\n", ""),
        ("ruff", "README.md", "ruff check --config config/ruff.toml\n", ""),
        ("ruff", "sub/Makefile", "ruff check --config config/ruff.toml\n", ""),
        ("ruff", "pyproject.toml", "[tool.ruff]\n# --config config/ruff.toml\n", ""),
    ],
)
def test_a_file_of_settings_is_read_from_the_projects_commands(
    tmp_path: Path, name: str, path: str, text: str, passed: str
) -> None:
    """The tool would not find it; nothing is taken where several are passed, or the tool finds others by itself."""
    files = {path: text, "config/ruff.toml": "", "b/ruff.toml": "", "config/mypy.ini": "[mypy]\n", "shop/a.py": ""}

    assert settings_passed(name, snapshot_of(tmp_path, files)) == passed


def test_the_projects_own_program_is_taken(tmp_path: Path) -> None:
    """An environment with the tool gives it; without, gatecheck's own is called by an absolute path."""
    own = find_tool("ruff", interpreter(tmp_path))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ruff").write_text("")
    (tmp_path / "bin/ruff").chmod(0o755)
    found = find_tool("ruff", interpreter(tmp_path))
    borrowed = find_tool("ruff", interpreter(tmp_path, "gatecheck's own interpreter: no environment was found"))

    assert own.own
    assert Path(own.command[0]).is_absolute()
    assert (str(found), found.command, found.own) == ("ruff 0.14.0", (str(tmp_path / "bin/ruff"),), False)
    assert borrowed.own


def test_gatechecks_own_tool_imports_nothing_from_where_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the program does not lie beside the interpreter, it is run as a module, without the working folder."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    assert find_tool("ruff", interpreter(tmp_path)).command == (str(tmp_path / "python"), "-P", "-m", "ruff")


@pytest.mark.parametrize(
    ("path", "text", "settings"),
    [
        ("pyproject.toml", "[tool.mypy]\nstrict = true\n", {"strict": True}),
        ("pyproject.toml", "[tool.mypy]\n", {}),
        ("pyproject.toml", "[tool.ruff]\n", None),
        ("pyproject.toml", "[tool]\nmypy = 3\n", None),
        (
            "mypy.ini",
            "[mypy]\nstrict = true\n[mypy-a.*]\nx = 1\n",
            {"strict": "true", "of_modules": {"a.*": {"x": "1"}}},
        ),
        ("backend/.mypy.ini", "", {}),
        ("mypy.ini", "broken", {}),
        (
            "setup.cfg",
            "[mypy]\nstrict = true\n[mypy-a.*]\nx = 1\n",
            {"strict": "true", "of_modules": {"a.*": {"x": "1"}}},
        ),
        ("setup.cfg", "[mypy-a.*]\nx = 1\n", None),
        ("tox.ini", "[mypy]\nstrict = true\n", None),
        ("README.md", "[mypy]\n", None),
    ],
)
def test_settings_are_read_where_the_tool_reads_them(path: str, text: str, settings: dict[str, object] | None) -> None:
    """A file that is there and empty configures as well; one that mypy passes over does not."""
    assert settings_of("mypy", path, text.encode()) == settings


def test_ruffs_own_file_is_its_table() -> None:
    """A file that cannot be read has no settings."""
    assert settings_of("ruff", "ruff.toml", b"preview = true\n") == {"preview": True}
    assert settings_of("ruff", ".ruff.toml", b"= broken\n") == {}
    assert settings_of("ruff", "ruff.toml", None) is None


def test_settings_change_one_by_one() -> None:
    """They are named; a configuration that comes or goes without any is named as such."""
    raised = {"pyproject.toml": ("[tool.mypy]\npython_version = '3.9'\n", "[tool.mypy]\npython_version = '3.10'\n")}

    assert changed_settings("mypy", change_of(raised)) == {"python_version"}
    assert changed_settings("ruff", change_of(raised)) == set()
    assert changed_settings("mypy", change_of({"mypy.ini": (None, "")})) == {"the file itself"}


def test_source_and_settings_concern_a_tool() -> None:
    """Deleted source concerns it as well: it may have been imported."""
    assert concerns("mypy", change_of({"a.py": ("x\n", None)}))
    assert concerns("mypy", change_of({"mypy.ini": (None, "[mypy]\n")}))
    assert not concerns("mypy", change_of({"a.txt": ("x\n", "y\n")}))
