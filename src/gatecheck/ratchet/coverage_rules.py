"""The ratchet of coverage.py (its manual, "Configuration reference"); other keys are neutral."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatecheck.ratchet.steps import (
    NEUTRAL,
    UNCLEAR,
    Step,
    Table,
    difference,
    flat,
    floor,
    keeps,
    lets_out,
    lines,
    moves,
    switch,
    watched,
    words,
)

# What no test could or need execute: coverage.py's own examples, protocols, overloads, stubs, other platforms.
CUSTOMARY = re.compile(
    r"pragma|TYPE_CHECKING|NotImplemented|abstract|overload|Protocol|__main__|assert_never|AssertionError|__repr__"
    r"|\.\.\.|\\\.\\\.|\{3\}|if 0:|if False|self\.debug|platform|version_info|win32|os\.name|pypy",
    re.IGNORECASE,
)
BROAD = 4  # characters; a shorter regular expression matches nearly any line


def excluded_lines(key: str, old: object, new: object) -> Iterator[Step]:
    """Rule of the lines that coverage.py leaves out; the customary ones are neutral."""
    _, come = difference(lines(old), lines(new))
    customary = all(
        CUSTOMARY.search(line) and len(line) > BROAD and not line.startswith((".*", "(.*")) for line in come
    )
    for step in lets_out(lines)(key, old, new):
        yield Step(NEUTRAL, step.text) if come and customary else step


COVERAGE: Table = {
    "report.fail_under": floor,
    "run.branch": switch(good=True),
    "run.source*": keeps(words),
    "*.omit": lets_out(words, paths=True),
    "*.include": keeps(words, first=UNCLEAR, last=NEUTRAL),  # without it everything counts
    "report.excluded": excluded_lines,
    "report.partial_*": lets_out(lines, UNCLEAR),
    "report.ignore_errors": switch(good=False),
    "run.disable_warnings": lets_out(words, UNCLEAR),
    "run.command_line": watched,
    "run.plugins": keeps(words),
}

# Keys that mean one list: more of it excuses, or demands, more.
JOINED = {
    "report.excluded": ("report.exclude_lines", "report.exclude_also"),
    "run.source": ("run.source", "run.source_pkgs", "run.source_dirs"),
}


def coverage_moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Step]:
    """Compare two coverage.py configurations."""
    yield from moves(COVERAGE, _joined(flat(before)), _joined(flat(after)))


def _joined(settings: Mapping[str, Any]) -> dict[str, Any]:
    lists = {key: [line for name in names for line in lines(settings.get(name))] for key, names in JOINED.items()}
    others = {key: value for key, value in settings.items() if not any(key in names for names in JOINED.values())}
    return others | {key: found for key, found in lists.items() if found}
