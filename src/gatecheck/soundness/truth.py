"""Which conditions are true whatever the tested code does."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from gatecheck.soundness.model import Function, last_name

_SAFE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.eq,  # of two literals; what `is` says of them is up to the compiler
    ast.IsNot: operator.ne,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


def truth_of(node: ast.expr) -> bool | None:
    """Give the truth of a condition that never changes; None where it depends on anything."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            truth = truth_of(operand)
            return None if truth is None else not truth
        case ast.BoolOp(op=op, values=values):
            return _joined(isinstance(op, ast.Or), values)
        case ast.Compare():
            return _compared(node)
        case ast.NamedExpr(value=value):
            return truth_of(value)
        case _:
            return _value(node)


def _value(node: ast.expr) -> bool | None:
    """Give the truth of a literal or a display, and of objects that nobody called or went through."""
    truth: bool | None = None
    match node:
        case ast.Constant(value=value):
            truth = bool(value)
        case ast.JoinedStr(values=parts):
            truth = True if any(isinstance(part, ast.Constant) and part.value for part in parts) else None
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            truth = _size(parts)
        case ast.Dict(keys=keys):
            truth = _size([ast.Constant(0) if key else ast.Starred(node, ast.Load()) for key in keys])
        case ast.IfExp(body=body, orelse=orelse):
            truth = truth_of(body) if truth_of(body) is truth_of(orelse) else None
        case ast.Call(func=ast.Name(id="all" | "any" as name), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]):
            truth = _joined(name == "any", parts)
        case ast.Call(func=ast.Name(id="bool"), args=[inner], keywords=[]):
            truth = truth_of(inner)
        case (
            ast.Lambda()
            | ast.GeneratorExp()
            | ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.Name(id="object")])
        ):
            truth = True
    return truth


def constants_of(function: Function) -> dict[str, ast.expr]:
    """Give the names that a function binds once and for all, to a literal or a tuple, neither of which can change."""
    stored = [node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    once = {node.id for node in stored if sum(node.id == other.id for other in stored) == 1}
    shared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() | ast.Tuple() as value):
                if name in once - shared:
                    found[name] = value
    return found


def with_constants(condition: ast.expr, constants: dict[str, ast.expr]) -> ast.expr:
    """Put what cannot change in the place of the names that stand for it."""
    if not constants or not any(isinstance(node, ast.Name) and node.id in constants for node in ast.walk(condition)):
        return condition
    tree = ast.parse(ast.unparse(condition), mode="eval")
    substituted: ast.expr = _Substitute(constants).visit(tree).body
    return substituted


class _Substitute(ast.NodeTransformer):
    def __init__(self, constants: dict[str, ast.expr]) -> None:
        self._constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._constants.get(node.id, node)


def _size(parts: list[ast.expr]) -> bool | None:
    """Tell whether a display holds anything; what a starred part holds is not known."""
    if not parts:
        return False
    return True if any(not isinstance(part, ast.Starred) for part in parts) else None


def _joined(is_or: bool, values: list[ast.expr]) -> bool | None:
    """Give the truth of `a or b` and `a and b`; `a or not a` is true."""
    known = [truth_of(value) for value in values]
    if is_or in known:
        return is_or
    if is_or and _opposites(values):
        return True
    return None if None in known else not is_or


def _opposites(values: list[ast.expr]) -> bool:
    """Tell whether one of some conditions is another one denied: `a` and `not a`, `a == b` and `a != b`."""
    dumps = {ast.dump(value) for value in values}
    return any(ast.dump(denied) in dumps for value in values if (denied := _denied(value)) is not None)


def _denied(value: ast.expr) -> ast.expr | None:
    match value:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=rights):
            return ast.Compare(left, [ast.Eq()], rights)
        case _:
            return None


def _compared(node: ast.Compare) -> bool | None:
    """Give the truth of a comparison; one of a chain is enough to make it false, all must be true."""
    operands = [node.left, *node.comparators]
    links = [_link(left, op, right) for left, op, right in zip(operands, node.ops, operands[1:], strict=False)]
    if False in links:
        return False
    return True if all(links) else None


def _link(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    if isinstance(op, ast.Eq) and {last_name(left), last_name(right)} & {"ANY"}:
        return True
    if type(op) in _MIRRORED and isinstance(left, ast.Constant) and not isinstance(right, ast.Constant):
        return _link(right, _MIRRORED[type(op)](), left)
    if isinstance(left, ast.Call) and last_name(left) == "len" and isinstance(right, ast.Constant | ast.UnaryOp):
        return _length(op, right)
    return _literal(left, op, right)


def _length(op: ast.cmpop, bound: ast.expr) -> bool | None:
    """Tell of `len(x) >= 0` and `len(x) > -1` that they are true of everything."""
    lowest = isinstance(op, ast.Gt) and _literal(bound, ast.Lt(), ast.Constant(0))
    return True if lowest or (isinstance(op, ast.GtE) and _literal(bound, ast.LtE(), ast.Constant(0))) else None


def _literal(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    """Compare two literals; sums and products are not reckoned, for they could be made huge."""
    if type(op) not in _SAFE:
        return None
    try:
        return bool(_SAFE[type(op)](ast.literal_eval(left), ast.literal_eval(right)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
