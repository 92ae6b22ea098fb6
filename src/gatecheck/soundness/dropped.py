"""What a test asks for and then lets go: results that nobody looks at, and differences that a tolerance takes in."""

import ast
from collections.abc import Iterator

from gatecheck.soundness.assertions import assertions_in
from gatecheck.soundness.model import Fault, Found, Function, Module, last_name, text

_FORGING = frozenset({"add_arcs", "add_lines"})


def dropped(test: Found, module: Module) -> Iterator[Fault]:
    """Find calls of the file's own helpers whose answer is lost: a condition that is returned, a coroutine."""
    helpers = module.every_function
    for node in ast.walk(test.node):
        match node:
            case ast.Expr(value=ast.Call(func=called) as call) if _is_own(called) and last_name(called) in helpers:
                helper = helpers[last_name(called)]
                if isinstance(helper, ast.AsyncFunctionDef):
                    said = f"`{text(call)}` is never awaited: nothing of it runs"
                    yield Fault("never-awaited", said, node.lineno, mend="await it", key=ast.dump(call))
                elif _answers(helper):
                    said = f"`{text(call)}` gives a condition, which nobody asserts"
                    yield Fault(
                        "condition-dropped", said, node.lineno, mend=f"write `assert {text(call)}`", key=ast.dump(call)
                    )


def _is_own(called: ast.expr) -> bool:
    """Tell of `check(...)` and `self.check(...)` that they may be helpers of this file."""
    return isinstance(called, ast.Name) or (isinstance(called, ast.Attribute) and last_name(called.value) == "self")


def _answers(helper: Function) -> bool:
    """Tell whether all that a function does about a condition is to return it."""
    returned = [node.value for node in ast.walk(helper) if isinstance(node, ast.Return) and node.value is not None]
    conditions = bool(returned) and all(isinstance(value, ast.Compare | ast.BoolOp) for value in returned)
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(helper))
    return conditions and not raises and not any(assertions_in(helper)) and not helper.decorator_list


def wide(function: Function) -> Iterator[Fault]:
    """Find tolerances as large as what is expected: then nothing of the size of it is wrong."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and last_name(node) in {"approx", "isclose"}:
            given = {word.arg: _number(word.value) for word in node.keywords}
            expected = _number(node.args[-1]) if node.args else None
            relative = max(given.get("rel") or 0, given.get("rel_tol") or 0)
            absolute = max(given.get("abs") or 0, given.get("abs_tol") or 0)
            if relative >= 1 or (expected and absolute >= abs(expected)):
                said = f"`{text(node)}` is as wide as what is expected"
                yield Fault("tolerance-too-wide", said, node.lineno, mend="expect a value", key=ast.dump(node))


def _number(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case _:
            return None


def coverage_forged(module: Module) -> Iterator[Fault]:
    """Find test code that tells coverage.py what had been executed."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FORGING:
            said = f"`{text(node)}` tells coverage.py of lines that nothing ran"
            yield Fault("coverage-forged", said, node.lineno, mend="run them", key=ast.dump(node))
