"""Progress on stderr: a live line on a terminal, and elsewhere a plain one now and then, for CI kills silent jobs."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from gatecheck.change import Side
from gatecheck.engine import Event
from gatecheck.typeset import duration, printable, speaks_unicode

if TYPE_CHECKING:
    from rich.text import Text

REMIND_S = 30.0  # seconds between two plain lines about one measurement
_REFRESHES = 8  # a second, of the live line
_LOOKS = 30  # into the running measurements, between two plain lines


@dataclass
class Running:
    """The measurements under way, by name and side, with when they began; told by the engine's threads."""

    clock: Callable[[], float] = time.monotonic
    _begun: dict[tuple[str, Side | None], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self, event: Event) -> None:
        """Note that a measurement began or ended."""
        with self._lock:
            if event.taken is None:
                self._begun[event.name, event.side] = self.clock()
            else:
                self._begun.pop((event.name, event.side), None)

    def elapsed(self) -> dict[str, float]:
        """Give the seconds that each has run so far, the longest first, by a name such as `types (base)`."""
        with self._lock:
            begun = dict(self._begun)
        now = self.clock()
        return {_named(*key): now - began for key, began in sorted(begun.items(), key=lambda pair: pair[1])}


@contextmanager
def progress(stream: TextIO, every_s: float = REMIND_S) -> Iterator[Callable[[Event], None]]:
    """Give a listener for the engine's events that shows on `stream` what is being measured, and for how long.

    every_s: seconds between two plain lines about one measurement, where the stream is no terminal.
    """
    running = Running()
    with _live(stream, running) if is_live(stream) else _reminding(stream, running, every_s):
        yield running.listen


def is_live(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that a person looks at and that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"} and not os.environ.get("CI")


@contextmanager
def _live(stream: TextIO, running: Running) -> Iterator[None]:
    from rich.console import Console
    from rich.live import Live

    frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if speaks_unicode(stream) else "-\\|/"
    with Live(
        get_renderable=lambda: _live_line(frames, running),
        console=Console(file=stream, force_terminal=True, legacy_windows=False),
        refresh_per_second=_REFRESHES,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


def _live_line(frames: str, running: Running) -> "Text":
    from rich.text import Text

    frame = frames[int(running.clock() * _REFRESHES) % len(frames)]
    names = ", ".join(f"{name} {int(seconds)} s" for name, seconds in running.elapsed().items())
    return Text(f"{frame} measuring {names}" if names else f"{frame} working", no_wrap=True, overflow="crop")


@contextmanager
def _reminding(stream: TextIO, running: Running, every_s: float) -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=_remind, args=(stream, running, every_s, done), name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _remind(stream: TextIO, running: Running, every_s: float, done: threading.Event) -> None:
    told: dict[str, int] = {}
    while not done.wait(every_s / _LOOKS):
        times = {name: int(seconds // every_s) for name, seconds in running.elapsed().items()}
        for name, number in times.items():
            if number > told.get(name, 0):
                _write(stream, f"still measuring {name}, {duration(number * every_s)}\n")
        told = times


def _write(stream: TextIO, text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody reads any more: no reason to end the run
        stream.write(text)
        stream.flush()


def _named(name: str, side: Side | None) -> str:
    return printable(f"{name} ({side.value})" if side else name, ascii_only=True)
