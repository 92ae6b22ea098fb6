"""What a program in the cage sees and can do, held against a written list: in both full cages.

The probe is a program that tries everything and prints what it found; nothing of it is patched.
"""

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatecheck.confinement import Cage, _refusal
from gatecheck.process import Done
from gatecheck.visible_files import VisibleFiles
from gatecheck.workspace import Execution

BUBBLEWRAP = shutil.which("bwrap") or "bwrap"
WAYS = [
    pytest.param(way, marks=pytest.mark.skipif(bool(_refusal(way, "none")), reason=_refusal(way, "none") or "it works"))
    for way in (f"bubblewrap:{BUBBLEWRAP}", "namespaces")
]
DEVICES = {
    *("console", "core", "fd", "full", "null", "ptmx", "pts", "random", "shm"),
    *("stderr", "stdin", "stdout", "tty", "urandom", "zero"),
}
OWN = (sys.prefix, sys.base_prefix)

PROBE = """
import ctypes, json, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)

def refused(what, *words):
    ctypes.set_errno(0)
    return os.strerror(ctypes.get_errno()) if what(*words) == -1 else "allowed"

def tried(what, *words):
    try:
        what(*words)
    except OSError as error:
        return error.strerror
    return "allowed"

told = json.loads(sys.argv[1])
mounts = [line.split() for line in open("/proc/self/mountinfo")]
said = {
    "writable mounts": sorted({one[4] for one in mounts if "rw" in one[5].split(",")}),
    "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
    "variables": sorted(os.environ),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "devices": sorted(os.listdir("/dev")),
    "temporary": sorted(os.listdir("/tmp")),
    "home": sorted(os.listdir(told["home"])),
    "git": sorted(os.listdir(told["git"])),
    "sockets": sorted(os.listdir("/run")),
    "signal": tried(os.kill, told["gatecheck"], 0),
    "first": tried(lambda: told.update(first=open("/proc/1/environ").read())) and "TOKEN" in told.get("first", ""),
    "ptrace": refused(libc.ptrace, 0, 0, 0, 0),
    "keyctl": refused(libc.syscall, 250 if os.uname().machine == "x86_64" else 219, 0, -3),
    "mount": refused(libc.mount, b"tmpfs", b"/mnt", b"tmpfs", 0, b""),
    "unmount": refused(libc.umount2, told["home"].encode(), 2),
    "new mounts": refused(libc.unshare, 0x20000),
    "kernel": tried(lambda: open("/proc/sys/kernel/core_pattern", "w")),
    "host name": refused(libc.sethostname, b"mine", 4),
    "device": tried(os.mknod, "/tmp/disk", 0o60600, os.makedev(8, 0)) if os.geteuid() else "Operation not permitted",
    "user": [os.geteuid(), os.getegid()],
    "session": os.getsid(0) in (1, 2),
    "secret": os.path.exists(told["secret"]),
    "shown": os.path.exists(told["shown"]),
    "service": tried(socket.socket(socket.AF_UNIX).connect, told["service"]),
    "abstract": tried(socket.socket(socket.AF_UNIX).connect, "\\0" + told["abstract"]),
    "repository": tried(lambda: open(told["repository"] + "/new", "w")),
    "file of the repository": tried(lambda: open(told["repository"] + "/file", "a")),
    "own folder": tried(lambda: open("new", "w")),
    "own temporary file": tried(lambda: open("/tmp/new", "w")),
    "machine": tried(lambda: open("/usr/new", "w")),
    "shared": tried(lambda: open("/dev/shm/new", "w")),
    "nested": refused(libc.unshare, 0x10020000),
}
said["nested unmount"] = refused(libc.umount2, told["home"].encode(), 2)
print(json.dumps(said))
"""


def cage(way: str, files: VisibleFiles) -> Execution:
    """Give leave to run programs in a cage."""
    return Execution(timeout_s=60, cage=Cage("none", way, files))


