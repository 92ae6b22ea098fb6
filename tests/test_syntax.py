"""Units of Python source, and what leaves them equal."""

import subprocess
import sys
from pathlib import Path

import pytest

from gatecheck import syntax
from gatecheck.syntax import same_tree, units

SOURCE = b'''"""Doc."""
import os


@cache(
    size=1,
)
class Outer(Base,
            metaclass=Meta):
    """Doc."""

    x: int = 1

    @property
    def method(self):
        def nested():
            pass

    class Inner:
        async def wait(self): ...


if TYPE_CHECKING:
    import typing
elif WINDOWS:
    def console(): ...
else:
    try:
        y = 1
    except ImportError:
        def fallback(): ...
for _ in range(3):
    y += 1
'''


def listed(source: bytes) -> list[tuple[str, str, int, int]]:
    """Give the units without their digests."""
    return [(unit.kind, unit.name, unit.line, unit.end_line) for unit in units(source) or ()]


def test_functions_and_statements_are_units() -> None:
    """Decorators and heads of classes count, nested functions belong to the outer one, blocks with definitions open."""
    expected = [
        ("statement", "", 1, 1),
        ("statement", "", 2, 2),
        ("statement", "Outer", 5, 9),
        ("statement", "Outer", 10, 10),
        ("statement", "Outer", 12, 12),
        ("function", "Outer.method", 14, 17),
        ("statement", "Outer.Inner", 19, 19),
        ("function", "Outer.Inner.wait", 20, 20),
        ("statement", "", 23, 23),
        ("statement", "", 24, 24),
        ("statement", "", 25, 25),
        ("function", "console", 26, 26),
        ("statement", "", 28, 28),
        ("statement", "", 29, 29),
        ("function", "fallback", 31, 31),
        ("statement", "", 32, 33),
    ]

    assert listed(SOURCE) == expected


def test_a_head_without_its_body_has_a_digest() -> None:
    """What decides over a block is in its head's digest, what is in the block is not."""
    base = units(b"if A:\n    def f(): ...\n") or ()
    other_condition = units(b"if B:\n    def f(): ...\n") or ()
    other_body = units(b"if A:\n    def f(): return 1\n") or ()

    assert base[0].digest == other_body[0].digest != other_condition[0].digest
    assert base[1].digest == other_condition[1].digest != other_body[1].digest


def test_matches_and_handlers_open_up() -> None:
    """The cases of a match are bodies as well."""
    source = b"match x:\n    case 1:\n        def one(): ...\n    case _:\n        y = 1\n"

    assert listed(source) == [("statement", "", 1, 2), ("function", "one", 3, 3), ("statement", "", 5, 5)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x = f(1,\n      2)\n", b"x = f(1, 2)  # two\n"),
        (b"x = u'a'\n", b'x = "a"\n'),
        (b"del (a, [b])\n", b"del a, b\n"),
        (b'def f():\n    """ One.\n      Two.  \n    """\n', b'def f():\n    """One.\n    Two.\n    """\n'),
        (b"x = 1\r\ny = 2\r\n", b"x = 1\ny = 2\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", "x = 'é'\n".encode()),
    ],
)
def test_layout_is_not_in_the_tree(before: bytes, after: bytes) -> None:
    """Line breaks, quotes, brackets, comments, line ends and the encoding are the layout."""
    assert same_tree(before, after) is True


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x = 1\n", b"x = 2\n"),
        (b"x = 'a '\n", b"x = 'a'\n"),
        (b"x = 1\n", b"x: int = 1\n"),
        (b'"""One."""\n', b'"""Two."""\n'),
        (b"import a, b\n", b"import b, a\n"),
    ],
)
def test_meaning_is_in_the_tree(before: bytes, after: bytes) -> None:
    """Values, annotations, words of docstrings and order are not the layout."""
    assert same_tree(before, after) is False


@pytest.mark.parametrize(
    "source",
    [
        b"def f(:\n",
        b"x = 1\0\n",
        b"# coding: nonsense\n",
        b"x = '\xff'\n",
        b"x = " + b"(" * 500 + b"1" + b")" * 500,
        b"x = 1\ry = 2\n",
    ],
)
def test_what_cannot_be_parsed_is_none(source: bytes) -> None:
    """No guess is made: syntax errors, NUL, unknown encodings, too deep a nesting, lines that git counts otherwise."""
    assert units(source) is None
    assert same_tree(source, b"x = 1\n") is None
    assert same_tree(b"x = 1\n", source) is None


@pytest.mark.parametrize("length", [2_000, 20_000])
def test_too_long_a_chain_is_none(length: int) -> None:
    """A tree that is too deep to be parsed, or only to be walked, is not a crash."""
    source = b"x = " + b"+".join([b"a"] * length)

    assert units(source) is None
    assert same_tree(source, source) is None


def test_the_sources_warnings_are_kept_quiet() -> None:
    """An invalid escape in the checked source warns nobody; warnings are errors in these tests."""
    assert units(b"x = '\\d'\nassert (x, 1)\n") is not None


def test_the_formatter_leaves_every_digest(tmp_path: Path) -> None:
    """Ruff, at another line length and with other quotes, formats a real module without changing a unit."""
    original = Path(syntax.__file__).read_bytes()
    path = tmp_path / "module.py"
    path.write_bytes(original)
    config = ("--isolated", "--line-length=50", "--config", 'format.quote-style = "single"')
    subprocess.run([sys.executable, "-P", "-m", "ruff", "format", *config, path], check=True, capture_output=True)
    formatted = path.read_bytes()

    assert formatted != original
    assert same_tree(original, formatted) is True
    assert [unit.digest for unit in units(original) or ()] == [unit.digest for unit in units(formatted) or ()]
