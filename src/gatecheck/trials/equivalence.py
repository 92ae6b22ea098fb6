"""Whether a moved boundary can be told from the real one at all: the case of equal values may give the same in both.

A mutant that no test can kill is equivalent. That is not decidable; a short search over small inputs in which the two
values are equal shows where it most likely is. What cannot be worked out is taken for what a test could tell apart.
"""

import ast
import random
from collections.abc import Iterable, Iterator

from gatecheck.trials.evaluating import MOVED, Run
from gatecheck.trials.values import FUNCTIONS, Unknown, Value, alike

DRAWS, ENOUGH, FEWEST = 3000, 60, 3  # inputs, and those among them in which the values are equal
MOST_STEPS = 200_000  # of all runs: half a second
MOST_GIVEN = 12  # expressions whose values are drawn: with more of them few draws meet
_NUMBERS = (0, 1, 2, 3, -1, 0.5, 4, 8)
_LISTS: tuple[list[int], ...] = ([], [1], [2, 1], [0, 3, 3], [0])
_CONSTANTS = 6  # of the function, with their neighbours

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_equivalent(function: ast.AST, comparison: ast.AST) -> bool:
    """Tell whether no input tells `<` from `<=` (or any other order) in a comparison of a function."""
    inner = _innermost(function, comparison)
    if inner is None or not isinstance(comparison, ast.Compare) or type(comparison.ops[0]) not in MOVED:
        return False
    try:
        return _search(inner, comparison)
    except (Unknown, RecursionError):
        return False


def _search(inner: _Function, comparison: ast.Compare) -> bool:
    met, steps, texts = 0, 0, dict[ast.AST, str]()
    for given in _inputs(inner):
        real, moved = (Run(given, comparison, moved=other, texts=texts) for other in (False, True))
        try:
            seen = _outcome(real, inner)
            if real.met:
                if not alike(seen, moved.outcome(inner.body)):
                    return False
                met += 1
        except (TypeError, AttributeError, LookupError):
            continue  # a list was drawn for a number
        steps += real.steps + moved.steps
        if met == ENOUGH or steps > MOST_STEPS:
            break
    return met >= FEWEST


def _outcome(run: Run, function: _Function) -> tuple[Value, ...] | None:
    """Give what comes out; where the values are not equal, that it cannot be worked out is no matter."""
    try:
        return run.outcome(function.body)
    except Unknown:
        if run.met:
            raise
    return None


def _innermost(function: ast.AST, comparison: ast.AST) -> _Function | None:
    """Find the function whose own code a comparison is; None in a lambda or a comprehension."""
    found: _Function | None = None
    for node in ast.walk(function):
        if isinstance(node, _Function) and any(inner is comparison for inner in ast.walk(node)):
            found = node
    scopes = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    closed = (node for node in ast.walk(function) if isinstance(node, scopes))
    return None if any(inner is comparison for node in closed for inner in ast.walk(node)) else found


def _inputs(function: _Function) -> Iterator[dict[str, Value]]:
    """Draw values for all that is read: of a few in each draw, so that equal ones meet."""
    read = {text for stmt in function.body for text in _given(stmt)}
    lists = {ast.unparse(node) for stmt in function.body for node in _iterated(stmt)}
    named = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
    lists |= {ast.unparse(node.value) for node in named if lists & {ast.unparse(target) for target in node.targets}}
    if len(read) > MOST_GIVEN:
        return
    draw = random.Random(0)  # noqa: S311 - the same inputs in every run
    numbers = list(dict.fromkeys([*_NUMBERS, *_constants(function)]))
    for _ in range(DRAWS):
        few = draw.sample(numbers, 3)
        yield {text: draw.choice(_LISTS) if text in lists else draw.choice(few) for text in sorted(read)}


def _given(node: ast.AST) -> Iterator[str]:
    """Give the texts of what is read and cannot be worked out: names, attributes, items, results of calls."""
    if isinstance(node, ast.Call):
        if ast.unparse(node.func) not in FUNCTIONS:
            yield ast.unparse(node)
        parts: Iterable[ast.AST] = (*node.args, *(keyword.value for keyword in node.keywords))
    elif isinstance(node, ast.Name | ast.Attribute) or (
        isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice)
    ):
        yield ast.unparse(node)
        parts = ()
    else:
        parts = node.body if isinstance(node, ast.ExceptHandler) else ast.iter_child_nodes(node)
    for part in parts:
        yield from _given(part)


def _iterated(node: ast.AST) -> Iterator[ast.expr]:
    """Give what is used as a list: measured, added up, or gone through."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.For):
            yield inner.iter
        elif isinstance(inner, ast.Call) and ast.unparse(inner.func) in {"len", "sum", "sorted", "list", "tuple"}:
            yield from inner.args[:1]


def _constants(function: _Function) -> list[float]:
    """Give the numbers that stand in a function, each with what is next to it."""
    nodes = (node.value for node in ast.walk(function) if isinstance(node, ast.Constant))
    found = dict.fromkeys(value for value in nodes if isinstance(value, int | float) and abs(value) < 10**9)
    return [near for value in list(found)[:_CONSTANTS] for near in (value - 1, value, value + 1)]
