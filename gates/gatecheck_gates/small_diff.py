"""The gate small-diff: how large a change is, and whether it stays within the files that its task declares."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, ClassVar

import msgspec

from gatecheck.change import Change, FileChange, Kind, lines_of
from gatecheck.globs import matcher
from gatecheck.locks import is_locked
from gatecheck.model import Finding, Location, Severity, Status, Verdict
from gatecheck.notebooks import written_lines
from gatecheck.project import Project
from gatecheck.syntax import units
from gatecheck.task import Task

CHANGELOGS = (
    *("CHANGELOG*", "CHANGES*", "HISTORY*", "NEWS*"),
    *("changelog/", "changelogs/", "changelog.d/", "changes/", "newsfragments/", "news/"),
)
_DATA = (".csv", ".dat", ".html", ".json", ".jsonl", ".svg", ".tsv", ".txt", ".xml", ".yaml", ".yml")
_NAMED = 3  # files that a finding names: enough to see what to split off, and still one line
_LEAST_MOVED = 4  # lines of a function that is recognised where it moved to; shorter ones are alike by chance


@dataclass(frozen=True)
class SmallDiff:
    """The change is small enough to be reviewed, and touches only the files that its task declares.

    Why
    ---
    A large diff is approved, not read. A file that the task does not name is work that nobody asked for, or a sign that
    the task was understood differently than it was meant.

    How it is judged
    ----------------
    Size: files, and lines added plus removed. Lock files (requirements that pip-compile, uv or the like wrote on the
    base are some), binary files, pure renames, changelogs (`companions`), data files among the tests, what a run writes
    into a notebook, and what the project calls generated or vendored do not count; a deleted file counts as a file,
    without its lines; functions moved as they are count no lines. Of 12329 non-bot changes to fourteen public
    Python projects, each project weighing the same, 0.8 % exceed 60 files or 3000 lines and 10.1 % exceed 10 files or
    200 lines, lock, binary, generated and vendored files and pure renames left out (benchmarks/commit-sizes.md). The
    former fail, the latter are warned of. A file that is too big to be read leaves the size unproven.

    Files: where the task declares files, every changed file must match one of its globs, both names of a renamed file
    included. Four sorts may come along and are listed as notes: lock files; changelogs (`companions`); new
    `__init__.py` files that hold a docstring at most; and, where the task declares no test at all, new and edited
    tests, because tests are demanded of any task. Without declared files only the size is judged.

    How to fix it
    -------------
    Split the change: first what prepares it (renames, moves, reformatting), each on its own, then what it is about.
    Take back the files that the task does not need (`git checkout BASE -- PATH`), or have the task declare them.
    """

    id: ClassVar[str] = "small-diff"
    item: ClassVar[str] = "minimal-change"

    max_files: Annotated[int, msgspec.Meta(ge=1, description="changed files; more fail")] = 60
    max_lines: Annotated[int, msgspec.Meta(ge=1, description="lines added plus removed; more fail")] = 3000
    warn_files: Annotated[int, msgspec.Meta(ge=1, description="changed files; more are warned of")] = 10
    warn_lines: Annotated[int, msgspec.Meta(ge=1, description="lines added plus removed; more are warned of")] = 200
    companions: Annotated[tuple[str, ...], msgspec.Meta(description="globs of files that need no declaring")] = (
        CHANGELOGS
    )

    def judge(self, change: Change, task: Task, project: Project) -> Verdict:
        """Count what a reviewer must read, and compare the files with the task's."""
        counted = [file for file in change.files if self._counts(file, project)]
        lines, moved = lines_to_read(counted)
        findings = [*self._size(counted, lines), *self._undeclared(change.files, task, project)]
        summary = _summary(len(counted), lines, moved, len(change.files) - len(counted))
        verdict = Verdict.by_findings(findings, summary, files=len(counted), lines=lines, moved_lines=moved)
        if verdict.status is Status.FAIL:
            return verdict
        if unread := [file.path for file in counted if file.unread]:
            reason = (
                f"{unread[0]} is too big to be read, so the size of the change is not known (without it: {summary})"
            )
            return Verdict.unproven(reason, findings, **verdict.measures)
        if not counted and not task.touches:
            return Verdict.not_applicable(f"nothing that counts was changed ({_number(len(change.files), 'file')})")
        return verdict

    def _counts(self, file: FileChange, project: Project) -> bool:
        pure_rename = file.kind in {Kind.RENAMED, Kind.COPIED} and not file.hunks and not file.unread
        nobodys = is_locked(file) or project.is_generated(file.path) or matcher(self.companions)(file.path)
        run_again = written_lines(file) == 0
        test_data = project.is_test(file.path) and file.path.endswith(_DATA)
        return not (pure_rename or file.binary or nobodys or test_data or run_again)

    def _size(self, files: list[FileChange], lines: int) -> Iterator[Finding]:
        for rule, seen, most, wished, what in (
            ("too-many-files", len(files), self.max_files, self.warn_files, "files are changed"),
            ("too-many-lines", lines, self.max_lines, self.warn_lines, "lines are added or removed"),
        ):
            said = f"{seen} {what}, %s; largest: {_largest(files)}"
            if seen > most:
                mend = "split the change; renames, moves and reformatting go first, each on its own"
                yield Finding(rule, said % f"more than the {most} that are allowed", mend=mend)
            elif seen > wished:
                mend = "see whether a part of it can be reviewed on its own"
                yield Finding(rule, said % f"more than {wished}", level=Severity.WARNING, mend=mend)

    def _undeclared(self, files: Iterable[FileChange], task: Task, project: Project) -> Iterator[Finding]:
        if not task.touches:
            return
        declared = matcher(task.touches)
        for file in files:
            for path in dict.fromkeys((file.path, file.old_path or file.path)):
                if not declared(path):
                    yield self._finding(file, path, task, project)

    def _finding(self, file: FileChange, path: str, task: Task, project: Project) -> Finding:
        said = f"the task {task.id}".rstrip() + " does not declare this file"
        if reason := self._excuse(file, path, task, project):
            return Finding("companion-file", f"{said}: {reason}", Location(path), Severity.NOTE)
        size = f"{file.kind}, {_number(file.added, 'line')} added, {file.removed} removed"
        mend = f"take the edit back (`git checkout BASE -- {path}`), or have the task declare the file"
        return Finding("undeclared-file", f"{said} ({size})", Location(path), mend=mend)

    def _excuse(self, file: FileChange, path: str, task: Task, project: Project) -> str:
        """Tell why a file may come along undeclared; "" where it may not."""
        if is_locked(file):
            return "a lock file comes along with its manifest"
        if matcher(self.companions)(path):
            return "a companion of any task"
        if _is_package_marker(file):
            return "an empty package marker comes along with its modules"
        declares_tests = any(project.is_test(glob) for glob in task.touches)
        if project.is_test(path) and file.kind in {Kind.ADDED, Kind.MODIFIED} and not declares_tests:
            return "the task declares no tests, and tests are demanded of any task"
        return ""


