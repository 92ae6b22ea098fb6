"""What is written below a folder while something runs, as the kernel tells it (inotify, Linux only)."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Contents, attributes and times written; opened for writing and closed; moved, made and deleted (linux/inotify.h).
_WRITES = {
    0x2: "content of",
    0x4: "attributes of",
    0x8: "opened for writing",
    0x40: "moved from",
    0x80: "moved to",
    0x100: "made",
    0x200: "deleted",
}
_HEADER = struct.Struct("iIII")  # watch, what, cookie, length of the name
_NON_BLOCKING = os.O_NONBLOCK


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """Watch all folders below one; the list is filled, with a line a write, when the block ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(_NON_BLOCKING)
    assert descriptor >= 0, os.strerror(ctypes.get_errno())
    folders = {}
    for top, _, _ in os.walk(folder):
        watch = libc.inotify_add_watch(descriptor, os.fsencode(top), sum(_WRITES))
        assert watch >= 0, os.strerror(ctypes.get_errno())
        folders[watch] = top
    written: list[str] = []
    try:
        yield written
        written += _events(descriptor, folders)
    finally:
        os.close(descriptor)


def _events(descriptor: int, folders: dict[int, str]) -> Iterator[str]:
    while True:
        try:
            told = os.read(descriptor, 2**16)
        except BlockingIOError:
            return
        while told:
            watch, what, _, length = _HEADER.unpack(told[: _HEADER.size])
            name = os.fsdecode(told[_HEADER.size : _HEADER.size + length].rstrip(b"\0"))
            told = told[_HEADER.size + length :]
            yield f"{' and '.join(word for bit, word in _WRITES.items() if what & bit)} {folders.get(watch)}/{name}"
