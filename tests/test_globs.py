"""Path patterns, as .gitignore writes them."""

import random
import re
import subprocess
import time
from pathlib import Path

import pytest

from gatecheck.errors import PolicyError, UnreadableError
from gatecheck.globs import attribute_pattern, check, expressions, matcher
from gatecheck.hidden.attributes import rules_of


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


def test_a_negation_takes_away_what_stands_before_it() -> None:
    """The last pattern that fits decides; a negation alone matches nothing."""
    some = matcher(("*.md", "!/docs/", "/docs/b.md"))

    assert [some(path) for path in ("a.md", "docs/a.md", "docs/b.md")] == [True, False, True]
    assert not matcher(("!*.md",))("a.md")


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


_NAMES = ("a", "b", "ab", "aab", "a.b", "aXb", "[a]", "a-b", "A", "b c", "ba")
_PARTS = (
    *("a", "b", "*", "?", "**", "/", "/**/", "[ab]", "[!a]", "[a-b]", "[]a]", "\\a", "ab", ".", "[[:upper:]]", "[^b]"),
    *("/", "-", "X", "**/", "/**", "b*", "a**/"),
)
_WORDS = ("-diff", "diff", "binary", "m", "n", "filter=x", "-m")
_MACROS = "[attr]m -diff n\n[attr]n filter=y -text m\n"


def _paths(rnd: random.Random) -> list[str]:
    return sorted({"/".join(rnd.choices(_NAMES, k=rnd.randint(1, 5))) for _ in range(150)})


def _pattern(rnd: random.Random) -> str:
    """Draw a pattern; git passes over one with two slashes in a row, or brackets around a slash."""
    drawn = "".join(rnd.choices(_PARTS, k=rnd.randint(1, 6)))
    return drawn if "//" not in drawn and not drawn.startswith("!") else _pattern(rnd)


def _asked(folder: Path, *arguments: str, paths: list[str]) -> list[str]:
    """Ask git about paths."""
    command = ["git", "-C", str(folder), *arguments, "-z", "--stdin"]
    done = subprocess.run(command, input="\0".join(paths).encode(), stdout=subprocess.PIPE, check=False)
    return done.stdout.decode().split("\0")[:-1]


def test_random_patterns_mean_what_git_takes_them_for(tmp_path: Path) -> None:
    """Git itself is asked, for .gitignore's patterns."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    rnd = random.Random(20)  # noqa: S311 - the same patterns in every run
    for _ in range(150):
        paths, pattern = _paths(rnd), _pattern(rnd)
        (tmp_path / ".gitignore").write_text(f"{pattern}\n")
        ignored = _asked(tmp_path, "check-ignore", "--no-index", paths=paths)

        assert [path for path in paths if matcher((pattern,))(path)] == ignored, pattern


def test_random_attributes_mean_what_git_takes_them_for(tmp_path: Path) -> None:
    """Git itself is asked, for patterns, the order of words, and macros that name each other."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    rnd = random.Random(20)  # noqa: S311 - the same patterns in every run
    for _ in range(150):
        paths, pattern = _paths(rnd), _pattern(rnd)
        text = f"{_MACROS}{pattern} {' '.join(rnd.choices(_WORDS, k=3))}\n"
        (tmp_path / ".gitattributes").write_text(text)
        told = _asked(tmp_path, "check-attr", "diff", "filter", "text", paths=paths)
        (rule,) = rules_of(".gitattributes", text.encode())
        words = {True: "set", False: "unset"}
        settings = {name: words[value] if isinstance(value, bool) else value for name, value in rule.settings}
        ours = [
            [path, name, settings.get(name, "unspecified") if rule.fits(path) else "unspecified"]
            for path in paths
            for name in ("diff", "filter", "text")
        ]

        assert [word for entry in ours for word in entry] == told, text


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 14 + "*b.py", "*a" * 2000 + "*b", "**/a/" * 14 + "b", "**/*a/" * 900 + "b", "?" * 2000 + "*?" * 900],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    """Stars that try each place after each other would take longer than a human life."""
    began = time.process_time()
    for path in ("a" * 4000, "a/" * 2000 + "c", "aa/" * 1300 + "c"):
        matcher((pattern,))(path)
        attribute_pattern(pattern).fullmatch(path)

    assert time.process_time() - began < 5


def test_too_many_patterns_are_refused() -> None:
    """A list that takes minutes to be compiled is no honest one."""
    with pytest.raises(UnreadableError):
        matcher(tuple(f"src/pkg{number}/**/test_*.py" for number in range(20_000)))


def test_macros_that_stand_for_each_other_are_read_once() -> None:
    """Thirty lines that name the next one twice would stand for a billion words."""
    lines = "".join(f"[attr]m{number} m{number + 1} m{number + 1}\n" for number in range(60))
    (rule,) = rules_of(".gitattributes", f"{lines}* m0\n".encode())

    assert len(rule.settings) == 61
