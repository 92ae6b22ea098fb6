"""The text report: for people, at 80 columns, on a dumb terminal and in a CI log."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from gatecheck.model import Location
from gatecheck.report import FindingReport, GateReport, ItemReport, MeasurementReport, Report
from gatecheck.typeset import Line, Piece, duration, line, plural, typeset, whole

MOST_IN_OPEN_GATES = 10  # findings shown of a gate that fails or is unproven
MOST_IN_SETTLED_GATES = 5  # of any other
SLOWEST = 3  # measurements named

_SYMBOLS = {
    "fail": Piece("✗", "bold red"),
    "unproven": Piece("?", "bold yellow"),
    "pass": Piece("✓", "green"),
    "not-applicable": Piece("–", "dim"),  # noqa: RUF001 - a dash
}
_COUNTED = {"fail": "failed", "unproven": "unproven", "pass": "passed", "not-applicable": "not applicable"}
_STYLES = {"accepted": "bold green", "rejected": "bold red", "unproven": "bold yellow"}
_RANKS = {name: rank for rank, name in enumerate(("error", "warning", "note"))}
# Rules of several gates for one and the same gap: lines that no test runs.
_GAPS = frozenset({"untested-hunk", "unreached-function", "uncovered"})
_PROGRAMS = ("gatecheck", "git", "mypy", "pip", "pre-commit", "pytest", "python", "python3", "ruff", "uv")


@dataclass
class _Told:
    """What was told already. reasons: the first gate of each; gaps: places that no test runs, each with its gate."""

    reasons: dict[str, str] = field(default_factory=dict)
    gaps: list[tuple[FindingReport, str]] = field(default_factory=list)

    def gap(self, finding: FindingReport) -> str:
        """Give the gate that told of a gap here, at least as gravely; "" for none."""
        if finding.rule not in _GAPS or finding.line is None:
            return ""
        return next((gate for known, gate in self.gaps if _covers(known, finding)), "")


def _covers(known: FindingReport, finding: FindingReport) -> bool:
    first, last = known.line or 0, known.end_line or known.line or 0
    touches = first - 1 <= (finding.end_line or finding.line or 0) and (finding.line or 0) <= last + 1
    return known.path == finding.path and touches and _RANKS[known.level] <= _RANKS[finding.level]


def render(report: Report, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Give the answer, what failed first, then what is unproven, then the rest of the checklist.

    width: columns; only a path or a command that is wider sticks out. color: whether to use ANSI colours (the caller
    knows the terminal and NO_COLOR). ascii_only: for a stream that has no ✓ (see `typeset.speaks_unicode`).
    """
    return typeset(_lines(report), width, color, ascii_only)


def _lines(report: Report) -> Iterator[Line]:
    yield from _headline(report)
    told = _Told()
    for status in ("fail", "unproven"):
        for item in report.items:
            if item.status == status:
                yield Line()
                yield from _open_item(item, _gates(report, item.id), told)
    yield from _stray_gates(_strays(report))
    yield Line()
    longest = max(len(item.id) for item in report.items)
    for item in report.items:
        if item.status in {"pass", "not-applicable"} and not _excuse(item):
            yield from _settled_item(item, _gates(report, item.id), told, longest)
    yield from _not_asked_for(report.items)
    yield Line()
    yield from _basis(report)


def _headline(report: Report) -> Iterator[Line]:
    change = report.change
    lines = f"+{change.added} −{change.removed}"  # noqa: RUF001 - a minus sign
    yield line(whole(change.range), f"  {plural(change.files, 'file')}, {lines}, {duration(report.duration_s)}")
    strays = _strays(report)
    more = f", {plural(len(strays), 'gate')} of no item" if strays else ""
    yield line(Piece(report.result.upper(), _STYLES[report.result]), f": {_counts(report.items)}{more}")


def _counts(items: tuple[ItemReport, ...]) -> str:
    asked = [item for item in items if not _excuse(item)]
    if not asked:
        return f"none of the {len(items)} items was asked for"
    numbers: Counter[str] = Counter(item.status for item in asked)
    counts = [(numbers[status], word) for status, word in _COUNTED.items() if numbers[status]]
    if len(asked) < len(items):
        return f"of the {plural(len(asked), 'item')} asked for, {', '.join(f'{n} {word}' for n, word in counts)}"
    (first, word), *others = counts
    return ", ".join((f"{plural(first, 'item')} {word}", *(f"{n} {word}" for n, word in others)))


def _excuse(item: ItemReport) -> str:
    """Give why an item was not asked for or not judged, in words such as "not asked for: REASON", "" if it was."""
    excused = not item.gates and item.summary.startswith(("not asked for", "not judged"))
    return item.summary if excused else ""


def _gates(report: Report, item: str) -> list[GateReport]:
    """Give an item's gates, the failed ones first, those that only warn after those that block."""
    own = [gate for gate in report.gates if gate.item == item]
    return sorted(own, key=lambda gate: (list(_SYMBOLS).index(gate.status), gate.level != "block"))


def _open_item(item: ItemReport, gates: list[GateReport], told: _Told) -> Iterator[Line]:
    yield line(_SYMBOLS[item.status], " ", Piece(item.id, "bold"), f": {item.criterion}")
    if not gates:
        yield line(item.summary, indent=2)
    for alike in _alike(gates):
        yield from _gate(alike, told, MOST_IN_OPEN_GATES)


