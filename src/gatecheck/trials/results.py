"""Faults of a whole function: what it gives is lost, or is another value of the same type.

The first is what Descartes calls a pseudo-tested method. The second finds tests that look at a type or a truth alone.
"""

import ast
from collections.abc import Iterator

from gatecheck.trials.arid import is_nothing
from gatecheck.trials.functions import Definition, Function
from gatecheck.trials.mutants import Mutant
from gatecheck.trials.source import Text

_NUMBER, _WORD = "7919", '"gatecheck"'  # values that no code gives by chance
_VALUES = {
    "bool": ("True", "False"),
    "bytes": (f"b{_WORD}",),
    "float": (f"{_NUMBER}.5",),
    "int": (_NUMBER,),
    "str": (_WORD,),
}
_HOLDERS = {
    **dict.fromkeys(("list", "List", "Sequence", "Iterable", "Collection", "MutableSequence"), "[{}]"),
    **dict.fromkeys(("set", "Set", "AbstractSet"), "{{{}}}"),
    "frozenset": "frozenset(({},))",
}
_FORMS: tuple[tuple[tuple[type[ast.expr], ...], str], ...] = (
    ((ast.Compare,), "bool"),
    ((ast.JoinedStr,), "str"),
    ((ast.List, ast.ListComp), "list"),
    ((ast.Set, ast.SetComp), "set"),
)


def results_of(source: bytes, function: Function) -> list[Mutant]:
    """Give the faults in what a function returns, where all of that is new; in others most tests are of what stayed.

    result-lost: None. other-result: another value of the type. one-way: of a predicate always the same answer.

    What Python itself calls is left out: what `__repr__` and the like give is seldom looked at.
    """
    returns = list(own_returns(function.node))
    if not returns or _is_special(function.node) or any(node.lineno not in function.changed for node in returns):
        return []
    return [_mutant(function, *fault) for fault in _faults(Text(source), function.node, returns)]


def _faults(text: Text, node: Definition, returns: list[ast.Return]) -> Iterator[tuple[str, str, bytes]]:
    """Give the rule, what is not noticed, and the altered source."""
    if not all(is_nothing(_value(one)) for one in returns):
        yield (
            "result-lost",
            f"{node.name} gives None whatever it does: no test looks at what it gives",
            _all(text, returns),
        )
    for value in _values(node, returns):
        if {ast.unparse(_value(one)) for one in returns} != {value}:
            said = f"{node.name} gives {value} whatever it does: no test tells it from what it should give"
            yield ("one-way" if value in _VALUES["bool"] else "other-result"), said, _all(text, returns, value)


def _mutant(function: Function, rule: str, said: str, source: bytes) -> Mutant:
    place = (function.path, function.name, function.node.lineno, function.body)
    return Mutant(*place, rule, "strong", said, source)


def own_returns(node: Definition) -> Iterator[ast.Return]:
    """Give the statements that return something from a function itself, not from one within it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Return) and inner.value is not None:
            yield inner
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(inner)


def _value(node: ast.Return) -> ast.expr:
    return node.value or ast.Constant(None)


def _is_special(node: Definition) -> bool:
    """Tell whether a function is a generator, or called by Python itself."""
    makes = any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))
    return makes or (node.name.startswith("__") and node.name.endswith("__"))


def _all(text: Text, returns: list[ast.Return], value: str = "None") -> bytes:
    """Let every return give something else, after what it gave was worked out: effects and lines stay."""
    source = text
    for node in sorted(returns, key=text.start, reverse=True):
        given = _value(node)
        new = b"((" + text.of(given) + b"), " + value.encode() + b")[1]"
        source = Text(source.replaced(text.start(given), text.end(given), new))
    return source.source


def _values(node: Definition, returns: list[ast.Return]) -> tuple[str, ...]:
    """Give other values of the type that a function is said to give, or else is seen to."""
    if node.returns is not None:
        return _of_annotation(node.returns)
    seen = {_form(_value(one)) for one in returns}
    return _of_annotation(ast.Name(seen.pop())) if len(seen) == 1 else ()


def _form(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return type(value.value).__name__
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return "bool"
    return next((name for kinds, name in _FORMS if isinstance(value, kinds)), "")


def _of_annotation(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return ()
    held = node.slice if isinstance(node, ast.Subscript) else None
    node = node.value if isinstance(node, ast.Subscript) else node
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    if name in _HOLDERS:
        elements = _of_annotation(held) if held is not None else ()
        return (_HOLDERS[name].format(elements[0] if elements else "None"),)
    return _VALUES.get(name, ())
