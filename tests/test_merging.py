"""Of a merge that is about to be committed, what its author adds is judged."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from changes import change_in
from gatecheck.errors import RepositoryError
from gatecheck.ranges import Uncommitted
from repositories import IDENTITY, CommandLine, GitRepository

SHARED = "".join(f"line = {number}\n" for number in range(20))
CHECK = ("check", "--no-run", "--gate", "non-goals-untouched")


def attempt(repo: GitRepository, *args: str) -> int:
    """Run git, which may refuse."""
    env = {**os.environ, **IDENTITY}
    return subprocess.run(["git", *args], cwd=repo.path, env=env, check=False, capture_output=True).returncode


def merging(repo: GitRepository, *others: str) -> None:
    """Begin a merge, and resolve its conflicts in favour of nobody."""
    attempt(repo, "merge", "--no-commit", "--no-ff", *others)


@pytest.fixture
def forked(repo: GitRepository) -> GitRepository:
    """Give two branches that changed one file at both ends, and files of their own; topic is checked out."""
    repo.commit({"shared.py": SHARED, "a.py": "a = 1\n", "gone.py": "g = 1\n", "moved.py": SHARED + "m = 1\n"})
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"shared.py": "top = 1\n" + SHARED, "topic.py": "t = 1\n", "moved.py": SHARED + "m = 2\n"})
    repo.git("checkout", "--quiet", "main")
    repo.git("mv", "moved.py", "there.py")
    repo.commit({"shared.py": SHARED + "end = 1\n", "main.py": "m = 1\n", "a.py": "a = 2\n", "gone.py": None})
    repo.git("checkout", "--quiet", "topic")
    return repo


def files(repo: GitRepository, which: Uncommitted | None = None) -> dict[str, tuple[int, int]]:
    """Give the lines added and removed in each file of what is about to be committed."""
    return {file.path: (file.added, file.removed) for file in change_in(repo.path, which).files}


def test_what_git_merges_by_itself_is_not_judged(forked: GitRepository) -> None:
    """Files of both sides, one that both changed, one that was renamed; the report says that a merge is in progress."""
    merging(forked, "main")

    assert change_in(forked.path).merges == (forked.git("rev-parse", "main"),)
    assert files(forked) == files(forked, Uncommitted.WORKTREE) == {}
    ended = CommandLine(forked.path)(*CHECK, "--non-goal", "N=main.py")
    assert (ended.code, "is in progress" in ended.stdout) == (0, True), ended.stdout


def test_what_is_added_to_the_merge_is_judged(forked: GitRepository) -> None:
    """In a file of theirs, in one that both changed, and in a new one."""
    merging(forked, "main")
    merged = (forked.path / "shared.py").read_text()
    forked.write({"main.py": "m = 1\nx = 1\n", "shared.py": merged + "x = 1\n", "new.py": "n = 1\n"})
    assert files(forked) == {}

    forked.git("add", "--all")

    assert files(forked) == {"main.py": (1, 0), "new.py": (1, 0), "shared.py": (1, 0)}
    assert CommandLine(forked.path)(*CHECK, "--non-goal", "N=main.py").code == 1


def test_of_a_conflict_the_resolution_is_judged(forked: GitRepository) -> None:
    """Not what the other side did elsewhere in the file; a side that is taken as it is adds nothing."""
    forked.commit({"a.py": "a = 3\n", "shared.py": SHARED.replace("line = 3\n", "line = 'ours'\n")})
    forked.git("checkout", "--quiet", "main")
    forked.commit({"shared.py": SHARED.replace("line = 3\n", "line = 'theirs'\n") + "end = 1\n"})
    forked.git("checkout", "--quiet", "topic")
    merging(forked, "main")
    resolved = SHARED.replace("line = 3\n", "line = 'both'\n") + "end = 1\n"
    forked.write({"shared.py": resolved, "a.py": "a = 2\n"})
    forked.git("add", "shared.py", "a.py")

    assert files(forked) == {"shared.py": (1, 1)}


def test_a_file_that_one_side_deleted_and_the_other_changed(forked: GitRepository) -> None:
    """Either side may be taken; a third version is the author's."""
    forked.commit({"gone.py": "g = 2\n"})
    merging(forked, "main")
    forked.git("add", "gone.py")
    assert files(forked) == {}

    forked.write({"gone.py": "g = 3\n"})
    forked.git("add", "gone.py")

    assert files(forked) == {"gone.py": (1, 1)}


