"""Plugins of pytest: a project that uses one is judged as the same project without it. A proof: `make proof`."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
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
CHANGES = tuple(REFERENCE.changes())
POLICY = '[items]\ndocumented-api = "off"\nexplained-logic = "off"\nvalidated-inputs = "off"\n'  # none of a plugin's
WORDS = {
    "feature": "accepted",
    "unnoticed": "rejected",
    "breaks": "rejected",
    "fix": "accepted",
    "untested-fix": "rejected",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the one environment with all plugins, for all workers of pytest-xdist; gives the folder of its packages."""
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "plugins"
    if "PLUGINS" in os.environ:
        folder = Path(os.environ["PLUGINS"])
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            names = {package for project in PROJECTS if project.together for package in project.packages}
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*pip, *ALWAYS, *sorted(names)], check=True)
            (folder / "made").touch()
    return folder


def apart(everything: Path, folder: Path, packages: tuple[str, ...]) -> Path:
    """Make an environment that has just some packages and what they require, as links into the one with all."""
    [site] = everything.glob("lib/python*/site-packages")
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


CASES = [
    pytest.param(project, change, id=f"{project.name}-{change}")
    for project in (REFERENCE, *PROJECTS)
    for change in CHANGES
]
REFERENCES: dict[str, dict[str, str]] = {}


@pytest.mark.parametrize(("project", "change"), CASES)
@pytest.mark.parametrize("way", ["alone", "together"])
def test_a_plugin_changes_no_verdict(
    project: PluginProject, change: str, way: str, everything: Path, tmp_path: Path
) -> None:
    """Alone, and among all the others."""
    if way == "together" and not project.together:
        pytest.skip("it does not work with the others, whatever judges it")
    packages = project.packages if way == "alone" else TOGETHER
    python = apart(everything, tmp_path / "env", (*ALWAYS, *packages))
    report = judged(project, change, tmp_path / "repo", python)
    said = "\n".join(told(report))

    assert report.result == WORDS[change], said
    assert {item.id: item.status for item in report.items} == reference(change, everything, tmp_path), said


def reference(change: str, everything: Path, folder: Path) -> dict[str, str]:
    """Give the statuses of the items of the same change without any plugin."""
    if change not in REFERENCES:
        plain = apart(everything, folder / "plain", ALWAYS)
        report = judged(REFERENCE, change, folder / "reference", plain)
        REFERENCES[change] = {item.id: item.status for item in report.items}
    return REFERENCES[change]
