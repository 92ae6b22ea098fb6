"""The kinds of small faults, the most telling first; each knows where it fits and what it writes."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gatecheck.trials.arid import Inside, is_nothing
from gatecheck.trials.source import Text

Node: TypeAlias = ast.expr | ast.stmt
Replacement: TypeAlias = tuple[int, int, bytes]  # from, to, text
Make: TypeAlias = Callable[[Node, Inside, Text], Replacement | None]

_ORDER: dict[type[ast.cmpop], tuple[bytes, bytes]] = {
    ast.Lt: (b"<", b"<="),
    ast.LtE: (b"<=", b"<"),
    ast.Gt: (b">", b">="),
    ast.GtE: (b">=", b">"),
}
_SAME: dict[type[ast.cmpop], tuple[bytes, bytes]] = {
    ast.Eq: (b"==", b"!="),
    ast.NotEq: (b"!=", b"=="),
    ast.In: (b"in", b"not in"),
    ast.NotIn: (b"not in", b"in"),
    ast.Is: (b"is", b"is not"),
    ast.IsNot: (b"is not", b"is"),
}
_NUMBERS: dict[type[ast.operator], tuple[bytes, bytes]] = {
    ast.Add: (b"+", b"-"),
    ast.Sub: (b"-", b"+"),
    ast.Mult: (b"*", b"/"),
    ast.Div: (b"/", b"*"),
    ast.FloorDiv: (b"//", b"*"),
}
_TEXTS = (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)


@dataclass(frozen=True)
class Fault:
    """A kind of fault. edge: what a test that notices it would look at. make: gives None where it does not fit."""

    rule: str
    strength: Literal["strong", "medium"]
    edge: str
    make: Make


def boundary(node: Node, inside: Inside, text: Text) -> Replacement | None:
    """Move the boundary of a comparison: `<` turns into `<=`."""
    if not isinstance(node, ast.Compare) or inside.chooses_the_greater(node):
        return None
    return _compared(node, _ORDER, text)


def comparison(node: Node, inside: Inside, text: Text) -> Replacement | None:  # noqa: ARG001 - one shape for all
    """Turn a comparison around: `==` turns into `!=`."""
    return _compared(node, _SAME, text) if isinstance(node, ast.Compare) else None


def _compared(node: ast.Compare, swaps: dict[type[ast.cmpop], tuple[bytes, bytes]], text: Text) -> Replacement | None:
    if type(node.ops[0]) not in swaps:
        return None
    return _swapped(node.left, node.comparators[0], *swaps[type(node.ops[0])], text)


def junction(node: Node, inside: Inside, text: Text) -> Replacement | None:
    """Turn `and` into `or` and back; `x or default` is no condition and stays."""
    if not isinstance(node, ast.BoolOp) or not inside.decides(node):
        return None
    words = (b"and", b"or") if isinstance(node.op, ast.And) else (b"or", b"and")
    return _swapped(node.values[0], node.values[1], *words, text)


def negation(node: Node, inside: Inside, text: Text) -> Replacement | None:
    """Take a `not` away."""
    if not isinstance(node, ast.UnaryOp) or not isinstance(node.op, ast.Not) or not inside.decides(node):
        return None
    return text.start(node), text.start(node.operand), b""


def arithmetic(node: Node, inside: Inside, text: Text) -> Replacement | None:  # noqa: ARG001
    """Turn `+` into `-`; texts and lists are joined, not added."""
    if isinstance(node, ast.AugAssign) and type(node.op) in _NUMBERS and not _is_text(node.value):
        was, now = _NUMBERS[type(node.op)]
        return _swapped(node.target, node.value, was + b"=", now + b"=", text)
    if not isinstance(node, ast.BinOp) or type(node.op) not in _NUMBERS or _is_text(node.left) or _is_text(node.right):
        return None
    return _swapped(node.left, node.right, *_NUMBERS[type(node.op)], text)


def _is_text(node: ast.expr) -> bool:
    number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    return isinstance(node, _TEXTS) and not number


def condition(node: Node, inside: Inside, text: Text) -> Replacement | None:
    """Negate a condition; that of a loop might make it endless."""
    fixed = isinstance(node, ast.Constant | ast.Compare | ast.BoolOp | ast.UnaryOp)
    tests = inside.decides(node) and not isinstance(inside.parents[node], ast.While | ast.BoolOp | ast.UnaryOp)
    if fixed or not tests or not isinstance(node, ast.expr):
        return None
    return text.start(node), text.end(node), b"not (" + text.of(node) + b")"


def returned(node: Node, inside: Inside, text: Text) -> Replacement | None:
    """Return None."""
    if not isinstance(node, ast.Return) or node.value is None or is_nothing(node.value) or inside.makes:
        return None
    return text.start(node.value), text.end(node.value), b"None"


def computed(node: Node, inside: Inside, text: Text) -> Replacement | None:
    """Let a lambda give None."""
    if not isinstance(node, ast.expr) or not isinstance(inside.parents.get(node), ast.Lambda) or is_nothing(node):
        return None
    return text.start(node), text.end(node), b"None"


def assignment(node: Node, inside: Inside, text: Text) -> Replacement | None:
    """Leave an assignment out; one whose name nobody reads is no fault."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    unread = all(isinstance(target, ast.Name) and target.id not in inside.read for target in targets)
    return None if unread else _left_out(node, text)


def call(node: Node, inside: Inside, text: Text) -> Replacement | None:  # noqa: ARG001
    """Leave a call out."""
    value = node.value if isinstance(node, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    return _left_out(node, text) if isinstance(value, ast.Call) else None


def _left_out(node: Node, text: Text) -> Replacement | None:
    """Put `if 0:` before a statement: its names stay those of the function, and the lines where they are."""
    return None if text.before(node).strip() else (text.start(node), text.start(node), b"if 0: ")


def _swapped(first: ast.expr, second: ast.expr, was: bytes, now: bytes, text: Text) -> Replacement | None:
    """Give another operator between two operands, which may stand in brackets."""
    between = text.between(first, second)
    found = re.search(rb"\s+".join(re.escape(word) for word in was.split()), between)
    if found is None or b"#" in between:
        return None
    start = text.end(first) + found.start()
    return start, start + len(found[0]), now


FAULTS = (
    Fault("boundary", "strong", "no test notices at the boundary", boundary),
    Fault("and-or", "strong", "no test notices where one of the two is true alone", junction),
    Fault("not", "strong", "no test tells the two ways apart", negation),
    Fault("comparison", "strong", "no test tells the two ways apart", comparison),
    Fault("arithmetic", "strong", "no test looks at the number", arithmetic),
    Fault("condition", "strong", "no test tells the two ways apart", condition),
    Fault("lambda", "strong", "no test looks at what it gives", computed),
    Fault("return-none", "strong", "no test looks at what is returned", returned),
    Fault("assignment", "medium", "no test needs it", assignment),
    Fault("call", "medium", "no test needs it", call),
)
