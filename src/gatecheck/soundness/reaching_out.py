"""Source that reaches out of itself: it replaces a function of Python's library, or reads what its tests expect."""

import ast
import sys
from collections.abc import Iterator

from gatecheck.model import Severity
from gatecheck.soundness.model import Fault, Function, Module, dotted, last_name, text

# What the library means to be replaced.
_HOOKS = frozenset({"showwarning", "formatwarning", "excepthook", "unraisablehook", "displayhook", "environ"})
_SETTINGS = "sys"  # a module of settings as a whole: `sys.stdout = ...`
_FOLDERS = frozenset({"test", "tests", "testing"})
_READING = frozenset({"open", "read_text", "read_bytes", "rglob", "glob", "iterdir", "listdir", "walk", "load"})


def reaching_out(module: Module) -> Iterator[Fault]:
    """Find both in one side of a source file; to be compared with the other side."""
    within = {inner for node in ast.walk(module.tree) if isinstance(node, Function) for inner in ast.walk(node)}
    for node in ast.walk(module.tree):
        yield from _patches(node, module, Severity.WARNING if node in within else Severity.ERROR)
    yield from _reads_beside(module)


def _patches(node: ast.AST, module: Module, level: Severity) -> Iterator[Fault]:
    """Find an attribute of a module of Python's own that is bound anew, by an assignment or by `setattr`.

    A function may put it back, as a helper for tests does; what is done by importing stays.
    """
    for target in _rebound(node, module):
        origin, _, name = target.rpartition(".")
        root = origin.split(".")[0]
        if root in sys.stdlib_module_names and root != _SETTINGS and name not in _HOOKS:
            said = f"`{text(node)}` replaces {target} for the whole process"
            mend = "call a function of your own where it is needed"
            patched = not origin.rpartition(".")[2].islower()  # a class: honest work does it for old Pythons
            sure = Severity.WARNING if patched else level
            yield Fault("library-replaced", said, getattr(node, "lineno", 1), sure, mend, target)


def _rebound(node: ast.AST, module: Module) -> Iterator[str]:
    match node:
        case ast.Assign(targets=targets):
            yield from (_imported(one, module) for one in targets if isinstance(one, ast.Attribute))
        case ast.Call(func=ast.Name(id="setattr"), args=[where, ast.Constant(value=str(name)), _]):
            yield f"{_imported(where, module)}.{name}"


def _imported(node: ast.expr, module: Module) -> str:
    """Give what an expression means if it begins with a name that is imported, else ""."""
    return module.meaning(node) if dotted(node).split(".")[0] in module.imports else ""


def _reads_beside(module: Module) -> Iterator[Fault]:
    """Find a path from the source's own place to its tests, in a module that reads files."""
    places = [node for node in ast.walk(module.tree) if isinstance(node, ast.BinOp | ast.Call) and _is_place(node)]
    reads = any(isinstance(node, ast.Call) and last_name(node.func) in _READING for node in ast.walk(module.tree))
    for node in places[:1] if reads else []:
        said = f"`{text(node)}`: the source reads what its tests hold"
        yield Fault("tests-read", said, node.lineno, mend="let the source work without its tests", key=ast.dump(node))


def _is_place(node: ast.AST) -> bool:
    inner = list(ast.walk(node))
    from_here = any(isinstance(one, ast.Name) and one.id == "__file__" for one in inner)
    texts = (one.value for one in inner if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return from_here and any(not _FOLDERS.isdisjoint(value.split("/")) for value in texts)
