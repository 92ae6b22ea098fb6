"""Judge real changes by sound-tests, and print what is found.

    python benchmarks/sound_tests.py ../repos/click ../repos/httpx --last 400

`sound-tests.md` next to this file holds the question, the table and the verdict. A change is a first-parent commit of
the checked-out branch against its first parent. Nothing of the repositories is run or written.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from walking import walked

from gatecheck.model import Severity, Verdict
from gatecheck.task import Strategy, Task
from gatecheck_gates.sound_tests import SoundTests


def main() -> None:
    """Judge the changes; print a row of a Markdown table for each repository, and one for each rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=400, help="changes of each repository")
    parser.add_argument("--strategy", type=Strategy, default=Strategy.FLEXIBLE)
    options = parser.parse_args()
    task, rules = Task(strategy=options.strategy), Counter[str]()
    for path in options.repositories:
        counts: Counter[str] = Counter()
        began = time.monotonic()
        for commit, verdict in judged(path, options.last, task):
            counts.update(["changes", said(verdict)])
            rules.update(f"{finding.level} {finding.rule}" for finding in verdict.findings)
            show(f"{path.name} {commit[:8]}", verdict)
        names = ("changes", "not-applicable", "pass", "warnings", "fail", "unproven")
        row = " | ".join(str(counts[name]) for name in names)
        print(f"| {path.name} | {row} | {time.monotonic() - began:.0f} s |", flush=True)
    for rule, count in sorted(rules.items()):
        print(f"| {rule} | {count} |")


def judged(path: Path, last: int, task: Task) -> Iterator[tuple[str, Verdict]]:
    """Give the newest changes of a repository, each with its verdict."""
    return ((commit, SoundTests().judge(change, task, project)) for commit, change, _, project in walked(path, last))


def said(verdict: Verdict) -> str:
    """Give the status, or that it has warnings."""
    warned = any(finding.level is Severity.WARNING for finding in verdict.findings)
    return "warnings" if verdict.status == "pass" and warned else str(verdict.status)


def show(change: str, verdict: Verdict) -> None:
    """Print what is found in one change."""
    for finding in verdict.findings:
        print(f"{change} {finding.level} {finding.rule} {finding.location} {finding.message}", file=sys.stderr)
    if verdict.status == "unproven":
        print(f"{change} unproven {verdict.summary}", file=sys.stderr)


if __name__ == "__main__":
    main()
