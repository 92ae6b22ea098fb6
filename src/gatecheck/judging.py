"""From measurements to verdicts: every gate is judged on its own, and a broken one spoils nothing else."""

import time
from collections.abc import Iterable

from gatecheck.change import Change
from gatecheck.engine import Engine, Failed, Request, requests_of
from gatecheck.errors import PlanError
from gatecheck.model import Judgement, Status, Verdict
from gatecheck.selection import SelectedGate


def judge_all(engine: Engine, selected: Iterable[SelectedGate], change: Change) -> list[Judgement]:
    """Judge every gate: first on what it always asks for, then, where still unproven, on what it asks on demand."""
    gates = [_Case.plan(gate, engine, change) for gate in selected]
    engine.take(request for case in gates for request in case.always.values())
    for case in gates:
        case.judge(engine)
    undecided = [case for case in gates if case.on_demand and case.may_ask_more()]
    engine.take(request for case in undecided for request in case.on_demand.values())
    for case in undecided:
        case.judge(engine, again=True)
    return [case.judgement() for case in gates]


class _Case:
    """One gate on its way to a verdict."""

    def __init__(self, selected: SelectedGate, verdict: Verdict | None = None) -> None:
        self.selected = selected
        self.always: dict[str, Request] = {}
        self.on_demand: dict[str, Request] = {}
        self.verdict = verdict
        self.judged = False
        self.duration_s = 0.0

    @classmethod
    def plan(cls, selected: SelectedGate, engine: Engine, change: Change) -> "_Case":
        if selected.gate is None:
            return cls(selected, Verdict.unproven(selected.problem))
        if change.base_tree == change.head_tree:
            return cls(selected, Verdict.unproven(f"the range {change.range} is empty: nothing was changed, nothing is judged"))
        case = cls(selected)
        try:
            always, on_demand = requests_of(selected.gate.judge)
            for request in (*always.values(), *on_demand.values()):
                engine.check(request)
        except PlanError as error:
            return cls(selected, Verdict.unproven(f"gate of {selected.plugin.distribution}: {error}"))
        case.always, case.on_demand = always, on_demand
        return case

    def may_ask_more(self) -> bool:
        return self.judged and self.verdict is not None and self.verdict.status is Status.UNPROVEN

    def judge(self, engine: Engine, *, again: bool = False) -> None:
        if self.verdict is not None and not again:
            return
        wanted = self.always | (self.on_demand if again else {})
        values = {name: engine.value(request) for name, request in wanted.items()}
        failed = [value for value in values.values() if isinstance(value, Failed)]
        if failed:
            self.verdict = Verdict.unproven(failed[0].reason)
            return
        began = time.monotonic()
        self.verdict = self._called(values)
        self.judged = True
        self.duration_s += time.monotonic() - began

    def _called(self, values: dict[str, object]) -> Verdict:
        whose = f"gate of {self.selected.plugin.distribution}"
        try:
            verdict = self.selected.gate.judge(**values)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            return Verdict.unproven(f"{whose} raised {type(error).__name__}: {error}")
        if not isinstance(verdict, Verdict):
            return Verdict.unproven(f"{whose} gave a {type(verdict).__name__}, not a Verdict")
        return verdict

    def judgement(self) -> Judgement:
        plugin = self.selected.plugin
        verdict = self.verdict or Verdict.unproven("it was not judged")
        return Judgement(plugin.id, plugin.item, self.selected.level, verdict, self.duration_s)
