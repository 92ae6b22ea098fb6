"""A pre-push hook checks what the push would bring, with real git pushing."""

import sys
from pathlib import Path

import pytest

from gatecheck.errors import UsageError
from gatecheck.push import Update, updates_of
from gatecheck.ranges import REMOTES
from repositories import CommandLine, GitRepository

A, B, ZERO = "a" * 40, "b" * 40, "0" * 40


def test_the_lines_are_those_of_git() -> None:
    """A new branch has no commit on the other side, a deleted one none on this."""
    text = (
        f"refs/heads/a {A} refs/heads/a {B}\nrefs/heads/b {A} refs/heads/b {ZERO}\n(delete) {ZERO} refs/heads/c {B}\n"
    )

    assert updates_of(text) == (Update(A, B), Update(A, None), Update(None, B))
    assert [update.base for update in updates_of(text)[:2]] == [B, REMOTES]


@pytest.mark.parametrize(
    "line", ["main", f"refs/heads/a {A} refs/heads/a", f"{A} {B} main", f"a {A} b main", f"a --all b {B}"]
)
def test_other_lines_are_refused(line: str) -> None:
    """By their number."""
    with pytest.raises(UsageError, match="line 2 of standard input is none that git gives the hook of a push"):
        updates_of(f"refs/heads/a {A} refs/heads/a {B}\n{line}\n")


@pytest.fixture
def pushing(repo: GitRepository, tmp_path: Path) -> GitRepository:
    """Give a repository with a remote and a pre-push hook that refuses what touches secret.txt."""
    repo.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    program = Path(sys.executable).with_name("gatecheck")
    hook = repo.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\nexec '{program}' check --range-from-stdin --gate non-goals-untouched --non-goal 'N=secret.txt' "
        f">'{tmp_path}/said' 2>&1\n"
    )
    hook.chmod(0o755)
    repo.commit({"a.txt": "a\n"})
    return repo


def pushed(repo: GitRepository, *refs: str) -> tuple[bool, str]:
    """Push; tell whether it was let through, and what gatecheck said."""
    said = repo.path.parent / "said"
    said.write_text("")
    try:
        repo.git("push", "--quiet", "origin", *refs)
    except Exception:  # noqa: BLE001 - git's refusal is what is looked at
        return False, said.read_text()
    return True, said.read_text()


def test_the_first_push_is_compared_with_nothing(pushing: GitRepository) -> None:
    """The remote has no commit yet."""
    through, said = pushed(pushing, "main")

    assert through, said
    assert "the remotes..." in said


def test_only_what_is_new_is_looked_at(pushing: GitRepository) -> None:
    """What the remote has is not judged again, neither on its branch nor on a new one."""
    pushing.git("-c", "core.hooksPath=/dev/null", "commit", "--allow-empty", "-qm", "x")
    pushing.commit({"secret.txt": "s\n"})
    assert not pushed(pushing, "main")[0]
    pushing.git("-c", "core.hooksPath=/dev/null", "push", "--quiet", "origin", "main")
    pushing.commit({"b.txt": "b\n"})
    pushing.git("checkout", "--quiet", "-b", "topic")
    pushing.commit({"c.txt": "c\n"})

    assert pushed(pushing, "main") == (True, pushing.path.parent.joinpath("said").read_text())
    assert pushed(pushing, "topic")[0]


def test_several_branches_are_checked_one_by_one(pushing: GitRepository) -> None:
    """The worst answer counts."""
    assert pushed(pushing, "main")[0]
    pushing.git("checkout", "--quiet", "-b", "good")
    pushing.commit({"b.txt": "b\n"})
    pushing.git("checkout", "--quiet", "-b", "bad", "main")
    pushing.commit({"secret.txt": "s\n"})
    through, said = pushed(pushing, "good", "bad")

    assert not through
    assert (said.count("ACCEPTED"), said.count("REJECTED")) == (1, 1)


def test_a_deletion_and_a_tag_of_known_commits_pass(pushing: GitRepository) -> None:
    """They bring nothing."""
    pushing.git("push", "--quiet", "origin", "main", "main:refs/heads/old")
    pushing.git("tag", "-a", "-m", "one", "v1")
    pushing.git("fetch", "--quiet", "origin")

    for refs in ("v1", ":old"):
        through, said = pushed(pushing, refs)
        assert through
        assert "the push brings no new commit" in said


def test_a_report_holds_one_change(pushing: GitRepository) -> None:
    """Two in one JSON document would be none."""
    commit = pushing.git("rev-parse", "HEAD")
    other = pushing.commit({"b.txt": "b\n"})
    lines = f"refs/heads/a {commit} refs/heads/a {ZERO}\nrefs/heads/b {other} refs/heads/b {ZERO}\n"
    ended = CommandLine(pushing.path)("check", "--range-from-stdin", "--output", "json", feed=lines)

    assert (ended.code, ended.stdout) == (2, "")
    assert "the push brings 2 changes, and a report holds one" in ended.stderr


def test_one_change_may_be_a_json_report(pushing: GitRepository) -> None:
    """The usual push has one branch."""
    lines = f"refs/heads/a {pushing.git('rev-parse', 'HEAD')} refs/heads/a {ZERO}\n"
    ended = CommandLine(pushing.path)("check", "--range-from-stdin", "--output", "json", "--no-run", feed=lines)

    assert ended.code in {1, 3}
    assert ended.stdout


