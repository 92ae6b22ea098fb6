"""Measure how large the changes in real repositories are.

The defaults of the gates ``small-diff`` and ``no-churn`` rest on this study;
``commit-sizes.md`` next to this file holds its question, tables and verdict.

A *change* is what a reviewer would have seen: one first-parent commit of the
checked-out branch, a merge being one change against its first parent.  Commits
of bots and parentless commits are left out, and so are files nobody reviews
line by line: lock files, binary files, pure renames, generated and vendored
files.  A change of which nothing is left is not counted either.

Usage::

    python benchmarks/commit_sizes.py ../repos/click ../repos/httpx
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path

GIT = shutil.which("git") or "git"
PERMILLES = (500, 900, 950, 980, 990, 995)
PAIRS = ((10, 200), (10, 300), (20, 500), (25, 800), (30, 1000), (40, 1500), (50, 2000), (60, 3000))
FILE_LIMITS = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100)
LINE_LIMITS = (200, 300, 400, 500, 800, 1000, 1500, 2000, 3000, 5000)
CHURN_LIMITS = (0, 1, 2, 5, 10)

LOCK_FILES = frozenset(
    {
        "Cargo.lock",
        "Pipfile.lock",
        "go.sum",
        "package-lock.json",
        "pdm.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "uv.lock",
        "yarn.lock",
    }
)
GENERATED_NAMES = (
    "*.min.css",
    "*.min.js",
    "*.mo",
    "*.po",
    "*.pot",
    "*.snap",
    "*.svg",
    "*_pb2.py",
    "*_pb2.pyi",
    "*_pb2_grpc.py",
)
VENDORED_DIRS = frozenset({"_vendor", "node_modules", "vendor", "vendored"})
TEST_DIRS = frozenset({"test", "testing", "tests"})
TEST_NAMES = ("conftest.py", "test_*.py", "*_test.py")

BOT_AUTHOR = re.compile(
    r"\[bot\]|^(dependabot|renovate|pre-commit-ci|github-actions)\b|(^|[ -])bot$",
    re.IGNORECASE,
)
BOT_MERGE = re.compile(
    r"^Merge (pull request|branch|PR)\b.*"
    r"(dependabot|renovate|pre-commit-ci|github-actions)",
    re.IGNORECASE,
)
PULL_REQUEST = re.compile(r"^Merge (pull request|PR)\b", re.IGNORECASE)
SYNC_MERGE = re.compile(r"^(Merge (remote-tracking )?(branch|tag|commit)|resolve)\b", re.IGNORECASE)
NUMBERED = re.compile(r"\(#[0-9]+\)")
OBJECT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Commit:
    """What the log says of one commit."""

    oid: str
    parents: tuple[str, ...]
    author: str
    date: str
    subject: str


@dataclass(frozen=True, slots=True)
class FileStat:
    """The size of the change to one file."""

    path: str
    lines: int
    reviewable: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One change, reduced to the files a reviewer reads."""

    commit: Commit
    files: int
    lines: int
    touches_source: bool
    blank_files: int = 0


@dataclass(slots=True)
class Sample:
    """The changes taken from one repository, newest first."""

    name: str
    head: str
    shallow: bool
    chain: int
    bots: int = 0
    empty: int = 0
    changes: list[Change] = field(default_factory=list)


def neutral_environment() -> dict[str, str]:
    """Return an environment in which only the repository decides."""
    env = {key: val for key, val in os.environ.items() if not key.startswith("GIT_")}
    env.update(
        GIT_ATTR_NOSYSTEM="1",
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_OPTIONAL_LOCKS="0",
        LC_ALL="C",
    )
    return env


def git(repo: Path, *args: str, stdin: str = "") -> str:
    """Run git; paths that are not UTF-8 survive as surrogates."""
    done = subprocess.run(
        [GIT, "-C", os.fspath(repo), "-c", "log.showSignature=false", *args],
        input=stdin.encode(),
        stdout=subprocess.PIPE,
        check=True,
        env=neutral_environment(),
    )
    return done.stdout.decode("utf-8", "surrogateescape")


def read_log(repo: Path, *args: str) -> list[Commit]:
    """Return the commits reachable from HEAD, newest first."""
    form = "--format=%H%x1f%P%x1f%an%x1f%cs%x1f%s"
    out = git(repo, "log", "-z", "--encoding=UTF-8", form, *args, "HEAD")
    return [parse_commit(entry) for entry in out.split("\0") if entry]


def parse_commit(entry: str) -> Commit:
    """Read one entry of the log."""
    oid, parents, author, date, subject = entry.split("\x1f", 4)
    return Commit(oid, tuple(parents.split()), author, date, subject)


