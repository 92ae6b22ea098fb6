"""The user's repository is the same after a run, however it ends, and nothing of the run is left behind."""

import hashlib
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from processes import processes_with, within
from repositories import GitRepository

PROGRAM = str(Path(sys.executable).with_name("gatecheck"))
CHECK = ("--gate", "tests-pass", "--no-cache", "--python", sys.executable)
QUICK = ("--gate", "small-diff", "--no-cache")  # runs nothing, and tidies up after killed runs
REJECTING = ("--gate", "non-goals-untouched", "--non-goal", "N=**", "--no-cache")
LONGEST = 4.0  # seconds: a little more than a whole run takes

# Runs for some seconds, writes into its tree, and starts a program that leaves the session.
SUITE = """
import os, pathlib, subprocess, sys, time

def test_it():
    wait = [sys.executable, "-c", "import time; time.sleep(600)", {0!r}]
    subprocess.Popen(wait, start_new_session=True, env={{}})
    pathlib.Path("written").write_text("by a test")
    time.sleep(1.5)
"""
# What a careless test does to the repository that it finds around itself.
MEDDLING = """
import pathlib, subprocess

def git(*args):
    subprocess.run(["git", "-c", "user.name=M", "-c", "user.email=m@example.org", *args], check=False)

def test_it():
    git("config", "user.name", "meddler")
    git("stash", "--include-untracked")
    git("add", "--all")
    git("commit", "--all", "--message", "meddled")
    git("branch", "meddled")
    git("worktree", "add", "../meddled")
    git("reset", "--hard")
    git("clean", "-fdx")
"""


