"""Which functions a change alters in what they do, and which lines of them are new."""

import ast
import copy
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from gatecheck.change import Change, FileChange
from gatecheck.syntax import parsed

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_STUBS = {"overload", "abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"}


@dataclass(frozen=True)
class Function:
    """A function of the head whose behaviour a change alters; nested functions belong to the outermost one.

    name: qualified, such as `Class.method`. body: the lines of its code, first and last, docstring left out. changed:
    those of them that the change answers for.
    """

    path: str
    name: str
    node: Definition
    body: range
    changed: frozenset[int]


def changed_functions(file: FileChange, known: frozenset[str]) -> list[Function] | None:
    """Give the functions of a file that do something else than before; None where it cannot be parsed.

    known: `known_functions` of the change: what was moved, reformatted, documented or annotated is among them.
    """
    tree = parsed(file.after or b"")
    if tree is None or not _is_utf8(file.after or b""):  # the parser counts columns in UTF-8
        return None
    before = {name for name, _ in outermost((parsed(file.before or b"") or ast.Module([], [])).body)}
    found = []
    for name, node in outermost(tree.body):
        if digest(node) not in known and not _is_stub(node):
            body = range(_start(node), (node.end_lineno or node.lineno) + 1)
            changed = frozenset(body) if name not in before else frozenset(body) & file.added_lines
            found.append(Function(file.path, name, node, body, changed))
    return found


def _is_utf8(source: bytes) -> bool:
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=256)  # asked for each piece of a file's change
def function_named(path: str, source: bytes, name: str) -> Function | None:
    """Find a function of a source by its qualified name; nothing of it counts as changed."""
    body = (parsed(source) or ast.Module([], [])).body
    for other, node in outermost(body):
        if other == name:
            return Function(path, name, node, range(_start(node), (node.end_lineno or node.lineno) + 1), frozenset())
    return None


def known_functions(change: Change) -> frozenset[str]:
    """Give the digests of every function that the changed files had at the base."""
    trees = (parsed(file.before) for file in change.files if file.before is not None and file.path.endswith(".py"))
    return frozenset(digest(node) for tree in trees if tree for _, node in outermost(tree.body))


def first_statement(node: Definition) -> ast.stmt:
    """Give the first statement behind the docstring; of a function without any, the docstring."""
    return node.body[1] if len(node.body) > 1 and _is_text(node.body[0]) else node.body[0]


def outermost(body: Iterable[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Give the outermost functions with their qualified names; those for type checkers alone are none."""
    for node in body:
        if isinstance(node, _DEFINITIONS):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            if not any(_name(base) == "Protocol" for base in node.bases):
                yield from outermost(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            yield from outermost(node.orelse, prefix)
        else:
            yield from outermost(_inside(node), prefix)


def _inside(node: ast.AST) -> Iterator[ast.stmt]:
    """Give the statements of a compound one, those of its handlers and cases included."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body


def _is_stub(node: Definition) -> bool:
    """Tell whether there is nothing to disable: no body, or one that others are to write."""
    if any(_name(decorator) in _STUBS for decorator in node.decorator_list):
        return True
    return all(isinstance(stmt, ast.Pass) or _is_text(stmt) or _refuses(stmt) for stmt in node.body)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _refuses(node: ast.stmt) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return raised is not None and _name(raised) == "NotImplementedError"


def _name(node: ast.expr) -> str:
    """Give the last name of a dotted one, without what follows in brackets."""
    if isinstance(node, ast.Subscript | ast.Call):
        return _name(node.value if isinstance(node, ast.Subscript) else node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _start(node: Definition) -> int:
    first = first_statement(node)
    decorators: list[ast.expr] = getattr(first, "decorator_list", [])
    return min([first.lineno, *(decorator.lineno for decorator in decorators)])


def digest(node: Definition | ast.Module) -> str:
    """Give the digest of what a function or a module does: without layout, comments, docstrings and annotations."""
    bare = _Bare().visit(copy.deepcopy(node))
    return hashlib.sha256(ast.dump(bare, annotate_fields=False).encode("utf-8", "surrogatepass")).hexdigest()


class _Bare(ast.NodeTransformer):
    """Takes away what a function does not need to run."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Drop a parameter's annotation."""
        node.annotation = node.type_comment = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """Turn `x: int = 1` into `x = 1`."""
        self.generic_visit(node)
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], node.value, lineno=node.lineno, col_offset=node.col_offset)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop the docstring and what is said of the value returned."""
        return self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Do the same for a coroutine."""
        return self._definition(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Drop the docstring of a class."""
        return self._bodied(node)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        """Drop that of a module."""
        return self._bodied(node)

    def _bodied(self, node: ast.ClassDef | ast.Module) -> ast.AST:
        self.generic_visit(node)
        node.body = [stmt for stmt in node.body if not _is_text(stmt)]
        return node

    def _definition(self, node: Definition) -> ast.AST:
        self.generic_visit(node)
        node.returns = node.type_comment = None
        node.body = [stmt for stmt in node.body if not _is_text(stmt)] or [ast.Pass()]
        return node
