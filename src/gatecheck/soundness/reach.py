"""Which statements of a test can be reached at all, as far as the syntax alone tells for sure."""

import ast
from collections import Counter
from collections.abc import Iterator

from gatecheck.soundness.model import Function, dotted, last_name
from gatecheck.soundness.truth import truth_of


def reached(function: Function) -> Iterator[ast.AST]:
    """Give every node of a function that its body may execute; a nested function counts once its name is used."""
    yield from _body(function.body, _used(function))


def ends(statement: ast.stmt) -> bool:
    """Tell whether nothing after a statement in its block is executed."""
    match statement:
        case ast.Return() | ast.Continue() | ast.Break():
            return True
        case ast.Raise(exc=raised):
            return raised is None or "skip" not in (dotted(raised) or last_name(raised)).lower()
        case ast.If(test=test, body=body, orelse=orelse):
            return _branch_ends(truth_of(test), body, orelse)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            return any(isinstance(last, ast.Return) for last in body) and not _may_swallow(items)
        case (
            ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody)
            | ast.TryStar(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody)
        ):
            whole = any(map(ends, [*body, *orelse])) and all(any(map(ends, handler.body)) for handler in handlers)
            return whole or any(map(ends, finalbody))
        case _:
            return False


def _branch_ends(truth: bool | None, body: list[ast.stmt], orelse: list[ast.stmt]) -> bool:
    taken = {True: [body], False: [orelse], None: [body, orelse]}[truth]
    return all(any(map(ends, branch)) for branch in taken)


def _may_swallow(items: list[ast.withitem]) -> bool:
    return any(last_name(item.context_expr) in {"raises", "suppress", "assertRaises"} for item in items)


def _body(body: list[ast.stmt], used: frozenset[str]) -> Iterator[ast.AST]:
    for statement in body:
        yield from _statement(statement, used)
        if ends(statement):
            return


def _statement(statement: ast.stmt, used: frozenset[str]) -> Iterator[ast.AST]:
    if isinstance(statement, Function):
        if statement.name in used or statement.decorator_list:
            yield from ast.walk(statement)
        return
    if isinstance(statement, ast.ClassDef):
        yield from ast.walk(statement)  # whoever has an object of it may call its methods
        return
    yield statement
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr | ast.withitem):
            yield from ast.walk(child)
    for inner in _entered(statement):
        yield from _body(inner, used)


def _entered(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Give the blocks of a compound statement that may be entered."""
    match statement:
        case ast.If(test=test, body=body, orelse=orelse) | ast.While(test=test, body=body, orelse=orelse):
            truth = _condition(test)
            never = isinstance(statement, ast.If) and truth is True
            return [*([] if truth is False else [body]), *([] if never else [orelse])]
        case ast.For(iter=over, body=body, orelse=orelse) | ast.AsyncFor(iter=over, body=body, orelse=orelse):
            return [orelse] if _empty(over) else [body, orelse]
        case (
            ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody)
            | ast.TryStar(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody)
        ):
            return [body, *(handler.body for handler in handlers), orelse, finalbody]
        case ast.Match(cases=cases):
            return [case.body for case in cases]
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return [body]
        case _:
            return []


def _condition(test: ast.expr) -> bool | None:
    return False if never_in_tests(test) else truth_of(test)


def never_in_tests(test: ast.expr) -> bool:
    """Tell of `TYPE_CHECKING` and of being the main module that they are false whenever a test runs."""
    main = isinstance(test, ast.Compare) and last_name(test.left) == "__name__" and isinstance(test.ops[0], ast.Eq)
    return last_name(test) == "TYPE_CHECKING" or main


def _empty(over: ast.expr) -> bool:
    match over:
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=0)]):
            return True
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set" | "dict"), args=[], keywords=[]):
            return True
        case ast.Constant() | ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
            return truth_of(over) is False
        case _:
            return False


def _used(function: Function) -> frozenset[str]:
    """Give the names that a function reads, in nested functions too; a nested one's own name inside itself apart."""
    reads = Counter(_reads(function))
    for node in ast.walk(function):
        if isinstance(node, Function) and node is not function:
            reads[node.name] -= sum(name == node.name for name in _reads(node))
    return frozenset(+reads)


def _reads(function: Function) -> Iterator[str]:
    return (node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
