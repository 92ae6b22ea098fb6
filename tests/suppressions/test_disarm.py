"""Source without its suppressions."""

import ast

import pytest

from gatecheck.suppressions.code import code_in
from gatecheck.suppressions.comments import comments_in
from gatecheck.suppressions.disarm import disarmed

TYPING = "from typing import TYPE_CHECKING, Any, cast\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(1)  # type: ignore[misc]  # noqa", "f(1)  # type- ignore[misc]  # noqa"),
        ("x = cast(int, y)", "x = (y)"),
        ("x = cast(typ=int, val=y)", "x = (y)"),
        ("x = cast('a.B', cast(Any, y), )", "x = ((y))"),
        ("x = cast(\n    int,\n    y,\n).z", "x = (\n\ny\n).z"),
        (
            "def f():\n    if (\n        TYPE_CHECKING\n    ):\n        assert x",
            "def f():\n    if (\n        False\n    ):\n        assert x",
        ),
        ("x: Any = 1", "x = 1"),
        ("def f():\n    x: Any = 'ä', cast(int, 'ö')", "def f():\n    x = 'ä', ('ö')"),
        ("def f():\n    if TYPE_CHECKING:\n        assert x", "def f():\n    if False:\n        assert x"),
        (
            "def f(a):\n    if not TYPE_CHECKING and a:\n        x = 1",
            "def f(a):\n    if not False and a:\n        x = 1",
        ),
        ("x = 1", "x = 1"),
    ],
)
def test_every_line_keeps_its_number(before: str, after: str) -> None:
    """And what is left is Python."""
    source = (TYPING + before + "\n").encode()
    found = [*(comments_in(source) or ()), *code_in(ast.parse(source))]
    bare = disarmed(source, found).decode()

    assert bare == TYPING + after + "\n"
    assert ast.parse(bare)


def test_only_what_is_named_is_taken_out() -> None:
    """The others stay."""
    source = (TYPING + "x = cast(int, y)\nz = cast(int, y)\n").encode()
    first = code_in(ast.parse(source))[:1]

    assert disarmed(source, first).decode() == TYPING + "x = (y)\nz = cast(int, y)\n"
