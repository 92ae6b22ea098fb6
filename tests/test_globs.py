"""Path patterns, as .gitignore writes them."""

import re

import pytest

from gatecheck.errors import PolicyError
from gatecheck.globs import check, expressions, matcher


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("src/", ["src/a.py", "lib/src/b.py"]),
        ("/src/", ["src/a.py"]),
        ("*.py", ["src/a.py", "lib/src/b.py", "a.py"]),
        ("/*.py", ["a.py"]),
        ("src/*.py", ["src/a.py"]),
        ("**/src/", ["src/a.py", "lib/src/b.py"]),
        ("**", ["src/a.py", "lib/src/b.py", "a.py", "docs/a.md"]),
    ],
)
def test_patterns_mean_what_git_says(pattern: str, paths: list[str]) -> None:
    """One without a slash inside matches at any depth, one with a slash from the top."""
    everything = ["src/a.py", "lib/src/b.py", "a.py", "docs/a.md"]

    assert [path for path in everything if matcher((pattern,))(path)] == paths


def test_no_patterns_match_nothing() -> None:
    """An empty list means none, not all."""
    assert not matcher(())("a.py")


def test_any_of_some_patterns_is_enough() -> None:
    """They add to each other."""
    some = matcher(("*.md", "/src/"))

    assert [some(path) for path in ("docs/a.md", "src/a.py", "a.py")] == [True, True, False]


@pytest.mark.parametrize("pattern", ["src/", "/src/", "*.py", "**/tests/integration/", "src/[ab].py"])
def test_expressions_match_what_patterns_match(pattern: str) -> None:
    """A program without pathspec gets the same answers."""
    paths = ["src/a.py", "lib/src/b.py", "a.py", "tests/integration/test_a.py", "web/tests/integration/test_b.py"]
    found = expressions((pattern,))

    assert [any(re.search(one, path) for one in found) for path in paths] == [
        matcher((pattern,))(path) for path in paths
    ]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "it matches nothing"),
        ("  ", "it matches nothing"),
        ("# source", "it matches nothing"),
        ("/", "it matches nothing"),
        ("!src/", "a negation has nothing to take away from; list what is meant"),
        ("../other/", "it leaves the repository; paths are relative to its top"),
        ("src/../../x", "it leaves the repository; paths are relative to its top"),
        ("..", "it leaves the repository; paths are relative to its top"),
        ("~/src", "it leaves the repository; paths are relative to its top"),
        ("C:/src", "it leaves the repository; paths are relative to its top"),
        ("./src/", "paths do not begin with ./; leave it out"),
        ("src/[ab.py", "'[' is never closed"),
        ("src\\", "it is no pattern of .gitignore's kind"),
    ],
)
def test_a_pattern_that_can_match_nothing_is_an_error(pattern: str, words: str) -> None:
    """The error has the place, the pattern and the reason."""
    with pytest.raises(PolicyError) as caught:
        check(["fine/", pattern], "policy.toml: source", PolicyError)

    assert str(caught.value) == f"policy.toml: source: bad glob {pattern!r}: {words}"


def test_good_patterns_pass() -> None:
    """Everything that may be meant."""
    check(["src/", "*.py", "**", "/a b/", "[ab].py", "[!a].py", "a..b"], "policy.toml: source", PolicyError)
