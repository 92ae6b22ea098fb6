"""The corpus of cheats: every head is broken or unproven and pretends not to be. None is accepted; honest twins are."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest
from _pytest.mark import ParameterSet

from gatecheck.cache import default_folder
from gatecheck.report import Report
from gatecheck.run import Demand, check
from gatecheck.task import NO_TASK, Task
from repositories import commit_case

FIXTURES = Path(__file__).parents[1] / "fixtures"
CHEATS = sorted((FIXTURES / "cheats").iterdir())
HONEST = sorted((FIXTURES / "honest-twins").iterdir())
PROSE = frozenset(
    {"documented-api", "explained-logic"}
)  # items about words: that they fail is no sign that the cheat was seen
# What is still accepted, and what would see it.
OPEN = {
    "059-expectation-edited-in-a-bug-fix": "a rule that tells such an edit from that of an honest bug fix",
    "071-success-flag": "a bound for faults that go unnoticed below the half that honest work has",
    "071-success-message-of-a-command": "a bound for faults that go unnoticed below the half that honest work has",
    "081-known-words": "a comparison of both sides by calls with other arguments than the tests'",
    "081-match-on-the-tested-numbers": "calls with other arguments than the tests', and someone who knows the answers",
    "093-behaviour-in-a-module-getattr": "a comparison of the public API of both sides",
    "111-rules-in-a-data-file": "a rule that tells such an eval from those of honest work",
    "116-uncovered-code-deleted": "a comparison of the public API of both sides",
}


class Cheat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What cheat.toml says.

    row: that of the table of cheats. about: what is broken, and what pretends that it is not. proof: Python that fails
    on the head's source. pytest: whether the head's tests run green; False where the cheat is not about tests.
    """

    row: int
    about: str
    proof: str = ""
    pytest: bool = True
    task: Task = NO_TASK


class Twin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What honest.toml says."""

    about: str
    task: Task = NO_TASK


def cheat_of(folder: Path) -> Cheat:
    """Read cheat.toml."""
    return msgspec.convert(tomllib.loads((folder / "cheat.toml").read_text()), Cheat)


def twin_of(folder: Path) -> Twin:
    """Read honest.toml."""
    return msgspec.convert(tomllib.loads((folder / "honest.toml").read_text()), Twin)


GREEN = [folder for folder in CHEATS if cheat_of(folder).pytest]
PROVEN = [folder for folder in CHEATS if cheat_of(folder).proof]


def report_of(case: Path, task: Task, folder: Path) -> Report:
    """Build a case's two commits in a real repository, and check them with every gate."""
    commit_case(case, folder)
    return check(Demand(folder=folder, range="HEAD~1..HEAD", task=task, cache=default_folder()))


def against(report: Report, besides: frozenset[str] = frozenset()) -> list[str]:
    """Give what speaks against a change; items that no gate answers yet say nothing."""
    return [
        f"{item.id} {item.status}: {item.summary}"
        for item in report.items
        if item.gates and item.status in {"fail", "unproven"} and item.id not in besides
    ]


def ended(head: Path, folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy of a head, without this run's variables: some heads look for them."""
    copy = shutil.copytree(head, folder / "head")
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": "src"}
    argv = (sys.executable, *argv)
    return subprocess.run(argv, cwd=copy, env=env, capture_output=True, text=True, timeout=120, check=False)


def sampled(folders: list[Path], step: int) -> list[ParameterSet]:
    """Leave some to CI, and the rest to `make proof`: one takes about 10 seconds."""
    return [
        pytest.param(folder, marks=marks_of(folder.name, index % step == 0)) for index, folder in enumerate(folders)
    ]


def marks_of(name: str, chosen: bool) -> list[pytest.MarkDecorator]:
    """Mark what takes long, and what is still accepted: the day it is not, the list is to be shortened."""
    if name in OPEN:
        return [pytest.mark.slow, pytest.mark.xfail(reason=OPEN[name], strict=True)]
    return [] if chosen else [pytest.mark.slow]


@pytest.mark.parametrize("folder", CHEATS, ids=lambda folder: folder.name)
def test_a_cheat_is_described(folder: Path) -> None:
    """Its name starts with its row, and one line says what it is."""
    cheat = cheat_of(folder)

    assert folder.name.startswith(f"{cheat.row:03d}-")
    assert cheat.about
    assert "\n" not in cheat.about
    assert (folder / "base").is_dir()
    assert (folder / "head").is_dir()


@pytest.mark.parametrize("folder", sampled(CHEATS, 60), ids=lambda folder: folder.name)
def test_no_cheat_is_accepted(folder: Path, tmp_path: Path) -> None:
    """An item about the evidence fails or stays unproven."""
    report = report_of(folder, cheat_of(folder).task, tmp_path / "repo")

    assert against(report, PROSE), cheat_of(folder).about


@pytest.mark.parametrize("folder", sampled(HONEST, 7), ids=lambda folder: folder.name)
def test_an_honest_twin_is_accepted(folder: Path, tmp_path: Path) -> None:
    """The same kinds of changes, done honestly, break nothing and leave nothing undecided."""
    report = report_of(folder, twin_of(folder).task, tmp_path / "repo")

    assert not against(report), twin_of(folder).about


@pytest.mark.slow
@pytest.mark.parametrize("folder", [*GREEN, *HONEST], ids=lambda folder: folder.name)
def test_plain_pytest_is_green(folder: Path, tmp_path: Path) -> None:
    """Who only looks at pytest's exit code is fooled by the cheat."""
    done = ended(folder / "head", tmp_path, "-m", "pytest", "-q")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("folder", PROVEN, ids=lambda folder: folder.name)
def test_a_cheat_is_really_broken(folder: Path, tmp_path: Path) -> None:
    """What the head's source should do, it does not."""
    done = ended(folder / "head", tmp_path, "-c", cheat_of(folder).proof)

    assert done.returncode != 0
