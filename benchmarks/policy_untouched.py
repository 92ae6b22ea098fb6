"""Judge the last changes of real repositories by policy-untouched alone, and print what it says.

    python benchmarks/policy_untouched.py ../repos/click ../repos/httpx --last 300

Each repository is a full clone. A change is a first-parent commit of the checked-out branch, against its first parent:
what a reviewer of that project saw. Printed are the changes with an error or a warning, then the counts.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gatecheck.objects import neutral_environment, run_git
from gatecheck.report import GateReport
from gatecheck.run import Demand, check


def main() -> None:
    """Read the arguments, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=300, help="changes of each repository")
    arguments = parser.parse_args()
    for repository in arguments.repositories:
        counts: Counter[str] = Counter()
        for subject, gate in judged(repository, arguments.last):
            counts.update({"changes": 1, gate.status: 1, "with warnings": loudest(gate) == "warning"})
            if loudest(gate) != "note":
                show(subject, gate)
        print(f"{repository.name}: {dict(counts)}\n")


def judged(repository: Path, last: int) -> Iterator[tuple[str, GateReport]]:
    """Give the subject and the gate's report of each change, newest first."""
    log = ("-C", str(repository), "log", "--first-parent", f"-{last}", "--format=%h %P|%ad %s", "--date=short")
    for row in run_git(*log, env=neutral_environment()).decode("utf-8", "replace").split("\n")[:-1]:
        ids, _, subject = row.partition("|")
        commit, *parents = ids.split()
        if parents:
            demand = Demand(folder=repository, range=f"{parents[0]}..{commit}", gates=("policy-untouched",))
            yield f"{commit} {subject}", check(demand).gates[0]


def loudest(gate: GateReport) -> str:
    """Give the highest level of a gate's findings."""
    levels = {finding.level for finding in gate.findings}
    return next((level for level in ("error", "warning") if level in levels), "note")


def show(subject: str, gate: GateReport) -> None:
    """Print one change with its findings."""
    print(subject)
    for finding in gate.findings:
        if finding.level != "note":
            print(f"    {finding.level} {finding.path}:{finding.line or ''} {finding.message}")


if __name__ == "__main__":
    main()
