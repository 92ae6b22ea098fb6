"""What a test expects of an HTTP endpoint: which status answers which request; and what of that was edited."""

import ast
import http
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatecheck.soundness.model import Function, last_name

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_STATUS = frozenset({"status_code", "status", "status_int", "code"})  # of requests, Django, werkzeug, aiohttp, webtest
_EQUAL = re.compile(r"assert(?:Equals?|_equals?|Is|In|Status|_status|StatusCode|_status_code|HttpStatus)")
_NAMED = re.compile(r"assert_?(\d{3})|HTTP_(\d{3})(?:_\w+)?")  # flask-testing's assert404, REST framework's constants
# Exceptions of Django, REST framework, werkzeug and aiohttp (there with HTTP before the name).
_RAISED = {
    400: ("BadRequest", "SuspiciousOperation", "ParseError"),
    401: ("Unauthorized", "NotAuthenticated", "AuthenticationFailed"),
    403: ("Forbidden", "PermissionDenied"),
    404: ("NotFound", "Http404"),
    405: ("MethodNotAllowed",),
    409: ("Conflict",),
    410: ("Gone",),
    422: ("UnprocessableEntity",),
    429: ("TooManyRequests", "Throttled"),
}
_LOWEST, _HIGHEST = 100, 599
_MOST_ROWS = 100

_Bound = Mapping[str, ast.expr]


@dataclass(frozen=True)
class Expectation:
    """A request, such as `GET /orders` ("" where it is not seen), and the statuses that a test takes for right."""

    endpoint: str
    statuses: tuple[int, ...]
    line: int


@dataclass(frozen=True)
class ContractChange:
    """An endpoint whose status a test expected otherwise before; line: of the new expectation."""

    endpoint: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    line: int


def contract_changes(before: Function, after: Function) -> list[ContractChange]:
    """Give what two forms of a test expect of the same endpoint, where that differs; the order is no matter."""
    old, new = (_by_endpoint(expected_statuses(side)) for side in (before, after))
    found = []
    for endpoint in sorted(old.keys() & new.keys()):
        lost = (
            Counter(one.statuses for one in old[endpoint]) - Counter(one.statuses for one in new[endpoint])
        ).elements()
        come = (
            Counter(one.statuses for one in new[endpoint]) - Counter(one.statuses for one in old[endpoint])
        ).elements()
        lines = {one.statuses: one.line for one in new[endpoint]}
        found += [ContractChange(endpoint, was, now, lines[now]) for was, now in zip(lost, come, strict=False)]
    return list(dict.fromkeys(found))


def _by_endpoint(found: Sequence[Expectation]) -> dict[str, list[Expectation]]:
    grouped: dict[str, list[Expectation]] = {}
    for one in found:
        grouped.setdefault(one.endpoint, []).append(one)
    return grouped


def expected_statuses(test: Function) -> list[Expectation]:
    """Give the statuses that a test expects, in order; of a parametrised one those of every row."""
    rows: list[_Bound] = list(_rows(test))[:_MOST_ROWS] or [{}]
    return [found for row in rows for found in _Reader(row).of(test)]


def _rows(test: Function) -> Iterator[_Bound]:
    """Give what `parametrize` binds, row by row."""
    for decorator in test.decorator_list:
        match decorator:
            case ast.Call(args=[names, ast.List(elts=rows) | ast.Tuple(elts=rows), *_]) if (
                last_name(decorator) == "parametrize"
            ):
                words = _words(names)
                for row in rows:
                    inner = row.args if isinstance(row, ast.Call) else getattr(row, "elts", [row])
                    values = [row] if len(words) == 1 and not isinstance(row, ast.Call) else inner
                    yield dict(zip(words, values, strict=False))


def _words(names: ast.expr) -> list[str]:
    parts = [names] if isinstance(names, ast.Constant) else getattr(names, "elts", [])
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]


