"""Whatever is configured, nothing is written below the user's git directory, and no command of the settings runs."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from changes import change_in, opened
from gatecheck.checkout import write_snapshot
from gatecheck.errors import RepositoryError
from gatecheck.ranges import Uncommitted, resolve
from gatecheck.repository import read_history
from repositories import CommandLine, GitRepository
from watching import watched

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells what is written on Linux only")

Prepare = Callable[[GitRepository], None]
OLD = 1_000_000_000  # seconds: what git expires, or marks as used again
SETTINGS: dict[str, Prepare] = {}


def setting(prepare: Prepare) -> Prepare:
    """Try whatever is prepared so."""
    SETTINGS[prepare.__name__] = prepare
    return prepare


def configure(repo: GitRepository, **values: str) -> None:
    """Set values, "__" for a dot."""
    for name, value in values.items():
        repo.git("config", name.replace("__", "."), value)


def program(repo: GitRepository, name: str) -> str:
    """Write a program that leaves a mark where it is run."""
    path = repo.path.parent / name
    path.write_text(f"#!/bin/sh\ntouch '{repo.path.parent}/ran-{name}'\nexit 1\n")
    path.chmod(0o755)
    return str(path)


@setting
def split_index(repo: GitRepository) -> None:
    """Git writes a shared part when much is staged, marks the one it reads as used, and deletes those of old."""
    configure(repo, core__splitIndex="true", splitIndex__sharedIndexExpire="now", splitIndex__maxPercentChange="0")
    repo.git("update-index", "--split-index")
    for path in repo.path.glob(".git/sharedindex.*"):
        os.utime(path, (OLD, OLD))


@setting
def split_index_by_include(repo: GitRepository) -> None:
    """Take settings from another file, and from that of a worktree."""
    more = repo.path.parent / "more"
    more.write_text("[core]\n\tsplitIndex = true\n[splitIndex]\n\tsharedIndexExpire = now\n")
    configure(repo, include__path=str(more), extensions__worktreeConfig="true")
    repo.git("config", "--worktree", "splitIndex.maxPercentChange", "0")
    split_index(repo)


@setting
def untracked_cache(repo: GitRepository) -> None:
    """Keep in the index what is untracked."""
    configure(repo, core__untrackedCache="true", feature__manyFiles="true", index__version="4")
    repo.git("update-index", "--force-untracked-cache")
    repo.git("status")


@setting
def monitor(repo: GitRepository) -> None:
    """Have a daemon of git's own, that writes a socket and a folder of cookies."""
    configure(repo, core__fsmonitor="true", core__useBuiltinFSMonitor="true")


@setting
def monitor_hook(repo: GitRepository) -> None:
    """Have a program that is asked what has changed, and one that is told when an index is written."""
    configure(repo, core__fsmonitor=program(repo, "monitor"), core__hooksPath=str(repo.path.parent / "hooks"))
    (repo.path.parent / "hooks").mkdir()
    shutil.copy(program(repo, "hook"), repo.path.parent / "hooks/post-index-change")


@setting
def collecting(repo: GitRepository) -> None:
    """Automatic maintenance of all kinds, at once."""
    configure(repo, gc__auto="1", gc__autoPackLimit="1", gc__pruneExpire="now", maintenance__auto="true")
    configure(repo, gc__autoDetach="false", gc__writeCommitGraph="true", maintenance__strategy="incremental")
    configure(repo, fetch__writeCommitGraph="true", core__multiPackIndex="true", core__commitGraph="true")
    repo.git("repack", "-q", "-d")
    repo.git("multi-pack-index", "write")
    repo.git("commit-graph", "write", "--reachable", "--changed-paths")


@setting
def logging(repo: GitRepository) -> None:
    """Git tells what it does."""
    target = str(repo.path / ".git/trace")
    settings = {f"trace2.{kind}Target": target for kind in ("normal", "event", "perf")}
    for name, value in settings.items():
        repo.git("config", "--file", str(repo.path.parent / "global"), name, value)
    configure(repo, core__logAllRefUpdates="always", rerere__enabled="true", rerere__autoUpdate="true")


@setting
def borrowed_objects(repo: GitRepository) -> None:
    """Objects lie in another repository."""
    repo.git("clone", "--quiet", "--bare", str(repo.path), "../lender.git")
    (repo.path / ".git/objects/info/alternates").write_text(f"{repo.path.parent}/lender.git/objects\n")
    repo.git("repack", "-a", "-d", "-l", "-q")


@setting
def linked_worktree(repo: GitRepository) -> None:
    """With settings of its own."""
    configure(repo, extensions__worktreeConfig="true", core__splitIndex="true")
    repo.git("worktree", "add", "--quiet", "../linked")


@setting
def sparse_index(repo: GitRepository) -> None:
    """Folders stand in the index as a whole."""
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "package")


