"""A program that the change brings is never run: neither an interpreter nor a tool on PATH."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gatecheck.committed_programs import committed_program
from repositories import CommandLine, GitRepository
from suite_bench import SHOP


def script(repo: GitRepository, name: str) -> None:
    """Commit a program that says it ran, and runs the real Python."""
    mark = repo.path.parent / "mark"
    path = repo.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\ntouch {mark}\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)


def plain(repo: GitRepository) -> None:
    """Commit `.venv/bin/python`."""
    script(repo, ".venv/bin/python")


def linked(repo: GitRepository) -> None:
    """Commit a link there, to another committed file."""
    script(repo, "tools/run")
    (repo.path / ".venv/bin").mkdir(parents=True)
    (repo.path / ".venv/bin/python").symlink_to("../../tools/run")


def linked_folder(repo: GitRepository) -> None:
    """Commit a link in place of the environment."""
    script(repo, "tools/bin/python")
    (repo.path / ".venv").symlink_to("tools")


def ignored_link(repo: GitRepository) -> None:
    """Leave an ignored link that leads to a committed file."""
    script(repo, "tools/run")
    (repo.path / ".venv/bin").mkdir(parents=True)
    (repo.path / ".venv/.gitignore").write_text("*\n")
    (repo.path / ".venv/bin/python").symlink_to("../../tools/run")


def startup(repo: GitRepository) -> None:
    """Commit what an ignored environment imports when it starts."""
    folder = repo.path / ".venv/lib/python3/site-packages"
    folder.mkdir(parents=True)
    (folder / "x.pth").write_text(f"import pathlib; pathlib.Path({str(repo.path.parent / 'mark')!r}).touch()\n")
    (repo.path / ".venv/bin").mkdir()
    (repo.path / ".venv/bin/python").symlink_to(sys.executable)


def home(repo: GitRepository) -> None:
    """Commit the file that says which Python an environment is made of."""
    script(repo, "base/python3")
    (repo.path / ".venv/bin").mkdir(parents=True)
    (repo.path / ".venv/pyvenv.cfg").write_text(f"home = {repo.path}/base\n")
    (repo.path / ".venv/bin/python").symlink_to("../../base/python3")


@pytest.mark.parametrize(
    ("bring", "options"),
    [
        *((bring, ()) for bring in (plain, linked, linked_folder, ignored_link, startup, home)),
        (plain, ("--no-run",)),
        (plain, ("--python", ".venv")),
    ],
)
def test_an_interpreter_of_the_change_is_not_run(
    repo: GitRepository, gatecheck: CommandLine, bring: Callable[[GitRepository], None], options: tuple[str, ...]
) -> None:
    """Nor under --no-run, nor when somebody names it; the line says what to do, and that works."""
    repo.commit(SHOP)
    bring(repo)
    repo.git("add", "--all", *([] if bring is ignored_link else ["--force"]))
    repo.git("commit", "--quiet", "--message", "head")
    done = gatecheck("check", "HEAD", "--no-cache", *options)

    assert (done.code, done.stderr.count("\n")) == (2, 1), done
    assert "which is part of what is checked and is not run: name one from outside with --python" in done.stderr
    assert not (repo.path.parent / "mark").exists()
    assert gatecheck("check", "HEAD", "--no-run", "--python", sys.executable).code != 2


def test_an_environment_that_is_not_committed_is_the_users_own(repo: GitRepository) -> None:
    """The common `.venv` in the repository, and one that a link leads to."""
    (repo.path / ".venv/bin").mkdir(parents=True)
    (repo.path / ".venv/bin/python").symlink_to(sys.executable)
    (repo.path / "venv").symlink_to(".venv")

    for name in (".venv", "venv"):
        assert committed_program(repo.path / name / "bin/python", repo.path, {"src/a.py"}) == ""


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """They lead nowhere."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    assert committed_program(tmp_path / "a", tmp_path, {"c"}) == ""


@pytest.mark.parametrize("path", ["bin", "./bin", "{}/bin"])
def test_a_git_of_the_repository_is_not_run(repo: GitRepository, gatecheck: CommandLine, path: str) -> None:
    """Where PATH leads into the repository, by a relative folder or an absolute one: the next one on PATH is."""
    repo.commit({"a.py": "x = 1\n"})
    script(repo, "bin/git")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "head")
    first = path.format(repo.path)
    done = gatecheck("check", "HEAD", "--gate", "small-diff", PATH=os.pathsep.join([first, os.environ["PATH"]]))

    assert done.code == 0, done
    assert not (repo.path.parent / "mark").exists()


def test_where_there_is_no_other_git_nothing_is_run(repo: GitRepository, gatecheck: CommandLine) -> None:
    """The line says what to do."""
    repo.commit({"a.py": "x = 1\n"})
    script(repo, "bin/git")
    done = gatecheck("check", "HEAD", PATH=f"{repo.path}/bin")

    assert (done.code, done.stderr.count("\n")) == (2, 1), done
    assert "in a working tree, and is not run: put another one there" in done.stderr
    assert not (repo.path.parent / "mark").exists()
