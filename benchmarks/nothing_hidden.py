"""Judge real changes by nothing-hidden, and print every finding.

    python benchmarks/nothing_hidden.py ../repos/click ../repos/httpx --last 400

`nothing-hidden.md` next to this file holds the question, the table and the verdict. A change is a first-parent commit
of the checked-out branch against its first parent. Nothing of the repositories is run or written.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from walking import walked

from gatecheck.givens import Trees
from gatecheck.measurements.outline import Outline, outline_of
from gatecheck.model import Severity, Verdict
from gatecheck_gates.nothing_hidden import NothingHidden


def main() -> None:
    """Judge the changes, and print a row of a Markdown table for each repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=400, help="changes of each repository")
    options = parser.parse_args()
    for path in options.repositories:
        counts: Counter[str] = Counter()
        for commit, verdict in judged(path, options.last):
            counts.update(["changes", said(verdict)])
            show(f"{path.name} {commit[:8]}", verdict)
        names = ("changes", "fail", "warnings", "unproven")
        print(f"| {path.name} | " + " | ".join(str(counts[name]) for name in names) + " |", flush=True)


def judged(path: Path, last: int) -> Iterator[tuple[str, Verdict]]:
    """Give the newest changes of a repository, each with its verdict."""
    for commit, change, trees, project in walked(path, last):
        yield commit, NothingHidden().judge(change, project, outlined(trees))


def outlined(trees: Trees) -> Outline:
    """Make the outline of the head without writing it out."""
    blobs = trees.repository.store.blobs
    return outline_of(trees.head, lambda path: next(iter(blobs([trees.head[path].blob])))[1] or b"")


def said(verdict: Verdict) -> str:
    """Give the status, or that it has warnings."""
    warned = any(finding.level is Severity.WARNING for finding in verdict.findings)
    return "warnings" if verdict.status == "pass" and warned else str(verdict.status)


def show(change: str, verdict: Verdict) -> None:
    """Print the errors and warnings of one change."""
    for finding in verdict.findings:
        if finding.level is not Severity.NOTE:
            print(f"{change} {finding.level} {finding.rule} {finding.location} {finding.message}", file=sys.stderr)
    if verdict.status == "unproven":
        print(f"{change} unproven {verdict.summary}", file=sys.stderr)


if __name__ == "__main__":
    main()
