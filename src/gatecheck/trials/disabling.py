"""A function disabled: the first thing it does is to raise, and all the rest of it is never reached."""

import ast

from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.trials.functions import Function, first_statement
from gatecheck.trials.source import Text

# An exception that no code expects, and `except Exception` catches like any other. What follows it stays: the compiler
# still sees the names that are closed over, and the `yield` that makes a generator.
RAISE = b'raise SystemError("disabled by gatecheck")'
_COMPOUND = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)


def disabled(source: bytes, function: Function) -> bytes:
    """Give the source with one function disabled; a simple first statement keeps every line where it is."""
    text, first = Text(source), first_statement(function.node)
    start = text.at(function.body.start, first.col_offset)
    before = source[text.at(function.body.start, 0) : start]
    behind = b"\n" + before if isinstance(first, _COMPOUND) else b"; "
    return text.replaced(start, start, RAISE + behind)


def is_live(function: Function, coverage: FileCoverage, again: frozenset[int]) -> bool:
    """Tell whether this interpreter can run the function at all and the base's settings count it.

    again: excluded statements that count nevertheless, see `statements.newly_excluded`.
    """
    counted = set(coverage.statements) - (set(coverage.excluded) - again)
    first = coverage.multiline
    return any(first.get(line, line) in counted for line in function.body)
