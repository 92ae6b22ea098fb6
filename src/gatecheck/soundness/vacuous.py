"""Tests that cannot fail: their assertions are constant, out of reach, about themselves, or not there."""

import ast
import re
import sys
from collections.abc import Iterator

from gatecheck.model import Severity
from gatecheck.soundness.assertions import Assertion, Helpers, assertions_in
from gatecheck.soundness.model import Fault, Found, Function, Module, last_name, text
from gatecheck.soundness.reach import reached
from gatecheck.soundness.truth import constants_of, truth_of, with_constants

# A test may be about what is equal to itself: its name says so.
_ABOUT_SAMENESS = re.compile(
    r"eq|hash|same|ident|determin|stab|repeat|repro|cach|memo|singleton|idempot|consist|reflex|nan|copy|random|seed"
    r"|pure|lazy|lru|uniq|compar|ne\b|order",
    re.IGNORECASE,
)
# Functions of numpy, pandas, polars, nose and others that compare their first two arguments.
_COMPARING = re.compile(r"assert_(?:\w+_)?(?:equal|equals|allclose|close)")
_TELLING = frozenset({"print", "len", "str", "repr", "sorted", "list", "dict", "set", "tuple", "int", "sum"})


def vacuous(test: Found, module: Module) -> Iterator[Fault]:
    """Find what makes a test green whatever the source does."""
    asserted = list(assertions_in(test.node))
    yield from _constant(test.node)
    yield from _same(test, asserted, module)
    yield from _reach(test, asserted, Helpers(module))
    yield from _returned(test, asserted)
    yield from _bare_comparisons(test.node)


def _constant(function: Function) -> Iterator[Fault]:
    """Find assertions of a constant, or of a pair of a condition and its message."""
    constants = constants_of(function)
    for assertion in assertions_in(function):
        condition = assertion.condition
        if condition is None:
            continue
        key = assertion.key
        if isinstance(condition, ast.Tuple) and condition.elts:
            mend = f"write `assert {text(condition.elts[0])}, ...` without the brackets"
            yield Fault(
                "tuple-assertion",
                f"`assert {text(condition)}` is true of any tuple",
                assertion.line,
                mend=mend,
                key=key,
            )
        elif truth_of(with_constants(condition, constants)) is True:
            said = f"`{text(condition)}` is true whatever the tested code does"
            yield Fault("constant-assertion", said, assertion.line, mend="assert what the code gave", key=key)


def _same(test: Found, asserted: list[Assertion], module: Module) -> Iterator[Fault]:
    """Find comparisons of something with itself."""
    for assertion in asserted:
        match assertion.condition or _of_function(assertion.node):
            case ast.Compare(
                left=left,
                ops=[ast.Eq() | ast.Is() | ast.LtE() | ast.GtE() | ast.In() as op],
                comparators=[right],
            ):
                others = [right] if not isinstance(op, ast.In) else _elements(right)
                if any(ast.dump(left) == ast.dump(one) for one in others) and not _ABOUT_SAMENESS.search(test.name):
                    sure = all(map(_is_reflexive, asserted)) and isinstance(op, ast.Eq) and _calls_source(left, module)
                    level = Severity.ERROR if sure else Severity.WARNING
                    said = f"`{text(assertion.condition or assertion.node)}` compares with itself"
                    mend = "compare with the value that is expected"
                    yield Fault("self-comparison", said, assertion.line, level, mend, assertion.key)


def _of_function(node: ast.AST) -> ast.expr | None:
    """Write `assert_array_equal(a, b)` and the like as a comparison."""
    match node:
        case ast.Call(args=[left, right, *_]) if _COMPARING.fullmatch(last_name(node.func)):
            return ast.Compare(left, [ast.Eq()], [right])
        case _:
            return None


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []


def _is_reflexive(assertion: Assertion) -> bool:
    match assertion.condition:
        case ast.Compare(left=left, comparators=[right]):
            return ast.dump(left) == ast.dump(right)
        case _:
            return False