def lines_to_read(files: Iterable[FileChange]) -> tuple[int, int]:
    """Give the lines added and removed that must be read, and those of functions that only moved.

    Functions that left one place and came to another as they were are not read again, nor is what a deleted file held.
    """
    read = list(files)
    gone, gone_in_place, come = Counter[bytes](), Counter[bytes](), Counter[bytes]()
    for file in read:
        if file.is_python:
            left = list(_whole_functions(file.before, file.removed_lines))
            gone.update(left)
            gone_in_place.update(left if file.kind is not Kind.DELETED else ())
    for file in read if gone else ():
        if file.is_python:
            come.update(_whole_functions(file.after, file.added_lines))
    total = sum(_lines_of(file) for file in read)
    moved = _lines_in(gone & come) + _lines_in(gone_in_place & come)
    return total - moved, moved


def _lines_of(file: FileChange) -> int:
    """Count the lines of one file that must be read: of a deleted one none, of a notebook those that people write."""
    if file.kind is Kind.DELETED:
        return file.added
    written = written_lines(file)
    return file.added + file.removed if written is None else written


def _lines_in(texts: Counter[bytes]) -> int:
    return sum(count * len(text.split(b"\n")) for text, count in texts.items())


def _whole_functions(source: bytes | None, changed: frozenset[int]) -> Iterator[bytes]:
    """Give the text, without indentation, of the functions whose every line is among the changed ones."""
    if len(changed) < _LEAST_MOVED:  # to parse the rest of a large file for nothing takes most of a large change's time
        return
    lines = lines_of(source)
    for unit in units(source or b"") or ():
        span = range(unit.line, unit.end_line + 1)
        if unit.kind == "function" and len(span) >= _LEAST_MOVED and changed.issuperset(span):
            yield b"\n".join(lines[number - 1].lstrip() for number in span)


def _is_package_marker(file: FileChange) -> bool:
    if file.kind is not Kind.ADDED or PurePosixPath(file.path).name != "__init__.py" or file.after is None:
        return False
    found = units(file.after)
    return found == () or (found is not None and len(found) == 1 and file.after.lstrip().startswith((b'"', b"'")))


def _largest(files: list[FileChange]) -> str:
    ordered = sorted(files, key=lambda file: -(file.added + file.removed))
    return ", ".join(f"{file.path} ({file.added + file.removed})" for file in ordered[:_NAMED])


def _summary(files: int, lines: int, moved: int, uncounted: int) -> str:
    less = [f"{moved} of moved functions"] if moved else []
    less += [_number(uncounted, "file")] if uncounted else []
    said = f"{_number(files, 'file')}, {_number(lines, 'line')} added or removed"
    return f"{said} (not counted: {', '.join(less)})" if less else said


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
