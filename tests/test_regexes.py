"""Searching with regular expressions of unknown hands."""

import time

import pytest

from gatecheck.errors import UnreadableError
from gatecheck.regexes import CPU_S, found_in


def test_each_pattern_has_its_own_answer() -> None:
    """What is no regular expression, or one too deep to be compiled, has none."""
    deep = "(" * 5000 + ")" * 5000

    assert found_in(["^a", "(", "b$", deep], ["ab", "ba", "a\udc80"], "here") == [{"ab", "a\udc80"}, None, {"ab"}, None]


def test_nothing_to_search_takes_no_process() -> None:
    """Neither without patterns nor without texts."""
    assert found_in([], ["a"], "here") == []
    assert found_in(["a", "b"], [], "here") == [frozenset(), frozenset()]


def test_a_pattern_that_takes_for_ever_is_ended_and_named() -> None:
    """An expression of seven characters would take longer than a human life."""
    began = time.monotonic()
    with pytest.raises(UnreadableError) as caught:
        found_in(["a", "(a+)+$"], ["a" * 60 + "b"], "a hook")

    assert str(caught.value) == f"a hook: the search for '(a+)+$' took more than {CPU_S} s"
    assert time.monotonic() - began < 8 * CPU_S
