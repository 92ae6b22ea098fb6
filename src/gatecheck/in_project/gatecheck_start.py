"""How the programs that run the project's tests begin and end: their plan, their record, and no waiting at the end."""

import fcntl
import importlib.util
import json
import os
import signal
import sys
import types

# Tests close, reuse and hand down the lowest descriptors.
_HIGH = 200
_PR_SET_PDEATHSIG = 1  # of Linux, see prctl(2)


def read_plan():
    """Read what the program is told, and take this program's own folder off the import path."""
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    end_with_parent()
    os.remove(sys.argv[1])  # the nonce is nobody else's business
    del sys.path[:1]
    return plan


def be_pytest():
    """Make pytest's own the main module, as `python -m pytest` does.

    What multiprocessing spawns runs the main module again, and this program is nothing for it.
    """
    spec = importlib.util.find_spec("pytest.__main__")
    sys.modules["__main__"] = module = types.ModuleType("__main__", "The pytest entry point.")
    module.__spec__, module.__file__ = spec, spec.origin


def open_record(descriptor):
    """Open the record on a high descriptor that no child inherits."""
    try:
        high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    except OSError:  # more than the process may have
        fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        return os.fdopen(descriptor, "wb")
    os.close(descriptor)
    return os.fdopen(high, "wb")


def end_with_parent():
    """Have the kernel end this process when gatecheck is killed, which can end nothing then; only Linux does so."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except Exception:  # another system, or a Python without ctypes: the next run ends it
        return


def leave():
    """End now, whatever threads the tests left; they may also have closed or replaced the streams."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)
