"""The engine, with real threads, a real cache folder and measurements made for the purpose."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest

from gatecheck.cache import Cache
from gatecheck.change import Base, Head, Pinned, Side, Snapshot
from gatecheck.engine import Engine, Event, Failed, Given, Provider, Request, requests_of
from gatecheck.errors import MeasurementError, PlanError


@dataclass(frozen=True)
class Lines:
    """Lines of a side."""

    count: int


@dataclass(frozen=True)
class Doubled:
    """Twice as many."""

    count: int


@dataclass(frozen=True)
class Compared:
    """Both sides."""

    before: int
    after: int


@dataclass(frozen=True)
class Partial:
    """What a budget may have cut off."""

    complete: bool


@dataclass
class Bench:
    """Snapshots to measure, and a count of what was called."""

    contents: dict[Side, str] = field(default_factory=lambda: {side: side.value for side in Side})
    called: Counter[str] = field(default_factory=Counter)

    def givens(self) -> dict[Request, Given]:
        """Give a snapshot of each side; equal contents have equal keys."""
        return {Request(Snapshot, side): self.given(side) for side in Side}

    def given(self, side: Side) -> Given:
        """Give one side's snapshot."""

        def take() -> Snapshot:
            self.called[f"snapshot of {self.contents[side]}"] += 1
            return Snapshot(Path(self.contents[side]), self.contents[side], side)

        return Given(lambda: f"snapshot{self.contents[side]}", take)

    def engine(self, *functions: Callable[..., object], cache: Path | None = None, jobs: int = 4) -> Engine:
        """Give an engine with these measurements."""
        providers = {(provider := Provider(function)).provides: provider for function in functions}
        return Engine(self.givens(), providers, Cache(cache), jobs)

    def lines(self, snapshot: Snapshot) -> Lines:
        """Count the characters of a tree's name."""
        self.called["lines"] += 1
        return Lines(len(snapshot.tree))


def measure_doubled(lines: Lines) -> Doubled:
    """Double on the side it is asked on."""
    return Doubled(2 * lines.count)


def measure_compared(before: Base[Lines], after: Head[Lines]) -> Compared:
    """Compare both sides."""
    return Compared(before.count, after.count)


HEAD_LINES = Request(Lines, Side.HEAD)


def taken(engine: Engine, *requests: Request) -> list[object]:
    """Take requests and give their values."""
    engine.take(requests)
    return [engine.value(request) for request in requests]


def test_requests_are_read_from_annotations() -> None:
    """Base, Head and Pinned say the side; a parameter with a default is taken on demand."""

    def judge(plain: Lines, before: Base[Lines], after: Pinned[Lines], more: Head[Doubled] | None = None) -> None: ...

    always, on_demand = requests_of(judge)

    assert always == {
        "plain": Request(Lines),
        "before": Request(Lines, Side.BASE),
        "after": Request(Lines, Side.PINNED),
    }
    assert on_demand == {"more": Request(Doubled, Side.HEAD)}


def test_a_request_reads_as_its_annotation() -> None:
    """Messages say what the author of the gate wrote."""
    assert [str(Request(Lines, Side.PINNED)), str(Request(Lines))] == ["Pinned[Lines]", "Lines"]


def judge_unannotated(lines) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    """Forget the annotation."""


def judge_unimported(lines: "Linse") -> None:  # type: ignore[name-defined] # noqa: F821
    """Name what is not there at run time."""


def judge_unreadable(lines: "Lines.gone") -> None:  # type: ignore[name-defined]
    """Name what a class does not have."""


def judge_list(lines: list[Lines]) -> None:
    """Ask for what is no type of its own."""


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (judge_unannotated, "judge_unannotated: parameter 'lines' has no annotation"),
        (judge_unimported, "is it imported under `if TYPE_CHECKING`?"),
        (judge_unreadable, "judge_unreadable: its annotations cannot be read"),
        (judge_list, "judge_list: list[test_engine.Lines] is not a type that can be measured"),
    ],
)
def test_unreadable_requests_are_plan_errors(function: Callable[..., None], words: str) -> None:
    """The message names the function and what is wrong with it."""
    with pytest.raises(PlanError) as caught:
        requests_of(function)

    assert words in str(caught.value).replace(f"{__name__}.", "test_engine.")