def is_bot(commit: Commit, authors: dict[str, str]) -> bool:
    """Tell whether a bot made the change, or the pull request merged here."""
    if BOT_AUTHOR.search(commit.author):
        return True
    if not commit.parents[1:]:
        return False
    if BOT_MERGE.search(commit.subject):
        return True
    if not PULL_REQUEST.search(commit.subject):
        return False
    return BOT_AUTHOR.search(authors.get(commit.parents[1], "")) is not None


def is_excluded(path: str) -> bool:
    """Tell whether the file is a lock file, generated, or vendored."""
    *folders, name = path.split("/")
    if name in LOCK_FILES or not VENDORED_DIRS.isdisjoint(folders):
        return True
    return any(fnmatchcase(name, pattern) for pattern in GENERATED_NAMES)


def is_source(path: str) -> bool:
    """Tell whether the file is Python and not a test."""
    *folders, name = path.split("/")
    if not name.endswith(".py") or not TEST_DIRS.isdisjoint(folders):
        return False
    return not any(fnmatchcase(name, pattern) for pattern in TEST_NAMES)


def parse_stats(out: str) -> dict[str, list[FileStat]]:
    """Read the NUL-separated answer of ``diff-tree --stdin --numstat``."""
    stats: dict[str, list[FileStat]] = {}
    current: list[FileStat] = []
    tokens = iter(out.split("\0"))
    for token in tokens:
        if OBJECT_ID.fullmatch(token):
            current = stats.setdefault(token, [])
        elif token:
            current.append(parse_file(token, tokens))
    return stats


def parse_file(token: str, rest: Iterator[str]) -> FileStat:
    """Read one file's record; a rename has its two paths in the next tokens."""
    added, removed, path = token.split("\t", 2)
    renamed = not path
    if renamed:
        next(rest)
        path = next(rest)
    if "-" in (added, removed):
        return FileStat(path, 0, reviewable=False)
    lines = int(added) + int(removed)
    pure_rename = renamed and not lines
    return FileStat(path, lines, reviewable=not pure_rename and not is_excluded(path))


def read_stats(repo: Path, commits: Iterable[Commit], *args: str) -> dict[str, list[FileStat]]:
    """Compare each commit with its first parent."""
    pairs = "".join(f"{commit.oid} {commit.parents[0]}\n" for commit in commits)
    options = ("-r", "-z", "--numstat", "-M", "-l2000", "--diff-algorithm=myers")
    neutral = ("--no-ext-diff", "--no-textconv", *args)
    return parse_stats(git(repo, "diff-tree", "--stdin", *options, *neutral, stdin=pairs))


def measure(commit: Commit, stats: Sequence[FileStat]) -> Change | None:
    """Add up what a reviewer reads, if there is anything."""
    kept = [stat for stat in stats if stat.reviewable]
    if not kept:
        return None
    lines = sum(stat.lines for stat in kept)
    source = any(is_source(stat.path) for stat in kept)
    return Change(commit, len(kept), lines, source)


def count_blank_files(before: Sequence[FileStat], after: Sequence[FileStat]) -> int:
    """Count files of which nothing is left once white space is ignored."""
    left = {stat.path: stat.lines for stat in after}
    return sum(1 for stat in before if stat.reviewable and stat.lines and not left.get(stat.path))


def take_sample(repo: Path, limit: int, churn: bool) -> Sample:
    """Collect the newest ``limit`` countable changes of a repository."""
    chain = read_log(repo, "--first-parent")
    authors = {commit.oid: commit.author for commit in read_log(repo)}
    shallow = git(repo, "rev-parse", "--is-shallow-repository").strip() == "true"
    sample = Sample(repo_name(repo), chain[0].oid[:10], shallow, len(chain))
    people = [one for one in chain if one.parents and not is_bot(one, authors)]
    fill(sample, read_stats(repo, people[: 2 * limit]), people, limit)
    oldest = sample.changes[-1].commit.oid if sample.changes else ""
    sample.bots = count_bots(chain, authors, oldest)
    if churn:
        add_churn(sample, repo)
    return sample


def fill(
    sample: Sample,
    stats: dict[str, list[FileStat]],
    people: Sequence[Commit],
    limit: int,
) -> None:
    """Measure commits until the sample is full."""
    for commit in people:
        if len(sample.changes) == limit:
            return
        change = measure(commit, stats.get(commit.oid, []))
        if change is None:
            sample.empty += 1
        else:
            sample.changes.append(change)


def count_bots(chain: Iterable[Commit], authors: dict[str, str], oldest: str) -> int:
    """Count the bots' commits down to the oldest one sampled."""
    bots = 0
    for commit in chain:
        bots += is_bot(commit, authors)
        if commit.oid == oldest:
            break
    return bots


