"""What is said where nothing is about to be committed, and of edits that are not staged."""

import json
import sys
from pathlib import Path

import pytest

from repositories import CommandLine, GitRepository

ARGS = ("--gate", "small-diff")


@pytest.fixture
def run(repo: GitRepository) -> CommandLine:
    """Give the command line in a repository with one commit."""
    repo.commit({"shop.py": "x = 1\n", "more.py": "y = 1\n"})
    return CommandLine(repo.path)


def test_a_clean_tree_is_one_line_with_what_to_check_instead(repo: GitRepository, run: CommandLine) -> None:
    """On a branch the commits since it left main, on main itself the last one; it is no acceptance."""
    alone = run(*ARGS)
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"shop.py": "x = 2\n"})
    branch = run(*ARGS)
    staged = run("--staged", *ARGS)

    assert (alone.code, alone.stdout) == (2, "")
    assert alone.stderr.startswith("gatecheck: nothing is staged or changed in the working tree: to check commits, ")
    assert alone.stderr.endswith("`gatecheck check HEAD` for the last one\n")
    assert (branch.code, staged.code) == (2, 2)
    assert branch.stderr.endswith("to check commits, `gatecheck --base main`\n")
    assert staged.stderr.startswith("gatecheck: nothing is staged: ")
    assert run("--base", "main", *ARGS).code == 0


def test_an_empty_range_of_commits_is_unproven(repo: GitRepository, run: CommandLine) -> None:
    """Somebody named it, and nothing in it was judged."""
    repo.commit({}, "empty")

    assert run("check", "HEAD", *ARGS).code == 3


@pytest.mark.usefixtures("run")
def test_the_hook_of_an_empty_commit_lets_it_pass(repo: GitRepository) -> None:
    """Also of one whose message is reworded, whatever lies about unstaged; one with a change is judged."""
    hook = repo.path / ".git/hooks/pre-commit"
    log = repo.path.parent / "log"
    program = Path(sys.executable).with_name("gatecheck")
    hook.write_text(f"#!/bin/sh\n{program} --gate small-diff --output json={log} || exit 1\n")
    hook.chmod(0o755)
    repo.write({"shop.py": "x = 3\n"})
    repo.git("commit", "--quiet", "--allow-empty", "--message", "empty")
    repo.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "reworded")
    told_before = log.exists()
    repo.git("commit", "--quiet", "--all", "--message", "more")

    assert not told_before
    assert json.loads(log.read_text())["change"]["range"] == "staged"


def test_edits_that_are_not_staged_are_named(repo: GitRepository, run: CommandLine) -> None:
    """They are not in what is checked; without any there is no note, nor where the working tree is checked."""
    repo.write({"shop.py": "x = 2\n"})
    repo.git("add", "shop.py")
    clean = run(*ARGS)
    repo.write({"more.py": "y = 2\n"})
    some = run(*ARGS)
    whole = run("--worktree", *ARGS)

    assert "note: edits that are not staged were not checked: more.py" in some.stdout
    assert "not staged" not in clean.stdout + whole.stdout
