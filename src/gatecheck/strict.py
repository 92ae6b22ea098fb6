"""TOML into typed values, strictly: an error is one line with the file, the key and the nearest right key."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from gatecheck.errors import GatecheckError
from gatecheck.parsing import Beyond, Unreadable, load_toml

T = TypeVar("T")
# The messages of msgspec: `Expected `int`, got `str` - at `$.suites[...].paths[0]``; `[...]` is some key of a table.
_PLACE = re.compile(r" - at (`key` in )?`\$(.*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_ANY_KEY = "..."
_WORDS = {
    "array": "a list",
    "bool": "true or false",
    "float": "a decimal number",
    "int": "a whole number",
    "object": "a table",
    "str": "text",
}


def parse(text: bytes, place: str, error: type[GatecheckError]) -> dict[str, Any]:
    """Parse TOML; `place` names the file in the error."""
    try:
        return load_toml(text)
    except Beyond as problem:
        raise error(f"{place} cannot be read: {problem}") from problem
    except Unreadable as problem:
        raise error(f"{place} is not TOML: {problem}") from problem


def convert(data: object, wanted: type[T], place: str, error: type[GatecheckError]) -> T:
    """Convert plain values to `wanted`; the keys of a dataclass are written with hyphens, as in `fail-on-known`."""
    if is_dataclass(wanted) and isinstance(data, dict):
        _refuse_unknown(data, {field.name.replace("_", "-") for field in fields(wanted)}, place, error)
        data = {key.replace("-", "_"): value for key, value in data.items()}
    try:
        return msgspec.convert(data, wanted)
    except msgspec.ValidationError as problem:
        raise error(f"{place}: {_explained(str(problem), data, wanted)}") from problem


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give "; did you mean 'x'?" for the nearest known word, or the list of them when they are few."""
    choices = sorted(known)
    if near := difflib.get_close_matches(word, choices, 1):
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(choices)}" if choices and len(choices) <= 12 else ""  # noqa: PLR2004 - fits a line


def _refuse_unknown(data: dict[str, Any], known: set[str], place: str, error: type[GatecheckError]) -> None:
    for key in data:
        if key.replace("_", "-") not in known:
            raise error(f"{place}: unknown key {key!r}{suggestion(key, known)}")


def _explained(problem: str, data: object, wanted: type) -> str:
    """Say a problem of msgspec in the words of whoever wrote the file."""
    at = _PLACE.search(problem)
    steps = _named(_steps(at[2]) if at else [], problem, data, wanted)
    kind = _kind_at(inspect.type_info(wanted), steps)
    if at and at[1] and isinstance(kind, inspect.DictType):
        words = _reworded(_PLACE.sub("", problem), kind.key_type, "key")
    else:
        words = _reworded(_PLACE.sub("", problem), kind, "value")
    path = "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps).lstrip(".")
    return f"{path.replace('_', '-') if is_dataclass(wanted) else path}: {words}" if path else words


def _steps(path: str) -> list[str]:
    return [name or index for name, index in _STEP.findall(path)]


def _named(steps: list[str], problem: str, data: object, wanted: type) -> list[str]:
    """Put a table's key in place of each `[...]`: the one that alone brings the same problem."""
    if _ANY_KEY not in steps:
        return steps
    place = steps.index(_ANY_KEY)
    table = data
    for step in steps[:place]:
        table = _inside(table, step)
    for key, value in table.items() if isinstance(table, dict) else ():
        alone = _with(data, steps[:place], {key: value})
        if _problem(alone, wanted) == problem:
            return _named([*steps[:place], key, *steps[place + 1 :]], problem, alone, wanted)
    return steps


def _inside(data: object, step: str) -> object:
    return data[int(step)] if isinstance(data, list) else data[step] if isinstance(data, dict) else None


def _with(data: object, steps: list[str], value: object) -> object:
    """Copy plain values with another one at the end of some steps."""
    if not steps:
        return value
    first, rest = steps[0], steps[1:]
    if isinstance(data, list):
        return [_with(old, rest, value) if str(number) == first else old for number, old in enumerate(data)]
    return {**data, first: _with(data[first], rest, value)} if isinstance(data, dict) else data


def _problem(data: object, wanted: type) -> str:
    try:
        msgspec.convert(data, wanted)
    except msgspec.ValidationError as problem:
        return str(problem)
    return ""


def _kind_at(kind: inspect.Type, steps: list[str]) -> inspect.Type:
    """Follow steps through a type."""
    for step in steps:
        kind = _kind_below(_bare(kind), step)
    return _bare(kind)


def _bare(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _kind_below(kind: inspect.Type, step: str) -> inspect.Type:
    if isinstance(kind, inspect.StructType | inspect.DataclassType):
        return next((field.type for field in kind.fields if field.encode_name == step), inspect.AnyType())
    if isinstance(kind, inspect.DictType):
        return kind.value_type
    return kind.item_type if isinstance(kind, inspect.VarTupleType | inspect.ListType) else inspect.AnyType()


def _reworded(words: str, kind: inspect.Type, what: str) -> str:
    quoted = re.findall(r"`([^`]+)`", words)
    if words.startswith("Object contains unknown field"):
        return f"unknown key {quoted[0]!r}{suggestion(quoted[0], _keys(kind))}"
    if words.startswith("Object missing required field"):
        return f"the key {quoted[0]!r} is missing"
    if words.startswith("Invalid enum value"):
        value = words.removeprefix("Invalid enum value ").strip("'")
        return f"unknown {what} {value!r}{suggestion(value, _choices(kind))}"
    if words.startswith("Expected `"):
        expected, _, got = words.removeprefix("Expected ").partition(", got ")
        instead = f", not {_in_words(got)}" if got else ""
        return f"{_in_words(expected)} is needed{instead}{suggestion('', _choices(kind))}"
    return words


def _keys(kind: inspect.Type) -> list[str]:
    return [field.encode_name for field in kind.fields] if isinstance(kind, inspect.StructType) else []


def _choices(kind: inspect.Type) -> list[str]:
    if isinstance(kind, inspect.UnionType):
        return [choice for part in kind.types for choice in _choices(part)]
    if isinstance(kind, inspect.EnumType):
        return [str(member.value) for member in kind.cls]
    return [str(value) for value in kind.values] if isinstance(kind, inspect.LiteralType) else []


def _in_words(types: str) -> str:
    """Turn `str | object` >= 1, msgspec's way to name types, into words."""
    named = re.sub(r"\w+", lambda found: _WORDS.get(found[0], found[0]), types.replace(" | ", " or "))
    return named.replace("`", "")
