"""Judge the gates of test evidence on honest changes that touch source and tests, each in its own environment.

    python benchmarks/honest_changes.py ../repos/pyflakes ../repos/pluggy --last 10

Prints one row a change with every gate's status, and below it what failed and why. A repository that has a `.venv` is
judged with it.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from base_tests_pass import touching_both

from gatecheck.errors import GatecheckError
from gatecheck.run import Demand, check

GATES = (
    *("noticed-change", "demanded-hunks", "red-on-base", "base-tests-pass", "sound-tests", "repeatable-tests"),
    *("required-integration-tests", "tests-pass", "unit-coverage"),
)
SHORT = {"pass": "pass", "fail": "**fail**", "not-applicable": "-", "unproven": "unproven"}


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=10, help="changes of each repository")
    parser.add_argument("--skip", type=int, default=0, help="newer changes to leave out")
    options = parser.parse_args()
    print(
        "| project | commit | " + " | ".join(GATES) + " | s |\n|---" * 1 + "|---" * (len(GATES) + 1) + "|---:|",
        flush=True,
    )
    told: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as cache:
        for repository in options.repositories:
            for commit in touching_both(repository, options.last + options.skip)[options.skip :]:
                judge(Demand(folder=repository, range=commit, gates=GATES, cache=Path(cache)), told)
    for (gate, status), count in sorted(told.items()):
        print(f"{gate}: {status} {count}")


def judge(demand: Demand, told: Counter[tuple[str, str]]) -> None:
    """Judge one change, and say what failed or could not be decided."""
    began = time.monotonic()
    try:
        report = check(demand)
    except GatecheckError as error:
        print(f"| {demand.folder.name} | {demand.range} | error: {error} |", flush=True)
        return
    gates = {gate.id: gate for gate in report.gates}
    told.update((name, gates[name].status) for name in GATES)
    row = " | ".join(SHORT[gates[name].status] for name in GATES)
    print(f"| {demand.folder.name} | {demand.range} | {row} | {time.monotonic() - began:.0f} |", flush=True)
    for name in GATES:
        if gates[name].status in {"fail", "unproven"}:
            errors = [f"{one.path}:{one.line} {one.message}" for one in gates[name].findings if one.level == "error"]
            print(f"    {name}: {gates[name].summary}; {'; '.join(errors[:4])}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
