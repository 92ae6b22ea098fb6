"""Whether other processes are still there, for the tests that nothing is left behind."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path


def within(wanted: Callable[[], bool], seconds: float = 20) -> bool:
    """Tell whether something becomes true in time."""
    limit = time.monotonic() + seconds
    while not wanted() and time.monotonic() < limit:
        time.sleep(0.02)
    return wanted()


def ends(pid: int) -> bool:
    """Tell whether a process is gone, now or within some seconds."""
    return within(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and that nobody reaped does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0] != b"Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # no /proc here
        return True


def processes_with(word: str) -> dict[int, str]:
    """Give the processes of this machine with a word among theirs, those in cages included."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found[int(path.parent.name)] = path.read_bytes().decode(errors="replace")
    return {process: words for process, words in found.items() if word in words}
