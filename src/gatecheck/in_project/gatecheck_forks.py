"""Forked children: how one tells its parent what happens, and how the parent watches and ends it."""

import json
import os
import select
import signal
import time
import warnings

GRACE_S = 5  # for a child to tear down what its tests set up
_dumps, _write = json.dumps, os.write  # tests patch these while they run


def fork():
    """Fork; threads that a child will not have are no matter: its tests show whether they need them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()


def watched(reader, clock_s, test):
    """Read what a child says until it has said all; one that is silent for too long hangs."""
    ready, text = select.poll(), b""
    ready.register(reader, select.POLLIN)
    while True:
        if not ready.poll(clock_s * 1000):
            return {"red": test, "message": "it did not end within %.0f s" % clock_s, "hangs": True}
        chunk = os.read(reader, 65536)
        if not chunk:
            return {"red": test, "message": "it ended the process"}
        *lines, text = (text + chunk).split(b"\n")
        for said in map(json.loads, lines):
            if "start" not in said:
                return said
            test = said["start"]


def tell(writer, **said):
    """Say one thing to the server."""
    _write(writer, (json.dumps(said) + "\n").encode())


def end(pid):
    """Let a child tear down, then end it and all that it started."""
    until = time.monotonic() + GRACE_S
    while not os.waitpid(pid, os.WNOHANG)[0]:
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        return
