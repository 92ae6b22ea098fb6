"""What became of the expectations of a test that the change keeps: edited, weakened, taken away."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from gatecheck.model import Severity
from gatecheck.soundness.assertions import assertions_in
from gatecheck.soundness.model import Fault, Function, last_name, text, texts_apart
from gatecheck.soundness.skips import cases_of
from gatecheck.soundness.truth import constants_of, with_constants

MANY = 4  # notes of one renaming in a file, to be told as one
_WORD = re.compile(r"\w+|[^\w\s]")
_TOLERANCES = frozenset({"rel", "abs", "rel_tol", "abs_tol", "delta"})  # more is weaker
_PLACES = frozenset({"places"})  # less is weaker


@dataclass(frozen=True)
class Expectation:
    """An assertion or a row of parametrize: what is expected, and the line that says so."""

    node: ast.expr | ast.stmt
    line: int
    what: str = "asserted"

    @cached_property
    def dump(self) -> str:
        """Give it as text, apart from layout."""
        return ast.dump(self.node)

    @cached_property
    def shape(self) -> str:
        """Give it without its literals."""
        masked = ast.parse(ast.unparse(self.node))
        for node in ast.walk(masked):
            if isinstance(node, ast.Constant):
                node.value, node.kind = "", None
        return ast.dump(masked)


@dataclass(frozen=True)
class Edit:
    """What became of one expectation of the base; `after` is None where it is gone."""

    rule: str
    before: Expectation
    after: Expectation | None


def expectations_of(function: Function) -> list[Expectation]:
    """Give what a test expects: its assertions, with the literals that names stand for, and its parametrize's rows."""
    constants = constants_of(function)
    asserted = ((one.condition, one) for one in assertions_in(function))
    found = [Expectation(with_constants(test, constants) if test else one.node, one.line) for test, one in asserted]
    for node in function.decorator_list:
        cases = cases_of(node)
        if isinstance(cases, ast.List | ast.Tuple):
            found += [Expectation(row, row.lineno, "a case") for row in cases.elts]
    return found


def edits_of(before: Function, after: Function, elsewhere: Counter[str]) -> Iterator[Edit]:
    """Pair what is gone from a test with what is new in it; `elsewhere` counts what other tests of the head gained."""
    old, new = expectations_of(before), expectations_of(after)
    gone, come = _less(old, new), _less(new, old)
    for expectation in gone:
        match = next((one for one in come if one.what == expectation.what and _related(expectation, one)), None)
        if match is not None:
            come.remove(match)
            yield Edit(_rule(expectation, match), expectation, match)
        elif elsewhere[expectation.dump] > 0:
            elsewhere[expectation.dump] -= 1
        else:
            other = next((one for one in come if one.what == expectation.what), None)
            if other is not None:
                come.remove(other)
            yield Edit(_unrelated(expectation, other), expectation, other)


def faults_of(test: str, edits: Iterable[Edit], *, keeping: bool) -> Iterator[Fault]:
    """Say what was edited; where behaviour must stay as it is, an expectation that went or moved is an error."""
    for edit in edits:
        line = edit.after.line if edit.after else 0
        was, now = text(edit.before.node, 100), "taken away"
        if edit.after:
            was, then = texts_apart(edit.before.node, edit.after.node)
            now = f"now `{then}`"
        said = f"{test}: {edit.before.what} was `{was}`, {now}"
        level = _KEEPING.get(edit.rule, Severity.ERROR) if keeping else _LEVELS[edit.rule]
        mend = "leave what the test expects as it was" if level is Severity.ERROR else ""
        renaming = _renaming(edit.before.node, edit.after.node) if edit.after and level is Severity.NOTE else ""
        yield Fault(edit.rule, said, line, level, mend, renaming=renaming)