def test_a_measurement_is_taken_once_however_many_ask() -> None:
    """Directly, through others, and in a later round."""
    bench = Bench()
    engine = bench.engine(bench.lines, measure_doubled, measure_compared)

    values = taken(engine, HEAD_LINES, Request(Doubled, Side.HEAD), Request(Compared))
    again = taken(engine, HEAD_LINES, Request(Doubled, Side.HEAD))

    assert values == [Lines(4), Doubled(8), Compared(4, 4)]
    assert again == values[:2]
    assert bench.called == {"lines": 2, "snapshot of head": 1, "snapshot of base": 1}


def test_a_plain_request_of_a_measurement_means_its_own_side() -> None:
    """`Lines` asked for by a measurement on the base is the base's."""
    bench = Bench({side: "x" * length for length, side in enumerate(Side, 1)})
    engine = bench.engine(bench.lines, measure_doubled)

    sides = taken(engine, *(Request(Doubled, side) for side in Side))

    assert sides == [Doubled(2 * length) for length, _ in enumerate(Side, 1)]


def test_pinned_and_head_share_what_is_equal() -> None:
    """Where the configuration is unchanged, both have one key: one snapshot, one measurement."""
    bench = Bench({Side.BASE: "base", Side.HEAD: "same", Side.PINNED: "same"})
    engine = bench.engine(bench.lines)

    values = taken(engine, HEAD_LINES, Request(Lines, Side.PINNED))

    assert values == [Lines(4), Lines(4)]
    assert bench.called == {"lines": 1, "snapshot of same": 1}


def test_a_given_value_is_made_once_by_many_threads() -> None:
    """Even when its making is slow and all ask at the same time."""
    bench, together = Bench(), threading.Barrier(4, timeout=10)
    engine = bench.engine(bench.lines)
    request = Request(Snapshot, Side.HEAD)

    def ask() -> None:
        together.wait()
        engine.value(request)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert bench.called == {"snapshot of head": 1}


def test_what_nobody_asks_for_is_not_made() -> None:
    """No snapshot is written for a measurement of the other side."""
    bench = Bench()
    taken(bench.engine(bench.lines), HEAD_LINES)

    assert bench.called == {"lines": 1, "snapshot of head": 1}


def test_measurements_run_side_by_side() -> None:
    """Two that wait for each other both end; one after the other they never would."""
    together = threading.Barrier(2, timeout=10)

    def measure_lines(snapshot: Snapshot) -> Lines:
        together.wait()
        return Lines(len(snapshot.tree))

    engine = Bench().engine(measure_lines, jobs=2)

    assert taken(engine, Request(Lines, Side.BASE), HEAD_LINES) == [Lines(4), Lines(4)]


def test_no_more_run_at_once_than_there_are_jobs() -> None:
    """With one job, nothing overlaps."""
    inside, most = [], []

    def measure_lines(snapshot: Snapshot) -> Lines:
        inside.append(snapshot.side)
        most.append(len(inside))
        inside.remove(snapshot.side)
        return Lines(1)

    taken(Bench().engine(measure_lines, jobs=1), *(Request(Lines, side) for side in Side))

    assert most == [1] * len(Side)


