"""Branches that a run in this environment cannot take: those for an import that fails elsewhere, or here.

A project covers them in its other environments. They are excused where the branch follows from the import or the
platform itself, is small and holds no code of its own: a name set to None, a stand-in that raises, an import instead.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from gatecheck.soundness.model import Module, dotted, last_name
from gatecheck.syntax import parsed

MOST = 10  # statements of a branch; longer ones are code of their own
_FAILED = frozenset({"ImportError", "ModuleNotFoundError"})
# Modules of the standard library that some builds, platforms or versions of Python lack.
_SOMETIMES = frozenset(
    {"_ctypes", "annotationlib", "audioop", "bz2", "compression", "crypt", "ctypes", "curses", "dbm", "fcntl", "grp"}
    | {"imp", "lzma", "msvcrt", "multiprocessing", "pwd", "readline", "resource", "sqlite3", "ssl", "syslog"}
    | {"termios", "tkinter", "tomllib", "tty", "winreg", "winsound", "zlib", "zoneinfo"}
)
# What a platform or a version is read from.
_PLATFORM = frozenset(
    {"sys.version_info", "sys.platform", "sys.implementation", "sys.hexversion", "os.name"}
    | {f"platform.{name}" for name in ("system", "machine", "python_implementation", "python_version_tuple")}
)
_TYPES, _VERSION = "whether a type checker reads it", "on what the program runs"
_PLAIN = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Pass, ast.Raise, ast.Expr, ast.Return)
_WORKED_OUT = (ast.BinOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class UntakenBranch:
    """Lines that this environment does not run, and why."""

    lines: range
    why: str


def untaken_branches(path: str, source: bytes, ran: AbstractSet[int]) -> list[UntakenBranch]:
    """Give the branches of a file that nothing ran and that the environment decides; `ran` are the lines that ran."""
    tree = parsed(source)
    if tree is None:
        return []
    found = _Branches(Module(tree), frozenset(PurePosixPath(path).with_suffix("").parts), ran)
    return [branch for branch in found.all() if ran.isdisjoint(branch.lines)]


@dataclass(frozen=True)
class _Branches:
    module: Module
    own: frozenset[str]  # what may be the project's own modules
    ran: AbstractSet[int]

    def all(self) -> Iterator[UntakenBranch]:
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.Try) and (name := self._optional(node)):
                yield from self._of_import(node, name)
            elif isinstance(node, ast.If) and node.lineno in self.ran and (why := self._decided(node.test)):
                small = why in {_TYPES, _VERSION}
                for branch in (node.body, node.orelse):
                    if branch and (small or self._follows(branch)):
                        yield UntakenBranch(_lines(branch), why)

    def _of_import(self, node: ast.Try, name: str) -> Iterator[UntakenBranch]:
        """Give the handler, or what an import that fails here leaves out."""
        first = node.body[0]
        if first.lineno not in self.ran:
            return
        why = f"whether {name} can be imported"
        for handler in node.handlers:
            if _catches_import(handler) and self._follows(handler.body):
                yield UntakenBranch(range(handler.lineno, _lines(handler.body).stop), why)
        for branch in (node.body[1:], node.orelse):
            if branch and self._follows(branch):
                yield UntakenBranch(_lines(branch), why)

    def _optional(self, node: ast.Try) -> str:
        """Give the module that a `try` imports and some environments lack, "" for none."""
        first = node.body[0]
        if not any(map(_catches_import, node.handlers)):
            return ""
        if isinstance(first, ast.ImportFrom):
            top = (first.module or "").partition(".")[0]
            return top if first.level == 0 and top not in self.own else ""
        tops = [alias.name.partition(".")[0] for alias in first.names] if isinstance(first, ast.Import) else []
        always = sys.stdlib_module_names - _SOMETIMES
        return tops[0] if tops and not any(top in self.own or top in always for top in tops) else ""

    def _decided(self, test: ast.expr) -> str:
        """Tell by what a condition was decided before any test ran, "" by nothing of the kind."""
        if self.module.meaning(test) in {"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"}:
            return _TYPES
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._decided(operand)
            case ast.BoolOp(values=values):
                found = [self._decided(value) for value in values]
                return found[0] if all(found) else ""
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]
            ):
                return self._flags.get(name, "")
            case ast.Name(id=name):
                return self._flags.get(name, "")
            case _:
                return ""

    @cached_property
    def _flags(self) -> dict[str, str]:
        """Give the names that tell of an import or a platform, each with what it tells; they are bound nowhere else."""
        settling = list(self._settling())
        inside = {id(inner) for node, _ in settling for inner in ast.walk(node)}
        names = (node for node in ast.walk(self.module.tree) if isinstance(node, ast.Name))
        elsewhere = {node.id for node in names if isinstance(node.ctx, ast.Store) and id(node) not in inside}
        return {
            name: why
            for node, why in settling
            for inner in ast.walk(node)
            for name in _bound(inner)
            if name not in elsewhere
        }

    def _settling(self) -> Iterator[tuple[ast.stmt, str]]:
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.Try) and (name := self._optional(node)):
                yield node, f"whether {name} can be imported"
            elif isinstance(node, ast.Assign) and _of_platform(node.value, self.module):
                yield node, _VERSION

    def _follows(self, branch: Sequence[ast.stmt]) -> bool:
        """Tell whether a branch is small and holds nothing that is worked out."""
        statements = [node for stmt in branch for node in ast.walk(stmt) if isinstance(node, ast.stmt)]
        return len(statements) <= MOST and all(map(self._is_plain, branch))

    def _is_plain(self, node: ast.stmt) -> bool:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return all(isinstance(stmt, _PLAIN) and self._is_plain(stmt) for stmt in node.body)
            case ast.If(test=test, body=body, orelse=orelse):
                return bool(self._decided(test)) and all(map(self._is_plain, (*body, *orelse)))
            case ast.Try():
                inner = [*node.body, *node.orelse, *(one for handler in node.handlers for one in handler.body)]
                return bool(self._optional(node)) and all(map(self._is_plain, inner))
            case ast.Raise():
                return True
            case _:
                parts = ast.walk(node)
                return isinstance(node, _PLAIN) and not any(isinstance(p, _WORKED_OUT + _COMPREHENSIONS) for p in parts)


def _catches_import(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    return bool(caught) and all(last_name(one) in _FAILED for one in caught)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _of_platform(value: ast.expr, module: Module) -> bool:
    """Tell whether an expression compares nothing but the platform and the version."""
    read = [node for node in ast.walk(value) if isinstance(node, ast.Attribute | ast.Name)]
    outer = {id(node.value) for node in read if isinstance(node, ast.Attribute)}
    meant = {module.meaning(node) for node in read if id(node) not in outer}
    known = all(any(one == name or one.startswith(f"{name}.") for name in _PLATFORM) for one in meant)
    return bool(meant) and known and all(dotted(node) for node in read)


def _lines(branch: Sequence[ast.stmt]) -> range:
    first = branch[0]
    decorators: list[ast.expr] = getattr(first, "decorator_list", [])
    return range(min([first.lineno, *(one.lineno for one in decorators)]), (branch[-1].end_lineno or 0) + 1)
