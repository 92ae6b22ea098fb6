"""Plugins of pytest: a project that uses one is judged as the same project without any. A proof: `make proof`.

pip installs all of them once; an environment with some of them is links into that one.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gatecheck.report import Report
from gatecheck.run import Demand, check
from gatecheck.task import Task
from plugin_projects import PROJECTS, REFERENCE, PluginProject
from repositories import GitRepository

ALWAYS = ("pytest", "coverage")
TOGETHER = tuple({package for project in PROJECTS if project.together for package in project.packages})
POLICY = '[items]\ndocumented-api = "off"\nexplained-logic = "off"\nvalidated-inputs = "off"\n'  # none of a plugin's
GOOD, BAD = ("feature", "fix"), ("unnoticed", "breaks", "untested-fix")
BROKEN = ("nothing-broken", "tests-pass")  # the others hang on how many tests are left, and a project may have more
CASES = [
    *((project, change, "alone") for project in PROJECTS for change in GOOD),
    *((project, BAD[number % len(BAD)], "alone") for number, project in enumerate(PROJECTS)),
    *((project, "fix", "together") for project in PROJECTS if project.together),
]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """A folder for environments that all workers of pytest-xdist share."""

    folder: Path

    def by_pip(self, name: str, packages: tuple[str, ...]) -> Path:
        """Make an environment once."""
        folder = self.folder / name
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "made").exists():
                subprocess.run([sys.executable, "-m", "venv", folder], check=True)
                pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
                subprocess.run([*pip, *packages], check=True)
                (folder / "made").touch()
        return folder

    def of(self, project: PluginProject, way: str, folder: Path) -> Path:
        """Give the environment that a project is judged in."""
        if project.own:
            return self.by_pip(project.name, (*ALWAYS, *project.packages))
        everything = {package for other in PROJECTS if not other.own for package in other.packages}
        full = self.by_pip("everything", (*ALWAYS, *sorted(everything)))
        return linked(full, folder, (*ALWAYS, *(project.packages if way == "alone" else TOGETHER)))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Give the folder of this run of the proof."""
    own = tmp_path_factory.getbasetemp()
    return Installed(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


def linked(full: Path, folder: Path, packages: tuple[str, ...]) -> Path:
    """Make an environment that has just some packages and what they require, as links into the one with all."""
    [site] = full.glob("lib/python*/site-packages")
    found: dict[str, Distribution] = {
        canonicalize_name(one.metadata["Name"]): one for one in distributions(path=[str(site)])
    }
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [place] = folder.glob("lib/python*/site-packages")
    for name in closure(packages, found):
        for top in {file.parts[0] for file in found[name].files or ()} - {"..", "__pycache__"}:
            if not (place / top).exists():
                (place / top).symlink_to(site / top)
    return folder


def closure(names: tuple[str, ...], found: Mapping[str, Distribution]) -> set[str]:
    """Give some packages with all that they require in turn."""
    waiting, chosen = list(names), set[str]()
    while waiting:
        wanted = Requirement(waiting.pop())
        name = canonicalize_name(wanted.name)
        if name in found and name not in chosen and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            chosen.add(name)
            waiting += found[name].requires or ()
    return chosen


def judged(project: PluginProject, change: str, folder: Path, python: Path) -> Report:
    """Judge a change of a project in a repository of its own."""
    folder.mkdir()
    repo = GitRepository(folder)
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.commit(project.base(), "base")
    strategy, files = project.changes()[change]
    repo.commit(files, change)
    policy = folder.with_suffix(".toml")
    policy.write_text(POLICY)
    return check(
        Demand(folder=folder, range="HEAD~1..HEAD", task=Task(strategy=strategy), python=python, policy=policy)
    )


def told(report: Report) -> Iterator[str]:
    """Give what each gate says that fails or cannot decide, for a message."""
    for gate in report.gates:
        if gate.status in {"fail", "unproven"}:
            yield f"{gate.id} {gate.status}: {gate.summary} " + "; ".join(found.message for found in gate.findings)


REFERENCES: dict[str, dict[str, str]] = {}  # by the change, in each worker


def statuses(report: Report) -> dict[str, str]:
    """Give the status of every item."""
    return {item.id: item.status for item in report.items}


def reference(change: str, installed: Installed, folder: Path) -> dict[str, str]:
    """Give the statuses of the items of the same change in the project without any plugin."""
    if change not in REFERENCES:
        plain = installed.of(REFERENCE, "alone", folder / "plain")
        REFERENCES[change] = statuses(judged(REFERENCE, change, folder / "reference", plain))
    return REFERENCES[change]


@pytest.mark.parametrize(
    ("project", "change", "way"), [pytest.param(*case, id=f"{case[0].name}-{case[1]}-{case[2]}") for case in CASES]
)
def test_a_plugin_changes_no_verdict(
    project: PluginProject, change: str, way: str, installed: Installed, tmp_path: Path
) -> None:
    """By itself, and installed together with all others that it works with."""
    report = judged(project, change, tmp_path / "repo", installed.of(project, way, tmp_path / "env"))
    said = "\n".join(told(report))

    assert report.result == ("accepted" if change in GOOD else "rejected"), said
    items = BROKEN if change == "breaks" else statuses(report).keys()
    expected = reference(change, installed, tmp_path)
    assert {item: statuses(report)[item] for item in items} == {item: expected[item] for item in items}, said
