"""Values of the bounded evaluator: what they may be, when two are the same, and how large they may get."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

# Numbers, texts, None, and lists or tuples of these.
Value: TypeAlias = Any

LARGEST, ARGUMENT, EXPONENT = 2**128, 2**31, 128  # of numbers, of what functions are given, and of powers
LONGEST = 64  # of what is iterated over
FUNCTIONS: dict[str, Callable[..., Value]] = {
    **{function.__name__: function for function in (abs, bool, float, int, len, list, max, min, range, round)},
    **{function.__name__: function for function in (sorted, sum, tuple)},
    **{
        f"math.{name}": getattr(math, name)
        for name in ("ceil", "exp", "floor", "isfinite", "isinf", "isnan", "log", "log10", "log2", "sqrt")
    },
}


@dataclass(frozen=True)
class Made:
    """A text or a mapping that is put together: known by its parts, and good for nothing but to be given on."""

    parts: tuple[Value, ...]


class Unknown(Exception):  # noqa: N818 - no error: what a reader does not know
    """What happens cannot be worked out."""


def alike(one: Value, other: Value) -> bool:
    """Tell whether two values are the same, rounding left out; a truth is no number."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, Made) and isinstance(other, Made):
        return alike(one.parts, other.parts)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


def is_small(value: Value, largest: int = LARGEST) -> bool:
    """Tell whether a number or a list is small enough to be worked with."""
    if isinstance(value, list | tuple | range):
        return len(value) <= LONGEST
    return not isinstance(value, int | float) or not abs(value) > largest


def bounded(value: Value) -> Value:
    """Give a value that is small enough; raises Unknown for any other."""
    if isinstance(value, complex) or (isinstance(value, int) and not is_small(value)):
        raise Unknown
    return value
