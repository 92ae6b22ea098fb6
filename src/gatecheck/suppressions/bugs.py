"""Which complaints, kept quiet, are bugs and not the limits of a checker.

Honest work silences mypy where its types cannot say what is so: decorators, overloads, attributes set on foreign
objects. It silences it seldom where a value is None, or where a name or an argument does not exist: there an assertion
or a wider type is as short, and true. The shares are in benchmarks/suppressions.md.
"""

import ast
import re

from gatecheck.change import FileChange
from gatecheck.diagnostics import Diagnostic
from gatecheck.soundness.model import Function, last_name
from gatecheck.syntax import parsed

_ALWAYS = frozenset(
    {"name-defined", "used-before-def", "possibly-undefined", "call-arg", "return", "syntax", "no-untyped-def"}
)
_NOT_ASKED = frozenset({"override", "misc"})  # signatures of other classes, and what has no code of its own
# A pipe of Popen: that it is there follows from an argument, which no type tells.
_PIPE = re.compile(r"(?:Optional\[)?IO\[")
_PLAIN = frozenset({"int", "float", "complex", "str", "bytes", "bool", "None", "date", "datetime", "time", "timedelta"})
_MISMATCH = re.compile(r'(?:got|type) "([^"]*)".*?(?:expected|has type|type) "([^"]*)"')
_OPERANDS = re.compile(r'^Unsupported .*operand types? for .*\("([^"]*)"(?: and "([^"]*)")?\)')
_ITEM = re.compile(
    r'^Item "None" of "([^"]*)"|^"None" |^Value of type "([^"]*)" is not indexable|^"([^"]*)" not callable'
)
_MISSPELT = re.compile(r'^"(?!object")[^"]*" has no attribute "(?!__)\w+"; maybe "')
_UNDEFINED = re.compile(r"^Undefined name `(\w+)`")


def is_type_bug(found: Diagnostic, file: FileChange | None) -> bool:
    """Tell whether an error of mypy means that the program is wrong; `file` is the one it stands in."""
    if found.code in _NOT_ASKED:
        return False
    if found.code in _ALWAYS or _MISSPELT.match(found.message):
        return True
    if operands := _OPERANDS.search(found.message):
        return all(_name(kind) in _PLAIN or _may_be_none(kind) for kind in operands.groups() if kind)
    if item := _ITEM.search(found.message):
        return all(_may_be_none(kind) for kind in item.groups() if kind)
    if match := _MISMATCH.search(found.message):
        return _mismatch(match[1], match[2], found, file)
    return False


def _mismatch(got: str, wanted: str, found: Diagnostic, file: FileChange | None) -> bool:
    if _may_be_none(wanted) or _name(wanted) in {"object", "Any"} or _is_unknown(got):
        return False
    if _is_variable(wanted, file) and wanted not in _alternatives(got):
        return False  # no assertion makes it one
    if got == "None" and found.code == "assignment":  # `json = None` for want of a library, a field that is set later
        return found.source.split("=")[0].split(":")[0].strip().isidentifier() and _in_function(file, found.line)
    plain = _name(got) in _PLAIN and _name(wanted) in _PLAIN
    return _may_be_none(got) or (plain and not (found.code == "assignment" and _takes_anything(file, found.source)))


def _takes_anything(file: FileChange | None, source: str) -> bool:
    """Tell whether the variable that a line assigns to is declared as Any: it is meant to take values of many types."""
    tree, name = parsed(file.after or b"") if file else None, source.split("=", maxsplit=1)[0].strip()
    notes = (node for node in ast.walk(tree or ast.Module([], [])) if isinstance(node, ast.AnnAssign))
    return any(last_name(note.target) == name and last_name(note.annotation) == "Any" for note in notes)


def _may_be_none(kind: str) -> bool:
    """Tell whether None is among the alternatives of a type, as mypy writes it."""
    return "None" in _alternatives(kind) and not _PIPE.match(kind)


def _is_unknown(kind: str) -> bool:
    """Tell whether a type is a mixture with Any in it: values of many types out of one container."""
    return "Any" in (parts := _alternatives(kind)) and len(set(parts) - {"None"}) > 1


def _alternatives(kind: str) -> list[str]:
    """Take a union apart, in either way of writing it.

    >>> _alternatives("dict[str, int | None] | None")
    ['dict[str, int | None]', 'None']
    >>> _alternatives("Union[str, Optional[int]]")
    ['str', 'Optional[int]']
    """
    word, _, rest = kind.partition("[")
    if word in {"Union", "Optional"} and rest.endswith("]"):
        parts = _split(rest[:-1], ",")
        return [*parts, "None"] if word == "Optional" else parts
    return _split(kind, "|")


def _split(text: str, separator: str) -> list[str]:
    """Split where no bracket is open."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "[(") - (sign in "])")
        if sign == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _is_variable(kind: str, file: FileChange | None) -> bool:
    """Tell whether a name is that of a type variable of the file."""
    tree = parsed(file.after or b"") if file and kind.isidentifier() else None
    for node in ast.walk(tree or ast.Module([], [])):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and last_name(node.targets[0]) == kind:
            return last_name(node.value.func) == "TypeVar"
        if type(node).__name__ == "TypeVar" and getattr(node, "name", "") == kind:  # of Python 3.12 and later
            return True
    return False


def _name(kind: str) -> str:
    return kind.rstrip("?").rpartition(".")[2]


def _in_function(file: FileChange | None, line: int) -> bool:
    tree = parsed(file.after or b"") if file else None
    bodies = (node.body for node in ast.walk(tree or ast.Module([], [])) if isinstance(node, Function))
    return any(body[0].lineno <= line <= (body[-1].end_lineno or line) for body in bodies)


def is_lint_bug(found: Diagnostic, file: FileChange | None) -> bool:
    """Tell whether a complaint of ruff about names and syntax is about code that runs.

    One in an annotation may be looked up by checkers alone; one that a handler of NameError awaits is asked for.
    """
    match = _UNDEFINED.search(found.message)
    tree = parsed(file.after or b"") if file and match else None
    return match is None or tree is None or match[1] in _read_names(tree, found.line)


def _read_names(tree: ast.Module, line: int) -> set[str]:
    """Give the names that the statement on a line reads when it runs."""
    around = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _covers(node, line)]
    if any(isinstance(node, ast.Try) and _awaits(node) for node in around):
        return set()
    skipped = {id(inner) for node in around for note in _annotations(node) for inner in ast.walk(note)}
    names = (node for outer in around for node in ast.walk(outer) if id(node) not in skipped)
    return {node.id for node in names if isinstance(node, ast.Name) and _covers(node, line)}


def _covers(node: ast.stmt | ast.Name, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _awaits(node: ast.Try) -> bool:
    return any(handler.type is not None and last_name(handler.type) == "NameError" for handler in node.handlers)


def _annotations(node: ast.stmt) -> list[ast.expr]:
    notes = [node.annotation] if isinstance(node, ast.AnnAssign) else []
    if isinstance(node, Function):
        arguments = (part for part in ast.walk(node.args) if isinstance(part, ast.arg))
        notes += [note for note in (node.returns, *(one.annotation for one in arguments)) if note]
    return notes
