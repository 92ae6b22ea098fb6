"""What `gatecheck gates` and `gatecheck explain ID` print: the docstrings and the options of the gates themselves."""

import dataclasses
import inspect
import json
import re
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from gatecheck.model import ITEMS, Level
from gatecheck.plugins import GatePlugin
from gatecheck.typeset import Line, line, typeset, whole

_UNDERLINE = re.compile(r"-{3,}|={3,}")
_MARKED = re.compile(r"\s*(?:[-*]|\d+\.) ")  # a list's entry
_VERBATIM = " " * 4  # a docstring's line that is indented so far is code
_LONG = 78  # columns of a setting, beyond which a list is written with a line an entry
_TYPES = {"string": "text", "boolean": "true or false", "array": "list", "object": "table", "null": "none"}
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
    "pattern": "matching",
}


def gates_table(gates: Iterable[GatePlugin], width: int = 80) -> str:
    """List gates with their items and criteria, in the order of the checklist."""
    order = [item.id for item in ITEMS]
    known = sorted(gates, key=lambda gate: (order.index(gate.item) if gate.item in order else len(order), gate.id))
    ids = max((len(gate.id) for gate in known), default=0)
    items = max((len(gate.item) for gate in known), default=0)
    rows = (line(f"{gate.id:{ids}}  {gate.item:{items}}  ", _criterion(gate), hang=ids + items + 4) for gate in known)
    return typeset(rows, width)


def explain(gate: GatePlugin, width: int = 80) -> str:
    """Give a gate's documentation, its options, and the lines of a policy that set them."""
    return typeset(_explained(gate), width)


def _explained(gate: GatePlugin) -> Iterator[Line]:
    item = next((item.criterion for item in ITEMS if item.id == gate.item), "not on the checklist")
    yield line(f"{gate.id}{_origin(gate)}")
    yield line(f"answers {gate.item or 'no item'}: {item}")
    yield Line()
    yield from _prose(_docstring(gate).split("\n"))
    if gate.gate_type is not None:
        yield Line()
        yield from _in_the_policy(gate.id, _options(gate.gate_type))


def _docstring(gate: GatePlugin) -> str:
    if gate.gate_type is None:
        return f"This gate cannot be loaded: {gate.problem}"
    text = inspect.cleandoc(vars(gate.gate_type).get("__doc__") or "")
    made_up = text.startswith(f"{gate.gate_type.__name__}(")  # dataclasses put a signature where there is none
    return "This gate has no documentation." if not text or made_up else text


def _criterion(gate: GatePlugin) -> str:
    return _docstring(gate).split("\n", 1)[0] + _origin(gate)


def _origin(gate: GatePlugin) -> str:
    return "" if gate.distribution == "gatecheck" else f" (from {gate.distribution})"


def _prose(lines: list[str]) -> Iterator[Line]:
    """Set a docstring anew: paragraphs and lists are filled, headings and indented code stay as they are."""
    begins = [number for number in range(len(lines)) if _begins(lines, number)]
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        block = lines[begin:end]
        if block[0].startswith(_VERBATIM):
            yield line(whole(block[0]))
        else:
            mark = _MARKED.match(block[0])
            yield line(" ".join(part.strip() for part in block), hang=len(mark[0]) if mark else 0)


def _begins(lines: list[str], number: int) -> bool:
    """Tell whether a line begins a paragraph, or does not belong to one."""
    neighbours = lines[max(number - 1, 0) : number + 1]
    apart = any(not one.strip() or _UNDERLINE.fullmatch(one) or one.startswith(_VERBATIM) for one in neighbours)
    heading = number + 1 < len(lines) and _UNDERLINE.fullmatch(lines[number + 1])
    return number == 0 or apart or bool(heading) or bool(_MARKED.match(lines[number]))


@dataclass(frozen=True)
class _Option:
    """A gate's option: its name in TOML, its JSON Schema, and its default (MISSING or None: there is none)."""

    name: str
    schema: dict[str, Any]
    default: object

    def settings(self) -> list[str]:
        """Give the lines of TOML that set the option to its default; a long list has a line an entry."""
        if self.default is dataclasses.MISSING or self.default is None:
            return [f"# {self.name} = ..."]
        setting = f"{self.name} = {_toml(self.default)}"
        if len(setting) <= _LONG or not isinstance(self.default, list | tuple):
            return [setting]
        return [f"{self.name} = [", *(f"  {_toml(entry)}," for entry in self.default), "]"]


def _options(gate_type: type[Any]) -> list[_Option]:
    if not dataclasses.is_dataclass(gate_type):
        return []
    hints = typing.get_type_hints(gate_type, include_extras=True)
    known = [field for field in dataclasses.fields(gate_type) if field.init]
    schemas = {field.name: msgspec.json.schema(hints[field.name]) for field in known}
    return [_Option(field.name.replace("_", "-"), schemas[field.name], _default(field)) for field in known]


def _default(field: "dataclasses.Field[Any]") -> object:
    value = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return value if value is dataclasses.MISSING else msgspec.to_builtins(value, order="deterministic")


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    return json.dumps(value, ensure_ascii=False)  # for text, numbers and booleans, TOML and JSON are the same


def _in_the_policy(gate: str, options: list[_Option]) -> Iterator[Line]:
    yield line("In the policy")
    yield line("-------------")
    for option in options:
        first, *more = option.settings()
        default = "below" if more else "none" if first.startswith("#") else _toml(option.default)
        yield line(f"{option.name}: {_kind(option.schema)}; default: {default}", hang=4)
        if description := option.schema.get("description"):
            yield line(description, indent=4, hang=0)
    if options:
        yield Line()
    yield line("The defaults, as pyproject.toml says them (gatecheck.toml: without `tool.gatecheck.`):", hang=0)
    yield Line()
    yield line(whole(f"[tool.gatecheck.gates.{gate}]"))
    others = " or ".join(json.dumps(level.value) for level in Level if level is not Level.BLOCK)
    yield line(whole(f'level = "{Level.BLOCK.value}"  # or {others}'))
    yield from (line(whole(setting)) for option in options for setting in option.settings())


def _kind(schema: dict[str, Any]) -> str:
    """Say a JSON Schema in words, such as `integer, at least 1` or `list of text`."""
    definitions = schema.get("$defs", {})
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    if "enum" in schema:
        return " or ".join(_toml(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind({"$defs": definitions, **part}) for part in schema["anyOf"])
    named = str(schema.get("type", "any value"))
    entries = schema.get("items")  # False where a tuple's entries differ in type
    of = f" of {_kind({'$defs': definitions, **entries})}" if isinstance(entries, dict) else ""
    return (
        _TYPES.get(named, named)
        + of
        + "".join(f", {words} {schema[bound]}" for bound, words in _BOUNDS.items() if bound in schema)
    )
