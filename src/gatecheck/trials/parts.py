"""A change of a file, taken apart into pieces that can be put back as they were, one without the other.

A piece is a statement where the lines of a hunk are whole statements, else the hunk. What changes nothing but layout,
comments, docstrings, annotations, imports or what type checkers alone read is no piece: no test can demand it.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gatecheck.change import FileChange, Hunk, lines_of
from gatecheck.syntax import parsed
from gatecheck.trials.functions import digest, outermost

_Span = tuple[int, int]  # first and last line, from 1


@dataclass(frozen=True)
class Part:
    """A piece of a file's change: lines of the head, and what stood in their place on the base.

    after: for a pure deletion, empty and behind the line that it follows. function: the qualified name of the function
    in whose body all of it lies, "" for none; new: whether the piece is that of a function's whole definition.
    """

    path: str
    after: range
    before: range
    function: str = ""
    defines: bool = False

    @property
    def line(self) -> int:
        """Give where the piece is shown."""
        return max(1, self.after.start if self.after else self.after.start - 1)


def parts_of(file: FileChange) -> list[Part] | None:
    """Take a file's change apart; None where a side cannot be parsed."""
    head, base = parsed(file.after or b""), parsed(file.before or b"")
    if head is None or base is None:
        return None
    found = (part for hunk in file.hunks for part in _split(file, hunk, head, base))
    named = (_placed(part, head) for part in found)
    return [part for part in named if _behaves(file, part)]


def without(file: FileChange, parts: Iterable[Part]) -> bytes:
    """Give the head's source with some pieces put back as they were."""
    head, base = lines_of(file.after), lines_of(file.before)
    for part in sorted(parts, key=lambda part: (part.after.start, part.after.stop), reverse=True):
        old = base[part.before.start - 1 : part.before.stop - 1] if part.before else []
        head[part.after.start - 1 : part.after.stop - 1] = old
    return b"\n".join(head) + (b"\n" if head else b"")


def code_lines(file: FileChange, part: Part) -> int:
    """Count the lines of the head that a piece has, blank ones and comments left out."""
    lines = (line.strip() for line in lines_of(file.after)[part.after.start - 1 : part.after.stop - 1])
    return sum(bool(line) and not line.startswith(b"#") for line in lines)


def _split(file: FileChange, hunk: Hunk, head: ast.Module, base: ast.Module) -> Iterator[Part]:
    after, before = _range(hunk.new_start, hunk.new_count), _range(hunk.old_start, hunk.old_count)
    new, old = _tiles(head, after, file.after), _tiles(base, before, file.before)
    if new and not before:
        yield from (Part(file.path, lines, before, defines=_defines(head, lines)) for lines in new)
    elif old and not after:
        yield from (Part(file.path, after, lines) for lines in old)
    elif new and old and len(new) == len(old):
        yield from (Part(file.path, lines, others) for lines, others in zip(new, old, strict=True))
    else:
        yield Part(file.path, after, before)


def _range(start: int, count: int) -> range:
    """Give a hunk's lines; of none, the empty place behind the line that git names."""
    return range(start, start + count) if count else range(start + 1, start + 1)


def _tiles(tree: ast.Module, lines: range, text: bytes | None) -> list[range]:
    """Share lines out to the statements in them; nothing where some line belongs to no whole statement."""
    spans = sorted(_whole(tree.body, lines)) if lines else []
    source, covered = lines_of(text), {line for first, last in spans for line in range(first, last + 1)}
    bare = (source[line - 1].strip() for line in lines if line not in covered)
    if not spans or any(line and not line.startswith(b"#") for line in bare):
        return []
    ends = [last + 1 for _, last in spans[:-1]]
    return [range(first, last) for first, last in zip([lines.start, *ends], [*ends, lines.stop], strict=True)]


def _whole(body: Sequence[ast.stmt], lines: range) -> Iterator[_Span]:
    """Give the outermost statements that lie within lines; the methods of a class each for itself."""
    for node in body:
        first, last = _span(node)
        inside = first >= lines.start and last < lines.stop
        if inside and not (isinstance(node, ast.ClassDef) and _methods(node)):
            yield first, last
        elif inside and isinstance(node, ast.ClassDef):
            yield from _of_class(node, first)
        elif first < lines.stop and last >= lines.start:
            yield from _whole(list(_inner(node)), lines)


def _of_class(node: ast.ClassDef, first: int) -> Iterator[_Span]:
    """Give the methods of a class, and before them its head with all that stands there."""
    methods = [_span(method) for method in _methods(node)]
    yield first, methods[0][0] - 1
    for index, (start, _) in enumerate(methods):
        end = methods[index + 1][0] - 1 if index + 1 < len(methods) else node.end_lineno or node.lineno
        yield start, end


def _methods(node: ast.ClassDef) -> list[ast.stmt]:
    return [inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)]


def _span(node: ast.stmt) -> _Span:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)]), node.end_lineno or node.lineno


def _inner(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from _inner(child)


def _defines(tree: ast.Module, lines: range) -> bool:
    """Tell whether lines are the whole definition of one outermost function."""
    return any(lines.start <= _span(node)[0] and _span(node)[1] < lines.stop for _, node in outermost(tree.body))


def _placed(part: Part, tree: ast.Module) -> Part:
    """Find the function whose body, or whose whole definition, a piece is."""
    for name, node in outermost(tree.body):
        first, last = _span(node)
        whole = part.defines and part.after.start <= first and last < part.after.stop
        inside = node.body[0].lineno > node.lineno and node.body[0].lineno <= part.after.start
        if whole or (inside and part.after.stop <= last + 1 and (part.after or part.after.start <= last)):
            return Part(part.path, part.after, part.before, name, whole)
    return Part(part.path, part.after, part.before)


def _behaves(file: FileChange, part: Part) -> bool:
    """Tell whether putting a piece back would change what the module does, as far as the parser can tell."""
    return _behaviour(without(file, [part])) != _behaviour(file.after or b"")


@lru_cache(maxsize=64)
def _behaviour(source: bytes) -> str | None:
    tree = parsed(source)
    return None if tree is None else digest(_Demandable().visit(tree))


class _Demandable(ast.NodeTransformer):
    """Takes away what no test can demand: linters and type checkers speak of imports."""

    def visit_Import(self, node: ast.Import) -> None:
        """Drop an import."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Drop an import of names."""

    def visit_Assign(self, node: ast.Assign) -> ast.Assign | None:
        """Drop the list of what a module exports."""
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return None if names == ["__all__"] else node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Drop what runs for type checkers alone."""
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test).split(".")[-1] == "TYPE_CHECKING" else node
