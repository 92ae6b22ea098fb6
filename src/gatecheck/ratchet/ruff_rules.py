"""The ratchet of ruff: a rule that was enforced must stay enforced (ruff's reference, "Settings" and "Rules").

An ignored code is a step only if the base enforced it, so that a family switched on with exceptions is tighter alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gatecheck.parsing import table
from gatecheck.ratchet.steps import (
    LOOSER,
    NEUTRAL,
    TIGHTER,
    UNCLEAR,
    Direction,
    Step,
    Table,
    ceiling,
    flat,
    free,
    keeps,
    lets_out,
    listed,
    moves,
    switch,
    watched,
    words,
)

DEFAULT = ("E4", "E7", "E9", "F")  # checked by every version when nothing selects
# Families of which newer versions check some rules too (`ruff check --isolated --show-settings`, 0.17.6).
SOMETIMES = frozenset(
    {
        *("ASYNC", "B", "BLE", "C", "D", "DTZ", "E", "EXE", "F", "FA", "FLY", "FURB", "G", "I", "INT", "ISC"),
        *("LOG", "N", "PERF", "PGH", "PIE", "PLC", "PLE", "PLR", "PLW", "PT", "PTH", "PYI", "RET", "RUF", "S"),
        *("SIM", "T", "TC", "TRY", "UP", "W", "YTT"),
    }
)
# ruff's BREAKING_CHANGES.md.
RENAMED = {"TCH": "TC", "PGH001": "S307", "PGH002": "G010", "TRY200": "B904", "RUF011": "B035"}
# Rules that ruff itself removed (`ruff rule --all`, 0.17.6), and rules that contend with `ruff format` (its manual).
MEANINGLESS = frozenset(
    {
        *("ANN101", "ANN102", "S320", "S410", "PT004", "PT005", "PD901", "E999", "PLR1701", "PLR1706", "UP027"),
        *("UP038", "RUF035", "W191", "E111", "E114", "E117", "D203", "D206", "D213", "D300", "Q000", "Q001"),
        *("Q002", "Q003", "Q004", "COM812", "COM819", "ISC001", "ISC002"),
    }
)
CODES = ("select", "extend-select", "ignore", "extend-ignore", "per-file-ignores", "extend-per-file-ignores")
LONGEST = 12  # letters and digits of a code; the longest of 0.17.6 has 8

OTHERS: Table = {
    "*exclude": lets_out(words, paths=True),
    "include": keeps(words, first=UNCLEAR, last=NEUTRAL),
    "extend": watched,
    "preview": switch(good=True),
    "builtins": lets_out(words, UNCLEAR),
    "dummy-variable-rgx": watched,
    **dict.fromkeys(("*max-line-length", "*max-doc-length", "format.*"), free),
    "*max-*": ceiling,
    **dict.fromkeys(("*.*ignore*", "*.*allow*", "*.*exempt*"), watched),  # the options of ruff's plugins
}


@dataclass(frozen=True)
class Selection:
    """What a configuration checks: selectors as written, with renamed codes under their new name."""

    chosen: bool  # it selects, rather than leaving it to ruff's defaults
    selected: frozenset[str]
    ignored: frozenset[str]
    by_pattern: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Selection":
        """Read settings in which `lint` was lifted to the top."""
        chosen = words(settings["select"]) if "select" in settings else DEFAULT
        patterns: dict[str, frozenset[str]] = {}
        for key in ("per-file-ignores", "extend-per-file-ignores"):
            for pattern, codes in table(settings.get(key)).items():
                patterns[pattern] = patterns.get(pattern, frozenset()) | _named(words(codes))
        selected = _named([*chosen, *words(settings.get("extend-select"))])
        ignored = _named([*words(settings.get("ignore")), *words(settings.get("extend-ignore"))])
        return cls("select" in settings, selected, ignored, patterns)

    @cached_property
    def _above_selected(self) -> frozenset[str]:
        return frozenset(selector for code in self.selected for selector in selectors_of(code))

    def loss(self, code: str) -> Direction:
        """Tell what it means that a code is no longer checked: nothing, unless something it stands for was."""
        if code in MEANINGLESS or covered(self.ignored, code):
            return NEUTRAL
        if covered(self.selected, code) or code in self._above_selected:
            return LOOSER
        return UNCLEAR if not self.chosen and covered(SOMETIMES, code) else NEUTRAL


def _named(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(RENAMED.get(code, code) for code in codes)


def selectors_of(code: str) -> set[str]:
    """Give the selectors that stand for a code: B, B9 and B90 for B904; not B for BLE001; PL for all of pylint's."""
    heads = (code[:size] for size in range(1, min(len(code), LONGEST)) if code[size].isdigit() or code[:size] == "PL")
    return {"ALL", code, *heads}


