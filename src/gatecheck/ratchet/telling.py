"""Tells moves as findings: what is looser is an error, what may be a warning, what else was edited one note a file."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from gatecheck.change import FileChange, lines_of
from gatecheck.model import Finding, Location, Severity
from gatecheck.ratchet.steps import LOOSER, UNCLEAR, Step, listed

MOST = 50  # findings a file; nobody reads more


def told(
    steps: Sequence[Step], edited: Sequence[FileChange], problems: Mapping[str, str], declared: Callable[[str], bool]
) -> Iterator[Finding]:
    """Give the findings of some moves.

    `problems` are the files that cannot be parsed with the reason; `declared` tells which files the task may loosen.
    """
    files = {path: file for file in edited for path in (file.old_path or file.path, file.path)}
    weighty = [step for step in steps if step.direction in {LOOSER, UNCLEAR}]
    seen: Counter[str] = Counter()
    for step in sorted(weighty, key=lambda step: step.direction is not LOOSER):
        seen[step.path] += 1
        if seen[step.path] <= MOST:
            yield _finding(step, files.get(step.path), declared=declared(step.path))
    for path in (path for path, count in seen.items() if count > MOST):
        yield Finding("rule-unclear", f"and {seen[path] - MOST} more like these", Location(path), Severity.WARNING)
    broken = [file.path for file in edited if file.path in problems]
    for path in broken:
        message = f"it cannot be parsed, so its rules cannot be compared: {problems[path]}"
        yield Finding("rule-unclear", message, Location(path), Severity.WARNING)
    for path in sorted({file.path for file in edited} - {*seen, *broken}):
        texts = [step.text for step in steps if step.path == path]
        message = f"edited, not looser: {listed(texts)}" if texts else "edited, not looser"
        yield Finding("rule-edited", message, Location(path), Severity.NOTE)


def _finding(step: Step, file: FileChange | None, *, declared: bool) -> Finding:
    place = _location(step, file)
    if step.direction is UNCLEAR:
        return Finding("rule-unclear", step.text, place, Severity.WARNING)
    mend = f"put it back in {step.path}; if it is meant, have the task declare {step.path} under `touches`"
    return Finding("rule-loosened", step.text, place, Severity.WARNING if declared else Severity.ERROR, mend)


def _location(step: Step, file: FileChange | None) -> Location:
    """Point at the changed lines that share most with the step's words; long words tell more."""
    if file is None or file.after is None or not file.hunks:
        return Location(step.path)
    words = {word.encode() for word in re.findall(r"[\w/-]{2,}", step.text)}
    before, after = lines_of(file.before), lines_of(file.after)

    def shared(lines: list[bytes], numbers: range) -> list[int]:
        texts = lines[max(numbers.start - 1, 0) : numbers.stop - 1]
        return [sum(len(word) for word in words if word in text) for text in texts]

    scores = [(shared(after, hunk.new_lines), shared(before, hunk.old_lines), hunk) for hunk in file.hunks]
    added, _, hunk = max(scores, key=lambda score: max([*score[0], *score[1]], default=0))
    return Location(file.path, max(hunk.new_start + (added.index(max(added)) if added else 0), 1))
