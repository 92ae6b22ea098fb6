"""Where the change of one file alters layout and not meaning: the lines that a reviewer reads for nothing.

The unit of judgement is the hunk. A hunk is substance when it touches code whose syntax tree changed; the others touch
only functions and statements that mean what they meant, and the space between them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

from gatecheck.change import FileChange, Hunk, lines_of
from gatecheck.pairing import Fate, Half, paired

_NEAR = 3  # lines, git's own width of context: what stands so near to a changed line is read together with it
# What tools read, or Python once read, and the tree does not hold: directives in comments, the coding line, the r
# of a raw string (it mends an invalid escape and leaves the value), the u of Python 2.
_DIRECTIVE = re.compile(
    rb"#\s*(?:type:|noqa|pragma|pylint:|fmt:|isort:|yapf:|nosec|mypy:|ruff:|pyright:|flake8|pyre-|cython:|doctest:|!).*"
    rb"|\b(?:r[bf]?|[bf]r|u)[\"']",
    re.IGNORECASE,
)
_CODING = re.compile(rb"[^#]*+(#.*coding[:=].*)", re.IGNORECASE)
_PROSE = (".md", ".rst", ".txt")  # blank lines mean something in them


class Sort(StrEnum):
    """What is altered at a place instead of the meaning."""

    WHITE_SPACE = "white-space"
    LAYOUT = "layout"
    COMMENT = "comment"
    IMPORT_ORDER = "import-order"
    MOVED = "moved-code"
    LINE_ENDS = "line-ends"


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of the head that differ from the base's in layout only.

    function: the qualified name of the function around them, "" outside functions. Where lines were only taken away,
    the place is the line before them (1 at the top).
    """

    sort: Sort
    line: int
    end_line: int
    function: str = ""


@dataclass(frozen=True)
class Churn:
    """The layout changes of one file, whether anything else in it changed, and whether its syntax could be compared."""

    file: FileChange
    places: tuple[Place, ...]
    substance: bool
    parsed: bool = True


class _Other(Enum):
    """What a hunk is that is no churn."""

    SUBSTANCE = auto()
    BESIDE = auto()  # layout that goes with the substance next to it, or a comment taken away


def churn_of(file: FileChange) -> Churn:
    """Sort the hunks of a text file that exists on both sides."""
    before, after = file.before or b"", file.after or b""
    if _ends_in_crlf(before) is not _ends_in_crlf(after):
        place = Place(Sort.LINE_ENDS, 1, max(1, len(lines_of(after))))
        return Churn(file, (place,), before.replace(b"\r\n", b"\n") != after.replace(b"\r\n", b"\n"))
    halves = paired(file) if file.is_python else None
    judge = _Code(*halves).sort if halves else _Text(file).sort
    sorted_hunks = [(hunk, judge(hunk)) for hunk in file.hunks]
    substance = [hunk for hunk, sort in sorted_hunks if sort is _Other.SUBSTANCE]
    places = [_place(hunk, sort, halves) for hunk, sort in sorted_hunks if isinstance(sort, Sort)]
    kept = [place for place in places if place.function or not any(_near(place, hunk) for hunk in substance)]
    moved = _moved(halves[1]) if halves else []
    return Churn(file, tuple(_merged([*kept, *moved])), bool(substance), parsed=bool(halves) or not file.is_python)


def _ends_in_crlf(source: bytes) -> bool:
    """Tell whether most lines end in CR LF."""
    return 2 * source.count(b"\r\n") > source.count(b"\n")


def _place(hunk: Hunk, sort: Sort, halves: tuple[Half, Half] | None) -> Place:
    line = max(1, hunk.new_start)
    place = Place(sort, line, max(line, hunk.new_start + hunk.new_count - 1))
    if halves is None:
        return place
    old, new = halves
    touched = [new.units[index] for index in new.at(hunk.new_lines)] or [
        old.units[index] for index in old.at(hunk.old_lines)
    ]
    functions = [unit.name for unit in touched if unit.kind == "function"]
    return replace(place, function=functions[0]) if functions else place


