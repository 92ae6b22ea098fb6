"""What a user names becomes the right change, whatever the repository is like, and the repository stays as it was."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import git
import pytest

from changes import change_in, files_in, fingerprint, history_in
from gatecheck.errors import RepositoryError
from gatecheck.ranges import Uncommitted
from repositories import IDENTITY, GitRepository

STAGED, WORKTREE = Uncommitted.STAGED, Uncommitted.WORKTREE


@pytest.fixture
def forked(repo: GitRepository) -> GitRepository:
    """Give a repository whose branches main and topic both went on since they parted; topic is checked out."""
    repo.commit({"a.py": "a = 1\n"}, "root")
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"topic.py": "t = 1\n"}, "topic")
    repo.git("checkout", "--quiet", "main")
    repo.commit({"main.py": "m = 1\n"}, "main")
    repo.git("checkout", "--quiet", "topic")
    return repo


def clone(repo: GitRepository, target: Path, *args: str) -> GitRepository:
    """Clone as from afar, so that depth and filters count."""
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", *args, f"file://{repo.path}", str(target))
    return GitRepository(target)


def test_two_dots_compare_both_ends(forked: GitRepository) -> None:
    """What main alone has is gone at topic."""
    change = change_in(forked.path, "main..topic")

    assert [(file.path, file.kind) for file in change.files] == [("main.py", "deleted"), ("topic.py", "added")]
    assert (change.base, change.head) == (forked.git("rev-parse", "main"), forked.git("rev-parse", "topic"))


def test_three_dots_compare_with_where_the_branch_left(forked: GitRepository) -> None:
    """What main did since is no part of the change."""
    change = change_in(forked.path, "main...topic")

    assert [file.path for file in change.files] == ["topic.py"]
    assert change.base == forked.git("merge-base", "main", "topic")


@pytest.mark.parametrize("text", ["main...", "main...HEAD", "...topic"])
def test_an_end_that_is_left_out_is_head(forked: GitRepository, text: str) -> None:
    """As git has it."""
    change = change_in(forked.path, text)

    assert change.head == forked.git("rev-parse", "HEAD")


@pytest.mark.parametrize("text", ["HEAD", "topic", "v1", "@", "HEAD~0"])
def test_one_revision_is_compared_with_its_first_parent(forked: GitRepository, text: str) -> None:
    """However it is named; an annotated tag stands for its commit."""
    forked.git("tag", "--annotate", "--message", "v1", "v1")

    change = change_in(forked.path, text)

    assert [file.path for file in change.files] == ["topic.py"]
    assert change.base == forked.git("rev-parse", "HEAD~1")


def test_a_root_commit_is_compared_with_nothing(forked: GitRepository) -> None:
    """Every file is new, and there is no base."""
    change = change_in(forked.path, "HEAD~1")

    assert [(file.path, file.kind, file.added) for file in change.files] == [("a.py", "added", 1)]
    assert change.base is None


def test_a_merge_is_compared_with_its_first_parent(forked: GitRepository) -> None:
    """It brings what the other branch had."""
    forked.git("merge", "--quiet", "--no-edit", "main")

    assert [file.path for file in change_in(forked.path, "HEAD").files] == ["main.py"]


def test_a_range_of_merges_holds_the_commits_that_git_lists(forked: GitRepository) -> None:
    """A merge itself adds only what none of its parents has; GitPython is the oracle."""
    forked.git("merge", "--quiet", "--no-edit", "--no-commit", "main")
    forked.commit({"a.py": "a = 2\n"}, "merge")
    forked.commit({"b.py": "b = 1\n"}, "after")
    with git.Repo(forked.path) as oracle:
        expected = [commit.hexsha for commit in oracle.iter_commits("main...HEAD", reverse=True, topo_order=True)]

    history = history_in(forked.path, "main..HEAD")

    assert [commit.id for commit in history.commits] == expected
    named = [(commit.message.strip(), [file.path for file in commit.files]) for commit in history.commits]
    assert named == [("topic", ["topic.py"]), ("merge", ["a.py"]), ("after", ["b.py"])]


def test_trees_are_those_of_the_commits(forked: GitRepository) -> None:
    """GitPython is the oracle."""
    change = change_in(forked.path, "main..topic")

    with git.Repo(forked.path) as oracle:
        trees = oracle.commit("main").tree.hexsha, oracle.commit("topic").tree.hexsha
    assert (change.base_tree, change.head_tree) == trees


def test_staged_is_the_index_against_head(forked: GitRepository) -> None:
    """What is only in the working tree is not in it."""
    forked.write({"a.py": "a = 2\n", "staged.py": "s = 1\n"})
    forked.git("add", "staged.py")

    change = change_in(forked.path, STAGED)

    assert [file.path for file in change.files] == ["staged.py"]
    assert (change.base, change.head) == (forked.git("rev-parse", "HEAD"), None)


def test_the_working_tree_is_what_add_all_would_stage(forked: GitRepository) -> None:
    """Edited, untracked and deleted files; none that is ignored."""
    forked.commit({".gitignore": "*.log\n", "gone.py": "g = 1\n", "kept.log": "kept\n"})
    forked.write({"a.py": "a = 2\n", "new/untracked.py": "u = 1\n", "x.log": "noise\n", "gone.py": None})

    change = change_in(forked.path, WORKTREE)

    kinds = [(file.path, str(file.kind)) for file in change.files]
    assert kinds == [("a.py", "modified"), ("gone.py", "deleted"), ("new/untracked.py", "added")]
    forked.git("add", "--all")
    assert change.head_tree == forked.git("write-tree")


def test_nothing_named_is_what_is_staged(forked: GitRepository) -> None:
    """As soon as anything is."""
    forked.write({"a.py": "a = 2\n", "staged.py": "s = 1\n"})
    forked.git("add", "staged.py")

    assert change_in(forked.path).range == "staged"


def test_nothing_named_and_nothing_staged_is_the_working_tree(forked: GitRepository) -> None:
    """A file that was only announced with `git add --intent-to-add` is not staged."""
    forked.write({"a.py": "a = 2\n", "announced.py": "x = 1\n"})
    forked.git("add", "--intent-to-add", "announced.py")

    change = change_in(forked.path)

    assert change.range == "working tree"
    assert [(file.path, file.after) for file in change.files] == [("a.py", b"a = 2\n"), ("announced.py", b"x = 1\n")]
    assert change_in(forked.path, STAGED).files == ()


def test_a_repository_without_a_commit_has_a_staged_change(repo: GitRepository) -> None:
    """Everything in it is new."""
    repo.write({"a.py": "a = 1\n"})
    assert [file.path for file in change_in(repo.path).files] == ["a.py"]

    repo.git("add", "a.py")
    change = change_in(repo.path)

    assert (change.range, change.base, [file.path for file in change.files]) == ("staged", None, ["a.py"])


def test_an_edit_of_the_same_size_right_after_staging_is_seen(forked: GitRepository) -> None:
    """Git's own answer to that race needs the index's time, which the copy keeps."""
    forked.write({"a.py": "a = 5\n"})
    forked.git("add", "a.py")
    forked.write({"a.py": "a = 6\n"})

    assert files_in(forked.path, WORKTREE)["a.py"].after == b"a = 6\n"
    assert files_in(forked.path, STAGED)["a.py"].after == b"a = 5\n"


def test_a_detached_head_is_a_head(forked: GitRepository) -> None:
    """Nothing depends on a branch's name."""
    forked.git("checkout", "--quiet", "--detach")
    forked.write({"b.py": "b = 1\n"})

    assert [file.path for file in change_in(forked.path).files] == ["b.py"]
    assert [file.path for file in change_in(forked.path, "HEAD").files] == ["topic.py"]


