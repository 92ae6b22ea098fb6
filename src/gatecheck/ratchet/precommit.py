"""The ratchet of pre-commit: hooks stay, and go on seeing the same files (its manual, "Creating hooks")."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gatecheck.parsing import entries, table
from gatecheck.ratchet.checks import TOOLS, Check
from gatecheck.ratchet.steps import (
    LOOSER,
    NEUTRAL,
    TIGHTER,
    UNCLEAR,
    Step,
    arguments,
    difference,
    lines,
    listed,
    pieces,
    softly,
    watched,
)

COMMIT = {"commit", "pre-commit"}  # the stage's name before and after pre-commit 3.2
RENAMED = {"ruff": "ruff-check"}  # one hook, two ids (ruff-pre-commit 0.11.13)
# With the tools whose rules ruff took over, so that going over to it is no loss of a kind.
NAMES = TOOLS | {"lint": f"{TOOLS['lint']}|autoflake|pyupgrade|pydocstyle|docformatter|reorder-python-imports|lint"}

_KINDS = [(kind, re.compile(rf"(?<![a-z])({names})(?![a-z])")) for kind, names in NAMES.items()]
_EXCUSING = re.compile(r"--[a-z-]*(ignore|exclude|disable|skip|exit-zero|allow)|--no-")


def hook_moves(before: object, after: object) -> Iterator[Step]:
    """Compare two .pre-commit-config.yaml."""
    old, new = hooks(before), hooks(after)
    kept = {kind for name, hook in new.items() for kind in kinds_of(name, hook)}
    for name in (name for name in old if name not in new):
        yield _removed(name, kinds_of(name, old[name]) - kept)
    for name in (name for name in old if name in new):
        tidies = not kinds_of(name, old[name])  # spaces, line ends, debugger calls
        for step in _one_hook(old[name], new[name]):
            yield softly(step.prefixed(f"hook {name}: ")) if tidies else step.prefixed(f"hook {name}: ")
    if come := [name for name in new if name not in old]:
        yield Step(TIGHTER, f"hooks came in: {listed(come)}")
    yield from _top(table(before), table(after), set(old))


def hooks(content: object) -> dict[str, dict[str, Any]]:
    """Give the hooks by id; the repository that a hook comes from and its `rev` may change."""
    found: dict[str, dict[str, Any]] = {}
    seen: Counter[str] = Counter()
    for repo in entries(table(content).get("repos")):
        for hook in entries(table(repo).get("hooks")):
            name = RENAMED.get(name := str(table(hook).get("id", "")), name)
            seen[name] += 1
            found[f"{name}#{seen[name]}" if seen[name] > 1 else name] = table(hook)
    return found


def hooked(path: str, content: object) -> list[Check]:
    """Give the hooks as checks."""
    return [Check(kind, name, path) for name, hook in hooks(content).items() for kind in kinds_of(name, hook)]


def kinds_of(name: str, hook: Mapping[str, Any]) -> set[str]:
    """Tell what a hook checks, by its id and command."""
    return {kind for kind, pattern in _KINDS if pattern.search(f"{name} {hook.get('entry', '')}".lower())}


def _removed(name: str, lost: set[str]) -> Step:
    if lost:
        return Step(LOOSER, f"hook {name} was removed: no hook checks {listed(sorted(lost))} any more")
    return Step(UNCLEAR, f"hook {name} was removed")


def _one_hook(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Step]:
    yield from _excluded(old.get("exclude"), new.get("exclude"))
    for key in ("files", "types", "types_or", "exclude_types", "entry"):
        if old.get(key) != new.get(key):
            yield from watched(key, old.get(key), new.get(key))
    yield from _stages(old.get("stages"), new.get("stages"))
    _, come = difference(arguments(old.get("args")), arguments(new.get("args")))
    for word in (word for word in come if _EXCUSING.match(word)):
        yield Step(LOOSER if word == "--exit-zero" else UNCLEAR, f"args gained {word}")


def _excluded(old: object, new: object) -> Iterator[Step]:
    if new and old != new:
        _, come = difference(pieces(old), pieces(new))
        yield Step(
            LOOSER if come or not old else UNCLEAR,
            f"exclude became {listed([str(new).strip()])}",
            patterns=tuple(come) or ("*",),
        )


def _stages(old: object, new: object) -> Iterator[Step]:
    was, now = set(lines(old)), set(lines(new))
    if now and not now & COMMIT and (not was or was & COMMIT):
        yield Step(LOOSER, f"stages became {listed(sorted(now))}: a commit no longer starts it")


def _top(before: Mapping[str, Any], after: Mapping[str, Any], known: set[str]) -> Iterator[Step]:
    yield from _excluded(before.get("exclude"), after.get("exclude"))
    yield from _stages(before.get("default_stages"), after.get("default_stages"))
    if before.get("files") != after.get("files"):
        yield from watched("files", before.get("files"), after.get("files"))
    _, come = difference(*(lines(table(side, "ci").get("skip")) for side in (before, after)))
    if skipped := [name for name in come if name in known]:
        yield Step(UNCLEAR, f"pre-commit.ci skips {listed(skipped)}")
    if before != after:
        yield Step(NEUTRAL, "hooks or their versions changed")
