"""Tests that are to write down what the code does, and only say of what kind it is."""

import ast
from collections.abc import Iterator

from gatecheck.soundness.assertions import Assertion, assertions_in
from gatecheck.soundness.model import Fault, Found, last_name

_KINDS = frozenset({"isinstance", "issubclass", "callable", "hasattr"})


def pins_nothing(test: Found) -> Iterator[Fault]:
    """Find a test whose every assertion is about a type, or that something is there; for characterizations."""
    asserted = list(assertions_in(test.node))
    if asserted and all(map(_says_little, asserted)):
        said = f"{test.name} writes down of what kind the answers are, and not what they are"
        yield Fault("pins-nothing", said, test.node.lineno, mend="assert the very value that the code gives today")


def _says_little(assertion: Assertion) -> bool:
    return assertion.condition is not None and _is_kind(assertion.condition)


def _is_kind(node: ast.expr) -> bool:
    """Tell whether a condition is about a type or a presence alone, of one thing or of all in a row."""
    match node:
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(elt=each) | ast.ListComp(elt=each)]):
            return _is_kind(each)
        case ast.Call(func=called):
            return last_name(called) in _KINDS
        case ast.Compare(ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
            return True
        case ast.Compare(left=ast.Call(func=ast.Name(id="len" | "type")), ops=[ast.Gt() | ast.GtE() | ast.Is()]):
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_kind, values))
        case _:
            return False
