"""The words of a judgement: status, finding, verdict, gate, item, checklist.

The twelve items and how their status follows from the gates' verdicts are DESIGN section 5. Everything here is frozen.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, Self


class Status(StrEnum):
    """What was decided; the values are those of SARIF's `kind`, EARL's outcomes."""

    PASS = "pass"  # noqa: S105 - a word, no password; decided: the criterion holds
    FAIL = "fail"  # decided: it does not
    NOT_APPLICABLE = "not-applicable"  # decided: there is nothing to judge
    UNPROVEN = "unproven"  # should have been decided and could not be; never a pass


class Level(StrEnum):
    """What a gate's failure does to the change; set by the policy."""

    BLOCK = "block"
    WARN = "warn"
    OFF = "off"


class Severity(StrEnum):
    """The weight of one finding (SARIF `level`): only an error makes its gate fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the head tree; lines count from 1, `end_line` is inclusive."""

    path: str
    line: int | None = None
    end_line: int | None = None

    def __str__(self) -> str:
        """Give `path:line-end`, the form that editors and terminals make clickable."""
        if self.line is None:
            return self.path
        many = self.end_line is not None and self.end_line != self.line
        return f"{self.path}:{self.line}-{self.end_line}" if many else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a criterion; `mend` is the command or edit that would satisfy it."""

    rule: str
    message: str
    location: Location | None = None
    level: Severity = Severity.ERROR
    mend: str = ""

    def fingerprint(self, gate: str) -> str:
        """Give 16 hex digits that stay the same when only line numbers move."""
        path = self.location.path if self.location else ""
        words = re.sub(r"\d+", "#", self.message)
        text = f"{gate}\0{self.rule}\0{path}\0{words}"
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One gate's judgement. `measures` are the numbers it rests on, by name."""

    status: Status
    summary: str
    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def passed(cls, summary: str, findings: Iterable[Finding] = (), **measures: float) -> Self:
        """Say that the criterion holds."""
        return cls(Status.PASS, summary, tuple(findings), measures)

    @classmethod
    def failed(cls, summary: str, findings: Iterable[Finding] = (), **measures: float) -> Self:
        """Say that the criterion is broken."""
        return cls(Status.FAIL, summary, tuple(findings), measures)

    @classmethod
    def not_applicable(cls, summary: str, findings: Iterable[Finding] = (), **measures: float) -> Self:
        """Say that there is nothing to judge."""
        return cls(Status.NOT_APPLICABLE, summary, tuple(findings), measures)

    @classmethod
    def unproven(cls, summary: str, findings: Iterable[Finding] = (), **measures: float) -> Self:
        """Say that it should have been decided and could not be, and why."""
        return cls(Status.UNPROVEN, summary, tuple(findings), measures)

    @classmethod
    def by_findings(cls, findings: Iterable[Finding], summary: str, **measures: float) -> Self:
        """Fail if a finding is an error, else pass."""
        found = tuple(findings)
        broken = any(finding.level is Severity.ERROR for finding in found)
        return cls(Status.FAIL if broken else Status.PASS, summary, found, measures)


class Gate(Protocol):
    """A criterion that a change must meet: a frozen dataclass whose fields are its options.

    Its docstring is its documentation (first line the criterion; headings Why, How it is judged, How to fix it). The
    annotations of `judge` say what must be measured. A parameter with the default None is measured only if the verdict
    without it is unproven, and `judge` is then called again with it.
    """

    id: str
    item: str
    judge: Callable[..., Verdict]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A gate's verdict within one run, at the level that the policy gives the gate."""

    gate: str
    item: str
    level: Level
    verdict: Verdict
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist: an id and the criterion in the user's words."""

    id: str
    criterion: str


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """An item with its status, why, and the gates that decided."""

    item: Item
    status: Status
    summary: str
    gates: tuple[str, ...] = ()


ITEMS = (
    Item("minimal-change", "Changes limited to minimal necessary files and lines"),
    Item("documented-api", "All new public code documented with examples"),
    Item("explained-logic", "Inline comments exist for non-obvious logic, explaining the why"),
    Item("tested-change", "Unit tests cover new code and edge cases; integration tests when required"),
    Item("lint-and-types", "Linting and type checks pass, no new exceptions"),
    Item("nothing-broken", "No existing behaviour broken; if breaking, changelog and migration notes"),
    Item("unit-coverage", "Unit test coverage >= 80 %"),
    Item("integration-coverage", "Integration test coverage >= 70 %"),
    Item("tests-pass", "All tests passing"),
    Item("validated-inputs", "Input validation on all endpoints"),
    Item("no-secrets", "Secrets not hardcoded (environment variables)"),
    Item("in-scope", "No scope violations (non-goals respected)"),
)


class Result(StrEnum):
    """The answer about the whole change."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Checklist:
    """All twelve items, answered, in order.

    strays: gates whose item is not among them, or not known. judged: how many gates gave a verdict.
    """

    items: tuple[AnsweredItem, ...]
    strays: tuple[str, ...] = ()
    judged: int = 0

    @property
    def result(self) -> Result:
        """Reject on any failed item, else leave unproven on any unproven one, a stray gate or no gate, else accept."""
        statuses = {answered.status for answered in self.items}
        if Status.FAIL in statuses:
            return Result.REJECTED
        unproven = Status.UNPROVEN in statuses or self.strays or not self.judged
        return Result.UNPROVEN if unproven else Result.ACCEPTED

    @classmethod
    def of(cls, judgements: Iterable[Judgement], excused: Mapping[str, str]) -> Self:
        """Answer every item from its gates; `excused` maps items that nobody asks for to the reason.

        The reason of an item that has gates all the same is said with what they decide: some others were left out.
        """
        judged = tuple(judgements)
        known = {item.id for item in ITEMS}
        strays = tuple(judgement.gate for judgement in judged if judgement.item not in known)
        return cls(tuple(_answer(item, judged, excused.get(item.id)) for item in ITEMS), strays, len(judged))


def _answer(item: Item, judgements: tuple[Judgement, ...], excuse: str | None) -> AnsweredItem:
    own = [judgement for judgement in judgements if judgement.item == item.id]
    if not own:
        status = Status.NOT_APPLICABLE if excuse else Status.UNPROVEN
        return AnsweredItem(item, status, excuse or "no gate answers this item yet")
    status, deciding = _decide(own)
    said = [judgement.verdict.summary for judgement in deciding]
    if excuse and status in {Status.PASS, Status.NOT_APPLICABLE}:
        said = [*said, excuse] if status is Status.PASS else [excuse, *said]
    summary = "; ".join(said)
    return AnsweredItem(item, status, summary, tuple(judgement.gate for judgement in own))


def _decide(judgements: list[Judgement]) -> tuple[Status, list[Judgement]]:
    """Give the item's status and the judgements that made it so (a gate at level warn never blocks)."""
    blocking = [judgement for judgement in judgements if judgement.level is Level.BLOCK]
    for status in (Status.FAIL, Status.UNPROVEN):
        if deciding := [judgement for judgement in blocking if judgement.verdict.status is status]:
            return status, deciding
    passed = [judgement for judgement in judgements if judgement.verdict.status is Status.PASS]
    return (Status.PASS, passed) if passed else (Status.NOT_APPLICABLE, judgements)
