"""Mocks in the place of what is tested, and assertions of mocks that assert nothing."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from gatecheck.model import Severity
from gatecheck.soundness.assertions import assertions_in
from gatecheck.soundness.model import Fault, Found, Function, Module, dotted, last_name, text

# Attributes of a mock that look like its assertions and are made up when asked for (ruff PGH005).
_NOT_ASSERTED = frozenset(
    {"called_once", "called_with", "called_once_with", "has_calls", "any_call", "not_called", "called_once_wth"}
)
_API = frozenset(
    {
        *("assert_called", "assert_called_once", "assert_called_with", "assert_called_once_with", "assert_not_called"),
        *("assert_any_call", "assert_has_calls", "assert_awaited", "assert_awaited_once", "assert_awaited_with"),
        *("assert_awaited_once_with", "assert_any_await", "assert_has_awaits", "assert_not_awaited"),
    }
)
_BEGINNINGS = ("assert_called", "assert_has_call", "assert_any_c", "assert_not_c", "assert_await", "assert_not_aw")


@dataclass(frozen=True)
class Symbol:
    """A function or class of the source: the dotted name of its module, and its own qualified name."""

    module: str
    name: str

    def meant_by(self, target: str) -> bool:
        """Tell whether a dotted name ends in this symbol; a package may offer what its modules define."""
        parts, own = target.split("."), self.name.split(".")
        if parts[-len(own) :] != own:
            return False
        prefix = parts[: -len(own)]
        whole = self.module.split(".")
        return bool(prefix) and any(whole[start : start + len(prefix)] == prefix for start in range(len(whole)))


def symbols_of(path: str, names: Iterable[str]) -> list[Symbol]:
    """Give the symbols of a source file."""
    parts = PurePosixPath(path).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return [Symbol(module, name) for name in names]


def mock_typos(function: Function, module: Module) -> Iterator[Fault]:
    """Find statements about mocks that look like assertions."""
    own = {found.node.name for found in module.functions}
    for node in ast.walk(function):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="self" | "cls")))):
                continue  # a helper of the tests
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name)) as value) if (
                _no_assertion(name) and name not in own
            ):
                yield _typo(value, f"`{text(value)}` asserts nothing")
            case ast.Expr(value=ast.Attribute(attr=name) as value) if name in _API:
                yield _typo(value, f"`{text(value)}` is never called: write the brackets")
            case ast.Assert(test=ast.Call(func=ast.Attribute(attr=name)) as value) if name in _NOT_ASSERTED:
                yield _typo(value, f"`{text(value)}` is a mock, and true")
            case ast.Assert(test=ast.Attribute(attr=name) as value) if name in _API | _NOT_ASSERTED:
                yield _typo(value, f"`{text(value)}` is a mock or its method, and true")


def _no_assertion(name: str) -> bool:
    return name in _NOT_ASSERTED or (name.startswith(_BEGINNINGS) and name not in _API)


def _typo(node: ast.expr, said: str) -> Fault:
    return Fault("mock-not-asserted", said, node.lineno, mend="use an assertion of unittest.mock", key=ast.dump(node))


def mocked_away(test: Found, module: Module, changed: list[Symbol]) -> Iterator[Fault]:
    """Find a test that replaces a changed function and calls only what it put there."""
    for call in (node for node in ast.walk(test.node) if isinstance(node, ast.Call)):
        target = _target(call, module)
        hit = next((symbol for symbol in changed if target and symbol.meant_by(target)), None)
        if hit is None:
            continue
        name = hit.name.rsplit(".", 1)[-1]
        asked = _asked(test.node, module, changed)
        calls = {last_name(one.func) for one in asked}
        if calls == {name} and not any(isinstance(one.func, ast.Name) and name in module.imports for one in asked):
            said = f"{test.name} replaces {hit.name}, which the change is about, and then calls only the replacement"
            mend = f"call the real {name}; replace what it depends on"
            yield Fault("subject-mocked", said, call.lineno, mend=mend, key=ast.dump(call))
        else:
            said = f"{test.name} replaces {hit.name}, which the change is about"
            yield Fault("changed-symbol-mocked", said, call.lineno, Severity.NOTE, key=ast.dump(call))


def mocked_methods(test: Found, changed: list[Symbol]) -> Iterator[Fault]:
    """Find methods that the change edits, given an answer on a mock, and then called on it by the test itself."""
    names = {symbol.name.rpartition(".")[2] for symbol in changed}
    called = {dotted(node.func) for node in ast.walk(test.node) if isinstance(node, ast.Call)}
    for node in ast.walk(test.node):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            method, _, answer = dotted(target).rpartition(".")
            if answer in {"return_value", "side_effect"} and method.rpartition(".")[2] in names and method in called:
                said = f"{method} is what the change edits, and the test calls what it made up for it"
                yield Fault("subject-mocked", said, target.lineno, mend="call the real one", key=method)


def stand_ins(module: Module, changed: list[Symbol]) -> Iterator[Fault]:
    """Find classes of a test module that take the name of the class under test, imported under another one."""
    for node in (node for node in module.tree.body if isinstance(node, ast.ClassDef)):
        for base in node.bases:
            target = module.meaning(base)
            renamed = isinstance(base, ast.Name) and base.id != node.name and target.rpartition(".")[2] == node.name
            if renamed and any(symbol.meant_by(target) for symbol in changed):
                said = f"{node.name} of the tests stands in for the class of that name, which the change edits"
                yield Fault("subject-mocked", said, node.lineno, mend="test the class itself", key=node.name)


def _target(call: ast.Call, module: Module) -> str:
    """Give the dotted name of what a call of patch or setattr replaces, "" if it is neither."""
    called, args = dotted(call.func), call.args
    if called.split(".")[-1] == "patch" or (called.endswith("setattr") and len(args) == 2):  # noqa: PLR2004
        return str(args[0].value) if args and isinstance(args[0], ast.Constant) else ""
    if called.endswith(("patch.object", ".setattr")) or called == "setattr":
        named = args[1] if len(args) > 1 else None
        owner = module.meaning(args[0]) if args else ""
        return (
            f"{owner}.{named.value}"
            if owner and isinstance(named, ast.Constant) and isinstance(named.value, str)
            else ""
        )
    return ""


def _asked(function: Function, module: Module, changed: list[Symbol]) -> list[ast.Call]:
    """Give the calls of the project's functions that a test asserts something of, else all that it makes."""
    conditions = [one.condition for one in assertions_in(function) if one.condition is not None]
    inside = [call for condition in conditions for call in _source_calls(condition, module, changed)]
    return inside or list(_source_calls(function, module, changed))


