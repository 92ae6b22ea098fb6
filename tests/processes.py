"""Whether other processes are still there, for the tests that nothing is left behind."""

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


def said(path: Path) -> int:
    """Give the process id that a test program writes to a file, waiting for it."""
    assert within(lambda: path.exists() and path.read_text().endswith("\n")), f"nobody wrote {path}"
    return int(path.read_text())
