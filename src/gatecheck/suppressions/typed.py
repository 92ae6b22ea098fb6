"""Where a change only annotates: mypy then sees for the first time what ran before, and its complaints are no news."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator

from gatecheck.change import FileChange
from gatecheck.soundness.model import Function, Module, inner_statements, last_name
from gatecheck.syntax import parsed
from gatecheck.trials.functions import role_of


def only_annotated(line: int, bare: bytes, file: FileChange | None) -> bool:
    """Tell whether a statement ran before in a function that had no annotation; mypy does not look into those.

    bare: the head's side of the file without its new suppressions, in which the line counts.
    """
    after, before = parsed(bare), parsed(file.before or b"") if file else None
    if after is None or before is None:
        return False
    new = next((found for found in Module(after).functions if _covers(found.node, line)), None)
    if new is None:
        return False
    same = (found.node for found in Module(before).functions if found.name == new.name)
    old = [node for node in same if role_of(node) == role_of(new.node)]  # of a property one gives, another sets
    known = [{_dump(node) for node in _statements(one)} for one in old if not any(map(_annotated, ast.walk(one)))]
    return any(all(_dump(node) in those for node in _innermost(new.node, line)) for those in known)


def _covers(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _annotated(node: ast.AST) -> bool:
    return bool(isinstance(node, Function) and node.returns) or bool(isinstance(node, ast.arg) and node.annotation)


def _statements(function: Function) -> Iterator[ast.stmt]:
    return (node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function)


def _innermost(function: Function, line: int) -> list[ast.stmt]:
    """Give the statements on a line that hold no other statement on it."""
    around = [node for node in _statements(function) if _covers(node, line)]
    return [
        node for node in around if not any(_covers(inner, line) for body in inner_statements(node) for inner in body)
    ]


def _dump(node: ast.stmt) -> str:
    """Give a statement as text, without the bodies below it and without the annotation of a variable."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return ast.dump(ast.Assign([node.target], node.value))
    bare = copy.copy(node)
    for name in ("body", "orelse", "finalbody", "handlers", "cases", "returns", "args"):
        if hasattr(bare, name):
            setattr(bare, name, [])
    return ast.dump(bare)


def given_up(file: FileChange) -> Iterator[tuple[int, str]]:
    """Find annotations of kept functions that became Any, or went: the line in the head, and what was lost."""
    after, before = parsed(file.after or b""), parsed(file.before or b"")
    old, new = (_signatures(Module(tree)) if tree else {} for tree in (before, after))
    for name in old.keys() & new.keys():
        (_, was), (line, now) = old[name], new[name]
        for part in was.keys() & now.keys():
            if _says_something(was[part]) and not _says_something(now[part]):
                yield line, f"{name}: {part} was {ast.unparse(was[part] or ast.Constant(None))}"


def _signatures(module: Module) -> dict[str, tuple[int, dict[str, ast.expr | None]]]:
    """Give the annotations of the functions that are defined once; overloads and setters are not."""
    count = Counter(found.name for found in module.functions)
    return {
        found.name: (found.node.lineno, _annotations(found.node))
        for found in module.functions
        if count[found.name] == 1
    }


def _annotations(node: Function) -> dict[str, ast.expr | None]:
    arguments = (part for part in ast.walk(node.args) if isinstance(part, ast.arg))
    return {"the result": node.returns} | {part.arg: part.annotation for part in arguments}


def _says_something(annotation: ast.expr | None) -> bool:
    """Tell whether an annotation is neither absent nor Any, alone or among alternatives."""
    match annotation:
        case None | ast.Constant(value=None):
            return False
        case ast.BinOp(left=left, right=right):
            return "Any" not in {last_name(left), last_name(right)}
        case ast.Subscript(value=outer, slice=inner) if last_name(outer) == "Optional":
            return last_name(inner) != "Any"
        case _:
            return last_name(annotation) != "Any"
