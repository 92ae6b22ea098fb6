"""Python source as units that survive reformatting: functions, and the statements around them.

A unit's digest depends on what the code means to the parser, not on its layout: white space, line breaks, quotes,
redundant brackets, comments and the indentation of docstrings leave it as it is. Equal digests do not prove equal
behaviour: comments that tools read (`# type: ignore`, `# noqa`) are not part of it.
"""

import ast
import copy
import hashlib
import inspect
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

# A changed file is seldom judged by fewer than two gates, and its two sides are kept until the last of them is done.
_REMEMBERED = 256
_WARNINGS = threading.Lock()  # `catch_warnings` swaps the filters of the whole process

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_Documented: TypeAlias = _Function | ast.ClassDef | ast.Module
_BODIES = ("body", "handlers", "cases", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class Unit:
    """A function with its decorators, or a statement outside functions; lines count from 1, `end_line` is inclusive.

    name: a function's qualified name, such as `Class.method`; a statement's is the class around it, "" at module level.
    The head of a class (`@decorator class A(Base):`) is a statement named like the class. digest: 64 hex digits.
    """

    name: str
    kind: Literal["function", "statement"]
    line: int
    end_line: int
    digest: str


@lru_cache(maxsize=_REMEMBERED)
def units(source: bytes) -> tuple[Unit, ...] | None:
    """Split source into its functions and the statements around them, in order; None when it cannot be parsed.

    Nested functions belong to the outermost one. A compound statement (`if`, `try`, `with`, ...) is one unit unless
    functions or classes are defined in it: then its head is a unit, and so is everything in its bodies. What this
    Python cannot parse may be right for another one. Source with a lone carriage return counts as not parsed: Python
    ends a line there and git does not, so no line number would hold.
    """
    tree = parsed(source)
    try:
        return None if tree is None else tuple(_units(tree.body, ""))
    except RecursionError:
        return None


def same_tree(before: bytes, after: bytes) -> bool | None:
    """Tell whether two sources differ in layout and comments at most; None when one of them cannot be parsed."""
    first, second = _digest_of(before), _digest_of(after)
    return None if first is None or second is None else first == second


@lru_cache(maxsize=_REMEMBERED)
def _digest_of(source: bytes) -> str | None:
    tree = parsed(source)
    try:
        return None if tree is None else _digest(tree)
    except RecursionError:
        return None


def parsed(source: bytes) -> ast.Module | None:
    """Parse source, and undo in the tree what formatters may change; None when it cannot be parsed."""
    if b"\r" in source.replace(b"\r\n", b""):
        return None
    try:
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in the checked source is not our user's news
            tree = ast.parse(source)
    except (
        SyntaxError,
        ValueError,
        RecursionError,
        MemoryError,
    ):  # too deep a nesting is a MemoryError on some Pythons
        return None
    _normalise(tree)
    return tree


def _normalise(tree: ast.Module) -> None:
    """Undo what formatters may change in a tree (black's `assert_equivalent` lists the same)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None
        elif isinstance(node, ast.Delete):
            node.targets = list(_flat(node.targets))
        elif isinstance(node, _Documented):
            _clean_docstring(node)


def _flat(targets: list[ast.expr]) -> Iterator[ast.expr]:
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            yield from _flat(target.elts)
        else:
            yield target


def _clean_docstring(node: _Documented) -> None:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines = inspect.cleandoc(first.value.value).split("\n")
        first.value.value = "\n".join(line.rstrip() for line in lines).strip()


def _units(body: list[ast.stmt], name: str) -> Iterator[Unit]:
    for node in body:
        if isinstance(node, _Function):
            yield _unit(node, "function", f"{name}.{node.name}".lstrip("."))
        elif isinstance(node, ast.ClassDef):
            inner = f"{name}.{node.name}".lstrip(".")
            yield _head(node, inner)
            yield from _units(node.body, inner)
        elif _defines(node):
            yield _head(node, name)
            yield from _units(list(_inside(node)), name)
        else:
            yield _unit(node, "statement", name)


def _defines(node: ast.stmt) -> bool:
    return any(isinstance(inner, _Function | ast.ClassDef) for inner in ast.walk(node))


def _inside(node: ast.AST) -> Iterator[ast.stmt]:
    """Give the statements in the bodies of a compound statement, those of its handlers and cases included."""
    for field in _BODIES:
        for inner in getattr(node, field, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            else:
                yield from _inside(inner)


def _unit(node: ast.stmt, kind: Literal["function", "statement"], name: str) -> Unit:
    return Unit(name, kind, _start(node), node.end_lineno or node.lineno, _digest(node))


def _head(node: ast.stmt, name: str) -> Unit:
    body = next(_inside(node))
    return Unit(name, "statement", _start(node), max(node.lineno, _start(body) - 1), _digest(_without_bodies(node)))


def _without_bodies(node: ast.AST) -> ast.AST:
    """Give a compound statement without what is in its bodies."""
    bare = copy.copy(node)
    for field in _BODIES:
        clauses = [inner for inner in getattr(node, field, ()) if not isinstance(inner, ast.stmt)]
        if hasattr(node, field):
            setattr(bare, field, [_without_bodies(clause) for clause in clauses])
    return bare


def _start(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _digest(node: ast.AST) -> str:
    return hashlib.sha256(ast.dump(node, annotate_fields=False).encode("utf-8", "surrogatepass")).hexdigest()
