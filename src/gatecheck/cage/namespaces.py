"""The cage that gatecheck builds itself, where no bubblewrap is: namespaces(7), mount_namespaces(7).

Three processes: the one that gatecheck started and waits for, the first one of the new process namespace, with which
all others in it end, and the program. What is laid out inside is said in the words that bubblewrap takes (bwrap(1)),
of which those are known that `gatecheck.confinement` writes.
"""

import _signal  # type: ignore[import-not-found] # these two start faster than signal and socket
import _socket
import fcntl
import os
import stat
import sys

from gatecheck.cage import kernel
from gatecheck.cage.calls import forbidding

# What root keeps, by number (capabilities(7)): what container engines leave to it, but MKNOD and AUDIT_WRITE.
ROOT_KEEPS = {
    0: "CHOWN",
    1: "DAC_OVERRIDE",
    3: "FOWNER",
    4: "FSETID",
    5: "KILL",
    6: "SETGID",
    7: "SETUID",
    8: "SETPCAP",
    10: "NET_BIND_SERVICE",
    13: "NET_RAW",
    18: "SYS_CHROOT",
    31: "SETFCAP",
}
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
NOT_FOUND = 127  # as a shell has it
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1
_OPTIONS = {"--size": "size", "--perms": "mode"}  # bubblewrap says these before the file system that they are of


def run(words: list[str], argv: list[str], *, network: bool) -> int:
    """Run a program in namespaces of its own; give how it ended, as os.waitpid does.

    Raises OSError where the kernel refuses.
    """
    ready, say_ready = os.pipe()
    told, tell = os.pipe()
    namespaces = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC
    user, group = os.geteuid(), os.getegid()
    first = kernel.clone(namespaces | (0 if network else kernel.CLONE_NEWNET))
    if first == 0:
        os.close(say_ready)
        _first(ready, tell, words, argv, network=network)
    os.close(tell)
    _signal.signal(_signal.SIGTERM, lambda *_: os.kill(first, _signal.SIGKILL))
    try:
        map_users(str(first), user, group)
    except OSError:
        os.kill(first, _signal.SIGKILL)
        raise
    os.write(say_ready, b".")
    os.waitpid(first, 0)
    return _said(os.read(told, 4096))


def _said(text: bytes) -> int:
    """Read what the first process said last: a number, or why it runs nothing."""
    if text.isdigit():
        return int(text)
    if text:
        raise OSError(0, text.decode())
    return 9  # it was killed


def map_users(process: str, user: int, group: int) -> None:
    """Have everybody be inside who he is outside: root may map all users, anyone else himself alone."""
    for name, number in (("uid_map", user), ("gid_map", group)):
        try:
            _write(f"/proc/{process}/{name}", "0 0 4294967295")
        except PermissionError:
            if name == "gid_map":
                _write(f"/proc/{process}/setgroups", "deny")  # or the kernel refuses the map
            _write(f"/proc/{process}/{name}", f"{number} {number} 1")


def _first(ready: int, tell: int, words: list[str], argv: list[str], *, network: bool) -> None:
    """Be the first process of the namespaces: lay them out, start the program, wait for its end; never returns."""
    try:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # which the first process of a namespace never gets
        kernel.prctl(kernel.PR_SET_PDEATHSIG, _signal.SIGKILL)
        if not os.read(ready, 1):  # the other one is gone
            os._exit(1)
        lay_out(words, network=network)
        program = os.fork()
        if program == 0:
            _become(argv)
        os.closerange(0, tell)
        os.closerange(tell + 1, 2**20)
        os.write(tell, str(_wait_for(program)).encode())
    except OSError as error:
        os.write(tell, (error.strerror or str(error)).encode())
    os._exit(0)


def _wait_for(program: int) -> int:
    """Wait for a process, and meanwhile for those whose parents are gone."""
    while True:
        ended, status = os.wait()
        if ended == program:
            return status


