"""Which statements of a file a change is answerable for, and how many of them a suite ran.

The rules and what each prevents are measured in the project's notes on coverage of a change: a changed continuation
line counts for its statement; all of a new function counts, for git aligns its old-looking lines with other functions
(45 changed lines counted where 48 were true); code that was only moved, renamed or reformatted does not count.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gatecheck.change import Change, FileChange, lines_of
from gatecheck.measurements.outcomes import Reach
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.other_environments import untaken_branches
from gatecheck.syntax import Unit, parsed, units

_PRAGMA = re.compile(rb"#\s*pragma[:\s]?\s*no\s*(cover|branch)", re.IGNORECASE)


@dataclass(frozen=True)
class FileStatements:
    """One changed file: the statements that count (first lines), and those of them that the suite ran.

    aside: those that ran while modules were imported or in fixtures alone, in no test's own call. excused: those that
    do not count, since other environments run them, each with what decides that.
    """

    path: str
    counted: frozenset[int]
    covered: frozenset[int]
    aside: frozenset[int] = frozenset()
    excused: Mapping[int, str] = field(default_factory=dict)

    @property
    def missed(self) -> list[int]:
        """Give the statements that nothing ran, in order."""
        return sorted(self.counted - self.covered)


def known_units(change: Change) -> frozenset[str]:
    """Give the digests of every unit that the changed files had at the base: what is merely moved is among them."""
    found = (units(file.before) for file in change.files if file.before is not None and file.is_python)
    return frozenset(unit.digest for listed in found if listed for unit in listed)


def changed_statements(
    file: FileChange, coverage: FileCoverage, known: frozenset[str], reach: Reach | None = None, *, excuse: bool = True
) -> FileStatements:
    """Count a file's changed statements; `known` is what `known_units` gives.

    excuse: whether what another environment runs is left out.

    reach: what the tests ran of it. With it, a function's statement is covered where a test ran it in its call phase,
    or another process did: what runs while modules are imported or in fixtures is looked at by no test.
    """
    first = coverage.multiline
    touched = {first.get(line, line) for line in _answerable(file, known)}
    excluded = set(coverage.excluded) - newly_excluded(file, coverage)
    counted = frozenset(set(coverage.statements) & touched - excluded)
    elsewhere = untaken_branches(file.path, file.after or b"", frozenset(coverage.executed)) if excuse else ()
    excused = {line: branch.why for branch in elsewhere for line in sorted(counted.intersection(branch.lines))}
    counted -= excused.keys()
    ran = counted & frozenset(coverage.executed)
    if reach is None:
        return FileStatements(file.path, counted, ran, excused=excused)
    called = {first.get(line, line) for line in reach.call} | set(coverage.elsewhere)
    aside = ran & (_inside_functions(file) - called)
    return FileStatements(file.path, counted, ran - aside, aside, excused)


def _inside_functions(file: FileChange) -> frozenset[int]:
    """Give the lines in the bodies of functions: they run when the function is called, the others on import."""
    tree = parsed(file.after or b"") or ast.Module([], [])
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    bodies = ((node.body[0].lineno, node.end_lineno or node.lineno, node.lineno) for node in functions)
    return frozenset(line for first, last, head in bodies if first > head for line in range(first, last + 1))


def _answerable(file: FileChange, known: frozenset[str]) -> set[int]:
    """Give the head lines that the change answers for."""
    now = units(file.after or b"")
    if now is None:  # syntax of a newer Python than ours: every added line counts
        return set(file.added_lines)
    before = {unit.name for unit in units(file.before or b"") or () if unit.kind == "function"}
    lines: set[int] = set()
    for unit in now:
        if unit.digest not in known:
            lines |= _lines_of(unit, file, before)
    return lines


def _lines_of(unit: Unit, file: FileChange, before: set[str]) -> set[int]:
    span = set(range(unit.line, unit.end_line + 1))
    if unit.kind == "function" and (unit.name not in before or _decorators_changed(unit, file)):
        return span
    return span & file.added_lines


def _decorators_changed(unit: Unit, file: FileChange) -> bool:
    """Tell whether an added line is one of the function's decorators: then all of it behaves anew."""
    lines = lines_of(file.after)
    for number in range(unit.line, unit.end_line + 1):
        text = lines[number - 1].lstrip()
        if text.startswith((b"def ", b"async def ")):
            return False
        if text.startswith(b"@") and number in file.added_lines:
            return True
    return False


def newly_excluded(file: FileChange, coverage: FileCoverage) -> set[int]:
    """Give the excluded statements that owe it to a pragma which this change adds: it excuses nothing of its own."""
    lines = lines_of(file.after)
    pragmas = sorted(line for line in file.added_lines if line <= len(lines) and _PRAGMA.search(lines[line - 1]))
    excluded, again = set(coverage.excluded), set()
    for pragma in pragmas:
        start = coverage.multiline.get(pragma, pragma)
        for statement in (line for line in coverage.statements if line >= start):
            if statement not in excluded:
                break
            again.add(statement)
    return again


def spans(lines: Iterable[int], statements: Iterable[int]) -> list[tuple[int, int]]:
    """Join lines that follow each other among `statements` into (first, last) pairs."""
    order = {line: index for index, line in enumerate(sorted(statements))}
    joined: list[tuple[int, int]] = []
    for line in sorted(lines):
        if joined and order[line] == order[joined[-1][1]] + 1:
            joined[-1] = joined[-1][0], line
        else:
            joined.append((line, line))
    return joined
