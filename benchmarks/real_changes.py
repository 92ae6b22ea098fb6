"""Check the last changes of real repositories and print what every item said, as a Markdown table.

    python benchmarks/real_changes.py ../repos/pluggy ../repos/click --last 12 > table.md

Each repository is a clone with the project's own environment in its `.venv`. A change is a first-parent commit of the
checked-out branch, against its first parent: what a reviewer of that project saw.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIGNS = {"pass": "pass", "fail": "**fail**", "unproven": "unproven", "not-applicable": "-"}
NOT_ANSWERED = "no gate answers this item yet"


@dataclass(frozen=True)
class Checked:
    """One change: its repository, commit, subject, report (None: gatecheck ended with no report) and seconds."""

    repository: str
    commit: str
    subject: str
    code: int
    report: dict[str, Any] | None
    seconds: float

    def failures(self) -> Iterator[str]:
        """Say what failed or could not be decided, gate by gate."""
        for gate in self.report["gates"] if self.report else []:
            if gate["status"] in {"fail", "unproven"}:
                yield f"{gate['id']}: {gate['status']}: {gate['summary']}"


def main() -> None:
    """Check and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=12, help="changes of each repository")
    options = parser.parse_args()
    checked = []
    for repository in options.repositories:
        for commit, subject in last_changes(repository, options.last):
            checked.append(check(repository, commit, subject))
            print(f"{repository.name} {commit} {checked[-1].seconds:.1f} s", file=sys.stderr)
    print(table(checked))


def last_changes(repository: Path, count: int) -> list[tuple[str, str]]:
    """Give the newest first-parent commits as (short id, subject)."""
    argv = ["git", "-C", str(repository), "log", "--first-parent", f"-n{count}", "--format=%h%x09%s"]
    listed = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return [(line.split("\t")[0], line.split("\t")[1]) for line in listed.strip().split("\n")]


def check(repository: Path, commit: str, subject: str) -> Checked:
    """Run the command line on one change, nothing remembered of earlier ones but tools' own caches."""
    argv = [sys.executable, "-m", "gatecheck", "check", commit, "-C", str(repository), "--output", "json"]
    began = time.monotonic()
    done = subprocess.run(argv, capture_output=True, check=False)
    seconds = time.monotonic() - began
    report = json.loads(done.stdout) if done.returncode in {0, 1, 3} else None
    return Checked(repository.name, commit, subject, done.returncode, report, seconds)


def table(checked: list[Checked]) -> str:
    """Lay the changes out: one row each, one column an item that any gate answers."""
    answered = [
        item["id"]
        for item in next(one.report for one in checked if one.report)["items"]
        if item["summary"] != NOT_ANSWERED
    ]
    lines = ["| repository | commit | " + " | ".join(answered) + " | s |", "|" + "---|" * (len(answered) + 3)]
    lines += [row(one, answered) for one in checked]
    told = [f"- {one.repository} {one.commit} ({one.subject}): {text}" for one in checked for text in one.failures()]
    return "\n".join([*lines, "", "What failed or stayed unproven:", "", *(told or ["- nothing"])])


def row(one: Checked, answered: list[str]) -> str:
    """Give one change's row."""
    if one.report is None:
        return f"| {one.repository} | {one.commit} | exit {one.code} " + "| " * len(answered) + f"| {one.seconds:.1f} |"
    status = {item["id"]: SIGNS[item["status"]] for item in one.report["items"]}
    return (
        f"| {one.repository} | {one.commit} | "
        + " | ".join(status[item] for item in answered)
        + f" | {one.seconds:.1f} |"
    )


if __name__ == "__main__":
    main()
