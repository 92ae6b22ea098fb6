"""Where the methods of test classes are written: many classes may run the tests of one that they inherit from."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gatecheck.soundness.model import last_name
from gatecheck.syntax import parsed

Place = tuple[str, str]  # path and qualified name
DEEPEST = 20  # classes above a class; a circle ends as well


@dataclass(frozen=True)
class Classes:
    """The classes of some files with the names of those that they inherit from, and all of their methods."""

    bases: dict[Place, tuple[str, ...]]
    methods: frozenset[Place]

    @classmethod
    def of(cls, files: Iterable[tuple[str, bytes | None]]) -> "Classes":
        """Read files by path and text; one that cannot be parsed has none."""
        found = [(path, name, node) for path, text in files for name, node in _classes(text)]
        bases = {(path, name): tuple(last_name(base) for base in node.bases) for path, name, node in found}
        methods = {
            (path, f"{name}.{inner.name}")
            for path, name, node in found
            for inner in node.body
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        return cls(bases, frozenset(methods))

    def defining(self, place: Place, left: int = DEEPEST) -> Place:
        """Find where a method is written, by the names of the classes; one that is found nowhere stays as it is."""
        path, name = place
        owner, _, method = name.rpartition(".")
        if place in self.methods or not left:
            return place
        for base in self.bases.get((path, owner), ()):
            for other in sorted(self._named(base), key=lambda other: other != path):  # the same file's comes first
                found = self.defining((other, f"{base}.{method}"), left - 1)
                if found in self.methods:
                    return found
        return place

    def _named(self, name: str) -> list[str]:
        return [path for path, other in self.bases if other == name]


def _classes(text: bytes | None) -> Iterator[tuple[str, ast.ClassDef]]:
    tree = parsed(text or b"")
    return _within(tree.body if tree else [], "")


def _within(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield f"{prefix}{node.name}", node
            yield from _within(node.body, f"{prefix}{node.name}.")
