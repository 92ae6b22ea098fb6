"""A change is what git says of it, and what the two trees say: on random repositories, by the thousand.

`GATECHECK_FUZZ=50000` sets the number of changes; benchmarks/fuzz.md says what such a run gave.
"""

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from changes import opened
from gatecheck.change import Change, FileChange, Kind, lines_of
from gatecheck.repository import Repository, read_history
from random_trees import LINK, SUBMODULE, Entry, Pair, batches, bytes_of, imported
from repositories import GitRepository

CHANGES = int(os.environ.get("GATECHECK_FUZZ", "2000"))
AT_ONCE = 40  # pairs of one import; half of it at least
ABSENT = (0, b"")
KINDS = {"A": Kind.ADDED, "D": Kind.DELETED, "M": Kind.MODIFIED, "R": Kind.RENAMED, "T": Kind.TYPE_CHANGED}
HEADER = re.compile(rb"[0-9a-f]{40} [0-9a-f]{40}\n")

Raw = tuple[Kind, bytes, bytes, int, int, str, str]  # kind, old path, path, modes, blobs
Counts = dict[bytes, tuple[int, int] | None]  # added and removed by path, None for binary


@settings(max_examples=max(1, CHANGES // (AT_ONCE * 3 // 4)), deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs=batches(AT_ONCE))
def test_a_change_is_what_git_and_the_trees_say(pairs: list[Pair]) -> None:
    """Kinds, paths, modes, contents, counts, hunks, and what a merge did by itself."""
    with tempfile.TemporaryDirectory() as folder:  # a new one each time: git slows down with every pack
        repo = GitRepository(Path(folder))
        repo.git("init", "--quiet")
        imported(repo, pairs)
        with opened(repo.path) as repository:
            compare(repo, repository, pairs)


def compare(repo: GitRepository, repository: Repository, pairs: list[Pair]) -> None:
    """Compare all that we say of each pair."""
    told = zip(pairs, raw_of(repo, pairs), raw_of(repo, pairs, "-M"), counts_of(repo, pairs), strict=True)

    for pair, plain, paired, counts in told:
        files, limits = repository.store.difference(*pair.ids)
        ours = [raw_said(file, pair) for file in files]
        assert not limits
        assert sorted(of_trees(pair)) == sorted(plain) == sorted(apart(ours))
        assert ours == paired
        assert {os.fsencode(file.path): counted(file) for file in files} == as_ours(counts, files)
        assert [file.path for file in files if led_astray(file)] == []
        assert listed(repository, pair) == {
            path: entry[0] for path, entry in pair.after.items() if entry[0] != SUBMODULE
        }
        assert own_paths(repository, pair, files) == by_itself(pair, ours)


def blob_of(mode: int, content: bytes) -> str:
    """Give the object id that git gives a content."""
    if mode in {0, SUBMODULE}:
        return content.decode() or "0" * 40
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def of_trees(pair: Pair) -> Iterator[Raw]:
    """Tell the difference of two trees without git, and without renames."""
    for path in pair.before.keys() | pair.after.keys():
        (old_mode, old), (new_mode, new) = (tree.get(path, ABSENT) for tree in (pair.before, pair.after))
        if (old_mode, old) != (new_mode, new):
            yield (
                kind_of(old_mode, new_mode),
                path,
                path,
                old_mode,
                new_mode,
                blob_of(old_mode, old),
                blob_of(new_mode, new),
            )


def kind_of(old_mode: int, new_mode: int) -> Kind:
    """Tell what happened to one path."""
    if not old_mode or not new_mode:
        return Kind.DELETED if old_mode else Kind.ADDED
    return Kind.MODIFIED if stat.S_IFMT(old_mode) == stat.S_IFMT(new_mode) else Kind.TYPE_CHANGED


def raw_said(file: FileChange, pair: Pair) -> Raw:
    """Give our view of a file in git's terms; a content that we do not keep has to be one that we may leave out."""
    path, old_path = os.fsencode(file.path), os.fsencode(file.old_path or file.path)
    sides = (file.old_mode, file.before, pair.before.get(old_path)), (file.new_mode, file.after, pair.after.get(path))
    old, new = (blob_of(mode, kept(file, mode, content, entry or ABSENT)) for mode, content, entry in sides)
    return file.kind, old_path, path, file.old_mode, file.new_mode, old, new


def kept(file: FileChange, mode: int, content: bytes | None, entry: Entry) -> bytes:
    """Give a side's content: of a submodule, and of a link that became a file or was one, we keep none."""
    left_out = mode in {0, SUBMODULE} or (mode == LINK and file.kind is Kind.TYPE_CHANGED)
    assert (content is None) is left_out
    return entry[1] if content is None else content


def apart(files: list[Raw]) -> Iterator[Raw]:
    """Tell each rename as a file that went and one that came."""
    for kind, old_path, path, old_mode, new_mode, old, new in files:
        if kind is Kind.RENAMED:
            yield Kind.DELETED, old_path, old_path, old_mode, 0, old, "0" * 40
            yield Kind.ADDED, path, path, 0, new_mode, "0" * 40, new
        else:
            yield kind, old_path, path, old_mode, new_mode, old, new


def raw_of(repo: GitRepository, pairs: list[Pair], *options: str) -> list[list[Raw]]:
    """Read `git diff-tree --raw -z` of every pair, from one process."""
    told = []
    for block in told_of(repo, pairs, "--raw", "--no-abbrev", *options):
        fields = iter(block)
        told.append([raw_entry(header, fields) for header in fields])
    return told


def raw_entry(header: bytes, fields: Iterator[bytes]) -> Raw:
    """Read one entry, with the one or two paths behind it."""
    old_mode, new_mode, old, new, letter = header.removeprefix(b":").split(b" ")
    kind = KINDS[chr(letter[0])]
    old_path = next(fields)
    path = next(fields) if kind is Kind.RENAMED else old_path
    return kind, old_path, path, int(old_mode, 8), int(new_mode, 8), old.decode(), new.decode()


def counts_of(repo: GitRepository, pairs: list[Pair]) -> list[Counts]:
    """Read `git diff-tree --numstat -z` of every pair."""
    told = []
    for block in told_of(repo, pairs, "--numstat", "-M"):
        fields = iter(block)
        counts: Counts = {}
        for field in fields:
            added, removed, path = field.split(b"\t", 2)
            path = path or (next(fields), next(fields))[1]
            counts[path] = None if added == b"-" else (int(added), int(removed))
        told.append(counts)
    return told


def told_of(repo: GitRepository, pairs: list[Pair], *options: str) -> list[list[bytes]]:
    """Give the fields that git says of every pair; it puts the ids of the two trees before them."""
    trees = repo.git("rev-parse", *(f"{id_}^{{tree}}" for pair in pairs for id_ in pair.ids)).split()
    feed = "".join(f"{old} {new}\n" for old, new in zip(trees[::2], trees[1::2], strict=True)).encode()
    output = bytes_of(repo, "diff-tree", "--stdin", "-r", "-z", "-l1000", *options, feed=feed)
    return [block.split(b"\0")[:-1] for block in HEADER.split(output)[1:]]


def counted(file: FileChange) -> tuple[int, int] | None:
    """Give our counts of lines, None for a binary file."""
    return None if file.binary and not file.hunks else (file.added, file.removed)


def as_ours(counts: Counts, files: tuple[FileChange, ...]) -> Counts:
    """Leave out what git counts and we do not.

    The line in which git describes a submodule is in no file, and where a link leads is no line of the file that took
    its place. Of a file that became binary in such a place, git says nothing and we count its text side.
    """
    ours = dict(counts)
    for file in files:
        if file.kind is Kind.TYPE_CHANGED or SUBMODULE in {file.old_mode, file.new_mode}:
            sides = (file.after, file.new_mode), (file.before, file.old_mode)
            lines = [len(lines_of(side)) if side and b"\0" not in side[:8000] else 0 for side, _ in sides]
            ours[os.fsencode(file.path)] = None if file.binary and not any(lines) else (lines[0], lines[1])
    return ours


def led_astray(file: FileChange) -> bool:
    """Tell whether a text file's hunks, applied to what it was, give anything but what it is."""
    if file.binary or file.kind is Kind.TYPE_CHANGED or SUBMODULE in {file.old_mode, file.new_mode}:
        return False
    before, after = ((side or b"").split(b"\n") for side in (file.before, file.after))
    before, after = ([line + b"\n" for line in side[:-1]] + [side[-1]] * bool(side[-1]) for side in (before, after))
    for hunk in reversed(file.hunks):
        start, taken = hunk.old_start - bool(hunk.old_count), hunk.new_start - bool(hunk.new_count)
        before[start : start + hunk.old_count] = after[taken : taken + hunk.new_count]
    return before != after


def listed(repository: Repository, pair: Pair) -> dict[bytes, int]:
    """Give our listing of the second tree."""
    return {os.fsencode(path): entry.mode for path, entry in repository.store.tree(pair.ids[1]).items()}


def own_paths(repository: Repository, pair: Pair, files: tuple[FileChange, ...]) -> set[bytes]:
    """Give what we say that a merge did by itself."""
    if pair.other is None:
        return set()
    merge = read_history(repository, Change("", pair.ids[0], pair.ids[1], "", "", files)).commits[-1]
    return {os.fsencode(file.path) for file in merge.files}


def by_itself(pair: Pair, files: list[Raw]) -> set[bytes]:
    """Tell from the trees where a merge is like neither parent; a file that it renamed goes by its new name."""
    if pair.other is None:
        return set()
    paths = pair.before.keys() | pair.after.keys() | pair.other.keys()
    own = {path for path in paths if pair.after.get(path) not in {pair.before.get(path), pair.other.get(path)}}
    return own - {old_path for kind, old_path, *_ in files if kind is Kind.RENAMED}
