"""Text for people: wrapped without cutting a path or a command, and safe to print whatever a file is called.

What is set comes from the checked change: names and messages may hold terminal escapes, line ends, bidirectional marks
or bytes that are no UTF-8. All of it goes through `printable`. rich does the colours and is imported only when needed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from rich.text import Text

NARROWEST = 40  # columns: below this a hanging indent leaves no room for words
_MINUTE = 60  # seconds
_GLUE = "\ue000"  # a space inside what must not be cut; `printable` escapes any that comes from outside
_IN_ASCII = {"✓": "+", "✗": "x", "–": "-", "−": "-", "…": "..."}  # noqa: RUF001 - that they look alike is the point

# What CI systems execute when it is printed: `::command::` at the start of a line, `##[command]` and `##vso[command]`
# anywhere in one (GitHub's ActionCommand.cs, which trims the line first; Azure's and TeamCity's service messages).
_LOG_COMMAND = re.compile(r"(?<!\S)::(?=\w)|##(?=\w*\[)")


class Piece(NamedTuple):
    """Some text with a rich style; `whole` text is never cut, in other text only what stands in backticks is not."""

    text: str
    style: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Line:
    """A paragraph: `indent` columns before its first line, `hang` more before the others. No pieces: a blank line."""

    pieces: tuple[str | Piece, ...] = ()
    indent: int = 0
    hang: int = 2


def line(*pieces: str | Piece, indent: int = 0, hang: int = 2) -> Line:
    """Make a paragraph of pieces."""
    return Line(pieces, indent, hang)


def whole(text: str, style: str = "") -> Piece:
    """Mark text that must never be cut: a path, a command."""
    return Piece(text, style, whole=True)


def typeset(lines: Iterable[Line], width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Set paragraphs at `width` columns, with ANSI colours if asked; no line ends in a space."""
    from rich.console import Console

    console = Console(
        width=width,
        force_terminal=color,
        force_jupyter=False,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
    )
    with console.capture() as capture:
        for paragraph in lines:
            for part in _set(paragraph, max(width, NARROWEST), ascii_only):
                console.print(part, soft_wrap=True, markup=False, highlight=False, emoji=False)
    return capture.get().replace(_GLUE, " ")


def printable(text: str, ascii_only: bool = False) -> str:
    r"""Escape what a terminal or a CI log acts on, controls and invisible marks; a byte that is no UTF-8 is \xNN."""
    if ascii_only:
        text = "".join(_IN_ASCII.get(sign, sign) for sign in text)
    signs = (sign if sign.isprintable() and (sign.isascii() or not ascii_only) else escaped(sign) for sign in text)
    return _LOG_COMMAND.sub(lambda command: f"\\x{ord(command[0][0]):02x}{command[0][1]}", "".join(signs))


def speaks_unicode(stream: TextIO) -> bool:
    """Tell whether a stream's encoding has the symbols that we print."""
    try:
        "".join(_IN_ASCII).encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def duration(seconds: float) -> str:
    """Give a duration as people read it: 1.2 s, 45 s, 3 min 5 s."""
    if seconds < 10:  # noqa: PLR2004 - where a tenth of a second stops to matter
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def plural(number: int, word: str) -> str:
    """Give a number with its noun: 1 file, 2 files."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def escaped(sign: str) -> str:
    r"""Give a character as its escape; \xNN is an ASCII control, or a byte that `os.fsdecode` could not decode."""
    code = ord(sign)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - such a byte
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if 0x80 <= code <= 0xFF else sign.encode("unicode_escape").decode()  # noqa: PLR2004 - no byte


def _set(paragraph: Line, width: int, ascii_only: bool) -> Iterable["Text"]:
    from rich.text import Text

    text = Text.assemble(*(_glued(piece, ascii_only) for piece in paragraph.pieces))
    indents = paragraph.indent, paragraph.indent + paragraph.hang
    parts = text.divide(_breaks(text.plain, *(width - indent for indent in indents)))
    for number, part in enumerate(parts):
        part.rstrip()
        yield Text.assemble(" " * indents[min(number, 1)], part) if part.plain else part


def _glued(piece: str | Piece, ascii_only: bool) -> tuple[str, str]:
    text, style, uncut = piece if isinstance(piece, Piece) else Piece(piece)
    shown = printable(text, ascii_only)
    spans = r".+" if uncut else r"`[^`]+`"
    return re.sub(spans, lambda span: span[0].replace(" ", _GLUE), shown), style


def _breaks(plain: str, first: int, others: int) -> list[int]:
    """Give where lines begin when words fill `first` columns and then `others`; a word that is too wide sticks out."""
    from rich.cells import cell_len

    begins, used, room = [], 0, first
    for word in re.finditer(r"[^ ]+ *", plain):
        if used and used + cell_len(word[0].rstrip()) > room:
            begins.append(word.start())
            used, room = 0, others
        used += cell_len(word[0])
    return begins
