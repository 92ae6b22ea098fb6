"""Two bodies of statements laid side by side: which were added, deleted or replaced, and where."""

import ast
import copy
import difflib
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from gatecheck.trials.functions import lines_of_statement, role_of

Place: TypeAlias = tuple[range, range]  # lines of the head, and of the base in their stead

ALIKE, KIND = 0.5, 0.3  # of a statement, for another one to stand in its place
MOST_COMPARED, LONGEST = 50, 1000  # statements, and characters of each: the comparison's time is their square
_BODIES = ("body", "orelse", "finalbody")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def compared(old: Sequence[ast.stmt], new: Sequence[ast.stmt], ended: int) -> Iterator[Place]:
    """Give what differs, from the outermost statements inwards; `ended` is the line behind the new body's last."""
    texts = [ast.dump(node) for node in old], [ast.dump(node) for node in new]
    for tag, i, k, j, m in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _block(old[i:k], new[j:m], _before(new, j, ended))


def _before(new: Sequence[ast.stmt], index: int, ended: int) -> int:
    """Give the line before which a statement can be put back: behind the one that it follows."""
    if index:
        return lines_of_statement(new[index - 1]).stop
    return lines_of_statement(new[0]).start if new else ended


def _block(old: Sequence[ast.stmt], new: Sequence[ast.stmt], place: int) -> Iterator[Place]:
    """Compare what was replaced: definitions of one name with each other, and what stands between them."""
    lost, come = 0, 0
    for index, node in enumerate(new):
        same = (at for at in range(lost, len(old)) if _name(node) and _name(old[at]) == _name(node))
        if (at := next(same, None)) is not None:
            yield from _between(old[lost:at], new[come:index], place)
            yield from paired(old[at], node)
            lost, come, place = at + 1, index + 1, lines_of_statement(node).stop
    yield from _between(old[lost:], new[come:], place)


def _between(lost: Sequence[ast.stmt], come: Sequence[ast.stmt], place: int) -> Iterator[Place]:
    """Pair statements in order, the likest ones where there are not as many on both sides; others came or went."""
    pairs = list(zip(lost, come, strict=True) if len(lost) == len(come) else _likest(lost, come))
    for before, after in pairs:
        yield from paired(before, after)
    matched = {id(node) for pair in pairs for node in pair}
    for node in come:
        if id(node) in matched:
            place = lines_of_statement(node).stop
        else:
            yield from ((lines, range(place, place)) for lines in _added(node))
    for node in lost:
        if id(node) not in matched:
            yield range(place, place), lines_of_statement(node)


def _likest(lost: Sequence[ast.stmt], come: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Find for each lost statement, in order, the one that is most like it; none that is less than half the same."""
    start = 0
    for node in lost:
        likeness = [_likeness(node, other) for other in come[start:MOST_COMPARED]]
        if likeness and max(likeness) >= ALIKE:
            start += likeness.index(max(likeness)) + 1
            yield node, come[start - 1]


def _likeness(old: ast.stmt, new: ast.stmt) -> float:
    """Give the share of two statements that is the same; what is returned in place of something else is its like."""
    same = difflib.SequenceMatcher(None, ast.dump(old)[:LONGEST], ast.dump(new)[:LONGEST], autojunk=False).ratio()
    return KIND + (1 - KIND) * same if type(old) is type(new) else same


def _name(node: ast.stmt) -> tuple[str, str] | None:
    """Give the name of a definition, and what tells it from others of that name."""
    return (node.name, role_of(node)) if isinstance(node, _DEFINITIONS) else None


def paired(old: ast.stmt, new: ast.stmt) -> Iterator[Place]:
    """Compare two statements: the heads and the bodies of compound ones of the same kind, others as a whole."""
    if ast.dump(old) == ast.dump(new):
        return
    if type(old) is not type(new) or not _alike(old, new):
        yield lines_of_statement(new), lines_of_statement(old)
        return
    if ast.dump(_head(old)) != ast.dump(_head(new)):
        yield _head_lines(new), _head_lines(old)
    for before, after in zip(_blocks(old), _blocks(new), strict=True):
        yield from compared(before, after, after[-1].end_lineno or 0)


def _alike(old: ast.stmt, new: ast.stmt) -> bool:
    """Tell whether two statements have the same blocks, none of which begins on the line of its head."""
    blocks = [_blocks(node) for node in (old, new)]
    apart = all(
        block[0].lineno > node.lineno for node, found in zip((old, new), blocks, strict=True) for block in found
    )
    same = [len(found) for found in blocks]
    return bool(blocks[0]) and same[0] == same[1] and apart and _clauses(old) == _clauses(new)


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    """Give the bodies of a compound statement, in order, those of its handlers and cases included."""
    clauses = [clause for field in ("handlers", "cases") for clause in getattr(node, field, ())]
    own = [getattr(node, field, None) or [] for field in _BODIES]
    found = [own[0], *(clause.body for clause in clauses), *own[1:]]
    return [block for block in found if block]


def _clauses(node: ast.AST) -> list[str]:
    """Give what stands between the bodies: which there are, and what is caught or matched."""
    fields = [field for field in _BODIES if getattr(node, field, None)]
    clauses = [clause for field in ("handlers", "cases") for clause in getattr(node, field, ())]
    return [*fields, *(ast.dump(_head(clause)) for clause in clauses)]


def _head(node: ast.AST) -> ast.AST:
    bare = copy.copy(node)
    for field in (*_BODIES, "handlers", "cases"):
        if hasattr(bare, field):
            setattr(bare, field, [])
    return bare


def _head_lines(node: ast.stmt) -> range:
    first: ast.stmt = _blocks(node)[0][0]
    return range(lines_of_statement(node).start, lines_of_statement(first).start)


def _added(node: ast.stmt) -> Iterator[range]:
    """Give a new statement; of a class, its head with what stands there, and each method."""
    lines = lines_of_statement(node)
    inner = node.body if isinstance(node, ast.ClassDef) else []
    methods = [lines_of_statement(one) for one in inner if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not methods or methods[0].start <= node.lineno:
        yield lines
        return
    yield range(lines.start, methods[0].start)
    yield from methods
