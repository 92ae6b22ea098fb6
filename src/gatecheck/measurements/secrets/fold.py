"""What constant string an expression makes: literals, and the ways in which a literal is taken apart or wrapped."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gatecheck.measurements.secrets.strings import (
    DECODERS,
    LONGEST,
    decoded,
    formatted,
    of_codec,
    percented,
    replaced,
)

DEEPEST = 40  # nested expressions; nobody writes a string deeper
_PLAIN = frozenset(("encode", "decode", "strip", "lstrip", "rstrip", "str", "bytes", "bytearray"))
_METHODS = _PLAIN | {"join", "format", "replace"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for where an expression is folded, and how deep in it we are."""

    names: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0


def fold(node: ast.expr, scope: Scope = Scope()) -> str | None:
    """Give the string (bytes as latin-1) that an expression always makes, None where that cannot be told."""
    known = _KINDS.get(type(node))
    if known is None or scope.depth > DEEPEST:
        return None
    try:
        found = known(node, Scope(scope.names, scope.depth + 1))
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        return None  # base64 that is none, a format with too few arguments
    return found if found is not None and len(found) <= LONGEST else None


def operands(node: ast.expr) -> list[ast.expr]:
    """Give what a chain of `+` adds, in order: its depth is the number of its pieces, and no bound to them."""
    parts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _constant(node: ast.Constant, _: Scope) -> str | None:
    if isinstance(node.value, bytes):
        return node.value.decode("latin-1")
    return node.value if isinstance(node.value, str) else None


def _name(node: ast.Name, scope: Scope) -> str | None:
    return scope.names.get(node.id)


def _operation(node: ast.BinOp, scope: Scope) -> str | None:
    if isinstance(node.op, ast.Add):
        return _joined("", operands(node), scope)
    if not isinstance(node.op, ast.Mod):
        return None
    items = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    return percented(fold(node.left, scope), [fold(item, scope) for item in items])


def _template(node: ast.JoinedStr, scope: Scope) -> str | None:
    return _joined("", node.values, scope)


def _field(node: ast.FormattedValue, scope: Scope) -> str | None:
    return fold(node.value, scope) if node.format_spec is None else None


def _slice(node: ast.Subscript, scope: Scope) -> str | None:
    match node.slice:
        case ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(value=1))):
            return _reversed(fold(node.value, scope))
    return None


def _loop(node: ast.ListComp | ast.GeneratorExp, _: Scope) -> str | None:
    first, *others = node.generators
    return _of_codes(first.iter) if not others and _makes_chr(node.elt, first) else None


def _call(node: ast.Call, scope: Scope) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)):
            return _method(owner, attr, node, scope)
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="chr"), codes]):
            return _of_codes(codes)
        case ast.Call(func=ast.Name(id=name), args=[only]):
            return _function(name, only, scope)
    return None


def _joined(glue: str, nodes: list[ast.expr], scope: Scope) -> str | None:
    parts: list[str] = []
    length = 0
    for node in nodes:
        part = fold(node, scope)
        length += len(part) if part is not None else 0
        if part is None or length > LONGEST:
            return None
        parts.append(part)
    return glue.join(parts)


def _reversed(text: str | None) -> str | None:
    return text[::-1] if text is not None else None


def _function(name: str, only: ast.expr, scope: Scope) -> str | None:
    if name == "chr" and isinstance(only, ast.Constant) and isinstance(only.value, int):
        return chr(only.value)
    if name in {"bytes", "bytearray"} and isinstance(only, ast.List | ast.Tuple):
        return _of_codes(only)
    if name == "reversed":
        return _reversed(fold(only, scope))
    return fold(only, scope) if name in _PLAIN else decoded(name, fold(only, scope))


def _of_codes(node: ast.expr) -> str | None:
    """Give the text of a list of numbers."""
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    codes = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, int)]
    return "".join(map(chr, codes)) if codes and len(codes) == len(node.elts) else None


def _makes_chr(made: ast.expr, loop: ast.comprehension) -> bool:
    match made, loop.target:
        case ast.Call(func=ast.Name(id="chr"), args=[ast.Name(id=used)]), ast.Name(id=bound):
            return used == bound and not loop.ifs
    return False


def _method(owner: ast.expr, attr: str, call: ast.Call, scope: Scope) -> str | None:
    if attr in DECODERS and call.args:
        return decoded(attr, fold(call.args[0], scope))
    if isinstance(owner, ast.Name) and owner.id == "codecs":
        text, codec = (fold(arg, scope) for arg in call.args)
        return of_codec(text, codec)
    text = fold(owner, scope) if attr in _METHODS else None
    if text is None or attr in _PLAIN:
        return text
    if attr == "join":
        return _join(text, call.args[0], scope)
    words = [fold(arg, scope) for arg in call.args]
    named = {keyword.arg: fold(keyword.value, scope) for keyword in call.keywords if keyword.arg}
    return formatted(text, words, named) if attr == "format" else replaced(text, words)


def _join(glue: str, arg: ast.expr, scope: Scope) -> str | None:
    if isinstance(arg, ast.List | ast.Tuple):
        return _joined(glue, arg.elts, scope) if len(glue) * len(arg.elts) <= LONGEST else None
    text = fold(arg, scope)
    return glue.join(text) if text is not None and len(glue) * len(text) <= LONGEST else None


_KINDS: dict[type[ast.expr], Callable[..., str | None]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _operation,
    ast.JoinedStr: _template,
    ast.FormattedValue: _field,
    ast.Subscript: _slice,
    ast.ListComp: _loop,
    ast.GeneratorExp: _loop,
    ast.Call: _call,
}
