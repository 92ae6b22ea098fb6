"""The gate non-goals-untouched: what the task says it will not do."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from gatecheck.change import Change, FileChange, History, Kind
from gatecheck.globs import matcher
from gatecheck.measurements.secrets.texts import Text, texts_of
from gatecheck.model import Finding, Location, Verdict
from gatecheck.regexes import found_in
from gatecheck.task import NO_TASK, NonGoal, Task

LONGEST_LINE = 2000  # characters searched of a line: a cubic pattern then takes seconds, not days, on a hostile one
_SHOWN = 8  # line numbers in one message
_DEEDS = {Kind.ADDED: "was added", Kind.DELETED: "was deleted", Kind.COPIED: "was added"}


@dataclass(frozen=True)
class NonGoalsUntouched:
    """Nothing that the task names as a non-goal is touched.

    Why
    ---
    A non-goal is a promise to somebody else: another team's code, a migration under way, a decision not taken yet. A
    reviewer who reads only the diff does not see that it is broken.

    How it is judged
    ----------------
    Every changed file is held against the `paths` of each non-goal of the task, under its old and its new name, whether
    it was added, edited, renamed or deleted. Every added line is held against the `patterns`. A file that matches is an
    error, once for each non-goal. A change without a task, or whose task names no non-goals, has nothing to judge.

    Of a line, the first 2000 characters are searched: a pattern may take very long on a line made for that. Where an
    added line is longer, or a file is too big to be read, and a non-goal has patterns, it is unproven.

    How to fix it
    -------------
    Take the edit out of this change (`git restore --source=BASE -- PATH`), or have whoever wrote the task lift the
    non-goal.
    """

    id: ClassVar[str] = "non-goals-untouched"
    item: ClassVar[str] = "in-scope"

    def judge(self, task: Task, change: Change) -> Verdict:
        """Hold every file and every added line against every non-goal."""
        if not task.non_goals:
            missing = "no task was given" if task == NO_TASK else f"the task {task.id or 'given'} names no non-goals"
            return Verdict.not_applicable(f"{missing}: nothing is out of bounds")
        texts = {text.path: text for text in texts_of(change, History()) if not text.binary}
        held = [(non_goal.id, list(_violations(non_goal, change, texts))) for non_goal in task.non_goals]
        findings = [finding for _, found in held for finding in found]
        measures: dict[str, float] = {"non_goals": len(held), "violations": len(findings)}
        if findings:
            touched = ", ".join(name for name, found in held if found)
            return Verdict.failed(f"touched, though no goal of the task: {touched}", findings, **measures)
        if unsearched := next(_unsearched(task, change, texts), ""):
            return Verdict.unproven(unsearched, (), **measures)
        return Verdict.passed(f"{len(held)} non-goals untouched by {len(change.files)} files", (), **measures)


def _violations(non_goal: NonGoal, change: Change, texts: dict[str, Text]) -> Iterator[Finding]:
    forbidden = matcher(non_goal.paths)
    lines = [line[:LONGEST_LINE] for text in texts.values() for line in text.added_lines.values()]
    found = found_in(non_goal.patterns, lines, f"the task's non-goal {non_goal.id}")
    matching = dict(zip(non_goal.patterns, found, strict=True))
    for file in change.files:
        if touched := next((path for path in _paths(file) if forbidden(path)), ""):
            yield _finding(non_goal, "non-goal-path", f"{touched} {_deed(file, touched)}", Location(file.path))
        elif file.path in texts:
            yield from _matches(non_goal, matching, texts[file.path])


def _matches(non_goal: NonGoal, matching: Mapping[str, Container[str] | None], text: Text) -> Iterator[Finding]:
    for pattern, found in matching.items():
        lines = [number for number, line in text.added_lines.items() if line[:LONGEST_LINE] in (found or ())]
        if lines:
            shown = ", ".join(map(str, lines[:_SHOWN])) + (", …" if len(lines) > _SHOWN else "")
            what = f"added line {shown} matches" if len(lines) == 1 else f"added lines {shown} match"
            yield _finding(non_goal, "non-goal-pattern", f"{what} {pattern!r}", Location(text.path, lines[0]))


def _paths(file: FileChange) -> tuple[str, ...]:
    """Give the paths that the change touches; what a copy was made of stays as it was."""
    return (file.path, file.old_path) if file.old_path and file.kind is Kind.RENAMED else (file.path,)


def _deed(file: FileChange, touched: str) -> str:
    if file.kind is Kind.RENAMED:
        return f"was renamed to {file.path}" if touched == file.old_path else f"was renamed from {file.old_path}"
    return _DEEDS.get(file.kind, "was changed")


def _finding(non_goal: NonGoal, rule: str, what: str, location: Location) -> Finding:
    description = " ".join(non_goal.description.split())
    name = f"{non_goal.id} ({description})" if description else non_goal.id
    mend = f"take it out of this change, or have {non_goal.id} lifted by whoever wrote the task"
    return Finding(rule, f"{name}: {what}", location, mend=mend)


def _unsearched(task: Task, change: Change, texts: dict[str, Text]) -> Iterator[str]:
    if not any(non_goal.patterns for non_goal in task.non_goals):
        return
    for file in change.files:
        if file.unread and file.after is None and file.kind is not Kind.DELETED:
            yield f"{file.path} is too big to be searched for the patterns of the non-goals"
    for text in texts.values():
        for number, line in text.added_lines.items():
            if len(line) > LONGEST_LINE:
                yield f"{text.path}:{number} has {len(line)} characters, and {LONGEST_LINE} are searched for patterns"