def add_churn(sample: Sample, repo: Path) -> None:
    """Note for each change how many files differ in white space only."""
    commits = [change.commit for change in sample.changes]
    before = read_stats(repo, commits)
    after = read_stats(repo, commits, "-w", "--ignore-blank-lines")
    sample.changes = [
        Change(
            change.commit,
            change.files,
            change.lines,
            change.touches_source,
            count_blank_files(before[change.commit.oid], after.get(change.commit.oid, [])),
        )
        for change in sample.changes
    ]


def repo_name(repo: Path) -> str:
    """Return the name under which a repository is reported."""
    return repo.name.removesuffix(".git")


def percentile(values: Sequence[int], permille: int) -> int:
    """Return the nearest-rank percentile of a non-empty sequence."""
    rank = -(-len(values) * permille // 1000)
    return sorted(values)[max(rank, 1) - 1]


def share(changes: Sequence[Change], test: Callable[[Change], bool]) -> Fraction:
    """Return the share of the changes that pass the test."""
    return Fraction(sum(map(test, changes)), len(changes))


def pooled(samples: Sequence[Sample], test: Callable[[Change], bool]) -> Fraction:
    """Return the mean of the repositories' shares: each weighs the same."""
    shares = [share(sample.changes, test) for sample in samples]
    return sum(shares, Fraction()) / len(shares)


def pooled_percentile(samples: Sequence[Sample], permille: int, what: str) -> int:
    """Return the least value that at most the rest of the pool exceeds."""
    weights: dict[int, Fraction] = {}
    for sample in samples:
        weight = Fraction(1, len(sample.changes) * len(samples))
        for change in sample.changes:
            value = getattr(change, what)
            weights[value] = weights.get(value, Fraction()) + weight
    reached = Fraction()
    for value in sorted(weights):
        reached += weights[value]
        if reached >= Fraction(permille, 1000):
            return value
    return max(weights)


def over(files: int, lines: int) -> Callable[[Change], bool]:
    """Return the test whether a change exceeds either limit."""
    return lambda change: change.files > files or change.lines > lines


def is_source_change(change: Change) -> bool:
    """Tell whether the change touches Python source which is not a test."""
    return change.touches_source


def is_pull_request(change: Change) -> bool:
    """Tell whether the change came as a pull request, merged or squashed."""
    subject = change.commit.subject
    if NUMBERED.search(subject):
        return True
    return len(change.commit.parents) > 1 and not SYNC_MERGE.search(subject)


def restrict(samples: Iterable[Sample], test: Callable[[Change], bool]) -> list[Sample]:
    """Keep the changes that pass the test, and the repositories with any."""
    kept: list[Sample] = []
    for old in samples:
        changes = list(filter(test, old.changes))
        if changes:
            new = Sample(old.name, old.head, old.shallow, old.chain)
            new.changes = changes
            kept.append(new)
    return kept


def percent(value: Fraction) -> str:
    """Format a share."""
    return f"{float(value * 100):.2f} %"


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table, numbers to the right."""
    lines = [f"### {title}", "", "| " + " | ".join(head) + " |"]
    lines.append("| --- |" + " ---: |" * (len(head) - 1))
    lines.extend("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join(lines) + "\n"


def sample_table(samples: Sequence[Sample]) -> str:
    """Say what was measured."""
    head = ["repository", "HEAD", "shallow", "first-parent commits", "n"]
    head += ["touch source", "merges", "bots skipped", "empty skipped", "oldest"]
    head.append("newest")
    return table("Samples", head, map(sample_row, samples))


def sample_row(sample: Sample) -> list[str]:
    """Describe one repository's sample."""
    changes = sample.changes
    source = sum(change.touches_source for change in changes)
    merges = sum(len(change.commit.parents) > 1 for change in changes)
    numbers = (sample.chain, len(changes), source, merges, sample.bots, sample.empty)
    dates = sorted(change.commit.date for change in changes)
    shallow = "yes" if sample.shallow else "no"
    return [sample.name, sample.head, shallow, *map(str, numbers), dates[0], dates[-1]]


def size_table(samples: Sequence[Sample], what: str, title: str) -> str:
    """Show percentiles of files or of lines."""
    marks = [f"p{permille / 10:g}" for permille in PERMILLES]
    rows: list[list[str]] = []
    for sample in samples:
        values = [getattr(change, what) for change in sample.changes]
        cells = [percentile(values, permille) for permille in PERMILLES]
        rows.append([sample.name, *map(str, [len(values), *cells, max(values)])])
    count = sum(len(sample.changes) for sample in samples)
    cells = [pooled_percentile(samples, permille, what) for permille in PERMILLES]
    rows.append(["**pooled**", *map(str, [count, *cells]), ""])
    return table(title, ["repository", "n", *marks, "max"], rows)


def rate_table(
    samples: Sequence[Sample],
    title: str,
    tests: Sequence[tuple[str, Callable[[Change], bool]]],
) -> str:
    """Show per repository and pooled how many changes pass each test."""
    rows: list[list[str]] = []
    for sample in samples:
        rates = [percent(share(sample.changes, test)) for _, test in tests]
        rows.append([sample.name, str(len(sample.changes)), *rates])
    count = sum(len(sample.changes) for sample in samples)
    rates = [percent(pooled(samples, test)) for _, test in tests]
    rows.append(["**pooled**", str(count), *rates])
    return table(title, ["repository", "n", *(name for name, _ in tests)], rows)


def pair_table(samples: Sequence[Sample], title: str, pairs: Sequence[tuple[int, int]]) -> str:
    """Show how many changes exceed either limit of each pair."""
    tests = [(f"{files} / {lines}", over(files, lines)) for files, lines in pairs]
    return rate_table(samples, title, tests)


def single_table(samples: Sequence[Sample]) -> str:
    """Show the pooled rates of single limits, on all and on source changes."""
    source = restrict(samples, is_source_change)
    tests = [(f"files > {limit}", over(limit, sys.maxsize)) for limit in FILE_LIMITS]
    tests += [(f"lines > {limit}", over(sys.maxsize, limit)) for limit in LINE_LIMITS]
    rows = [[name, percent(pooled(samples, test)), percent(pooled(source, test))] for name, test in tests]
    head = ["limit", "all changes", "changes to source"]
    return table("Single limits, pooled", head, rows)


def more_blank_files(limit: int) -> Callable[[Change], bool]:
    """Return the test whether more files changed in white space only."""
    return lambda change: change.blank_files > limit


def all_blank(change: Change) -> bool:
    """Tell whether every file changed in white space only."""
    return change.blank_files == change.files


def churn_table(samples: Sequence[Sample]) -> str:
    """Show how many changes hold files that differ in white space only."""
    tests = [(f"> {limit}", more_blank_files(limit)) for limit in CHURN_LIMITS]
    tests.append(("all of them", all_blank))
    return rate_table(samples, "Files changed in white space only", tests)


def outlier_list(samples: Sequence[Sample], files: int, lines: int) -> str:
    """List the changes that exceed either limit."""
    test = over(files, lines)
    rows = [
        f"- {sample.name} {change.commit.oid[:10]} {change.files} / {change.lines}"
        f" [{len(change.commit.parents)}p] {change.commit.subject}"
        for sample in samples
        for change in sample.changes
        if test(change)
    ]
    head = f"### Changes over {files} files or {lines} lines\n\n"
    return head + "\n".join(rows).encode("utf-8", "replace").decode() + "\n"


def parse_pair(text: str) -> tuple[int, int]:
    """Read ``FILES,LINES``."""
    files, _, lines = text.partition(",")
    return int(files), int(lines)


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure the sizes of changes.")
    parser.add_argument("repos", nargs="+", type=Path, help="git repositories")
    parser.add_argument("--limit", type=int, default=1000, help="changes of each")
    parser.add_argument("--pair", action="append", type=parse_pair, metavar="FILES,LINES")
    parser.add_argument("--churn", action="store_true", help="white space, too")
    parser.add_argument("--list-over", type=parse_pair, metavar="FILES,LINES")
    return parser.parse_args(argv)


def report(samples: Sequence[Sample], args: argparse.Namespace) -> Iterator[str]:
    """Yield the parts of the report."""
    pairs: Sequence[tuple[int, int]] = args.pair or PAIRS
    source = restrict(samples, is_source_change)
    yield sample_table(samples)
    yield size_table(samples, "files", "Files per change")
    yield size_table(samples, "lines", "Lines per change, added + removed")
    yield size_table(source, "files", "Files per change to source")
    yield size_table(source, "lines", "Lines per change to source")
    yield single_table(samples)
    yield pair_table(samples, "Over either limit (files / lines)", pairs)
    yield pair_table(source, "Over either limit, changes to source", pairs)
    asked = restrict(samples, is_pull_request)
    yield pair_table(asked, "Over either limit, pull requests only", pairs)
    if args.churn:
        yield churn_table(samples)
    if args.list_over:
        yield outlier_list(samples, *args.list_over)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the repositories named on the command line."""
    args = parse_arguments(argv)
    taken = [take_sample(repo, args.limit, args.churn) for repo in args.repos]
    samples = [sample for sample in taken if sample.changes]
    if not samples:
        print("nothing to measure", file=sys.stderr)
        return 1
    for part in report(samples, args):
        print(part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
