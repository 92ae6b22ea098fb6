"""Where a run may write, and what it may run: given to measurements like any other value."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "gatecheck-run-"


@dataclass(frozen=True)
class Workspace:
    """The run's own folder, gone when it ends, and the cache folder (None: nothing is to be remembered)."""

    scratch: Path
    cache: Path | None = None

    def folder(self, name: str) -> Path:
        """Make a new folder for one measurement."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.scratch))

    def lasting(self, name: str) -> Path:
        """Give a folder that outlives the run where there is a cache, for tools that keep one of their own."""
        folder = (self.cache or self.scratch) / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


@dataclass(frozen=True)
class Execution:
    """Leave to run the project's own code. A measurement that does asks for it, so that `--no-run` can tell."""

    pass_env: tuple[str, ...] = ()
    timeout_s: int = 1800


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make the run's folder; at its end it is deleted, and so are those that killed runs left behind."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not _alive(int(pid)) and folder.stat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
