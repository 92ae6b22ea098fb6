"""What a push would bring: the lines that git gives the hooks of a push, or what a hook manager that read them tells.

A pre-push hook runs where the commits come from; pre-receive and post-receive run where they go, and there all refs
tell what is known.
"""

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gatecheck.errors import UnprovenError, UsageError
from gatecheck.ranges import REMOTES, Known
from gatecheck.repository import Repository
from gatecheck.workspace import scratch_folder

_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_FORM = "`<local ref> <local id> <remote ref> <remote id>`, or `<old id> <new id> <ref>`"


@dataclass(frozen=True)
class Update:
    """One line: the commit that a branch is to have, and the one that it has; None where there is none.

    known: what has the commits that are not new, where the branch itself does not tell.
    """

    local: str | None
    remote: str | None
    known: Known = REMOTES

    @property
    def base(self) -> str | Known:
        """Give what the commits are new to: the branch, and for a new branch all that is known."""
        return self.remote or self.known


def updates_of(text: str) -> tuple[Update, ...]:
    """Read the lines; raises UsageError naming the one that is none of git's."""
    lines = [line for line in text.split("\n") if line]
    return tuple(_update(number, line.split(" ")) for number, line in enumerate(lines, 1))


def _update(number: int, words: list[str]) -> Update:
    match words:
        case [_, local, _, remote] if _ID.fullmatch(local) and _ID.fullmatch(remote):
            return Update(_there(local), _there(remote))
        case [old, new, ref] if _ID.fullmatch(old) and _ID.fullmatch(new) and ref.startswith("refs/"):
            return Update(_there(new), _there(old), Known("refs/", without=ref))
    raise UsageError(f"line {number} of standard input is none that git gives the hook of a push: {_FORM}")


def _there(id_: str) -> str | None:
    return id_ if id_.strip("0") else None


def updates_of_tools(variables: Mapping[str, str]) -> tuple[Update, ...]:
    """Read what hook managers tell of a push: husky 1 to 4 the lines, pre-commit and prek the first branch.

    Of a branch whose every commit is new, pre-commit tells only the name.
    """
    if lines := variables.get("HUSKY_GIT_STDIN"):
        return updates_of(lines)
    since, head = variables.get("PRE_COMMIT_FROM_REF"), variables.get("PRE_COMMIT_TO_REF")
    if since and head:
        return (Update(head, since),)
    branch, target = variables.get("PRE_COMMIT_LOCAL_BRANCH"), variables.get("PRE_COMMIT_REMOTE_BRANCH")
    return (Update(branch, None),) if branch and target else ()


def changes_of_push(
    folder: Path, given: BinaryIO | None, variables: Mapping[str, str]
) -> tuple[tuple[str, str | Known], ...]:
    """Give each change of a push as head and base; what deletes a branch, or has no new commit, is none.

    Raises UnprovenError where nothing was handed over though there is something to push.
    """
    text = os.fsdecode(given.read()) if given and not given.isatty() else ""
    updates = updates_of(text) or updates_of_tools(variables)
    found = [update for update in dict.fromkeys(updates) if update.local]
    with scratch_folder() as scratch:
        repository = Repository.open(folder, scratch)
        if not updates:
            _refuse_empty(repository, piped=given is not None and stat.S_ISFIFO(os.fstat(given.fileno()).st_mode))
        return tuple((str(update.local), update.base) for update in found if _brings(repository, update))


def _refuse_empty(repository: Repository, *, piped: bool) -> None:
    """Tell a push of nothing from lines that got lost: git gives none where the remote has every commit already.

    Git hands them over in a pipe. Through one, the branch that is checked out is taken for the one that is pushed; it
    was not git that gave anything else, and then every branch may be.
    """
    heads = [head for head in [repository.identify("HEAD")] if head]
    heads += () if piped else Known("refs/heads").ids(repository)
    if _any_new(repository, heads, REMOTES.ids(repository)):
        mend = "let it hand standard input on (lefthook: `use_stdin: true`), or name the range: --base REV"
        why = "another hook or the hook manager has read the lines that git gives a pre-push hook"
        raise UnprovenError(f"what is pushed is not known, for standard input is empty: {why}; {mend}")


def _brings(repository: Repository, update: Update) -> bool:
    known = [repository.commit(update.base)] if isinstance(update.base, str) else update.base.ids(repository)
    return _any_new(repository, [repository.commit(str(update.local))], known)


def _any_new(repository: Repository, heads: Sequence[str], known: Iterable[str]) -> bool:
    feed = "".join(f"{each}\n" for each in (*heads, *(f"^{id_}" for id_ in known)))
    return bool(heads) and bool(repository.store.git("rev-list", "--max-count=1", "--stdin", feed=feed.encode()))
