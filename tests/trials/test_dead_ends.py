"""Ways on that no test takes."""

from textwrap import dedent

import pytest

from gatecheck.testing import file_change
from gatecheck.trials.dead_ends import dead_ends
from gatecheck.trials.functions import changed_functions

READ = """\
def read(text):
    total = 0
    for letter in text:
        total += UNITS[letter]
    return total
"""
TRY = """\
def retry(send):
    try:
        drain(send)
        wait()
    except OSError:
        return waiting
    return []
"""


def ends(source: str, *reached: int, before: str | None = None) -> list[int]:
    """Give the lines of the dead ends, where tests reached some lines."""
    found = changed_functions(file_change("a.py", before, dedent(source)), frozenset())
    assert found
    return [line for line, _ in dead_ends(found[0], set(reached))]


@pytest.mark.parametrize(
    ("source", "reached", "lines"),
    [
        (READ, (2, 3, 4), [1]),
        (READ, (2, 3, 4, 5), []),
        (READ, (), []),
        (TRY, (2, 3, 4, 5, 6), [2]),
        (TRY, (2, 3, 4, 7), []),
        (TRY, (2, 3, 4, 5, 6, 7), []),
        (TRY.replace("OSError", "ImportError"), (2, 3, 4, 5, 6), []),
        (TRY.replace("        wait()", "        return wait()"), (2, 3, 4, 5, 6), []),
        ("def f():\n    raise ValueError\n", (2,), []),
        ("def f(a):\n    while a:\n        return 1\n    g()\n", (2,), []),
    ],
)
def test_where_tests_always_turn_away(source: str, reached: tuple[int, ...], lines: list[int]) -> None:
    """A function that never gives anything, and a try that never succeeds."""
    assert ends(source, *reached) == lines


def test_what_was_there_is_not_told() -> None:
    """Only what the change brings."""
    assert ends(TRY, 2, 3, 4, 5, 6, before=TRY.replace("waiting", "left")) == []
