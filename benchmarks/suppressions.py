"""Judge real changes by no-new-suppressions, and print what is found.

    python benchmarks/suppressions.py ../repos/click ../repos/httpx --last 300
    python benchmarks/suppressions.py ../repos/click ../repos/httpx --last 300 --measure

`suppressions.md` next to this file holds the question, the table and the verdict. A change is a first-parent commit of
the checked-out branch against its first parent that touches the project's source. Nothing of the repositories is
written, and nothing of them is run; with `--measure`, what the new suppressions hide is asked of ruff and of mypy, and
mypy loads its plugins.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from walking import walked

from gatecheck.cache import default_folder
from gatecheck.run import Demand, check
from gatecheck_gates.no_new_suppressions import NoNewSuppressions

GATE = NoNewSuppressions.id
EVERYTHING = 10**6  # commits; `--last` counts those that touch source


class Judged(NamedTuple):
    """One change: the status, why, and each finding as level, rule, place and message."""

    commit: str
    status: str
    summary: str
    findings: list[tuple[str, str, str, str]]


def main() -> None:
    """Judge the changes; print a row of a Markdown table for each repository, and one for each rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=300, help="changes to source of each repository")
    parser.add_argument("--measure", action="store_true", help="ask ruff and mypy what is hidden")
    options = parser.parse_args()
    rules: Counter[str] = Counter()
    for path in options.repositories:
        counts: Counter[str] = Counter()
        began = time.monotonic()
        for one in islice(judged(path, measure=options.measure), options.last):
            levels, found = (
                {level for level, *_ in one.findings},
                {f"{level} {rule}" for level, rule, *_ in one.findings},
            )
            counts.update(["changes", "warnings" if one.status == "pass" and "warning" in levels else one.status])
            rules.update(found)
            show(path.name, one)
        names = ("changes", "pass", "warnings", "fail", "unproven")
        row = " | ".join(str(counts[name]) for name in names)
        print(f"| {path.name} | {row} | {time.monotonic() - began:.0f} s |", flush=True)
    for rule, count in sorted(rules.items()):
        print(f"| {rule} | {count} |")


def judged(path: Path, *, measure: bool) -> Iterator[Judged]:
    """Give the newest changes to source, judged."""
    for commit, change, _, project in walked(path, EVERYTHING):
        if any(project.is_source(file.path) for file in change.python()):
            verdict = NoNewSuppressions().judge(change, project)
            found = [(str(one.level), one.rule, str(one.location), one.message) for one in verdict.findings]
            if measure and verdict.status == "unproven":
                (gate,) = check(demand(path, commit)).gates
                found = [(one.level, one.rule, f"{one.path}:{one.line}", one.message) for one in gate.findings]
                yield Judged(commit, gate.status, gate.summary, found)
            else:
                yield Judged(commit, str(verdict.status), verdict.summary, found)


def demand(path: Path, commit: str) -> Demand:
    """Ask for this gate alone."""
    return Demand(folder=path, range=f"{commit}~1..{commit}", gates=(GATE,), cache=default_folder())


def show(project: str, judged: Judged) -> None:
    """Print what is found in one change."""
    for level, rule, place, message in judged.findings:
        print(f"{project} {judged.commit[:8]} {level} {rule} {place} {message}", file=sys.stderr)
    if judged.status == "unproven":
        print(f"{project} {judged.commit[:8]} unproven {judged.summary}", file=sys.stderr)


if __name__ == "__main__":
    main()
