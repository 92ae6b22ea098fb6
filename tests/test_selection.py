"""Which gates are judged, with gates made for the purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import pytest
from msgspec import Meta

from gatecheck.cache import Cache
from gatecheck.change import Change, Head, Side, Snapshot
from gatecheck.engine import Engine, Given, Provider, Request
from gatecheck.errors import PolicyError, UsageError
from gatecheck.model import Level, Verdict
from gatecheck.plugins import GatePlugin
from gatecheck.policy import LoadedPolicy, Policy, parse_policy
from gatecheck.selection import Selection, select, without_execution
from gatecheck.workspace import Execution


@dataclass(frozen=True)
class Limited:
    """A gate with options."""

    id: ClassVar[str] = "limited"
    item: ClassVar[str] = "minimal-change"

    most_files: Annotated[int, Meta(ge=1, le=100, description="files; more fail")] = 10
    strict: Annotated[bool, Meta(description="be strict")] = False

    def judge(self, change: Change) -> Verdict:
        """Judge."""
        return Verdict.by_findings((), f"{len(change.files)} of {self.most_files}")


@dataclass(frozen=True)
class Bursting:
    """A gate that cannot be made."""

    id: ClassVar[str] = "bursting"
    item: ClassVar[str] = "no-secrets"

    def __post_init__(self) -> None:
        """Fail."""
        raise LookupError("no luck")


@dataclass(frozen=True)
class Outcomes:
    """What the project's code gave."""


@dataclass(frozen=True)
class Running:
    """A gate that runs the project's code, on demand."""

    id: ClassVar[str] = "running"
    item: ClassVar[str] = "tests-pass"

    def judge(self, change: Change, outcomes: Head[Outcomes] | None = None) -> Verdict:
        """Judge."""
        return Verdict.passed(f"{change.range} {outcomes}")


def plugin(gate_type: type[Any], **more: str) -> GatePlugin:
    """Register a gate of the distribution acme."""
    return GatePlugin(more.get("id", gate_type.id), more.get("item", gate_type.item), "acme", gate_type)


KNOWN = [plugin(Limited), plugin(Running), plugin(Limited, id="narrow")]


def policy(text: str = "") -> LoadedPolicy:
    """Give a policy."""
    return parse_policy(text.encode(), "policy.toml")


def ids(selection: Selection) -> list[str]:
    """Give the ids of the selected gates."""
    return [gate.plugin.id for gate in selection.gates]


def test_every_known_gate_is_judged_by_default() -> None:
    """At level block, with the defaults of its options, and nothing is excused."""
    selection = select(KNOWN, policy())

    assert ids(selection) == ["limited", "running", "narrow"]
    assert {gate.level for gate in selection.gates} == {Level.BLOCK}
    assert selection.gates[0].gate == Limited()
    assert not selection.excused


def test_the_policy_sets_levels_and_options() -> None:
    """Options are written with hyphens, as everything in TOML."""
    selection = select(KNOWN, policy('gates.limited = {level = "warn", most-files = 3, strict = true}'))

    assert selection.gates[0].level is Level.WARN
    assert selection.gates[0].gate == Limited(most_files=3, strict=True)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("most-files = 'ten'", "most-files: a whole number is needed, not text"),
        ("most-files = 0", "most-files: a whole number >= 1 is needed"),
        ("most-files = 1.5", "most-files: a whole number is needed, not a decimal number"),
        ("strict = 1", "strict: true or false is needed, not a whole number"),
        ("most-file = 3", "unknown key 'most-file'; did you mean 'most-files'?"),
        ("id = 'x'", "unknown key 'id'; known: most-files, strict"),
    ],
)
def test_a_bad_option_is_an_error_that_names_gate_and_option(option: str, words: str) -> None:
    """And the policy in which it stands."""
    with pytest.raises(PolicyError) as caught:
        select(KNOWN, policy(f"gates.limited = {{{option}}}"))

    assert str(caught.value) == f"policy.toml: gates.limited: {words}"


def test_a_policy_for_an_unknown_gate_is_an_error() -> None:
    """A misspelt gate must not pass for one that is switched off."""
    with pytest.raises(PolicyError, match=r"policy\.toml: gates: there is no gate 'limted'; did you mean 'limited'\?"):
        select(KNOWN, policy("gates.limted = 'off'"))


