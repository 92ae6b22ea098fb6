"""The ratchet of CI and local runners: checks stay, stay able to fail, and stay started by changes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gatecheck.ratchet.checks import EVENTS, Check, events
from gatecheck.ratchet.steps import LOOSER, NEUTRAL, TIGHTER, UNCLEAR, Step, difference, lines, listed

REVIEWS = EVENTS[:3]  # the events before a change is merged
STEERING = {"PYTEST_ADDOPTS", "TOX_SKIP_ENV", "SKIP", "COVERAGE_RCFILE", "MYPY_CONFIG_FILE", "RUFF_CONFIG"}
FILTERS = ("paths", "paths-ignore", "branches", "branches-ignore", "types")


def pipeline_moves(before: Sequence[Check], after: Sequence[Check], elsewhere: Iterable[Check]) -> Iterator[Step]:
    """Compare all checks of one sort of file; `elsewhere` are the head's checks of the other sorts."""
    was, now = ({(check.kind, check.tool) for check in side if check.firm} for side in (before, after))
    served = {kind for kind, _ in now} | {check.kind for check in elsewhere if check.firm}
    forgiven = _forgiven(after) - _forgiven(before)
    gone = {(check.kind, check.tool): check for check in before if check.firm and (check.kind, check.tool) not in now}
    for (kind, tool), check in sorted(gone.items()):
        if (kind, tool) in forgiven:
            yield Step(LOOSER, _forgiven_now(check), check.path)
        elif kind not in served:
            report = kind == "coverage" and not tool  # may have been no more than a report
            yield Step(
                UNCLEAR if report else LOOSER,
                f"{check.name} is no longer run: nothing checks {kind} any more",
                check.path,
            )
        elif tool:
            yield Step(UNCLEAR, f"{tool} is no longer run; something else still checks {kind}", check.path)
    yield from _softened(before, after, set(gone))
    if come := sorted(now - was):
        yield Step(TIGHTER, f"{listed(tool or kind for kind, tool in come)} came in", after[0].path)


def _forgiven(checks: Iterable[Check]) -> Counter[tuple[str, str]]:
    return Counter((check.kind, check.tool) for check in checks if not check.firm)


def _forgiven_now(check: Check) -> str:
    return f"{check.name} still stands in {check.job or check.path}, but can no longer fail a change"


def _softened(before: Iterable[Check], after: Iterable[Check], told: set[tuple[str, str]]) -> Iterator[Step]:
    """Find checks that another job still makes firmly, but whose own job forgives them, asks for more first or less."""
    now = _by_job(after)
    for key, was in _by_job(check for check in before if check.firm and check.tool).items():
        old, found = was[0], now.get(key, [])
        if not found or (old.kind, old.tool) in told:
            continue
        if not any(check.firm for check in found):
            yield Step(LOOSER, _forgiven_now(old), old.path)
        elif all(check.condition not in {"", old.condition} for check in found):
            yield Step(UNCLEAR, f"{old.name} in {old.job} now runs only if: {listed([found[0].condition])}", old.path)
        if all(check.narrowed for check in found) and any(not check.narrowed for check in was):
            options = listed(option for check in found for option in check.narrowed)
            yield Step(UNCLEAR, f"{old.name} in {old.job or old.path} now runs with {options}", old.path)
        minima = [max((check.minimum or 0 for check in side), default=0) for side in (was, found)]
        if minima[1] < minima[0]:
            yield Step(LOOSER, f"{old.name} fell from {minima[0]:g} to {minima[1]:g}", old.path)


def _by_job(checks: Iterable[Check]) -> dict[tuple[str, str, str, str], list[Check]]:
    found: dict[tuple[str, str, str, str], list[Check]] = {}
    for check in checks:
        found.setdefault((check.path, check.job, check.kind, check.tool), []).append(check)
    return found


def trigger_moves(path: str, before: object, after: object, *, served: bool) -> Iterator[Step]:
    """Compare when a GitHub workflow runs; `served`: other workflows make the same checks before a merge."""
    was, now = events(before), events(after)
    for event in (event for event in EVENTS if event in was and event not in now):
        lost = event in REVIEWS and not any(other in now for other in REVIEWS)
        yield Step(NEUTRAL if not lost else UNCLEAR if served else LOOSER, f"`{event}` no longer starts it", path)
    for event in (event for event in REVIEWS if event in was and event in now):
        for name in FILTERS:
            yield from _filter_moves(event, name, was[event].get(name), now[event].get(name), path)


def environment_moves(path: str, before: object, after: object) -> Iterator[Step]:
    """Compare the environment variables that tools take options from."""
    was, now = (dict(_steering(side)) for side in (before, after))
    for name in (name for name in now if now[name] and now[name] != was.get(name)):
        yield Step(UNCLEAR, f"{name} is set to {listed([now[name]])}", path)


def _steering(node: object) -> Iterator[tuple[str, str]]:
    """Give the variables of STEERING at any depth; the last one of a name counts."""
    if isinstance(node, dict):
        for key, value in node.items():
            found = str(key) in STEERING and not isinstance(value, dict | list)
            yield from [(str(key), str(value))] if found else _steering(value)
    elif isinstance(node, list):
        for part in node:
            yield from _steering(part)


def _filter_moves(event: str, name: str, old: object, new: object, path: str) -> Iterator[Step]:
    ignores = name.endswith("-ignore")
    gone, come = difference(lines(old), lines(new))
    wider = not come if ignores else not new or (bool(old) and not gone)
    if not wider:
        patterns = tuple(come) if name == "paths-ignore" else ()
        yield Step(
            LOOSER if ignores else UNCLEAR,
            f"`{event}` is filtered by {name}: {listed(come or lines(new))}",
            path,
            patterns,
        )
    elif gone or come:
        yield Step(NEUTRAL, f"`{event}` is filtered less by {name}", path)
