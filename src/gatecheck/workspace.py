"""Where a run may write, and what it may run: given to measurements like any other value."""

import contextlib
import errno
import fcntl
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatecheck import process
from gatecheck.confinement import Cage
from gatecheck.errors import MeasurementError, UsageError

_PREFIX = "gatecheck-"  # short, as all names here: the path of a Unix socket may have 107 bytes


@dataclass(frozen=True)
class Workspace:
    """The run's own folder, gone when it ends, and the cache folder (None: nothing is to be remembered)."""

    scratch: Path
    cache: Path | None = None
    _made: dict[str, Path | MeasurementError] = field(default_factory=dict, repr=False, compare=False)
    _making: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def folder(self) -> Path:
        """Make a new folder for one measurement; its name is a number."""
        numbered = (self.scratch / str(number) for number in itertools.count())
        return next(folder for folder in numbered if _is_new(folder))

    def lasting(self, name: str) -> Path:
        """Give a folder that outlives the run where there is a cache, for tools that keep one of their own."""
        for top in (self.cache, self.scratch):
            with contextlib.suppress(OSError):  # a cache that cannot be written is none
                if top:
                    (top / name).mkdir(parents=True, exist_ok=True, mode=0o700)
                    return top / name
        return self.folder()

    def once(self, name: str, make: Callable[[], Path]) -> Path:
        """Make a folder that several measurements need once a run, however many ask; a failure is each one's."""
        with self._making:
            if name not in self._made:
                try:
                    self._made[name] = make()
                except MeasurementError as error:
                    self._made[name] = error
        if isinstance(made := self._made[name], MeasurementError):
            raise MeasurementError(str(made))
        return made


@dataclass(frozen=True)
class Execution:
    """Leave to run the project's own code. A measurement that does asks for it, so that `--no-run` can tell.

    memory: bytes for a program and all that it starts. cage: what it is kept in, settled with the kernel. prepare:
    the commands that make what a build makes. checkout: whether tests run in a git checkout; branch: what git calls the
    first branch of a new repository, "" for its own choice.
    """

    pass_env: tuple[str, ...] = ()
    timeout_s: int = 1800
    memory: int = 8 * 2**30
    cage: Cage = field(default_factory=Cage)
    prepare: tuple[tuple[str, ...], ...] = ()
    checkout: bool = True
    branch: str = ""

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        writable: Sequence[Path],
        shown: Iterable[str | Path],
        keep_fds: Sequence[int] = (),
        timeout_s: float = 0,
    ) -> process.Done:
        """Run a program in the cage; see `Cage.around` for what it may write and read there."""
        return process.run(
            self.cage.around(argv, writable, shown),
            cwd=cwd,
            env=env,
            timeout_s=timeout_s or self.timeout_s,
            keep_fds=keep_fds,
            memory=self.memory,
            ends_others=self.cage.full,
        )

    def overrun(self, done: process.Done) -> str:
        """Say which of the policy's bounds ended a program, "" for none."""
        if done.timed_out:
            return f"stopped after {self.timeout_s} s (the policy's timeout)"
        if done.too_much:
            used, most = (f"{size / 2**30:.2g} GB" for size in (done.too_much, self.memory))
            return f"stopped at {used} of memory, more than {most} (the policy's memory)"
        return ""


def run_prefix() -> str:
    """Give how the name of a temporary folder begins that a later run deletes where this one is killed."""
    return f"{_PREFIX}{os.getpid()}-"


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make the run's folder; at its end it is deleted, and so are those that killed runs left behind."""
    try:
        tempfile.tempdir = tempfile.tempdir or str(_temporary())
        _sweep()
        folder = Path(tempfile.mkdtemp(prefix=run_prefix())).resolve()
    except OSError as error:
        raise UsageError(f"no folder for temporary files: {error.strerror}; name one with TMPDIR") from error
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        _delete(folder)
        os.close(held)


def _temporary() -> Path:
    """Find the folder for temporary files: Python's own search ends in the working folder, that is the repository."""
    named = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)]
    for name in (*named, "/tmp", "/var/tmp", "/usr/tmp"):  # noqa: S108 - the places where Python looks
        if Path(name).is_dir() and os.access(name, os.W_OK | os.X_OK):
            return Path(name).absolute()
    raise FileNotFoundError(errno.ENOENT, "none can be written to")


def _is_new(folder: Path) -> bool:
    """Make a folder; tell whether it was not there before."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).split("-")[0]
        with contextlib.suppress(OSError):  # another run was faster
            if pid.isdigit() and folder.lstat().st_uid == os.getuid() and not _alive(int(pid)) and _unheld(folder):
                _delete(folder.resolve())


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _unheld(folder: Path) -> bool:
    """Tell whether no run holds a folder: containers that share one have process ids of their own."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _delete(folder: Path) -> None:
    process.end_strays(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    for top, names, _ in os.walk(folder):  # a test took the right to write from a folder of its own
        for path in (Path(top, name) for name in names):
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
