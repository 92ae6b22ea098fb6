"""Takes the network but loopback, core dumps and endless files from a program, and then becomes that program.

Called as `python -I -S cage.py NETWORK [PROGRAM WORD...]` with gatecheck's own interpreter; NETWORK is "none" or
"host". The program takes this one's place: it has its process id, its group, its environment and its descriptors.
Without a program it only tries. What does not work is said in one line, with code 126, and nothing is run.

This is no sandbox: see unshare(2), user_namespaces(7) and network_namespaces(7) for what it is.
"""

import _signal  # type: ignore[import-not-found] # with it and the next one this starts in 8 ms, not in 16
import _socket
import fcntl
import os
import resource
import sys

REFUSED, NOT_FOUND = 126, 127  # as a shell has them
MOST_OF_A_FILE = 8 * 2**30  # bytes; tests of 64-bit archives write sparse files of 4 to 6 GiB
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


def limit():
    """Bound what one file may hold, and write no core dumps; a lower bound that is there already stays."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = MOST_OF_A_FILE if hard == resource.RLIM_INFINITY else min(hard, MOST_OF_A_FILE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def cut_off():
    """Move into a network of nothing but loopback.

    Root needs no user namespace for that. Anyone else gets one in which he is who he was, and so are his files.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        unshare(_CLONE_NEWNET)
    except OSError:
        unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        write("/proc/self/setgroups", "deny")  # or the kernel refuses the next but one
        write("/proc/self/uid_map", "%d %d 1" % (user, user))
        write("/proc/self/gid_map", "%d %d 1" % (group, group))
    with_flags = b"lo".ljust(16, b"\0") + _IFF_UP.to_bytes(2, sys.byteorder) + bytes(22)  # struct ifreq, netdevice(7)
    fcntl.ioctl(_socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM), _SIOCSIFFLAGS, with_flags)


def unshare(flags):
    """Get namespaces of our own, by a call that Python has from 3.12 on."""
    if hasattr(os, "unshare"):
        os.unshare(flags)
        return
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    if call is None:
        raise OSError(0, "only Linux can do that")
    if call(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def write(path, text):
    """Write a file of the kernel's, in one go."""
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, text.encode())
    os.close(descriptor)


def become(argv):
    """Run a program in this one's place, with the signals that Python ignores as they were."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is wanted


def say(words, code):
    """Say why nothing is run, and end."""
    sys.stderr.write(words + "\n")
    sys.exit(code)


def main():
    """Set the bounds, and become the program."""
    network, argv = sys.argv[1], sys.argv[2:]
    try:
        limit()
        if network == "none":
            cut_off()
    except Exception as error:
        say(getattr(error, "strerror", None) or str(error), REFUSED)
    try:
        become(argv) if argv else None
    except OSError as error:
        say("cannot run %s: %s" % (argv[0], error.strerror), NOT_FOUND)


if __name__ == "__main__":
    main()