@dataclass(frozen=True)
class Busy:
    """A repository in the midst of work, and the folder for temporary files, which all that runs has in its words."""

    repo: GitRepository
    temporary: Path

    def start(self, *args: str, before: Callable[[], None] | None = None) -> "subprocess.Popen[bytes]":
        """Start gatecheck in it."""
        return subprocess.Popen(
            [PROGRAM, "check", *args],
            cwd=self.repo.path,
            env=os.environ | {"TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=before,  # noqa: PLW1509 - one system call that takes no lock
        )

    def check(self, *args: str) -> int:
        """Run gatecheck in it to the end and give its exit code."""
        with self.start(*args) as running:
            running.communicate(timeout=60)
        return running.returncode

    def left(self) -> list[str]:
        """Give what is left of runs: folders and processes."""
        return [path.name for path in self.temporary.iterdir()] + self.running()

    def running(self) -> list[str]:
        """Give the words of the programs of runs that live, and of what their tests started."""
        return list(processes_with(str(self.temporary)).values())


@pytest.fixture
def busy(repo: GitRepository, tmp_path: Path) -> Busy:
    """Give a repository with all that somebody may have lying about, and a suite that takes some seconds."""
    made = Busy(repo, tmp_path / "temporary")
    made.temporary.mkdir()
    fill(repo, SUITE.format(str(made.temporary)))
    return made


def fill(repo: GitRepository, suite: str) -> None:
    """Commit twice, stash, stage, edit, leave untracked and ignored files, and link a worktree."""
    repo.commit({"a.py": "x = 1\n", "b.py": "y = 1\n", ".gitignore": "ignored*\n", "odd \n name": b"\0"})
    (repo.path / "link").symlink_to("a.py")
    repo.commit({"a.py": "x = 2\n", "tests/test_it.py": suite})
    repo.write({"b.py": "y = 'stashed'\n"})
    repo.git("stash")
    repo.git("worktree", "add", "--quiet", "../linked")
    repo.write({"a.py": "x = 3\n"})
    repo.git("add", "a.py")
    repo.write({"a.py": "x = 4\n", "b.py": "y = 2\n", "untracked": "u\n", "ignored/file": "i\n"})
    (repo.path / "b.py").chmod(0o755)


def fingerprint(*folders: Path) -> dict[str, tuple[int, int, object]]:
    """Give mode, time and content of everything below some folders, the git directory included.

    The time of an object does not count: git sets it when it is asked to write one that is already there.
    """
    found = {}
    for folder in folders:
        for top, names, files in os.walk(folder):
            for path in [Path(top), *(Path(top, name) for name in (*names, *files))]:
                status = path.lstat()
                time = 0 if ".git/objects/" in str(path) else status.st_mtime_ns
                found[str(path)] = status.st_mode, time, content_of(path, status.st_mode)
    return found


def content_of(path: Path, mode: int) -> object:
    """Give a digest, where a link leads, or what is in a folder."""
    if stat.S_ISLNK(mode):
        return path.readlink()
    return (
        sorted(each.name for each in path.iterdir())
        if stat.S_ISDIR(mode)
        else hashlib.sha256(path.read_bytes()).digest()
    )


@pytest.mark.parametrize("what", ["--staged", "--worktree", "HEAD"])
def test_a_run_alters_nothing(busy: Busy, what: str) -> None:
    """Whatever it looks at."""
    before = fingerprint(busy.repo.path, busy.repo.path.parent / "linked")

    code = busy.check(what, *CHECK)

    assert code == 0
    assert fingerprint(busy.repo.path, busy.repo.path.parent / "linked") == before
    assert within(lambda: not busy.left())


def moments(number: int) -> list[float]:
    """Give seconds after the start at which a run is ended: the same in every run of these tests."""
    chance = random.Random(number)  # noqa: S311 - no secret
    return [chance.uniform(0.1, LONGEST) for _ in range(number)]


@pytest.mark.parametrize(
    "seconds", [*moments(5), *(pytest.param(moment, marks=pytest.mark.slow) for moment in moments(50))]
)
def test_a_killed_run_alters_nothing(busy: Busy, seconds: float) -> None:
    """At whatever moment; its tests end with it, and the next run deletes the rest."""
    before = fingerprint(busy.repo.path)

    end_after(busy.start("--worktree", *CHECK), seconds, signal.SIGKILL)

    assert fingerprint(busy.repo.path) == before
    assert busy.check("--worktree", *QUICK) == 0
    assert within(lambda: not busy.left())
    assert fingerprint(busy.repo.path) == before


def end_after(running: "subprocess.Popen[bytes]", seconds: float, number: signal.Signals) -> None:
    """Send a signal to a run, unless it ends before."""
    with running:
        try:
            running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            running.send_signal(number)
            running.communicate(timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="a process hears of its parent's death on Linux only")
def test_the_tests_end_with_a_killed_run(busy: Busy) -> None:
    """At once, with all that they started."""
    with busy.start("--worktree", *CHECK) as running:
        assert within(lambda: any("sleep(600)" in words for words in busy.running()))
        running.kill()

        assert within(lambda: not busy.running(), 1)


@pytest.mark.parametrize("seconds", moments(4)[1:])
def test_an_interrupted_run_leaves_nothing(busy: Busy, seconds: float) -> None:
    """Nor alters anything; it needs no next run to tidy up."""
    before = fingerprint(busy.repo.path)

    end_after(busy.start("--worktree", *CHECK, before=unignored), seconds, signal.SIGINT)

    assert fingerprint(busy.repo.path) == before
    assert within(lambda: not busy.left())


def test_no_temporary_folder_means_no_run(busy: Busy) -> None:
    """Python itself would take the working folder for temporary files where it finds no other."""
    before = fingerprint(busy.repo.path)
    program = "import tempfile; tempfile._get_default_tempdir = exit; from gatecheck.cli import main; main()"
    argv = [sys.executable, "-c", program, "check", "--worktree", *QUICK]

    done = subprocess.run(argv, cwd=busy.repo.path, capture_output=True, check=False, timeout=60)

    assert done.returncode == 0, done.stderr.decode()
    assert fingerprint(busy.repo.path) == before


def unignored() -> None:
    """Heed Ctrl-C, which shells have their background jobs ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def may_mount() -> bool:
    """Tell whether this user may have a file system of his own."""
    argv = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
    return bool(shutil.which("unshare")) and not subprocess.run(argv, capture_output=True, check=False).returncode


@pytest.mark.parametrize("size", ["16k", "40k", "64k"])
def test_a_full_disk_alters_nothing(busy: Busy, size: str) -> None:
    """It is said, it is no acceptance, and no bug of gatecheck."""
    if not may_mount():
        pytest.skip("only who may mount a file system has a small one; a limit of file size is tried all the same")
    before = fingerprint(busy.repo.path)
    line = f'mount -t tmpfs -o size={size} tmpfs "$TMPDIR" && exec "$@"'
    argv = ["unshare", "--mount", "sh", "-c", line, "sh", PROGRAM, "check", "--worktree", *CHECK]
    env = os.environ | {"TMPDIR": str(busy.temporary)}

    done = subprocess.run(argv, cwd=busy.repo.path, env=env, capture_output=True, check=False, timeout=60)

    assert done.returncode in {2, 3}, done.stderr.decode()
    assert fingerprint(busy.repo.path) == before
    assert within(lambda: not busy.left())


@pytest.mark.parametrize("size", [0, 200, 5000])
def test_a_limit_of_file_size_alters_nothing(busy: Busy, size: int) -> None:
    """As a quota may set it."""
    before = fingerprint(busy.repo.path)

    with busy.start("--worktree", *CHECK, before=lambda: limit(size)) as running:
        _, stderr = running.communicate(timeout=60)

    assert running.returncode in {2, 3}, stderr.decode()
    assert fingerprint(busy.repo.path) == before
    assert within(lambda: not busy.left())


def limit(size: int) -> None:
    """Let no file grow beyond some bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_two_runs_at_once_alter_nothing(busy: Busy) -> None:
    """Nor disturb each other."""
    before = fingerprint(busy.repo.path)

    with busy.start("--worktree", *CHECK) as one, busy.start("--staged", *CHECK) as other:
        for running in (one, other):
            running.communicate(timeout=60)

    assert (one.returncode, other.returncode) == (0, 0)
    assert fingerprint(busy.repo.path) == before
    assert within(lambda: not busy.left())


COMMITS = [("--all",), (), ("--", "b.py"), ("--only", "a.py"), ("--include", "b.py"), ("--amend",)]


@pytest.mark.parametrize("hook", [QUICK, ("--no-run", "--gate", "no-churn", "--no-cache"), REJECTING])
@pytest.mark.parametrize("how", COMMITS, ids=" ".join)
def test_a_commit_with_the_hook_is_the_one_without(busy: Busy, how: tuple[str, ...], hook: tuple[str, ...]) -> None:
    """What is committed, what stays staged and what beside it; or nothing at all, as with any hook that says no."""
    copy = GitRepository(busy.repo.path.parent / "copy")
    shutil.copytree(busy.repo.path, copy.path, symlinks=True)
    set_hook(busy.repo, " ".join(f"'{word}'" for word in (PROGRAM, "check", *hook)))
    set_hook(copy, "false" if hook is REJECTING else "true")

    codes = [commit(each, how) for each in (busy.repo, copy)]

    assert codes[0] == codes[1] == int(hook is REJECTING)
    assert state(busy.repo) == state(copy)


def set_hook(repo: GitRepository, command: str) -> None:
    """Run a command before each commit."""
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {command}\n")
    hook.chmod(0o755)


def commit(repo: GitRepository, how: tuple[str, ...]) -> int:
    """Commit in one of git's ways and give its exit code."""
    try:
        repo.git("commit", "--message", "m", *how)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


def state(repo: GitRepository) -> list[object]:
    """Give all that git knows of a repository, and the working files."""
    asked = [
        "log --all --format=%H%T",
        "ls-files --stage",
        "status --porcelain --ignored",
        "stash list",
        "for-each-ref",
    ]
    files = {path: entry[::2] for path, entry in fingerprint(repo.path).items() if "/.git" not in path}
    return [
        *(repo.git(*line.split()) for line in asked),
        {path.removeprefix(str(repo.path)): files[path] for path in files},
    ]


@pytest.mark.parametrize("inside", [False, True])
def test_tests_do_not_find_the_repository(busy: Busy, monkeypatch: pytest.MonkeyPatch, inside: bool) -> None:
    """Though git is told of it as in a hook, or the folder for temporary files lies in it."""
    temporary = busy.repo.path / "ignored/temporary" if inside else busy.temporary
    temporary.mkdir(exist_ok=True)
    busy.repo.write({"tests/test_it.py": MEDDLING})
    monkeypatch.setenv("GIT_DIR", str(busy.repo.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(busy.repo.path))
    before = fingerprint(busy.repo.path)

    assert Busy(busy.repo, temporary).check("--worktree", *CHECK) == 0

    after = fingerprint(busy.repo.path)
    assert {**after, str(temporary): before.get(str(temporary))} == {
        **before,
        str(temporary): before.get(str(temporary)),
    }