def _source_calls(node: ast.AST, module: Module, changed: list[Symbol]) -> Iterator[ast.Call]:
    """Give the calls of the project's functions, through a module or by a name."""
    tops = {part for symbol in changed for part in symbol.module.split(".")} - {"src"}
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and (meaning := module.meaning(call.func)):
            is_method = any(symbol.name.endswith(f".{last_name(call.func)}") for symbol in changed)
            if set(meaning.lstrip(".").split(".")[:-1]) & tops or is_method:
                yield call


def mock_results(function: Function) -> Iterator[Fault]:
    """Find assertions of what a mock made up: the result of a method that the test never mentions elsewhere."""
    mocks = {name for node in ast.walk(function) for name in _bound_mock(node)}
    mentions = Counter(dotted(node) for node in ast.walk(function) if isinstance(node, ast.Attribute))
    for node in ast.walk(function):
        match node:
            case ast.Assert(test=ast.Call(func=ast.Attribute(value=ast.Name(id=name)) as called) as value):
                if name in mocks and mentions[dotted(called)] == 1 and called.attr not in _NOT_ASSERTED:
                    yield _typo(value, f"`{text(value)}` is made up by the mock, and true")


def _bound_mock(node: ast.AST) -> list[str]:
    """Give the name to which a bare mock is bound: one without a specification or values of its own."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[], keywords=words) as made):
            plain = all(word.arg in {"side_effect", "return_value", "name"} for word in words)
            return [name] if plain and last_name(made) in {"Mock", "MagicMock", "AsyncMock"} else []
        case _:
            return []
