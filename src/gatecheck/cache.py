"""Remembers measurements as JSON, by the digest of everything they depend on. Failures are never remembered."""

import contextlib
import os
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
