"""git: opening a repository, resolving revisions, and reading the commits of a range.

The user's repository is only ever read, by the few commands in this module; all else goes through `objects.Store`.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gatecheck.change import Change, Commit, History, Limit
from gatecheck.discovery import Place, find_place
from gatecheck.errors import RepositoryError
from gatecheck.objects import DAMAGED, Store, require_git

MAX_COMMITS = 1000  # of one range whose every step is looked at; more is said as a limit
_FETCH = "fetch it first (in CI: a full clone, fetch-depth 0), or see `git branch --all`"
_MENDS = {  # what somebody may write who means no revision
    "staged": "for what is staged, leave the range out or use --staged",
    "working tree": "for the working tree, use --worktree",
    "worktree": "for the working tree, use --worktree",
}


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
        """Resolve a revision to a full commit id; raises RepositoryError naming the revision.

        Only its name is looked up in the user's repository, that may fetch what is not there.
        """
        if revision.startswith(("-", "^")):
            raise RepositoryError(f"{revision!r} is not a revision: a revision does not begin with a dash or a caret")
        if revision.startswith(":") and not revision.startswith(":/"):
            raise RepositoryError(f"{revision!r} is not a revision: it names what is staged")
        try:
            named = self.read("-c", "core.disambiguate=committish", "rev-parse", "--verify", "--quiet", revision)
            return self.store.git("rev-parse", "--verify", "--quiet", named.strip() + b"^{commit}").decode().strip()
        except RepositoryError as error:
            if not any(words in str(error) for words in ("ended with", "not allowed")):  # the latter: to be fetched
                raise
            raise RepositoryError(f"unknown revision {revision!r}: {_MENDS.get(revision, _FETCH)}") from error

    def identify(self, revision: str) -> str | None:
        """Give the commit that a revision names, None where it is not here."""
        try:
            return self.commit(revision)
        except RepositoryError:
            return None

    def tree_of(self, commit: str) -> str:
        """Give the tree id of a commit."""
        raw = self.store.git("cat-file", "commit", commit)
        return raw.split(b"\n", 1)[0].removeprefix(b"tree ").decode()

    def merge_base(self, left: str, right: str, *others: str) -> str:
        """Give the best common ancestor of a commit and all others together; raises RepositoryError without one."""
        if found := self.common_ancestor(left, right, *others):
            return found
        if self.store.path.joinpath("shallow").exists():
            mend = "this clone is shallow: run `git fetch --unshallow`"
        else:
            mend = "the two histories are unrelated: name the base with A..B"
        raise RepositoryError(f"no merge base of {left[:12]} and {right[:12]}: {mend}")

    def common_ancestor(self, left: str, *others: str) -> str | None:
        """Give the best common ancestor of a commit and all others together, None where there is none."""
        return self.store.git("merge-base", left, *others, allowed=(0, 1)).decode().strip() or None

    def commits_among(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Give the commits that some ids stand for, of those that are here."""
        feed = "".join(f"{id_}\n" for id_ in ids).encode()
        if not feed:
            return ()
        listed = self.store.git("rev-list", "--no-walk=unsorted", "--ignore-missing", "--stdin", feed=feed)
        return tuple(dict.fromkeys(listed.decode().split()))

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