def test_a_failure_is_a_value_that_spoils_only_what_needs_it() -> None:
    """The base cannot be measured: so it cannot be compared, and the head is measured all the same."""

    def measure_lines(snapshot: Snapshot) -> Lines:
        if snapshot.side is Side.BASE:
            raise MeasurementError("the base has no lines: add some")
        return Lines(1)

    engine = Bench().engine(measure_lines, measure_doubled, measure_compared)
    values = taken(engine, Request(Compared), Request(Doubled, Side.BASE), Request(Doubled, Side.HEAD))

    assert values == [Failed("the base has no lines: add some")] * 2 + [Doubled(2)]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (KeyError("x"), "measurement lines of gatecheck raised KeyError: 'x'"),
        (SystemExit(3), "measurement lines of gatecheck raised SystemExit: 3"),
        (RecursionError("deep"), "measurement lines of gatecheck raised RecursionError: deep"),
    ],
)
def test_whatever_a_measurement_raises_is_a_failure_that_names_it(problem: BaseException, words: str) -> None:
    """A third party's bug ends nothing but what needs it."""

    def measure_lines() -> Lines:
        raise problem

    assert taken(Bench().engine(measure_lines), HEAD_LINES) == [Failed(words)]


def test_a_value_of_another_type_is_a_failure() -> None:
    """A measurement that gives what it did not promise gives nothing."""

    def measure_lines() -> Lines:
        return "many"  # type: ignore[return-value]

    assert taken(Bench().engine(measure_lines), HEAD_LINES) == [Failed("measurement lines of gatecheck gave a str")]


def test_a_given_value_that_cannot_be_made_is_a_failure() -> None:
    """A tree that cannot be written out spoils what is measured on it."""

    def take() -> Snapshot:
        raise MeasurementError("the disk is full")

    bench = Bench()
    engine = bench.engine(bench.lines)
    engine.givens = {**engine.givens, Request(Snapshot, Side.HEAD): Given(lambda: "head", take)}

    assert taken(engine, HEAD_LINES, Request(Lines, Side.BASE)) == [Failed("the disk is full"), Lines(4)]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(bytes, Side.HEAD), "unknown request Head[bytes]: no measurement gives it"),
        (Request(Snapshot), "unknown request Snapshot: ask for it by Base[...], Pinned[...] or Head[...]"),
        (Request(str, Side.HEAD), "unknown request Head[str]: it belongs to the whole change and has no side"),
    ],
)
def test_an_unknown_request_is_a_plan_error(request_: Request, words: str) -> None:
    """It says how to ask, where that is known; nothing was measured."""
    bench = Bench()
    engine = bench.engine(bench.lines)
    engine.givens = {**engine.givens, Request(str): Given(lambda: "task", lambda: "task")}

    with pytest.raises(PlanError) as caught:
        engine.check(request_)

    assert str(caught.value) == words
    assert not bench.called


def test_an_unknown_request_of_a_measurement_is_a_plan_error() -> None:
    """What a measurement asks for is checked as well."""

    def measure_lines(colour: Head[bytes]) -> Lines:
        return Lines(len(colour))

    with pytest.raises(PlanError, match=r"unknown request Head\[bytes\]"):
        Bench().engine(measure_lines).check(HEAD_LINES)


def measure_lines_of_doubled(doubled: Doubled) -> Lines:
    """Close the circle."""
    return Lines(doubled.count)


def test_a_circle_is_a_plan_error_that_names_the_way() -> None:
    """The author reads where to cut it."""
    with pytest.raises(PlanError) as caught:
        Bench().engine(measure_lines_of_doubled, measure_doubled).check(HEAD_LINES)

    way = "Head[Lines] -> Head[Doubled] -> Head[Lines]"
    assert str(caught.value) == f"measurements ask for each other in a circle: {way}"


def test_a_measurement_must_say_what_it_gives() -> None:
    """Its return type is its name in every request."""

    def measure_lines():  # type: ignore[no-untyped-def] # noqa: ANN202
        return Lines(1)

    with pytest.raises(PlanError, match="measurement lines does not say what it returns"):
        _ = Provider(measure_lines, "acme").provides


