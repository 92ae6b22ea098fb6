"""Layout changes of one file, hunk by hunk."""

import pytest

from gatecheck.churn import Churn, Place, Sort, churn_of
from gatecheck.testing import file_change

BASE = '''\
"""Doc."""

import os
import sys

LIMIT = 10  # per day


def first(one, two):
    # Why it adds.
    return one + two


class Box:
    """A box."""

    def second(self, one):
        """Doc."""
        if one:
            return os.name

        return sys.path

    def third(self):
        total = 0
        for one in self:
            total += one
        return total


def last():
    return first(1, 2)
'''


def churn(*replaced: tuple[str, str], path: str = "m.py") -> Churn:
    """Sort the change that replaces texts in the base."""
    after = BASE
    for old, new in replaced:
        assert after.count(old) == 1, old
        after = after.replace(old, new)
    return churn_of(file_change(path, BASE, after))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (
            "            return os.name\n\n",
            "            return os.name\n",
            Place(Sort.WHITE_SPACE, 20, 20, "Box.second"),
        ),
        ("one + two", "one+two", Place(Sort.WHITE_SPACE, 11, 11, "first")),
        ("one + two", "(one + two)", Place(Sort.LAYOUT, 11, 11, "first")),
        ("(1, 2)\n", "(\n        1,\n        2,\n    )\n", Place(Sort.LAYOUT, 32, 35, "last")),
        ('"""A box."""', "'''A box.'''", Place(Sort.LAYOUT, 15, 15)),
        ("# Why it adds.", "# Why it sums.", Place(Sort.COMMENT, 10, 10, "first")),
        ("  # per day", "  # per week", Place(Sort.COMMENT, 6, 6)),
        ("LIMIT", "# A limit.\nLIMIT", Place(Sort.COMMENT, 6, 6)),
        ("# Why it adds.", "#Why  it adds.", Place(Sort.WHITE_SPACE, 10, 10, "first")),
        ("import os\nimport sys", "import sys\nimport os", Place(Sort.IMPORT_ORDER, 3, 3)),
        ("class Box", "\nclass Box", Place(Sort.WHITE_SPACE, 12, 12)),
    ],
)
def test_layout_is_told_from_meaning(old: str, new: str, place: Place) -> None:
    """The place says what was altered, where, and in which function."""
    found = churn((old, new))

    assert found.places == (place,)
    assert not found.substance


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one + two", "one - two"),
        ("import os\n", ""),
        ("LIMIT = 10", "LIMIT = 11"),
        ("class Box:", "class Box(dict):"),
        ('"""A box."""', '"""A case."""'),
        ("  # per day", "  # noqa: E501"),
        ("return one + two", "return one + two  # type: ignore[misc]"),
        ("def last():\n    return first(1, 2)\n", ""),
        ("def last():\n    return first(1, 2)\n", "if os:\n    def last():\n        return first(1, 2)\n"),
        ("os.name", "os.name; sys.exit()"),
    ],
)
def test_meaning_is_no_churn(old: str, new: str) -> None:
    """Code, docstrings, directives, and what is put into a block are substance."""
    found = churn((old, new))

    assert found.places == ()
    assert found.substance


@pytest.mark.parametrize(
    ("old", "new"),
    [("    # Why it adds.\n", ""), ("LIMIT = 10  # per day", "LIMIT = 10")],
)
def test_a_comment_taken_away_is_neither(old: str, new: str) -> None:
    """Dead comments may go with any change."""
    found = churn((old, new))

    assert found.places == ()
    assert not found.substance


@pytest.mark.parametrize(("before", "after"), [('X = "\\d"\n', 'X = r"\\d"\n'), ('X = u"d"\n', 'X = "d"\n')])
def test_the_prefix_of_a_string_is_substance(before: str, after: str) -> None:
    """The r mends an invalid escape and the u goes with Python 2, though the value stays."""
    found = churn_of(file_change("m.py", before, after))

    assert found.places == ()
    assert found.substance


def test_layout_next_to_a_changed_line_is_not_churn() -> None:
    """Blank lines and comments around changed code belong to it, and so do statements a few lines off."""
    blank = churn(("def last():\n    return first(1, 2)\n", "\n# The end.\n\ndef last():\n    return first(1, 3)\n"))
    comment = churn(("import sys", "import sys, re"), ("# per day", "# per week"))

    assert blank.places == comment.places == ()
    assert blank.substance
    assert comment.substance


