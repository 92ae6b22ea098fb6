"""Which file is in force for a tool, held against what the tool itself says that it has read."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatecheck.tool_files import LOOKS, in_force, parse, settings_in

# For each file of each tool: a text that sets something, and one that is there and says nothing to the tool.
SAYING = {
    "pytest": {
        **dict.fromkeys(("pytest.toml", ".pytest.toml"), '[pytest]\ntestpaths = ["."]\n'),
        **dict.fromkeys(("pytest.ini", ".pytest.ini", "tox.ini"), "[pytest]\ntestpaths = .\n"),
        "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = "."\n',
        "setup.cfg": "[tool:pytest]\ntestpaths = .\n",
    },
    "coverage": {
        ".coveragerc": "[run]\nbranch = true\n",
        ".coveragerc.toml": "[run]\nbranch = true\n",
        **dict.fromkeys(("setup.cfg", "tox.ini"), "[coverage:run]\nbranch = true\n"),
        "pyproject.toml": "[tool.coverage.run]\nbranch = true\n",
    },
    "ruff": {
        **dict.fromkeys((".ruff.toml", "ruff.toml"), "line-length = 99\n"),
        "pyproject.toml": "[tool.ruff]\nline-length = 99\n",
    },
    "mypy": {
        **dict.fromkeys(("mypy.ini", ".mypy.ini", "setup.cfg"), "[mypy]\nstrict = true\n"),
        "pyproject.toml": "[tool.mypy]\nstrict = true\n",
    },
}
COMMANDS = {
    "pytest": (("-m", "pytest", "--collect-only"), r"^configfile: (\S+)"),
    "coverage": (("-m", "coverage", "debug", "config"), r"^\s*config_file: (\S+)"),
    "ruff": (("-m", "ruff", "check", "--show-settings", "a.py"), r'^Settings path: "(.+)"'),
    "mypy": (("-m", "mypy", "-v", "a.py"), r"^LOG:\s+Config File:\s+(\S+)"),
}
ORDER = [(tool, names[index:]) for tool, names in LOOKS.items() for index in range(len(names))]
QUIET = [
    ("pytest", {"pytest.ini": "", "tox.ini": "[pytest]\n"}),
    ("pytest", {"pytest.toml": "", "pytest.ini": "[pytest]\n"}),
    ("pytest", {"pyproject.toml": "[tool.pytest.ini_options]\n", "tox.ini": "[pytest]\n"}),
    ("pytest", {"pyproject.toml": "[tool.pytest]\n", "tox.ini": "[pytest]\n"}),
    ("pytest", {"pyproject.toml": "[tool.ruff]\n", "tox.ini": "[pytest]\n"}),
    ("pytest", {"pyproject.toml": '[tool.pytest]\ntestpaths = ["."]\n', "tox.ini": "[pytest]\n"}),
    ("pytest", {"tox.ini": "[tool:pytest]\n", "setup.cfg": "[tool:pytest]\n"}),
    ("coverage", {".coveragerc": "", "setup.cfg": "[coverage:run]\nbranch = true\n"}),
    ("coverage", {".coveragerc.toml": "", "setup.cfg": "[coverage:run]\nbranch = true\n"}),
    ("coverage", {".coveragerc.toml": "[tool.coverage.run]\nbranch = true\n", "tox.ini": "[coverage:run]\n"}),
    ("coverage", {"setup.cfg": "[coverage:run]\n", "tox.ini": "[coverage:run]\nbranch = true\n"}),
    ("coverage", {"setup.cfg": "[run]\nbranch = true\n", "tox.ini": "[coverage:run]\nbranch = true\n"}),
    ("coverage", {".coveragerc": "[coverage:run]\nbranch = true\n", "tox.ini": "[coverage:run]\nbranch = true\n"}),
    ("ruff", {"pyproject.toml": "[tool.ruff]\n"}),
    ("ruff", {".ruff.toml": "", "ruff.toml": "line-length = 99\n"}),
    ("mypy", {"mypy.ini": "", "pyproject.toml": "[tool.mypy]\n"}),
    ("mypy", {"pyproject.toml": "[tool.mypy]\n", "setup.cfg": "[mypy]\n"}),
    ("mypy", {"pyproject.toml": "[tool.ruff]\n", "setup.cfg": "[mypy]\n"}),
]


def taken_by(tool: str, folder: Path, files: Mapping[str, str]) -> str:
    """Ask the tool itself which file it takes, in a folder of these files."""
    (folder / "a.py").write_text("")
    (folder / ".git").mkdir()  # mypy looks no further up
    for name, text in files.items():
        (folder / name).write_text(text)
    argv, told = COMMANDS[tool]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_", "PYTEST_"))}
    done = subprocess.run([sys.executable, *argv], cwd=folder, env=env, capture_output=True, text=True, check=False)
    found = re.search(told, done.stdout + done.stderr, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return Path(found[1]).name


def told_in_force(tool: str, files: Mapping[str, str]) -> str:
    """Ask gatecheck's table the same."""
    found = in_force(tool, lambda name: parse(name, files[name].encode()) if name in files else None)
    return found[0] if found else ""


@pytest.mark.parametrize(("tool", "names"), ORDER, ids=[f"{tool}-{names[0]}" for tool, names in ORDER])
def test_the_order_of_the_files_is_the_tools_own(tmp_path: Path, tool: str, names: tuple[str, ...]) -> None:
    """Of all files from one on, the tool takes that one, and so does the table."""
    files = {name: SAYING[tool][name] for name in names}

    assert taken_by(tool, tmp_path, files) == names[0]
    assert told_in_force(tool, files) == names[0]


@pytest.mark.parametrize(("tool", "files"), QUIET)
def test_a_file_that_says_nothing_is_taken_where_the_tool_takes_it(
    tmp_path: Path, tool: str, files: dict[str, str]
) -> None:
    """An empty file of a tool's own is in force; a shared one needs its section, or an option for coverage.py."""
    assert told_in_force(tool, files) == taken_by(tool, tmp_path, files)


def test_the_sections_of_coverage_are_read_under_both_of_their_names() -> None:
    """`.coveragerc` may write [run] or [coverage:run]; neither hides what the other says."""
    text = b"[coverage:run]\nbranch = true\n[report]\nfail_under = 90\n"

    found = settings_in("coverage", ".coveragerc", parse(".coveragerc", text))

    assert found == {"run": {"branch": "true"}, "report": {"fail_under": "90"}}
