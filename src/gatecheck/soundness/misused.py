"""Assertions whose arguments say something else than was meant, and those that are named and never made."""

import ast
import re
from collections.abc import Iterator

from gatecheck.model import Severity
from gatecheck.soundness.model import Fault, Found, Function, Module, dotted, last_name, text

# Of unittest's assertions that take a message behind their values: how many values.
_VALUES: dict[str, int] = {
    **dict.fromkeys(("True", "False", "IsNone", "IsNotNone"), 1),
    **dict.fromkeys(("Equal", "Equals", "NotEqual", "Is", "IsNot", "In", "NotIn", "IsInstance", "NotIsInstance"), 2),
    **dict.fromkeys(("Greater", "GreaterEqual", "Less", "LessEqual", "CountEqual", "Regex", "NotRegex"), 2),
    **dict.fromkeys(("ListEqual", "DictEqual", "SetEqual", "TupleEqual", "MultiLineEqual"), 2),
}
_DISPLAYS = (ast.List, ast.Tuple, ast.Dict, ast.Set)
_EXPECTED = re.compile(
    r"(?:expected|expect|actual|result|want|wanted|got|answer)(?:_\w+)?|\w+_(?:expected|actual|result)"
)
_CONDITIONS = (ast.Compare, ast.BoolOp, ast.UnaryOp)
_ASKED = re.compile(r"is|has|can|all|any|isinstance|issubclass|callable|startswith|endswith|exists|match")
_CONTEXTS = frozenset(
    {"assertRaises", "assertRaisesRegex", "assertWarns", "assertWarnsRegex", "assertLogs", "assertNoLogs"}
)
_PYTEST = frozenset({"pytest.raises", "pytest.warns", "pytest.deprecated_call"})


def misused(test: Found, module: Module) -> Iterator[Fault]:
    """Find a value in the place of a message, a context that is never entered, a function that is never called."""
    bound = _bound_once(test.node)
    for node in ast.walk(test.node):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=args) if name.startswith("assert"):
                count = _VALUES.get(name.removeprefix("assert"), len(args))
                for said in args[count : count + 1]:
                    yield from _message(node, args[:count], said, bound)
            case ast.Assert(test=condition, msg=ast.expr() as said):
                yield from _message(node, [condition], said, bound)
            case ast.Expr(value=value):
                yield from _not_made(value, module)
    yield from _never_called(test.node, module)


def _message(
    node: ast.stmt | ast.expr, values: list[ast.expr], said: ast.expr, bound: dict[str, ast.expr]
) -> Iterator[Fault]:
    """Find a message that is no text: the writer took it for what is expected."""
    if any(isinstance(value, ast.Starred) for value in (*values, said)):
        return
    meant = bound.get(said.id, said) if isinstance(said, ast.Name) else said
    unittest = isinstance(node, ast.Call)
    twice = unittest and len(values) == 1 and ast.dump(values[0]) == ast.dump(said)
    sure = (twice or _is_no_text(meant)) and not (len(values) == 1 and _is_condition(values[0]) and not twice)
    if sure or _is_no_text(meant) or (unittest and isinstance(said, ast.Name) and _EXPECTED.fullmatch(said.id)):
        level = Severity.ERROR if sure else Severity.WARNING
        words = f"`{text(node)}` takes `{text(said)}` for its message: it is compared with nothing"
        mend = "compare the two (`assertEqual(a, b)`, `assert a == b`), or write the message as a text"
        yield Fault("message-no-text", words, node.lineno, level, mend, ast.dump(node))


def _is_no_text(node: ast.expr) -> bool:
    """Tell whether an expression is a number, a comparison, or a display of literals: others may help to see why."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub)
    if isinstance(node, _DISPLAYS):
        parts = [inner for inner in ast.walk(node) if isinstance(inner, ast.expr) and not isinstance(inner, _DISPLAYS)]
        speaks = isinstance(node, ast.Tuple) and any(
            isinstance(one, ast.Constant) and isinstance(one.value, str) for one in node.elts
        )
        return not speaks and all(isinstance(part, ast.Constant) for part in parts)
    number = isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex)
    return number or isinstance(node, ast.Compare)


def _is_condition(node: ast.expr) -> bool:
    """Tell whether an expression is true or false by itself: what follows it may be shown for help."""
    asked = isinstance(node, ast.Call) and bool(_ASKED.match(last_name(node.func)))
    return asked or isinstance(node, _CONDITIONS) or (isinstance(node, ast.Constant) and not node.value)


def _bound_once(function: Function) -> dict[str, ast.expr]:
    """Give what the names of a function are bound to that are bound once, by a plain assignment."""
    names = [node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if names.count(name) == 1:
                found[name] = value
    return found


def _not_made(value: ast.expr, module: Module) -> Iterator[Fault]:
    """Find `self.assertTrue` without its call, and `assertRaises(Error)` that nobody enters and that calls nothing."""
    own = {found.node.name for found in module.functions}
    match value:
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if re.match(r"assert[A-Z]", name):
            words, mend = f"`{text(value)}` is named and not called", f"write `{text(value)}(...)`"
        case ast.Call(func=ast.Attribute(attr=name), args=args) if name in _CONTEXTS - own and _calls_nothing(
            name, args
        ):
            words, mend = f"`{text(value)}` is never entered", f"write `with {text(value)}:` above what is expected to"
        case ast.Call(func=called, args=args) if module.meaning(called) in _PYTEST and len(args) < 2:  # noqa: PLR2004
            words, mend = f"`{text(value)}` is never entered", f"write `with {text(value)}:` above what is expected to"
        case _:
            return
    yield Fault("assertion-not-made", f"{words}: it asserts nothing", value.lineno, mend=mend, key=ast.dump(value))


def _calls_nothing(name: str, args: list[ast.expr]) -> bool:
    """Tell whether no function is given that the assertion would call."""
    taken = 2 if name.endswith("Regex") else 1
    return len(args) <= taken or name.endswith("Logs")


def _never_called(function: Function, module: Module) -> Iterator[Fault]:
    """Find conditions that are an imported function itself: it is there, whatever it would give."""
    called = {dotted(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(function):
        condition = _asserted(node)
        name = dotted(condition) if condition is not None else ""
        if condition is not None and name.partition(".")[0] in module.imports and name in called:
            said = f"`{name}` is asserted and not called: it is true whatever it would give"
            mend = f"assert what `{name}(...)` gives"
            yield Fault("constant-assertion", said, condition.lineno, Severity.WARNING, mend, ast.dump(condition))


def _asserted(node: ast.AST) -> ast.expr | None:
    """Give the value whose truth a node asserts."""
    match node:
        case ast.Assert(test=condition):
            return condition
        case ast.Call(func=ast.Attribute(attr="assertTrue" | "assertIsNotNone"), args=[condition, *_]):
            return condition
        case _:
            return None
