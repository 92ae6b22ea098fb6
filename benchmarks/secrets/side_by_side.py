"""Time gatecheck's command line beside others' on one commit that adds 100,000 real lines.

    python benchmarks/secrets/side_by_side.py ../repos/click ../repos/httpx --with ../gitleaks/bin/gitleaks

The commit is made in a temporary folder of the text files that the repositories have checked out. The programs take
turns, five times each; the best time of each is printed, in seconds of wall clock and of processors.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

LINES, ROUNDS = 100_000, 5
TEXTS = frozenset((".py", ".toml", ".md", ".yaml", ".yml", ".rst", ".json", ".cfg"))
LONGEST = 4_000  # lines of one file: a longer one is data
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org")


def main() -> None:
    """Make the commit, run the programs on it in turns, print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--with", dest="others", nargs="*", type=Path, default=[], help="gitleaks and kingfisher")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repository"
        added = commit(folder, options.repositories)
        programs = {"gatecheck": gatecheck(Path(scratch) / "cache")}
        programs |= {other.name: argv_of(other) for other in options.others if other.is_file()}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for _ in range(ROUNDS):
            for name, argv in programs.items():
                forget(Path(scratch) / "cache")
                times[name].append(timed(argv, folder, Path(scratch) / "cache"))
    print(f"{added} added lines")
    for name, taken in times.items():
        print(f"| {name} | {min(wall for wall, _ in taken):.2f} | {min(cpu for _, cpu in taken):.2f} |")


def commit(folder: Path, repositories: Iterable[Path]) -> int:
    """Make a repository whose last commit adds the lines; give how many."""
    run("init", "--quiet", str(folder))
    run("-C", str(folder), "commit", "--quiet", "--allow-empty", "--message", "nothing")
    added = 0
    for path, raw in texts(repositories):
        if added < LINES:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(raw)
            added += raw.count(b"\n")
    run("-C", str(folder), "add", "--all")
    run("-C", str(folder), "commit", "--quiet", "--message", "everything")
    return added


def run(*args: str) -> None:
    """Run git."""
    subprocess.run([*GIT, *args], check=True, capture_output=True)


def texts(repositories: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Give the text files that repositories have checked out."""
    for repository in repositories:
        for path in sorted(repository.rglob("*")):
            within = path.relative_to(repository)
            hidden = any(part.startswith(".") or part == "site-packages" for part in within.parts)
            if path.suffix in TEXTS and not hidden and path.is_file() and not path.is_symlink():
                raw = path.read_bytes()
                if raw.count(b"\n") <= LONGEST:
                    yield Path(repository.name) / within, raw


def gatecheck(cache: Path) -> list[str]:
    """Give gatecheck's command; its first run, the slowest, compiles the engine's rules."""
    cache.mkdir()
    return [str(Path(sys.executable).with_name("gatecheck")), "check", "HEAD~1..HEAD", "--gate", "no-secrets"]


def argv_of(program: Path) -> list[str]:
    """Give the command of another program; nothing is validated online."""
    if program.name.startswith("kingfisher"):
        return [str(program), "scan", ".", "--no-validate", "--no-update-check"]
    return [str(program), "git", "--no-banner", "--log-opts=HEAD~1..HEAD", "."]


def forget(cache: Path) -> None:
    """Delete what gatecheck remembers of the change; the engine's compiled rules stay."""
    for path in (cache / "measurements").rglob("*.json"):
        path.unlink()


def timed(argv: list[str], folder: Path, cache: Path) -> tuple[float, float]:
    """Run a program; give seconds of wall clock and of processors."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = os.environ | {"GATECHECK_CACHE": str(cache)}
    subprocess.run(argv, cwd=folder, env=environment, check=False, capture_output=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