def lay_out(words: list[str], *, network: bool) -> None:
    """Make the mounts that the words ask for, and give up what made it possible."""
    folder = os.getcwd()
    steps = steps_of(words)
    copies = [kernel.copy_mount(told[0], _attributes(verb)) if "bind" in verb else -1 for verb, told, _ in steps]
    kernel.set_mount("/", kernel.MOUNT_ATTR_RDONLY | kernel.MOUNT_ATTR_NOSUID)
    for (verb, told, options), copied in zip(steps, copies, strict=True):
        if "bind" in verb:
            _bind(copied, told[1])
        elif verb == "--tmpfs":
            _tmpfs(told[0], options)
        else:
            {"--remount-ro": _remount, "--proc": _proc, "--dev": _dev}[verb](told[0])
    if not network:
        raise_loopback()
    os.chdir(folder)  # by its path: it still is a folder of what lies below
    keep = sum(1 << number for number in ROOT_KEEPS) if os.geteuid() == 0 else 0
    kernel.keep_capabilities(keep)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def steps_of(words: list[str]) -> list[tuple[str, list[str], list[str]]]:
    """Part the words into verbs with what they take and the options that were said before."""
    left, options, steps = iter(words), list[str](), []
    for verb in left:
        told = [next(left) for _ in range(2 if "bind" in verb else 1)]
        if verb in _OPTIONS:
            options.append(f"{_OPTIONS[verb]}={told[0]}")
        else:
            steps.append((verb, told, options))
            options = []
    return steps


def _attributes(verb: str) -> int:
    return kernel.MOUNT_ATTR_NOSUID | (kernel.MOUNT_ATTR_RDONLY if verb == "--ro-bind" else 0)


def _bind(copied: int, target: str) -> None:
    """Mount a copy at a place that may have to be made, a folder or a file as the source is."""
    if not os.path.lexists(target):
        folder = stat.S_ISDIR(os.fstat(copied).st_mode)
        os.makedirs(target if folder else os.path.dirname(target), exist_ok=True)
        if not folder:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    kernel.place_mount(copied, target)
    os.close(copied)


def _tmpfs(target: str, options: list[str]) -> None:
    os.makedirs(target, exist_ok=True)
    kernel.mount("tmpfs", target, kernel.MS_NOSUID | kernel.MS_NODEV, ",".join(["mode=0755", *options]))


def _remount(target: str) -> None:
    kernel.set_mount(target, kernel.MOUNT_ATTR_RDONLY, alone=True)


def _proc(target: str) -> None:
    """Mount the processes of the namespace."""
    kernel.mount("proc", target, kernel.MS_NOSUID | kernel.MS_NODEV)


def _dev(target: str) -> None:
    """Mount the devices that are harmless, as bubblewrap chooses them."""
    devices = [(name, kernel.copy_mount(f"{target}/{name}", 0)) for name in _DEVICES if os.path.exists(f"/dev/{name}")]
    kernel.mount("tmpfs", target, kernel.MS_NOSUID, "mode=0755")
    for name, copied in devices:
        _bind(copied, f"{target}/{name}")
    for name in ("shm", "pts"):
        os.mkdir(f"{target}/{name}")
    kernel.mount("devpts", f"{target}/pts", kernel.MS_NOSUID, "newinstance,ptmxmode=0666,mode=620")
    for name, leads in (("fd", "/proc/self/fd"), ("core", "/proc/kcore"), ("ptmx", "pts/ptmx")):
        os.symlink(leads, f"{target}/{name}")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"{target}/{name}")


def _become(argv: list[str]) -> None:
    """Become the program, in a session of its own; never returns."""
    os.setsid()
    kernel.filter_calls(forbidding())
    become(argv)


def become(argv: list[str]) -> None:
    """Run a program in this one's place, with the signals that Python ignores as they were; never returns."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - no shell is wanted
    except OSError as error:
        os.write(2, f"cannot run {argv[0]}: {error.strerror}\n".encode("utf-8", "surrogateescape"))
    os._exit(NOT_FOUND)


def raise_loopback() -> None:
    """Bring up the one device of a new network: netdevice(7)."""
    request = b"lo".ljust(16, b"\0") + _IFF_UP.to_bytes(2, sys.byteorder) + bytes(22)  # struct ifreq
    fcntl.ioctl(_socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM), _SIOCSIFFLAGS, request)


def _write(path: str, text: str) -> None:
    """Write a file of the kernel's, in one go."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
