"""Tables in the source that hold the tests' own cases: right for these, and for nothing else."""

import ast
from collections.abc import Iterator

from gatecheck.soundness.model import Fault, Module

FEWEST = 3  # entries; two cases may coincide by chance


def answers(source: Module, tests: list[Module]) -> Iterator[Fault]:
    """Find tables of several arguments each whose every key is a case of the changed tests."""
    cases = {case for module in tests for node in ast.walk(module.tree) for case in _runs(node)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Dict) and len(node.keys) >= FEWEST:
            keys = [_values(key) for key in node.keys]
            if all(key is not None and len(key) > 1 and key in cases for key in keys):
                said = f"a table answers {len(keys)} cases of the tests, and knows no other"
                mend = "write down the rule, or test it with cases that the source does not hold"
                yield Fault("answers-in-source", said, node.lineno, mend=mend, key=ast.dump(node))


def _values(node: ast.expr | None) -> tuple[str, ...] | None:
    """Give the constants of a tuple, None where it is none or holds anything else."""
    if not isinstance(node, ast.Tuple):
        return None
    found = tuple(ast.dump(item) for item in node.elts if _is_constant(item))
    return found if len(found) == len(node.elts) else None


def _runs(node: ast.AST) -> Iterator[tuple[str, ...]]:
    """Give every run of constants that stand together in a call's arguments or in a tuple or list."""
    items = node.elts if isinstance(node, ast.Tuple | ast.List) else node.args if isinstance(node, ast.Call) else []
    texts = [ast.dump(item) if _is_constant(item) else None for item in items[:20]]
    for start in range(len(texts)):
        for stop in range(start + 2, len(texts) + 1):
            run = texts[start:stop]
            if all(text is not None for text in run):
                yield tuple(text for text in run if text is not None)


def _is_constant(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant)
