"""What a push would bring: the lines that git gives a pre-push hook."""

import re
from dataclasses import dataclass
from pathlib import Path

from gatecheck.errors import UsageError
from gatecheck.repository import REMOTES, Repository
from gatecheck.workspace import scratch_folder

_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_FORM = "`<local ref> <local id> <remote ref> <remote id>`"


@dataclass(frozen=True)
class Update:
    """One line: the commit that a remote branch is to have, and the one that it has; None where there is none."""

    local: str | None
    remote: str | None

    @property
    def base(self) -> str:
        """Give what the commits are new to: the branch, and for a new branch all that the remotes have."""
        return self.remote or REMOTES


def updates_of(text: str) -> tuple[Update, ...]:
    """Read the lines; raises UsageError naming the one that is none of git's."""
    lines = [line for line in text.split("\n") if line]
    return tuple(_update(number, line.split(" ")) for number, line in enumerate(lines, 1))


def _update(number: int, words: list[str]) -> Update:
    match words:
        case [_, local, _, remote] if _ID.fullmatch(local) and _ID.fullmatch(remote):
            return Update(local if local.strip("0") else None, remote if remote.strip("0") else None)
    raise UsageError(f"line {number} of standard input is none that git gives a pre-push hook: {_FORM}")


def changes_of_push(folder: Path, text: str) -> tuple[tuple[str, str], ...]:
    """Give each change of a push as head and base; what deletes a branch, or has no new commit, is none."""
    found = [update for update in dict.fromkeys(updates_of(text)) if update.local]
    with scratch_folder() as scratch:
        repository = Repository.open(folder, scratch)
        return tuple((str(update.local), update.base) for update in found if _brings(repository, update))


def _brings(repository: Repository, update: Update) -> bool:
    known = repository.commit(update.remote) if update.remote else "--remotes"
    return bool(repository.read("rev-list", "--max-count=1", repository.commit(str(update.local)), "--not", known))
