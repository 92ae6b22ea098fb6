"""git: opening a repository, resolving what the user names to a Change, and writing snapshots out.

The user's repository is only ever read, by the few commands in this module; all else goes through `objects.Store`.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatecheck.change import Change, Commit, History, Limit
from gatecheck.discovery import OFF, Place, find_place
from gatecheck.errors import RepositoryError
from gatecheck.objects import DAMAGED, Store, TreeEntry, require_git, run_git, users_environment

MAX_COMMITS = 1000  # of one range whose every step is looked at; more is said as a limit
STAGED, WORKTREE = "staged", "working tree"
REMOTES = "the remotes"  # a base: no branch can be named so


@dataclass(frozen=True)
class Repository:
    """An opened repository: where it is, and gatecheck's own store."""

    place: Place
    store: Store

    @classmethod
    def open(cls, folder: Path, scratch: Path) -> "Repository":
        """Find the repository of `folder`; the own store is laid out below `scratch`."""
        require_git()
        place = find_place(folder)
        return cls(place, Store.create(scratch / "store", place.objects, place.object_format, place.common_dir))

    @property
    def top(self) -> Path:
        """Give the folder of the working files; the git directory where there are none."""
        return self.place.top or self.place.git_dir

    def read(self, *args: str) -> bytes:
        """Run a git command that only reads, in the user's repository."""
        return self.place.read(*args)

    def commit(self, revision: str) -> str:
        """Resolve a revision to a full commit id; raises RepositoryError naming the revision."""
        if revision.startswith("-"):
            raise RepositoryError(f"{revision!r} is not a revision: a revision does not begin with a dash")
        try:
            return self.read("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
        except RepositoryError as error:
            if "ended with" not in str(error):
                raise
            mend = "fetch it first (in CI: a full clone, fetch-depth 0), or see `git branch --all`"
            raise RepositoryError(f"unknown revision {revision!r}: {mend}") from error

    def knows(self, revision: str) -> bool:
        """Tell whether a revision names a commit that is here."""
        try:
            return bool(self.commit(revision))
        except RepositoryError:
            return False

    def tree_of(self, commit: str) -> str:
        """Give the tree id of a commit."""
        raw = self.store.git("cat-file", "commit", commit)
        return raw.split(b"\n", 1)[0].removeprefix(b"tree ").decode()

    def merge_base(self, left: str, right: str, *others: str) -> str:
        """Give the best common ancestor of a commit and all others together; raises RepositoryError without one."""
        try:
            return self.store.git("merge-base", left, right, *others).decode().strip()
        except RepositoryError as error:
            if self.store.path.joinpath("shallow").exists():
                mend = "this clone is shallow: run `git fetch --unshallow`"
            else:
                mend = "the two histories are unrelated: name the base with A..B"
            raise RepositoryError(f"no merge base of {left[:12]} and {right[:12]}: {mend}") from error

    def first_parent(self, commit: str) -> str | None:
        """Give the first parent's id, None for a root commit; raises RepositoryError at a shallow boundary."""
        raw = self.store.git("cat-file", "commit", commit)
        parents = [line[7:].decode() for line in raw.split(b"\n\n", 1)[0].split(b"\n") if line.startswith(b"parent ")]
        if not parents:
            return None
        try:
            self.store.git("cat-file", "-e", parents[0])
        except RepositoryError as error:
            if not self.store.path.joinpath("shallow").exists():
                raise RepositoryError(f"the parent of {commit[:12]} is missing: {DAMAGED}") from error
            mend = "run `git fetch --deepen=1` (in CI: a full clone, fetch-depth 0)"
            raise RepositoryError(f"the parent of {commit[:12]} is not in this shallow clone: {mend}") from error
        return parents[0]


def resolve(repository: Repository, text: str | None, base: str | None = None) -> Change:
    """Read the change that the user names: `A..B`, `A...B`, `REV` (against its first parent), or nothing.

    Nothing means what is about to be committed: the staged changes if there are any, else the working tree. With a
    base, it is what `REV` (HEAD where none is named), what is staged or the working tree did since it left that base;
    REMOTES stands for all that the remotes are known to have.
    """
    if text in {STAGED, WORKTREE} or (text is None and base is None):
        return _uncommitted(repository, text, base)
    before, after = _ends(repository, text) if base is None else _since(repository, base, text or "HEAD")
    name = text or "HEAD" if base is None else f"{base}...{text or 'HEAD'}"
    _refuse_cut_history(repository, name, before, after)
    trees = repository.tree_of(before) if before else repository.store.empty_tree(), repository.tree_of(after)
    return _compare(repository, name, before, after, *trees)


def _ends(repository: Repository, text: str | None) -> tuple[str | None, str]:
    text = text or "HEAD"
    if "..." in text:
        left, right = (repository.commit(side or "HEAD") for side in text.split("...", 1))
        return repository.merge_base(left, right), right
    if ".." in text:
        left, right = (repository.commit(side or "HEAD") for side in text.split("..", 1))
        return left, right
    head = repository.commit(text)
    return repository.first_parent(head), head


def _since(repository: Repository, base: str, head: str) -> tuple[str | None, str]:
    if ".." in head:
        raise RepositoryError(f"{head} names a base already: leave out {base!r}, or name one revision beside it")
    after = repository.commit(head)
    if base != REMOTES:
        return repository.merge_base(repository.commit(base), after), after
    known = repository.read("for-each-ref", "--format=%(objectname)", "refs/remotes").decode().split()
    try:
        known = list(dict.fromkeys(known))
        return (repository.merge_base(after, *known) if known else None), after
    except RepositoryError:
        return None, after  # the first push of a history of its own


def _refuse_cut_history(repository: Repository, name: str, base: str | None, head: str) -> None:
    """Refuse a range of which a shallow clone lacks commits: what they added and took away again would go unseen."""
    shallow = repository.store.path / "shallow"
    if not shallow.exists():
        return
    exclude = [f"^{base}"] if base else []
    listed = set(repository.store.git("rev-list", head, *exclude).decode().split())
    if cut := sorted(listed.intersection(shallow.read_text().split())):
        mend = "run `git fetch --unshallow` (in CI: a full clone, fetch-depth 0)"
        raise RepositoryError(f"this clone is shallow: the history of {name} is cut off at {cut[0][:12]}: {mend}")


def _compare(repository: Repository, name: str, base: str | None, head: str | None, *trees: str) -> Change:
    files, limits = repository.store.difference(*trees)
    return Change(name, base, head, trees[0], trees[1], files, limits)


def _uncommitted(repository: Repository, which: str | None, since: str | None) -> Change:
    if repository.place.top is None:
        raise RepositoryError("a bare repository has no working tree: name a range, such as main...topic")
    base, base_tree = _head_of(repository)
    if since is not None:
        base, _ = _since(repository, since, "HEAD")
        base_tree = repository.tree_of(base) if base else repository.store.empty_tree()
    env = _own_index(repository)
    staged = _staged_tree(repository, env)
    name = f"{since}...{which}" if since is not None else which
    if which == STAGED or (which is None and staged != base_tree):
        return _compare(repository, name or STAGED, base, None, base_tree, staged)
    return _compare(repository, name or WORKTREE, base, None, base_tree, _working_tree(repository, env))


def _head_of(repository: Repository) -> tuple[str | None, str]:
    try:
        base = repository.commit("HEAD")
    except RepositoryError:  # a branch without a commit yet
        return None, repository.store.empty_tree()
    return base, repository.tree_of(base)


def _own_index(repository: Repository) -> dict[str, str]:
    """Copy the user's index; give the environment in which git works on the copy and writes to the own store.

    In a hook, git names the index that is being committed. The copy keeps its time: git looks again at what is younger.
    """
    store, place = repository.store.path, repository.place
    if place.index.exists():
        shutil.copy2(place.index, store / "index")
    return users_environment() | {
        "GIT_DIR": str(place.git_dir),
        "GIT_WORK_TREE": str(repository.top),
        "GIT_INDEX_FILE": str(store / "index"),
        "GIT_OBJECT_DIRECTORY": str(store / "objects"),
    }


def _staged_tree(repository: Repository, env: Mapping[str, str]) -> str:
    """Make a tree of the index; git leaves out what `git add --intent-to-add` only announced."""
    try:
        unmerged = run_git(*OFF, "ls-files", "--unmerged", "-z", env=env, cwd=repository.top)
    except RepositoryError as error:
        raise RepositoryError("git's index cannot be read: see `git status`; `git reset` makes it anew") from error
    if unmerged:
        path = os.fsdecode(unmerged.split(b"\0")[0].split(b"\t", 1)[1])
        raise RepositoryError(f"{path} has unresolved merge conflicts: resolve and `git add` it first")
    return _write_tree(repository, env)


def _working_tree(repository: Repository, env: Mapping[str, str]) -> str:
    """Make a tree of what `git add --all` would stage: the working files with the untracked ones."""
    off = ("-c", "advice.addEmbeddedRepo=false", "-c", "core.safecrlf=false")
    run_git(*OFF, *off, "add", "--all", env=env, cwd=repository.top)
    return _write_tree(repository, env)


def _write_tree(repository: Repository, env: Mapping[str, str]) -> str:
    whole = ("-c", "core.splitIndex=false")  # a split index would be written to the user's git directory
    return run_git(*OFF, *whole, "write-tree", "--missing-ok", env=env, cwd=repository.top).decode().strip()


def read_history(repository: Repository, change: Change) -> History:
    """Read every commit of the range, oldest first, each with what it alone added."""
    if change.head is None:
        return History()
    exclude = [f"^{change.base}"] if change.base else []
    listed = repository.store.git("rev-list", "--reverse", "--topo-order", change.head, *exclude).decode().split()
    limits = (Limit("commits looked at one by one", MAX_COMMITS, len(listed)),) if len(listed) > MAX_COMMITS else ()
    return History(tuple(_commit(repository, id_, change) for id_ in listed[-MAX_COMMITS:]), limits)


def _commit(repository: Repository, commit: str, change: Change) -> Commit:
    raw = repository.store.git("cat-file", "commit", commit)
    header, _, message = raw.partition(b"\n\n")
    parents = [line[7:].decode() for line in header.split(b"\n") if line.startswith(b"parent ")]
    base = parents[0] if parents else repository.store.empty_tree()
    whole = (base, commit) == (change.base, change.head)  # the range's only commit: it is read already
    files = change.files if whole else repository.store.difference(base, commit)[0]
    if len(parents) > 1:  # what a merge takes over from a parent is not its own doing
        names = repository.store.git("diff-tree", "-c", "-r", "-z", "--name-only", "--no-commit-id", commit).split(
            b"\0"
        )
        files = tuple(file for file in files if os.fsencode(file.path) in set(names))
    return Commit(commit, message.decode("utf-8", "replace"), files)


def write_snapshot(repository: Repository, entries: Mapping[str, TreeEntry], target: Path) -> tuple[str, ...]:
    """Write a tree's files below `target`, which is made; give the paths of those that can be read."""
    target.mkdir(parents=True)
    return repository.store.write_out(entries, target)