def pushed_through(repo: GitRepository, manager: str, *refs: str) -> tuple[bool, str]:
    """Push with a hook manager in between: shell code that reads git's lines and then runs the hook, "$@"."""
    hook = repo.path / ".git/hooks/pre-push"
    inner = hook.with_name("inner")
    if not inner.exists():
        hook.rename(inner)
    hook.write_text(f"#!/bin/sh\nread branch head target since\nset -- '{inner}'\n{manager}\n")
    hook.chmod(0o755)
    return pushed(repo, *refs)


PRE_COMMIT = 'PRE_COMMIT_FROM_REF=$since PRE_COMMIT_TO_REF=$head "$@" </dev/null'
PRE_COMMIT_NEW = 'PRE_COMMIT_LOCAL_BRANCH=$branch PRE_COMMIT_REMOTE_BRANCH=$target "$@" </dev/null'
HUSKY_4 = 'HUSKY_GIT_STDIN="$branch $head $target $since" "$@" </dev/null'


@pytest.mark.parametrize("manager", [PRE_COMMIT, PRE_COMMIT_NEW, HUSKY_4])
def test_what_a_hook_manager_tells_is_read(pushing: GitRepository, manager: str) -> None:
    """In place of the lines that it read itself."""
    pushing.git("-c", "core.hooksPath=/dev/null", "push", "--quiet", "origin", "main")
    pushing.commit({"good.txt": "g\n"})
    assert pushed_through(pushing, manager, "main")[0]
    pushing.commit({"secret.txt": "s\n"})

    through, said = pushed_through(pushing, manager, "main")

    assert not through
    assert "REJECTED" in said


@pytest.mark.parametrize("manager", ['"$@" </dev/null', 'true | "$@"', 'exec "$@"'])
def test_lost_lines_are_unproven(pushing: GitRepository, manager: str) -> None:
    """Whatever standard input is then; one line says what to do."""
    through, said = pushed_through(pushing, manager, "main")

    assert not through
    assert "what is pushed is not known, for standard input is empty" in said
    assert "use_stdin: true" in said


def test_lost_lines_of_another_branch_are_unproven(pushing: GitRepository) -> None:
    """Though the branch that is checked out has nothing new."""
    pushing.git("-c", "core.hooksPath=/dev/null", "push", "--quiet", "origin", "main")
    pushing.git("checkout", "--quiet", "-b", "other")
    pushing.commit({"b.txt": "b\n"})
    pushing.git("checkout", "--quiet", "main")

    assert not pushed_through(pushing, '"$@" </dev/null', "other")[0]


@pytest.mark.parametrize("manager", ['exec "$@"', '"$@" </dev/null'])
def test_a_push_of_nothing_passes(pushing: GitRepository, manager: str) -> None:
    """Git runs the hook without a line where the remote has every commit."""
    pushing.git("-c", "core.hooksPath=/dev/null", "push", "--quiet", "origin", "main")

    through, said = pushed_through(pushing, manager, "main")

    assert through
    assert "the push brings no new commit" in said


def test_nothing_is_pushed_of_a_repository_without_a_commit(repo: GitRepository) -> None:
    """Nor is that unproven."""
    assert CommandLine(repo.path)("check", "--range-from-stdin").code == 0


@pytest.fixture(params=[True, False], ids=["bare", "with working files"])
def server(repo: GitRepository, tmp_path: Path, request: pytest.FixtureRequest) -> GitRepository:
    """Give a repository that has the first commit of another, and takes pushes."""
    made = GitRepository(tmp_path / "server")
    made.path.mkdir()
    made.git("init", "--quiet", *(["--bare"] if request.param else []))
    made.git("config", "receive.denyCurrentBranch", "ignore")
    repo.git("remote", "add", "origin", str(made.path))
    repo.commit({"a.txt": "a\n"})
    repo.git("push", "--quiet", "origin", "main")
    return made


READING = "while read old new ref; do {program} $old..$new </dev/null || exit 1; done"
HOOKS = {"pre-receive": "{program} --range-from-stdin", "pre-receive by ranges": READING, "update": "{program} $2..$3"}


def serve(server: GitRepository, name: str, command: str) -> None:
    """Refuse in a hook of the server what touches a file secret.txt."""
    program = f"'{Path(sys.executable).with_name('gatecheck')}' check --gate non-goals-untouched --no-run"
    folder = server.path / server.git("rev-parse", "--git-dir") / "hooks"
    folder.mkdir(exist_ok=True)
    said = server.path.parent / "said"
    command = command.format(program=f"{program} --non-goal N=secret.txt")
    (folder / name).write_text(f"#!/bin/sh\nexec >'{said}' 2>&1\n{command}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_server_checks_what_it_is_sent(repo: GitRepository, server: GitRepository, hook: str) -> None:
    """Before git takes the objects in: until then they lie in a folder apart."""
    serve(server, hook.split(" ", maxsplit=1)[0], HOOKS[hook])
    repo.commit({"b.txt": "b\n"})
    assert pushed(repo, "main")[0], server.path.with_name("said").read_text()
    repo.commit({"secret.txt": "s\n"})

    through, said = pushed(repo, "main")

    assert not through
    assert "REJECTED" in said


@pytest.mark.parametrize("hook", ["pre-receive", "post-receive"])
def test_a_new_branch_on_a_server_is_what_no_other_has(repo: GitRepository, server: GitRepository, hook: str) -> None:
    """What is on other branches is not judged again; a deleted branch brings nothing."""
    serve(server, hook, HOOKS["pre-receive"])
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"b.txt": "b\n"})

    through, said = pushed(repo, "topic")
    assert through
    assert "the repository..." in said
    assert "1 file," in said
    assert "brings no new commit" in pushed(repo, ":topic")[1]
