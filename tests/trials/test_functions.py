"""Which functions a change alters."""

from gatecheck.testing import change_of
from gatecheck.trials.functions import changed_functions, known_functions

BEFORE = '''
class Cart:
    def total(self, prices):
        """Give the sum."""
        return sum(prices)

    def empty(self):
        return []
'''


def changed(before: str | None, after: str) -> list[tuple[str, list[int]]] | None:
    """Give the names of the functions that do something else, with their changed lines."""
    change = change_of({"shop.py": (before, after)})
    found = changed_functions(change.files[0], known_functions(change))
    return None if found is None else [(function.name, sorted(function.changed)) for function in found]


def test_an_edited_function_is_changed_in_its_new_lines() -> None:
    """And a new one in all of its body; what stands beside them is not."""
    after = BEFORE.replace("return sum(prices)", "prices = list(prices)\n        return sum(prices)")

    assert changed(BEFORE, after) == [("Cart.total", [5])]
    assert changed(None, BEFORE) == [("Cart.total", [5]), ("Cart.empty", [8])]


def test_what_is_said_of_a_function_changes_nothing() -> None:
    """Docstrings, comments, annotations, layout and places."""
    for after in (
        BEFORE.replace("Give the sum", "Give the whole sum"),
        BEFORE.replace("self, prices)", "self, prices: list[int]) -> int"),
        BEFORE.replace("return []", "return [  # nothing\n        ]"),
        "X = 1\n" + BEFORE,
        BEFORE.replace("        return []", "        x: int\n        return []").replace("        x: int\n", ""),
    ):
        assert changed(BEFORE, after) == []


def test_a_moved_function_is_known() -> None:
    """From a file to another, or out of the order."""
    text = "def fee():\n    return 1\n"
    change = change_of({"a.py": (text, ""), "b.py": ("", text)})

    assert changed_functions(change.files[1], known_functions(change)) == []


def test_a_default_or_a_decorator_changes_a_function() -> None:
    """Both are part of what it does."""
    assert changed("def fee(a=1):\n    return a\n", "def fee(a=2):\n    return a\n") == [("fee", [])]
    assert changed("def fee():\n    return 1\n", "@cache\ndef fee():\n    return 1\n") == [("fee", [])]


def test_stubs_have_nothing_to_disable() -> None:
    """Nor has what only type checkers read."""
    stubs = (
        "def f():\n    pass\n",
        "def f():\n    ...\n",
        'def f():\n    """Doc."""\n',
        "def f():\n    raise NotImplementedError\n",
        'class A:\n    @abstractmethod\n    def f(self):\n        """Doc."""\n        raise NotImplementedError("f")\n',
        "@typing.overload\ndef f(a: int) -> int:\n    return 1\n",
        "class A(Protocol[T]):\n    def f(self):\n        return 1\n",
        "if TYPE_CHECKING:\n    def f():\n        return 1\n",
    )

    assert [changed(None, text) for text in stubs] == [[]] * len(stubs)


def test_functions_are_found_wherever_they_are_defined() -> None:
    """In conditions, handlers and cases; nested ones belong to the outermost."""
    text = """
try:
    import fast
except ImportError:
    def quick():
        return 1
else:
    class Fast:
        if fast:
            async def quick(self):
                def inner():
                    return 2
                return inner
"""

    assert [name for name, _ in changed(None, text) or []] == ["quick", "Fast.quick"]


def test_what_cannot_be_parsed_is_told_from_what_has_no_function() -> None:
    """So is an encoding in which columns cannot be counted."""
    latin = change_of({"a.py": (None, "# coding: latin-1\ndef f():\n    return 'é'\n".encode("latin-1"))})

    assert changed(None, "def f(:\n") is None
    assert changed(None, "X = 1\n") == []
    assert changed_functions(latin.files[0], frozenset()) is None
