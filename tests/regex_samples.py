"""Strings that a regular expression matches, drawn at random: for tests that need what a rule would find."""

import random
import re
import warnings
from collections.abc import Callable
from functools import cache
from re import _parser  # type: ignore[attr-defined] # the only reader of patterns in the standard library

PRINTABLE = "".join(map(chr, range(32, 127)))
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_SPACE": lambda char: char == " ",
}


def sample(pattern: str, rnd: random.Random) -> str:
    """Give a string that a pattern of Rust's dialect matches; look-arounds and back references are passed over."""
    return _drawn(_parsed(pattern), rnd)


@cache
def _parsed(pattern: str) -> object:
    plain = re.sub(r"\(\?[a-zA-Z]*(?:-[a-z]+)?\)|(?<=\(\?)[a-z]*-?[a-z]+(?=:)", "", pattern).replace(r"\z", r"\Z")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # "[[" means what it means to Rust's readers of patterns
        return _parser.parse(plain)


def _drawn(parts: object, rnd: random.Random) -> str:
    return "".join(_part(str(operation), argument, rnd) for operation, argument in parts)  # type: ignore[attr-defined]


def _part(operation: str, argument: object, rnd: random.Random) -> str:  # noqa: PLR0911 - an operation, a line
    match operation, argument:
        case "LITERAL", int(code):
            return chr(code)
        case "NOT_LITERAL", int(code):
            return rnd.choice(PRINTABLE.replace(chr(code), ""))
        case "ANY", _:
            return rnd.choice(PRINTABLE)
        case "IN", list(choices):
            return rnd.choice(_class(tuple(choices)))
        case "MAX_REPEAT" | "MIN_REPEAT", (int(least), most, inner):
            times = least if least > 3 else rnd.randint(least, min(int(most), least + 3))  # type: ignore[call-overload]
            return _repeated(inner, times, rnd)
        case "SUBPATTERN", (_, _, _, inner):
            return _drawn(inner, rnd)
        case "BRANCH", (_, branches):
            return _drawn(rnd.choice(branches), rnd)  # type: ignore[arg-type]
    return ""


def _repeated(inner: object, times: int, rnd: random.Random) -> str:
    operation, argument = inner[0]  # type: ignore[index]
    if str(operation) == "IN" and len(inner) == 1:  # type: ignore[arg-type]
        return "".join(rnd.choices(_class(tuple(argument)), k=times))
    return "".join(_drawn(inner, rnd) for _ in range(times))


@cache
def _class(choices: tuple[tuple[object, object], ...]) -> str:
    chars = [char for char in PRINTABLE if any(_in_choice(char, str(kind), value) for kind, value in choices)]
    negated = any(str(kind) == "NEGATE" for kind, _ in choices)
    return "".join(char for char in PRINTABLE if char not in chars) if negated else "".join(chars) or "\n"


def _in_choice(char: str, kind: str, value: object) -> bool:
    match kind, value:
        case "LITERAL", int(code):
            return ord(char) == code
        case "RANGE", (int(first), int(last)):
            return first <= ord(char) <= last
    name = str(value)
    return kind == "CATEGORY" and _CATEGORIES[name.replace("NOT_", "")](char) is not ("NOT_" in name)