def test_a_linked_worktree_has_its_own_head_and_index(forked: GitRepository, tmp_path: Path) -> None:
    """What is staged there is not staged here."""
    forked.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "main")
    linked = GitRepository(tmp_path / "linked")
    linked.write({"linked.py": "l = 1\n"})
    linked.git("add", "linked.py")
    linked.write({"untracked.py": "u = 1\n"})

    staged, working = change_in(linked.path), change_in(linked.path, WORKTREE)

    assert (staged.range, [file.path for file in staged.files]) == ("staged", ["linked.py"])
    assert [file.path for file in working.files] == ["linked.py", "untracked.py"]
    assert staged.base == forked.git("rev-parse", "main")
    assert change_in(forked.path).files == ()


def test_a_bare_repository_has_ranges(forked: GitRepository, tmp_path: Path) -> None:
    """It has nothing else."""
    bare = clone(forked, tmp_path / "bare.git", "--bare")

    assert [file.path for file in change_in(bare.path, "main...topic").files] == ["topic.py"]
    with pytest.raises(RepositoryError, match="bare repository has no working tree: name a range"):
        change_in(bare.path)


def test_a_worktree_of_a_bare_repository_is_not_bare(forked: GitRepository, tmp_path: Path) -> None:
    """As those have it who keep a bare clone and a folder for each branch."""
    bare = clone(forked, tmp_path / "bare.git", "--bare")
    bare.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "topic")
    GitRepository(tmp_path / "linked").write({"b.py": "b = 1\n"})

    assert [file.path for file in change_in(tmp_path / "linked").files] == ["b.py"]


