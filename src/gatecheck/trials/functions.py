"""Which functions a change alters in what they do, and which lines of them are new."""

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from gatecheck.change import Change, FileChange
from gatecheck.syntax import parsed

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Key: TypeAlias = tuple[str, str, int]  # qualified name, role, and number among those alike
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PLAIN_DECORATORS = frozenset({"final", "runtime_checkable", "total_ordering"})
_PLAIN_BASES = frozenset({"object", "ABC", "Generic", "Protocol", "dict", "list", "str", "int"})
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
def function_at(path: str, source: bytes, name: str, line: int) -> Function | None:
    """Find a function of a source by its qualified name and a line of it; nothing of it counts as changed.

    Several may have one name: a property's getter and setter, overloads, the arms of an `if`.
    """
    for other, node in outermost((parsed(source) or ast.Module([], [])).body):
        if other == name and line in lines_of_statement(node):
            return Function(path, name, node, range(_start(node), (node.end_lineno or node.lineno) + 1), frozenset())
    return None


def definitions(tree: ast.Module) -> dict[Key, Definition]:
    """Give the outermost functions by name and role; those alike in both, as in the arms of an `if`, by their order."""
    found: dict[Key, Definition] = {}
    count = Counter[tuple[str, str]]()
    for name, node in outermost(tree.body):
        role = role_of(node)
        found[name, role, count[name, role]] = node
        count[name, role] += 1
    return found


def role_of(node: Definition | ast.ClassDef) -> str:
    r"""Give what tells a definition from others of its name: what a property does, the type that is dispatched on.

    >>> role_of(ast.parse("@price.setter\ndef price(self, net): ...").body[0])
    'setter'
    """
    for decorator in node.decorator_list:
        name = _name(decorator)
        if name in {"setter", "getter", "deleter", "overload"}:
            return name
        if name == "register" and isinstance(node, _DEFINITIONS):
            first = [argument.annotation for argument in (*node.args.posonlyargs, *node.args.args)][:1]
            return " ".join(ast.unparse(part) for part in (decorator, *first) if part)
    return " ".join(map(ast.unparse, node.decorator_list)) if node.name == "_" else ""


def known_functions(change: Change) -> frozenset[str]:
    """Give the digests of every function that the changed files had at the base."""
    trees = (parsed(file.before) for file in change.files if file.before is not None and file.path.endswith(".py"))
    return frozenset(digest(node) for tree in trees if tree for _, node in outermost(tree.body))


def lines_of_statement(node: ast.stmt) -> range:
    """Give a statement's lines, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return range(min([node.lineno, *(one.lineno for one in decorators)]), (node.end_lineno or node.lineno) + 1)


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
    return lines_of_statement(first_statement(node)).start


def digest(node: Definition | ast.Module) -> str:
    """Give the digest of what a function or a module does: without layout, comments, docstrings and annotations."""
    bare = _Bare().visit(copy.deepcopy(node))
    return hashlib.sha256(ast.dump(bare, annotate_fields=False).encode("utf-8", "surrogatepass")).hexdigest()


def _reads_annotations(node: ast.ClassDef, plain: Collection[str]) -> bool:
    """Tell whether something may make fields of a class's annotations: `@dataclass`, NamedTuple, models."""
    decorators, bases = ({_name(one) for one in found} for found in (node.decorator_list, node.bases))
    kinds = {_name(keyword.value) for keyword in node.keywords}
    unknown = [base for base in bases - set(plain) if not base.endswith(("Error", "Exception", "Warning"))]
    return bool(unknown) or not (decorators <= _PLAIN_DECORATORS and kinds <= {"ABCMeta"})


def _field(stmt: ast.stmt) -> ast.stmt:
    bare = isinstance(stmt, ast.AnnAssign) and stmt.value is None
    return ast.Expr(stmt.target) if bare and isinstance(stmt, ast.AnnAssign) else stmt


class _Bare(ast.NodeTransformer):
    """Takes away what a function does not need to run. plain: classes seen that read no annotations."""

    def __init__(self) -> None:
        """Begin with none."""
        self.plain = set(_PLAIN_BASES)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Drop a parameter's annotation."""
        node.annotation = node.type_comment = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """Turn `x: int = 1` into `x = 1`, and leave nothing of `x: int`."""
        self.generic_visit(node)
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], node.value, lineno=node.lineno, col_offset=node.col_offset)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop what is said of the value returned."""
        return self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Do the same for a coroutine."""
        return self._definition(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Keep the fields that a decorator or a base may read from annotations."""
        if _reads_annotations(node, self.plain):
            node.body = [_field(stmt) for stmt in node.body]
        else:
            self.plain.add(node.name)
        return self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Drop what does nothing in a block: `pass`, docstrings and other texts."""
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block:
                kept = [stmt for stmt in block if not isinstance(stmt, ast.Pass) and not _is_text(stmt)]
                empty = [ast.Pass()] if field == "body" and not isinstance(node, ast.Module) else []
                setattr(node, field, kept or empty)
        return node

    def _definition(self, node: Definition) -> ast.AST:
        node.returns = node.type_comment = None
        return self.generic_visit(node)
