"""Code that keeps a checker from looking: casts, Any, decorators, branches it never enters, code in strings."""

import ast
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from gatecheck.soundness.model import Function, Module, dotted, last_name, text
from gatecheck.suppressions.model import MOST, Reach, Suppression
from gatecheck.syntax import parsed

CAST, ANY, GUARD = "cast", "Any", "if TYPE_CHECKING"  # what can be taken away without changing what the code does
HIDDEN, UNCHECKED = "TYPE_CHECKING", "no_type_check"
# The names that mypy takes for true and the program for false (infer_condition_value in its reachability.py).
_TRUE = frozenset({"TYPE_CHECKING", "MYPY"})
_NEVER = frozenset({"assert_never", "exit", "_exit", "abort"})
_RUNS = frozenset({"eval", "exec", "compile"})
_FORMED = frozenset({"join", "format", "dedent", "strip", "replace", "cleandoc", "lstrip", "rstrip"})
_READ = frozenset({"compile", "b64decode", "unhexlify", "fromhex", "decode", "encode", "bytes", "str", "parse"})
_HARMLESS = (ast.Import, ast.ImportFrom, ast.Pass, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.AnnAssign)
_DEEPEST = 20  # names that lead to names: more is no code that a person wrote


def code_in(tree: ast.Module) -> list[Suppression]:
    """Find all of it in one side of a file."""
    return list(_Reader(Module(tree)).found())


def truth_for_checkers(test: ast.expr) -> bool | None:
    """Give what a checker takes a condition for because of TYPE_CHECKING and its like; None where they decide nothing.

    >>> truth_for_checkers(ast.parse("not typing.TYPE_CHECKING", mode="eval").body)
    False
    """
    match test:
        case ast.Name() | ast.Attribute():
            return True if last_name(test) in _TRUE else None
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth_for_checkers(operand)
            return None if inner is None else not inner
        case ast.BoolOp(op=operator, values=values):
            deciding = isinstance(operator, ast.Or)
            return deciding if deciding in map(truth_for_checkers, values) else None
        case _:
            return None


def names_for_checkers(node: ast.AST) -> list[ast.Name | ast.Attribute]:
    """Give the places that read TYPE_CHECKING."""
    names = (part for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))
    return [part for part in names if last_name(part) in _TRUE and not isinstance(part.ctx, ast.Store)]


