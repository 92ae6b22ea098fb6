"""Boundaries that no input can tell apart, and those that some can."""

import ast
from textwrap import dedent

import pytest

from gatecheck.testing import file_change
from gatecheck.trials.equivalence import is_equivalent
from gatecheck.trials.functions import changed_functions
from gatecheck.trials.mutants import mutants_of

WAITS = """
    def wait(self, state):
        exponent = state.attempt - 1
        if (
            self.multiplier > 0
            and self.max > 0
            and self.base > 1
            and math.isfinite(self.max)
            and exponent > math.log(self.max / self.multiplier, self.base)
        ):
            return max(max(0, self.min), self.max)
        try:
            result = self.multiplier * self.base**exponent
        except OverflowError:
            return self.max
        return max(max(0, self.min), min(result, self.max))
    """


def told(source: str) -> list[bool]:
    """Tell of each ordering in a function whether it is equivalent, from top to bottom."""
    function = ast.parse(dedent(source)).body[0]
    found = [node for node in ast.walk(function) if isinstance(node, ast.Compare)]
    return [is_equivalent(function, node) for node in sorted(found, key=lambda node: (node.lineno, node.col_offset))]


@pytest.mark.parametrize(
    "source",
    [
        "def f(a):\n    if a > 0:\n        return a * 2\n    return 0\n",
        "def f(a, b):\n    return b - a if a < b else 0\n",
        "def f(a):\n    if a > 5:\n        a = 5\n    return a\n",
        "def f(a, b):\n    if a < b:\n        a, b = b, a\n    return a - b\n",
        "def f(self, a):\n    if a > 0:\n        self.total += a\n",
        "def f(self):\n    return self.rate * self.net if self.net > 0 else 0\n",
        "def f(items):\n    if len(items) > 0:\n        for item in items:\n            g(item)\n    return items\n",
        "def f(items):\n    if len(items) > 1:\n        items = sorted(items)\n    return items\n",
        "def f(a):\n    some = load(a)\n    if len(some) > 0:\n        some = some[:]\n    return some\n",
        "def f(a, b):\n    s = 0\n    for i in range(a):\n        if i < b:\n            s += b - i\n    return s\n",
        "def f(a):\n    n = 0\n    while n < a:\n        n += 1\n        if n > a:\n            n -= 0\n    return n\n",
        "def f(self, a):\n    def g(b):\n        return b if b > 0 else 0\n    return g\n",
    ],
)
def test_where_equal_values_give_the_same_no_test_could_tell(source: str) -> None:
    """A product, a clamp, a loop over nothing."""
    assert told(source)[-1] is True


@pytest.mark.parametrize(
    "source",
    [
        "def f(a):\n    if a > 0:\n        return a * 2\n    return 1\n",
        "def f(a):\n    if a >= 18:\n        return True\n    return False\n",
        "def f(a):\n    return a < 18\n",
        "def f(a):\n    if a > 100:\n        return a * 0.9\n    return a\n",
        "def f(a):\n    if a <= 0:\n        raise ValueError('low')\n    return a\n",
        "def f(self, a):\n    if a > 0:\n        self.send(a)\n",
        "def f(self, a):\n    if a > 10:\n        self.total += a\n",
        "def f(self, a):\n    if a > 10:\n        self.over = True\n",
        "def f(a):\n    while a > 0:\n        a -= 1\n    return a\n",
        "def f(items):\n    if len(items) > 2:\n        items = sorted(items)\n    return items\n",
        "def f(items):\n    if len(items) > 0:\n        return items[0]\n    return None\n",
        "def f(a, b):\n    if a < b:\n        return f'{a} below'\n    return f'{a} above'\n",
        "def f(a):\n    if a > 0:\n        return {'a': a}\n    return {'a': 1}\n",
        "def f(a):\n    if a > 0:\n        yield a\n",
        "def f(items, a):\n    return [item for item in items if item < a]\n",
        "def f(a):\n    if a > 0:\n        return g(a)\n    return g(0) * 1 + 1\n",
        "def f(a):\n    if a > 0:\n        with a.b: pass\n",
        "def f(a):\n    if a > 0:\n        return 2 ** 9 ** 9 ** 9\n    return 0\n",
        "def f(a):\n    if a >= 0:\n        return 2 ** 9 ** 9 ** 9\n    return 0\n",
        "def f(a, b):\n    if a < b < 3:\n        return 1\n    return 2\n",
    ],
)
def test_what_some_input_tells_apart_counts(source: str) -> None:
    """And so does what cannot be worked out."""
    assert told(source)[-1] is False


def test_of_a_long_condition_each_boundary_is_looked_at_for_itself() -> None:
    """At three of these the moved one divides by nothing, or takes its logarithm; at the last both give the maximum."""
    assert told(WAITS) == [False, False, False, True]


def test_the_search_is_bounded() -> None:
    """Endless loops, many names, deep expressions: they count, soon."""
    many = " + ".join(f"a.n{number}" for number in range(50))
    sources = [
        "def f(a):\n    while True:\n        if a > 0:\n            a = a * 2\n",
        f"def f(a):\n    if a > 0:\n        return a * ({many})\n    return 0\n",
        f"def f(a):\n    if a > 0:\n        return {'(' * 80}a{')' * 80}{' + 1' * 900}\n    return 0\n",
        "def f(a):\n    if a > 0:\n        return round(a, -999999999)\n    return 0\n",
    ]

    assert [told(source)[-1] for source in sources] == [False] * 4


def test_a_mutant_knows_whether_it_is_equivalent() -> None:
    """Only a moved boundary is asked; the same function may hold both."""
    source = "def f(a):\n    if a > 0:\n        return a * 2\n    return 0 if a > -9 else 7\n"
    functions = changed_functions(file_change("a.py", None, source), frozenset()) or []
    made = mutants_of(source.encode(), functions[0], frozenset(range(9)))

    assert [(mutant.rule, mutant.is_equivalent) for mutant in made] == [
        ("boundary", True),
        ("arithmetic", False),
        ("boundary", False),
    ]
