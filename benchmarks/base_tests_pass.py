"""Judge base-tests-pass on honest changes that touch source and tests, each project in its own environment.

    python benchmarks/base_tests_pass.py ../repos/pyflakes ../repos/pluggy --last 10

Prints one row a change: what was kept, edited, replaced or outlived, and what is said to break.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gatecheck.errors import GatecheckError
from gatecheck.report import GateReport
from gatecheck.run import Demand, check
from gatecheck.task import Strategy, Task

GATE = "base-tests-pass"


def main(gate: str = GATE, strategy: Strategy = Strategy.FLEXIBLE, doc: str | None = __doc__) -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=10, help="changes of each repository")
    options = parser.parse_args()
    print("| project | commit | status | what was said | s |\n|---|---|---|---|---:|", flush=True)
    task = Task(strategy=strategy)
    with tempfile.TemporaryDirectory() as cache:
        for repository in options.repositories:
            for commit in touching_both(repository, options.last):
                demand = Demand(folder=repository, range=commit, task=task, gates=(gate,), cache=Path(cache))
                print(row(demand), flush=True)


def touching_both(repository: Path, count: int) -> list[str]:
    """Give the newest first-parent commits that edit Python files among the tests and besides them."""
    argv = ["git", "-C", os.fspath(repository), "log", "--first-parent", "-m", "--format=%x00%h", "--name-only"]
    listed = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    chosen = []
    for entry in listed.split("\0")[1:]:
        commit, *paths = entry.split("\n")
        if {is_test(path) for path in paths if is_python(path)} == {True, False}:
            chosen.append(commit)
    return list(dict.fromkeys(chosen))[:count]


def is_python(path: str) -> bool:
    """Tell whether a path is Python that is neither a script nor documentation."""
    return path.endswith(".py") and not path.startswith(("docs/", "examples/", "setup.py", "scripts/"))


def is_test(path: str) -> bool:
    """Tell whether a path is a test."""
    return bool(re.search(r"(^|/)(tests?|testing)/|(^|/)test_", path))


def row(demand: Demand) -> str:
    """Judge one change."""
    began = time.monotonic()
    try:
        report = check(demand)
    except GatecheckError as error:
        return f"| {demand.folder.name} | {demand.range} | error | {error} | {time.monotonic() - began:.1f} |"
    gate = next(gate for gate in report.gates if gate.id == demand.gates[0])
    tell(gate)
    took = time.monotonic() - began
    return f"| {demand.folder.name} | {demand.range} | {gate.status} | {gate.summary} | {took:.1f} |"


def tell(gate: GateReport) -> None:
    """Say on stderr what was found, notes apart."""
    for finding in gate.findings:
        if finding.level != "note":
            print(f"  {finding.level}: {finding.message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
