"""Running other programs: in a session of their own, with a clock, an output cap, and everything ended afterwards."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gatecheck.errors import MeasurementError

OUTPUT_LIMIT = 32 * 2**20  # bytes kept of each stream: ruff's JSON for 100,000 findings is about 30 MiB

# What a program of the checked project may see of the caller's environment; a policy's `pass-env` adds to it.
ALLOWED_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "SSL_CERT_FILE")

_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Done:
    """How a program ended: its code (negative: the signal), what it printed, and whether a bound was hit."""

    code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    cut: bool = False

    def complaint(self) -> str:
        """Give the last line of its complaint, for a reason that fits one line."""
        lines = [line for line in self.stderr.decode("utf-8", "replace").split("\n") if line.strip()]
        return lines[-1].strip()[:300] if lines else f"it ended with code {self.code} and said nothing"


def scrubbed_environment(home: Path, pass_env: Sequence[str] = (), **more: str) -> dict[str, str]:
    """Give the environment for a program of the checked project: an allow-list, and a home folder of its own."""
    kept = {name: os.environ[name] for name in (*ALLOWED_ENVIRONMENT, *pass_env) if name in os.environ}
    user_base = os.environ.get("PYTHONUSERBASE", str(Path.home() / ".local"))
    own = {"HOME": str(home), "TMPDIR": str(home), "PYTHONUSERBASE": user_base, "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | own | more


def run(
    argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], timeout_s: float, keep_fds: Sequence[int] = ()
) -> Done:
    """Run a program to its end or `timeout_s` seconds, then end its whole process group."""
    try:
        process = subprocess.Popen(
            [str(word) for word in argv],
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
    readers = [_Reader(stream) for stream in (process.stdout, process.stderr) if stream]
    try:
        timed_out = _waited_in_vain(process, timeout_s)
    finally:
        end_group(process)
        _running.discard(process)
    stdout, stderr = (reader.finish() for reader in readers)
    return Done(process.returncode, stdout, stderr, timed_out, any(reader.cut for reader in readers))


def _waited_in_vain(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return True
    return False


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of a program's process group, and reap it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # all gone; macOS says EPERM for a group of zombies
        pass
    process.wait()


def end_all() -> None:
    """Kill every program that still runs: called when gatecheck is interrupted."""
    for process in list(_running):
        end_group(process)


class _Reader:
    """Drains a pipe on a thread, keeping at most OUTPUT_LIMIT bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.kept = bytearray()
        self.cut = False
        self._stream = stream
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        while chunk := os.read(self._stream.fileno(), 65536):
            room = OUTPUT_LIMIT - len(self.kept)
            self.kept += chunk[:room]
            self.cut = self.cut or len(chunk) > room

    def finish(self) -> bytes:
        # A daemon that left the group may hold the pipe open for ever: a second is enough for what was printed.
        self._thread.join(timeout=1)
        if not self._thread.is_alive():
            self._stream.close()
        return bytes(self.kept)
