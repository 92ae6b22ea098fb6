"""Time `gatecheck check` side by side with the same tools run by hand, on one repository and in one run.

    python benchmarks/speed.py ../repos/click --rounds 5

Prints medians and ratios. By hand means: `pytest --cov --cov-branch` on the head, ruff and mypy on both sides, each in
a clean copy of the tree, one after another, mypy without a cache. gatecheck's cold run has an empty cache folder.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--range", default="HEAD~1..HEAD")
    parser.add_argument("--package", default=None, help="what --cov measures; the repository's name by default")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    repository = options.repository.resolve()
    seconds: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for name, took in one_round(repository, options.range, options.package or repository.name):
            seconds.setdefault(name, []).append(took)
            print(f"{name}: {took:.2f} s", file=sys.stderr)
    print(report({name: statistics.median(took) for name, took in seconds.items()}, options.rounds))


def one_round(repository: Path, range_: str, package: str) -> list[tuple[str, float]]:
    """Time everything once; the order is the same in every round."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base, head = (exported(repository, side, folder / side.replace("~", "-")) for side in range_.split(".."))
        python = repository / ".venv/bin/python"
        timed = [("pytest --cov --cov-branch (head)", run(pytest_by_hand(python, package), head))]
        for side, tree in (("base", base), ("head", head)):
            timed.append((f"ruff ({side})", run([*tool(python, "ruff"), "check", "--no-fix", "--no-cache", "."], tree)))
            timed.append((f"mypy ({side})", run([*tool(python, "mypy"), "--cache-dir", os.devnull], tree)))
        check = [sys.executable, "-m", "gatecheck", "check", range_, "-C", str(repository), "--output", "json"]
        cache = {"GATECHECK_CACHE": str(folder / "cache")}
        timed += [(f"gatecheck ({state})", run(check, repository, **cache)) for state in ("cold", "warm")]
        version = [str(Path(sys.executable).with_name("gatecheck")), "--version"]
        timed.append(("gatecheck --version", run(version, repository)))
        return [*timed, ("python -c 'import click'", run([sys.executable, "-c", "import click"], repository))]


def exported(repository: Path, revision: str, target: Path) -> Path:
    """Write a revision out as a person would have it: a clone, checked out."""
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", repository, target], check=True)
    commit = subprocess.run(
        ["git", "-C", repository, "rev-parse", revision], check=True, capture_output=True, text=True
    )
    subprocess.run(["git", "-C", target, "checkout", "--quiet", commit.stdout.strip()], check=True)
    return target


def pytest_by_hand(python: Path, package: str) -> list[str]:
    """Give the command that people use for coverage with branches; pytest-cov is lent where the project has none."""
    return [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--cov={package}", "--cov-branch"]


def tool(python: Path, name: str) -> list[str]:
    """Give the project's own tool, else ours."""
    own = python.with_name(name)
    return [str(own)] if own.exists() else [shutil.which(name, path=str(Path(sys.executable).parent)) or name]


def run(argv: Sequence[str], folder: Path, **env: str) -> float:
    """Run a command and give its seconds; what it says and its code do not matter here."""
    source = folder / "src" if (folder / "src").is_dir() else folder
    began = time.monotonic()
    subprocess.run(
        argv, cwd=folder, env=os.environ | {"PYTHONPATH": str(source)} | env, capture_output=True, check=False
    )
    return time.monotonic() - began


def report(median: dict[str, float], rounds: int) -> str:
    """Lay the medians and the three ratios out."""
    by_hand = [took for name, took in median.items() if name.startswith(("pytest", "ruff", "mypy"))]
    cold, warm = median["gatecheck (cold)"], median["gatecheck (warm)"]
    start = median["gatecheck --version"] / median["python -c 'import click'"]
    rows = [f"| {name} | {took:.2f} |" for name, took in median.items()]
    ratios = [
        f"- cold / sum of the tools by hand: {cold / sum(by_hand):.2f} (goal at most 1.0)",
        f"- cold / slowest tool by hand: {cold / max(by_hand):.2f} (goal at most 1.3)",
        f"- warm: {warm:.2f} s (goal under 0.5 s)",
        f"- `gatecheck --version` / `python -c 'import click'`: {start:.2f} (goal at most 1.5)",
    ]
    return "\n".join([f"Medians of {rounds} rounds, in seconds.", "", "| what | s |", "|---|---|", *rows, "", *ratios])


if __name__ == "__main__":
    main()
