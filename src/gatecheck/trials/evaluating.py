"""A bounded evaluator of plain Python: numbers, lists of them, comparisons, branches and loops.

It never runs the code that it reads: it knows literals, arithmetic, comparisons and a few functions of numbers. What it
cannot work out itself (an attribute, the result of a call) is given to it by the text of the expression; that a call
was made is noted, with its arguments. Steps, numbers and lists are bounded.
"""

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from gatecheck.trials.values import (
    ARGUMENT,
    EXPONENT,
    FUNCTIONS,
    LONGEST,
    Made,
    Unknown,
    Value,
    alike,
    bounded,
    is_small,
)

Signal: TypeAlias = Literal["break", "continue", "return"] | None

STEPS = 1500  # statements and expressions of one run
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Value]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_RAISED = (ArithmeticError, ValueError)
_CAUGHT: dict[str, tuple[type[Exception], ...]] = {
    "ArithmeticError": (ArithmeticError,),
    "OverflowError": (OverflowError,),
    "ZeroDivisionError": (ZeroDivisionError,),
    "ValueError": (ValueError,),
    "Exception": _RAISED,
    "BaseException": _RAISED,
}


@dataclass
class Run:
    """One run of a function's body.

    given: what an expression has for a value, by its text. moved: whether the boundary of `watched` is. met: whether it
    compared equal values. calls: what was called, with its arguments. texts: those of nodes, which several runs share.
    """

    given: Mapping[str, Value]
    watched: ast.Compare
    moved: bool
    met: bool = False
    calls: list[Value] = field(default_factory=list)
    texts: dict[ast.AST, str] = field(default_factory=dict)
    result: Value = None
    _local: dict[str, Value] = field(default_factory=dict)
    _written: dict[str, Value] = field(default_factory=dict)
    steps: int = 0

    def outcome(self, body: Sequence[ast.stmt]) -> tuple[Value, ...]:
        """Give all that can be seen from outside: what is returned or raised, called, and left in attributes."""
        try:
            self._block(body)
            ended: Value = ("gives", self.result)
        except _RAISED as error:
            ended = ("raises", type(error).__name__)
        left = {text: value for text, value in self._written.items() if not alike(value, self.given.get(text))}
        return ended, self.calls, sorted(left), [left[text] for text in sorted(left)]

    def _block(self, body: Iterable[ast.stmt]) -> Signal:
        for node in body:
            self._step()
            if signal := self._statement(node):
                return signal
        return None

    def _statement(self, node: ast.stmt) -> Signal:
        match node:
            case ast.Return(value=value):
                self.result = self._value(value) if value else None
                return "return"
            case ast.Break() | ast.Continue():
                return "break" if isinstance(node, ast.Break) else "continue"
            case ast.If(test=test, body=body, orelse=orelse):
                return self._block(body if self._value(test) else orelse)
            case ast.For() | ast.While():
                return self._loop(node)
            case ast.Try():
                return self._try(node)
            case _:
                return self._plain(node)

    def _plain(self, node: ast.stmt) -> Signal:
        match node:
            case ast.Pass():
                pass
            case ast.Assign(targets=targets, value=value):
                new = self._value(value)
                for target in targets:
                    self._bind(target, new)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self._value(value))
            case ast.AugAssign(target=target, op=op, value=value):
                self._bind(target, self._computed(op, self._value(target), self._value(value)))
            case ast.Expr(value=ast.Yield(value=value)):
                self.calls.append(("yield", self._value(value) if value else None))
            case ast.Expr(value=value):
                self._value(value)
            case ast.Raise(exc=ast.expr() as raised):
                self.calls.append(("raise", self._text(raised)))
                raise ArithmeticError
            case _:
                raise Unknown
        return None

    def _loop(self, node: ast.For | ast.While) -> Signal:
        items = iter(self._items(node.iter)) if isinstance(node, ast.For) else None
        while True:
            self._step()
            if items is None and isinstance(node, ast.While):
                if not self._value(node.test):
                    return self._block(node.orelse)
            elif items is not None and isinstance(node, ast.For):
                item = next(items, self)
                if item is self:
                    return self._block(node.orelse)
                self._bind(node.target, item)
            signal = self._block(node.body)
            if signal in {"break", "return"}:
                return signal if signal == "return" else None

    def _items(self, node: ast.expr) -> Sequence[Value]:
        items = self._value(node)
        if not isinstance(items, list | tuple | range) or len(items) > LONGEST:
            raise Unknown
        return items

    def _try(self, node: ast.Try) -> Signal:
        if node.finalbody or any(not self._is_known(handler) for handler in node.handlers):
            raise Unknown
        calls = len(self.calls)
        try:
            signal = self._block(node.body)
        except _RAISED as error:
            if any(call[0] == "raise" for call in self.calls[calls:]):
                raise Unknown from None
            for handler in node.handlers:
                if isinstance(error, _caught(handler)):
                    return self._block(handler.body)
            raise
        return signal or self._block(node.orelse)

    @staticmethod
    def _is_known(handler: ast.ExceptHandler) -> bool:
        return bool(_caught(handler)) or handler.type is None

    def _bind(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                self._local[name] = value
            case ast.Attribute() | ast.Subscript():
                self._written[self._text(target)] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                if not isinstance(value, list | tuple) or len(value) != len(targets):
                    raise Unknown
                for inner, one in zip(targets, value, strict=True):
                    self._bind(inner, one)
            case _:
                raise Unknown

    def _value(self, node: ast.expr) -> Value:
        self._step()
        value: Value
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None):
                value = node.value
            case ast.List(elts=elements):
                value = [self._value(one) for one in elements]
            case ast.Tuple(elts=elements):
                value = tuple(self._value(one) for one in elements)
            case ast.JoinedStr(values=parts) | ast.Dict(values=parts):
                keys = [key for key in getattr(node, "keys", ()) if key]
                value = Made(
                    tuple(
                        self._value(one.value if isinstance(one, ast.FormattedValue) else one)
                        for one in (*keys, *parts)
                    )
                )
            case ast.Call():
                value = self._call(node)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                value = self._read(node)
            case _:
                value = self._worked_out(node)
        return value

    def _worked_out(self, node: ast.expr) -> Value:
        match node:
            case ast.Compare():
                return self._comparison(node)
            case ast.BoolOp(op=op, values=values):
                return self._junction(isinstance(op, ast.Or), values)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                return _UNARY[type(op)](self._value(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self._computed(op, self._value(left), self._value(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._value(body if self._value(test) else orelse)
            case _:
                raise Unknown

    def _read(self, node: ast.Name | ast.Attribute | ast.Subscript) -> Value:
        text = self._text(node)
        for known in (self._local, self._written, self.given):
            if text in known:
                return known[text]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return self._part(node.value, node.slice)
        raise Unknown

    def _part(self, whole: ast.expr, part: ast.Slice) -> Value:
        many = self._value(whole)
        bounds = [self._value(bound) if bound else None for bound in (part.lower, part.upper, part.step)]
        if not isinstance(many, list | tuple) or any(isinstance(bound, float) for bound in bounds):
            raise Unknown
        return many[slice(*bounds)]

    def _call(self, node: ast.Call) -> Value:
        name, args = self._text(node.func), [self._value(one) for one in node.args]
        if name in FUNCTIONS and name not in self._local and not node.keywords:
            if not all(is_small(one, ARGUMENT) for one in args) or (name == "round" and len(args) > 1):
                raise Unknown
            return bounded(FUNCTIONS[name](*args))
        text = self._text(node)
        named = [self._value(keyword.value) for keyword in node.keywords]
        self.calls.append((text, args, named))
        if text not in self.given:
            raise Unknown
        return self.given[text]

    def _comparison(self, node: ast.Compare) -> bool:
        left, said = self._value(node.left), True
        for index, (op, comparator) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right, kind = self._value(comparator), type(op)
            if index == 0 and node is self.watched:
                self.met = self.met or left == right
                kind = MOVED[kind] if self.moved else kind
            said = bool(_COMPARED[kind](left, right))
            left = right
            if not said:
                break
        return said

    def _junction(self, either: bool, values: Sequence[ast.expr]) -> Value:
        value: Value = None
        for node in values:
            value = self._value(node)
            if bool(value) is either:
                break
        return value

    @staticmethod
    def _computed(op: ast.operator, left: Value, right: Value) -> Value:
        if not all(isinstance(one, int | float) for one in (left, right)) or type(op) not in _BINARY:
            raise Unknown
        if isinstance(op, ast.Pow) and abs(right) > EXPONENT:
            raise Unknown
        return bounded(_BINARY[type(op)](left, right))

    def _step(self) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise Unknown

    def _text(self, node: ast.AST) -> str:
        if node not in self.texts:
            self.texts[node] = ast.unparse(node)
        return self.texts[node]


def _caught(handler: ast.ExceptHandler) -> tuple[type[Exception], ...]:
    """Give what a handler catches of what may be raised here; nothing where that is not known."""
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    if not named:
        return _RAISED
    found = [_CAUGHT.get(ast.unparse(one), ()) for one in named]
    return tuple(kind for kinds in found for kind in kinds) if all(found) else ()