def test_a_sha256_repository_is_read(tmp_path: Path) -> None:
    """Its ids are longer, nothing else."""
    repo = GitRepository(tmp_path)
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.commit({"a.py": "a = 1\n"})
    repo.write({"a.py": "a = 2\n"})

    change = change_in(tmp_path)

    assert [(file.path, file.added, file.removed) for file in change.files] == [("a.py", 1, 1)]
    assert len(change.head_tree) == 64
    assert change_in(tmp_path, "HEAD").base is None


def test_from_a_subfolder_the_whole_repository_is_seen(forked: GitRepository) -> None:
    """Paths count from its top, and untracked files beside the folder count too."""
    forked.write({"below/b.py": "b = 1\n", "beside.py": "c = 1\n"})

    assert [file.path for file in change_in(forked.path / "below").files] == ["below/b.py", "beside.py"]
    assert [file.path for file in change_in(forked.path / "below", "HEAD").files] == ["topic.py"]


@pytest.mark.parametrize("name", ["a:b", "two\nlines", 'quoted"', "back\\slash", "caf\udce9", "-dash", "#", " "])
def test_a_repository_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    """Its folder's name is no syntax of git's lists of folders."""
    repo = GitRepository(tmp_path / name)
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.commit({"a.py": "a = 1\n"})
    repo.write({"a.py": "a = 2\n"})

    assert [file.after for file in change_in(repo.path).files] == [b"a = 2\n"]
    assert [file.after for file in change_in(repo.path, "HEAD").files] == [b"a = 1\n"]


def test_a_clone_that_borrows_objects_is_read(forked: GitRepository, tmp_path: Path) -> None:
    """Alternates of the repository are alternates of ours."""
    shared = GitRepository(tmp_path / "shared")
    forked.git("clone", "--quiet", "--shared", str(forked.path), str(shared.path))

    assert [file.path for file in change_in(shared.path, "HEAD").files] == ["topic.py"]


def test_what_a_sparse_checkout_leaves_out_is_not_deleted(forked: GitRepository) -> None:
    """With a sparse index as well."""
    forked.commit({"in/a.py": "a = 1\n", "out/b.py": "b = 1\n"})
    forked.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    forked.write({"in/a.py": "a = 2\n"})

    assert [file.path for file in change_in(forked.path, WORKTREE).files] == ["in/a.py"]
    assert change_in(forked.path, STAGED).files == ()


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_what_git_was_told_to_overlook_is_not_about_to_be_committed(forked: GitRepository, flag: str) -> None:
    """A local setting that its owner hides from git is no part of the change."""
    forked.git("update-index", flag, "a.py")
    forked.write({"a.py": "a = 'mine'\n", "b.py": "b = 1\n"})

    assert [file.path for file in change_in(forked.path).files] == ["b.py"]