def _settled_item(item: ItemReport, gates: list[GateReport], told: _Told, longest: int) -> Iterator[Line]:
    yield line(_SYMBOLS[item.status], f" {item.id:{longest}}  ", item.summary or item.criterion, hang=longest + 4)
    for alike in _alike(gates):
        yield from _gate(alike, told, MOST_IN_SETTLED_GATES)


def _alike(gates: Iterable[GateReport]) -> list[list[GateReport]]:
    """Put together the gates that say the same: one broken interpreter leaves many unproven."""
    groups: dict[object, list[GateReport]] = {}
    for gate in gates:
        groups.setdefault((gate.status, gate.level, gate.summary, gate.findings), []).append(gate)
    return list(groups.values())


def _gate(alike: list[GateReport], told: _Told, most: int) -> Iterator[Line]:
    """Give a gate's summary if it fails or is unproven, and its findings; a reason that was told is not told again."""
    gate, ids = alike[0], ", ".join(gate.id for gate in alike)
    if gate.status in {"pass", "not-applicable"}:
        yield from _findings(gate, told, MOST_IN_SETTLED_GATES, f" [{gate.id}]", "dim")
        return
    summary = gate.summary
    if gate.status == "unproven" and (before := told.reasons.setdefault(gate.summary, gate.id)) != gate.id:
        summary = f"for the same reason as {before}"
    warns = "" if gate.level == "block" else " (only warns)"
    yield line(_SYMBOLS[gate.status], f" {ids}{warns}: {summary}", indent=2)
    yield from _findings(gate, told, most)


def _findings(gate: GateReport, told: _Told, most: int, owner: str = "", style: str = "") -> Iterator[Line]:
    """Give the gravest findings, place first; a mend that several in a row share is told once, after them.

    A gap of which another gate told is only counted.
    """
    ranked = sorted(gate.findings, key=lambda finding: _RANKS[finding.level])
    before = Counter(teller for finding in ranked if (teller := told.gap(finding)))
    ranked = [finding for finding in ranked if not told.gap(finding)]
    for mend, findings in groupby(ranked[:most], key=lambda finding: finding.mend if finding.level != "note" else ""):
        yield from (_finding(finding, owner, style) for finding in findings)
        if mend:
            yield line(Piece("mend: ", style), Piece(mend, style, whole=_is_command(mend)), indent=6)
    if len(ranked) > most:
        more = f"… and {len(ranked) - most} more{owner} (all of them: "
        yield line(Piece(more, style), whole("--output json", style), Piece(")", style), indent=4)
    for teller, count in before.items():
        places = "the place" if count == 1 else f"{count} of the places"
        yield line(Piece(f"no test runs {places} that {teller} names{owner}", style), indent=4)
    told.gaps += [(finding, gate.id) for finding in ranked[:most] if finding.rule in _GAPS]


def _finding(finding: FindingReport, owner: str, style: str) -> Line:
    level = "" if finding.level == "error" else f"{finding.level}: "
    message = Piece(f"{level}{finding.message}{owner}", style)
    if finding.path is None:
        return line(message, indent=4)
    place = str(Location(finding.path, finding.line, finding.end_line))
    return line(whole(place, style), Piece(": ", style), message, indent=4)


def _is_command(mend: str) -> bool:
    """Tell whether a mend is a bare command, to be kept on one line; in prose, backticks keep one together."""
    return mend.split(" ", maxsplit=1)[0] in _PROGRAMS and "`" not in mend


def _not_asked_for(items: tuple[ItemReport, ...]) -> Iterator[Line]:
    reasons: dict[str, list[str]] = {}
    for item in items:
        if excuse := _excuse(item):
            reasons.setdefault(excuse, []).append(item.id)
    for excuse, ids in reasons.items():
        what, _, reason = excuse.partition(": ")
        yield line(_SYMBOLS["not-applicable"], f" {what} ({reason or 'no reason given'}): {', '.join(ids)}")


def _strays(report: Report) -> list[GateReport]:
    """Give the gates that answer no item of the checklist: no item fails by them, and that must be seen."""
    known = {item.id for item in report.items}
    return [gate for gate in report.gates if gate.item not in known]


def _stray_gates(strays: list[GateReport]) -> Iterator[Line]:
    if strays:
        yield Line()
        yield line(_SYMBOLS["unproven"], " ", Piece("no item of the checklist", "bold"), " is answered by these gates:")
    for gate in strays:
        yield line(_SYMBOLS[gate.status], f" {gate.id}: {gate.summary}", indent=2)


def _basis(report: Report) -> Iterator[Line]:
    """Give what the answer rests on: task, policy, notes, limits, and where the time went."""
    if report.task:
        yield line(f"task: {report.task.id}, strategy {report.task.strategy}")
    yield line(f"policy: {report.policy.source}, digest {report.policy.digest}")
    for note in report.notes:
        yield line(f"note: {note}")
    for limit in report.limits:
        yield line(f"limit: {limit.what}: {limit.limit:,} at most, {limit.seen:,} seen")
    if report.measurements:
        yield line(Piece(_slowest(report.measurements), "dim"))


def _slowest(measurements: tuple[MeasurementReport, ...]) -> str:
    taken = [measurement for measurement in measurements if not measurement.cached]
    remembered = len(measurements) - len(taken)
    slowest = sorted(taken, key=lambda taken: (-taken.duration_s, taken.name, taken.side or ""))[:SLOWEST]
    names = ", ".join(f"{one.name}{f' ({one.side})' if one.side else ''} {duration(one.duration_s)}" for one in slowest)
    counted = plural(len(measurements), "measurement") + (f", {remembered} remembered" if remembered else "")
    return f"{counted}; slowest: {names}" if names else counted
