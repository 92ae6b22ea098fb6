"""Ways on that no test ever takes: a function that only raises, and a `try` that only ends in its handlers."""

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from gatecheck.trials.functions import Function
from gatecheck.trials.results import own_returns

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_SETTLED = frozenset({"ImportError", "ModuleNotFoundError", "NotImplementedError"})  # decided by the machine


def dead_ends(function: Function, reached: AbstractSet[int]) -> Iterator[tuple[int, str]]:
    """Give the lines at which tests always turn away from what a change brings, each with what is never seen.

    reached: the lines of the file that tests ran.
    """
    if reached.isdisjoint(function.body):
        return
    returns = {node.lineno for node in own_returns(function.node)}
    gives = isinstance(function.node.body[-1], ast.Return) and function.changed.issuperset(returns)
    if returns and gives and reached.isdisjoint(returns):
        yield function.node.lineno, f"{function.name} always raises: no test sees it give anything"
    for node, following in _followed(function.node):
        if isinstance(node, ast.Try) and node.lineno in function.changed and _only_fails(node, following, reached):
            yield node.lineno, f"{function.name}: this `try` always ends in its handler: no test sees it succeed"


def _followed(node: ast.AST) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
    """Give every statement with the one behind it in its block."""
    for inner in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(inner, name, None), list) and block:
                yield from zip(block, [*block[1:], None], strict=True)


def _only_fails(node: ast.Try, following: ast.stmt | None, reached: AbstractSet[int]) -> bool:
    """Tell whether handlers that go on were run, and what comes after success was not."""
    onward = node.orelse[0] if node.orelse else following
    handlers = [handler for handler in node.handlers if not _is_settled(handler.type)]
    caught = any(handler.body[0].lineno in reached for handler in handlers)
    if onward is None or not caught or isinstance(node.body[-1], _LEAVING):
        return False
    return reached.isdisjoint(range(onward.lineno, (onward.end_lineno or onward.lineno) + 1))


def _is_settled(caught: ast.expr | None) -> bool:
    return caught is not None and any(
        isinstance(inner, ast.Name) and inner.id in _SETTLED for inner in ast.walk(caught)
    )
