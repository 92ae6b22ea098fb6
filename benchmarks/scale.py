"""Time the reading of very large changes and repositories, side by side with git, in one run.

    python benchmarks/scale.py

Makes two repositories with `git fast-import`: a change of a million added lines in 20,000 files, and a small change in
500,000 files. Each is read by git (`git diff --raw` and `git diff`), by gatecheck's own reader, and by the whole of
`gatecheck check --no-run`. Prints seconds, the ratio to git, and the peak of memory of the largest process.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

READ = """
import sys, tempfile
from pathlib import Path
from gatecheck.ranges import resolve
from gatecheck.repository import Repository
with tempfile.TemporaryDirectory() as scratch:
    change = resolve(repository := Repository.open(Path(sys.argv[1]), Path(scratch)), "HEAD~1..HEAD")
    print(len(change.files), change.added, change.removed, change.limits)
"""
ROUNDS = 5
PROGRAM = str(Path(sys.executable).with_name("gatecheck"))


@dataclass(frozen=True)
class Cost:
    """What one command took: seconds of wall clock, and MiB of its largest process."""

    seconds: float
    memory: float
    said: str = ""


def main() -> None:
    """Make both repositories, measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000, help="added by the large change, 50 lines each")
    parser.add_argument("--tree", type=int, default=500_000, help="files of the large repository")
    parser.add_argument("--gates", nargs="*", default=[], help="time these gates one by one, too")
    parser.add_argument("--only-read", action="store_true", help="leave the checks out")
    options = parser.parse_args()
    print("| repository | what | s | times git | MiB |", "| --- | --- | ---: | ---: | ---: |", sep="\n")
    with tempfile.TemporaryDirectory() as name:
        for title, stream in (("large change", large_change(options.files)), ("large tree", large_tree(options.tree))):
            measure(title, made(Path(name, title.replace(" ", "-")), stream), options.gates, not options.only_read)


def measure(title: str, repository: Path, gates: Sequence[str], checked: bool) -> None:
    """Print a row for git, one for gatecheck's reader and one for each check."""
    diffs = [best(["git", "-C", repository, "diff", *how, "HEAD~1..HEAD"]) for how in (["--raw"], [])]
    git = Cost(sum(diff.seconds for diff in diffs), max(diff.memory for diff in diffs))
    row(title, "git diff --raw, git diff", git, git)
    row(
        title,
        "Python starts and imports the reader",
        best([sys.executable, "-c", READ.split("with", maxsplit=1)[0]]),
        git,
    )
    row(title, "gatecheck's reader, its start included", best([sys.executable, "-c", READ, repository]), git)
    check: list[str | Path] = [
        PROGRAM,
        "check",
        "HEAD~1..HEAD",
        "-C",
        repository,
        "--no-run",
        "--no-cache",
        "--output",
        "json",
    ]
    if not checked:
        return
    whole = run(check)
    row(title, "gatecheck check --no-run", whole, git)
    for gate in json.loads(whole.said)["gates"]:
        print(f"{title}: {gate['id']} {gate['status']} {gate['duration_s']} s: {gate['summary']}", file=sys.stderr)
    for gate in gates:
        row(title, f"--gate {gate}", run([*check, "--gate", gate]), git)


def row(title: str, what: str, cost: Cost, git: Cost) -> None:
    """Print one row."""
    times = cost.seconds / git.seconds
    print(f"| {title} | {what} | {cost.seconds:.1f} | {times:.1f} | {cost.memory:.0f} |", flush=True)


def best(argv: Sequence[str | Path]) -> Cost:
    """Give the least of some runs: what takes a second is soon disturbed by what else the machine does."""
    return min((run(argv) for _ in range(ROUNDS)), key=lambda cost: cost.seconds)


def run(argv: Sequence[str | Path]) -> Cost:
    """Run a command in a process that looks at it alone: the peak of memory is that of all children so far."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        began = time.monotonic()
        done = subprocess.run(argv, stdout=subprocess.PIPE, check=False)
        took, peak = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        kept = done.stdout.decode("utf-8", "replace") if done.stdout[:1] == b"{" else ""
        with os.fdopen(writing, "w") as out:
            json.dump([took, peak, kept], out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        cost = Cost(*json.load(said))
    os.waitpid(child, 0)
    return cost


def made(folder: Path, stream: Iterator[bytes]) -> Path:
    """Import a repository."""
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    with subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - PIPE was asked for; tells the type checker
        process.stdin.writelines(stream)
    subprocess.run(["git", "-C", folder, "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    return folder


def commit(number: int) -> bytes:
    """Begin a commit."""
    return b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 0\n" % number


def file(path: str, content: bytes) -> bytes:
    """Give one file of a commit."""
    return b"M 644 inline %b\ndata %d\n%b\n" % (path.encode(), len(content), content)


def large_change(files: int) -> Iterator[bytes]:
    """Add modules of 50 lines to a small project."""
    yield commit(0) + file("pyproject.toml", b'[project]\nname = "a"\n') + file("a/__init__.py", b"")
    yield commit(1)
    for number in range(files):
        functions = "\n".join(f"def f{line}(x):\n    y = x + {number}\n    return y * {line}\n" for line in range(12))
        yield file(f"a/p{number // 100}/m{number}.py", f'"""Module {number}."""\n\n{functions}'.encode())


def large_tree(files: int) -> Iterator[bytes]:
    """Edit three of very many small modules."""
    yield commit(0) + file("pyproject.toml", b'[project]\nname = "a"\n')
    for number in range(files):
        yield file(f"a/p{number // 10_000}/q{number // 100 % 100}/m{number}.py", b"x = %d\n" % number)
    yield commit(1)
    for number in range(3):
        yield file(f"a/p0/q0/m{number}.py", b"x = %d\ny = 1\n" % number)


if __name__ == "__main__":
    main()
