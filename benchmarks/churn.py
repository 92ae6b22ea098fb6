"""Judge real changes by no-churn and small-diff, and count how many unneeded edits put into them are found.

    python benchmarks/churn.py replay ../repos/click ../repos/httpx --last 1500
    python benchmarks/churn.py inject ../repos/click ../repos/httpx --last 150

`no-churn.md` next to this file holds the question, the tables and the verdict. A change is a first-parent commit of the
checked-out branch against its first parent. Nothing of the repositories is run or written.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from walking import walked

from gatecheck.change import Change, FileChange
from gatecheck.churn import churn_of
from gatecheck.model import Severity, Verdict
from gatecheck.project import Project
from gatecheck.ranges import resolve
from gatecheck.repository import Repository
from gatecheck.syntax import Unit, units
from gatecheck.task import NO_TASK
from gatecheck_gates.no_churn import NoChurn
from gatecheck_gates.small_diff import SmallDiff

MARGIN = 4  # lines between an unneeded edit and what the change touches
SHORTEST = 4  # lines of a function that is edited
GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org")

Edited = tuple[bytes, int]  # the file with the unneeded edit, and the first line of it


def main() -> None:
    """Replay or inject, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=["replay", "inject"])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=200, help="changes of each repository")
    options = parser.parse_args()
    for path in options.repositories:
        counts = Counter((replay if options.mode == "replay" else inject)(path, options.last))
        print(f"| {path.name} | " + " | ".join(f"{key}: {count}" for key, count in sorted(counts.items())) + " |")


def changes(path: Path, last: int) -> Iterator[tuple[Change, Project]]:
    """Give the newest changes of a repository, each with the project as its base lays it out."""
    return ((change, project) for _, change, _, project in walked(path, last))


def replay(path: Path, last: int) -> Iterator[str]:
    """Judge the changes as they are."""
    for change, project in changes(path, last):
        yield "changes"
        for gate, verdict in (
            ("small-diff", SmallDiff().judge(change, NO_TASK, project)),
            ("no-churn", NoChurn().judge(change, project)),
        ):
            warned = any(finding.level is Severity.WARNING for finding in verdict.findings)
            said = "pass with warnings" if verdict.status == "pass" and warned else str(verdict.status)
            yield f"{gate} {said}"
            if said in {"fail", "unproven"}:
                print(f"{path.name} {change.range[:10]} {gate} {said}: {verdict.summary}", file=sys.stderr)


def inject(path: Path, last: int) -> Iterator[str]:
    """Put one unneeded edit of each kind into a changed Python file of each change, and look whether it is shown."""
    chance = random.Random(1)  # noqa: S311 - the same edits on every run
    for change, _ in changes(path, last):
        for file in change.files:
            if file.is_python and file.before and file.after and units(file.after) and churn_of(file).substance:
                yield from _injected(file, chance)
                break


def _injected(file: FileChange, chance: random.Random) -> Iterator[str]:
    for edit in (white_space, reformatted, moved, swapped_imports):
        if (edited := edit(file, chance)) and units(edited[0]):
            found = _shown(file, edited)
            yield f"{edit.__name__} {'found' if found else 'missed'}"


def _shown(file: FileChange, edited: Edited) -> bool:
    """Tell whether a finding that the honest change does not have covers the edit (for a move: any new finding)."""
    before = _warnings(_judged(file.before or b"", file.after or b""))
    after = _warnings(_judged(file.before or b"", edited[0]))
    line = edited[1]
    return len(after) > len(before) or any(first - 1 <= line <= last + 1 for first, last in set(after) - set(before))


def _warnings(verdict: Verdict) -> list[tuple[int, int]]:
    places = [finding.location for finding in verdict.findings if finding.level is not Severity.NOTE]
    return [(place.line or 1, place.end_line or 1) for place in places if place]


def _judged(before: bytes, after: bytes) -> Verdict:
    """Judge the change of one file, with the hunks that git gives it."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as scratch:
        subprocess.run([*GIT, "-C", folder, "init", "--quiet"], check=True)
        for content in (before, after):
            Path(folder, "m.py").write_bytes(content)
            subprocess.run([*GIT, "-C", folder, "add", "m.py"], check=True)
            subprocess.run([*GIT, "-C", folder, "commit", "--quiet", "--message", "change"], check=True)
        return NoChurn().judge(resolve(Repository.open(Path(folder), Path(scratch)), "HEAD"), Project())


def untouched(file: FileChange) -> list[Unit]:
    """Give the functions of the head that the change leaves alone."""
    long = [
        unit
        for unit in units(file.after or b"") or ()
        if unit.kind == "function" and unit.end_line - unit.line >= SHORTEST
    ]
    return [unit for unit in long if file.added_lines.isdisjoint(range(unit.line - MARGIN, unit.end_line + MARGIN + 1))]


def white_space(file: FileChange, chance: random.Random) -> Edited | None:
    """Put blanks behind a line of a function."""
    if not (found := untouched(file)):
        return None
    unit = chance.choice(found)
    lines = (file.after or b"").split(b"\n")
    number = chance.randrange(unit.line, unit.end_line)
    lines[number - 1] += b"  "
    return b"\n".join(lines), number


def reformatted(file: FileChange, chance: random.Random) -> Edited | None:
    """Let ruff lay out one function for shorter lines."""
    after, found = file.after or b"", untouched(file)
    for unit in chance.sample(found, len(found)):
        span = f"--range={unit.line}-{unit.end_line}"
        argv = [sys.executable, "-P", "-m", "ruff", "format", "--isolated", "--line-length=50", span, "-"]
        done = subprocess.run(argv, input=after, capture_output=True, check=False)
        if done.returncode == 0 and done.stdout != after:
            return done.stdout, unit.line
    return None


def moved(file: FileChange, chance: random.Random) -> Edited | None:
    """Take a function of the module to the file's end."""
    lines = (file.after or b"").split(b"\n")
    found = [unit for unit in untouched(file) if lines[unit.line - 1][:1].strip() and unit.end_line < len(lines) - 8]
    if not found:
        return None
    unit = chance.choice(found)
    rest = b"\n".join(lines[: unit.line - 1] + lines[unit.end_line :]).rstrip(b"\n")
    return rest + b"\n\n\n" + b"\n".join(lines[unit.line - 1 : unit.end_line]) + b"\n", rest.count(b"\n") + 4


def swapped_imports(file: FileChange, chance: random.Random) -> Edited | None:
    """Swap two imports that stand below each other."""
    lines = (file.after or b"").split(b"\n")
    whole: Callable[[bytes], bool] = lambda line: line.startswith((b"import ", b"from ")) and b"(" not in line  # noqa: E731
    pairs = [
        number
        for number in range(1, len(lines))
        if whole(lines[number - 1]) and whole(lines[number]) and b"__future__" not in lines[number - 1]
        if file.added_lines.isdisjoint({number, number + 1})
    ]
    if not pairs:
        return None
    number = chance.choice(pairs)
    lines[number - 1], lines[number] = lines[number], lines[number - 1]
    return b"\n".join(lines), number


if __name__ == "__main__":
    main()
