"""Count what no-secrets says of honest work: the last first-parent changes of real repositories.

    python benchmarks/honest_secrets.py ../repos/click ../repos/httpx --last 300

Prints a Markdown row a repository: changes, added lines, changes that fail, errors, warnings, mean seconds of the
measurement; and every error, masked.
"""

import argparse
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatecheck.cache import default_folder
from gatecheck.report import GateReport, Report
from gatecheck.run import Demand, check


@dataclass(frozen=True)
class Checked:
    """One change and what was said of it."""

    commit: str
    report: Report

    @property
    def gate(self) -> GateReport:
        """Give the gate's part of the report."""
        return next(gate for gate in self.report.gates if gate.id == "no-secrets")

    def count(self, level: str) -> int:
        """Count the findings of a level."""
        return sum(finding.level == level for finding in self.gate.findings)


def main() -> None:
    """Check and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=300, help="changes of each repository")
    options = parser.parse_args()
    print("| repository | changes | added lines | failing | errors | warnings | s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for repository in options.repositories:
        checked = list(check_last(repository, options.last))
        print(row(repository.name, checked), flush=True)
        for each in checked:
            for finding in (finding for finding in each.gate.findings if finding.level == "error"):
                print(f"    {each.commit[:10]} {finding.path}:{finding.line} {finding.message}")


def check_last(repository: Path, count: int) -> Iterator[Checked]:
    """Check the newest first-parent changes of a repository, a root commit left out."""
    argv = ["git", "-C", str(repository), "rev-list", "--first-parent", f"-n{count}", "--min-parents=1", "HEAD"]
    for commit in subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split():
        demand = Demand(repository, commit, gates=("no-secrets",), cache=default_folder())
        yield Checked(commit, check(demand))


def row(name: str, checked: list[Checked]) -> str:
    """Give a repository's row."""
    lines = sum(int(each.gate.measures.get("lines", 0)) for each in checked)
    failing = sum(each.gate.status == "fail" for each in checked)
    taken = [taken.duration_s for each in checked for taken in each.report.measurements if taken.name == "secrets"]
    seconds = sum(taken) / max(1, len(taken))
    counts = (
        len(checked),
        lines,
        failing,
        *(sum(each.count(level) for each in checked) for level in ("error", "warning")),
    )
    return f"| {name} | {' | '.join(f'{count}' for count in counts)} | {seconds:.3f} |"


if __name__ == "__main__":
    main()
