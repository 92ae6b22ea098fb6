"""What became of each unit of a file."""

from gatecheck.pairing import Fate, paired
from gatecheck.testing import file_change

LONG = "    one = 1\n    two = 2\n    return one + two\n"


def fates(before: str, after: str) -> tuple[dict[str, Fate], dict[str, Fate]]:
    """Give the fate of every function, by name, on both sides."""
    halves = paired(file_change("m.py", before, after))
    assert halves is not None
    old, new = ({half.units[index].name: fate for index, fate in half.fates.items()} for half in halves)
    return old, new


def test_a_function_that_stays_is_kept() -> None:
    """Lines around it may come and go."""
    old, new = fates("def f():\n" + LONG, "import os\n\n\ndef f():\n" + LONG)

    assert old == {"f": Fate.KEPT}
    assert new == {"": Fate.CHANGED, "f": Fate.KEPT}


def test_a_function_rewritten_in_layout_alone_is_kept() -> None:
    """No line of it needs to survive."""
    old, new = fates("def f(): return [1]\n", "def f():\n    return [\n        1\n    ]\n")

    assert old == new == {"f": Fate.KEPT}


def test_a_function_that_went_elsewhere_moved() -> None:
    """It means the same, and its lines are new where it is."""
    f, g = "def f():\n" + LONG, "def g():\n" + LONG.replace("1", "3") + "    # the end\n"
    old, new = fates(f + g, g + f)

    assert old == new == {"f": Fate.MOVED, "g": Fate.KEPT}


def test_an_edited_function_changed() -> None:
    """So did one that came into a class, and one that was taken away."""
    inside = "class A:\n" + "".join(f"    {line}\n" for line in ("def f():\n" + LONG).split("\n")[:-1])

    assert fates("def f():\n" + LONG, "def f():\n" + LONG.replace("1", "3"))[0] == {"f": Fate.CHANGED}
    assert fates("def f():\n" + LONG, inside)[0] == {"f": Fate.CHANGED}
    assert fates("def f():\n" + LONG, "x = 1\n")[0] == {"f": Fate.CHANGED}


def test_a_side_that_cannot_be_parsed_pairs_with_nothing() -> None:
    """There is no guess."""
    assert paired(file_change("m.py", "print 1\n", "x = 1\n")) is None
    assert paired(file_change("m.py", "x = 1\n", "print 1\n")) is None