def test_the_users_own_ignore_file_is_respected(
    forked: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `git add` would not stage for this user is not in the working tree's change."""
    (tmp_path / "ignored").write_text("*.swp\n")
    (tmp_path / "config").write_text(f"[core]\n\texcludesFile = {tmp_path / 'ignored'}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    forked.write({"b.py": "b = 1\n", "b.py.swp": "noise\n"})

    assert [file.path for file in change_in(forked.path).files] == ["b.py"]


def test_the_users_line_ends_are_normalised_as_a_commit_would(forked: GitRepository) -> None:
    """The blob is what would be committed, not what lies there."""
    forked.git("config", "core.autocrlf", "input")
    forked.write({"a.py": "a = 2\r\n"})

    assert files_in(forked.path)["a.py"].after == b"a = 2\n"


def test_a_submodule_is_a_file_without_lines(forked: GitRepository, tmp_path: Path) -> None:
    """Its move is a change; its commit is not in this repository and is not asked for."""
    inner = GitRepository(tmp_path / "inner")
    inner.path.mkdir()
    inner.git("init", "--quiet")
    inner.commit({"x": "1\n"})
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    forked.git(*add)
    forked.commit({}, "add")
    GitRepository(forked.path / "sub").commit({"x": "2\n"})
    forked.write({"b.py": "b = 1\n"})

    files = files_in(forked.path)

    assert sorted(files) == ["b.py", "sub"]
    moved = files["sub"]
    assert (moved.old_mode, moved.new_mode) == (0o160000, 0o160000)
    assert (moved.before, moved.after, moved.hunks) == (None, None, ())
    assert not moved.unread


def test_a_conflict_is_named(forked: GitRepository) -> None:
    """There is no tree of a half-done merge."""
    forked.commit({"main.py": "m = 2\n"})
    merge = ["git", "merge", "--quiet", "main"]
    subprocess.run(merge, cwd=forked.path, env=os.environ | IDENTITY, check=False, capture_output=True)

    for text in (STAGED, WORKTREE, None):
        with pytest.raises(RepositoryError, match=r"main\.py has unresolved merge conflicts: resolve and `git add`"):
            change_in(forked.path, text)


def test_no_hook_of_the_repository_runs(forked: GitRepository) -> None:
    """Neither those that git runs when an index is written, nor a file system monitor."""
    for name in ("post-index-change", "fsmonitor"):
        hook = forked.path / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch '{forked.path}/ran-{name}'\n")
        hook.chmod(0o755)
    forked.git("config", "core.fsmonitor", str(forked.path / ".git/hooks/fsmonitor"))
    forked.write({"b.py": "b = 1\n"})

    change_in(forked.path, WORKTREE)
    change_in(forked.path, STAGED)

    assert not list(forked.path.glob("ran-*"))


def test_a_replaced_object_is_read_as_it_was(forked: GitRepository) -> None:
    """`git replace` shows another commit in a commit's place; a graft shows other parents."""
    root, head = forked.git("rev-parse", "HEAD~1"), forked.git("rev-parse", "HEAD")
    forked.git("replace", head, root)
    (forked.path / ".git/info/grafts").write_text(f"{head}\n")

    change = change_in(forked.path, "HEAD")

    assert (change.base, [file.path for file in change.files]) == (root, ["topic.py"])
    assert [commit.id for commit in history_in(forked.path, f"{root}..{head}").commits] == [head]


@pytest.mark.parametrize("place", [".gitattributes", ".git/info/attributes", "attributes"])
def test_no_attribute_hides_lines(
    forked: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """`-diff` shows a file as binary to git, wherever it is said: in the tree, the repository, the user's folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "git" if place == "attributes" else forked.path
    folder.mkdir(exist_ok=True)
    (folder / place).write_text("*.py -diff\n")
    forked.commit({"a.py": "a = 1\nb = 2\n"})

    assert files_in(forked.path, "HEAD")["a.py"].added == 1


@pytest.mark.parametrize("text", ["HEAD~1..HEAD", "main...HEAD", "HEAD", STAGED, WORKTREE, None])
def test_the_repository_stays_as_it_was(forked: GitRepository, text: str | Uncommitted | None) -> None:
    """Not one byte of it is written, with a split index as well."""
    forked.git("update-index", "--split-index")
    forked.write({"a.py": "a = 2\n", "staged.py": "s = 1\n", "untracked.py": "u = 1\n"})
    forked.git("add", "staged.py")
    before = fingerprint(forked.path)

    change_in(forked.path, text)

    assert fingerprint(forked.path) == before


def test_a_repository_that_cannot_be_written_is_read(forked: GitRepository, tmp_path: Path) -> None:
    """As a read-only mount in CI."""
    forked.write({"untracked.py": "u = 1\n"})
    locked = tmp_path / "locked"
    shutil.copytree(forked.path, locked)
    for path in (locked, *locked.rglob("*")):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))

    files = files_in(locked)

    for path in (locked, *locked.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    assert list(files) == ["untracked.py"]


def test_a_long_range_says_which_commits_were_not_looked_at(
    repo: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The youngest are, and the limit is said."""
    monkeypatch.setattr("gatecheck.repository.MAX_COMMITS", 2)
    ids = [repo.commit({"a.py": f"a = {number}\n"}) for number in range(4)]

    history = history_in(repo.path, f"{ids[0]}..HEAD")

    assert [commit.id for commit in history.commits] == ids[2:]
    assert [(limit.limit, limit.seen) for limit in history.limits] == [(2, 3)]


@pytest.mark.parametrize("head", [None, "topic"])
def test_a_base_is_what_the_change_left(forked: GitRepository, head: str | None) -> None:
    """As A...B, whatever else the base got since."""
    change = change_in(forked.path, head, base="main")

    assert (change.base, [file.path for file in change.files]) == (
        forked.git("merge-base", "main", "topic"),
        ["topic.py"],
    )
    assert change.range == f"main...{head or 'HEAD'}"


@pytest.mark.parametrize("text", [STAGED, WORKTREE])
def test_uncommitted_work_has_a_base_too(forked: GitRepository, text: Uncommitted) -> None:
    """What would be merged with it is looked at together with the branch's commits."""
    forked.write({"new.py": "n = 1\n"})
    forked.git("add", "new.py")
    change = change_in(forked.path, text, base="main")

    assert [file.path for file in change.files] == ["new.py", "topic.py"]


def test_a_range_beside_a_base_is_refused(forked: GitRepository) -> None:
    """It has two bases."""
    with pytest.raises(RepositoryError, match="names a base already"):
        change_in(forked.path, "main..topic", base="main")


@pytest.mark.parametrize("text", ["HEAD", "HEAD~2..HEAD", "HEAD~1...HEAD"])
def test_a_shallow_clone_never_makes_a_smaller_range(repo: GitRepository, tmp_path: Path, text: str) -> None:
    """The fetch that is missing is named."""
    for number in range(4):
        repo.commit({"a.py": f"a = {number}\n"})
    shallow = clone(repo, tmp_path / "shallow", "--depth=1")

    with pytest.raises(RepositoryError, match=r"git fetch --deepen=1|fetch-depth 0"):
        change_in(shallow.path, text)


def test_a_shallow_clone_with_all_of_the_range_will_do(repo: GitRepository, tmp_path: Path) -> None:
    """What lies before the base is of no interest."""
    for number in range(4):
        repo.commit({"a.py": f"a = {number}\n"})
    shallow = clone(repo, tmp_path / "shallow", "--depth=3")

    assert change_in(shallow.path, "HEAD~2..HEAD").added == 1


def test_a_side_branch_that_is_cut_off_is_refused(forked: GitRepository, tmp_path: Path) -> None:
    """Both trees are there, and yet commits of the range are not."""
    for number in range(3):
        forked.commit({"topic.py": f"t = {number}\n"})
    forked.git("checkout", "--quiet", "main")
    forked.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    shallow = clone(forked, tmp_path / "shallow", "--depth=2")

    with pytest.raises(RepositoryError, match=r"this clone is shallow: the history of .* is cut off at"):
        change_in(shallow.path, "HEAD^1..HEAD")


@pytest.mark.parametrize("kind", ["refs/heads/", "refs/tags/", "refs/remotes/"])
def test_no_name_of_a_ref_means_anything_else(forked: GitRepository, kind: str) -> None:
    """A branch may be called as what is staged is called in reports; so may a tag, or another ref."""
    forked.write({"new.py": "n = 1\n"})
    forked.git("add", "new.py")
    forked.git("update-ref", f"{kind}staged", "main")

    for change in (change_in(forked.path, "staged"), change_in(forked.path, base="staged")):
        assert change.head == forked.git("rev-parse", "main" if change.range == "staged" else "HEAD")
        assert "new.py" not in [file.path for file in change.files]


@pytest.mark.parametrize("text", ["staged", "working tree", "the remotes"])
def test_words_of_the_report_are_no_revisions(forked: GitRepository, text: str) -> None:
    """Neither as a range nor as a base."""
    with pytest.raises(RepositoryError, match=f"unknown revision '{text}'"):
        change_in(forked.path, text)
    with pytest.raises(RepositoryError, match=f"unknown revision '{text}'"):
        change_in(forked.path, base=text)


@pytest.mark.parametrize("text", ["", "..", "..."])
def test_a_range_without_a_revision_is_refused(forked: GitRepository, text: str) -> None:
    """As a script makes it of variables that are not set; it would be an empty change."""
    with pytest.raises(RepositoryError, match="names no revision: is a variable in it empty"):
        change_in(forked.path, text)


@pytest.mark.parametrize("text", ["^main", "-main", ":a.py", ":0:a.py"])
def test_what_begins_like_no_revision_is_refused(forked: GitRepository, text: str) -> None:
    """An option, an exclusion, a file of the index."""
    with pytest.raises(RepositoryError, match="is not a revision"):
        change_in(forked.path, text)
