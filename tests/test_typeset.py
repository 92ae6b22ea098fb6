"""Setting text: where lines break, and what is escaped."""

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gatecheck.typeset import Line, Piece, duration, line, plural, printable, speaks_unicode, typeset, whole


def test_hanging_indent() -> None:
    """Words fill the width; the lines that follow hang."""
    words = "one two three four five six seven eight nine ten eleven twelve thirteen"

    text = typeset([line(words, indent=2, hang=4)], width=40)

    assert text == "  one two three four five six seven\n      eight nine ten eleven twelve\n      thirteen\n"


def test_whole() -> None:
    """Whole text is never cut, not even at its spaces or where it is wider than the page."""
    path = "a folder with spaces/and a name that is wider than the page.py"

    text = typeset([line("see ", whole(path), ", or not")], width=40)

    assert text == f"see\n  {path},\n  or not\n"


def test_backticks() -> None:
    """In prose, what stands in backticks is not cut."""
    text = typeset([line("to mend it, please run `ruff check --fix` and again")], width=40)

    assert text == "to mend it, please run\n  `ruff check --fix` and again\n"


def test_blank_line() -> None:
    """A line without pieces is blank, and an indented one with nothing to say too."""
    assert typeset([Line(), line("", indent=4)]) == "\n\n"


def test_wide_characters() -> None:
    """Characters that take two columns count as two."""
    text = typeset([line("日本語 " * 6)], width=40)

    assert text == "日本語 日本語 日本語 日本語 日本語\n  日本語\n"


def test_style() -> None:
    """Styles are told in ANSI colours, and only if asked for."""
    styled = [line(Piece("fail", "red"), "[b]ed[/b]")]

    assert typeset(styled) == "fail[b]ed[/b]\n"
    assert typeset(styled, color=True) == "\x1b[31mfail\x1b[0m[b]ed[/b]\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, é 日本 ✓ [b]", "plain, é 日本 ✓ [b]"),
        ("\x1b[0m\t\r\n\x00\x7f", "\\x1b[0m\\t\\r\\n\\x00\\x7f"),
        ("\u202eright to left\u2069 zero\u200bwidth\u2028", "\\u202eright to left\\u2069 zero\\u200bwidth\\u2028"),
        ("\x9bcontrol \xa0space", "\\u009bcontrol \\u00a0space"),
        (os.fsdecode(b"\xff\x9b"), "\\xff\\x9b"),
        ("\ud800 \ue000 \U000e0001", "\\ud800 \\ue000 \\U000e0001"),
        ("::error::x a ::y tests/a.py::test_b a:: b", "\\x3a:error::x a \\x3a:y tests/a.py::test_b a:: b"),
        ("##[group] x##vso[y] ## heading #[a]", "\\x23#[group] x\\x23#vso[y] ## heading #[a]"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    """What a terminal or a CI log would act on is escaped; everything else is left alone."""
    assert printable(text) == shown


def test_printable_ascii() -> None:
    """In ASCII our symbols have stand-ins, and all else is an escape."""
    assert printable("✓ ✗ – − … é 日", ascii_only=True) == "+ x - - ... \\u00e9 \\u65e5"  # noqa: RUF001 - the symbols


@pytest.mark.parametrize(("encoding", "answer"), [("utf-8", True), ("ascii", False), ("cp1252", False)])
def test_speaks_unicode(encoding: str, answer: bool) -> None:
    """Only an encoding that has every symbol will do."""
    assert speaks_unicode(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) is answer


def test_no_encoding() -> None:
    """A stream that does not say its encoding gets ASCII."""
    assert not speaks_unicode(io.StringIO())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (1.26, "1.3 s"), (30, "30 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3725, "62 min 5 s")],
)
def test_duration(seconds: float, text: str) -> None:
    """Tenths matter below ten seconds; minutes from sixty on."""
    assert duration(seconds) == text


def test_plural() -> None:
    """One is singular, everything else plural."""
    assert [plural(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


HOSTILE = some.text(some.characters() | some.sampled_from(" :#[`\n\x1b\ud800\udcff\u202e\ue000日"))


@settings(max_examples=200, deadline=None)
@given(texts=some.lists(HOSTILE, min_size=1, max_size=4), uncut=some.booleans(), ascii_only=some.booleans())
def test_any_text(texts: list[str], uncut: bool, ascii_only: bool) -> None:
    """Whatever is set, a terminal acts on none of it, and nothing is lost but spaces where lines break."""
    pieces = [Piece(text, whole=uncut) for text in texts]

    lines = typeset([line(*pieces, indent=2)], width=40, ascii_only=ascii_only).removesuffix("\n").split("\n")

    assert all(text.isprintable() and text == text.rstrip() for text in lines)
    assert not any(text.lstrip().startswith("::error") for text in lines)
    assert "".join(lines).replace(" ", "") == "".join(printable(text, ascii_only) for text in texts).replace(" ", "")
    assert all(text.isascii() or not ascii_only for text in lines)
