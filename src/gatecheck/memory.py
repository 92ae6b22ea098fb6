"""How much memory a program and all that it started use, read from /proc; where there is none, nothing is known."""

import contextlib
import os
import re
from pathlib import Path

_PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)


def memory_of(leader: int, most: int) -> dict[int, int]:
    """Give the bytes of each process of a session and below it, if they use more than `most` in all; else {}.

    First each one's resident pages are counted, which is cheap; only where these are too many, pages that processes
    share are told apart (Pss of proc(5)): forked children share what their parent had.
    """
    pages = _pages(leader)
    size = os.sysconf("SC_PAGE_SIZE") if pages else 0
    if sum(pages.values()) * size <= most:
        return {}
    used = {pid: _proportional(pid, number * size) for pid, number in pages.items()}
    return used if sum(used.values()) > most else {}


def _pages(leader: int) -> dict[int, int]:
    """Count the resident pages of the processes of a session, and of those below it that left it."""
    known = {pid: told for pid in _processes() if (told := _stat(pid))}
    family = {pid for pid, (_, session, _) in known.items() if session == leader}
    while more := {pid for pid, (parent, _, _) in known.items() if parent in family} - family:
        family |= more
    return {pid: known[pid][2] for pid in family}


def _processes() -> list[int]:
    with contextlib.suppress(OSError):
        return [int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()]
    return []


def _stat(pid: int) -> tuple[int, int, int] | None:
    """Give a process's parent, session and resident pages: fields 4, 6 and 24 of proc(5), the name left out."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:  # ended meanwhile
        return None
    return int(told[1]), int(told[3]), int(told[21])


def _proportional(pid: int, otherwise: int) -> int:
    with contextlib.suppress(OSError):
        if found := _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_bytes()):
            return int(found[1]) * 1024
    return otherwise
