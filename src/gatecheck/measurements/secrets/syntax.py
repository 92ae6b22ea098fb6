"""Python: telling names with constant strings, found in the syntax tree."""

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from gatecheck.measurements.secrets.candidate import Candidate
from gatecheck.measurements.secrets.constants import LARGEST, Constants, parsed
from gatecheck.measurements.secrets.fold import Scope, fold
from gatecheck.measurements.secrets.forms import COMMANDS, of_commands
from gatecheck.measurements.secrets.names import Sort, sort_of
from gatecheck.measurements.secrets.plausible import suspect, unnamed
from gatecheck.measurements.secrets.statements import Statements
from gatecheck.measurements.secrets.texts import Text

NEAR = 3  # lines above an added one whose name may be its name
_SHORTEST_TOKEN = 16  # characters
# What makes a string of others, or takes a secret without naming it, in lower case; each alternative holds one of the
# words.
_CALLS = re.compile(
    r"(?:login|auth\w{0,20})[\"']?\s*[(=:]|[\"'](?:login|curl|sshpass)[\"']|fernet|redis\(|mysql|map\(|%\s*\(|[\"']\s*%\s*[\"'\w]"
    r"|\baes\b|hmac|jwt|signer|serializer|b(?:16|32|64|85)decode|a85decode|fromhex|unhexlify|a2b_"
    r"|codecs|chr\(|bytes\(\s*[\[(]|bytearray\(|reversed\(|::\s*-1|join\(\s*(?:[\[(\"']|$)|\.format\(|\.replace\("
    r"|[\"']\s*\+|\+\s*\w?[\"']|=\s*\w+\s*\+\s*\w+(?:\s*\+\s*\w+)*\s*$"
    r"|f[\"'][^\"']*\{\s?[\"']|f[\"'](?:\{\w+\}){2}|[\"']\s+\w?[\"']|(?:\\(?:x|u00)[0-9a-f]{2}){3}"
)
_CALL_WORDS = (
    *(
        "login",
        "curl",
        "sshpass",
        "auth",
        "fernet",
        "redis(",
        "mysql",
        "map(",
        "%",
        "aes",
        "hmac",
        "jwt",
        "signer",
        "serializer",
        "decode",
    ),
    *("fromhex", "unhexlify", "a2b_", "codecs", "chr(", "bytes(", "bytearray(", "reversed(", "::", "join(", ".format("),
    *(".replace(", "+", 'f"', "f'", '" ', "' ", "\\x", "\\u00"),
)
# A string without a blank that another one follows on the next line: Python makes one of both.
_HALF, _OTHER_HALF = re.compile(r"[\"'][^\s\"']{4,}[\"']\s*\\?$"), re.compile(r"\s*\w{0,2}[\"'][^\s\"']{4,}[\"']")
_LINE_ENDS = ('"\n', "'\n", '" \\\n', "' \\\n")
# Calls whose first argument names what their second one is.
_LOOKUPS = frozenset(
    ("get", "getenv", "setdefault", "pop", "config", "env", "setenv", "put", "set", "putenv", "setattr")
)
_LOGINS = frozenset(
    ("login", "authenticate", "HTTPBasicAuth", "HTTPDigestAuth", "BasicAuth", "DigestAuth", "basic_auth")
)
_COMPARES = frozenset(("compare_digest", "constant_time_compare", "safe_str_cmp"))
# Constructors by the position of their key.
_KEYED = {
    **dict.fromkeys(
        ("Fernet", "URLSafeTimedSerializer", "URLSafeSerializer", "TimestampSigner", "Signer", "AES.new", "hmac.new"), 0
    ),
    **dict.fromkeys(("jwt.encode", "jwt.decode"), 1),
    **dict.fromkeys(("Redis", "StrictRedis"), 3),
    **dict.fromkeys(("pymysql.connect", "MySQLdb.connect"), 2),
}
_PASSWORDED = frozenset(("Redis", "StrictRedis", "pymysql.connect", "MySQLdb.connect"))
_MAKERS = (ast.Constant, ast.BinOp, ast.Call, ast.JoinedStr, ast.Subscript)
_WRAPPERS = frozenset(("str", "bytes", "SecretStr", "SecretBytes", "Secret", "Field", "field"))
_WRAPPER_DEFAULTS = frozenset(("default", "value"))


