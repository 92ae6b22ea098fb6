"""Lines are looked at only where they hold a word: all that a pattern matches must hold one of its words."""

import random
import re

import pytest

from gatecheck.measurements.secrets import forms, lines, sieve, syntax
from gatecheck.measurements.secrets.names import HINT, HINT_WORDS
from gatecheck.measurements.secrets.texts import Text
from regex_samples import sample

UNNAMED = (lines._BASIC, forms._COMMAND, forms._CURL, *(each for each, _ in lines._UNNAMED))


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (HINT, HINT_WORDS),
        (syntax._CALLS, syntax._CALL_WORDS),
        (lines.ALLOW_COMMENT, lines._ALLOW_WORDS),
        (sieve._TELLING, sieve._WORDS),
        (lines._ADDRESS, ("://",)),
        *((pattern, lines._MARKS) for pattern in UNNAMED),
    ],
)
def test_what_a_pattern_matches_holds_one_of_its_words(pattern: re.Pattern[str], words: tuple[str, ...]) -> None:
    """Two thousand samples of each; those that the look-around makes no match are passed over."""
    rnd = random.Random(1)  # noqa: S311 - no cryptography
    samples = (f" {sample(pattern.pattern, rnd)}'" for _ in range(2000))
    matches = [match[0] for each in samples if (match := pattern.search(each))]

    assert len(matches) > 100
    assert [match for match in matches if not any(word in match.lower() for word in words)] == []


def test_lines_are_found_by_their_words() -> None:
    """In any case, once each, among the added ones alone; what grows in lower case moves no line."""
    text = Text("a.cfg", ("Token token", "İİİİİİ", "token", "x", "tokens"), frozenset((1, 2, 4, 5, 6)))

    assert text.holding(("token", "x")) == {1, 4, 5}
    assert text.matching(re.compile(r"token\b"), ("token",)) == {1}
