"""Python that is not what it seems: encodings that turn comments into code, look-alike names, code far to the right."""

import codecs
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from math import inf

from gatecheck.change import FileChange, lines_of
from gatecheck.hidden.identifiers import disguises
from gatecheck.hidden.kinds import Text, at_lines, new_lines
from gatecheck.model import Finding, Location, Severity

FAR = 200  # blanks in a row; no review page shows 200 columns, and no formatter writes them
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
_EMPTY = re.compile(rb"^[ \t\f]*(?:[#\r]|$)")
_HARMLESS = {"utf-8", "ascii", "iso8859-1"}
_CHARACTER_SETS = re.compile(r"(iso8859|cp\d|koi8|mac|tis|kz1048|hp|gb|big5|euc|shift|johab|ptcp)[\w-]*")
_PRINTABLE = bytes(range(0x20, 0x5C)) + bytes(range(0x5D, 0x7E))  # sets of Japan have a yen sign for the backslash
_GAP = re.compile(rb"(?<![ \t])[ \t]{%d,}+(?=[^\r])" % (FAR // 8))


def encoding_of(source: bytes | None) -> str:
    """Give the encoding that a source declares, "utf-8" where it declares none (PEP 263: the first two lines)."""
    for line in lines_of(source)[:2]:
        if match := _COOKIE.match(line):
            name = match.group(1).decode("ascii", "replace").lower().replace("_", "-")
            return next((known for known in ("utf-8", "latin-1") if name.startswith(f"{known}-")), name)
        if not _EMPTY.match(line):
            break
    return "utf-8"


def encodings(file: FileChange) -> Iterator[Finding]:
    """Look for a newly declared encoding in which the text says something else than what is shown."""
    name = encoding_of(file.after)
    if name == encoding_of(file.before) and file.before is not None:
        return
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = "unknown"
    if codec in _HARMLESS:
        return
    level = Severity.WARNING if _CHARACTER_SETS.fullmatch(codec) and _keeps_ascii(codec) else Severity.ERROR
    said = "characters are not the ones that are shown" if level is Severity.WARNING else "a comment of it can be code"
    line = next(number for number, text in enumerate(lines_of(file.after), 1) if _COOKIE.match(text))
    yield Finding("encoding", f"the source is in {name!r}: {said}", Location(file.path, line), level, "use UTF-8")


def _keeps_ascii(codec: str) -> bool:
    return _PRINTABLE.decode(codec, "replace") == _PRINTABLE.decode("ascii")


def look_alikes(file: FileChange) -> Iterator[Finding]:
    """Look for new names whose letters look like others'; strings and comments are left alone."""
    new = [number for number, line in new_lines(file) if not line.isascii()]
    if not new:
        return
    tokens = [token for token in tokens_of(file.after or b"") if token.type == tokenize.NAME]
    plain = {token.string for token in tokens if token.string.isascii()}
    told: dict[str, list[int]] = {}
    for token in tokens:
        if not token.string.isascii() and token.start[0] in new:
            told.setdefault(token.string, []).append(token.start[0])
    for name, lines in told.items():
        if disguise := disguises(name, plain):
            level = Severity.ERROR if disguise.certain else Severity.WARNING
            mend = f"write {disguise.as_read!r} in ASCII, or choose a name that cannot be mistaken"
            yield at_lines("look-alike-name", file.path, lines, disguise.message, mend, level)


def far_right(file: FileChange, kind: Text) -> Iterator[Finding]:
    """Look for code that begins beyond every screen, behind a run of blanks."""
    lines = [(number, line) for number, line in new_lines(file) if _GAP.search(line) and _far(line)]
    if kind is Text.PYTHON and lines:
        shown = _begins_far(file.after or b"")
        lines = [(number, line) for number, line in lines if shown is None or number in shown]
    if lines and kind in {Text.PYTHON, Text.CODE}:
        message = f"{FAR} blanks or more, and then more code: it is outside of what is shown"
        yield at_lines(
            "far-to-the-right", file.path, [number for number, _ in lines], message, "move it to a line of its own"
        )


def _far(line: bytes) -> bool:
    return b" " * FAR in line.expandtabs(8).rstrip()


def _begins_far(source: bytes) -> set[int] | None:
    """Give the lines on which a token begins behind a run of blanks; None when the source cannot be split.

    Blanks within a string are the string's business (an expected table); what comes behind such a string is not.
    """
    tokens, found, seen = tokens_of(source), set(), False
    far = [_far_from(line.decode("utf-8", "replace")) if _GAP.search(line) else inf for line in lines_of(source)]
    for token in tokens:
        seen = True
        row, column = token.start
        if not token.string.strip(" \t\r\n)]},:") or row > len(far):
            continue
        if column >= far[row - 1]:
            found.add(row)
    return found if seen else None


def _far_from(line: str) -> float:
    """Give the number of characters up to the end of the first run of FAR blanks, tabs expanded; infinite for none."""
    column = blanks = 0
    for place, character in enumerate(line, 1):
        width = 8 - column % 8 if character == "\t" else 1
        column += width
        blanks = blanks + width if character in " \t" else 0
        if blanks >= FAR:
            return place
    return inf


def tokens_of(source: bytes) -> list[tokenize.TokenInfo]:
    """Split source into tokens, as far as it can be split."""
    text = source.decode("utf-8", "replace").removeprefix("\ufeff")
    tokens: list[tokenize.TokenInfo] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tokens.extend(tokenize.generate_tokens(io.StringIO(text, newline="\n").readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # what was split until there is looked at
    return tokens
