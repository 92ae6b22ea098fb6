"""How one setting moved, and the rules that tell: each is a small function of the value before and after."""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class Direction(StrEnum):
    """Which way a rule moved."""

    LOOSER = "looser"  # less is demanded than before
    UNCLEAR = "unclear"  # perhaps less: a person should look
    TIGHTER = "tighter"  # more is demanded
    NEUTRAL = "neutral"  # something else


LOOSER, UNCLEAR, TIGHTER, NEUTRAL = Direction.LOOSER, Direction.UNCLEAR, Direction.TIGHTER, Direction.NEUTRAL


@dataclass(frozen=True, slots=True)
class Step:
    """One setting's move. `patterns` are the path patterns that it lets out, where it lets out paths."""

    direction: Direction
    text: str
    path: str = ""
    patterns: tuple[str, ...] = ()

    def prefixed(self, words: str) -> "Step":
        """Put words before the text."""
        return replace(self, text=words + self.text)


Rule = Callable[[str, Any, Any], Iterable[Step]]
Table = Mapping[str, Rule]
Split = Callable[[object], list[str]]


def softly(step: Step) -> Step:
    """Make looser unclear."""
    return replace(step, direction=UNCLEAR) if step.direction is LOOSER else step


def moves(rules: Table, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Step]:
    """Compare two flat settings, each key by the first rule whose pattern fits it; a key without a rule is neutral."""
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old != new:
            rule = next((rule for pattern, rule in rules.items() if fnmatchcase(key, pattern)), free)
            yield from rule(key, old, new)


def free(key: str, _old: object, _new: object) -> Iterator[Step]:
    """Rule of a key that demands nothing."""
    yield Step(NEUTRAL, f"{key} changed")


def watched(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of a key whose effect cannot be told from its value."""
    yield Step(UNCLEAR, f"{key} changed from {shown(old)} to {shown(new)}")


def switch(*, good: bool, default: bool = False) -> Rule:
    """Make the rule of a flag; `good` is the stricter value, `default` the one in force where the key is absent."""

    def rule(key: str, old: object, new: object) -> Iterator[Step]:
        was, now = truth(old, default=default), truth(new, default=default)
        if was != now:
            yield Step(TIGHTER if now is good else LOOSER, f"{key} was switched {'on' if now else 'off'}")
        else:
            yield from free(key, old, new)

    return rule


def floor(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of a number that must not fall; absent is 0."""
    was, now = number(old) or 0, number(new) or 0
    if was != now:
        yield Step(LOOSER if now < was else TIGHTER, f"{key} {'fell' if now < was else 'rose'} from {was:g} to {now:g}")


def ceiling(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of a number that must not rise; absent is the tool's own default, which is not known here."""
    was, now = number(old), number(new)
    if was is None or now is None:
        yield from watched(key, old, new)
    elif was != now:
        yield Step(LOOSER if now > was else TIGHTER, f"{key} {'rose' if now > was else 'fell'} from {was:g} to {now:g}")


def keeps(split: Split, *, first: Direction = NEUTRAL, last: Direction = LOOSER, paths: bool = False) -> Rule:
    """Make the rule of a list that demands: what goes is looser.

    `first`, `last`: what it means that the list itself appears or goes. `paths`: its words are paths.
    """

    def rule(key: str, old: object, new: object) -> Iterator[Step]:
        was, now = split(old), split(new)
        gone, come = difference(was, now)
        gone = [word for word in gone if not _below(word, set(now))]
        if gone and now:
            instead = f" for {listed(come)}" if come else ""
            patterns = tuple(gone) if paths else ()
            yield Step(UNCLEAR if come else LOOSER, f"{key} lost {listed(gone)}{instead}", patterns=patterns)
        elif gone:
            yield Step(last, f"{key} was removed ({listed(gone)})")
        elif come:
            yield Step(TIGHTER if was else first, f"{key} gained {listed(come)}")

    return rule


def lets_out(split: Split, direction: Direction = LOOSER, *, paths: bool = False) -> Rule:
    """Make the rule of a list that excuses: what comes is looser. `paths`: its words are path patterns."""

    def rule(key: str, old: object, new: object) -> Iterator[Step]:
        gone, come = difference(split(old), split(new))
        patterns = tuple(come) if paths else ()
        if come and len(come) > len(gone):
            yield Step(direction, f"{key} gained {listed(come)}", patterns=patterns)
        elif come:  # as a rule the same entries, reworded
            yield Step(UNCLEAR, f"{key}: {listed(gone)} became {listed(come)}", patterns=patterns)
        elif gone:
            yield Step(TIGHTER, f"{key} lost {listed(gone)}")

    return rule


def lets_out_matches(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of regular expressions of paths that are left out."""
    _, come = difference(lines(old), lines(new))
    for step in lets_out(lines)(key, old, new):
        yield replace(step, patterns=tuple(piece for regex in come for piece in pieces(regex)))


def difference(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Give what went and what came, each once, in order."""
    was, now = dict.fromkeys(before), dict.fromkeys(after)
    return [word for word in was if word not in now], [word for word in now if word not in was]


def _below(word: str, folders: set[str]) -> bool:
    parts = word.split("/")[:20]  # deeper than any folder of a project; the text is of unknown hands
    above = ("/".join(parts[:count]) for count in range(1, len(parts)))
    return any(folder in folders or f"{folder}/" in folders for folder in above)


def flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Give nested tables as one, with dotted keys."""
    found: dict[str, Any] = {}
    for key, value in nested.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def truth(value: object, *, default: bool = False) -> bool:
    """Read a flag of TOML or of an ini file."""
    if value is None:
        return default
    return value if isinstance(value, bool) else str(value).strip().lower() in {"true", "yes", "on", "1"}


def number(value: object) -> float | None:
    """Read a number of TOML or of an ini file; None where there is none."""
    try:
        return float(str(value))
    except ValueError:
        return None


def lines(value: object) -> list[str]:
    """Split a list of TOML or YAML, or an ini value of one entry a line."""
    parts = value if isinstance(value, list | tuple) else str(value or "").split("\n")
    return [str(part).strip() for part in parts if str(part).strip() and not str(part).lstrip().startswith("#")]


def words(value: object) -> list[str]:
    """Split a list of TOML, or an ini value with commas or line ends between entries."""
    return [word.strip() for line in lines(value) for word in line.split(",") if word.strip()]


def arguments(value: object) -> list[str]:
    """Split a command line, or a list of its words."""
    if isinstance(value, list | tuple):
        return [str(word) for word in value]
    try:
        return shlex.split(str(value or ""), comments=True)
    except ValueError:
        return str(value).split()


def pieces(regex: object) -> list[str]:
    """Give the literal parts of a regular expression of paths, as patterns. It is never run: it may be hostile."""
    literal = str(regex or "").replace("\\", "")
    return [f"*{piece}*" for piece in re.findall(r"[\w./-]{2,}", literal)]


def listed(found: Iterable[str], most: int = 4) -> str:
    """List the first few words for a message, each cut to a length that is read."""
    every = list(found)
    cut = [word if len(word) <= 60 else f"{word[:57]}..." for word in every[:most]]  # noqa: PLR2004 - half a line
    return ", ".join(cut) + (f" and {len(every) - most} more" if len(every) > most else "")


def shown(value: object) -> str:
    """Show one value in a message."""
    return "absent" if value is None else listed(lines(value)) or "empty"
