"""Where the project's code runs: in a cage, as far as the kernel allows one, and under limits.

In a full cage it has processes, messages and a network of its own, sees no folder of the user's but what it needs, and
writes nowhere but in the run's folder; all of it ends with its first process. The programs that do it are in
`gatecheck.cage`; the bound on memory is kept by `gatecheck.process`.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from gatecheck import process
from gatecheck.errors import MeasurementError
from gatecheck.visible_files import VisibleFiles

Network = Literal["none", "host"]

_START = Path(__file__).parent / "cage" / "start.py"
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin"  # bubblewrap is not taken from a checked tree


@dataclass(frozen=True)
class Cage:
    """What the project's code is kept in, settled with the kernel.

    network: what it gets. way: "bubblewrap:PATH" and "namespaces" make a full cage; "network" takes the network alone;
    "limits" bounds files only. files: what it sees. lacking: what does not hold for want of a full cage, "" for
    nothing.
    """

    network: Network = "host"
    way: str = "limits"
    files: VisibleFiles = field(default_factory=VisibleFiles)
    lacking: str = ""

    @property
    def full(self) -> bool:
        """Tell whether files and processes are kept apart."""
        return self.way not in {"network", "limits"}

    @property
    def notes(self) -> Iterator[str]:
        """Give what the report must say of it."""
        if self.lacking:
            yield f"the project's code was not caged: {self.lacking}"
        elif self.network == "host":
            said = 'the policy says network = "host"; each run waits for the others, and none is remembered'
            yield f"the project's code had the network of this machine: {said}"

    def around(
        self, argv: Sequence[str | Path], writable: Sequence[Path], shown: Iterable[str | Path] = ()
    ) -> list[str | Path]:
        """Give the words that run a program in the cage.

        writable: the folders where it may write; in the first one its `/tmp` is made. shown: files and folders that it
        can read wherever they are.
        """
        laid = self.files.words(writable, [*self.files.shown, *shown]) if self.full else []
        return [*self.starting(laid), *argv]

    def starting(self, layout: Iterable[str]) -> list[str | Path]:
        """Give the words that start the cage, in which the files are laid out so; the program's are to follow."""
        return [sys.executable, "-I", "-S", _START, self.way, self.network, str(os.getpid()), *layout, "--"]


def settle_cage(network: Network, files: VisibleFiles) -> Cage:
    """Give the cage that the kernel allows: with bubblewrap where it is installed, else by namespaces of our own."""
    ways = [*(f"bubblewrap:{path}" for path in [shutil.which("bwrap", path=_SYSTEM_PATH)] if path), "namespaces"]
    reasons = []
    for way in ways:
        if not (reason := _refusal(way, network)):
            return Cage(network, way, files)
        reasons.append(reason)
    if network == "none" and not _refusal("network", "none"):
        rest = "it could read the user's files and the variables of this process, write what the user may, and leave"
        return Cage("none", "network", files, f"{rest} processes behind ({reasons[-1]})")
    rest = "it had the network of this machine, could read and write what the user may, and leave processes behind"
    return Cage("host", "limits", files, f"{rest} ({reasons[-1]})")


@cache
def _refusal(way: str, network: Network) -> str:
    """Try once; give the kernel's reason to refuse."""
    cage = Cage(network, way)
    layout = ["--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"] if cage.full else []  # noqa: S108
    try:
        done = process.run(cage.starting(layout), cwd=Path("/"), env=os.environ, timeout_s=60)
    except MeasurementError as error:
        return str(error)
    return "" if done.code == 0 else done.complaint()


def hide_this_process() -> None:
    """Keep what this process knows from others of the same user, as far as that goes without a cage.

    Its first environment, which /proc shows, is emptied; the variables live on in its memory, which nobody may read any
    more. Its parents show theirs still.
    """
    with contextlib.suppress(OSError, AttributeError):
        from gatecheck.cage import kernel

        for name, value in os.environ.items():
            os.putenv(name, value)
        kernel.empty_first_environment()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
