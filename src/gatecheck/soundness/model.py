"""The words of this package: a fault, and a module with its functions, classes and imports."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from gatecheck.collecting import Collection
from gatecheck.model import Finding, Location, Severity

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True)
class Fault:
    """One place that makes a test say less than it seems to.

    key: what stays the same when the test is edited elsewhere; a fault that the base's test has as well is not new.
    renaming: the names that were all that was edited, "" where there was more: many faults of one are told as one.
    """

    rule: str
    message: str
    line: int
    level: Severity = Severity.ERROR
    mend: str = ""
    key: str = ""
    renaming: str = ""

    def found_in(self, path: str) -> Finding:
        """Make a finding of it."""
        return Finding(self.rule, self.message, Location(path, self.line), self.level, self.mend)


@dataclass(frozen=True)
class Found:
    """A function of a module: its qualified name, and the class around it."""

    name: str
    node: Function
    owner: ast.ClassDef | None = None
    collection: Collection = field(default_factory=Collection)

    @cached_property
    def dump(self) -> str:
        """Give its syntax tree as text: equal for functions that differ in layout at most."""
        return ast.dump(self.node)

    @property
    def is_test(self) -> bool:
        """Tell whether pytest or unittest takes it for a test, by its name."""
        case = self.owner is not None and self.node.name.startswith("test")  # unittest has its own way
        return (case or self.collection.is_function(self.node.name)) and not fixture(self.node)


@dataclass(frozen=True)
class Module:
    """One side of a Python file. `collection` tells by which names its tests are known."""

    tree: ast.Module
    collection: Collection = field(default_factory=Collection)

    @cached_property
    def functions(self) -> tuple[Found, ...]:
        """Give the functions of the module and of its classes; those nested in functions belong to these."""
        return tuple(_functions(self.tree.body, "", None, self.collection))

    @cached_property
    def tests(self) -> tuple[Found, ...]:
        """Give the functions that are tests by their names."""
        return tuple(found for found in self.functions if found.is_test)

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Give every class by its name, those inside functions too."""
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)}

    @cached_property
    def every_function(self) -> dict[str, Function]:
        """Give every function by its plain name, those inside functions too."""
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, Function)}

    @cached_property
    def imports(self) -> dict[str, str]:
        """Give what each imported name means: a dotted name, with leading dots where it is relative."""
        return {name: target for node in ast.walk(self.tree) for name, target in imported(node)}

    def named(self, name: str) -> Found | None:
        """Find a function; of several with the same name the last, which is the one that counts."""
        return next((found for found in reversed(self.functions) if found.name == name), None)

    def meaning(self, node: ast.expr) -> str:
        """Give the dotted name that an expression stands for, imports resolved; "" if it is none."""
        first, _, rest = dotted(node).partition(".")
        target = self.imports.get(first, first)
        return f"{target}.{rest}" if rest else target


def imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Give the names that an import binds, each with what it means."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
    elif isinstance(node, ast.ImportFrom):
        origin = "." * node.level + (node.module or "")
        for alias in node.names:
            yield alias.asname or alias.name, f"{origin}.{alias.name}" if node.module else f"{origin}{alias.name}"


def dotted(node: ast.AST) -> str:
    """Give `a.b.c` for such an expression, "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def last_name(node: ast.AST) -> str:
    """Give the last part of a name or an attribute of anything, "" for what is neither."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=called):
            return last_name(called)
        case _:
            return ""


def fixture(node: Function) -> bool:
    """Tell whether pytest takes a function for a fixture."""
    return any(last_name(decorator) == "fixture" for decorator in node.decorator_list)


def text(node: ast.AST, width: int = 60) -> str:
    """Give source for a message, on one line and cut."""
    whole = " ".join(ast.unparse(node).split())
    return whole if len(whole) <= width else f"{whole[: width - 3]}..."


def texts_apart(before: ast.AST, after: ast.AST, width: int = 100) -> tuple[str, str]:
    """Give the sources of two nodes for a message, each cut so that the place where they differ is seen."""
    first, second = (" ".join(ast.unparse(node).split()) for node in (before, after))
    same = next((at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    start = max(0, min(same - width // 3, max(len(first), len(second)) - width))
    return _window(first, start, width), _window(second, start, width)


def _window(whole: str, start: int, width: int) -> str:
    begin = "..." if start > 0 else ""
    shown = whole[start + len(begin) :] if start else whole
    room = width - len(begin)
    return begin + (shown if len(shown) <= room else f"{shown[: room - 3]}...")


def inner_statements(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Give the bodies of a compound statement, those of its handlers and cases included."""
    for name in _BODIES:
        inner = getattr(node, name, None) or []
        if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt):
            yield inner
        elif isinstance(inner, list):
            for clause in inner:
                yield from inner_statements(clause)


def new_faults(after: Iterable[Fault], before: Iterable[Fault]) -> list[Fault]:
    """Leave out the faults that the base has as well."""
    had = {(fault.rule, fault.key) for fault in before}
    return [fault for fault in after if (fault.rule, fault.key) not in had]


def _functions(
    body: list[ast.stmt], prefix: str, owner: ast.ClassDef | None, collection: Collection
) -> Iterator[Found]:
    for node in body:
        if isinstance(node, Function):
            yield Found(f"{prefix}{node.name}", node, owner, collection)
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.", node, collection)
        else:
            for inner in inner_statements(node):
                yield from _functions(inner, prefix, owner, collection)