@setting
def merge_in_progress(repo: GitRepository) -> None:
    """With a conflict that was resolved before."""
    configure(repo, rerere__enabled="true", rerere__autoUpdate="true", merge__conflictStyle="diff3")
    repo.git("stash", "--quiet", "--include-untracked")
    repo.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    repo.commit({"side.py": "s = 1\n"})
    repo.git("merge", "--quiet", "--no-commit", "--no-ff", "main")


@setting
def submodule(repo: GitRepository) -> None:
    """Have another repository within, with settings of its own and a change."""
    inner = GitRepository(repo.path.parent / "inner")
    inner.path.mkdir()
    inner.git("init", "--quiet")
    inner.commit({f"x{number}": "1\n" for number in range(9)})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    sub = GitRepository(repo.path / "sub")
    configure(sub, core__fsmonitor=program(repo, "monitor"), core__splitIndex="true", core__untrackedCache="true")
    configure(sub, splitIndex__sharedIndexExpire="now")
    sub.git("-c", "core.fsmonitor=false", "update-index", "--split-index")
    for path in repo.path.glob(".git/modules/sub/sharedindex.*"):
        os.utime(path, (OLD, OLD))
    sub.write({"x1": "2\n", "new": "n\n"})


def ask_everything(folder: Path) -> None:
    """Ask for each kind of change, the commits and the files; what cannot be told is said by an error."""
    for text in (Uncommitted.STAGED, Uncommitted.WORKTREE, None, "HEAD", "HEAD~1..HEAD"):
        with opened(folder) as repository:
            change = resolve(repository, text)
            read_history(repository, change)
            write_snapshot(repository, repository.store.tree(change.head_tree), repository.store.path / "snapshot")
    change_in(folder, Uncommitted.WORKTREE, base="HEAD~1")
    change_in(folder, base="HEAD~1")


