"""What a checkout of a tree holds beyond the tree's own blobs: files of submodules, and contents that Git LFS keeps.

Both are named in the tree by a digest of their content and looked up by it below the user's git directory, whatever
the tree says of where they are. Nothing is fetched; what is not there is told with the command that brings it.
"""

import hashlib
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from gatecheck.discovery import Place
from gatecheck.objects import Store, TreeEntry
from gatecheck.repository import Repository

MAX_SUBMODULES = 200  # that are looked for, nested ones included
MAX_MEDIA = 2**30  # bytes of Git LFS that are written out for a tree
_POINTER_SIZE = 1024  # bytes: a pointer is smaller (the specification of Git LFS)
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)
_FILTERED = re.compile(rb"\bfilter=lfs\b")
_ATTRIBUTES = ".gitattributes"


@dataclass(frozen=True)
class Checkout:
    """What belongs into a tree that is written out: files of submodules by path, contents of LFS by their pointer's id.

    absent: what is not here, each with the command that brings it.
    """

    files: Mapping[str, TreeEntry] = field(default_factory=dict)
    media: Mapping[str, Path] = field(default_factory=dict)
    absent: tuple[str, ...] = ()

    def key(self) -> str:
        """Give what the written tree depends on besides its own id, "" for nothing."""
        if not self.files and not self.media:
            return ""
        parts = [f"{path}\0{entry}" for path, entry in self.files.items()] + [*self.media]
        return " with " + hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogateescape")).hexdigest()

    def over(self, base: "Checkout", of_head: Callable[[str], bool]) -> "Checkout":
        """Take the head's files where `of_head` says so, and the base's elsewhere."""
        files = {path: entry for path, entry in self.files.items() if of_head(path)}
        files |= {path: entry for path, entry in base.files.items() if not of_head(path)}
        return Checkout(files, {**base.media, **self.media}, tuple(dict.fromkeys((*self.absent, *base.absent))))


NOTHING = Checkout()


def checkout_of(repository: Repository, tree: str) -> Checkout:
    """Find what a checkout of a tree holds besides the tree's blobs."""
    store, links = repository.store, repository.store.gitlinks(tree)
    if links:
        _borrow(repository, links)
    files: dict[str, TreeEntry] = {}
    absent = [
        f"submodule {path}: `git submodule update --init --recursive {shlex.quote(path)}`"
        for path in _laid_out(store, links, files)
    ]
    media, missing = _media(repository.place, store, {**store.tree(tree), **files})
    if missing:
        absent.append(f"{len(missing)} contents of Git LFS, such as {missing[0]}: `git lfs pull`")
    return Checkout(files, media, tuple(absent))


def _borrow(repository: Repository, links: Iterable[str]) -> None:
    """Let the own store read the objects of the submodules, and of repositories that lie in their places."""
    place = repository.place
    for git_dir in dict.fromkeys((*_git_dirs(place), *_nested(place, links))):
        config = git_dir / "config"
        other_format = b"sha256" in config.read_bytes() if config.is_file() else False
        if other_format == (place.object_format == "sha256"):
            repository.store.borrow(git_dir / "objects")


def _git_dirs(place: Place) -> Iterator[Path]:
    """Find the git directories of submodules below the user's own, nested ones included; links lead nowhere."""
    waiting = [folder / "modules" for folder in dict.fromkeys((place.git_dir, place.common_dir))]
    found = 0
    while waiting and found < MAX_SUBMODULES:
        folder = waiting.pop()
        if folder.is_symlink() or not folder.is_dir():
            continue
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
            found += 1
            yield folder
            waiting.append(folder / "modules")
        else:
            waiting += sorted(folder.iterdir())


def _nested(place: Place, links: Iterable[str]) -> Iterator[Path]:
    """Find repositories with a git directory of their own in the places of submodules."""
    top = place.top.resolve() if place.top else None
    for path in list(links)[:MAX_SUBMODULES] if top else ():
        git_dir = Path(os.path.normpath(f"{top}/{path}/.git"))
        if git_dir.is_dir() and git_dir.resolve() == git_dir and git_dir.is_relative_to(str(top)):
            yield git_dir


def _laid_out(store: Store, links: Mapping[str, str], files: dict[str, TreeEntry]) -> Iterator[str]:
    """Add the files of each submodule; give the paths of those that are not here as a whole."""
    waiting, seen = dict(links), 0
    while waiting:
        path, commit = waiting.popitem()
        seen += 1
        entries = _files_of(store, commit) if seen <= MAX_SUBMODULES else None
        if entries is None:
            yield path
            continue
        files |= {f"{path}/{name}": entry for name, entry in entries.items()}
        waiting |= {f"{path}/{name}": inner for name, inner in store.gitlinks(commit).items()}


def _files_of(store: Store, commit: str) -> dict[str, TreeEntry] | None:
    if store.sizes([commit])[commit] is None or not store.complete(commit):
        return None
    return store.tree(commit)


def _media(place: Place, store: Store, entries: Mapping[str, TreeEntry]) -> tuple[dict[str, Path], list[str]]:
    """Find the contents that pointers stand for, by the pointer's id; give the paths of those that are absent, too."""
    attributes = [entry.blob for path, entry in entries.items() if PurePosixPath(path).name == _ATTRIBUTES]
    filtered = any(_FILTERED.search(text or b"") for _, text in store.blobs(attributes, MAX_MEDIA))
    if not filtered:
        return {}, []
    paths = {entry.blob: path for path, entry in entries.items()}
    small = [blob for blob, size in store.sizes(paths).items() if size and size < _POINTER_SIZE]
    folders = [git_dir / "lfs/objects" for git_dir in (place.common_dir, *_git_dirs(place))]
    media, missing, left = {}, [], MAX_MEDIA
    for blob, text in store.blobs(small):
        if pointer := _POINTER.fullmatch(text or b""):
            content = _stored(folders, pointer[1].decode(), int(pointer[2]))
            if content and left >= int(pointer[2]):
                media[blob], left = content, left - int(pointer[2])
            else:
                missing.append(paths[blob])
    return media, sorted(missing)


def _stored(folders: Iterable[Path], oid: str, size: int) -> Path | None:
    for folder in folders:
        path = folder / oid[:2] / oid[2:4] / oid
        if (
            path.is_file()
            and path.resolve() == folder.resolve() / oid[:2] / oid[2:4] / oid
            and path.stat().st_size == size
        ):
            return path
    return None


def write_snapshot(
    repository: Repository, entries: Mapping[str, TreeEntry], target: Path, checkout: Checkout = NOTHING
) -> tuple[str, ...]:
    """Write a tree's files below `target`, which is made, with what a checkout adds.

    Gives the tree's own paths that can be read; to look at a submodule's files is its own project's task.
    """
    target.mkdir(parents=True)
    written = repository.store.write_out({**checkout.files, **entries}, target, checkout.media)
    return tuple(path for path in written if path in entries)
