"""Makes test functions fail at their end, and nowhere before."""

import ast
import io
import tokenize
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_FAILURE = b"raise AssertionError"
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Compound = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)
# Whose decorators let a failure be one, or say that it is expected; what the project's own do nobody knows.
_KNOWN = frozenset(
    {
        *("pytest", "unittest", "mock", "patch", "hypothesis", "given", "settings", "example", "parameterized"),
        *("freeze_time", "time_machine", "responses", "override_settings", "staticmethod", "classmethod"),
    }
)


@dataclass(frozen=True)
class Edit:
    """Bytes to put in place of others: from `start` up to `end`, counted from the beginning of the source."""

    start: int
    end: int
    text: bytes


def made_to_fail(source: bytes, names: Collection[str]) -> tuple[bytes, frozenset[str]]:
    """Give a source whose functions of some qualified names fail at their end, and the names of those.

    What comes before keeps its lines. A function that a decorator of the project's own may keep from failing stays as
    it is, and so does one that yields; so does all of a source that cannot be read.
    """
    if not _is_read(source):
        return source, frozenset()
    text = _Text(source)
    found = [one for one in _functions(ast.parse(source).body) if one[0] in names]
    refused = {name for name, function, plain in found if not plain or _may_end_well(function)}
    chosen = [(name, function) for name, function, _ in found if name not in refused]
    edited = text.with_edits(edit for _, function in chosen for edit in text.failing(function))
    return (edited, frozenset(name for name, _ in chosen)) if _is_read(edited) else (source, frozenset())


def _is_read(source: bytes) -> bool:
    """Tell whether a source can be read, and its columns counted: they are those of UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return encoding in {"utf-8", "utf-8-sig"}


def _functions(body: Iterable[ast.AST], prefix: str = "", plain: bool = True) -> Iterator[tuple[str, _Function, bool]]:
    """Give the functions of a module and of its classes, and whether all decorators around each are known ones."""
    for node in body:
        if isinstance(node, _Function):
            yield prefix + node.name, node, plain and _is_plain(node)
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.", plain and _is_plain(node))
        else:  # under a condition, say
            for name in ("body", "handlers", "orelse", "finalbody"):
                yield from _functions(getattr(node, name, None) or [], prefix, plain)


def _is_plain(node: _Function | ast.ClassDef) -> bool:
    return all(_root(decorator) in _KNOWN for decorator in node.decorator_list)


def _may_end_well(function: _Function) -> bool:
    """Tell whether a function yields, or returns out of a block that could keep it from failing, or go on for ever."""
    blocks = (node for node in _own(function.body) if isinstance(node, ast.With | ast.AsyncWith | ast.Try | ast.While))
    returns = (inner for block in blocks for inner in _own(block.body) if isinstance(inner, ast.Return))
    yields = (node for node in _own(function.body) if isinstance(node, ast.Yield | ast.YieldFrom))
    return any(True for _ in (*returns, *yields))


def _root(node: ast.expr) -> str:
    """Give the first name of a dotted one, called or not."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Give all nodes of a function but those of the functions and classes in it."""
    left: list[ast.AST] = list(body)
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, _Function | ast.ClassDef | ast.Lambda):
            left += ast.iter_child_nodes(node)


class _Text:
    """A source by its lines, as the parser counts them."""

    def __init__(self, source: bytes) -> None:
        self.starts = [0]
        for line in source.splitlines(keepends=True):  # of bytes: at \n, \r and \r\n, as the parser does
            self.starts.append(self.starts[-1] + len(line))
        self.source = source
        # The parser does not count a mark of the byte order.
        self.skipped = 3 if source.startswith(b"\xef\xbb\xbf") else 0

    def with_edits(self, edits: Iterable[Edit]) -> bytes:
        """Give the source with some edits made."""
        source = self.source
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            source = source[: edit.start] + edit.text + source[edit.end :]
        return source

    def failing(self, function: _Function) -> Iterator[Edit]:
        """Give the edits by which a function fails where it would have ended well."""
        for node in _own(function.body):
            if isinstance(node, ast.Return):
                yield from self._returns(node)
        last = function.body[-1]
        _, end = self._span(last)
        if isinstance(last, _Compound):
            indent = self.source[self.starts[last.lineno - 1] : self._at(last.lineno, last.col_offset)]
            newline = self.source.find(b"\n", end)
            at = len(self.source) if newline < 0 else newline
            yield Edit(at, at, b"\n" + indent + _FAILURE)
        elif isinstance(last, ast.Assert):  # by itself, so that it is noticed where asserts do nothing
            start, end = self._span(last.test)
            yield from (Edit(start, start, b"("), Edit(end, end, b") and False"))
        elif not isinstance(last, ast.Return | ast.Raise):
            yield Edit(end, end, b"; " + _FAILURE)

    def _returns(self, node: ast.Return) -> Iterator[Edit]:
        start, end = self._span(node)
        after = start + len(b"return")
        if node.value is None:
            yield Edit(start, after, _FAILURE)
        else:
            yield from (Edit(start, after, _FAILURE + b"(("), Edit(end, end, b"))"))

    def _span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        end = self._at(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self._at(node.lineno, node.col_offset), end

    def _at(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column + (self.skipped if line == 1 else 0)
