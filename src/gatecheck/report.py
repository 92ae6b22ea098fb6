"""The report value: what a run found, with the fields of the public JSON. Reports render it and decide nothing."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from gatecheck import __version__
from gatecheck.change import Change, Limit
from gatecheck.engine import Taken
from gatecheck.model import AnsweredItem, Checklist, Finding, Judgement
from gatecheck.plugins import Broken
from gatecheck.policy import LoadedPolicy
from gatecheck.selection import Selection
from gatecheck.task import NO_TASK, Task

SCHEMA_VERSION = "1.0"
# What a run provides is not measured.
GIVEN_NAMES = frozenset({"change", "task", "project", "execution", "workspace", "interpreter", "today", "pythons"})


class ChangeReport(msgspec.Struct, frozen=True):
    """The change that was judged. `base` and `head` are commit ids, null for a tree that is no commit."""

    range: str
    base: str | None
    head: str | None
    base_tree: str
    head_tree: str
    files: int
    added: int
    removed: int


class TaskReport(msgspec.Struct, frozen=True):
    """The task that was given."""

    id: str
    description: str
    strategy: str
    non_goals: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()


class PolicyReport(msgspec.Struct, frozen=True):
    """Where the policy came from, and a digest of it (16 hex digits)."""

    source: str
    digest: str


class ItemReport(msgspec.Struct, frozen=True):
    """One line of the checklist; `gates` are the ids of the gates that answered it."""

    id: str
    criterion: str
    status: Literal["pass", "fail", "not-applicable", "unproven"]
    summary: str
    gates: tuple[str, ...]


class FindingReport(msgspec.Struct, frozen=True):
    """One place that breaks a criterion; lines count from 1. `mend` is the command or edit that would satisfy it."""

    rule: str
    level: Literal["error", "warning", "note"]
    message: str
    path: str | None
    line: int | None
    end_line: int | None
    fingerprint: str
    mend: str = ""


class GateReport(msgspec.Struct, frozen=True):
    """One gate's verdict. `measures` are the numbers that it rests on; `distribution` brought the gate."""

    id: str
    item: str
    status: Literal["pass", "fail", "not-applicable", "unproven"]
    level: Literal["block", "warn", "off"]
    summary: str
    findings: tuple[FindingReport, ...]
    measures: dict[str, float]
    duration_s: float
    distribution: str = "gatecheck"


class MeasurementReport(msgspec.Struct, frozen=True):
    """One measurement: the side it looked at, its seconds, and whether it was remembered."""

    name: str
    side: Literal["base", "head", "pinned", "replay", "backport"] | None
    duration_s: float
    cached: bool


class LimitReport(msgspec.Struct, frozen=True):
    """A bound that was hit: what was bounded, the bound, what was seen."""

    what: str
    limit: int
    seen: int


class Report(msgspec.Struct, frozen=True):
    """Everything a run found; the tool's public API."""

    schema_version: str
    gatecheck_version: str
    started_at: str
    duration_s: float
    change: ChangeReport
    task: TaskReport | None
    policy: PolicyReport
    result: Literal["accepted", "rejected", "unproven"]
    items: tuple[ItemReport, ...]
    gates: tuple[GateReport, ...]
    measurements: tuple[MeasurementReport, ...]
    limits: tuple[LimitReport, ...]
    notes: tuple[str, ...] = ()


def report_of(
    started: dt.datetime,
    duration_s: float,
    change: Change,
    task: Task,
    policy: LoadedPolicy,
    checklist: Checklist,
    judgements: Iterable[Judgement],
    takings: Mapping[str, Taken],
    selection: Selection,
    broken: Iterable[Broken],
    notes: Iterable[str] = (),
) -> Report:
    """Put together what a run found."""
    distributions = {gate.plugin.id: gate.plugin.distribution for gate in selection.gates}
    limits = (limit for value in (change, *(taken.value for taken in takings.values())) for limit in _limits(value))
    return Report(
        schema_version=SCHEMA_VERSION,
        gatecheck_version=__version__,
        started_at=started.isoformat(timespec="seconds"),
        duration_s=round(duration_s, 3),
        change=_change(change),
        task=None if task == NO_TASK else _task(task),
        policy=PolicyReport(policy.source, policy.digest),
        result=checklist.result.value,
        items=tuple(_item(answered) for answered in checklist.items),
        gates=tuple(_gate(judgement, distributions[judgement.gate]) for judgement in judgements),
        measurements=tuple(_measurement(taken) for taken in takings.values() if taken.name not in GIVEN_NAMES),
        limits=tuple(LimitReport(limit.what, limit.limit, limit.seen) for limit in dict.fromkeys(limits)),
        notes=(
            *(f"measurement {name.name} of {name.distribution} cannot be loaded: {name.problem}" for name in broken),
            *(f"gate {gate} of {distributions[gate]} answers no item of the checklist" for gate in checklist.strays),
            *notes,
        ),
    )


def _limits(value: object) -> Iterable[Limit]:
    found = getattr(value, "limits", ())
    return [limit for limit in found if isinstance(limit, Limit)] if isinstance(found, tuple) else []


def _change(change: Change) -> ChangeReport:
    trees = change.base_tree, change.head_tree
    return ChangeReport(change.range, change.base, change.head, *trees, len(change.files), change.added, change.removed)


def _task(task: Task) -> TaskReport:
    return TaskReport(task.id, task.description, task.strategy, tuple(goal.id for goal in task.non_goals), task.touches)


def _item(answered: AnsweredItem) -> ItemReport:
    item = answered.item
    return ItemReport(item.id, item.criterion, answered.status.value, answered.summary, answered.gates)


def _gate(judgement: Judgement, distribution: str) -> GateReport:
    verdict = judgement.verdict
    return GateReport(
        id=judgement.gate,
        item=judgement.item,
        status=verdict.status.value,
        level=judgement.level.value,
        summary=verdict.summary,
        findings=tuple(_finding(finding, judgement.gate) for finding in verdict.findings),
        measures=dict(verdict.measures),
        duration_s=round(judgement.duration_s, 3),
        distribution=distribution,
    )


def _finding(finding: Finding, gate: str) -> FindingReport:
    at = finding.location
    return FindingReport(
        rule=finding.rule,
        level=finding.level.value,
        message=finding.message,
        path=at.path if at else None,
        line=at.line if at else None,
        end_line=at.end_line if at else None,
        fingerprint=finding.fingerprint(gate),
        mend=finding.mend,
    )


def _measurement(taken: Taken) -> MeasurementReport:
    return MeasurementReport(
        taken.name, taken.side.value if taken.side else None, round(taken.duration_s, 3), taken.cached
    )
