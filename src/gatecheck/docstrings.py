"""A source with the docstrings of another version of it: examples are tests that stand in the middle of the source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gatecheck.syntax import parsed
from gatecheck.trials.source import Text

PROMPT = b">>>"
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class _Docstring:
    """Where a docstring is, or would be: offsets in the source, the white space before it, and its text."""

    start: int
    end: int
    indent: bytes
    text: bytes = b""


def with_examples(source: bytes, other: bytes) -> bytes:
    """Give a source with the docstrings of `other` that hold examples, for what both define by the same name."""
    own, theirs = _docstrings(source), _docstrings(other)
    wanted = {name: found for name, found in theirs.items() if PROMPT in found.text and name in own}
    for name, found in sorted(wanted.items(), key=lambda item: own[item[0]].start, reverse=True):
        place = own[name]
        text = found.text if place.text else found.text + b"\n" + place.indent
        source = source[: place.start] + text + source[place.end :]
    return source


def _docstrings(source: bytes) -> dict[str, _Docstring]:
    tree = parsed(source)
    return dict(_found(Text(source), tree, "")) if tree else {}


def _found(text: Text, node: _Documented, name: str) -> Iterator[tuple[str, _Docstring]]:
    if node.body and (place := _place(text, node.body[0])):
        yield name, place
    for inner in node.body:
        if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _found(text, inner, f"{name}.{inner.name}")


def _place(text: Text, first: ast.stmt) -> _Docstring | None:
    """Find the docstring that a body begins with, or where one would be; None for a body on its head's line."""
    indent = text.before(first)
    if indent.strip():
        return None
    start = text.start(first)
    match first:
        case ast.Expr(value=ast.Constant(value=str())):
            return _Docstring(start, text.end(first), indent, text.of(first))
    return _Docstring(start, start, indent)