class _Reader:
    """Reads a test from top to bottom."""

    def __init__(self, bound: _Bound) -> None:
        """Begin with what the parameters are."""
        self._bound = dict(bound)

    def of(self, test: Function) -> Iterator[Expectation]:
        """Give what is expected, in order."""
        for node in _in_order(test.body):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._bound[name] = value
                case ast.With(items=items) | ast.AsyncWith(items=items):
                    named = [(item.optional_vars, item.context_expr) for item in items]
                    self._bound |= {name.id: value for name, value in named if isinstance(name, ast.Name)}
                case ast.Assert(test=ast.Compare(left=left, comparators=[right])):
                    yield from self._expected(left, right, node.lineno)
                case ast.Call(func=called):
                    yield from self._called(node, last_name(called))

    def _called(self, call: ast.Call, name: str) -> Iterator[Expectation]:
        if endpoint := _endpoint(call, self._bound):
            for status in _keyword(call, "status"):  # webtest
                yield from self._told(endpoint, status, call.lineno)
        elif name in {"raises", "assertRaises"} and call.args:
            raised = last_name(call.args[0]).removeprefix("HTTP")
            codes = [code for code, names in _RAISED.items() if raised in names]
            yield from (Expectation("", (code,), call.lineno) for code in codes)
        elif found := _NAMED.fullmatch(name):
            yield Expectation(self._request(call.args), (int(found[1] or found[2]),), call.lineno)
        elif _EQUAL.fullmatch(name) and len(call.args) > 1:
            yield from self._expected(call.args[0], call.args[1], call.lineno)
        elif name.startswith("assert"):
            for status in _keyword(call, "status_code"):  # Django's assertContains, assertRedirects
                yield from self._told(self._request(call.args), status, call.lineno)

    def _expected(self, left: ast.expr, right: ast.expr, line: int) -> Iterator[Expectation]:
        for told, status in ((left, right), (right, left)):
            if isinstance(told, ast.Attribute) and told.attr in _STATUS:
                yield from self._told(self._request([told.value]), status, line)
                return
        if self._request([left]) and self._statuses(right):  # assertStatus(response, 404)
            yield from self._told(self._request([left]), right, line)

    def _told(self, endpoint: str, status: ast.expr, line: int) -> Iterator[Expectation]:
        if statuses := self._statuses(status):
            yield Expectation(endpoint, statuses, line)

    def _request(self, of: Sequence[ast.expr]) -> str:
        """Give the request whose answer an expression is."""
        for node in of[:1]:
            value = self._bound.get(node.id, node) if isinstance(node, ast.Name) else node
            value = value.value if isinstance(value, ast.Await) else value
            if isinstance(value, ast.Call):
                return _endpoint(value, self._bound)
        return ""

    def _statuses(self, node: ast.expr) -> tuple[int, ...]:
        """Read a status, or several of them; nothing for what is none."""
        node = self._bound.get(node.id, node) if isinstance(node, ast.Name) else node
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            found = [self._statuses(one) for one in node.elts]
            return tuple(sorted({code for codes in found for code in codes})) if all(found) else ()
        code = _status(node)
        return (code,) if _LOWEST <= code <= _HIGHEST else ()


def _status(node: ast.expr) -> int:
    """Read one status: a number, `"404 NOT FOUND"`, `HTTPStatus.NOT_FOUND`, `status.HTTP_404_NOT_FOUND`; else 0."""
    if isinstance(node, ast.Constant):
        digits = re.match(r"(\d{3})\b", str(node.value)) if isinstance(node.value, int | str) else None
        return int(digits[1]) if digits and not isinstance(node.value, bool) else 0
    name = last_name(node.value) if isinstance(node, ast.Attribute) and node.attr == "value" else last_name(node)
    if found := _NAMED.fullmatch(name):
        return int(found[2] or 0)
    known = http.HTTPStatus.__members__.get(name.upper().removeprefix("HTTP_"))
    return int(known) if known is not None and isinstance(node, ast.Attribute) else 0


def _endpoint(call: ast.Call, bound: _Bound) -> str:
    """Give the request that a call of a test client makes, "" for any other call."""
    if not isinstance(call.func, ast.Attribute):
        return ""
    method, args = call.func.attr, list(call.args)
    if method in {"request", "open"}:
        named = [*_keyword(call, "method"), *(args[:1] if method == "request" else [])]
        word = named[0].value if named and isinstance(named[0], ast.Constant) else "GET"
        method, args = str(word).lower(), args[1:] if method == "request" else args
    target = next(iter((*args[:1], *_keyword(call, "url"), *_keyword(call, "path"))), None)
    if method not in _METHODS or target is None:
        return ""
    path = _path(target, bound)
    return f"{method.upper()} {path}" if path else ""


def _path(node: ast.expr, bound: _Bound, depth: int = 0) -> str:
    """Write the target of a request, a path or the code that makes it; "" for what is none, as a dictionary's key."""
    path = ""
    match node:
        case ast.Constant(value=str() as text):
            path = text.split("?", maxsplit=1)[0] if "/" in text else ""
        case ast.JoinedStr(values=parts):
            texts = [part.value if isinstance(part, ast.Constant) else "{}" for part in parts]
            path = _path(ast.Constant("".join(map(str, texts))), bound)
        case ast.Name(id=name) if name in bound and depth < 5:  # noqa: PLR2004 - names of names
            path = _path(bound[name], bound, depth + 1)
        case ast.Call() if last_name(node) in {"reverse", "url_for", "url_path_for", "reverse_lazy"}:
            path = ast.unparse(node)
        case ast.Name() | ast.Attribute() if re.search(r"url|path|endpoint|route", last_name(node), re.IGNORECASE):
            path = ast.unparse(node)
        case ast.BinOp(left=left) if head := _path(left, bound):
            path = f"{head}{{}}"
        case _:
            pass
    return path


def _keyword(call: ast.Call, name: str) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords if keyword.arg == name]


def _in_order(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Give every statement and call in the order of the source."""
    nodes = (node for stmt in body for node in ast.walk(stmt))
    located = [node for node in nodes if isinstance(node, ast.stmt | ast.Call)]
    return iter(sorted(located, key=lambda node: (node.lineno, node.col_offset)))
