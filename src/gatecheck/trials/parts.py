"""A change of a file, taken apart into pieces that can be put back as they were, one without the other.

A piece is a statement that was added, deleted or replaced, or the head of a compound one, in trees laid side by side:
git's hunks cut through statements. What changes nothing but layout, comments, docstrings, annotations, imports or what
type checkers alone read is no piece: no test can demand it.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import TypeAlias

from gatecheck.change import FileChange, lines_of
from gatecheck.soundness.model import Module, dotted, last_name
from gatecheck.suppressions.code import cast_value
from gatecheck.syntax import parsed
from gatecheck.trials.comparing import compared, paired
from gatecheck.trials.functions import Key, definitions, digest, lines_of_statement, outermost, role_of

Names: TypeAlias = tuple[tuple[str, str], ...]  # old and new, sorted
_TYPE_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_SILENT = (ast.Import, ast.ImportFrom, ast.Expr, ast.AnnAssign)
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_WORD = re.compile(rb"\w+|[^\w\s]")


@dataclass(frozen=True)
class Part:
    """A piece of a file's change: lines of the head, and what stood in their place on the base.

    after: for a pure deletion, empty and behind the line that it follows. function: the qualified name of the function
    in whose body all of it lies, "" for none. defines: whether the piece is that function's whole new definition.
    origin: where it stood on the base, for a definition that was moved within its file.
    """

    path: str
    after: range
    before: range
    function: str = ""
    defines: bool = False
    origin: "Part | None" = None

    @property
    def line(self) -> int:
        """Give where the piece is shown."""
        return max(1, self.after.start if self.after else self.after.start - 1)


def parts_of(file: FileChange) -> list[Part] | None:
    """Take a file's change apart; None where a side cannot be parsed."""
    head, base = parsed(file.after or b""), parsed(file.before or b"")
    if head is None or base is None:
        return None
    ended = len(lines_of(file.after)) + 1
    places = sorted(compared(base.body, head.body, ended), key=lambda place: (place[0].start, place[0].stop))
    parts = (_placed(part, head) for part in _moved([Part(file.path, *place) for place in places], base, head))
    found = [part for part in parts if _behaves(file, part)]
    return sorted([*found, *_blocks(file, base, head, found)], key=lambda part: part.after.start)


def _blocks(file: FileChange, base: ast.Module, head: ast.Module, found: list[Part]) -> Iterator[Part]:
    """Give what changed in a function of which no piece can be put back alone, such as `elif` for `else`, in one."""
    old, lines = definitions(base), lines_of(file.after)
    known = {digest(node) for node in old.values()}
    for key, node in definitions(head).items():
        here = lines_of_statement(node)
        if key in old and digest(node) not in known and not any(part.after.start in here for part in found):
            block = _trimmed(here, lines, lines_of_statement(old[key]), lines_of(file.before))
            part = _placed(Part(file.path, *block), head)
            yield from [part] if _behaves(file, part) else []


def _trimmed(after: range, head: list[bytes], before: range, base: list[bytes]) -> tuple[range, range]:
    """Leave out the lines at both ends that are the same on both sides."""
    new, old = ([lines[line - 1] for line in place] for lines, place in ((head, after), (base, before)))
    top = _alike(new, old)
    end = _alike(new[top:][::-1], old[top:][::-1])
    return range(after.start + top, after.stop - end), range(before.start + top, before.stop - end)


def _alike(some: list[bytes], others: list[bytes]) -> int:
    """Count the lines at the beginning that are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def _moved(parts: list[Part], base: ast.Module, head: ast.Module) -> Iterator[Part]:
    """Put together where a definition was taken away and where it was put; what else was done to it is apart."""
    before, after = definitions(base), definitions(head)
    taken = {key: part for part in parts if not part.after and (key := _defined(before, part.before))}
    put = {key: part for part in parts if not part.before and (key := _defined(after, part.after)) in taken}
    for part in parts:
        key = _defined(after, part.after) if part.after and not part.before else _defined(before, part.before)
        if key is None or key not in put:
            yield part
        elif part is put[key]:
            yield replace(part, origin=taken[key])
            yield from (Part(part.path, *place) for place in paired(before[key], after[key]))


def _defined(functions: Mapping[Key, ast.stmt], lines: range) -> Key | None:
    """Tell which definition some lines are as a whole."""
    return next((key for key, node in functions.items() if lines and lines_of_statement(node) == lines), None)


def without(file: FileChange, parts: Iterable[Part]) -> bytes:
    """Give the head's source with some pieces put back as they were."""
    head, base = lines_of(file.after), lines_of(file.before)
    parts = [part for piece in parts for part in (piece, piece.origin) if part is not None]
    for part in sorted(parts, key=lambda part: (part.after.start, part.after.stop), reverse=True):
        old = base[part.before.start - 1 : part.before.stop - 1] if part.before else []
        head[part.after.start - 1 : part.after.stop - 1] = old
    return b"\n".join(head) + (b"\n" if head else b"")


