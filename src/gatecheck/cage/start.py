"""Takes from a program what it must not reach, and runs it.

Called as `python -I -S start.py WAY NETWORK PARENT WORD... -- [PROGRAM WORD...]` with gatecheck's own interpreter. WAY:
"bubblewrap:PATH" and "namespaces" give the program namespaces of its own, in which the words lay out the files;
"network" takes the network alone, "limits" nothing. NETWORK is "none" or "host". PARENT is the id of gatecheck's
process, without which nothing goes on. Every way bounds what a file may hold and writes no core dumps. It ends as the
program does, by code or signal. Without a program it only tries. What does not work is said in one line, with code 126,
and nothing is run.
"""

import os
import resource
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

import _signal  # type: ignore[import-not-found] # starts faster than signal

from gatecheck.cage import kernel, namespaces
from gatecheck.cage.calls import forbidding

REFUSED = 126  # as a shell has it
MOST_OF_A_FILE = 8 * 2**30  # bytes; tests of 64-bit archives write sparse files of 4 to 6 GiB
_SIGNALLED = 128  # bubblewrap gives a signal as this and its number, as a shell does


def main() -> None:
    """Set the bounds, run the program, and end as it did."""
    way, network, parent, *words = sys.argv[1:]
    at = words.index("--")
    words, argv = words[:at], words[at + 1 :] or ["true"]
    try:
        limit()
        if way == "network":
            cut_off()
        status = _run(way, words, argv, network=network == "host", parent=int(parent))
    except OSError as error:
        sys.stderr.write(f"{error.strerror or error}\n")
        sys.exit(REFUSED)
    end(status)


def _run(way: str, words: list[str], argv: list[str], *, network: bool, parent: int) -> int:
    """Run the program; give how it ended, as os.waitpid does."""
    if way in {"limits", "network"}:
        namespaces.become(argv)
    stay_with(parent)
    if program := way.partition(":")[2]:
        return bubblewrap([program, *words], argv, network=network)
    return namespaces.run(words, argv, network=network)


def limit() -> None:
    """Bound what one file may hold, and write no core dumps; a lower bound that is there already stays."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = MOST_OF_A_FILE if hard == resource.RLIM_INFINITY else min(hard, MOST_OF_A_FILE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def cut_off() -> None:
    """Move into a network of nothing but loopback.

    Root needs no user namespace for that. Anyone else gets one in which he is who he was, and so are his files.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        kernel.unshare(kernel.CLONE_NEWNET)
    except OSError:
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET)
        namespaces.map_users("self", user, group)
    namespaces.raise_loopback()


def stay_with(parent: int) -> None:
    """End when gatecheck does, and wait for whatever is left behind by those that this process starts."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, _signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    if os.getppid() != parent:  # it ended before that was set
        sys.exit(1)


def bubblewrap(words: list[str], argv: list[str], *, network: bool) -> int:
    """Run a program by bubblewrap, which is the first of the words; give how it ended, as os.waitpid does."""
    program, *layout = words
    reading, writing = os.pipe()
    os.write(writing, forbidding())
    os.close(writing)
    os.set_inheritable(reading, True)  # noqa: FBT003 - it takes no name
    root = os.geteuid() == 0
    kept = [word for name in namespaces.ROOT_KEEPS.values() for word in ("--cap-add", f"CAP_{name}")] if root else []
    flags = ["--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--seccomp", str(reading)]
    flags += ["--cap-drop", "ALL"] + kept + ([] if network else ["--unshare-net"])
    started = os.fork()
    if started == 0:
        namespaces.become([program, *flags, "--ro-bind", "/", "/", *layout, "--", *argv])
    os.close(reading)
    _signal.signal(_signal.SIGTERM, lambda *_: os.kill(started, _signal.SIGKILL))
    return _until_all_ended(started)


def _until_all_ended(started: int) -> int:
    status = 0
    while True:
        try:
            ended, told = os.wait()
        except ChildProcessError:
            break
        status = told if ended == started else status
    code = os.waitstatus_to_exitcode(status)
    return code - _SIGNALLED if _SIGNALLED < code < _SIGNALLED + _signal.NSIG else status


def end(status: int) -> None:
    """End as a program did."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        _signal.signal(-code, _signal.SIG_DFL) if -code not in {_signal.SIGKILL, _signal.SIGSTOP} else None
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
