"""Which system calls the project's code may not make, as a BPF program of seccomp(2).

By ptrace and its kin a process reads and alters another one of the same user; keys of the kernel belong to the user and
not to a namespace.
"""

ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000  # the calls of another convention on x86-64 have numbers from here on
# By the kernel's name of the processor (linux/audit.h): ptrace, process_vm_readv, process_vm_writev, add_key,
# request_key, keyctl (asm/unistd.h).
_CALLS = {
    0xC000003E: (101, 310, 311, 248, 249, 250),  # x86-64
    0x40000003: (26, 347, 348, 286, 287, 288),  # i386, which x86-64 can run
    0xC00000B7: (117, 270, 271, 217, 218, 219),  # arm64
}


def forbidding() -> bytes:
    """Give the program; on a processor that it does not know, it allows everything."""
    steps = [step(_LOAD, 4)]  # seccomp_data.arch
    for processor, calls in _CALLS.items():
        steps += [step(_EQUAL, processor, 0, len(calls) + 5)]
        steps += [step(_LOAD, 0), step(_AT_LEAST, _X32, len(calls) + 2, 0)]  # seccomp_data.nr
        steps += [step(_EQUAL, call, len(calls) - at, 0) for at, call in enumerate(calls)]
        steps += [step(_RETURN, ALLOW), step(_RETURN, EPERM), step(_RETURN, ENOSYS)]
    return b"".join([*steps, step(_RETURN, ALLOW)])


def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Give one `struct sock_filter`."""
    return b"".join((code.to_bytes(2, "little"), bytes((if_true, if_false)), value.to_bytes(4, "little")))