@dataclass(frozen=True, slots=True)
class Folded:
    """A string that the source does not spell in one piece, and the line on which its expression begins."""

    line: int
    text: str


def find(text: Text) -> tuple[list[Candidate], list[Folded]] | None:
    """Look through the added parts of a Python text; None when it cannot be parsed (another dialect, too big)."""
    telling = _telling(text)
    if not telling:
        return [], []
    source = "\n".join(text.lines)
    if len(source) > LARGEST:
        return None
    statements = Statements(source)
    tree = parsed(statements.on(telling)) or parsed(source)
    if tree is None:
        return None
    nodes = list(_touching(tree, sorted(text.added), telling))
    try:
        scope = Scope(Constants(source, statements))
        candidates = [candidate for node in nodes for candidate in _candidates(node, text, scope)]
        return candidates, list(_foldings(nodes, text, scope))
    except RecursionError:
        return None


def _telling(text: Text) -> list[int]:
    """Give the lines, added or just above added ones, on which a name or a call could make something of a string."""
    first = (number for number in text.added if number - 1 not in text.added)
    above = {line for number in first for line in range(max(1, number - NEAR), number)}
    around = Text(text.path, text.lines, text.added | above) if above else text
    halves = (
        line for line in around.matching(_HALF, _LINE_ENDS) if _OTHER_HALF.match("".join(text.lines[line : line + 1]))
    )
    return sorted({*around.hinted, *around.matching(_CALLS, _CALL_WORDS), *halves})


def _touching(tree: ast.Module, *needed: list[int]) -> Iterator[ast.AST]:
    """Walk what spans a line of each list and all around it, without recursion: an enemy may nest the source."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(
            child for child in ast.iter_child_nodes(node) if child._fields and all(_touches(child, n) for n in needed)
        )


def _touches(node: ast.AST, lines: list[int]) -> bool:
    start, end = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if start is None or end is None:
        return True
    for decorator in getattr(node, "decorator_list", ()):
        start = min(start, decorator.lineno)
    index = bisect_left(lines, start)
    return index < len(lines) and lines[index] <= end


def _candidates(node: ast.AST, text: Text, scope: Scope) -> Iterator[Candidate]:
    telling = ((name, leaf) for name, value in _pairs(node) if sort_of(name) for leaf in _leaves(value))
    for name, leaf in telling:
        touched = text.added.intersection(range(leaf.lineno, (leaf.end_lineno or leaf.lineno) + 1))
        value = fold(leaf, scope) if touched and not _tells(leaf) else None
        if value is not None and (found := suspect(name, value, min(touched))):
            yield found
    for value, item in _commanded(node, scope):
        if item.lineno in text.added:
            yield from unnamed(Sort.PASSWORD, value, item.lineno)


def _commanded(node: ast.AST, scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    """Give the passwords among a command's arguments that a list, a tuple or a call spells one by one."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Call(args=items):
            if not any(isinstance(item, ast.Constant) and item.value in COMMANDS for item in items):
                return
            words = [fold(item, scope) or "$" for item in items]  # a sign of what is not known
            for value in of_commands(" ".join(words)):
                yield from ((value, item) for word, item in zip(words, items, strict=True) if value in word)


def _tells(leaf: ast.expr) -> bool:
    """Tell whether an expression is only a name that tells: it is looked at where it is bound."""
    return isinstance(leaf, ast.Name) and sort_of(leaf.id) is not None


