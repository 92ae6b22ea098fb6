"""Path patterns, as .gitignore, CODEOWNERS and .gitattributes write them (gitignore(5) and git's wildmatch.c).

A pattern becomes a regular expression that takes time in the product of its length and the path's at most, whoever
wrote them: of several stars, each but the last takes the first place where what follows it fits, and no other one.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from gatecheck.errors import GatecheckError, UnreadableError

_LONGEST = 10_000  # characters of a pattern; a path has 4,096 bytes at most
_MOST = 200_000  # of all patterns of one list: they take 4 s to be compiled
_NEVER, _FOLDER = "(?!)", "(?:[^/]*/)"
# git compares what stands before the first wildcard by itself, and takes what is left for the pattern: in `a**/b` the
# stars then stand at a beginning, and mean any folders.
_PLAIN = re.compile(r"([^*?\[\\]*[^*?\[\\/])(?=\*\*+(?:/|\Z))")
_TOKEN = re.compile(r"\*+|\?|\[[!^]?\]?(?:\[:\w+:\]|\\.|[^]\\])*+\]|\\.|[^*?\\[]++|[\\[]", re.DOTALL)
_MEMBER = re.compile(r"\[:(\w+):\]|(\\.|.)-(\\.|[^]])|(\\.|.)", re.DOTALL)
_CLASSES = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "xdigit": "A-Fa-f0-9",
}


def matcher(patterns: tuple[str, ...]) -> "Matcher":
    """Compile patterns once; see `Matcher`."""
    return _compiled(patterns)


class Matcher:
    """Tells whether a path, relative to the repository's top, matches any of some patterns."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        if sum(map(len, patterns)) > _MOST:
            raise UnreadableError(f"{len(patterns)} patterns of paths, such as {patterns[0][:60]!r}, are too many")
        self._runs = [(takes, _any_of(run)) for takes, run in groupby(patterns, lambda one: not one.startswith("!"))]

    def __call__(self, path: str) -> bool:
        """Match one path; the last pattern that fits it decides, and one that begins with `!` takes it away again."""
        return next((takes for takes, run in reversed(self._runs) if run.fullmatch(path)), False)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    every = [expression for pattern in patterns if (expression := _ignored(pattern.removeprefix("!")))]
    return re.compile("|".join(every) or _NEVER, re.DOTALL)


def expressions(patterns: tuple[str, ...]) -> list[str]:
    """Give the regular expressions that the patterns mean, for a program that may run on Python 3.9."""
    found = (_ignored(pattern, once="(?:") for pattern in patterns)
    return [rf"(?s)^(?:{expression})\Z" for expression in found if expression]


def attribute_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of .gitattributes, which is no folder's: it matches a name, or a path from its own folder."""
    return _attribute(pattern)


@lru_cache(maxsize=4096)
def _attribute(pattern: str) -> re.Pattern[str]:
    return re.compile(_path(pattern.removeprefix("/"), "(?>") if len(pattern) <= _LONGEST else _NEVER, re.DOTALL)


@lru_cache(maxsize=256)
def _compiled(patterns: tuple[str, ...]) -> Matcher:
    return Matcher(patterns)


def _ignored(pattern: str, once: str = "(?>") -> str:
    """Give the expression of .gitignore's pattern, "" for one that matches nothing; raises ValueError for none at all.

    once: how a group begins that is not entered again to match otherwise.
    """
    text = _without_blanks(pattern)
    if len(text) > _LONGEST or text.startswith("#") or not text.strip("/"):
        return ""
    if re.search(r"(?<!\\)(?:\\\\)*\\\Z", text):
        raise ValueError(pattern)
    bare = text.removesuffix("/")
    named = bare.removeprefix("/") if "/" in bare else f"**/{bare}"
    return _path(named, once) + ("/.+" if text.endswith("/") else "(?:/.+)?")