def _moved(new: Half) -> Iterator[Place]:
    """Give the units that moved: each is known to the line, whatever else its hunk holds."""
    for index, unit in enumerate(new.units):
        if new.fates[index] is Fate.MOVED:
            sort = Sort.IMPORT_ORDER if new.is_import(index) else Sort.MOVED
            yield Place(sort, unit.line, unit.end_line, "" if new.is_import(index) else unit.name)


def _near(place: Place, hunk: Hunk) -> bool:
    last = hunk.new_start + max(0, hunk.new_count - 1)
    return max(hunk.new_start - place.end_line, place.line - last) <= _NEAR


def _merged(places: Iterable[Place]) -> Iterator[Place]:
    """Join the places of one sort that follow each other, or are in one function: they are read together."""
    joined: list[Place] = []
    for place in sorted(places, key=lambda place: place.line):
        last = joined[-1] if joined else None
        alike = last and (last.sort, last.function) == (place.sort, place.function)
        if last and alike and (place.function or place.line == last.end_line + 1):
            joined[-1] = replace(last, end_line=place.end_line)
        else:
            joined.append(place)
    yield from joined


@dataclass(frozen=True)
class _Text:
    """Sorts the hunks of a file by its lines alone."""

    file: FileChange

    def sort(self, hunk: Hunk) -> Sort | _Other:
        """Tell white space at the ends of lines, and blank lines where they mean nothing, from all else."""
        old, new = _lines(lines_of(self.file.before), hunk.old_lines), _lines(lines_of(self.file.after), hunk.new_lines)
        if [line.rstrip() for line in old] == [line.rstrip() for line in new]:
            return Sort.WHITE_SPACE
        blank = not any(line.strip() for line in (*old, *new))
        return Sort.WHITE_SPACE if blank and not self.file.path.endswith(_PROSE) else _Other.SUBSTANCE


@dataclass(frozen=True)
class _Code:
    """Sorts the hunks of a Python file by what became of the units that they touch."""

    old: Half
    new: Half

    def sort(self, hunk: Hunk) -> Sort | _Other:
        """Tell layout, comments, order and moved code from substance."""
        gone, come = self.old.at(hunk.old_lines), self.new.at(hunk.new_lines)
        fates = {self.old.fates[index] for index in gone} | {self.new.fates[index] for index in come}
        if Fate.CHANGED in fates:
            return _Other.SUBSTANCE
        if Fate.MOVED in fates or (not fates and self._beside(hunk)):
            return _Other.BESIDE
        return self._layout(hunk)

    def _beside(self, hunk: Hunk) -> bool:
        """Tell whether a hunk between units stands next to one that changed or moved."""
        above = self.old.around(hunk.old_start + (hunk.old_count == 0))
        below = self.new.around(hunk.new_start + (hunk.new_count == 0))
        fates = {self.old.fates[index] for index in above} | {self.new.fates[index] for index in below}
        return fates != {Fate.KEPT}

    def _layout(self, hunk: Hunk) -> Sort | _Other:
        old, new = _lines(self.old.lines, hunk.old_lines), _lines(self.new.lines, hunk.new_lines)
        if _directives(old) != _directives(new):
            return _Other.SUBSTANCE
        if b"".join(b"".join(old).split()) == b"".join(b"".join(new).split()):
            return Sort.WHITE_SPACE
        gone, come = _on(hunk.old_lines, self.old.comments), _on(hunk.new_lines, self.new.comments)
        if gone == come:
            return Sort.LAYOUT
        return Sort.COMMENT if come - gone else _Other.BESIDE


def _lines(lines: list[bytes], numbers: range) -> list[bytes]:
    return lines[numbers.start - 1 : numbers.stop - 1] if numbers else []


def _directives(lines: list[bytes]) -> Counter[bytes]:
    found = [match[0] for line in lines for match in _DIRECTIVE.finditer(line)]
    return Counter([*found, *(match[1] for line in lines if (match := _CODING.match(line)))])


def _on(numbers: range, comments: dict[int, str]) -> Counter[str]:
    return Counter(comments[number] for number in numbers if number in comments)