def _pairs(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Give every name with the expression that it is bound to, given by or compared with."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _bound(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield from _bound(target, value)
        case ast.Dict(keys=keys, values=values):
            yield from ((_name(key), value) for key, value in zip(keys, values, strict=True) if key is not None)
        case ast.arguments():
            yield from _defaults(node)
        case ast.Compare(left=left, comparators=[right]):
            yield from ((_name(left), right), (_name(right), left))
        case ast.Call():
            yield from _given(node)


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        yield from ((_name(part), item) for part, item in zip(target.elts, value.elts, strict=False))
    else:
        yield _name(target), value


def _defaults(node: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    positional = [*node.posonlyargs, *node.args]
    yield from ((arg.arg, default) for arg, default in zip(reversed(positional), reversed(node.defaults), strict=False))
    yield from ((arg.arg, default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True) if default)


def _given(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    dotted = _dotted(call.func)
    last = dotted.rsplit(".", 1)[-1]
    for keyword in call.keywords:
        if keyword.arg == "auth" and isinstance(keyword.value, ast.Tuple) and len(keyword.value.elts) == 2:  # noqa: PLR2004 - user, password
            yield "password", keyword.value.elts[1]
        elif keyword.arg == "default" and call.args:  # click.option("--password", default=...)
            yield from ((_name(arg), keyword.value) for arg in call.args)
        elif keyword.arg:
            yield keyword.arg, keyword.value
    position = _KEYED.get(dotted, _KEYED.get(last))
    if position is not None and len(call.args) > position:
        yield "password" if {dotted, last} & _PASSWORDED else "secret_key", call.args[position]
    if last in _COMPARES and len(call.args) == 2:  # noqa: PLR2004 - the two that are compared
        yield from ((_name(one), other) for one, other in (call.args, call.args[::-1]))
    if last in _LOGINS and len(call.args) >= 2:  # noqa: PLR2004 - user, password
        yield "password", call.args[1]
    if last in _LOOKUPS and len(call.args) >= 2:  # noqa: PLR2004 - name, value
        yield from ((_name(name), value) for name, value in zip(call.args, call.args[1:], strict=False))


def _leaves(value: ast.expr) -> Iterator[ast.expr]:
    """Give the expressions that a value may come from: both sides of `or`, of `if else`, the items of a list."""
    match value:
        case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values) | ast.Set(elts=values):
            for each in values:
                yield from _leaves(each)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_leaves(body), *_leaves(orelse))
        case ast.Call(args=args, keywords=keywords) if _dotted(value.func).rsplit(".", 1)[-1] in _WRAPPERS:
            yield from args
            yield from (keyword.value for keyword in keywords if keyword.arg in _WRAPPER_DEFAULTS)
        case _:
            yield value


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return name.lstrip("-") if len(name) <= 100 else ""  # noqa: PLR2004 - no name is that long
        case ast.Subscript(slice=key):
            return _name(key)
        case ast.Call(args=[ast.Constant() as key, *_]):  # form.get("password") == "..."
            return _name(key)
    return ""


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        owner = node.value
        return f"{owner.id}.{node.attr}" if isinstance(owner, ast.Name) else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _foldings(nodes: list[ast.AST], text: Text, scope: Scope) -> Iterator[Folded]:
    """Give the strings that only the tree knows, for the engine that looks for tokens; a chain of `+` is one."""
    links: set[int] = set()
    for node in nodes:
        if not isinstance(node, _MAKERS) or id(node) in links:
            continue
        found = fold(node, scope)
        if found is not None and isinstance(node, ast.BinOp):
            links.update(_links(node))
        if found is not None and len(found) >= _SHORTEST_TOKEN and found not in text.lines[node.lineno - 1]:
            yield Folded(node.lineno, found)


def _links(node: ast.BinOp) -> Iterator[int]:
    left = node.left
    while isinstance(left, ast.BinOp):
        yield id(left)
        left = left.left
