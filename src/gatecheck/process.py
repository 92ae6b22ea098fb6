"""Running other programs: in a session of their own, with a clock, an output cap, and everything ended afterwards."""

import contextlib
import math
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gatecheck.errors import MeasurementError
from gatecheck.memory import memory_of

OUTPUT_LIMIT = 32 * 2**20  # bytes kept of each stream: ruff's JSON for 100,000 findings is about 30 MiB

# What a program of the checked project may see of the caller's environment; a policy's `pass-env` adds to it.
ALLOWED_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "SSL_CERT_FILE")

_MEMORY_LOOK_S = 0.5  # a look takes about 13 µs for each process that there is
_DRAIN_S = 60  # for what an ended program left in its pipe, which holds 64 KiB
_GENTLY_S = 5  # for the kernel to end thousands of processes on a busy machine; all else would be dead by then as well
_LOOK_MS = 100  # how soon a reader sees that its program ended while another one holds the pipe

_running: set[subprocess.Popen[bytes]] = set()
_starting = threading.Lock()
_interrupted = threading.Event()


@dataclass(frozen=True)
class Done:
    """How a program ended: its code (negative: the signal), what it printed, and whether a bound was hit.

    too_much: the bytes of memory that it was stopped for, 0 where it was not.
    """

    code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    cut: bool = False
    too_much: int = 0

    def complaint(self) -> str:
        """Give the last line of its complaint, for a reason that fits one line."""
        lines = [line for line in self.stderr.decode("utf-8", "replace").split("\n") if line.strip()]
        return lines[-1].strip()[:300] if lines else f"it ended with code {self.code} and said nothing"


def scrubbed_environment(home: Path, pass_env: Sequence[str] = (), **more: str) -> dict[str, str]:
    """Give the environment for a program of the checked project: an allow-list, and a home folder of its own.

    Where the folder for temporary files lies in somebody's repository, git is not to find that one from below.
    """
    kept = {name: os.environ[name] for name in (*ALLOWED_ENVIRONMENT, *pass_env) if name in os.environ}
    user_base = os.environ.get("PYTHONUSERBASE", str(Path.home() / ".local"))
    own = {"HOME": str(home), "TMPDIR": str(home), "PYTHONUSERBASE": user_base, "PYTHONDONTWRITEBYTECODE": "1"}
    own["GIT_CEILING_DIRECTORIES"] = os.pathsep.join(str(folder) for folder in home.resolve().parents)
    return kept | own | more


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout_s: float,
    keep_fds: Sequence[int] = (),
    memory: int = 0,
    ends_others: bool = False,
) -> Done:
    """Run a program to its end or `timeout_s` seconds, then end its whole process group.

    memory: the bytes that it may use with all that it starts, 0 for any number; watched where there is /proc.
    ends_others: on SIGTERM it ends all that it started, and then itself, as a cage does.
    """
    process = _start([str(word) for word in argv], cwd, env, keep_fds)
    try:
        readers = [_Reader(stream) for stream in (process.stdout, process.stderr) if stream]
        timed_out, too_much = _watched(process, timeout_s, memory)
    finally:
        if ends_others:
            _end_gently(process)
        end_group(process)
        _running.discard(process)
    stdout, stderr = (reader.finish() for reader in readers)
    cut = any(reader.cut for reader in readers)
    return Done(process.returncode, stdout, stderr, timed_out, cut, too_much)


def _start(argv: list[str], cwd: Path, env: Mapping[str, str], keep_fds: Sequence[int]) -> subprocess.Popen[bytes]:
    with _starting:
        if _interrupted.is_set():
            raise MeasurementError(f"{argv[0]} was not run: gatecheck is being interrupted")
        try:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=keep_fds,
            )
        except OSError as error:
            raise MeasurementError(f"cannot run {argv[0]}: {error.strerror}") from error
        _running.add(process)
        return process


def _watched(process: subprocess.Popen[bytes], timeout_s: float, memory: int) -> tuple[bool, int]:
    """Wait for a program's end; tell whether its time ran out, and the bytes that it used where these were too many."""
    until = time.monotonic() + timeout_s
    while _waited_in_vain(process, min(timeout_s, _MEMORY_LOOK_S) if memory else timeout_s):
        if used := memory_of(process.pid, memory) if memory else {}:
            for pid in used.keys() - {process.pid}:  # also those that left the group
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            return False, sum(used.values())
        timeout_s = until - time.monotonic()
        if timeout_s <= 0:
            return True, 0
    return False, 0


def _waited_in_vain(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    with contextlib.suppress(AttributeError, OSError):  # Linux tells at once; Popen.wait(timeout) looks every 50 ms
        watched = os.pidfd_open(process.pid)
        try:
            waiting = select.poll()
            waiting.register(watched, select.POLLIN)
            return not waiting.poll(timeout_s * 1000)
        finally:
            os.close(watched)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end_gently(process: subprocess.Popen[bytes]) -> None:
    """Have a program end what it started: after a kill the kernel would do it, but later."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        if process.poll() is None:
            process.terminate()
            process.wait(_GENTLY_S)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of a program's process group, and reap it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # all gone; EPERM: a group of zombies on macOS
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads to run programs from; an interrupt first ends the programs, or the threads would wait for them."""
    try:
        with ThreadPoolExecutor(number, thread_name_prefix="measure") as pool:
            try:
                yield pool
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                _end_all()
                raise
    finally:
        _interrupted.clear()


def _end_all() -> None:
    with _starting:  # nothing starts behind our back
        _interrupted.set()
        running = list(_running)
    for process in running:
        end_group(process)


def heed_interrupt() -> None:
    """Raise MeasurementError when the run is to end: for long work of our own on a thread that nothing else can end."""
    if _interrupted.is_set():
        raise MeasurementError("gatecheck is being interrupted")


def end_strays(folder: Path) -> None:
    """Kill what left its group, such as a server that a test started: it has a path below `folder` in its environment.

    Works where there is /proc. Elsewhere such a program lives on.
    """
    mark = os.fsencode(folder) + b"/"
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # ended meanwhile, or another user's
            if mark in environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)


class _Reader:
    """Drains a pipe on a thread, keeping at most OUTPUT_LIMIT bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.kept = bytearray()
        self.cut = False
        self._stream = stream
        self._until = math.inf
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        ready = select.poll()
        ready.register(self._stream, select.POLLIN)
        with self._stream:
            while time.monotonic() < self._until:
                if ready.poll(_LOOK_MS):
                    if not self._keep(os.read(self._stream.fileno(), 65536)):
                        break
                elif self._until < math.inf:
                    break
            else:
                self.cut = True  # something that outlived the program writes on and on

    def _keep(self, chunk: bytes) -> bool:
        room = OUTPUT_LIMIT - len(self.kept)
        self.kept += chunk[:room]
        self.cut = self.cut or len(chunk) > room
        return bool(chunk)

    def finish(self) -> bytes:
        # A daemon that left the group may hold the pipe open for ever: what is in it by now is all, however long a busy
        # machine takes to read that.
        self._until = time.monotonic() + _DRAIN_S
        self._thread.join()
        return bytes(self.kept)
