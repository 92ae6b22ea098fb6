"""TOML into typed values, strictly: an error is one line with the file, the key and the nearest right key."""

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import msgspec

from gatecheck.errors import GatecheckError

T = TypeVar("T")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_AT = re.compile(r" - at `\$\.?([^`]*)`$")


def parse(text: bytes, place: str, error: type[GatecheckError]) -> dict[str, Any]:
    """Parse TOML; `place` names the file in the error."""
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise error(f"{place} is not TOML: {problem}") from problem


def convert(data: object, wanted: type[T], place: str, error: type[GatecheckError], known: Iterable[str] = ()) -> T:
    """Convert plain values to `wanted`; `known` are keys to suggest for a misspelt one."""
    try:
        if is_dataclass(wanted) and isinstance(data, dict):
            _refuse_unknown(data, {field.name.replace("_", "-") for field in fields(wanted)}, place, error)
            data = {key.replace("-", "_"): value for key, value in data.items()}
        return msgspec.convert(data, wanted)
    except msgspec.ValidationError as problem:
        raise error(f"{place}: {_explain(str(problem), known)}") from problem


def _refuse_unknown(data: dict[str, Any], known: set[str], place: str, error: type[GatecheckError]) -> None:
    for key in data:
        if key.replace("_", "-") not in known:
            raise error(f"{place}: unknown key {key!r}{suggestion(key, known)}")


def _explain(problem: str, known: Iterable[str]) -> str:
    where = _AT.search(problem)
    words = _AT.sub("", problem)
    if unknown := _UNKNOWN.search(words):
        words = f"unknown key {unknown[1]!r}{suggestion(unknown[1], known)}"
    return f"{where[1]}: {words}" if where and where[1] else words


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give "; did you mean 'x'?" for the nearest known word, or the list of them when they are few."""
    choices = sorted(known)
    if near := difflib.get_close_matches(word, choices, 1):
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(choices)}" if choices and len(choices) <= 12 else ""  # noqa: PLR2004 - fits a line
