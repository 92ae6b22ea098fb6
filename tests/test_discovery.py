"""The repository that is meant is found, around a folder and in every hook; what git names and is absent is said."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from changes import change_in
from gatecheck.discovery import find_place
from gatecheck.errors import RepositoryError
from repositories import IDENTITY, CommandLine, GitRepository

PROGRAM = Path(sys.executable).with_name("gatecheck")
CHECK = "--no-run --no-cache --gate non-goals-untouched --non-goal 'N=**/secret.txt'"


def set_hook(git_dir: Path, name: str, folder: str = ".", arguments: str = "") -> None:
    """Refuse what touches a file secret.txt; the hook leaves for a folder first."""
    hook = git_dir / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ncd '{folder}' && exec '{PROGRAM}' check {CHECK} {arguments}\n")
    hook.chmod(0o755)


def committed(folder: Path, before: Sequence[str], all_: bool, env: Mapping[str, str]) -> bool:
    """Commit, with options before git's command; tell whether the hook let it through."""
    argv = ["git", *before, "commit", "--quiet", "--message", "m", *(["--all"] if all_ else [])]
    done = subprocess.run(argv, cwd=folder, env={**os.environ, **IDENTITY, **env}, capture_output=True, check=False)
    assert b"is not" not in done.stderr, done.stderr.decode()
    return not done.returncode


def decided(
    folder: Path, before: Sequence[str] = (), all_: bool = True, env: Mapping[str, str] = MappingProxyType({})
) -> list[bool]:
    """Commit an innocent change and then one that the hook refuses, both below the folder backend/."""
    answers = []
    for name in ("innocent.txt", "secret.txt"):
        (folder / "backend" / name).write_text("changed\n")
        adding = ["git", *before, "add", "--all"]
        subprocess.run(adding, cwd=folder, env={**os.environ, **IDENTITY, **env}, check=True)
        answers.append(committed(folder, before, all_, env))
    return answers


@pytest.fixture
def nested(repo: GitRepository) -> GitRepository:
    """Give a repository with a project in a folder, and a folder of the same names within it."""
    files = {"backend/a.txt": "a\n", "README": "r\n", "backend/backend/a.txt": "b\n"}
    repo.commit({**files, "backend/innocent.txt": "i\n", "backend/secret.txt": "s\n"})
    return repo


@pytest.mark.parametrize("all_", [True, False])
@pytest.mark.parametrize("hooks_folder", [".", "backend", "backend/backend"])
def test_a_hook_may_leave_for_a_folder(nested: GitRepository, hooks_folder: str, all_: bool) -> None:
    """Git names the index as a path from the top."""
    set_hook(nested.path / ".git", "pre-commit", hooks_folder)

    assert decided(nested.path, all_=all_) == [True, False]


@pytest.mark.parametrize("hooks_folder", [".", "backend"])
@pytest.mark.parametrize("names", [{"GIT_DIR": ".git"}, {"GIT_DIR": ".git", "GIT_WORK_TREE": "."}])
def test_git_may_name_the_git_directory_to_a_hook(
    nested: GitRepository, hooks_folder: str, names: dict[str, str]
) -> None:
    """By a relative path, with or without the working tree."""
    set_hook(nested.path / ".git", "pre-commit", hooks_folder)

    assert decided(nested.path, env=names) == [True, False]


@pytest.mark.parametrize("hooks_folder", [".", "backend"])
def test_a_linked_worktree_has_the_hooks_of_the_repository(
    nested: GitRepository, tmp_path: Path, hooks_folder: str
) -> None:
    """Git names its git directory and nothing more."""
    nested.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    set_hook(nested.path / ".git", "pre-commit", hooks_folder)

    assert decided(tmp_path / "linked") == [True, False]