def test_a_conflict_of_binary_files(forked: GitRepository) -> None:
    """What becomes of it is compared with the side that is checked out."""
    forked.commit({"image": b"\0ours"})
    forked.git("checkout", "--quiet", "main")
    forked.commit({"image": b"\0theirs"})
    forked.git("checkout", "--quiet", "topic")
    merging(forked, "main")
    forked.write({"image": b"\0both"})
    forked.git("add", "image")

    assert list(files(forked)) == ["image"]


def test_a_merge_of_several_branches(forked: GitRepository) -> None:
    """What differs from every side is the author's."""
    forked.git("checkout", "--quiet", "-b", "third", "main~1")
    forked.commit({"third.py": "t = 1\n"})
    forked.git("checkout", "--quiet", "-b", "fourth", "main~1")
    forked.commit({"fourth.py": "f = 1\n"})
    merging(forked, "topic", "third")
    forked.write({"topic.py": "t = 2\n"})
    forked.git("add", "topic.py")

    assert len(change_in(forked.path).merges) == 2
    assert list(files(forked)) == ["topic.py"]


def test_a_base_is_where_the_merge_leaves_it(forked: GitRepository) -> None:
    """The base's own commits are no part of the change, once they are merged."""
    merging(forked, "main")

    change = change_in(forked.path, Uncommitted.STAGED, base="main")

    assert change.base == forked.git("rev-parse", "main")
    assert sorted(file.path for file in change.files) == ["shared.py", "there.py", "topic.py"]


@pytest.mark.parametrize("name", ["pre-merge-commit", "pre-commit"])
def test_the_hooks_of_a_merge_look_at_what_it_adds(forked: GitRepository, name: str) -> None:
    """Also the one that runs before git notes what is merged."""
    hook = forked.path / ".git/hooks" / name
    program = Path(sys.executable).with_name("gatecheck")
    hook.write_text(f"#!/bin/sh\nexec '{program}' {' '.join(CHECK)} --non-goal 'N=**/*.py' >hook.said 2>&1\n")
    hook.chmod(0o755)
    forked.write({".git/info/exclude": "hook.said\n"})

    if name == "pre-merge-commit":
        code = attempt(forked, "merge", "--no-edit", "main")
    else:
        merging(forked, "main")
        code = attempt(forked, "commit", "--no-edit")

    assert code == 0, (forked.path / "hook.said").read_text()
    assert forked.git("rev-parse", "HEAD^2") == forked.git("rev-parse", "main")


IN_PROGRESS = [("cherry-pick", "--no-commit", "main"), ("revert", "--no-commit", "HEAD"), ("merge", "--squash", "main")]


@pytest.mark.parametrize("command", IN_PROGRESS)
def test_what_is_no_merge_is_the_authors(forked: GitRepository, command: Sequence[str]) -> None:
    """All that is staged by it becomes a commit with one parent."""
    attempt(forked, *command)

    change = change_in(forked.path)

    assert change.merges == ()
    assert "shared.py" in [file.path for file in change.files]


def test_a_merge_of_what_is_not_here_is_said(forked: GitRepository) -> None:
    """It is not taken for a commit with one parent."""
    forked.write({".git/MERGE_HEAD": "a" * 40 + "\n"})

    with pytest.raises(RepositoryError, match="a merge is in progress, and the commits that are merged are not here"):
        change_in(forked.path)
