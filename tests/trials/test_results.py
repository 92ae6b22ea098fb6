"""Faults of a whole function: what it gives is lost, or another value of the same type."""

import ast
from collections.abc import Callable
from textwrap import dedent

import pytest

from gatecheck.testing import file_change
from gatecheck.trials.functions import changed_functions
from gatecheck.trials.results import results_of


def altered(source: str, before: str | None = None) -> list[tuple[str, str]]:
    """Give the rule of each fault in the first changed function, and the altered source."""
    change = file_change("a.py", before, dedent(source))
    found = changed_functions(change, frozenset())
    assert found
    made = [(mutant.rule, mutant.source.decode()) for mutant in results_of(change.after or b"", found[0])]
    for _, text in made:
        ast.parse(text)
    return made


def given(source: str, argument: object) -> list[object]:
    """Give what each altered function f gives."""
    values = []
    for _, text in altered(source):
        space: dict[str, Callable[[object], object]] = {}
        exec(text, space)  # noqa: S102 - text of this file
        values.append(space["f"](argument))
    return values


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("def f(a) -> int:\n    return a\n", [None, 7919]),
        ("def f(a) -> float:\n    return a\n", [None, 7919.5]),
        ("def f(a) -> bool:\n    return a\n", [None, True, False]),
        ("def f(a):\n    return a == 1\n", [None, True, False]),
        ("def f(a):\n    return not a\n", [None, True, False]),
        ("def f(a) -> 'str':\n    return a\n", [None, "gatecheck"]),
        ("def f(a) -> list[str]:\n    return [a]\n", [None, ["gatecheck"]]),
        ("def f(a) -> 'typing.Sequence':\n    return [a]\n", [None, [None]]),
        ("def f(a) -> frozenset[int]:\n    return a\n", [None, frozenset({7919})]),
        ("def f(a):\n    return {x for x in a}\n", [None, {None}]),
        ("def f(a) -> 'Price':\n    return a\n", [None]),
    ],
)
def test_another_value_of_the_type_that_is_said_or_seen(source: str, values: list[object]) -> None:
    """None is one for all; of a type that is not known there is no other."""
    assert given(source, (1, 2)) == values


def test_effects_stay() -> None:
    """What was worked out is worked out, whichever way out is taken; lines stay where they are."""
    source = "def f(a):\n    if a:\n        return g(\n            a)\n    return g(0) > 1\n"
    (rule, text), *_ = altered(source)

    assert rule == "result-lost"
    assert text == source.replace("g(\n            a)", "((g(\n            a)), None)[1]").replace(
        "return g(0) > 1", "return ((g(0) > 1), None)[1]"
    )


@pytest.mark.parametrize(
    "source",
    [
        "def f(a):\n    yield a\n    return a\n",
        "def __repr__(self):\n    return f'{self}'\n",
        "def f(a):\n    g(a)\n",
        "def f(a):\n    return None\n",
        "def f(a) -> bool:\n    return False\n",
    ],
)
def test_functions_without_a_result_to_lose(source: str) -> None:
    """Generators, what Python calls itself, and what gives nothing."""
    assert [fault for fault in altered(source) if fault[0] == "result-lost"] == []


def test_a_constant_is_not_replaced_by_itself() -> None:
    """The fault would be none."""
    assert [text for rule, text in altered("def f(a) -> bool:\n    return True\n") if "True)[1]" in text] == []


def test_what_was_returned_before_is_left_alone() -> None:
    """Where a return stayed, most tests are about what stayed."""
    before = "def f(a):\n    if a:\n        return 1\n    return g(a)\n"

    assert altered(before.replace("g(a)", "h(a)"), before) == []
