"""Where a change only annotates."""

import pytest

from gatecheck.suppressions.typed import given_up, only_annotated
from gatecheck.testing import file_change

BEFORE = (
    "class A:\n    def f(self, a):\n        if a:\n            b = a.c\n            return b\n        return None\n"
)
AFTER = (
    "class A:\n    def f(self, a: B) -> C:\n        if a:\n            b: C = a.c\n            return b\n"
    "        return None\n"
)


def told(before: str, after: str) -> list[int]:
    """Give the lines of the head that ran before in a function without annotations."""
    file = file_change("a.py", before, after)
    return [line for line in range(1, after.count("\n") + 1) if only_annotated(line, after.encode(), file)]


def test_what_ran_before_is_known_again() -> None:
    """Also where a variable was annotated."""
    assert told(BEFORE, AFTER) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        (BEFORE.replace("a.c", "a.d"), [2, 3, 5, 6]),
        (BEFORE.replace("if a", "if not a"), [2, 4, 5, 6]),
        (BEFORE.replace("(self, a)", "(self, a: B)"), []),
        (BEFORE.replace("def f", "def g"), []),
        ("x = (\n", []),
        ("", []),
    ],
    ids=["rewritten", "rewritten condition", "annotated", "another function", "unreadable", "new"],
)
def test_what_is_new_is_not(before: str, lines: list[int]) -> None:
    """And nothing is, in a function that mypy looked into."""
    assert told(before, AFTER) == lines


def test_a_getter_is_compared_with_the_getter() -> None:
    """And not with the setter of the same name below it."""
    setter = "    @f.setter\n    def f(self, b: int):\n        self.b = b\n"

    assert told(BEFORE + setter, AFTER + setter) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("def f(a: int) -> str: ...", "def f(a: int) -> Any: ...", ["f: the result was str"]),
        ("def f(a: int) -> str: ...", "def f(a: t.Any) -> str: ...", ["f: a was int"]),
        ("def f(a: int) -> str: ...", "def f(a) -> str: ...", ["f: a was int"]),
        ("def f(a: int) -> str: ...", "def f(a: float) -> bytes: ...", []),
        ("def f(a: IO) -> None: ...", "def f(a: IO[Any]): ...", []),
        ("def f(a: int) -> None: ...", "def f(a: Any | None): ...", ["f: a was int"]),
        ("def f(a: int) -> None: ...", "def f(a: t.Optional[t.Any]): ...", ["f: a was int"]),
        ("def f(a: list[Any]) -> None: ...", "def f(a: object): ...", []),
        ("def f(a: int): ...", "def g(a): ...", []),
        ("@overload\ndef f(a: int): ...\ndef f(a: int): ...", "def f(a): ...", []),
    ],
)
def test_a_type_that_is_given_up_is_told(before: str, after: str, lost: list[str]) -> None:
    """Not one that was replaced, nor one that said nothing."""
    assert [what for _, what in given_up(file_change("a.py", before, after))] == lost
