"""The calls of the Linux kernel that Python has no name for; each raises OSError where the kernel refuses.

Numbers from 424 on are the same on every processor (see the kernel's Documentation/process/adding-syscalls.rst).
"""

import ctypes
import errno
import os

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 24, 36, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    *(0x00020000, 0x08000000),
    *(0x10000000, 0x20000000, 0x40000000),
)
MS_NOSUID, MS_NODEV = 0x2, 0x4
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID = 0x1, 0x2
_MS_PRIVATE = 1 << 18
_OPEN_TREE, _MOVE_MOUNT, _CLONE3, _MOUNT_SETATTR = 428, 429, 435, 442
_OPEN_TREE_CLONE, _AT_RECURSIVE, _AT_EMPTY_PATH, _MOVE_FROM_FD = 0x1, 0x8000, 0x1000, 0x4
_AT_FDCWD = -100
_SIGCHLD = 17
_CLONE = {"x86_64": 56, "aarch64": 220}
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *words: object) -> int:
    """Call a function of the C library; raises OSError where it says that something failed."""
    function = getattr(_libc, name, None)
    if function is None:
        raise OSError(0, "only Linux can do that")
    answer = int(function(*words))
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


def _syscall(number: int, *words: object) -> int:
    return _call("syscall", ctypes.c_long(number), *words)


def prctl(option: int, *words: int) -> None:
    """Change an attribute of this process (man 2 prctl)."""
    _call("prctl", option, *(ctypes.c_ulong(word) for word in (*words, 0, 0, 0, 0)[:4]))


def filter_calls(program: bytes) -> None:
    """Have every system call of this process, and of all that it becomes and starts, judged by a BPF program."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    text = ctypes.create_string_buffer(program)

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))

    told = Program(len(program) // 8, ctypes.addressof(text))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(told))  # SECCOMP_MODE_FILTER


def clone(namespaces: int) -> int:
    """Fork into new namespaces: clone3(2), whose structure is eleven numbers. Gives 0 in the child.

    Container engines hide that call, so that clone(2) is asked, of which they can judge.
    """
    words = (ctypes.c_uint64 * 11)(namespaces, 0, 0, 0, _SIGCHLD)
    try:
        return _syscall(_CLONE3, ctypes.byref(words), ctypes.c_size_t(ctypes.sizeof(words)))
    except OSError as error:
        number = _CLONE.get(os.uname().machine)
        if error.errno != errno.ENOSYS or number is None:
            raise
        return _syscall(number, ctypes.c_ulong(namespaces | _SIGCHLD), *[ctypes.c_ulong(0)] * 4)


def unshare(namespaces: int) -> None:
    """Move this process into new namespaces (man 2 unshare)."""
    _call("unshare", namespaces)


def copy_mount(path: str, attributes: int) -> int:
    """Give a descriptor of a copy of what is mounted at and below a path, set apart: open_tree(2)."""
    flags = _OPEN_TREE_CLONE | _AT_RECURSIVE | os.O_CLOEXEC
    copied = _syscall(_OPEN_TREE, _AT_FDCWD, os.fsencode(path), ctypes.c_uint(flags))
    set_mount("", attributes, descriptor=copied)
    return copied


def set_mount(path: str, attributes: int, *, descriptor: int = _AT_FDCWD, alone: bool = False) -> None:
    """Add attributes to the mount at a path, and to all below it unless `alone`: mount_setattr(2).

    They are parted from other namespaces.
    """
    words = (ctypes.c_uint64 * 4)(attributes, 0, _MS_PRIVATE, 0)
    flags = ctypes.c_uint((0 if alone else _AT_RECURSIVE) | (_AT_EMPTY_PATH if descriptor >= 0 else 0))
    size = ctypes.c_size_t(ctypes.sizeof(words))
    _syscall(_MOUNT_SETATTR, descriptor, os.fsencode(path), flags, ctypes.byref(words), size)


def place_mount(descriptor: int, path: str) -> None:
    """Mount there what a descriptor of `copy_mount` holds: move_mount(2)."""
    _syscall(_MOVE_MOUNT, descriptor, b"", _AT_FDCWD, os.fsencode(path), ctypes.c_uint(_MOVE_FROM_FD))


def mount(kind: str, path: str, flags: int = 0, options: str = "") -> None:
    """Mount a new file system of a kind (man 2 mount)."""
    text = (kind.encode(), os.fsencode(path), kind.encode())
    _call("mount", *text, ctypes.c_ulong(flags), options.encode())


def keep_capabilities(kept: int) -> None:
    """Give up all capabilities but those of a bit mask, for ever: capabilities(7)."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for number in range(64):
        try:
            prctl(PR_CAPBSET_DROP, number) if not kept >> number & 1 else None
        except OSError:  # there are no more
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    effective = kept & 0xFFFFFFFF
    data = (ctypes.c_uint32 * 6)(effective, effective, 0, kept >> 32, kept >> 32, 0)
    _call("capset", ctypes.byref(header), ctypes.byref(data))


def empty_first_environment() -> None:
    """Overwrite the variables that this process was started with, where /proc/PID/environ shows them: proc(5).

    Whatever is still needed must have been put elsewhere before.
    """
    with open("/proc/self/stat", "rb") as stat:
        told = stat.read().rpartition(b")")[2].split()
    begins, ends = int(told[47]), int(told[48])  # fields 50 and 51
    if 0 < begins < ends:
        ctypes.memset(begins, 0, ends - begins)
