"""From measurements to verdicts: every gate is judged on its own, and a broken one spoils nothing else."""

import time
from collections.abc import Iterable
from dataclasses import replace

import msgspec

from gatecheck.change import Absent, Change, History
from gatecheck.engine import Engine, Failed, Request, requests_of
from gatecheck.errors import GatecheckError, PlanError
from gatecheck.model import Finding, Judgement, Location, Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.selection import SelectedGate, executes, runs_code

RUN = ("tests-pass", "tested-change", "nothing-broken", "unit-coverage")  # items that running the tests answers
MOST = 10  # findings; nobody reads more


def judge_all(engine: Engine, selected: Iterable[SelectedGate], change: Change) -> list[Judgement]:
    """Judge every gate, in rounds.

    First come the gates for which nothing must be measured; then everything that is always asked for is measured side
    by side with the first on-demand request of each gate that is still unproven; then one more on-demand request a
    round.
    """
    cases = [_Case.plan(gate, engine, change) for gate in selected]
    for case in cases:
        if case.verdict is None and all(request in engine.givens for request in case.wanted.values()):
            case.judge(engine)
    while undecided := [case for case in cases if case.undecided]:
        for case in undecided:
            case.ask_more()
        engine.take(request for case in undecided for request in case.wanted.values())
        for case in undecided:
            case.judge(engine)
    _leave_open(cases, engine)
    return [case.judgement(engine) for case in cases]


def _leave_open(cases: list["_Case"], engine: Engine) -> None:
    """Take the pass from the items whose tests do not reach all that the change edits, one gate each."""
    request = Request(Project)
    project = engine.value(request) if request in engine.givens else None
    if not isinstance(project, Project) or not project.unseen:
        return
    for item in RUN:
        asked = (case for case in cases if case.selected.plugin.item == item and executes(case.selected, engine))
        passed = [
            case for case in asked if case.verdict and case.verdict.status in {Status.PASS, Status.NOT_APPLICABLE}
        ]
        for case in passed[:1]:
            case.verdict = _unseen(project, case.verdict, told=item == RUN[0])


def _unseen(project: Project, verdict: Verdict | None, *, told: bool) -> Verdict:
    """Say which changed files no project that is looked at holds, and how to have them judged."""
    found = [_not_looked_at(path, home, project.root) for path, home in project.unseen]
    first, more = project.unseen[0][0], len(found) - 1
    said = f"{first}{f' and {more} more' if more else ''}: outside of the project that is looked at"
    words = f"{said} ({project.root or 'the top'}); {found[0].mend}"
    return Verdict.unproven(words, [*(verdict.findings if verdict else ()), *(found[:MOST] if told else ())])


def _not_looked_at(path: str, home: str, root: str) -> Finding:
    own = f'`root = "{root}"` and ' if root else ""
    other, here = f'`root = "{home}"` (--policy FILE)', f'{own}`elsewhere = ["/{home}/"]`'
    mend = f"judge it with a policy that says {other}, and have the one of this run say {here}"
    return Finding("unseen-project", "no project that is looked at holds it", Location(path), Severity.WARNING, mend)


class _Case:
    """One gate on its way to a verdict."""

    def __init__(self, selected: SelectedGate, verdict: Verdict | None = None) -> None:
        self.selected = selected
        self.wanted: dict[str, Request] = {}
        self.on_demand: list[tuple[str, Request]] = []
        self.verdict = verdict
        self.broken = verdict is not None  # nothing more to ask would mend it
        self.duration_s = 0.0

    @classmethod
    def plan(cls, selected: SelectedGate, engine: Engine, change: Change) -> "_Case":
        if selected.gate is None:
            return cls(selected, Verdict.unproven(selected.problem))
        case = cls(selected)
        try:
            always, on_demand = requests_of(selected.gate.judge)
            for request in (*always.values(), *on_demand.values()):
                engine.check(request)
        except PlanError as error:
            return cls(selected, Verdict.unproven(f"gate of {selected.plugin.distribution}: {error}"))
        if change.base_tree == change.head_tree and change.merges:
            return cls(selected, Verdict.not_applicable("the merge adds nothing to what its sides have"))
        if change.base_tree == change.head_tree and not _has_commits(engine, always.values()):
            empty = f"the range {change.range} is empty: nothing was changed, nothing is judged"
            return cls(selected, Verdict.unproven(empty))
        case.wanted, case.on_demand = always, list(on_demand.items())
        return case

    @property
    def undecided(self) -> bool:
        """Tell whether measuring more may bring a verdict."""
        if self.verdict is None:
            return True
        return self.verdict.status is Status.UNPROVEN and bool(self.on_demand) and not self.broken

    def ask_more(self) -> None:
        """Add the next on-demand request, once the gate was judged without it."""
        if self.verdict is not None:
            name, request = self.on_demand.pop(0)
            self.wanted[name] = request

    def judge(self, engine: Engine) -> None:
        values = {name: engine.value(request) for name, request in self.wanted.items()}
        failed = [value for value in values.values() if isinstance(value, Failed)]
        if failed:
            self.verdict, self.broken = Verdict.unproven(failed[0].reason), True
            return
        began = time.monotonic()
        self.verdict = self._called(values)
        self.duration_s += time.monotonic() - began

    def _called(self, values: dict[str, object]) -> Verdict:
        whose = f"gate of {self.selected.plugin.distribution}"
        try:
            verdict = self.selected.gate.judge(**values)
        except GatecheckError as error:
            return Verdict.unproven(str(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            return Verdict.unproven(f"{whose} raised {type(error).__name__}: {error}")
        if not isinstance(verdict, Verdict):
            return Verdict.unproven(f"{whose} gave a {type(verdict).__name__}, not a Verdict")
        try:
            return _sound(verdict)
        except (msgspec.ValidationError, TypeError) as error:
            return Verdict.unproven(f"{whose} gave a Verdict that is none: {error}")

    def judgement(self, engine: Engine) -> Judgement:
        plugin = self.selected.plugin
        verdict = self.verdict or Verdict.unproven("it was not judged")
        if verdict.status is Status.FAIL and any(runs_code(request, engine) for request in self.wanted.values()):
            verdict = _doubted(verdict, absent_of(engine))
        return Judgement(plugin.id, plugin.item, self.selected.level, verdict, self.duration_s)


def _doubted(verdict: Verdict, absent: tuple[str, ...]) -> Verdict:
    """Let a failure of code that ran without a part of its checkout be unproven: the part may be the reason."""
    if not absent:
        return verdict
    return replace(verdict, status=Status.UNPROVEN, summary=f"{verdict.summary}; it ran without {absent[0]}")


def absent_of(engine: Engine) -> tuple[str, ...]:
    """Give what a checkout should hold and could not be laid out, each with the command that brings it."""
    absent = engine.value(Request(Absent)) if Request(Absent) in engine.givens else None
    return absent.parts if isinstance(absent, Absent) else ()


def _has_commits(engine: Engine, wanted: Iterable[Request]) -> bool:
    """Tell whether commits are looked at that together change nothing: what one adds and the next removes."""
    if not any(engine.needs(request, Request(History)) for request in wanted):
        return False
    history = engine.value(Request(History))
    return isinstance(history, History) and bool(history.commits)


def _sound(verdict: Verdict) -> Verdict:
    """Give a verdict whose every value is of its type: a status "fail" that is no Status would fail nothing."""
    sound = msgspec.convert(msgspec.to_builtins(verdict), Verdict)
    return replace(sound, measures=verdict.measures)  # 3 stays 3 and does not become 3.0
