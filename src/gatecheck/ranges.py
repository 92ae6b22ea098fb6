"""The change that a user, a CI system or a push names, resolved in a repository."""

import os
from dataclasses import dataclass, replace
from enum import Enum

from gatecheck.change import Change
from gatecheck.errors import RepositoryError
from gatecheck.merging import merge_in_progress
from gatecheck.repository import Repository
from gatecheck.uncommitted import UncommittedWork, head_of


class Uncommitted(Enum):
    """What was not committed yet; no revision can be mistaken for it, whatever its name."""

    STAGED = "staged"
    WORKTREE = "working tree"


@dataclass(frozen=True)
class Known:
    """A base: all that the refs below a folder have already, one of them left out.

    may_be_empty: where there are none, everything is new.
    """

    refs: str = "refs/remotes"
    without: str = ""
    may_be_empty: bool = True

    def __str__(self) -> str:
        """Name it as a base."""
        return "the remotes" if self.refs == "refs/remotes" else "the repository"

    def ids(self, repository: Repository) -> tuple[str, ...]:
        """Give the commits of the refs, each once; a symbolic ref counts as the one that it stands for."""
        listed = repository.read("for-each-ref", "--format=%(objectname) %(refname) %(symref)", self.refs)
        lines = [line.split(" ") for line in os.fsdecode(listed).split("\n")[:-1]]
        ids = dict.fromkeys(line[0] for line in lines if not self.without or self.without not in line[1:])
        return repository.commits_among(ids)

    def last_of(self, repository: Repository, head: str) -> str | None:
        """Give the commit at which `head` left what is known; None for a history of its own."""
        ids = self.ids(repository)
        return repository.common_ancestor(head, *ids) if ids else None


REMOTES = Known()


def resolve(repository: Repository, text: str | Uncommitted | None, base: str | Known | None = None) -> Change:
    """Read the change that the user names: `A..B`, `A...B`, `REV` (against its first parent), or nothing.

    Nothing means what is about to be committed: the staged changes if there are any, else the working tree. With a
    base, it is what `REV` (HEAD where none is named), what is staged or the working tree did since it left that base.
    """
    if isinstance(text, Uncommitted) or (text is None and base is None):
        return _uncommitted(repository, text, base)
    if text is not None and not text.strip("."):
        raise RepositoryError(f"the range {text!r} names no revision: is a variable in it empty?")
    before, after = _ends(repository, text or "HEAD") if base is None else _since(repository, base, text or "HEAD")
    name = text or "HEAD" if base is None else f"{base}...{text or 'HEAD'}"
    _refuse_cut_history(repository, name, before, after)
    trees = repository.tree_of(before) if before else repository.store.empty_tree(), repository.tree_of(after)
    return _compare(repository, name, before, after, *trees)


def _ends(repository: Repository, text: str) -> tuple[str | None, str]:
    if "..." in text:
        left, right = (repository.commit(side or "HEAD") for side in text.split("...", 1))
        return repository.merge_base(left, right), right
    if ".." in text:
        left, right = (repository.commit(side or "HEAD") for side in text.split("..", 1))
        return left, right
    head = repository.commit(text)
    return repository.first_parent(head), head


def _since(repository: Repository, base: str | Known, head: str) -> tuple[str | None, str]:
    if ".." in head:
        raise RepositoryError(f"{head} names a base already: leave out {str(base)!r}, or name one revision beside it")
    after = repository.commit(head)
    return _left(repository, base, after), after


def _left(repository: Repository, base: str | Known, head: str) -> str | None:
    """Give the commit at which a commit left a base, None where the base has none of its history."""
    if isinstance(base, Known):
        return base.last_of(repository, head)
    return repository.merge_base(repository.commit(base), head)


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


def _uncommitted(repository: Repository, which: Uncommitted | None, since: str | Known | None) -> Change:
    work, merge = UncommittedWork.of(repository), merge_in_progress(repository)
    base, base_tree = head_of(repository)
    tree = work.staged()
    if which is None:
        which = Uncommitted.STAGED if merge or tree != base_tree else Uncommitted.WORKTREE
    if which is Uncommitted.WORKTREE:
        tree = work.working_files()
    if since is not None:
        base = _left(repository, since, merge.commit_of(tree) if merge else repository.commit("HEAD"))
        base_tree = repository.tree_of(base) if base else repository.store.empty_tree()
    elif merge:
        base_tree = merge.base_of(tree)
    name = which.value if since is None else f"{since}...{which.value}"
    change = _compare(repository, name, base, None, base_tree, tree)
    return replace(change, merges=merge.others) if merge else change