def test_a_cached_value_is_used_by_the_next_run(tmp_path: Path) -> None:
    """Neither the measurement nor its snapshot is made again, and it is said to be remembered."""
    bench = Bench()
    first = taken(bench.engine(bench.lines, cache=tmp_path), HEAD_LINES)
    engine = bench.engine(bench.lines, cache=tmp_path)
    second = taken(engine, HEAD_LINES)

    assert first == second == [Lines(4)]
    assert bench.called == {"lines": 1, "snapshot of head": 1}
    assert [found.cached for found in engine.takings.values()] == [True]


def test_a_cached_value_spares_what_it_was_made_of(tmp_path: Path) -> None:
    """What only a remembered measurement needs is not taken."""
    bench = Bench()
    taken(bench.engine(bench.lines, measure_doubled, cache=tmp_path), Request(Doubled, Side.HEAD))
    engine = bench.engine(bench.lines, measure_doubled, cache=tmp_path)
    taken(engine, Request(Doubled, Side.HEAD))

    assert [found.name for found in engine.takings.values()] == ["doubled"]


def test_failures_are_not_cached(tmp_path: Path) -> None:
    """The next run tries again."""
    called = []

    def measure_lines(snapshot: Snapshot) -> Lines:
        called.append(snapshot.side)
        raise MeasurementError("not today")

    for _ in range(2):
        taken(Bench().engine(measure_lines, cache=tmp_path), HEAD_LINES)

    assert len(called) == 2


@pytest.mark.parametrize(("complete", "calls"), [(True, 1), (False, 2)])
def test_what_a_budget_cut_off_is_not_cached(tmp_path: Path, complete: bool, calls: int) -> None:
    """The next run may have more time."""
    called = []

    def measure_partly(snapshot: Snapshot) -> Partial:
        called.append(snapshot.side)
        return Partial(complete)

    for _ in range(2):
        taken(Bench().engine(measure_partly, cache=tmp_path), Request(Partial, Side.HEAD))

    assert len(called) == calls


def test_another_input_or_another_code_has_another_key(tmp_path: Path) -> None:
    """What is remembered is forgotten with the tree, the function's module or its package's digest."""
    bench = Bench()
    engine = bench.engine(bench.lines, cache=tmp_path)
    changed = bench.engine(bench.lines, cache=tmp_path)
    changed.providers = {Lines: Provider(bench.lines, digest="new code")}
    other = bench.engine(bench.lines, cache=tmp_path)
    other.providers = {Lines: Provider(moved(bench.lines))}
    keys = {engine.key(Request(Lines, side)) for side in Side}

    assert len(keys | {changed.key(HEAD_LINES), other.key(HEAD_LINES)}) == len(Side) + 2


def moved(function: Callable[..., object]) -> Callable[..., object]:
    """Give a function of the same name in another module."""

    def lines(snapshot: Snapshot) -> Lines:
        raise AssertionError(snapshot)

    lines.__qualname__, lines.__module__ = function.__qualname__, "elsewhere"
    return lines


def test_needs_sees_through_measurements() -> None:
    """So that what would run the project's code is known without running it."""
    bench = Bench()
    engine = bench.engine(bench.lines, measure_doubled)

    assert engine.needs(Request(Doubled, Side.BASE), Request(Snapshot, Side.BASE))
    assert not engine.needs(Request(Doubled, Side.BASE), Request(Snapshot, Side.HEAD))


def test_events_tell_what_begins_and_ends() -> None:
    """Progress hears of each measurement twice."""
    heard: list[Event] = []
    bench = Bench()
    engine = bench.engine(bench.lines)
    engine.listen = heard.append
    taken(engine, HEAD_LINES)

    assert [(event.name, event.side, event.taken is not None) for event in heard] == [
        ("lines", Side.HEAD, False),
        ("lines", Side.HEAD, True),
    ]


def test_an_annotation_may_carry_other_marks() -> None:
    """Only the side is taken from them."""

    def judge(lines: Annotated[Lines, "in full", Side.BASE]) -> None: ...

    assert requests_of(judge)[0] == {"lines": Request(Lines, Side.BASE)}
