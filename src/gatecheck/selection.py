"""Which gates a run judges, with which options: the policy's word, then the wishes of whoever runs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gatecheck import strict
from gatecheck.engine import Engine, Request, requests_of
from gatecheck.errors import GatecheckError, PlanError, PolicyError, UsageError
from gatecheck.model import ITEMS, Level
from gatecheck.plugins import GatePlugin
from gatecheck.policy import LoadedPolicy
from gatecheck.test_bed import TestBed
from gatecheck.workspace import Execution


@dataclass(frozen=True)
class SelectedGate:
    """A gate to judge: its plugin and level, and the gate with its options, or the reason why there is none."""

    plugin: GatePlugin
    level: Level
    gate: Any = None
    problem: str = ""


@dataclass(frozen=True)
class Selection:
    """The gates of a run, and the items that nobody asks for, wholly or in part, with the reason."""

    gates: tuple[SelectedGate, ...]
    excused: Mapping[str, str]


def select(
    known: Iterable[GatePlugin], policy: LoadedPolicy, only: tuple[str, ...] = (), skip: tuple[str, ...] = ()
) -> Selection:
    """Choose the gates; raises UsageError or PolicyError for an id that no gate has, or a bad option."""
    plugins = list(known)
    ids = [plugin.id for plugin in plugins]
    _refuse_unknown((*only, *skip), ids, "--gate/--skip", UsageError)
    _refuse_unknown(policy.policy.gates, ids, f"{policy.source}: gates", PolicyError)
    chosen: list[SelectedGate] = []
    reasons: dict[str, str] = {}
    for plugin in plugins:
        if reason := _unwanted(plugin, policy, only, skip):
            reasons.setdefault(plugin.item, reason)
        else:
            chosen.append(_selected(plugin, policy))
    return Selection(tuple(chosen), _excuses(policy, chosen, reasons, only))


def without_execution(selection: Selection, engine: Engine) -> Selection:
    """Leave out the gates that would run the project's code (`--no-run`)."""
    kept = tuple(gate for gate in selection.gates if not executes(gate, engine))
    answered = {gate.plugin.item for gate in kept}
    reasons: dict[str, str] = {}
    for plugin in (gate.plugin for gate in selection.gates if gate not in kept):
        said = f"{reasons[plugin.item]}," if plugin.item in reasons else "not judged, --no-run:"
        reasons[plugin.item] = f"{said} {plugin.id}" if plugin.item in answered else "not judged: --no-run"
    return Selection(kept, {**selection.excused, **reasons})


def runs_code(request: Request, engine: Engine) -> bool:
    """Tell whether what is asked for runs the project's code."""
    return any(engine.needs(request, needed) for needed in (Request(Execution), Request(TestBed)))


def _refuse_unknown(named: Iterable[str], ids: list[str], place: str, error: type[GatecheckError]) -> None:
    for gate in named:
        if gate not in ids:
            raise error(f"{place}: there is no gate {gate!r}{strict.suggestion(gate, ids)} (see `gatecheck gates`)")


def _unwanted(plugin: GatePlugin, policy: LoadedPolicy, only: tuple[str, ...], skip: tuple[str, ...]) -> str:
    if policy.policy.items.get(plugin.item) == "off":
        return "not demanded: the policy turns this item off"
    if only and plugin.id not in only:
        return "not asked for: --gate names others"
    if plugin.id in skip:
        return f"not asked for: --skip {plugin.id}"
    if policy.level(plugin.id) is Level.OFF:
        return f"not demanded: the policy turns {plugin.id} off"
    return ""


def _excuses(
    policy: LoadedPolicy, chosen: list[SelectedGate], reasons: dict[str, str], only: tuple[str, ...]
) -> dict[str, str]:
    answered = {gate.plugin.item for gate in chosen}
    excused = {item: reason for item, reason in reasons.items() if item not in answered}
    for item in ITEMS:
        if policy.policy.items.get(item.id) == "off":
            excused[item.id] = "not demanded: the policy turns this item off"
        elif only and item.id not in answered:
            excused.setdefault(item.id, "not asked for: --gate names others")
    return excused


def _selected(plugin: GatePlugin, policy: LoadedPolicy) -> SelectedGate:
    level = policy.level(plugin.id)
    if plugin.gate_type is None:
        return SelectedGate(plugin, level, problem=f"gate of {plugin.distribution} cannot be loaded: {plugin.problem}")
    options = policy.options(plugin.id)
    place = f"{policy.source}: gates.{plugin.id}"
    try:
        return SelectedGate(plugin, level, strict.convert(options, plugin.gate_type, place, PolicyError))
    except GatecheckError:
        raise
    except Exception as error:  # noqa: BLE001 - the plugin boundary
        return SelectedGate(plugin, level, problem=f"gate of {plugin.distribution}: {type(error).__name__}: {error}")


def executes(selected: SelectedGate, engine: Engine) -> bool:
    """Tell whether a gate asks for something that runs the project's code."""
    if selected.gate is None:
        return False
    try:
        always, on_demand = requests_of(selected.gate.judge)
        asked = (*always.values(), *on_demand.values())
        for request in asked:
            engine.check(request)
        return any(runs_code(request, engine) for request in asked)
    except PlanError:
        return False