def run(way: str, folder: Path, text: str, *words: str, timeout_s: float = 60) -> Done:
    """Run some Python in a cage that shows but the interpreter."""
    folder.mkdir(exist_ok=True)
    execution = cage(way, VisibleFiles(shown=OWN))
    argv = [sys.executable, "-I", "-c", text, *words]
    return execution.run(argv, cwd=folder, env={}, writable=[folder], shown=[], timeout_s=timeout_s)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a user's folder with a key, a repository and an environment that is to be seen."""
    for name in ("home/.ssh", "home/code/.git", "home/envs/one"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("home/.ssh/id", "home/code/file", "home/code/.git/config", "home/envs/one/here"):
        (tmp_path / name).write_text("x")
    (tmp_path / "home/latest").symlink_to("envs/one")
    return tmp_path / "home"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the addresses of two sockets that listen on this machine."""
    with socket.socket(socket.AF_UNIX) as named, socket.socket(socket.AF_UNIX) as abstract:
        os.chdir(tmp_path)
        named.bind("service")
        abstract.bind(f"\0{tmp_path.name}-{os.getpid()}")
        named.listen()
        abstract.listen()
        yield {"service": str(tmp_path / "service"), "abstract": f"{tmp_path.name}-{os.getpid()}"}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_program_inside_sees_and_can_do(
    way: str, tmp_path: Path, home: Path, services: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, and nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKEN", "secret")
    told = {
        "home": str(home),
        "git": str(home / "code/.git"),
        "secret": str(home / ".ssh/id"),
        "shown": str(home / "latest/here"),
        "repository": str(home / "code"),
        "gatecheck": os.getpid(),
        **services,
    }
    shown = (*OWN, str(home / "latest"), str(home / "code"))
    files = VisibleFiles(hidden=(str(home),), shown=shown, covered=(str(home / "code/.git"),))
    (folder := tmp_path / "run").mkdir()
    argv = [sys.executable, "-I", "-c", PROBE, json.dumps(told)]
    done = cage(way, files).run(argv, cwd=folder, env={"LANG": "C.UTF-8"}, writable=[folder], shown=[])
    said: dict[str, Any] = json.loads(done.stdout or done.complaint())

    no, gone, fixed = "Operation not permitted", "No such file or directory", "Read-only file system"
    assert set(said.pop("devices")) <= DEVICES
    assert set(said.pop("writable mounts")) - {f"/dev/{name}" for name in DEVICES - {"shm"}} == {
        *("/dev/shm", "/proc", "/tmp", "/var/tmp", str(folder))  # noqa: S108 - names, not files
    }
    assert set(said.pop("variables")) <= {"LANG", "PWD"}  # bubblewrap sets the second one
    assert "service" not in said.pop("temporary")
    assert said.pop("kernel") in {fixed, "Permission denied"}  # as root, as anyone else
    assert said.pop("nested") in {"allowed", no}  # a namespace within is harmless: what was mounted stays
    assert said.pop("nested unmount") in {"Invalid argument", no}
    assert said == {
        "processes": [1, 2],
        "session": True,
        "descriptors": [0, 1, 2],
        "interfaces": ["lo"],
        "home": ["code", "envs", "latest"],
        "git": [],
        "sockets": [],
        "signal": "No such process",
        "first": False,
        **dict.fromkeys(["ptrace", "keyctl", "mount", "unmount", "new mounts", "host name", "device"], no),
        "user": [os.geteuid(), os.getegid()],
        "secret": False,
        "shown": True,
        "service": gone,
        "abstract": "Connection refused",
        **dict.fromkeys(["repository", "file of the repository", "machine"], fixed),
        **dict.fromkeys(["own folder", "own temporary file", "shared"], "allowed"),
    }
    assert not (home / "code/new").exists()


DAEMONS = """
import os, subprocess, sys, time
wait = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]
subprocess.Popen(wait)
subprocess.Popen(wait, start_new_session=True, env={})
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
open("ready", "w").close()
time.sleep(float(sys.argv[1]))
"""


@functools.cache
def mark() -> str:
    """Give a number that no other process of this machine has among its words."""
    return str(600 + os.getpid() / 10**7)


def alive() -> list[str]:
    """Give the processes that this test started and that live."""
    said = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    return [line for line in said.splitlines() if mark() in line and "ps -eo" not in line]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lasts", ["0", "600"])
def test_nothing_outlives_the_cage(way: str, lasts: str, tmp_path: Path) -> None:
    """Whether its program ended or was stopped: not daemons, not those that cleaned their environment."""
    text = DAEMONS.replace("time.sleep(600)", f"time.sleep({mark()})")
    done = run(way, tmp_path / "run", text, lasts, timeout_s=3)

    assert (tmp_path / "run/ready").exists()
    assert done.timed_out is (lasts == "600")
    assert alive() == []


@pytest.mark.parametrize("way", WAYS)
def test_nothing_outlives_a_killed_gatecheck(way: str, tmp_path: Path) -> None:
    """The kernel ends a cage with the process that started it."""
    (folder := tmp_path / "run").mkdir()
    text = DAEMONS.replace("time.sleep(600)", f"time.sleep({mark()})")
    argv = cage(way, VisibleFiles(shown=OWN)).cage.around([sys.executable, "-I", "-c", text, "600"], [folder])
    outer = "import os, subprocess, sys; w = sys.argv[1:]; w[6] = str(os.getpid()); subprocess.run(w)"
    gatecheck = subprocess.Popen([sys.executable, "-c", outer, *map(str, argv)], cwd=folder)
    until = time.monotonic() + 20
    while not (folder / "ready").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert alive()
    gatecheck.kill()
    gatecheck.wait()
    while alive() and time.monotonic() < until:
        time.sleep(0.05)

    assert alive() == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("text", "code"), [("import os; os._exit(7)", 7), ("import os; os.abort()", -6), ("", 0)])
def test_a_cage_ends_as_its_program_does(way: str, text: str, code: int, tmp_path: Path) -> None:
    """By its code or by its signal."""
    assert run(way, tmp_path / "run", text).code == code


@pytest.mark.parametrize("way", WAYS)
def test_a_program_cannot_end_the_cage_around_it(way: str, tmp_path: Path) -> None:
    """It may send signals to whatever it sees, also to the first process, and to its group."""
    all_signals = "import os, signal\nfor number in (1, 2, 9, 15):\n    os.kill(1, number)\n"
    its_group = "signal.signal(15, lambda *_: None); os.kill(0, 15)\nprint('on')"
    done = run(way, tmp_path / "run", all_signals + its_group)

    assert (done.code, done.stdout) == (0, b"on\n"), done


def test_what_the_kernel_refuses_is_one_line(tmp_path: Path) -> None:
    """And nothing runs."""
    files = VisibleFiles(shown=OWN)
    execution = cage("namespaces", files)
    argv = execution.cage.around(["touch", "here"], [tmp_path])
    argv[argv.index("--proc") + 1] = "/no/such/folder"
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("\n")) == (126, 1), done
    assert not (tmp_path / "here").exists()
