"""What constant string an expression makes: literals, and the ways in which a literal is taken apart or wrapped."""

import ast
import base64
import binascii
import codecs
import re
from collections.abc import Callable

DEEPEST = 40  # nested expressions; nobody writes a string deeper
LONGEST = 65_536  # characters of a folded string: no secret is longer
SHORT = 256  # characters of what is replaced and by what: a replacement can square a length
_FIELDS = re.compile(r"(?:[^{}]|\{\d?\}){1,1000}")  # a template whose fields reach into nothing and pad nothing

_DECODERS: dict[str, Callable[[str], bytes]] = {
    "b64decode": base64.b64decode,
    "standard_b64decode": base64.b64decode,
    "a2b_base64": base64.b64decode,
    "urlsafe_b64decode": base64.urlsafe_b64decode,
    "b32decode": base64.b32decode,
    "b16decode": base64.b16decode,
    "unhexlify": binascii.unhexlify,
    "a2b_hex": binascii.unhexlify,
    "fromhex": bytes.fromhex,
}
_PLAIN = frozenset(("encode", "decode", "strip", "lstrip", "rstrip", "str", "bytes", "bytearray"))


def fold(node: ast.expr, depth: int = 0) -> str | None:
    """Give the string (bytes as latin-1) that an expression always makes, None where that cannot be told."""
    if depth > DEEPEST:
        return None
    try:
        found = _folded(node, depth + 1)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        return None  # base64 that is none, a format with too few arguments
    return found if found is not None and len(found) <= LONGEST else None


def _folded(node: ast.expr, depth: int) -> str | None:  # noqa: PLR0911 - a case, a kind of expression
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=bytes(raw)):
            return raw.decode("latin-1")
        case ast.BinOp(op=ast.Add()):
            return _joined("", operands(node), depth)
        case ast.JoinedStr(values=parts):
            return _joined("", parts, depth)
        case ast.FormattedValue(value=value, format_spec=None):
            return fold(value, depth)
        case ast.Subscript(value=value, slice=ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(value=1)))):
            return _reversed(fold(value, depth))
        case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=args):
            return _method(owner, attr, args, depth)
        case ast.Call(func=ast.Name(id=name), args=[only]):
            return _function(name, only, depth)
    return None


def operands(node: ast.expr) -> list[ast.expr]:
    """Give what a chain of `+` adds, in order: its depth is the number of its pieces, and no bound to them."""
    parts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _joined(glue: str, nodes: list[ast.expr], depth: int) -> str | None:
    parts: list[str] = []
    for node in nodes:
        part = fold(node, depth)
        if part is None:
            return None
        parts.append(part)
    return glue.join(parts)


def _reversed(text: str | None) -> str | None:
    return text[::-1] if text is not None else None


def _function(name: str, only: ast.expr, depth: int) -> str | None:
    if name == "chr" and isinstance(only, ast.Constant) and isinstance(only.value, int):
        return chr(only.value)
    if name in {"bytes", "bytearray"} and isinstance(only, ast.List | ast.Tuple):
        codes = [item.value for item in only.elts if isinstance(item, ast.Constant) and isinstance(item.value, int)]
        return bytes(codes).decode("latin-1") if len(codes) == len(only.elts) else None
    if name == "reversed":
        return _reversed(fold(only, depth))
    return fold(only, depth) if name in _PLAIN else _decoded(name, fold(only, depth))


def _method(owner: ast.expr, attr: str, args: list[ast.expr], depth: int) -> str | None:
    if attr in _DECODERS and args:
        return _decoded(attr, fold(args[0], depth))
    if isinstance(owner, ast.Name) and owner.id == "codecs":
        return _of_codec([fold(arg, depth) for arg in args])
    text = fold(owner, depth)
    if text is None or attr in _PLAIN:
        return text
    if attr == "join":
        return _join(text, args[0], depth)
    words = [fold(arg, depth) for arg in args]
    return _filled(attr, text, [word for word in words if word is not None]) if None not in words else None


def _filled(attr: str, text: str, words: list[str]) -> str | None:
    if attr == "format" and _FIELDS.fullmatch(text):
        return text.format(*words)
    if attr == "replace" and all(len(word) <= SHORT for word in (text, *words)):
        old, new = words
        return text.replace(old, new)
    return None


def _of_codec(words: list[str | None]) -> str | None:
    text, codec = words
    if text is None or codec not in {"rot13", "rot_13"}:
        return _decoded("fromhex" if codec == "hex" else "b64decode", text)
    return codecs.decode(text, "rot13")


def _join(glue: str, arg: ast.expr, depth: int) -> str | None:
    if isinstance(arg, ast.List | ast.Tuple):
        return _joined(glue, arg.elts, depth) if len(glue) * len(arg.elts) <= LONGEST else None
    text = fold(arg, depth)
    return glue.join(text) if text is not None and len(glue) * len(text) <= LONGEST else None


def _decoded(name: str, text: str | None) -> str | None:
    if text is None or name not in _DECODERS:
        return None
    found = _DECODERS[name](text).decode("latin-1")
    return found if found.isprintable() else None
