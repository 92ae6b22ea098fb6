"""Source without some of its suppressions: a checker then says what they kept it from saying."""

import ast
import re
from collections.abc import Iterator, Sequence

from gatecheck.soundness.model import text
from gatecheck.suppressions.code import ANY, CAST, GUARD, cast_value, names_for_checkers
from gatecheck.suppressions.model import MOST, Suppression
from gatecheck.syntax import parsed
from gatecheck.trials.source import Text

COMMENT = "type: ignore"
DISARMED = frozenset({COMMENT, CAST, ANY, GUARD})
_COMMENT = re.compile(rb"(#\s*type\s*):(?=\s*ignore\b)")

_Edit = tuple[int, int, bytes]


def disarmed(source: bytes, found: Sequence[Suppression]) -> bytes:
    """Take suppressions out of a source; every line keeps its number, and the program does what it did."""
    lines = source.split(b"\n")
    for line in {one.line for one in found if one.kind == COMMENT}:
        lines[line - 1] = _COMMENT.sub(rb"\1-", lines[line - 1])
    source = b"\n".join(lines)
    wanted = {(one.kind, one.line, one.source) for one in found}
    for start, end, new in sorted(_edits(source, wanted), reverse=True):
        source = source[:start] + new + source[end:]
    return source


def _edits(source: bytes, wanted: set[tuple[str, int, str]]) -> Iterator[_Edit]:
    at = Text(source)
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        match node:
            case ast.Call() if (CAST, node.lineno, text(node, MOST)) in wanted and (value := cast_value(node)):
                yield at.start(node), at.start(value), b"(" + b"\n" * (value.lineno - node.lineno)
                yield at.end(value), at.end(node), b"\n" * ((node.end_lineno or 0) - (value.end_lineno or 0)) + b")"
            case ast.AnnAssign(value=ast.expr() as value) if (ANY, node.lineno, text(node, MOST)) in wanted:
                yield at.end(node.target), at.end(node.annotation), b""  # Any stands on the line of the name
            case ast.If(test=test) if (GUARD, node.lineno, text(node, MOST)) in wanted:
                yield from ((at.start(name), at.end(name), b"False") for name in names_for_checkers(test))
