"""What became of each test, read from the record that the run wrote on a descriptor of gatecheck's own.

The tests run in the process that writes it. What they write there by chance, or without knowing the run's nonce, is
passed over; a record of which anything is missing is none at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from gatecheck.errors import MeasurementError
from gatecheck.in_project.gatecheck_canaries import FUNCTIONS

Word = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
_WEIGHT: dict[Word, int] = {"passed": 0, "xpassed": 1, "xfailed": 2, "skipped": 3, "error": 4, "failed": 5}


@dataclass(frozen=True)
class Outcome:
    """One test's end (pytest's words): its id, where it stands (path from the project's root, line from 1), and why.

    frames: the files of the tree that the exception of a failed call went through, from the repository's top; without
    any, `entered` tells whether the test's own code ran at all. python: the path of the Python that it ended so with,
    "" for the main one.
    """

    id: str
    outcome: Word
    path: str = ""
    line: int = 1
    message: str = ""
    frames: tuple[str, ...] = ()
    entered: bool = False
    python: str = ""


@dataclass(frozen=True)
class Origin:
    """Where the text of a test is that is no function of a test module: an example, a scenario, a case in a data file.

    path: from the repository's top. line, end_line: from 1, inclusive.
    """

    id: str
    path: str
    line: int
    end_line: int


@dataclass(frozen=True)
class Reach:
    """Which tests ran which lines of a watched file: line -> positions in the run's outcomes.

    call: in their call phase. around: in setup or teardown, that is in fixtures.
    """

    path: str
    call: dict[int, tuple[int, ...]] = field(default_factory=dict)
    around: dict[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sources:
    """What was imported of the tree, by paths from its top.

    read: digests (SHA-256) of the files at each import. other: modules whose code was not what their files give.
    writers: who first wrote a Python file, as file:line, "" for no code of the tree.
    """

    read: dict[str, tuple[str, ...]] = field(default_factory=dict)
    other: tuple[str, ...] = ()
    writers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A finished run: the outcomes, and the project's modules that came from outside the snapshot as (name, file).

    data: coverage.py's file of the process that ran the tests, "" where there is none. reached: by the files' paths as
    the run knows them. canaries: the ids of the files that planted tests pretended to be in. origins: of the tests that
    are no functions of test modules. compiled: modules of the project that were built elsewhere, as (name, file).
    seconds: how long it took.
    """

    code: int
    outcomes: tuple[Outcome, ...]
    foreign: tuple[tuple[str, str], ...]
    last_words: str = ""
    data: str = ""
    reached: tuple[Reach, ...] = ()
    canaries: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    compiled: tuple[tuple[str, str], ...] = ()
    seconds: float = 0
    sources: Sources = field(default_factory=Sources)


class _Entry(msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower):
    nonce: str
    number: int


class Shadowed(_Entry, frozen=True):
    """The tree holds modules in place of the test tools."""

    names: list[str]


class Crash(_Entry, frozen=True):
    """The program that runs the tests failed."""

    message: str


class Stopped(_Entry, frozen=True):
    """The run was stopped: the first tests all broke in their setup, for one reason."""

    tests: int
    message: str


class Collected(_Entry, frozen=True):
    """The ids of the tests that will run, and where the text of some is: path, first and last line."""

    ids: list[str]
    origins: dict[str, tuple[str, int, int]] = {}


class Canaries(_Entry, frozen=True):
    """The ids of the files that the planted tests pretended to be in."""

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
    raised: str = ""
    entered: bool | None = None
    frames: tuple[str, ...] = ()
    reached: dict[str, list[int]] = {}

    @property
    def lie(self) -> str:
        """Say what speaks against a pass: what the test was seen to raise, or that its code was never called."""
        if self.when != "call" or self.outcome != "passed" or self.xfail:
            return ""
        if self.raised:
            return f"it was reported as passed, and raised {self.raised}"
        return "it was reported as passed, and its own code was never run" if self.entered is False else ""

    @property
    def word(self) -> Word:
        """Give what the phase alone makes of the test."""
        if self.outcome == "failed":
            return "failed" if self.when == "call" else "error"
        if self.lie:
            return "failed"
        if self.xfail:
            return "xfailed" if self.outcome == "skipped" else "xpassed"
        return "skipped" if self.outcome == "skipped" else "passed"


class Final(_Entry, frozen=True):
    """The run ended in order."""

    code: int
    foreign: list[tuple[str, str]]
    data: str = ""
    watched: list[str] = []
    compiled: list[tuple[str, str]] = []
    sources: Sources = Sources()


_LINE = msgspec.json.Decoder(Shadowed | Crash | Stopped | Collected | Canaries | Uncollected | Start | Phase | Final)


class CrashError(MeasurementError):
    """A run that came to no end; `test` is the id of the test that was running, "" for none."""

    def __init__(self, why: str, test: str) -> None:
        super().__init__(f"{why}; it was in {test}" if test else why)
        self.test = test


def read_record(text: bytes, nonce: str, ending: str, canary: str = "") -> Record:
    """Read a record; raises MeasurementError, with `ending` saying how the process ended, where it is not whole.

    canary: what the names of the planted tests hold. They are left out, once each of them ended as it must.
    """
    entries = [entry for line in text.split(b"\n") if (entry := _entry(line)) and entry.nonce == nonce]
    for entry in entries:
        if isinstance(entry, Shadowed):
            names = ", ".join(entry.names)
            raise MeasurementError(f"the tree holds modules that shadow the test tools: {names}; rename them")
        if isinstance(entry, Crash):
            raise CrashError(f"the test run crashed: {entry.message}", _last_started(entries))
        if isinstance(entry, Stopped):
            raise MeasurementError(f"the first {entry.tests} tests break before they are called: {entry.message}")
    if not entries or not isinstance(final := entries[-1], Final):
        raise CrashError(f"the test run did not end properly: {ending}", _last_started(entries))
    if [entry.number for entry in entries] != list(range(len(entries))):
        raise MeasurementError("the record of the test run is not whole: a test wrote on gatecheck's descriptor")
    outcomes = list(_outcomes(entries))
    planted = [outcome for outcome in outcomes if canary and canary in outcome.id]
    files = [id_ for entry in entries if isinstance(entry, Canaries) for id_ in entry.ids]
    own = tuple(outcome for outcome in outcomes if outcome not in planted)
    _check_setup(own, planted)
    check_canaries(planted, files, canary)
    places = {outcome.id: place for place, outcome in enumerate(own)}
    reached = tuple(_reaches(entries, places, final.watched))
    told = [item for entry in entries if isinstance(entry, Collected) for item in entry.origins.items()]
    origins = tuple(Origin(id_, *place) for id_, place in told)
    return Record(
        code=final.code,
        outcomes=own,
        foreign=tuple(final.foreign),
        last_words=ending,
        data=final.data,
        reached=reached,
        canaries=tuple(files),
        origins=origins,
        compiled=tuple(final.compiled),
        sources=final.sources,
    )


def _check_setup(own: tuple[Outcome, ...], planted: list[Outcome]) -> None:
    """Raise MeasurementError where a fixture that all tests have breaks: then planted tests break in it as well."""
    spoilt = {outcome.message for outcome in planted if outcome.outcome == "error" and "_error_" not in outcome.id}
    shared = [outcome for outcome in own if outcome.outcome == "error" and outcome.message in spoilt]
    if shared:
        words = f"{len(shared)} tests break before they are called, by what all of them set up: {shared[0].message}"
        raise MeasurementError(words)


def check_canaries(planted: list[Outcome], files: list[str], canary: str) -> None:
    """Raise MeasurementError unless every planted test is there and ended as its name says."""
    for outcome in planted:
        ending = outcome.id.partition(f"{canary}_")[2].partition("[")[0]  # a fixture may give each test parameters
        expected = ending.partition("_")[0]
        if outcome.outcome != expected:
            told = f"a planted test that must be {expected} was reported as {outcome.outcome}"
            raise MeasurementError(f"the test run cannot be believed: {told}; look at the conftest.py and plugins")
    for file in files:
        if sum(outcome.id.startswith(f"{file}::") for outcome in planted) < len(FUNCTIONS):
            told = f"tests planted beside {file.rpartition('/')[0] or 'the others'} were not run"
            raise MeasurementError(f"the test run cannot be believed: {told}; look at the conftest.py and plugins")


def _reaches(entries: list[_Entry], places: dict[str, int], watched: list[str]) -> Iterator[Reach]:
    """Turn what each phase ran into which tests ran each line."""
    call: dict[str, dict[int, dict[int, None]]] = {}
    around: dict[str, dict[int, dict[int, None]]] = {}
    for entry in entries:
        if isinstance(entry, Phase) and entry.id in places:
            told = call if entry.when == "call" else around
            for path, lines in entry.reached.items():
                for line in lines:
                    told.setdefault(path, {}).setdefault(line, {})[places[entry.id]] = None
    for path in watched:
        yield Reach(path, _sealed(call.get(path, {})), _sealed(around.get(path, {})))


def _sealed(told: dict[int, dict[int, None]]) -> dict[int, tuple[int, ...]]:
    return {line: tuple(tests) for line, tests in told.items()}


def _entry(line: bytes) -> _Entry | None:
    try:
        return _LINE.decode(line) if line else None
    except (msgspec.MsgspecError, RecursionError):
        return None


def _last_started(entries: list[_Entry]) -> str:
    ended = {entry.id for entry in entries if isinstance(entry, Phase) and entry.when == "teardown"}
    started = [entry.id for entry in entries if isinstance(entry, Start) and entry.id not in ended]
    return started[-1] if started else ""


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
    return Outcome(test, phase.word, phase.path, phase.line, phase.message or phase.lie, *_seen(phase))


def _seen(phase: Phase) -> tuple[tuple[str, ...], bool]:
    """Give where a failed call was seen to fail; of what passes nothing is told, there are many."""
    return (phase.frames, bool(phase.entered)) if phase.word == "failed" else ((), False)


def _is_whole(phases: Iterable[Phase]) -> bool:
    """Tell whether a test was torn down, and called unless its setup kept it from that."""
    ended = {phase.when: phase for phase in phases}
    return "teardown" in ended and "setup" in ended and ("call" in ended or ended["setup"].word != "passed")


def _path(test: str) -> str:
    return test.split("::", maxsplit=1)[0]
