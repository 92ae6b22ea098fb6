"""What became of each test, read from the record that the run wrote on a descriptor of gatecheck's own.

The tests run in the process that writes it. What they write there by chance, or without knowing the run's nonce, is
passed over; a record of which anything is missing is none at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from gatecheck.errors import MeasurementError

Word = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
_WEIGHT: dict[Word, int] = {"passed": 0, "xpassed": 1, "xfailed": 2, "skipped": 3, "error": 4, "failed": 5}


@dataclass(frozen=True)
class Outcome:
    """One test's end (pytest's words): its id, where it stands (path from the project's root, line from 1), and why."""

    id: str
    outcome: Word
    path: str = ""
    line: int = 1
    message: str = ""


@dataclass(frozen=True)
class Reach:
    """Which tests ran which lines of a watched file: line -> positions in the run's outcomes.

    call: in their call phase. around: in setup or teardown, that is in fixtures.
    """

    path: str
    call: dict[int, tuple[int, ...]] = field(default_factory=dict)
    around: dict[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A finished run: the outcomes, and the project's modules that came from outside the snapshot as (name, file)."""

    code: int
    outcomes: tuple[Outcome, ...]
    foreign: tuple[tuple[str, str], ...]
    last_words: str = ""


class _Entry(msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower):
    nonce: str
    number: int


class Shadowed(_Entry, frozen=True):
    """The tree holds modules in place of the test tools."""

    names: list[str]


class Crash(_Entry, frozen=True):
    """The program that runs the tests failed."""

    message: str


class Collected(_Entry, frozen=True):
    """The ids of the tests that will run."""

    ids: list[str]


class Uncollected(_Entry, frozen=True):
    """A file that could not be collected, or is skipped as a whole."""

    id: str
    outcome: Literal["failed", "skipped"]
    message: str


class Start(_Entry, frozen=True):
    """A test begins."""

    id: str


class Phase(_Entry, frozen=True):
    """A phase of a test ended; an outcome besides pytest's three is a plugin's, such as `rerun`: it decides nothing."""

    id: str
    when: Literal["setup", "call", "teardown"]
    outcome: str
    xfail: bool
    message: str
    path: str
    line: int

    @property
    def word(self) -> Word:
        """Give what the phase alone makes of the test."""
        if self.outcome == "failed":
            return "failed" if self.when == "call" else "error"
        if self.xfail:
            return "xfailed" if self.outcome == "skipped" else "xpassed"
        return "skipped" if self.outcome == "skipped" else "passed"


class Final(_Entry, frozen=True):
    """The run ended in order."""

    code: int
    foreign: list[tuple[str, str]]


_LINE = msgspec.json.Decoder(Shadowed | Crash | Collected | Uncollected | Start | Phase | Final)


def read_record(text: bytes, nonce: str, ending: str) -> Record:
    """Read a record; raises MeasurementError, with `ending` saying how the process ended, where it is not whole."""
    entries = [entry for line in text.split(b"\n") if (entry := _entry(line)) and entry.nonce == nonce]
    for entry in entries:
        if isinstance(entry, Shadowed):
            names = ", ".join(entry.names)
            raise MeasurementError(f"the tree holds modules that shadow the test tools: {names}; rename them")
        if isinstance(entry, Crash):
            raise MeasurementError(f"the test run crashed: {entry.message}{_last_started(entries)}")
    if not entries or not isinstance(final := entries[-1], Final):
        raise MeasurementError(f"the test run did not end properly: {ending}{_last_started(entries)}")
    if [entry.number for entry in entries] != list(range(len(entries))):
        raise MeasurementError("the record of the test run is not whole: a test wrote on gatecheck's descriptor")
    return Record(final.code, tuple(_outcomes(entries)), tuple(final.foreign), ending)


def _entry(line: bytes) -> _Entry | None:
    try:
        return _LINE.decode(line) if line else None
    except (msgspec.MsgspecError, RecursionError):
        return None


def _last_started(entries: list[_Entry]) -> str:
    ended = {entry.id for entry in entries if isinstance(entry, Phase) and entry.when == "teardown"}
    started = [entry.id for entry in entries if isinstance(entry, Start) and entry.id not in ended]
    return f"; it was in {started[-1]}" if started else ""


def _outcomes(entries: list[_Entry]) -> Iterator[Outcome]:
    phases: dict[str, list[Phase]] = {}
    for entry in entries:
        if isinstance(entry, Uncollected):
            word: Word = "error" if entry.outcome == "failed" else "skipped"
            yield Outcome(entry.id, word, _path(entry.id), 1, entry.message)
        elif isinstance(entry, Collected):
            phases |= {test: [] for test in entry.ids}
        elif isinstance(entry, Phase) and entry.outcome in {"passed", "failed", "skipped"}:
            phases.setdefault(entry.id, []).append(entry)
    yield from (_outcome(test, reported) for test, reported in phases.items())


def _outcome(test: str, phases: list[Phase]) -> Outcome:
    """Fold a test's phases into one outcome: the worst one decides."""
    if not _is_whole(phases):
        return Outcome(test, "error", _path(test), 1, "it was collected and never reported as finished")
    phase = max(phases, key=lambda phase: _WEIGHT[phase.word])
    return Outcome(test, phase.word, phase.path, phase.line, phase.message)


def _is_whole(phases: Iterable[Phase]) -> bool:
    """Tell whether a test was torn down, and called unless its setup kept it from that."""
    ended = {phase.when: phase for phase in phases}
    return "teardown" in ended and "setup" in ended and ("call" in ended or ended["setup"].word != "passed")


def _path(test: str) -> str:
    return test.split("::", maxsplit=1)[0]