def told_once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Put the notes of one renaming together where there are many: a reader wants to see what else was edited."""
    listed = list(faults)
    counted = Counter(fault.renaming for fault in listed if fault.renaming)
    told: set[str] = set()
    for fault in listed:
        if counted[fault.renaming] < MANY:
            yield fault
        elif fault.renaming not in told:
            told.add(fault.renaming)
            many = counted[fault.renaming]
            yield replace(fault, message=f"{fault.renaming} in {many} expectations, which are the same otherwise")


def _renaming(before: ast.AST, after: ast.AST) -> str:
    """Give which names became which others, where that is all that differs; "" for any other edit."""
    old, new = (_WORD.findall(ast.unparse(node)) for node in (before, after))
    pairs = dict.fromkeys((one, other) for one, other in zip(old, new, strict=False) if one != other)
    consistent = len(dict(pairs)) == len(pairs) == len({other for _, other in pairs})
    if len(old) != len(new) or not consistent or not all(word.isidentifier() for pair in pairs for word in pair):
        return ""
    return ", ".join(f"`{one}` is now `{other}`" for one, other in pairs)


_KEEPING = {"expectation-rewritten": Severity.WARNING}  # what asserts something else may have been renamed
_LEVELS = {
    "expectation-edited": Severity.NOTE,
    "expectation-rewritten": Severity.NOTE,
    "expectation-weakened": Severity.WARNING,
    "expectation-removed": Severity.WARNING,
}


def _less(some: list[Expectation], others: list[Expectation]) -> list[Expectation]:
    counted, left = Counter(other.dump for other in others), []
    for one in some:
        if counted[one.dump] > 0:
            counted[one.dump] -= 1
        else:
            left.append(one)
    return left


def _related(before: Expectation, after: Expectation) -> bool:
    """Tell whether one expectation is another about the same thing."""
    if before.shape == after.shape:
        return True
    subjects = _subjects(before.node)
    return bool(subjects) and not subjects.isdisjoint(_subjects(after.node))


def _subjects(node: ast.AST) -> frozenset[str]:
    """Give the expressions that are compared, as text; a literal is none, and a type check is about its object."""
    match node:
        case ast.Compare(left=left, comparators=rights):
            parts: list[ast.expr] = [left, *rights]
        case ast.Call(func=ast.Name(id="isinstance" | "len" | "bool"), args=[first, *_]):
            parts = [first]
        case ast.UnaryOp(operand=operand):
            return _subjects(operand)
        case ast.expr():
            parts = [node]
        case _:
            return frozenset()
    return frozenset(ast.dump(_bare(part)) for part in parts if not _is_literal(part))


def _bare(node: ast.expr) -> ast.expr:
    match node:
        case ast.Call(func=ast.Name(id="isinstance" | "len" | "bool"), args=[first, *_]):
            return first
        case _:
            return node


def _is_literal(node: ast.expr) -> bool:
    return not any(isinstance(inner, ast.Name | ast.Call) for inner in ast.walk(node))


def _rule(before: Expectation, after: Expectation) -> str:
    if before.what == "asserted" and (
        _strength(after.node) < _strength(before.node) or _looser(before.node, after.node)
    ):
        return "expectation-weakened"
    return "expectation-edited" if before.shape == after.shape or _new_value(before, after) else "expectation-rewritten"


def _unrelated(before: Expectation, after: Expectation | None) -> str:
    """Name what became of an expectation in whose place one about something else stands, or none."""
    if after is None:
        return "expectation-removed"
    weaker = before.what == "asserted" and _strength(after.node) < _strength(before.node)
    return "expectation-weakened" if weaker else "expectation-rewritten"


def _new_value(before: Expectation, after: Expectation) -> bool:
    """Tell whether the same thing is compared with another literal, or another name's value."""
    match before.node, after.node:
        case ast.Compare(left=first, comparators=[old]), ast.Compare(left=second, comparators=[new]):
            literal = _is_literal(old) and _is_literal(new)
            named = bool(last_name(old)) and bool(last_name(new)) and last_name(old) != last_name(new)
            other = literal or named or bool(_literals(new) - _literals(old))
            return ast.dump(first) == ast.dump(second) and other
        case _:
            return False


def _literals(node: ast.AST) -> frozenset[str]:
    return frozenset(ast.dump(inner) for inner in ast.walk(node) if isinstance(inner, ast.Constant))


def _strength(node: ast.AST) -> int:
    """Rank what a condition says: equal to a value 3, in or greater 2, not this value or of this type 1, truthy 0."""
    match node:
        case ast.Compare(ops=[ast.Is() | ast.Eq()]) | ast.BoolOp() | ast.Call(func=ast.Attribute(attr="raises")):
            rank = 3
        case ast.Compare(left=ast.Call(func=ast.Name(id="len")), ops=[ast.Gt() | ast.GtE()]):
            rank = 1
        case ast.Compare(ops=[ast.IsNot() | ast.NotEq()]) | ast.Call(func=ast.Name(id="isinstance")):
            rank = 1
        case ast.Compare():
            rank = 2
        case _:
            rank = 0
    return rank


def _looser(before: ast.AST, after: ast.AST) -> bool:
    """Tell whether a tolerance grew, or appeared."""
    old, new = _tolerances(before), _tolerances(after)
    grown = any(new[name] > old[name] for name in new if name in _TOLERANCES and name in old)
    return (
        grown
        or (_is_near(after) and not _is_near(before))
        or any(new[name] < old[name] for name in new if name in _PLACES and name in old)
    )


def _is_near(node: ast.AST) -> bool:
    return any(last_name(inner) in {"approx", "isclose", "allclose"} for inner in ast.walk(node))


def _tolerances(node: ast.AST) -> dict[str, float]:
    found = {}
    for inner in ast.walk(node):
        match inner:
            case ast.keyword(arg=str(name), value=ast.Constant(value=int() | float() as value)):
                found[name] = float(value)
    return found
