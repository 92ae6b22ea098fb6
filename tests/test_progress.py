"""Progress: a live line on a real pseudo-terminal, plain lines on a pipe."""

import io
import os
import pty
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

import pytest

from gatecheck.change import Side
from gatecheck.engine import Event, Taken
from gatecheck.progress import Running, is_live, progress

PATIENCE_S = 10  # before a test that waits for output gives up


@dataclass
class Screen:
    """A stream, and what was written to it so far."""

    stream: TextIO
    source: int
    _seen: bytearray = field(default_factory=bytearray)

    def wait_for(self, text: str, times: int = 1) -> bool:
        """Wait until a text was written so often."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if self.read().count(text) >= times:
                return True
            time.sleep(0.02)
        return False

    def read(self) -> str:
        """Give everything written so far, without waiting."""
        try:
            while chunk := os.read(self.source, 65536):
                self._seen += chunk
        except BlockingIOError:
            pass
        return self._seen.decode()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as on a developer's machine, wherever the tests run."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "70")
    for name in ("CI", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def terminal() -> Iterator[Screen]:
    """Open a pseudo-terminal."""
    source, end = pty.openpty()
    os.set_blocking(source, False)
    with os.fdopen(end, "w", encoding="utf-8") as stream:
        yield Screen(stream, source)
    os.close(source)


@pytest.fixture
def pipe() -> Iterator[Screen]:
    """Open a pipe."""
    source, end = os.pipe()
    os.set_blocking(source, False)
    with os.fdopen(end, "w", encoding="utf-8") as stream:
        yield Screen(stream, source)
    os.close(source)


def began(name: str, side: Side | None = None) -> Event:
    """Make the event of a measurement that begins."""
    return Event(name, side)


def ended(name: str, side: Side | None = None) -> Event:
    """Make the event of a measurement that ends."""
    return Event(name, side, Taken(name, side, None))


def test_terminal_shows_what_runs(terminal: Screen) -> None:
    """On a terminal the names, the sides and the seconds of what runs are shown, and change with it."""
    with progress(terminal.stream) as listen:
        working = terminal.wait_for("working")
        listen(began("types", Side.BASE))
        listen(began("secrets"))
        both = terminal.wait_for("measuring types (base) 0 s, secrets 0 s")
        listen(ended("types", Side.BASE))
        one = terminal.wait_for("measuring secrets")
        counted = terminal.wait_for("measuring secrets 1 s")

    assert (working, both, one, counted) == (True, True, True, True)


def test_terminal_is_left_clean(terminal: Screen) -> None:
    """In the end the line is erased, the cursor is visible, and nothing has scrolled."""
    with progress(terminal.stream) as listen:
        listen(began("types", Side.HEAD))
        terminal.wait_for("types (head)")

    assert terminal.wait_for("\x1b[?25h")
    assert terminal.read().endswith("\x1b[2K")


def test_terminal_after_interruption(terminal: Screen) -> None:
    """An interruption leaves a visible cursor, too."""
    with pytest.raises(KeyboardInterrupt), progress(terminal.stream):
        raise KeyboardInterrupt

    assert terminal.wait_for("\x1b[?25h")


def test_narrow_terminal(terminal: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long is cut rather than wrapped: a wrapped one could not be redrawn in place."""
    monkeypatch.setenv("COLUMNS", "30")
    with progress(terminal.stream) as listen:
        for number in range(9):
            listen(began(f"measurement-{number}", Side.PINNED))
        terminal.wait_for("measuring measurement-0")

    assert "measurement-1" not in terminal.read()


def test_ascii_terminal(terminal: Screen) -> None:
    """A terminal whose encoding has no symbols gets ASCII."""
    with os.fdopen(os.dup(terminal.stream.fileno()), "w", encoding="ascii") as stream, progress(stream) as listen:
        listen(began("types", Side.HEAD))
        shown = terminal.wait_for("measuring types (head)")

    assert shown
    assert terminal.read().isascii()


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("TERM", "unknown"), ("CI", "true")])
def test_no_live_line(terminal: Screen, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A dumb terminal and a CI job that has a terminal get no live line."""
    monkeypatch.setenv(name, value)

    assert not is_live(terminal.stream)


def test_live(terminal: Screen, pipe: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal is live, unless it says nothing about itself; a pipe is not."""
    on_terminal, on_pipe = is_live(terminal.stream), is_live(pipe.stream)
    monkeypatch.delenv("TERM")

    assert (on_terminal, on_pipe, is_live(terminal.stream)) == (True, False, False)


def test_pipe_is_silent(pipe: Screen) -> None:
    """Where there is no terminal, nothing is said of measurements that end soon."""
    with progress(pipe.stream) as listen:
        listen(began("types", Side.BASE))
        listen(ended("types", Side.BASE))
        time.sleep(0.1)

    assert pipe.read() == ""


def test_pipe_is_reminded(pipe: Screen) -> None:
    """Where there is no terminal, a plain line now and then keeps a CI job alive while a measurement takes long."""
    with progress(pipe.stream, every_s=0.2) as listen:
        listen(began("types", Side.BASE))
        listen(began("lint", Side.HEAD))
        listen(ended("lint", Side.HEAD))
        reminded = pipe.wait_for("still measuring types (base), ", times=2)
        listen(ended("types", Side.BASE))
        time.sleep(0.1)
        said = pipe.read()
        time.sleep(0.3)

    assert reminded
    assert said.startswith("still measuring types (base), 0.2 s\nstill measuring types (base), 0.4 s\n")
    assert "lint" not in said
    assert pipe.read() == said


def test_pipe_is_reminded_of_each_run(pipe: Screen) -> None:
    """A measurement that is taken a second time counts from its second beginning."""
    with progress(pipe.stream, every_s=0.2) as listen:
        for run in (1, 2):
            listen(began("types"))
            reminded = pipe.wait_for("still measuring types, 0.2 s\n", times=run)
            listen(ended("types"))
            time.sleep(0.1)

    assert reminded


def test_nobody_reads() -> None:
    """A stream that nobody reads any more does not end the run."""
    stream = _Closed()

    with progress(stream, every_s=0.05) as listen:
        listen(began("types"))
        tried = stream.tried.wait(PATIENCE_S)

    assert tried


class _Closed(io.StringIO):
    """A stream whose reader has left."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = threading.Event()

    def write(self, text: str) -> int:
        self.tried.set()
        raise BrokenPipeError(text)


def test_threads() -> None:
    """Events may come from many threads at once."""
    running = Running(clock=lambda: 5.0)
    barrier = threading.Barrier(8)

    def measure(number: int) -> None:
        barrier.wait()
        for _ in range(200):
            running.listen(began(f"m{number}"))
            running.elapsed()
            running.listen(ended(f"m{number}"))
        running.listen(began(f"m{number}", Side.HEAD))

    threads = [threading.Thread(target=measure, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert running.elapsed() == dict.fromkeys([f"m{number} (head)" for number in range(8)], 0.0)


def test_longest_first() -> None:
    """What has run the longest is named first; an end without a beginning (it was remembered) is no matter."""
    times = iter([10.0, 12.0, 15.0])
    running = Running(clock=lambda: next(times))
    running.listen(began("b"))
    running.listen(began("a", Side.BASE))
    running.listen(ended("remembered"))

    assert list(running.elapsed().items()) == [("b", 5.0), ("a (base)", 3.0)]


def test_escaped_name() -> None:
    """A third party's measurement has no way to write to the terminal by its name."""
    running = Running()
    running.listen(began("m\x1b[2K"))

    assert list(running.elapsed()) == ["m\\x1b[2K"]
