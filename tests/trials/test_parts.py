"""How a change of a file is taken apart, and put back in part."""

from textwrap import dedent

import pytest

from gatecheck.syntax import same_tree
from gatecheck.testing import change_of
from gatecheck.trials.parts import Part, code_lines, parts_of, renaming, without

BASE = """
    import os

    RATE = 2

    class Shop:
        def price(self, net):
            tax = net * RATE
            return net + tax

    def closed():
        return False
    """


def taken(before: str | None, after: str) -> list[tuple[list[int], list[int], str]]:
    """Take a change apart: head lines, base lines and function of each piece."""
    return [(list(part.after), list(part.before), part.function) for part in parts(before, after)]


def parts(before: str | None, after: str) -> list[Part]:
    """Take the change of one file apart."""
    change = change_of({"a.py": (dedent(before) if before is not None else None, dedent(after))})
    found = parts_of(change.files[0])
    assert found is not None
    return found


def edited(*pairs: tuple[str, str]) -> str:
    """Edit the base's text."""
    text = BASE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (edited(("net * RATE", "net / RATE")), [([8], [8], "Shop.price")]),
        (
            edited(("tax = net * RATE\n            return net + tax", "tax = RATE\n            return tax")),
            [([8], [8], "Shop.price"), ([9], [9], "Shop.price")],
        ),
        (
            edited(
                ("return net + tax", "net += 1\n            # why\n            net += 2\n            return net + tax")
            ),
            [([9], [], "Shop.price"), ([11], [], "Shop.price")],
        ),
        (edited(("tax = net * RATE\n            return", "return")), [([], [8], "Shop.price")]),
        (edited(("RATE = 2", "RATE = 3")), [([4], [4], "")]),
        (
            edited(("return False", "return (\n            False or\n            None)")),
            [([12, 13, 14], [12], "closed")],
        ),
        (edited(("def price(self, net)", "def price(self, net, more=0)")), [([7], [7], "")]),
    ],
    ids=["statement", "pair", "added", "deleted", "module level", "over lines", "signature"],
)
def test_a_piece_is_a_statement_where_it_can_be(head: str, expected: list[tuple[list[int], list[int], str]]) -> None:
    """With the function that it lies in; a changed head of a function lies in none."""
    assert taken(BASE, head) == expected


def test_a_new_function_is_one_piece_and_a_new_class_its_methods() -> None:
    """What stands before the methods of a class is its head."""
    more = """
        def opened():
            now = 1
            return now

        class Till:
            slots = 2

            def count(self):
                return self.slots

            def empty(self):
                self.slots = 0
        """
    found = parts(None, more)

    assert [(part.function, part.defines) for part in found] == [
        ("opened", True),
        ("", False),
        ("Till.count", True),
        ("Till.empty", True),
    ]


@pytest.mark.parametrize(
    "head",
    [
        edited(("import os", "import os\n    import sys")),
        edited(("net * RATE", "(net*RATE)")),
        edited(("def closed():", 'def closed() -> bool:\n        """Tell whether it is."""')),
        edited(("RATE = 2", "RATE: int = 2")),
        edited(("RATE = 2", "RATE = 2\n    __all__ = ['RATE']")),
        edited(("RATE = 2", 'RATE = 2\n    """What is due."""')),
        edited(("class Shop:", 'class Shop:\n        name: str\n        """Of the owner."""\n        till: int\n')),
        edited(("tax = net", "tax: int\n            tax = net")),
        edited(("RATE = 2", "RATE = 2\n    T = TypeVar('T')\n    Net: TypeAlias = int")),
        edited(("import os", "import os\n    from typing import cast"), ("net * RATE", "cast(int, net) * RATE")),
        edited(("    def closed", "    @overload\n    def closed() -> bool: ...\n    def closed")),
        edited(("return False", "pass\n        return False")),
    ],
    ids=[
        *("import", "layout", "docstring and annotation", "annotated", "exports", "text below a name", "declared"),
        *("declared in a function", "types", "cast", "overload", "pass"),
    ],
)
def test_what_no_test_can_demand_is_no_piece(head: str) -> None:
    """Linters, type checkers and readers speak of these."""
    assert taken(BASE, head) == []


PROPERTY = """
class Shop:
    @property
    def rate(self):
        return self._rate

    @rate.setter
    def rate(self, value):
        self._rate = value
"""
ARMS = "if NEW:\n    def closed():\n        return 1\nelse:\n    def closed():\n        return 2\n"
DISPATCHED = """
@singledispatch
def told(value): return 1

@told.register
def _(value: int):
    return 2

@told.register(str)
def _(value):
    return 3
"""
OVERLOADED = """
@overload
def closed(at: int) -> int: ...
@overload
def closed(at: str) -> str: ...
def closed(at):
    return at
"""