def _without_blanks(pattern: str) -> str:
    stripped = pattern.rstrip(" ")
    return f"{stripped} " if stripped.endswith("\\") and stripped != pattern else stripped


def _path(text: str, once: str) -> str:
    """Translate a whole path; between two `**` each run of segments takes the first place where it fits."""
    plain = _PLAIN.match(text)
    out = re.escape(plain[1]) if plain else ""
    runs = _runs(text[plain.end() if plain else 0 :].split("/"))
    for number, (anywhere, run) in enumerate(runs):
        names = "/".join(_segment(segment, once) for segment in run)
        if not run:  # the pattern ends with `**`
            out += ".*" if plain else ".+"
        elif not anywhere:
            out += names if number == len(runs) - 1 else f"{names}/"
        elif number == len(runs) - 1:
            out += f"{_FOLDER}*{names}"
        else:
            out += f"{once}{_FOLDER}*?{names}/)"
    return out


def _runs(segments: list[str]) -> list[tuple[bool, list[str]]]:
    """Part segments at each `**`: whether one stands before, and the segments up to the next one."""
    runs: list[tuple[bool, list[str]]] = [(False, [])]
    for segment in segments:
        if len(segment) > 1 and not segment.strip("*"):
            runs.append((True, []))
        else:
            runs[-1][1].append(segment)
    return [run for number, run in enumerate(runs) if run[1] or number == len(runs) - 1]


def _segment(segment: str, once: str) -> str:
    """Translate what stands between two slashes; each star but the last takes the first place where the rest fits."""
    pieces, stars = [""], 0
    for token in _TOKEN.findall(segment):
        if token.startswith("*"):
            pieces.append("")
            stars += 1
        else:
            pieces[-1] += _translated(token)
    first, *rest = pieces
    firm = "".join(f"{once}[^/]*?{piece})" for piece in rest[:-1])
    return first + firm + (f"[^/]*{rest[-1]}" if rest else "") if segment else _NEVER


def _translated(part: str) -> str:
    if part == "?":
        return "[^/]"
    if part.startswith("[") and len(part) > 1:
        return _bracket(part[1:-1])
    if part in {"[", "\\"}:  # never closed, or nothing to escape: git takes the pattern for none
        return _NEVER
    return re.escape(part[1:]) if part.startswith("\\") else re.escape(part)


def _bracket(inside: str) -> str:
    negated = inside.startswith(("!", "^"))
    members = "".join(_members(inside[negated:]))
    if not members:
        return "[^/]" if negated else _NEVER
    return f"(?!/)[{'^' if negated else ''}{members}]"


def _members(inside: str) -> Iterator[str]:
    for name, low, high, single in _MEMBER.findall(inside):
        if name:
            yield _CLASSES.get(name, "")
        elif single:
            yield re.escape(single[-1])
        elif low[-1] <= high[-1]:
            yield f"{re.escape(low[-1])}-{re.escape(high[-1])}"


def check(patterns: Iterable[str], place: str, error: type[GatecheckError]) -> None:
    """Raise `error` for a pattern that cannot match anything inside a repository."""
    for pattern in patterns:
        if problem := _problem(pattern):
            raise error(f"{place}: bad glob {pattern!r}: {problem}")


def sound(pattern: str) -> bool:
    """Tell whether a pattern of a file that gatecheck does not own can be used as one."""
    return not pattern.startswith("#") and not _problem(pattern)


def _problem(pattern: str) -> str:
    if pattern.startswith("!"):
        return "a negation has nothing to take away from; list what is meant"
    if pattern.startswith("~") or ".." in pattern.split("/") or (len(pattern) > 1 and pattern[1] == ":"):
        return "it leaves the repository; paths are relative to its top"
    if pattern.startswith("./"):
        return "paths do not begin with ./; leave it out"
    if pattern.count("[") > pattern.count("]"):
        return "'[' is never closed"
    try:
        return "" if _ignored(pattern) else "it matches nothing"
    except ValueError:
        return "it is no pattern of .gitignore's kind"