@pytest.mark.parametrize("wishes", [{"only": ("limted",)}, {"skip": ("limted",)}])
def test_an_option_for_an_unknown_gate_is_an_error(wishes: Mapping[str, tuple[str, ...]]) -> None:
    """It says how to see which there are."""
    with pytest.raises(UsageError, match=r"did you mean 'limited'\? \(see `gatecheck gates`\)"):
        select(KNOWN, policy(), **wishes)


def test_only_the_named_gates_are_judged() -> None:
    """Whatever item they do not answer is excused."""
    selection = select(KNOWN, policy(), only=("running",))

    assert ids(selection) == ["running"]
    assert selection.excused["minimal-change"] == "not asked for: --gate names others"
    assert "tests-pass" not in selection.excused


def test_a_skipped_gate_excuses_its_item_only_when_it_was_the_last() -> None:
    """Another gate of the same item still answers it."""
    one = select(KNOWN, policy(), skip=("limited",))
    both = select(KNOWN, policy(), skip=("limited", "narrow"))

    assert ids(one) == ["running", "narrow"]
    assert not one.excused
    assert both.excused == {"minimal-change": "not asked for: --skip limited"}


def test_a_gate_that_the_policy_turns_off_is_not_judged() -> None:
    """Its item is excused with the reason, even for whoever asks for it by name."""
    off = select(KNOWN, policy("gates.running = 'off'"))
    asked = select(KNOWN, policy("gates.running = 'off'"), only=("running",))

    assert ids(off) == ["limited", "narrow"]
    assert off.excused == {"tests-pass": "not demanded: the policy turns running off"}
    assert asked.excused["tests-pass"] == "not demanded: the policy turns running off"


def test_an_item_that_the_policy_turns_off_is_not_judged() -> None:
    """Even one that no gate answers."""
    selection = select(KNOWN, policy("items = {minimal-change = 'off', documented-api = 'off'}"))
    reason = "not demanded: the policy turns this item off"

    assert ids(selection) == ["running"]
    assert selection.excused == {"minimal-change": reason, "documented-api": reason}


def test_a_gate_that_cannot_be_loaded_is_selected_with_its_problem() -> None:
    """So that its item is unproven and not merely unanswered."""
    gone = GatePlugin("gone", "no-secrets", "acme", None, "ImportError: gone")
    [gate] = select([gone], policy()).gates

    assert gate.gate is None
    assert gate.problem == "gate of acme cannot be loaded: ImportError: gone"


def test_a_gate_that_cannot_be_made_is_selected_with_its_problem() -> None:
    """Its own bug is not the policy's."""
    [gate] = select([plugin(Bursting)], policy()).gates

    assert gate.problem == "gate of acme: LookupError: no luck"


def measure_outcomes(snapshot: Snapshot, execution: Execution) -> Outcomes:
    """Run the project's code."""
    raise AssertionError(snapshot, execution)


def measure_circle(outcomes: Outcomes) -> Outcomes:
    """Ask for itself."""
    return outcomes


def engine(provider: Provider) -> Engine:
    """Give an engine that can run the project's code."""
    givens = {
        Request(Change): Given(lambda: "change", lambda: None),
        Request(Execution): Given(lambda: "execution", Execution),
        Request(Snapshot, Side.HEAD): Given(lambda: "head", lambda: None),
    }
    return Engine(givens, {provider.provides: provider}, Cache(None))


def test_without_execution_what_runs_the_project_is_left_out() -> None:
    """Even what would only do so on demand; its item is excused."""
    selection = without_execution(select(KNOWN, policy()), engine(Provider(measure_outcomes)))

    assert ids(selection) == ["limited", "narrow"]
    assert selection.excused == {"tests-pass": "not judged: --no-run"}


def test_without_execution_a_circle_is_left_to_be_reported() -> None:
    """It is no reason to run for ever, nor to leave the gate out without a word."""
    selection = without_execution(select(KNOWN, policy()), engine(Provider(measure_circle)))

    assert ids(selection) == ["limited", "running", "narrow"]


def test_the_defaults_are_a_policy() -> None:
    """A base without one judges every gate."""
    assert ids(select(KNOWN, LoadedPolicy(Policy(), "built-in", "0"))) == ["limited", "running", "narrow"]