@pytest.mark.parametrize(
    ("before", "edit", "expected"),
    [
        (PROPERTY, ("return self._rate", "return 2"), ([5], "Shop.rate", False)),
        (PROPERTY, ("= value", "= value + 1"), ([9], "Shop.rate", False)),
        (PROPERTY, ("= value", "= value\n\n    @rate.deleter\n    def rate(self):\n        del self._rate"), None),
        (PROPERTY, ("    @rate.setter\n    def rate(self, value):\n        self._rate = value\n", ""), ([], "", False)),
        (ARMS, ("return 1", "return 3"), ([3], "closed", False)),
        (ARMS, ("return 2", "return 3"), ([6], "closed", False)),
        (DISPATCHED, ("return 2", "return 4"), ([7], "_", False)),
        (DISPATCHED, ("return 3", "return 4"), ([11], "_", False)),
        (OVERLOADED, ("return at", "return at + 1"), ([7], "closed", False)),
        (OVERLOADED, ("def closed(at: str) -> str", "def closed(at: bytes) -> bytes"), ()),
    ],
)
def test_of_several_definitions_of_a_name_each_is_compared_with_its_own(
    before: str, edit: tuple[str, str], expected: tuple[list[int], str, bool] | tuple[()] | None
) -> None:
    """Getter with getter, arm with arm: what was not touched is no piece."""
    wanted = ([11, 12, 13], "Shop.rate", True) if expected is None else expected
    found = [(list(part.after), part.function, part.defines) for part in parts(before, before.replace(*edit))]

    assert found == ([wanted] if wanted else [])


def test_a_field_is_a_piece_where_a_class_reads_its_annotations() -> None:
    """A dataclass, or what inherits from a foreign class; not what inherits from a plain one."""
    more, plain = ("\n    x: int\n    y = 1\n", "class P:\n    pass\n\n\n")
    heads = ["@dataclass\nclass A:", "class A(NamedTuple):", "class A(Model):", "class A(P):", "class A(ValueError):"]

    assert [len(parts(f"{plain}{head}\n    y = 1\n", f"{plain}{head}{more}")) for head in heads] == [1, 1, 1, 0, 0]


def test_what_cannot_be_put_back_alone_is_put_back_with_what_is_around_it() -> None:
    """An `elif` that became an `else` is no statement; of such a function all that changed is one piece."""
    before = "def f(a):\n    if a:\n        g(a)\n    elif b:\n        h(a)\n    return a\n"
    after = before.replace("    elif b:\n        h(a)\n", "    else:\n        h(b)\n")

    assert taken(before, after) == [([4, 5], [4, 5], "f")]
    assert taken(before, before.replace("def f(a):", "def f(a):\n    import os")) == []


def test_pieces_are_put_back_apart_and_together() -> None:
    """In any order; without all of them the base is there again."""
    head = edited(
        ("RATE = 2", "RATE = 3"),
        ("tax = net * RATE", "tax = RATE"),
        ("return False", "return True\n\n    def more(): ..."),
    )
    file = change_of({"a.py": (dedent(BASE), dedent(head))}).files[0]
    found = parts_of(file) or []

    assert len(found) == 4
    assert without(file, [found[0]]).decode() == dedent(head).replace("RATE = 3", "RATE = 2")
    assert same_tree(without(file, found[::-1]), dedent(BASE).encode())


def test_code_is_counted_without_comments() -> None:
    """Nor blank lines."""
    file = change_of({"a.py": ("x = 1\n", "x = 1\n\n# why\ny = [\n    1,\n]\n")}).files[0]

    assert [code_lines(file, part) for part in parts_of(file) or []] == [3]


def test_code_is_counted_without_what_it_says_of_itself() -> None:
    """A docstring, a text below a name, what is declared and imported."""
    more = 'class A:\n    """Two\n    lines."""\n\n    x: int\n    y = 1\n    """One."""\n    import os\n'
    file = change_of({"a.py": ("x = 1\n", f"x = 1\n{more}")}).files[0]

    assert [code_lines(file, part) for part in parts_of(file) or []] == [2]


def test_what_cannot_be_parsed_has_no_pieces() -> None:
    """It may be right for another Python."""
    assert parts_of(change_of({"a.py": ("x = 1\n", "print 'x'\n")}).files[0]) is None


@pytest.mark.parametrize(
    ("new", "names"),
    [
        (("tax = net * RATE", "due = net * RATE"), (("tax", "due"),)),
        (("net * RATE", "net / RATE"), ()),
        (("net * RATE", "net * RATE * 1"), ()),
        (("return net + tax", "return tax + net"), (("net", "tax"), ("tax", "net"))),
        (("return net + tax", "return tax + tax"), (("net", "tax"),)),
    ],
    ids=["renamed", "operator", "more", "swapped", "another"],
)
def test_a_renaming_is_told_by_its_names(new: tuple[str, str], names: tuple[tuple[str, str], ...]) -> None:
    """Whether it is no more than that, the trial of all its pieces together tells."""
    file = change_of({"a.py": (dedent(BASE), dedent(edited(new)))}).files[0]

    assert [renaming(file, part) for part in parts_of(file) or []] == [names]


def test_a_moved_function_is_one_piece_and_what_was_done_to_it_others() -> None:
    """Put back, it stands where it stood."""
    moved = BASE.replace("    def closed():\n        return False\n", "").replace(
        "    RATE = 2\n", "    RATE = 2\n\n    def closed():\n        return None\n"
    )
    file = change_of({"a.py": (dedent(BASE), dedent(moved))}).files[0]
    found = parts_of(file) or []

    assert [(list(part.after), part.origin is not None) for part in found] == [([6, 7], True), ([7], False)]
    assert same_tree(without(file, [found[0]]), dedent(BASE).encode())
