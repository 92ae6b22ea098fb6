"""Path patterns, as .gitignore and CODEOWNERS write them (the library is pathspec)."""

from collections.abc import Iterable
from functools import lru_cache

from gatecheck.errors import GatecheckError


def matcher(patterns: tuple[str, ...]) -> "Matcher":
    """Compile patterns once; see `Matcher`."""
    return _compiled(patterns)


class Matcher:
    """Tells whether a path, relative to the repository's top, matches any of some patterns."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        import pathspec  # 40 ms: only runs that have patterns pay for it

        self._spec = pathspec.PathSpec.from_lines("gitignore", patterns) if patterns else None

    def __call__(self, path: str) -> bool:
        """Match one path."""
        return self._spec is not None and self._spec.match_file(path)


def expressions(patterns: tuple[str, ...]) -> list[str]:
    """Give the regular expressions that the patterns mean, for a program that has no pathspec."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    return [pattern.regex.pattern for text in patterns if (pattern := GitIgnoreSpecPattern(text)).regex]


@lru_cache(maxsize=256)
def _compiled(patterns: tuple[str, ...]) -> Matcher:
    return Matcher(patterns)


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
        return "" if expressions((pattern,)) else "it matches nothing"
    except ValueError:
        return "it is no pattern of .gitignore's kind"
