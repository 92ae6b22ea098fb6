"""Which units of a Python file stayed, moved or changed between its two sides, as far as the diff sees them."""

import ast
import io
import textwrap
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property

from gatecheck.change import FileChange, lines_of
from gatecheck.syntax import Unit, units

LEAST_MOVED = 4  # lines of a function that is recognised where it moved to; shorter ones are alike by chance


class Fate(Enum):
    """What became of a unit."""

    KEPT = auto()  # it means what it meant, where it was
    MOVED = auto()  # a function or import that means what it meant, in another place of the file
    CHANGED = auto()  # anything else: edited, added, removed, put inside or outside a block


@dataclass(frozen=True)
class Half:
    """One side of a file: its lines, its units, and each unit's fate by its index."""

    lines: list[bytes]
    units: tuple[Unit, ...]
    fates: dict[int, Fate] = field(default_factory=dict)
    owners: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, source: bytes, found: tuple[Unit, ...]) -> "Half":
        """Lay a side out; nothing has a fate yet."""
        owners = defaultdict(list)
        for index, unit in enumerate(found):
            for line in range(unit.line, unit.end_line + 1):
                owners[line].append(index)
        return cls(lines_of(source), found, owners=dict(owners))

    def at(self, lines: Iterable[int]) -> list[int]:
        """Give the indices of the units on some lines."""
        return list(dict.fromkeys(index for line in lines for index in self.owners.get(line, ())))

    def around(self, line: int) -> list[int]:
        """Give the indices of the last unit that ends before a line and the first that begins at it or after it."""
        above = [index for index, unit in enumerate(self.units) if unit.end_line < line]
        below = [index for index, unit in enumerate(self.units) if unit.line >= line]
        return [*above[-1:], *below[:1]]

    @cached_property
    def comments(self) -> dict[int, str]:
        """Give the comments by line, without their white space."""
        source = io.BytesIO(b"\n".join(self.lines) + b"\n")
        try:
            tokens = [token for token in tokenize.tokenize(source.readline) if token.type == tokenize.COMMENT]
        except (tokenize.TokenError, SyntaxError):  # Python's parser forgives more than its tokenizer
            return {}
        return {token.start[0]: "".join(token.string.strip("# ").split()) for token in tokens}

    def text(self, index: int) -> list[bytes]:
        """Give a unit's lines."""
        return self.lines[self.units[index].line - 1 : self.units[index].end_line]

    def is_import(self, index: int) -> bool:
        """Tell whether a unit is an import statement."""
        return self.units[index].kind == "statement" and self.text(index)[0].lstrip().startswith((b"import ", b"from "))

    def key(self, index: int) -> tuple[str, str, str, int]:
        """Give what must be equal for a unit to mean the same: the indentation tells which block it is in."""
        unit, first = self.units[index], self.text(index)[0]
        return unit.kind, unit.name, unit.digest, len(first) - len(first.lstrip())


def paired(file: FileChange) -> tuple[Half, Half] | None:
    """Give both sides with the fate of every unit; None when a side cannot be parsed."""
    before, after = units(file.before or b""), units(file.after or b"")
    if before is None or after is None:
        return None
    old, new = Half.of(file.before or b"", before), Half.of(file.after or b"", after)
    _keep(old, new, _in_place(file, old, new))
    _keep(old, new, _rewritten_in_place(file, old, new))
    _move(old, new)
    for half in (old, new):
        half.fates.update({index: Fate.CHANGED for index in range(len(half.units)) if index not in half.fates})
    return old, new


def _keep(old: Half, new: Half, pairs: Iterable[tuple[int, int]]) -> None:
    for before, after in pairs:
        if before not in old.fates and after not in new.fates and old.key(before) == new.key(after):
            old.fates[before] = new.fates[after] = Fate.KEPT


def _in_place(file: FileChange, old: Half, new: Half) -> Iterator[tuple[int, int]]:
    """Pair the units that share a line which the diff left alone."""
    left = (line for line in range(1, len(old.lines) + 1) if line not in file.removed_lines)
    right = (line for line in range(1, len(new.lines) + 1) if line not in file.added_lines)
    for before, after in zip(left, right, strict=False):
        yield from ((one, other) for one in old.owners.get(before, ()) for other in new.owners.get(after, ()))


def _rewritten_in_place(file: FileChange, old: Half, new: Half) -> Iterator[tuple[int, int]]:
    """Pair the units that one hunk replaces by each other."""
    for hunk in file.hunks:
        by_key = {new.key(index): index for index in new.at(hunk.new_lines) if index not in new.fates}
        for before in old.at(hunk.old_lines):
            if (after := by_key.get(old.key(before))) is not None:
                yield before, after


def _move(old: Half, new: Half) -> None:
    """Pair what the diff took away in one place and added in another: long functions, and imports."""
    gone = {old.key(index): index for index in _movable(old)}
    for after in list(_movable(new)):
        before = gone.pop(new.key(after), None)
        if before is not None:
            old.fates[before] = new.fates[after] = Fate.MOVED
    left, right = ([index for index in _movable(half) if half.is_import(index)] for half in (old, new))
    if left and _imported(old, left) == _imported(new, right):
        old.fates.update(dict.fromkeys(left, Fate.MOVED))
        new.fates.update(dict.fromkeys(right, Fate.MOVED))


def _movable(half: Half) -> Iterator[int]:
    for index, unit in enumerate(half.units):
        long = unit.kind == "function" and unit.end_line - unit.line + 1 >= LEAST_MOVED
        if index not in half.fates and (long or half.is_import(index)):
            yield index


def _imported(half: Half, indices: Iterable[int]) -> list[str]:
    """Give what import statements import, sorted: one line a name, with the indentation of its statement."""
    found = []
    for index in indices:
        tree = ast.parse(textwrap.dedent(b"\n".join(half.text(index)).decode("utf-8", "replace")))
        for node in tree.body:
            aliases = node.names if isinstance(node, ast.Import | ast.ImportFrom) else [ast.alias(ast.dump(node))]
            module = (node.level, node.module) if isinstance(node, ast.ImportFrom) else ()
            found += [f"{half.key(index)[-1]} {module} {alias.name} {alias.asname}" for alias in aliases]
    return sorted(found)
