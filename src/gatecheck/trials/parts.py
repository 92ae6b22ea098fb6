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
from gatecheck.syntax import parsed
from gatecheck.trials.comparing import compared, lines_of_statement, paired
from gatecheck.trials.functions import digest, outermost

Names: TypeAlias = tuple[tuple[str, str], ...]  # old and new, sorted
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
    old, lines = dict(outermost(base.body)), lines_of(file.after)
    for name, node in outermost(head.body):
        here = lines_of_statement(node)
        if name in old and digest(node) != digest(old[name]) and not any(part.after.start in here for part in found):
            block = _trimmed(here, lines, lines_of_statement(old[name]), lines_of(file.before))
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
    before, after = (dict(outermost(tree.body)) for tree in (base, head))
    taken = {name: part for part in parts if not part.after and (name := _named(before, part.before))}
    put = {name: part for part in parts if not part.before and (name := _named(after, part.after)) in taken}
    for part in parts:
        name = _named(after, part.after) if part.after and not part.before else _named(before, part.before)
        if name not in put:
            yield part
        elif part is put[name]:
            yield replace(part, origin=taken[name])
            yield from (Part(part.path, *place) for place in paired(before[name], after[name]))


def _named(functions: Mapping[str, ast.stmt], lines: range) -> str:
    """Give the name of the function whose whole definition some lines are."""
    return next((name for name, node in functions.items() if lines and lines_of_statement(node) == lines), "")


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
    """Count the lines of the head that a piece has, blank ones and comments left out."""
    lines = (line.strip() for line in lines_of(file.after)[part.after.start - 1 : part.after.stop - 1])
    return sum(bool(line) and not line.startswith(b"#") for line in lines)


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
    reverted = _behaviour(without(file, [part]))
    return reverted is not None and reverted != _behaviour(file.after or b"")


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
