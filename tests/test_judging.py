"""Judging in rounds, with gates and measurements made for the purpose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from gatecheck.cache import Cache
from gatecheck.change import Base, Change, Head
from gatecheck.engine import Engine, Given, Provider, Request
from gatecheck.errors import MeasurementError
from gatecheck.judging import judge_all
from gatecheck.model import Finding, Judgement, Level, Location, Severity, Status, Verdict
from gatecheck.plugins import GatePlugin
from gatecheck.project import Project
from gatecheck.selection import SelectedGate
from gatecheck.testing import change_of
from gatecheck.workspace import Execution

CHANGE = change_of({"a.py": ("x = 1\n", "x = 2\n")})


@dataclass(frozen=True)
class First:
    """A measured value."""


@dataclass(frozen=True)
class Second:
    """Another one."""


@dataclass
class Bench:
    """An engine, and the order in which its measurements were taken."""

    taken: list[str] = field(default_factory=list)
    broken: str = ""

    def measure_first(self) -> First:
        """Take the first."""
        self.note("first")
        return First()

    def measure_second(self) -> Second:
        """Take the second."""
        self.note("second")
        return Second()

    def note(self, name: str) -> None:
        """Remember that it was taken."""
        self.taken.append(name)
        if name == self.broken:
            raise MeasurementError(f"{name} cannot be measured")

    def engine(self, change: Change = CHANGE) -> Engine:
        """Give an engine with both measurements."""
        providers = {
            provider.provides: provider for provider in map(Provider, (self.measure_first, self.measure_second))
        }
        return Engine({Request(Change): Given(lambda: "change", lambda: change)}, providers, Cache(None))


def selected(judge: Callable[..., object], level: Level = Level.BLOCK, name: str = "some-gate") -> SelectedGate:
    """Select a gate of the distribution acme that judges by a function."""
    gate_type = type("SomeGate", (), {"id": name, "item": "tests-pass", "judge": staticmethod(judge)})
    return SelectedGate(GatePlugin(name, "tests-pass", "acme", gate_type), level, gate_type())


def judged(bench: Bench, *gates: SelectedGate, change: Change = CHANGE) -> list[Judgement]:
    """Judge gates."""
    return judge_all(bench.engine(change), gates, change)


def verdict_of(bench: Bench, judge: Callable[..., object]) -> Verdict:
    """Judge one gate that judges by a function."""
    return judged(bench, selected(judge))[0].verdict


def test_a_gate_gets_what_it_asks_for() -> None:
    """By name, whatever is given and whatever is measured."""
    seen: list[object] = []

    def judge(change: Change, first: Head[First]) -> Verdict:
        seen.extend([change, first])
        return Verdict.passed("fine", files=1)

    assert verdict_of(Bench(), judge) == Verdict.passed("fine", files=1)
    assert seen == [CHANGE, First()]


def test_nothing_is_measured_for_a_verdict_without_it() -> None:
    """What is asked for on demand is not taken once the gate has decided."""
    bench = Bench()

    def judge(change: Change, first: Head[First] | None = None) -> Verdict:
        return Verdict.not_applicable(f"{len(change.files)} file, {first}")

    assert verdict_of(bench, judge) == Verdict.not_applicable("1 file, None")
    assert not bench.taken


def test_a_gate_without_a_verdict_gets_one_more_value_a_round() -> None:
    """The second on-demand value is taken only when the first did not bring a verdict."""
    bench, seen = Bench(), []

    def judge(first: Head[First] | None = None, second: Base[Second] | None = None) -> Verdict:
        seen.append((first, second))
        return Verdict.unproven("more") if first is None or second is None else Verdict.passed("enough")

    assert verdict_of(bench, judge).status is Status.PASS
    assert seen == [(None, None), (First(), None), (First(), Second())]
    assert bench.taken == ["first", "second"]


def test_a_verdict_ends_the_asking() -> None:
    """What would have come in a later round is not measured."""
    bench = Bench()

    def judge(first: Head[First] | None = None, second: Head[Second] | None = None) -> Verdict:
        return Verdict.failed(f"known {second}") if first else Verdict.unproven("more")

    assert verdict_of(bench, judge).summary == "known None"
    assert bench.taken == ["first"]


def test_a_gate_that_stays_unproven_ends() -> None:
    """When nothing more can be asked for, its own reason stands."""

    def judge(first: Head[First] | None = None) -> Verdict:
        return Verdict.unproven(f"{first} is not enough")

    assert verdict_of(Bench(), judge).summary == "First() is not enough"


def test_a_measurement_is_shared_by_gates() -> None:
    """One that a gate always needs and another on demand is taken once."""
    bench = Bench()

    def judge_always(first: Head[First]) -> Verdict:
        return Verdict.passed(f"{first}")

    def judge_on_demand(first: Head[First] | None = None) -> Verdict:
        return Verdict.passed("now") if first else Verdict.unproven("more")

    judgements = judged(bench, selected(judge_always, name="a"), selected(judge_on_demand, name="b"))

    assert [judgement.verdict.status for judgement in judgements] == [Status.PASS, Status.PASS]
    assert bench.taken == ["first"]


def test_a_failed_measurement_leaves_its_gate_unproven() -> None:
    """The reason is the measurement's; nothing more is asked for, and other gates are judged."""
    bench = Bench(broken="first")

    def judge(first: Head[First] | None = None, second: Head[Second] | None = None) -> Verdict:
        return Verdict.unproven(f"{first}, {second}")

    def judge_other(second: Head[Second]) -> Verdict:
        return Verdict.passed(f"{second}")

    judgements = judged(bench, selected(judge), selected(judge_other))

    assert judgements[0].verdict == Verdict.unproven("first cannot be measured")
    assert judgements[1].verdict.status is Status.PASS