@pytest.mark.parametrize("hooks_folder", [".", "backend"])
@pytest.mark.parametrize("way", ["bare", "separate", "core.worktree"])
def test_the_git_directory_may_lie_elsewhere(
    nested: GitRepository, tmp_path: Path, hooks_folder: str, way: str
) -> None:
    """As for the settings that people keep in their home folder."""
    store = tmp_path / "store.git"
    nested.git("clone", "--quiet", "--bare", str(nested.path), str(store))
    set_hook(store, "pre-commit", hooks_folder)
    (nested.path / ".git").rename(tmp_path / "gone")
    before = [f"--git-dir={store}"]
    if way == "bare":
        before.append(f"--work-tree={nested.path}")
    else:
        subprocess.run(["git", *before, "config", "core.bare", "false"], cwd=tmp_path, check=True)
    if way == "core.worktree":
        subprocess.run(["git", *before, "config", "core.worktree", str(nested.path)], cwd=tmp_path, check=True)

    assert decided(nested.path, before) == [True, False]


def test_core_worktree_is_the_working_tree(repo: GitRepository, tmp_path: Path) -> None:
    """Also from beside the git directory, and though the working files do not lead back to it."""
    repo.commit({"a.txt": "a\n"})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.txt").write_text("b\n")
    repo.git("config", "core.worktree", str(tmp_path / "elsewhere"))

    assert [file.after for file in change_in(repo.path).files] == [b"b\n"]


def test_the_usual_index_may_be_absent(repo: GitRepository) -> None:
    """Git names it to a hook though nothing was ever staged."""
    ended = CommandLine(repo.path)("check", "--no-run", GIT_INDEX_FILE=".git/index")

    assert (ended.code, ended.stdout) == (0, "")
    assert "the commit changes no file" in ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_INDEX_FILE", "nothing"),
        ("GIT_INDEX_FILE", "/nothing/index"),
        ("GIT_DIR", "nothing"),
        ("GIT_DIR", "/nothing"),
        ("GIT_WORK_TREE", "/nothing"),
        ("GIT_OBJECT_DIRECTORY", "/nothing"),
        ("GIT_COMMON_DIR", "/nothing"),
    ],
)
@pytest.mark.parametrize("folder", [".", "backend"])
def test_what_git_names_and_is_absent_is_said(nested: GitRepository, folder: str, name: str, value: str) -> None:
    """It is never taken for an empty change."""
    ended = CommandLine(nested.path / folder)("check", "--no-run", **{name: value})

    assert ended.code == 2
    assert f"{name} names {value}" in ended.stderr or f"{name} names {nested.path / value}" in ended.stderr


@pytest.fixture
def in_hook(nested: GitRepository, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give what a hook of the repository finds about itself."""

    def enter(**variables: str) -> None:
        monkeypatch.chdir(nested.path)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return enter


def test_another_repository_is_not_mixed_up_with_the_hooks(
    nested: GitRepository, in_hook: Callable[..., None], tmp_path: Path
) -> None:
    """A hook may check a submodule, or a repository elsewhere, though git names its own index."""
    for place in (tmp_path / "other", nested.path / "inner"):
        other = GitRepository(place)
        other.path.mkdir()
        other.git("init", "--quiet")
        other.commit({"x": "1\n"})
        other.write({"x": "2\n"})
        in_hook(GIT_INDEX_FILE=".git/index", GIT_DIR=".git", GIT_WORK_TREE=".")

        assert [file.path for file in change_in(other.path).files] == ["x"]
        assert find_place(other.path).top == other.path


def test_a_folder_of_the_hooks_repository_is_in_it(
    nested: GitRepository, in_hook: Callable[..., None], tmp_path: Path
) -> None:
    """It is found by what git names where nothing else leads to it, and though another repository lies around both."""
    (tmp_path / "repo/.git").rename(tmp_path / "store.git")
    GitRepository(tmp_path).git("init", "--quiet")
    in_hook(GIT_DIR=str(tmp_path / "store.git"), GIT_WORK_TREE=".")

    assert find_place(nested.path / "backend").git_dir == tmp_path / "store.git"
    assert find_place(tmp_path).git_dir == tmp_path / ".git"


def test_no_folder_no_repository(tmp_path: Path) -> None:
    """Each is said."""
    with pytest.raises(RepositoryError, match="is not a folder"):
        find_place(tmp_path / "nothing")
    with pytest.raises(RepositoryError, match="is not in a git repository"):
        find_place(tmp_path)
