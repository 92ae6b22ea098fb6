"""Time the run of the tests under gatecheck's eyes, and the whole check with all trials, beside `pytest --cov`.

    python benchmarks/evidence.py ../repos/click a6256bfb --rounds 3

In one run, side by side: `pytest --cov --cov-branch` on the head by hand, then gatecheck with an empty cache. The
evidence run is the measurement unit-run on the head; the whole check has every gate.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from speed import exported, pytest_by_hand, run


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("commit")
    parser.add_argument("--package", default=None, help="what --cov measures; the repository's name by default")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    repository = options.repository.resolve()
    rounds = [one_round(repository, options.commit, options.package or repository.name) for _ in range(options.rounds)]
    by_hand, evidence, whole = (statistics.median(column) for column in zip(*rounds, strict=True))
    print("| project | commit | pytest --cov | evidence run | ratio (1.25) | whole check | ratio (2.5) |")
    print("|---|---|---:|---:|---:|---:|---:|")
    ratios = f"{evidence:.1f} | {evidence / by_hand:.2f} | {whole:.1f} | {whole / by_hand:.2f}"
    print(f"| {repository.name} | {options.commit} | {by_hand:.1f} | {ratios} |")


def one_round(repository: Path, commit: str, package: str) -> tuple[float, float, float]:
    """Give the seconds by hand, of the evidence run, and of the whole check."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        head = exported(repository, commit, folder / "head")
        by_hand = run(covered(repository / ".venv/bin/python", package), head)
        out = folder / "report.json"
        check = [sys.executable, "-m", "gatecheck", "check", f"{commit}~1..{commit}", "-C", str(repository)]
        whole = run([*check, "--output", f"json={out}"], repository, GATECHECK_CACHE=str(folder / "cache"))
        report = json.loads(out.read_text())
        taken = {(one["name"], one["side"]): one["duration_s"] for one in report["measurements"]}
        print(f"{by_hand:.1f} {whole:.1f} {taken}", file=sys.stderr, flush=True)
        return by_hand, taken.get(("unit-run", "pinned"), taken.get(("unit-run", "head"), 0.0)), whole


def covered(python: Path, package: str) -> list[str]:
    """Give the command for coverage with branches: pytest-cov's, or coverage.py's where the project has only that."""
    if any(python.parents[1].glob("lib/python*/site-packages/pytest_cov")):
        return pytest_by_hand(python, package)
    own = ("coverage", "run", "--branch", f"--source={package}", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    return [str(python), "-m", *own]


if __name__ == "__main__":
    main()