def test_layout_in_another_function_is_churn_beside_a_change() -> None:
    """However near it is, a function that the change does not touch has no reason to be laid out anew."""
    found = churn(("return sys.path", "return sys.argv"), ("total = 0", "total=0"))

    assert found.places == (Place(Sort.WHITE_SPACE, 25, 25, "Box.third"),)
    assert found.substance


def test_places_in_one_function_are_one() -> None:
    """They are read and mended together."""
    found = churn(("total = 0", "total=0"), ("total += one", "total+=one"))

    assert found.places == (Place(Sort.WHITE_SPACE, 25, 27, "Box.third"),)


def test_a_moved_function_is_found_where_it_went() -> None:
    """Four lines make it known, even within a hunk that adds other code."""
    third = BASE[BASE.index("    def third") : BASE.index("\n\ndef last")]
    after = BASE.replace("\n" + third, "").replace(
        "    def second", "    def new(self): ...\n\n" + third + "\n    def second"
    )
    found = churn_of(file_change("m.py", BASE, after))

    assert [(place.sort, place.function) for place in found.places] == [(Sort.MOVED, "Box.third")]
    assert found.substance


def test_a_short_function_elsewhere_is_substance() -> None:
    """Two lines are alike by chance."""
    short = BASE[BASE.index("\n\ndef last") :]
    after = BASE.replace(short, "").replace("LIMIT", short.strip() + "\n\n\nLIMIT")

    assert churn_of(file_change("m.py", BASE, after)).substance


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from a import c, b\n", "from a import b, c\n"),
        ("import b, a\n", "import a\nimport b\n"),
        ("from a import (\n    c,\n    b,\n)\nimport z\n", "import z\nfrom a import b, c\n"),
    ],
)
def test_imports_in_another_order_are_churn(before: str, after: str) -> None:
    """What is imported decides, not how many statements say it."""
    found = churn_of(file_change("m.py", before, after))

    assert {place.sort for place in found.places} == {Sort.IMPORT_ORDER}
    assert not found.substance


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from a import b\n", "from .a import b\n"),
        ("import a\n", "import a as b\n"),
        (
            "try:\n    import a\nexcept OSError:\n    def a(): ...\n",
            "import a\ntry:\n    pass\nexcept OSError:\n    def a(): ...\n",
        ),
        ("import a; f()\n", "import a; g()\n"),
    ],
)
def test_other_imports_are_substance(before: str, after: str) -> None:
    """Names, levels, and the block that an import stands in make a difference."""
    assert churn_of(file_change("m.py", before, after)).substance


def test_line_ends_that_all_change_are_one_place() -> None:
    """Whether more changed is told all the same."""
    only = churn_of(file_change("m.py", BASE, BASE.replace("\n", "\r\n")))
    more = churn_of(file_change("m.py", BASE, BASE.replace("10", "11").replace("\n", "\r\n")))

    assert only.places == more.places == (Place(Sort.LINE_ENDS, 1, 32),)
    assert not only.substance
    assert more.substance


@pytest.mark.parametrize(
    ("path", "before", "after", "places"),
    [
        ("a.yml", "a: 1  \n", "a: 1\n", 1),
        ("a.yml", "a:\n  b: 1\n", "a:\n b: 1\n", 0),
        ("a.yml", "a: 1\nb: 2\n", "a: 1\n\nb: 2\n", 1),
        ("a.md", "a\nb\n", "a\n\nb\n", 0),
        ("a.md", "a  \nb\n", "a\nb\n", 1),
        ("a.py", "print 'a'\nprint 'b'\n", "print 'a'\n\nprint 'b'\n", 1),
        ("a.py", "print 'a'\n", "print ('a')\n", 0),
    ],
)
def test_other_text_is_compared_by_its_white_space(path: str, before: str, after: str, places: int) -> None:
    """Ends of lines mean nothing, blank lines mean something in prose, indentation always may."""
    found = churn_of(file_change(path, before, after))

    assert len(found.places) == places
    assert found.substance is not bool(places)
    assert found.parsed is not path.endswith(".py")


def test_what_only_the_tokenizer_refuses_is_still_compared() -> None:
    """Without comments to compare, what is left is layout."""
    found = churn_of(file_change("m.py", "def f():\n    a\n  \\\n\n", "def f():\n    (a)\n  \\\n\n"))

    assert found.places == (Place(Sort.LAYOUT, 2, 2, "f"),)