def cast_value(call: ast.Call) -> ast.expr | None:
    """Give what a cast is given: its second argument, or the one named `val`."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "val"]
    return next(iter((*call.args[1:2], *named)), None)


@dataclass(frozen=True)
class _Reader:
    module: Module

    def found(self) -> Iterator[Suppression]:
        for node in ast.walk(self.module.tree):
            if isinstance(node, Function | ast.ClassDef):
                yield from self._unchecked(node)
            elif isinstance(node, ast.Call):
                yield from self._cast(node)
                yield from self._string(node)
            elif isinstance(node, ast.AnnAssign) and (id(node) in self._inside or self._constant(node)):
                yield from self._any(node)
            elif isinstance(node, ast.If):
                yield from _unseen(node) if id(node) in self._inside else _unseen_functions(node)
            elif isinstance(node, ast.Name | ast.Attribute) and self._decides(node):
                yield _suppression("mypy", HIDDEN, node)

    @cached_property
    def _inside(self) -> frozenset[int]:
        """Tell what stands in functions."""
        functions = (node for node in ast.walk(self.module.tree) if isinstance(node, Function))
        return frozenset(id(node) for function in functions for part in function.body for node in ast.walk(part))

    @cached_property
    def _conditions(self) -> frozenset[int]:
        """Tell what stands in the conditions of `if` statements, which are judged as a whole."""
        conditions = (node.test for node in ast.walk(self.module.tree) if isinstance(node, ast.If))
        return frozenset(id(node) for condition in conditions for node in ast.walk(condition))

    def _decides(self, node: ast.Name | ast.Attribute) -> bool:
        """Tell whether a function reads TYPE_CHECKING in any other place than the condition of an `if`."""
        if last_name(node) not in _TRUE or isinstance(node.ctx, ast.Store):
            return False
        return id(node) in self._inside and id(node) not in self._conditions

    def _constant(self, node: ast.AnnAssign) -> bool:
        """Tell whether a module's name is bound nowhere else, so that its value tells its type."""
        return node in self.module.tree.body and len(self._assigned.get(last_name(node.target), ())) == 1

    def _unchecked(self, node: Function | ast.ClassDef) -> Iterator[Suppression]:
        for decorator in node.decorator_list:
            if self.module.meaning(decorator).split(".")[-1] in {"no_type_check", "no_type_check_decorator"}:
                span = decorator.lineno, node.end_lineno or node.lineno
                yield Suppression("mypy", UNCHECKED, decorator.lineno, span, node.name, reach=Reach.BLOCK)

    def _cast(self, node: ast.Call) -> Iterator[Suppression]:
        if self._meaning(node.func) in {"typing.cast", "typing_extensions.cast"} and cast_value(node):
            yield _suppression("mypy", CAST, node)

    def _any(self, node: ast.AnnAssign) -> Iterator[Suppression]:
        note = (
            node.annotation.value if isinstance(node.annotation, ast.Constant) else self.module.meaning(node.annotation)
        )
        if str(note).split(".")[-1] == "Any" and node.value is not None:
            yield _suppression("mypy", ANY, node)

    def _string(self, node: ast.Call) -> Iterator[Suppression]:
        """Find code in a string that the program holds itself, however it is put together."""
        name = self._meaning(node.func).removeprefix("builtins.")
        if name in _RUNS and node.args and self._literal(node.args[0]) and not _foreign(node.args[0]):
            yield _suppression("all", name, node)

    def _meaning(self, called: ast.expr) -> str:
        """Give the dotted name of what is called, also where another name was given to it."""
        value = next(iter(self._assigned.get(dotted(called), ())), called)
        return self.module.meaning(value) or self.module.meaning(called)

    def _literal(self, node: ast.expr, depth: int = 0) -> bool:
        """Tell whether an expression is a text that stands in the source."""
        parts = self._parts(node)
        return depth < _DEEPEST and parts is not None and all(self._literal(part, depth + 1) for part in parts)

    def _parts(self, node: ast.expr) -> Sequence[ast.expr] | None:
        """Give what a text is made of: nothing for one that stands there, None for what is none."""
        parts: Sequence[ast.expr] | None = None
        match node:
            case ast.Constant(value=str() | bytes()):
                parts = ()
            case ast.JoinedStr(values=values):
                parts = values
            case ast.BinOp(left=left, right=right):
                parts = left, right
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                parts = elements or None
            case ast.Name(id=name):
                parts = self._assigned.get(name)
            case ast.Call(func=called, args=args, keywords=named) if (name := last_name(called)) in _FORMED | _READ:
                own = isinstance(called, ast.Attribute) and not self.module.imports.get(dotted(called.value))
                owner = [called.value] if own and isinstance(called, ast.Attribute) else []
                given = args[:1] if name in _READ else [*args, *(keyword.value for keyword in named)]
                parts = [*owner, *given] or None
            case _:
                pass
        return parts

    @cached_property
    def _assigned(self) -> dict[str, list[ast.expr]]:
        """Give every value that a name is bound to, where all that binds it anywhere are plain assignments."""
        found: dict[str, list[ast.expr]] = {}
        bound = Counter[str]()
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        found.setdefault(target.id, []).append(node.value)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound[node.id] += 1
            elif isinstance(node, ast.arg):
                bound[node.arg] += 1
        return {name: values for name, values in found.items() if bound[name] == len(values)}


def _foreign(node: ast.expr) -> bool:
    """Tell whether a text is code of another Python than this: it cannot be written as code."""
    code = node.value if isinstance(node, ast.Constant) else ""
    said = code.decode("utf-8", "replace") if isinstance(code, bytes) else str(code)
    return parsed(textwrap.dedent(said).strip().encode("utf-8", "replace")) is None


def _unseen(node: ast.If) -> Iterator[Suppression]:
    """Find, within a function, conditions by which a checker sees something else than what runs."""
    truth = truth_for_checkers(node.test)
    if truth is None or all(isinstance(part, _HARMLESS) for part in (*node.body, *node.orelse)):
        return
    one_sided = not node.orelse and any(_leaves(inner) for part in node.body for inner in ast.walk(part))
    yield _suppression("mypy", HIDDEN if one_sided else GUARD, node)


def _unseen_functions(node: ast.If) -> Iterator[Suppression]:
    """Find, outside functions, those that only the program sees; a module's `__getattr__` is meant to be."""
    truth = truth_for_checkers(node.test)
    dead = [] if truth is None else node.orelse if truth else node.body
    inner = (part for statement in dead for part in ast.walk(statement) if isinstance(part, Function))
    for function in inner:
        if not function.name.startswith("__") and not all(
            isinstance(part, ast.Expr | ast.Pass) for part in function.body
        ):
            yield _suppression("mypy", HIDDEN, function)


def _leaves(node: ast.AST) -> bool:
    """Tell whether what follows a statement is not reached."""
    match node:
        case ast.Raise() | ast.Return() | ast.Continue() | ast.Break() | ast.While():
            return True
        case ast.Assert(test=ast.Constant(value=value)):
            return not value
        case ast.Expr(value=ast.Call(func=called)):
            return last_name(called) in _NEVER
        case _:
            return False


def _suppression(tool: str, kind: str, node: ast.stmt | ast.expr) -> Suppression:
    return Suppression(tool, kind, node.lineno, (node.lineno, node.end_lineno or node.lineno), text(node, MOST))
