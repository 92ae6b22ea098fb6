"""What in a test asserts something: `assert`, unittest's methods, pytest's checks, and the helpers of a project."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gatecheck.soundness.model import Found, Function, Module, last_name

_COMPARES: dict[str, type[ast.cmpop]] = {
    **dict.fromkeys(("Equal", "Equals", "ListEqual", "DictEqual", "SetEqual", "TupleEqual"), ast.Eq),
    **dict.fromkeys(("SequenceEqual", "MultiLineEqual", "CountEqual"), ast.Eq),
    "NotEqual": ast.NotEq,
    "Is": ast.Is,
    "IsNot": ast.IsNot,
    "In": ast.In,
    "NotIn": ast.NotIn,
    "Greater": ast.Gt,
    "GreaterEqual": ast.GtE,
    "Less": ast.Lt,
    "LessEqual": ast.LtE,
}
_ONE_SIDED: dict[str, type[ast.cmpop]] = {"IsNone": ast.Is, "IsNotNone": ast.IsNot}
# Verbs of helpers that assert, in the tests of the projects that the gate was measured on.
_ASSERTING = re.compile(
    r"assert|check|verif|expect|should|raises|warns|^fail|snapshot|regress|approv|ensure|must|match|compare"
    r"|valid|equal|deprecated_call|skip|^test",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Assertion:
    """Something that can turn a test red; `condition` is what must be true, None where it cannot be told."""

    node: ast.stmt | ast.expr
    condition: ast.expr | None

    @property
    def line(self) -> int:
        """Give the line that it begins on."""
        return self.node.lineno

    @property
    def key(self) -> str:
        """Give what it asserts as text, apart from layout and message."""
        return ast.dump(self.condition if self.condition is not None else self.node)


def assertion_of(node: ast.AST) -> Assertion | None:
    """Give what a node asserts: an `assert` statement, a unittest method, or a check of pytest or a mock."""
    if isinstance(node, ast.Assert):
        return Assertion(node, node.test)
    if not isinstance(node, ast.Call):
        return None
    name = last_name(node.func)
    if name.startswith("assert") and name[6:7].isupper() and isinstance(node.func, ast.Attribute):
        return Assertion(node, _condition(name.removeprefix("assert"), node))
    if name in {"raises", "warns", "deprecated_call"} or name.startswith(("assert_", "failUnless", "failIf")):
        return Assertion(node, None)
    return None


def _condition(name: str, call: ast.Call) -> ast.expr | None:
    """Write a unittest assertion as an expression."""
    args = call.args
    if not args or any(isinstance(arg, ast.Starred) for arg in args):
        return None
    first, *rest = args
    made: ast.expr | None = None
    if name in {"True", "False"}:
        made = first if name == "True" else ast.UnaryOp(ast.Not(), first)
    elif name in _ONE_SIDED:
        made = ast.Compare(first, [_ONE_SIDED[name]()], [ast.Constant(None)])
    elif rest and name in _COMPARES:
        made = ast.Compare(first, [_COMPARES[name]()], [rest[0]])
    elif rest and name == "AlmostEqual":
        near = ast.Call(ast.Name("approx", ast.Load()), rest, call.keywords)
        made = ast.Compare(first, [ast.Eq()], [near])
    elif rest and name == "IsInstance":
        made = ast.Call(ast.Name("isinstance", ast.Load()), [first, rest[0]], [])
    return made if made is None or made is first else ast.fix_missing_locations(ast.copy_location(made, first))


def assertions_in(node: ast.AST) -> Iterator[Assertion]:
    """Give every assertion in a piece of code, in the order of the source; a message asserts nothing."""
    found = assertion_of(node)
    if found:
        yield found
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.Assert) and child is node.msg):
            yield from assertions_in(child)


@dataclass(frozen=True)
class Helpers:
    """Tells which calls may assert something out of sight."""

    module: Module

    def may_assert(self, call: ast.Call, test: Found) -> bool:
        """Tell whether a call asserts by its name, by its body, or as far as can be seen."""
        name = last_name(call.func)
        if _ASSERTING.search(name) or name in _asserting(self.module):
            return True
        if isinstance(call.func, ast.Name):
            return name in parameters(test.node) or self._is_test_code(name)
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            holder = call.func.value.id
            inherited = holder in {"self", "cls"} and test.owner is not None and bool(test.owner.bases)
            return inherited or self._is_test_code(holder)
        return False

    def _is_test_code(self, name: str) -> bool:
        origin = self.module.imports.get(name, "")
        return origin.startswith(".") or bool(re.search(r"(^|\.)(tests?|testing|conftest|utils?|helpers?)\b", origin))


def parameters(node: Function) -> set[str]:
    """Give the names of a function's parameters: those of a test are fixtures."""
    given = node.args
    return {arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)} - {"self", "cls"}


@lru_cache(maxsize=64)
def _asserting(module: Module) -> frozenset[str]:
    """Give the names of the module's own functions that assert, themselves or by one of the others."""
    bodies = {
        node.name: node
        for node in ast.walk(module.tree)
        if isinstance(node, Function) and not module.collection.is_function(node.name)
    }
    calls = {
        name: {last_name(call) for call in ast.walk(node) if isinstance(call, ast.Call)}
        for name, node in bodies.items()
    }
    found = {name for name, node in bodies.items() if any(assertions_in(node)) or _raises(node)}
    while more := {name for name in calls if name not in found and calls[name] & found}:
        found |= more
    return frozenset(found)


def _raises(node: Function) -> bool:
    return any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
