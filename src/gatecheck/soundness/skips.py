"""Tests that are there and do not run: skipped, expected to fail, or without parameters."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gatecheck.model import Severity
from gatecheck.soundness.model import Fault, Found, Module, dotted, last_name, text
from gatecheck.soundness.truth import truth_of

_MARKS = frozenset({"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure"})


@dataclass(frozen=True)
class Mark:
    """A decorator, a `pytestmark` or a call that keeps a test from counting."""

    node: ast.expr

    @property
    def name(self) -> str:
        """Give which one it is."""
        return last_name(self.node)

    @property
    def always(self) -> bool:
        """Tell whether it holds under every condition."""
        if self.name in {"skip", "expectedFailure"}:
            return True
        args = self.node.args if isinstance(self.node, ast.Call) else []
        conditions = [*args[:1], *(word.value for word in self._keywords if word.arg == "condition")]
        if self.name == "xfail" and not conditions:
            return True
        return bool(conditions) and truth_of(conditions[0]) is (self.name != "skipUnless")

    @property
    def reason(self) -> bool:
        """Tell whether it says why."""
        if not isinstance(self.node, ast.Call):
            return False
        plain = self.node.args if self.name == "skip" else self.node.args[1:]
        words = [*plain, *(word.value for word in self._keywords if word.arg in {"reason", "msg"})]
        return any(truth_of(word) is not False for word in words)

    @property
    def _keywords(self) -> list[ast.keyword]:
        return self.node.keywords if isinstance(self.node, ast.Call) else []


def skipped(test: Found) -> Iterator[Fault]:
    """Find what keeps a test from running; to be compared with what kept the base's test."""
    nodes = [*test.node.decorator_list, *(test.owner.decorator_list if test.owner else [])]
    calls = (statement.value for statement in test.node.body if isinstance(statement, ast.Expr))
    nodes += [
        call for call in calls if isinstance(call, ast.Call) and dotted(call.func) in {"pytest.skip", "self.skipTest"}
    ]
    for node in nodes:
        if last_name(node) in _MARKS or last_name(node) == "skipTest":
            yield _fault(test.name, Mark(node))


def marked_module(module: Module) -> Iterator[Fault]:
    """Find what keeps a whole file of tests from running."""
    for node in module.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                marks = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
                yield from (_fault("the whole file", Mark(mark)) for mark in marks if last_name(mark) in _MARKS)
            case ast.Expr(value=ast.Call(func=called) as call) if dotted(called) == "pytest.skip":
                yield _fault("the whole file", Mark(call))


def _fault(what: str, mark: Mark) -> Fault:
    sure = mark.always and not mark.reason and mark.name != "expectedFailure"
    said = f"{what} had run, and is now under `{text(mark.node)}`{', which gives no reason' if sure else ''}"
    mend = "let it run, or say in it under which condition and why it cannot"
    level = Severity.ERROR if sure else Severity.WARNING
    return Fault("test-switched-off", said, mark.node.lineno, level, mend, ast.dump(mark.node))


def without_cases(test: Found) -> Iterator[Fault]:
    """Find a parametrize with nothing to run."""
    for node in test.node.decorator_list:
        values = cases_of(node)
        if values is not None and truth_of(values) is False:
            said = f"{test.name} is parametrized with no case: it never runs"
            yield Fault("no-cases", said, node.lineno, mend="give it cases", key=ast.dump(node))


def cases_of(node: ast.expr) -> ast.expr | None:
    """Give the cases of a parametrize decorator."""
    if not isinstance(node, ast.Call) or last_name(node) != "parametrize":
        return None
    named = [word.value for word in node.keywords if word.arg == "argvalues"]
    return next(iter([*node.args[1:2], *named]), None)
