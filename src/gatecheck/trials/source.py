"""Edits of source text by the positions that the parser gives: lines from 1, columns in bytes of UTF-8."""

import ast
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Text:
    """Source whose parts are found by their nodes."""

    source: bytes

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.source.split(b"\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts

    @cached_property
    def _shift(self) -> int:
        """Give the bytes of a byte order mark, which the parser does not count."""
        return 3 if self.source.startswith(b"\xef\xbb\xbf") else 0

    def at(self, line: int, column: int) -> int:
        """Give the offset of a position."""
        return self._starts[line - 1] + column + (self._shift if line == 1 else 0)

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Give where a node begins."""
        return self.at(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Give where a node ends."""
        return self.at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def of(self, node: ast.expr | ast.stmt) -> bytes:
        """Give a node's text."""
        return self.source[self.start(node) : self.end(node)]

    def between(self, first: ast.expr, second: ast.expr) -> bytes:
        """Give what stands between two nodes."""
        return self.source[self.end(first) : self.start(second)]

    def before(self, node: ast.expr | ast.stmt) -> bytes:
        """Give what stands before a node on its line."""
        return self.source[self.at(node.lineno, 0) : self.start(node)]

    def replaced(self, start: int, end: int, text: bytes) -> bytes:
        """Give the whole source with another text from one offset to another."""
        return self.source[:start] + text + self.source[end:]
