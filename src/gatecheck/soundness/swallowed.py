"""Assertions whose failure is caught by the test itself, or hoped for."""

import ast
from collections.abc import Iterator, Sequence

from gatecheck.model import Severity
from gatecheck.soundness.assertions import Assertion, assertions_in
from gatecheck.soundness.model import Fault, Found, Function, Module, last_name, text

_CATCHING = frozenset({"AssertionError", "Exception", "BaseException"})
_HARMLESS = frozenset({"print", "debug", "info", "warning", "error", "exception", "log", "print_exc"})
_TELLING = frozenset({"fail", "skip", "xfail", "skipTest", "exit"})
_MEND = "let the assertion fail the test"


def swallowed(function: Function) -> Iterator[Fault]:
    """Find every assertion that cannot turn the test red."""
    for node in ast.walk(function):
        if isinstance(node, ast.Try):
            yield from _caught(node, in_loop=_loops_around(function, node))
        elif isinstance(node, ast.With | ast.AsyncWith):
            yield from _suppressed(node)


def stepped_over(function: Function) -> Iterator[Fault]:
    """Find tests whose every assertion is left out where the tested code raises what the test keeps to itself."""
    blocks = [block for node in ast.walk(function) for block in _quiet(node)]
    over = {id(assertion.node): kind for body, kind in blocks for assertion in _plain(body)}
    asserted = list(assertions_in(function))
    if asserted and all(id(assertion.node) in over for assertion in asserted):
        first = asserted[0]
        said = f"`{text(first.node)}` is left out, and the test green, where the code raises {over[id(first.node)]}"
        yield Fault(
            "assertion-left-out", said, first.line, mend="let what the code raises fail the test", key=first.key
        )


def _quiet(node: ast.AST) -> Iterator[tuple[list[ast.stmt], str]]:
    """Give the block of a node in which an exception is kept quiet, and which one."""
    if isinstance(node, ast.Try) and not node.orelse:
        for handler in node.handlers[:1]:
            if handler.type is not None and _is_quiet(handler.type) and all(map(_says_nothing, handler.body)):
                yield node.body, text(handler.type)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and last_name(call) == "suppress" and all(map(_is_quiet, call.args)):
                yield node.body, ", ".join(map(text, call.args))


def _is_quiet(kind: ast.expr) -> bool:
    """Tell whether catching something keeps the tested code quiet: no failed assertion, nor what is not installed."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    absence = any(last_name(one) in {"ImportError", "ModuleNotFoundError"} for one in kinds)
    return not absence and not _catches(kind)


def swallowing(test: Found, modules: Sequence[Module]) -> Iterator[Fault]:
    """Find decorators, written in the changed test files, that catch what an assertion raises and raise nothing."""
    for decorator in test.node.decorator_list:
        name = last_name(decorator)
        for function in (module.every_function[name] for module in modules if name in module.every_function):
            caught = any(isinstance(node, ast.ExceptHandler) and _catches(node.type) for node in ast.walk(function))
            told = any(isinstance(node, ast.Raise) or last_name(node) in _TELLING for node in ast.walk(function))
            if caught and not told:
                said = f"`@{text(decorator)}` catches what the test's assertions raise, and goes on"
                yield Fault("swallowed-assertion", said, decorator.lineno, mend=_MEND, key=ast.dump(decorator))


def _caught(node: ast.Try, *, in_loop: bool) -> Iterator[Fault]:
    if any(isinstance(last, ast.Return | ast.Break | ast.Continue) for last in node.finalbody):
        yield from (_fault(assertion, "the end of `finally`", Severity.ERROR) for assertion in _plain(node.body))
    handlers = [handler for handler in node.handlers if _catches(handler.type)]
    if not handlers or not all(map(_says_nothing, handlers[0].body)):
        return
    for assertion in _plain(node.body):
        retried = in_loop or _always_fails(assertion) or any(map(_may_fail, node.orelse))
        kind = text(handlers[0].type) if handlers[0].type else "a bare except"
        yield _fault(assertion, kind, Severity.WARNING if retried else Severity.ERROR)


def _fault(assertion: Assertion, kind: str, level: Severity) -> Fault:
    said = f"`{text(assertion.node)}` may fail: {kind} swallows it"
    return Fault("swallowed-assertion", said, assertion.line, level, _MEND, assertion.key)


def _may_fail(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Raise | ast.Assert) or last_name(inner) == "fail" for inner in ast.walk(node))


def _suppressed(node: ast.With | ast.AsyncWith) -> Iterator[Fault]:
    """Find assertions in a block that expects, or suppresses, what they raise."""
    for item in node.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or not any(map(_catches, call.args)):
            continue
        name = last_name(call)
        if name == "suppress" or (name in {"raises", "assertRaises"} and not _matched(call)):
            for assertion in _plain(node.body):
                level = Severity.WARNING if _always_fails(assertion) else Severity.ERROR
                said = f"`{text(assertion.node)}` stands in `{text(call)}`: it may fail and the test is green"
                yield Fault("swallowed-assertion", said, assertion.line, level, _MEND, assertion.key)


def _plain(body: list[ast.stmt]) -> Iterator[Assertion]:
    """Give the assertions about a condition; helpers may be what is tested."""
    for statement in body:
        if not isinstance(statement, Function | ast.ClassDef):
            yield from (assertion for assertion in assertions_in(statement) if assertion.condition is not None)


def _always_fails(assertion: Assertion) -> bool:
    """Tell of `assert False` that it marks a line which must not be reached."""
    return isinstance(assertion.condition, ast.Constant) and not assertion.condition.value


def _catches(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(last_name(one) in _CATCHING for one in kinds)


def _matched(call: ast.Call) -> bool:
    return any(keyword.arg == "match" for keyword in call.keywords)


def _says_nothing(node: ast.stmt) -> bool:
    """Tell whether a handler's statement keeps a failure to itself."""
    match node:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Constant()) | ast.Return(value=None):
            return True
        case ast.Expr(value=ast.Call() as call):
            return last_name(call) in _HARMLESS
        case _:
            return False


def _loops_around(function: Function, node: ast.AST) -> bool:
    """Tell whether a node stands in a loop: an assertion may be tried until it holds."""
    loops = (outer for outer in ast.walk(function) if isinstance(outer, ast.For | ast.While | ast.AsyncFor))
    return any(inner is node for loop in loops for inner in ast.walk(loop))
