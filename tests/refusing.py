"""A program that runs another one under a kernel that refuses namespaces and mounts, as most containers do.

Called as `python refusing.py PROGRAM WORD...`. It is the kernel itself that refuses: by a filter of system calls.
"""

import os
import sys

from gatecheck.cage import calls, kernel

_NAMESPACES = 0x7E020000  # every CLONE_NEW... flag that a clone may have
# mount, unshare, move_mount, mount_setattr; clone3 is not there (ENOSYS), so that C libraries take clone.
_REFUSED = {"x86_64": (165, 272, 429, 442), "aarch64": (40, 97, 429, 442)}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435


def program() -> bytes:
    """Give the filter as BPF."""
    machine = os.uname().machine
    steps = [(0x20, 0, 0, 0)]  # the number of the call
    for number in _REFUSED[machine]:
        steps += [(0x15, number, 0, 1), (0x06, calls.EPERM, 0, 0)]
    steps += [(0x15, _CLONE3, 0, 1), (0x06, calls.ENOSYS, 0, 0)]
    steps += [(0x15, _CLONE[machine], 0, 3), (0x20, 16, 0, 0), (0x45, _NAMESPACES, 0, 1), (0x06, calls.EPERM, 0, 0)]
    return b"".join(calls.step(*step) for step in [*steps, (0x06, calls.ALLOW, 0, 0)])


if __name__ == "__main__":
    kernel.filter_calls(program())
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell is wanted