def covered(selectors: frozenset[str], code: str) -> bool:
    """Tell whether any of some selectors stands for a code."""
    return not selectors_of(code).isdisjoint(selectors)


def ruff_moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Step]:
    """Compare two ruff settings; the old top-level keys mean the same as those under `lint`."""
    old, new = _levelled(before), _levelled(after)
    was, now = Selection.of(old), Selection.of(new)
    if was.chosen == now.chosen:
        yield from _selected(was, now)
    else:
        yield from watched("select", old.get("select"), new.get("select"))
    yield from _ignored(was, now)
    yield from _ignored_by_pattern(was, now)
    others = ({key: value for key, value in flat(side).items() if not key.startswith(CODES)} for side in (old, new))
    yield from moves(OTHERS, *others)


def _levelled(settings: Mapping[str, Any]) -> dict[str, Any]:
    lint = settings.get("lint")
    nested = lint if isinstance(lint, dict) else {}
    levelled = {key: value for key, value in settings.items() if key != "lint"} | nested
    excluded = [
        word for key in ("exclude", "extend-exclude") for side in (settings, nested) for word in words(side.get(key))
    ]
    return {key: value for key, value in levelled.items() if key != "extend-exclude"} | {"exclude": excluded}


def _selected(was: Selection, now: Selection) -> Iterator[Step]:
    if gone := [code for code in _uncovered(was.selected, now.selected) if was.loss(code) is LOOSER]:
        yield Step(LOOSER, f"select lost {listed(gone)}")
    if come := _uncovered(now.selected, was.selected):
        yield Step(TIGHTER, f"select gained {listed(come)}")


def _ignored(was: Selection, now: Selection) -> Iterator[Step]:
    yield from _gained("ignore", {code: was.loss(code) for code in _uncovered(now.ignored, was.ignored)})
    if gone := _uncovered(was.ignored, now.ignored):
        yield Step(TIGHTER, f"ignore lost {listed(gone)}")


def _ignored_by_pattern(was: Selection, now: Selection) -> Iterator[Step]:
    none: frozenset[str] = frozenset()
    freed = {
        code
        for pattern, codes in was.by_pattern.items()
        for code in _uncovered(codes, now.by_pattern.get(pattern, none))
    }
    for pattern in sorted({*was.by_pattern, *now.by_pattern}):
        old, new = was.by_pattern.get(pattern, none), now.by_pattern.get(pattern, none)
        losses = {code: was.loss(code) for code in _uncovered(new, old)}
        moved = {
            code: UNCLEAR for code, loss in losses.items() if loss is LOOSER and code in freed
        }  # the file moved, mostly
        yield from _gained(f"per-file-ignores of {pattern!r}", losses | moved, (pattern,))
        if gone := _uncovered(old, new):
            yield Step(TIGHTER, f"per-file-ignores of {pattern!r} lost {listed(gone)}")


def _uncovered(codes: frozenset[str], selectors: frozenset[str]) -> list[str]:
    return sorted(code for code in codes if not covered(selectors, code))


def _gained(key: str, losses: Mapping[str, Direction], patterns: tuple[str, ...] = ()) -> Iterator[Step]:
    for direction in Direction:
        if codes := [code for code, loss in losses.items() if loss is direction]:
            known = ", not checked before" if direction is NEUTRAL else ""
            yield Step(direction, f"{key} gained {listed(codes)}{known}", patterns=patterns)
