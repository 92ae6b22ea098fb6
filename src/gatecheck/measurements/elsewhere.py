"""New and edited tests that the main Python skips, run with the project's other Pythons; both answers put together."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from gatecheck import process
from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter, read_interpreter
from gatecheck.measurements.causes import BREAKS
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.outcomes import Outcome, Reach
from gatecheck.measurements.suite_command import command_of
from gatecheck.pythons import OtherPython, PythonRun, Requirements, bare_pythons
from gatecheck.syntax import units
from gatecheck.test_bed import TestBed

if TYPE_CHECKING:
    from gatecheck.measurements.suite_runner import FileCoverage
    from gatecheck.measurements.suites import SuiteRun

MOST = 4  # Pythons that are tried with a suite
_Run = TypeVar("_Run", bound="SuiteRun")
_Again = Callable[[TestBed, tuple[str, ...]], "SuiteRun"]


@dataclass(frozen=True)
class Pythons:
    """The other Pythons of one side, and the change's tests that they may run; none on the base."""

    others: tuple[OtherPython, ...] = ()
    wanted: Requirements = field(default_factory=Requirements)
    tests: NewTests | None = None

    def key(self) -> str:
        """Give a digest of all that may change what a run tells; one for every change where there are no others."""
        if not self.others or self.tests is None:
            return ""
        texts = [(file.path, file.before, file.after) for file in self.tests.change.files if file.is_python]
        said = [[other.key for other in self.others], [other.named for other in self.others], self.wanted, texts]
        return hashlib.sha256(repr(said).encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def sources(self) -> dict[str, bytes]:
        """Give the head's changed files."""
        return {file.path: file.after or b"" for file in self.tests.change.python()} if self.tests else {}

    def skipped(self, suite: str, run: "SuiteRun") -> tuple[str, ...]:
        """Give the new and edited tests that a run skipped, see `NewTests.aside`."""
        if self.tests is None or not run.present or run.runner != "pytest":
            return ()
        return replace(self.tests, origins=run.origins).aside(run.outcomes, suite)

    def untold(self, suite: str, run: "SuiteRun") -> tuple[str, ...]:
        """Give what a run skipped, and the modules of which it knows no test: unparsed ones, and ignored ones.

        Where a command chooses what runs, it is not known what was ignored.
        """
        if self.tests is None or not run.present or run.runner != "pytest":
            return ()
        whole = command_of(suite, self.tests.project) == ("pytest",)
        told: dict[str, list[Outcome]] = {}
        for outcome in run.outcomes:
            told.setdefault(_file(outcome.id), []).append(outcome)
        unseen = (
            path
            for path, file in self.tests.changed.items()
            if (all(map(_is_unparsed, told[path])) if path in told else whole)
            and self.tests.is_of(suite, path)
            and self.tests.project.collection.is_collected(file.path)
            and self.tests.project.collection.reaches(file.path)
        )
        return tuple(dict.fromkeys((*self.skipped(suite, run), *unseen)))


def _is_unparsed(outcome: Outcome) -> bool:
    return "::" not in outcome.id and outcome.outcome == "error" and "SyntaxError" in outcome.message


def with_others(run: _Run, suite: str, pythons: Pythons, bed: TestBed, again: _Again) -> _Run:
    """Run with the other Pythons, one after another, what is untold; nothing runs where all is told."""
    for other in pythons.others[:MOST]:
        if not (asked := pythons.untold(suite, run)):
            break
        try:
            there = _interpreter(other, pythons.wanted)
            files = tuple(dict.fromkeys(map(_file, asked)))  # ids of parameters may be others there
            told = again(replace(bed, interpreter=there), files)
            run = together(run, told, asked, other, there.version, pythons.sources)
        except MeasurementError as error:
            process.heed_interrupt()
            run = _with_note(run, other.name, str(error))
    if (more := len(pythons.others[MOST:])) and pythons.untold(suite, run):
        return _with_note(run, f"{more} more", f"{MOST} are tried: name the one that runs them by a second --python")
    return run


def _with_note(run: _Run, name: str, problem: str) -> _Run:
    return replace(run, pythons=(*run.pythons, PythonRun(name, problem=problem)))


def _interpreter(other: OtherPython, wanted: Requirements) -> Interpreter:
    found = read_interpreter(Path(other.path), "")
    if not other.named and (lacking := wanted.lacking(found)):
        raise MeasurementError(lacking)
    return found


def together(
    main: _Run,
    other: "SuiteRun",
    asked: Collection[str],
    python: OtherPython,
    version: Iterable[int] = (),
    sources: Mapping[str, bytes] = MappingProxyType({}),
) -> _Run:
    """Put what another Python's run said of the tests that were asked for in place of what the main one's did.

    Of a Python that nobody named a break decides nothing: its environment may be out of date. Coverage counts of the
    watched files alone: the project as a whole is compared with a base that the main Python ran. sources: their texts.
    """
    fresh = {outcome.id: outcome for outcome in _fresh(main, other, asked)}
    broke = {id_: outcome for id_, outcome in fresh.items() if outcome.outcome in BREAKS and not python.named}
    decided = [replace(outcome, python=python.path) for id_, outcome in fresh.items() if id_ not in broke]
    told = tuple(outcome.id for outcome in decided if outcome.outcome != "skipped")
    ran = PythonRun(python.name, ".".join(map(str, version)), told, tuple(broke), _problem(other, asked))
    decided = decided if told else []
    own = list(_kept(main.outcomes, {outcome.id for outcome in decided}, broke, python))
    places = {outcome.id: place for place, outcome in enumerate([*own, *decided])}
    there = _moved(other, places, told)
    return replace(
        main,
        outcomes=(*own, *decided),
        reached=tuple(_joined(_moved(main, places, {outcome.id for outcome in own}), there)),
        files=tuple(_covered(main.files, other.files, there, sources) if told else main.files),
        origins=tuple({origin.id: origin for origin in (*other.origins, *main.origins)}.values()),
        pythons=(*main.pythons, ran),
    )


def _fresh(main: "SuiteRun", other: "SuiteRun", asked: Collection[str]) -> Iterator[Outcome]:
    """Give the outcomes of another run that say more of the tests asked for."""
    known = {outcome.id: outcome.outcome for outcome in main.outcomes}
    wanted = {_stem(id_) for id_ in asked}
    for outcome in other.outcomes:
        if "::" in outcome.id and ({_stem(outcome.id), _file(outcome.id)} & wanted):
            was = known.get(outcome.id)
            if was is None or (was == "skipped" and outcome.outcome != "skipped"):
                yield outcome


def _kept(
    outcomes: Iterable[Outcome], decided: Collection[str], broke: Mapping[str, Outcome], python: OtherPython
) -> Iterator[Outcome]:
    """Give the main Python's outcomes that still stand."""
    files = {_file(id_) for id_ in decided}
    for outcome in outcomes:
        if there := broke.get(outcome.id):
            yield replace(outcome, message=f"{outcome.message}; it breaks with {python.name}: {there.message}")
        elif outcome.id in files and outcome.outcome == "error":
            said = f"only {python.name} can parse it: {outcome.message}"
            yield replace(outcome, outcome="skipped", message=said)
        elif outcome.id not in decided and outcome.id not in files:
            yield outcome


def _problem(other: "SuiteRun", asked: Collection[str]) -> str:
    """Say which file that was asked for another Python cannot collect, "" for none."""
    files = set(map(_file, asked))
    broken = (outcome for outcome in other.outcomes if outcome.id in files and outcome.outcome == "error")
    return next((f"{outcome.id} cannot be collected: {outcome.message}" for outcome in broken), "")


def _moved(run: "SuiteRun", places: Mapping[str, int], ids: Collection[str]) -> dict[str, Reach]:
    """Give which of some tests ran which lines, at new places."""
    moved = {old: places[outcome.id] for old, outcome in enumerate(run.outcomes) if outcome.id in ids}

    def at(lines: Mapping[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
        found = {line: tuple(moved[test] for test in tests if test in moved) for line, tests in lines.items()}
        return {line: tests for line, tests in found.items() if tests}

    return {reach.path: Reach(reach.path, at(reach.call), at(reach.around)) for reach in run.reached}


def _joined(main: Mapping[str, Reach], other: Mapping[str, Reach]) -> Iterator[Reach]:
    for path in {**main, **other}:
        one, two = main.get(path, Reach(path)), other.get(path, Reach(path))
        yield Reach(path, _both(one.call, two.call), _both(one.around, two.around))


def _both(one: dict[int, tuple[int, ...]], two: dict[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    return {line: (*one.get(line, ()), *two.get(line, ())) for line in one | two}


def _covered(
    main: Iterable["FileCoverage"],
    other: Iterable["FileCoverage"],
    reached: Mapping[str, Reach],
    sources: Mapping[str, bytes],
) -> Iterator["FileCoverage"]:
    """Add the coverage of the watched files, those of `reached`."""
    there = {file.path: file for file in other if file.path in reached}
    for file in main:
        more = there.get(file.path)
        called = _called(sources.get(file.path, b""), reached[file.path].call) if more else set()
        yield file if more is None or more.problem else more if file.problem else _added(file, more, called)


def _called(source: bytes, lines: Collection[int]) -> set[int]:
    """Give all lines of the functions of which some lines were called."""
    functions = (range(unit.line, unit.end_line + 1) for unit in units(source) or () if unit.kind == "function")
    return {line for span in functions if any(line in lines for line in span) for line in span}


def _added(main: "FileCoverage", other: "FileCoverage", called: set[int]) -> "FileCoverage":
    """Add what another Python executed.

    Branches of its version are no statements of the main one: what ran of them counts, and the rest of functions that
    were called. What other tests would run of them is not known.
    """
    statements = set(main.statements) | (set(other.statements) & (called | set(other.executed)))
    executed = set(main.executed) | (set(other.executed) & statements)
    elsewhere = set(main.elsewhere) | (set(other.elsewhere) & statements)
    excluded = set(main.excluded) | (set(other.excluded) - set(main.statements))
    return replace(
        main,
        statements=tuple(sorted(statements)),
        executed=tuple(sorted(executed)),
        elsewhere=tuple(sorted(elsewhere)),
        excluded=tuple(sorted(excluded)),
        multiline={**other.multiline, **main.multiline},
        missing_branches=tuple(sorted(set(main.missing_branches) & set(other.missing_branches))),
    )


def elsewhere_of(*runs: "SuiteRun") -> dict[str, str]:
    """Give the tests that another Python decided: id -> its path."""
    return {outcome.id: outcome.python for run in runs for outcome in run.outcomes if outcome.python}


def by_python(ids: Iterable[str], elsewhere: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Sort tests by the Python that runs them, "" for the main one."""
    found: dict[str, list[str]] = {}
    for id_ in ids:
        found.setdefault(elsewhere.get(id_, ""), []).append(id_)
    return {python: tuple(tests) for python, tests in found.items()}


def python_notes(runs: Mapping[str, "SuiteRun"], pythons: Pythons, main: Interpreter) -> Iterator[str]:
    """Say which other Pythons ran tests of each suite, and which might run what none of them did."""
    here = f"Python {'.'.join(map(str, main.version))}"
    for suite, run in runs.items():
        yield from (f"{suite} tests that {here} does not run: {_said(ran)}" for ran in run.pythons)
    if left := [id_ for suite, run in runs.items() for id_ in pythons.skipped(suite, run)]:
        how = _how(main, pythons.wanted)
        more = f" and {len(left) - 1} more" if left[1:] else ""
        yield f"no Python at hand runs {left[0]}{more}, new or edited, that {here} skips" + (f"; {how}" if how else "")


def _said(ran: PythonRun) -> str:
    named = f"{ran.name} (Python {ran.version})" if ran.version else ran.name
    if not ran.told and (ran.problem or not ran.broke):
        return f"{named} tells nothing: {ran.problem or 'it runs none of them'}"
    said = f"{named} ran {len(ran.told)}, {ran.told[0]} first" if ran.told else f"{named} passes none"
    if not ran.broke:
        return said
    return f"{said}; {len(ran.broke)} break with it, {ran.broke[0]} first: for this to count, name it by --python"


def _how(main: Interpreter, wanted: Requirements) -> str:
    """Say how a newer Python of this machine is made an environment of the project, "" where there is none."""
    for minor, path in bare_pythons(main, wanted):
        folder = f".venv-{minor}"
        make = f"`{path} -m venv {folder}`, and install the project with its tests' packages and coverage there"
        return (
            f"Python {minor} might: {make} ({folder}/bin/pip); it is then used, or named by a second --python {folder}"
        )
    return ""


def _file(id_: str) -> str:
    return id_.partition("::")[0]


def _stem(id_: str) -> str:
    return id_.partition("[")[0]
