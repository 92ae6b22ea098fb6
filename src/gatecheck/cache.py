"""Remembers measurements as JSON, by the digest of everything they depend on. Failures are never remembered."""

import contextlib
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")
KEEP_S = 30 * 24 * 3600  # an entry unused for 30 days belongs to a branch that is gone


def default_folder() -> Path:
    """Give GATECHECK_CACHE, else the user's cache folder as the XDG base directory specification has it."""
    if named := os.environ.get("GATECHECK_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatecheck"


def private_folder(folder: Path | None) -> tuple[Path | None, str]:
    """Give a folder that nobody else may write, None for any other; and what the report must say of that.

    Who may write the folder, or rename one above it, decides what is remembered there.
    """
    if folder is None:
        return None, ""
    for place in (folder.absolute(), folder.resolve()):
        inside, above = (place, place / "measurements"), place.parents
        for one in (*inside, *above):
            if why := _others_write(one, sticky=one in above):
                mend = "name one of your own with GATECHECK_CACHE, or take that right away (chmod go-w)"
                return None, f"nothing was remembered, and nothing read from {folder}: {one} {why}; {mend}"
    return folder, ""


def _others_write(folder: Path, *, sticky: bool) -> str:
    """Say why another user than root may write a folder, "" where none may.

    sticky: whether the sticky bit helps. In such a folder only the owner of what is there may rename it, and anyone may
    add to it.
    """
    try:
        found = folder.lstat()
    except OSError:
        return ""  # not made yet, or not to be looked at: then nothing is read from it either
    if found.st_uid not in {0, os.geteuid()}:
        return f"belongs to another user (number {found.st_uid})"
    if stat.S_ISLNK(found.st_mode) or (sticky and found.st_mode & stat.S_ISVTX):
        return ""
    # A group with the user's own number is his alone; where there are such groups, they may write his files.
    group = found.st_mode & stat.S_IWGRP and found.st_gid not in {0, os.geteuid()}
    return "may be written by other users" if group or found.st_mode & stat.S_IWOTH else ""


class Cache:
    """A folder of JSON files, one a measurement. With `folder` None it remembers nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "measurements" if folder else None

    def load(self, key: str, wanted: type[T]) -> T | None:
        """Give a remembered value, or None when there is none that is whole."""
        if self._folder is None:
            return None
        try:
            path = self._path(self._folder, key)
            if path.stat().st_uid not in {0, os.geteuid()}:
                return None  # of a time at which others could write the folder
            value = msgspec.json.decode(path.read_bytes(), type=wanted)
            os.utime(path)
        except Exception:  # noqa: BLE001 - a type of a third party may raise anything while it is made
            return None  # absent, written by another version, cut off by a full disk: measure again
        return value

    def store(self, key: str, value: object) -> None:
        """Remember a value; one that is no JSON, or a folder that cannot be written, is passed over."""
        if self._folder is None:
            return
        try:
            encoded = msgspec.json.encode(value)
            path = self._path(self._folder, key)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(encoded)
            Path(file.name).replace(path)
        except (OSError, TypeError, msgspec.MsgspecError, UnicodeEncodeError):
            return

    def prune(self) -> None:
        """Delete what was not used for KEEP_S seconds."""
        if self._folder is None:
            return
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):  # another run may prune as well, and the folder may be read-only
                if time.time() - path.stat().st_mtime > KEEP_S:
                    path.unlink(missing_ok=True)

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / key[:2] / f"{key[2:]}.json"
