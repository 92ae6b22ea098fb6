"""Goes through the newest changes of a repository, for the studies that judge them without running anything."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gatecheck.change import Change
from gatecheck.givens import Trees
from gatecheck.policy import Policy
from gatecheck.project import Project, project_of
from gatecheck.ranges import resolve
from gatecheck.repository import Repository


def walked(path: Path, last: int) -> Iterator[tuple[str, Change, Trees, Project]]:
    """Give the newest first-parent commits: id, change, trees, and the project as its base lays it out."""
    argv = ["git", "-C", str(path), "log", "--first-parent", f"-n{last}", "--format=%H"]
    listed = subprocess.run(argv, check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as scratch:
        repository = Repository.open(path, Path(scratch))
        for commit in listed.stdout.split():
            change = resolve(repository, commit)
            trees = Trees(repository, change)
            if change.base and change.base_tree != change.head_tree:
                yield commit, change, trees, project_of(Policy(), trees.head, trees.read_base, trees.base)