@pytest.mark.parametrize("problem", [ValueError("no"), SystemExit("no"), RecursionError("no")])
def test_a_gate_that_raises_is_unproven(problem: BaseException) -> None:
    """The reason names its distribution."""

    def judge() -> Verdict:
        raise problem

    assert verdict_of(Bench(), judge) == Verdict.unproven(f"gate of acme raised {type(problem).__name__}: no")


def give(value: object) -> Callable[[], object]:
    """Give a judge that gives a value."""
    return lambda: value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "gave a NoneType, not a Verdict"),
        ("pass", "gave a str, not a Verdict"),
        (Verdict("green", "trust me"), "Invalid enum value 'green' - at `$.status`"),  # type: ignore[arg-type]
        (Verdict(Status.PASS, None), "Expected `str`, got `null` - at `$.summary`"),  # type: ignore[arg-type]
        (Verdict.passed("fine", ["all good"]), "got `str` - at `$.findings[0]`"),  # type: ignore[list-item]
        (Verdict.passed("fine", n="many"), "Expected `float`, got `str`"),  # type: ignore[arg-type]
        (Verdict(Status.PASS, "fine", iter(())), "is unsupported"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_verdict_is_unproven(value: object, words: str) -> None:
    """Whatever a third party's gate gives, the report can be written."""
    verdict = verdict_of(Bench(), give(value))

    assert verdict.status is Status.UNPROVEN
    assert verdict.summary.startswith("gate of acme gave ")
    assert words in verdict.summary


def test_a_status_in_plain_words_counts() -> None:
    """A gate without type checker that says "fail" fails: it must not fall between all statuses."""
    loose: Any = Verdict("fail", "bad", [Finding("rule", "words", level="error")], {"n": 3})  # type: ignore[arg-type]
    verdict = verdict_of(Bench(), give(loose))

    assert verdict.status is Status.FAIL
    assert verdict.findings[0].level is Severity.ERROR
    assert type(verdict.measures["n"]) is int


def test_an_unknown_request_leaves_the_gate_unproven() -> None:
    """Nothing is measured for it."""
    bench = Bench()

    def judge(first: Head[First], colour: Head[bytes]) -> Verdict:
        return Verdict.passed(f"{first} {colour!r}")

    assert verdict_of(bench, judge) == Verdict.unproven(
        "gate of acme: unknown request Head[bytes]: no measurement gives it"
    )
    assert not bench.taken


def test_a_gate_that_could_not_be_made_is_unproven() -> None:
    """Its problem is the reason."""
    plugin = GatePlugin("gone", "tests-pass", "acme", None, "ImportError: x")
    gate = SelectedGate(plugin, Level.BLOCK, problem="gate of acme cannot be loaded: ImportError: x")

    assert judged(Bench(), gate)[0].verdict == Verdict.unproven("gate of acme cannot be loaded: ImportError: x")


def test_an_empty_change_is_unproven() -> None:
    """Base and head are the same tree: that no gate objects says nothing."""
    bench = Bench()
    empty = Change("main..main", "a", "a", "1" * 40, "1" * 40)

    def judge(first: Head[First]) -> Verdict:
        return Verdict.passed(f"{first}")

    judgement = judged(bench, selected(judge), change=empty)[0]

    assert judgement.verdict.status is Status.UNPROVEN
    assert "the range main..main is empty" in judgement.verdict.summary
    assert not bench.taken


def test_a_judgement_has_the_level_of_the_policy() -> None:
    """And the gate's id and item."""
    judgement = judged(Bench(), selected(give(Verdict.passed("fine")), Level.WARN, "mine"))[0]

    assert (judgement.gate, judgement.item, judgement.level) == ("mine", "tests-pass", Level.WARN)
    assert judgement.duration_s >= 0


def test_gates_are_judged_by_their_options() -> None:
    """A gate's fields are there when it judges."""

    @dataclass(frozen=True)
    class Limited:
        id: ClassVar[str] = "limited"
        item: ClassVar[str] = "tests-pass"
        most: int = 3

        def judge(self, change: Change) -> Verdict:
            return Verdict.by_findings([], f"{len(change.files)} of at most {self.most}")

    gate = SelectedGate(GatePlugin("limited", "tests-pass", "acme", Limited), Level.BLOCK, Limited(most=5))

    assert judged(Bench(), gate)[0].verdict.summary == "1 of at most 5"


@dataclass(frozen=True)
class RunsTests:
    """The gate answers an item by running tests."""

    id: ClassVar[str] = "runs-tests"
    item: ClassVar[str] = "tests-pass"

    def judge(self, execution: Execution) -> Verdict:
        """Pass."""
        assert execution

        return Verdict.passed("3 tests pass")


@dataclass(frozen=True)
class Reads:
    """The gate answers the same item by reading."""

    id: ClassVar[str] = "reads"
    item: ClassVar[str] = "tests-pass"

    def judge(self, change: Change) -> Verdict:
        """Pass."""
        assert change

        return Verdict.passed("fine")


def test_files_of_projects_that_are_not_looked_at_leave_what_running_tests_answers_open() -> None:
    """Only there, and with the file, its project and a policy that has it judged."""
    project = Project(root="alpha", unseen=(("beta/b.py", "beta"),))
    givens = {
        Request(Change): Given(lambda: "change", lambda: CHANGE),
        Request(Project): Given(lambda: "project", lambda: project),
        Request(Execution): Given(lambda: "execution", Execution),
    }
    engine = Engine(givens, {}, Cache(None))
    gates = [
        SelectedGate(GatePlugin(kind.id, kind.item, "ours", kind), Level.BLOCK, kind()) for kind in (RunsTests, Reads)
    ]

    runs, reads = judge_all(engine, gates, CHANGE)

    assert (runs.verdict.status, reads.verdict.status) == (Status.UNPROVEN, Status.PASS)
    assert runs.verdict.findings[0].location == Location("beta/b.py")
    assert 'root = "beta"' in runs.verdict.summary
    assert 'root = "alpha"` and `elsewhere = ["/beta/"]' in runs.verdict.summary
