"""Which branches are left to other environments, and which are code that nobody runs."""

import pytest

from gatecheck.other_environments import MOST, untaken_branches

RICH = """\
try:
    import rich
    from rich.console import Console
except ImportError:
    rich = None
"""


def untaken(source: str, *ran: int, path: str = "src/shop/dev.py") -> list[int]:
    """Give the lines of the branches that other environments run; the first of each import ran here."""
    return [line for branch in untaken_branches(path, source.encode(), frozenset(ran)) for line in branch.lines]


def test_a_handler_of_an_import_that_works_here_is_left_to_others() -> None:
    """And what an import that fails here leaves out."""
    assert untaken(RICH, 1, 2, 3) == [4, 5]
    assert untaken(RICH, 1, 2, 4, 5) == [3]


@pytest.mark.parametrize(
    ("rest", "ran", "lines"),
    [
        ("if rich is None:\n    told = plain\nelse:\n    told = rich.told\n", (6, 9), [7]),
        ("if rich is None:\n    told = plain\nelse:\n    told = rich.told\n", (6, 7), [9]),
        (
            "if rich is None:\n    def told(*args):\n        raise ImportError('rich')\n    more = told\n",
            (6,),
            [7, 8, 9],
        ),
        ("def f():\n    if not rich:\n        raise RuntimeError('install rich' + '!')\n    return 1\n", (7, 9), [8]),
        ("if rich is not None:\n    a = 1\nelif rich:\n    a = 2\nelse:\n    a = 3\n", (6, 7), [8, 9, 10, 11]),
    ],
    ids=["absent", "there", "stand-in", "refusal", "chain"],
)
def test_what_follows_from_an_import_is_left_to_others(rest: str, ran: tuple[int, ...], lines: list[int]) -> None:
    """In the module and in its functions."""
    assert sorted(set(untaken(RICH + rest, 1, 2, 3, *ran)) - {4, 5}) == lines


@pytest.mark.parametrize(
    ("source", "ran", "lines"),
    [
        ("import typing as t\nif t.TYPE_CHECKING:\n    import x\n", (1, 2), [3]),
        (
            "import sys\nNEW = sys.version_info >= (3, 12)\nif NEW:\n    a = 1 + 2\nelse:\n    a = 4\n",
            (1, 2, 3, 6),
            [4],
        ),
        ("import os\nWINDOWS = os.name == 'nt'\ndef f():\n    if WINDOWS:\n        return g()\n", (1, 2, 4), [5]),
        ("import platform\nPYPY = platform.python_implementation() == 'PyPy'\nif not PYPY:\n    a = 1\n", (2, 3), [4]),
        ("try:\n    import tomllib\nexcept ModuleNotFoundError:\n    import tomli as tomllib\n", (1, 2), [3, 4]),
        ("try:\n    from typing import Self\nexcept ImportError:\n    Self = None\n", (1, 2), [3, 4]),
    ],
)
def test_so_is_what_a_version_or_a_platform_decides(source: str, ran: tuple[int, ...], lines: list[int]) -> None:
    """By whatever name it is read, and what type checkers alone read."""
    assert untaken(source, *ran) == lines


LONG = "".join(f"    a{number} = {number}\n" for number in range(MOST + 1))


@pytest.mark.parametrize(
    ("source", "ran"),
    [
        ("try:\n    import json\nexcept ImportError:\n    a = 1\n", (1, 2)),
        ("try:\n    import shop.rates\nexcept ImportError:\n    a = 1\n", (1, 2)),
        ("try:\n    from . import rates\nexcept ImportError:\n    a = 1\n", (1, 2)),
        ("try:\n    import rich\nexcept Exception:\n    a = 1\n", (1, 2)),
        ("try:\n    rich = load()\nexcept ImportError:\n    a = 1\n", (1, 2)),
        ("try:\n    import rich\nexcept ImportError:\n    a = b * 2\n", (1, 2)),
        ("try:\n    import rich\nexcept ImportError:\n    for a in b:\n        c(a)\n", (1, 2)),
        (f"try:\n    import rich\nexcept ImportError:\n{LONG}", (1, 2)),
        ("try:\n    import rich\nexcept ImportError:\n    a = 1\n", ()),
        ("rich = None\nif rich is None:\n    a = 1\nelse:\n    a = 2\n", (1, 2, 3)),
        (
            "try:\n    import rich\nexcept ImportError:\n    rich = None\nrich = g()\nif not rich:\n    a = 1\n",
            (1, 2, 4, 5, 6),
        ),
        ("import sys\nNEW = sys.version_info >= (3, 12) and a\nif NEW:\n    b = 1\n", (1, 2, 3)),
        ("import sys\nNEW = sys.argv[1] == 'a'\nif NEW:\n    b = 1\n", (1, 2, 3)),
        ("TYPE_CHECKING = a\nif TYPE_CHECKING:\n    b = 1\n", (1, 2)),
        ("x = (\n", ()),
    ],
    ids=[
        *("always there", "own", "relative", "anything", "no import", "worked out", "loop", "long", "never asked"),
        *("no import at all", "bound again", "mixed", "arguments", "own name", "unreadable"),
    ],
)
def test_code_of_its_own_counts(source: str, ran: tuple[int, ...]) -> None:
    """A change cannot hide behind an import."""
    assert untaken(source, *ran) == []