def renaming(file: FileChange, part: Part) -> Names:
    """Give which names a piece gives to which others, where that is all that it does; nothing for any other piece."""
    old, new = (
        _WORD.findall(b"\n".join(lines_of(text)[lines.start - 1 : lines.stop - 1]))
        for text, lines in ((file.before, part.before), (file.after, part.after))
    )
    pairs = {(before, after) for before, after in zip(old, new, strict=False) if before != after}
    consistent = len(dict(pairs)) == len(pairs) == len({after for _, after in pairs})
    if (
        len(old) != len(new)
        or not consistent
        or not all(word.isidentifier() for pair in _texts(pairs) for word in pair)
    ):
        return ()
    return tuple(sorted(_texts(pairs)))


def _texts(pairs: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(before.decode("utf-8", "replace"), after.decode("utf-8", "replace")) for before, after in pairs]


def code_lines(file: FileChange, part: Part) -> int:
    """Count the lines of the head that a piece has: without blank ones, comments, texts, imports and bare types."""
    lines, silent = lines_of(file.after), _silent_lines(file.after or b"")
    texts = [lines[line - 1].strip() for line in part.after if line not in silent]
    return sum(bool(text) and not text.startswith(b"#") for text in texts)


@lru_cache(maxsize=64)
def _silent_lines(source: bytes) -> frozenset[int]:
    """Give the lines of statements that do nothing when they run."""
    nodes = (node for node in ast.walk(parsed(source) or ast.Module([], [])) if isinstance(node, _SILENT))
    silent = (node for node in nodes if not isinstance(node, ast.Expr | ast.AnnAssign) or _says_nothing(node))
    return frozenset(line for node in silent for line in lines_of_statement(node))


def _says_nothing(node: ast.Expr | ast.AnnAssign) -> bool:
    """Tell whether a statement is a text or a declaration without a value."""
    return isinstance(node.value, ast.Constant) if isinstance(node, ast.Expr) else node.value is None


def _placed(part: Part, tree: ast.Module) -> Part:
    """Find the function whose body, or whose whole definition, a piece is."""
    for name, node in outermost(tree.body) if part.origin is None else ():
        lines = lines_of_statement(node)
        if part.after == lines and not part.before:
            return replace(part, function=name, defines=True)
        body = range(node.body[0].lineno, lines.stop)
        within = part.after.start in body and part.after.stop <= body.stop
        if node.body[0].lineno > node.lineno and within:
            return replace(part, function=name)
    return part


def _behaves(file: FileChange, part: Part) -> bool:
    """Tell whether putting a piece back would change what the module does, as far as the parser can tell.

    What cannot be put back alone without breaking the syntax is no piece: the rest of the change demands it.
    """
    casts = _casts(file.before or b"") | _casts(file.after or b"")
    reverted = _behaviour(without(file, [part]), casts)
    return reverted is not None and reverted != _behaviour(file.after or b"", casts)


@lru_cache(maxsize=64)
def _casts(source: bytes) -> frozenset[str]:
    """Give what a source calls to tell type checkers the type of a value."""
    module = Module(parsed(source) or ast.Module([], []))
    calls = (node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    return frozenset(dotted(called) for called in calls if module.meaning(called) in _CASTS)


@lru_cache(maxsize=64)
def _behaviour(source: bytes, casts: frozenset[str]) -> str | None:
    tree = parsed(source)
    return None if tree is None else digest(_Demandable(casts).visit(tree))


class _Demandable(ast.NodeTransformer):
    """Takes away what no test can demand: linters and type checkers speak of imports, overloads, types and casts."""

    def __init__(self, casts: frozenset[str]) -> None:
        """Know what casts are called."""
        self.casts = casts

    def visit_Import(self, node: ast.Import) -> None:
        """Drop an import."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Drop an import of names."""

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """Drop the list of what a module exports, and the variables of types."""
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        variable = isinstance(node.value, ast.Call) and last_name(node.value.func) in _TYPE_VARIABLES
        return None if names == ["__all__"] or variable else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Drop a name that is given to a type."""
        return None if last_name(node.annotation) == "TypeAlias" else self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        """Drop what an overload says."""
        return None if role_of(node) == "overload" else self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST | None:
        """Do the same for a coroutine."""
        return None if role_of(node) == "overload" else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Leave the value of a cast."""
        self.generic_visit(node)
        value = cast_value(node) if dotted(node.func) in self.casts else None
        return node if value is None else value

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Drop what runs for type checkers alone."""
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test).split(".")[-1] == "TYPE_CHECKING" else node
