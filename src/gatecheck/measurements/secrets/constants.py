"""Python's own parser, and what the names of a module stand for."""

import ast
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from gatecheck.measurements.secrets.statements import Statements

LARGEST = 2**20  # characters of a module that is parsed: a parse takes 100 MB and a second for each MiB
_MOST_ASKED = 100  # names of a module that are looked up by their own statements
_ASCII = frozenset(map(chr, range(128)))
_GAP = r"(?>(?:[\s\\()]|#[^\n]*)*)"
_BINDING = re.compile(rf"{_GAP}=(?!=){_GAP}[bBfFrRtTuU]{{0,2}}[\"']")  # what follows a name that is bound to a string
_PART = re.compile(r"(?<=\w)|\w+\Z")  # of a longer name


def parsed(source: str) -> ast.Module | None:
    """Parse a module; None when it cannot be (another dialect, too big)."""
    if len(source) > LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of invalid escapes in the checked source
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class Constants(Mapping[str, str]):
    """The names that a module binds once and to a string, wherever: the pieces of what is put together later."""

    def __init__(self, source: str, statements: Statements) -> None:
        self._source, self._statements = source, statements
        self._known: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str:
        """Give the string of a name; raises KeyError where it has none, or more."""
        if name not in self._known:
            self._known[name] = self._looked_up(name)
        found = self._known[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        """Give the names that were asked for."""
        return iter(self._known)

    def __len__(self) -> int:
        """Count the names that were asked for."""
        return len(self._known)

    def _looked_up(self, name: str) -> str | None:
        if len(self._known) > _MOST_ASKED or not name.isascii() or self._has_doubles:
            return self._all.get(name)
        places = list(self._places(name))
        if not any(_BINDING.match(self._source, place + len(name)) for place in places):
            return None
        tree = parsed(self._statements.at(places))
        return (self._all if tree is None else _bound_once(tree)).get(name)

    def _places(self, name: str) -> Iterator[int]:
        place = self._source.find(name)
        while place >= 0:
            if not _PART.match(self._source, place, place + len(name) + 1):
                yield place
            place = self._source.find(name, place + 1)

    @cached_property
    def _has_doubles(self) -> bool:
        """Tell whether a name may be spelled in letters that Python takes for others."""
        unusual = set() if self._source.isascii() else set(self._source) - _ASCII
        return any(letter in _ASCII for letter in unicodedata.normalize("NFKC", "".join(unusual)))

    @cached_property
    def _all(self) -> dict[str, str]:
        tree = parsed(self._source)
        return _bound_once(tree) if tree else {}


def _bound_once(tree: ast.Module) -> dict[str, str]:
    texts: dict[str, str] = {}
    bound: Counter[str] = Counter()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                texts[name] = text
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                bound[name] += 1
    return {name: text for name, text in texts.items() if bound[name] == 1}
