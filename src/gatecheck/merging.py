"""A merge that is about to be committed: only what its author adds to it is his change.

What both sides had, and what git puts together by itself, was judged where it was made, or will be when it is pushed.
In a conflict, git takes the side that is checked out, and the change is what the author made of it.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatecheck.errors import RepositoryError
from gatecheck.objects import MAX_BLOB, Store
from gatecheck.repository import Repository

_SIDES = ("ours", "base", "theirs")  # in the order in which git merge-file wants them
_OF_STAGE = {b"1": "base", b"2": "ours", b"3": "theirs"}

Listing = dict[bytes, bytes]  # by path: mode, type and id, as git lists them


@dataclass(frozen=True)
class Merge:
    """A merge in progress: the commit that is checked out, and those that are merged into it."""

    store: Store
    head: str
    others: tuple[str, ...]

    def base_of(self, tree: str) -> str:
        """Make the tree of which `tree` differs by what the author adds to the merge."""
        result, sides = _listing(self.store, tree), [_listing(self.store, each) for each in (self.head, *self.others)]
        merged = self._merged() if len(self.others) == 1 else {}
        entries = {path: sides[0].get(path) for path in {*result, *sides[0]}} | merged
        taken = {path for path in entries if any(result.get(path) == side.get(path) for side in sides)}
        return _tree(self.store, entries | {path: result.get(path) for path in taken})

    def commit_of(self, tree: str) -> str:
        """Make the commit that the merge will be, for questions about history."""
        parents = "".join(f"parent {each}\n" for each in (self.head, *self.others))
        raw = f"tree {tree}\n{parents}author a <a> 0 +0000\ncommitter a <a> 0 +0000\n\n"
        return self.store.git("hash-object", "-t", "commit", "-w", "--stdin", feed=raw.encode()).decode().strip()

    def _merged(self) -> Listing:
        """Merge as git does by itself; {} where it cannot: before its version 2.38, or for want of objects."""
        command = ("merge-tree", "--write-tree", "--allow-unrelated-histories", "--no-messages", "-z")
        try:
            output = self.store.git(*command, self.head, *self.others, allowed=(0, 1))
        except RepositoryError:
            return {}
        tree, *unmerged = output.split(b"\0")
        stages: dict[bytes, Listing] = {}
        for line in filter(None, unmerged):
            described, path = line.split(b"\t", 1)
            mode, blob, stage = described.split(b" ")
            stages.setdefault(path, {})[stage] = b"%b blob %b" % (mode, blob)
        settled = {path: self._settled(sides) for path, sides in stages.items()}
        return _listing(self.store, tree.decode()) | settled

    def _settled(self, stages: Mapping[bytes, bytes]) -> bytes:
        """Settle a conflict for the side that is checked out, where that side has the file."""
        found = {_OF_STAGE[stage]: entry for stage, entry in stages.items()}
        kept = found.get("ours") or found.get("theirs") or found["base"]
        if len(found) < len(_SIDES) or not all(entry.startswith(b"100") for entry in found.values()):
            return kept
        ids = {side: entry.rsplit(b" ", 1)[1].decode() for side, entry in found.items()}
        content = dict(self.store.blobs(dict.fromkeys(ids.values()), MAX_BLOB))
        paths = [self.store.path / f"merge-{side}" for side in _SIDES]
        for side, path in zip(_SIDES, paths, strict=True):
            path.write_bytes(content[ids[side]] or b"")
        try:
            text = self.store.git("merge-file", "--ours", "-p", *map(str, paths))
        except RepositoryError:  # no text
            return kept
        blob = self.store.git("hash-object", "-w", "--stdin", feed=text).strip()
        return kept.rsplit(b" ", 1)[0] + b" " + blob


def merge_in_progress(repository: Repository) -> Merge | None:
    """Find the merge that is about to be committed: git notes it in a file, before that in variables of its hooks."""
    noted, head = repository.place.git_dir / "MERGE_HEAD", repository.identify("HEAD")
    ids = noted.read_text().split() if noted.is_file() else list(_told())
    others = [id_ for id_ in map(repository.identify, ids) if id_]
    if noted.is_file() and len(others) != len(ids):
        raise RepositoryError("a merge is in progress, and the commits that are merged are not here: see `git status`")
    if head is None or not others or any(repository.common_ancestor(head, each) == each for each in others):
        return None
    return Merge(repository.store, head, tuple(others))


def _told() -> Iterator[str]:
    """Give the commits that `git merge` names to the hook pre-merge-commit, which it runs before it notes them."""
    if "GIT_INDEX_FILE" in os.environ:
        yield from (name.removeprefix("GITHEAD_") for name in os.environ if name.startswith("GITHEAD_"))


def _listing(store: Store, tree: str) -> Listing:
    lines = store.git("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")[:-1]
    return {path: described for described, path in (line.split(b"\t", 1) for line in lines)}


def _tree(store: Store, entries: Mapping[bytes, bytes | None]) -> str:
    lines = [b"%b\t%b\0" % (described, path) for path, described in sorted(entries.items()) if described]
    store.git("read-tree", "--empty")
    store.git("update-index", "-z", "--index-info", feed=b"".join(lines))
    return store.git("write-tree", "--missing-ok").decode().strip()
