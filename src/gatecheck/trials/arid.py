"""What of a function is worth no mutant: what is said to people and tools, and what no test could tell apart."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_SPOKEN = {"print", "warn", "debug", "info", "warning", "error", "exception", "critical", "log", "warn_explicit"}
_SPEAKERS = {"logging", "logger", "log", "_logger", "_log", "LOG", "LOGGER", "warnings", "traceback", "console"}
_SETTLED = {"TYPE_CHECKING", "__name__", "__debug__", "version_info", "platform"}
_NOTHING = (None, False, 0, "", b"")


@dataclass(frozen=True)
class Inside:
    """The inside of a function: who stands around each node, and which names are read."""

    function: ast.AST
    parents: dict[ast.AST, ast.AST]
    read: frozenset[str]
    makes: bool  # a generator gives values, and what it returns is seldom looked at

    @classmethod
    def of(cls, function: ast.AST) -> "Inside":
        """Look around once."""
        parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
        names = (node for node in ast.walk(function) if isinstance(node, ast.Name))
        read = frozenset(node.id for node in names if isinstance(node.ctx, ast.Load))
        makes = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
        outer = {
            name for node in ast.walk(function) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names
        }
        return cls(function, parents, read | outer, makes)

    def decides(self, node: ast.AST) -> bool:
        """Tell whether a node's truth alone is asked for: it is a condition, or a part of one."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.BoolOp) or (isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)):
            return self.decides(parent)
        if isinstance(parent, ast.If | ast.While | ast.IfExp):
            return parent.test is node
        return isinstance(parent, ast.comprehension) and node in parent.ifs

    def chooses_the_greater(self, node: ast.AST) -> bool:
        """Tell whether a comparison picks one of the two that it compares: which of equal ones is no matter."""
        parent = self.parents.get(node)
        if not isinstance(node, ast.Compare):
            return False
        compared = {ast.unparse(node.left), ast.unparse(node.comparators[0])}
        if isinstance(parent, ast.IfExp):
            return {ast.unparse(parent.body), ast.unparse(parent.orelse)} == compared
        only = parent.body[0] if isinstance(parent, ast.If) and len(parent.body) == 1 else None
        return isinstance(only, ast.Assign) and {ast.unparse(only.targets[0]), ast.unparse(only.value)} == compared


def fertile(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Give what stands in a node's code and is worth a mutant, the node left out."""
    for child in _children(node):
        if not is_arid(child):
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from fertile(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Give the parts of a node that run when it runs: not what a nested definition is declared with."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
        yield from node.body
    elif isinstance(node, ast.Lambda):
        yield node.body
    elif isinstance(node, ast.AnnAssign):
        yield from [node.value] if node.value else []
    elif not isinstance(node, ast.JoinedStr):  # older parsers misplace the code in it
        yield from ast.iter_child_nodes(node)


def is_arid(node: ast.AST) -> bool:
    """Tell whether nothing in a node is worth a mutant."""
    if isinstance(node, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Compare | ast.BoolOp):
        return _is_settled(node)
    if isinstance(node, ast.Expr):
        return _speaks(node.value) or ast.unparse(node) == "super().__init__()"
    if isinstance(node, ast.If | ast.IfExp) and _is_settled(node.test):
        return True
    if isinstance(node, ast.If):
        return not node.orelse and all(isinstance(stmt, ast.Expr) and is_arid(stmt) for stmt in node.body)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(name.startswith("__") and name.endswith("__") for target in targets for name in _names(target))


def _is_settled(test: ast.expr) -> bool:
    """Tell whether a condition was decided before the tests ran: by the platform, or by who looks at the code."""
    return any(name in _SETTLED for name in _names(test))


def _speaks(node: ast.expr) -> bool:
    """Tell whether an expression is a call that logs, prints or warns; a mere text is the same."""
    if isinstance(node, ast.Constant):
        return True
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Name):
        return function.id in _SPOKEN
    spoken = isinstance(function, ast.Attribute) and (function.attr in _SPOKEN or function.attr.startswith("print_exc"))
    return spoken and any(name in _SPEAKERS or name.endswith("logger") for name in _names(function))


def _names(node: ast.AST) -> Iterator[str]:
    """Give every name in an expression, attributes included."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Attribute):
            yield inner.attr


def is_nothing(node: ast.expr) -> bool:
    """Tell whether an expression is a constant that is as good as None where its truth is asked for."""
    if isinstance(node, ast.Constant):
        return any(node.value is nothing or node.value == nothing for nothing in _NOTHING)
    return (isinstance(node, ast.List | ast.Tuple | ast.Set) and not node.elts) or (
        isinstance(node, ast.Dict) and not node.keys
    )