def _calls_source(node: ast.expr, module: Module) -> bool:
    """Tell whether an expression is a call of an imported function, which is neither a class nor of Python's own."""
    if not isinstance(node, ast.Call):
        return False
    origin = module.meaning(node.func)
    name = last_name(node.func)
    ours = origin.split(".")[0] in {target.split(".")[0] for target in module.imports.values()}
    return ours and name[:1].islower() and origin.split(".")[0] not in sys.stdlib_module_names and name not in _TELLING


def _reach(test: Found, asserted: list[Assertion], helpers: Helpers) -> Iterator[Fault]:
    """Find tests of whose assertions none can be reached, and tests without any."""
    inside = list(reached(test.node))
    opaque = any(isinstance(node, ast.Call) and helpers.may_assert(node, test) for node in inside)
    within = {id(node) for node in inside}
    away = [assertion for assertion in asserted if id(assertion.node) not in within]
    if away and len(away) == len(asserted) and not opaque:
        said = f"{test.name}: no assertion is ever reached (`{text(away[0].node)}`)"
        yield Fault("unreachable-assertions", said, away[0].line, mend="let the test run to its assertions")
    elif away:
        said = f"{test.name}: `{text(away[0].node)}` is never reached"
        yield Fault("unreachable-assertion", said, away[0].line, Severity.WARNING, key=away[0].key)
    elif not asserted and not opaque and not _raises(test.node, inside):
        said = f"{test.name} asserts nothing; it is red only if something raises"
        yield Fault("no-assertion", said, test.node.lineno, Severity.WARNING, "assert what is expected")


def _raises(test: Function, nodes: list[ast.AST]) -> bool:
    """Tell whether a test raises something itself; what a function within it raises is for the tested code."""
    within = {
        id(inner)
        for node in nodes
        if isinstance(node, Function | ast.Lambda) and node is not test
        for inner in ast.walk(node)
    }
    raised = [node for node in nodes if isinstance(node, ast.Raise)]
    return any(id(node) not in within or last_name(node.exc or node) == "AssertionError" for node in raised)


def _returned(test: Found, asserted: list[Assertion]) -> Iterator[Fault]:
    """Find conditions that are returned where they should be asserted."""
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(test.node)):
        return
    for node in _own_returns(test.node.body):
        if node.value is not None and (isinstance(node.value, ast.Compare) or _is_negation(node.value)):
            sure = not asserted and not _unknown_decorators(test.node)
            level = Severity.ERROR if sure else Severity.WARNING
            said = f"{test.name} returns `{text(node.value)}`, which nobody looks at"
            yield Fault(
                "returned-condition", said, node.lineno, level, f"write `assert {text(node.value)}`", ast.dump(node)
            )


def _is_negation(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _unknown_decorators(function: Function) -> bool:
    known = {"parametrize", "given", "skipif", "skip", "xfail", "patch", "object", "settings", "example", "usefixtures"}
    return any(last_name(decorator) not in known for decorator in function.decorator_list)


def _own_returns(body: list[ast.stmt]) -> Iterator[ast.Return]:
    """Give the return statements of a function with a value, without those of functions inside it."""
    for node in body:
        if isinstance(node, ast.Return) and node.value is not None:
            yield node
        elif not isinstance(node, Function | ast.ClassDef):
            yield from _own_returns([inner for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.stmt)])


def _bare_comparisons(function: Function) -> Iterator[Fault]:
    """Find `a == b` as a statement of the test's own block, where nothing is expected to be raised."""
    for node in function.body:
        match node:
            case ast.Expr(value=ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot()]) as compared):
                said = f"`{text(compared)}` is compared and nothing is asserted"
                mend = f"write `assert {text(compared)}`"
                yield Fault("comparison-not-asserted", said, node.lineno, mend=mend, key=ast.dump(compared))
