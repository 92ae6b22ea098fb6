"""What must be said of work that is not committed: that there is none, or that some of it was not looked at."""

import os
from collections.abc import Iterator

from gatecheck.change import Change
from gatecheck.errors import NothingError
from gatecheck.repository import Repository
from gatecheck.uncommitted import UncommittedWork

BRANCHES = ("main", "master", "origin/main", "origin/master", "develop", "trunk")  # what most branches leave
NAMED = 3  # files in a note


def refuse_nothing(repository: Repository, change: Change) -> None:
    """Raise NothingError where nothing is about to be committed, with what to check instead."""
    if change.head is not None or change.base_tree != change.head_tree or getattr(change, "merges", False):
        return  # a merge in progress may add nothing of its own
    if is_commit_hook():
        raise NothingError("the commit changes no file: nothing was checked")
    told = "nothing is staged" if _is_staged(change) else "nothing is staged or changed in the working tree"
    raise NothingError(f"{told}: to check commits, {_instead(repository, change)}")


def is_commit_hook() -> bool:
    """Tell whether git runs this for a commit: then it names the index that is committed."""
    return "GIT_INDEX_FILE" in os.environ


def left_out(repository: Repository, change: Change) -> Iterator[str]:
    """Name what was edited since it was staged: it is not in what is checked."""
    if change.head is None and _is_staged(change) and (paths := UncommittedWork.of(repository).unstaged()):
        more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
        yield f"edits that are not staged were not checked: {', '.join(paths[:NAMED])}{more}"


def _is_staged(change: Change) -> bool:
    return change.range.endswith("staged")


def _instead(repository: Repository, change: Change) -> str:
    """Give the command that checks the commits since the branch was left, else the last commit."""
    for branch in BRANCHES:
        if repository.identify(branch) not in {None, change.base}:
            return f"`gatecheck --base {branch}`"
    return "`gatecheck check HEAD` for the last one" if change.base else "make one first"
