"""The statements on some lines of Python source: to parse them alone takes a tenth of the time of all of it.

What is understood here is less than Python: brackets within brackets to a depth, and templates without strings in their
fields that hold quotes or braces. From anything else on, the rest of a source is one statement. Groups are atomic, not
possessive: Python before 3.11.5 repeats a possessive group wrongly (its issue 106052).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

_DEEPEST = 6  # brackets within brackets: in 2 of 253 modules of real code there are more


def _strings() -> str:
    """Give the pattern of a string without its prefix, where it can be told from a template by what is before it."""
    template, plain = r"(?:(?<=[fFtT])|(?<=[fFtT][rR]))", r"(?<![fFtT])(?<![fFtT][rR])"
    kinds = []
    for quote, other in (('"', "'"), ("'", '"')):
        inner = rf"[^{{}}\"'\\]|{other}[^{{}}\"'\\]*+{other}"
        field = rf"\{{(?>(?:{inner}|\{{(?>(?:{inner})*)\}})*)\}}"
        braces = rf"\{{\{{|\}}\}}|{field}|\\(?:[^{{}}]|(?=[{{}}]))"
        triple, end = quote * 3, rf"{quote}(?!{quote * 2})"
        kinds += [
            rf"{plain}{triple}(?>(?:[^{quote}\\]++|\\[\s\S]|{end})*){triple}",
            rf"{plain}{end}(?>(?:[^{quote}\\\n]++|\\[\s\S])*){quote}",
            rf"{template}{triple}(?>(?:[^{quote}\\{{}}]++|{braces}|{end})*){triple}",
            rf"{template}{end}(?>(?:[^{quote}\\\n{{}}]++|{braces})*){quote}",
        ]
    return "|".join(kinds)


def _statement() -> str:
    """Give the pattern of a statement's lines, of a compound one its first: up to a line's end outside of brackets."""
    inner = rf"[^()\[\]{{}}\"'#]++|{_strings()}|#[^\n]*+"
    nested = rf"[(\[{{](?>(?:{inner})*)[)\]}}]"
    for _ in range(_DEEPEST - 1):
        nested = rf"[(\[{{](?>(?:{inner}|{nested})*)[)\]}}]"
    return rf"(?>(?:[^()\[\]{{}}\"'#\n\\]++|{_strings()}|#[^\n]*+|{nested}|\\\n)*)\n|[\s\S]+"


_STATEMENT = re.compile(_statement())
_COMPOUND = re.compile(r"(?:if|elif|else|for|while|with|try|except|finally|def|class|async|match|case)\b")
_HEADER_END = re.compile(r":[ \t\f]*(?:#[^\n]*)?\n\Z")
# What begins a statement only behind another one, and what is the same to whoever looks for values.
_BEGINNING = re.compile(
    r"(?P<cut>@|el(?=if\b))|(?P<bare>(?:else|try|finally|except)(?=\s*:))|(?P<named>except\b\s*\*?)"
)
_INSTEAD = {"cut": "", "bare": "if _", "named": "with "}


class Statements:
    """A source, taken apart once."""

    def __init__(self, source: str) -> None:
        self._source = source + "\n"
        self._pieces = _STATEMENT.findall(self._source)
        self._ends = list(accumulate(map(len, self._pieces)))
        # what lies before each line, line ends not counted
        self._before = list(accumulate(map(len, self._source.split("\n")), initial=0))

    def on(self, lines: Iterable[int]) -> str:
        r"""Give the statements on some lines (from 1) alone, at their lines, outside of all that was around them.

        >>> source = "def f():\n    try:\n        g()\n    except A as b:\n        return h(\n            1)\n"
        >>> Statements(source).on([4, 6])
        '\n\n\nwith A as b: pass\nreturn h(\n            1)\n'
        """
        return self.at(self._before[line - 1] + line - 1 for line in lines)

    def at(self, positions: Iterable[int]) -> str:
        """Give the statements at some positions alone."""
        parts, done = [], 0
        for index in sorted({bisect_right(self._ends, position) for position in positions}):
            start = self._ends[index] - len(self._pieces[index])
            parts.append("\n" * self._source.count("\n", done, start) + _alone(self._pieces[index]))
            done = self._ends[index]
        return "".join(parts)


def _alone(statement: str) -> str:
    bare = _HEADER_END.sub(": pass\n", statement.lstrip(" \t\f"))
    return (
        _BEGINNING.sub(lambda match: _INSTEAD[match.lastgroup or ""], bare, count=1) if _BEGINNING.match(bare) else bare
    )