@pytest.fixture
def busy(repo: GitRepository, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    """Give a repository with much that is staged, edited and untracked."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(repo.path.parent / "global"))
    repo.commit({f"package/m{number}.py": f"x{number} = 1\n" for number in range(30)})
    repo.commit({"package/m1.py": "x = 2\n", "beside/b.py": "b = 1\n"})
    return repo


def litter(repo: GitRepository) -> None:
    """Edit, stage and leave files about; some look edited and are not."""
    repo.write({f"package/m{number}.py": "x = 3\n" for number in range(2, 12)})
    repo.git("add", "package/m2.py")
    repo.write({f"package/new{number}.py": "n = 1\n" for number in range(20)})
    for number in range(15, 25):
        os.utime(repo.path / f"package/m{number}.py", (OLD, OLD))


def harm(written: list[str]) -> list[str]:
    """Leave out the times of objects: git renews that of one that it would write and that is there already."""
    return [line for line in written if not (line.startswith("attributes of ") and "/.git/objects/" in line)]


def forget(repo: GitRepository) -> None:
    """Forget which programs git itself ran."""
    for path in repo.path.parent.glob("ran-*"):
        path.unlink()


@pytest.mark.parametrize("name", SETTINGS)
def test_nothing_is_written_below_the_git_directory(busy: GitRepository, name: str) -> None:
    """No file is opened for writing, made, deleted or touched, and no program of the settings is run."""
    SETTINGS[name](busy)
    litter(busy)
    state = busy.git("-c", "core.fsmonitor=false", "status", "--porcelain")

    forget(busy)
    with watched(busy.path) as written:
        ask_everything(busy.path.parent / "linked" if name == "linked_worktree" else busy.path)

    assert harm(written) == []
    assert not list(busy.path.parent.glob("ran-*"))
    assert busy.git("-c", "core.fsmonitor=false", "status", "--porcelain") == state


@pytest.mark.parametrize("what", ["--staged", "--worktree", "HEAD", ""])
def test_the_program_writes_nothing_below_the_git_directory(busy: GitRepository, what: str) -> None:
    """Under all settings at once that go together."""
    for prepare in (split_index_by_include, collecting, logging, monitor_hook):
        prepare(busy)
    litter(busy)
    forget(busy)

    with watched(busy.path) as written:
        ended = CommandLine(busy.path)("check", "--no-run", *what.split())

    assert ended.code in {0, 1, 3}, ended.stderr
    assert harm(written) == []
    assert not list(busy.path.parent.glob("ran-*"))


def test_the_watch_sees_what_git_would_write(busy: GitRepository) -> None:
    """Else the tests above would prove nothing."""
    split_index(busy)
    litter(busy)

    with watched(busy.path / ".git") as written:
        busy.git("status")
        busy.git("add", "--all")

    assert any("sharedindex" in line and line.startswith("attributes") for line in written)
    assert any("opened for writing" in line and line.endswith("index.lock") for line in written)


@pytest.fixture
def partial(busy: GitRepository, tmp_path: Path) -> GitRepository:
    """Give a clone without contents, whose remote marks that it was asked."""
    configure(busy, uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true")
    busy.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    busy.commit({"side.py": "s = 1\n"})
    busy.git("checkout", "--quiet", "main")
    source = f"file://{busy.path}"
    busy.git("clone", "--quiet", "--filter=blob:none", "--single-branch", source, str(tmp_path / "partial"))
    clone = GitRepository(tmp_path / "partial")
    clone.git("config", "remote.origin.uploadpack", program(busy, "upload"))
    return clone


@pytest.fixture(params=["2.45", "2.44"])
def version(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a git that can be told to fetch nothing, or one that cannot."""
    if request.param == "2.44":
        older = tmp_path / "older/git"
        older.parent.mkdir()
        older.write_text(f"#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec '{shutil.which('git')}' \"$@\"\n")
        older.chmod(0o755)
        monkeypatch.setenv("PATH", f"{older.parent}:{os.environ['PATH']}")


REVISIONS = ["HEAD", "HEAD~1..HEAD", "{side}", "{side}~1", "{absent}..HEAD", "HEAD...{side}"]


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("revision", REVISIONS)
def test_nothing_is_fetched_into_a_partial_clone(busy: GitRepository, partial: GitRepository, revision: str) -> None:
    """What is not there is said, with the command that brings it."""
    text = revision.format(side=busy.git("rev-parse", "side"), absent="1" * 40)

    with (
        watched(partial.path) as written,
        pytest.raises(RepositoryError, match=r"run `git fetch --refetch --no-filter`|unknown revision .*: fetch it"),
    ):
        change_in(partial.path, text)

    assert harm(written) == []
    assert not list(busy.path.parent.glob("ran-*"))


def test_a_partial_clone_is_read_after_the_fetch_that_was_named(partial: GitRepository) -> None:
    """It brings the contents of what was fetched before."""
    partial.git("config", "--unset", "remote.origin.uploadpack")
    partial.git("fetch", "--quiet", "--refetch", "--no-filter")

    assert [file.path for file in change_in(partial.path, "HEAD").files] == ["beside/b.py", "package/m1.py"]


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("how", ["staged", "line ends", "moved"])
def test_uncommitted_work_in_a_partial_clone_fetches_nothing(
    busy: GitRepository, partial: GitRepository, how: str
) -> None:
    """Though git itself would look into the contents of what is committed."""
    upload = partial.git("config", "remote.origin.uploadpack")
    partial.git("config", "--unset", "remote.origin.uploadpack")
    partial.git("sparse-checkout", "set", "--no-cone", "beside")
    partial.git("config", "remote.origin.uploadpack", upload)
    if how == "staged":
        partial.git("reset", "--quiet", "--soft", "HEAD~1")
    elif how == "line ends":
        partial.write({".gitattributes": "* text=auto\n", "package/m2.py": "x = 3\r\n"})
    else:
        partial.write({"package/m3.py": "x = 1\n"})

    with watched(partial.path) as written:
        for which in Uncommitted:
            try:
                change_in(partial.path, which)
            except RepositoryError as error:
                assert "run `git fetch" in str(error)  # noqa: PT017 - either answer will do

    assert harm(written) == []
    assert not list(busy.path.parent.glob("ran-*"))


def test_filters_of_the_user_run_as_for_a_commit(repo: GitRepository) -> None:
    """With their settings, whatever these are, and with the keys that they keep beside them."""
    (repo.path / ".git/git-crypt").mkdir()
    (repo.path / ".git/git-crypt/key").write_text("k")
    command = 'cat "$(git rev-parse --git-dir)/git-crypt/key" && git config my.suffix && tr a-z A-Z'
    repo.git("config", 'filter.case "of" \\ letters.clean', command)
    repo.git("config", "my.suffix", 'quoted "and"\nbroken \\ ; # = ')
    repo.write({".gitattributes": "*.txt filter=upper\n"})
    repo.git("config", "filter.upper.clean", command)
    repo.write({"a.txt": "text\n"})

    change = change_in(repo.path)

    repo.git("add", "--all")
    assert change.head_tree == repo.git("write-tree")
    assert change.files[1].after == b'kquoted "and"\nbroken \\ ; # = \nTEXT\n'


def test_what_add_all_stages_is_the_working_tree(repo: GitRepository) -> None:
    """Kinds of files that change places, other repositories within, and names of all sorts."""
    inner = GitRepository(repo.path / "inner")
    repo.commit({"a": "a\n", "b/c": "c\n", "d": "d\n", "e\n\udce9": "e\n", "gone": "g\n"})
    inner.path.mkdir()
    inner.git("init", "--quiet")
    inner.commit({"x": "1\n"})
    for name in ("a", "d", "gone"):
        (repo.path / name).unlink()
    shutil.rmtree(repo.path / "b")
    repo.write({"a/b": "ab\n", "b": "b\n", "e\n\udce9": "f\n", " ": "s\n"})
    (repo.path / "d").symlink_to("a")
    (repo.path / "b").chmod(0o755)

    tree = change_in(repo.path, Uncommitted.WORKTREE).head_tree

    repo.git("add", "--all")
    assert tree == repo.git("write-tree")
