"""Tests that look at the text of what they test instead of running it."""

import ast
from collections.abc import Iterator

from gatecheck.model import Severity
from gatecheck.soundness.model import Fault, Function, Module, last_name, text

_TEXTS = frozenset({"inspect.getsource", "inspect.getsourcelines", "getsource", "getsourcelines"})


def source_read(function: Function, module: Module, sources: frozenset[str]) -> Iterator[Fault]:
    """Find what reads source; `sources` are the paths of the changed source files."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (module.meaning(node.func) in _TEXTS or _opens(node, sources)):
            said = f"`{text(node)}` looks at the text of the source, not at what it does"
            yield Fault("source-read", said, node.lineno, Severity.WARNING, "call it", ast.dump(node))


def _opens(call: ast.Call, sources: frozenset[str]) -> bool:
    if last_name(call) not in {"open", "Path"}:
        return False
    words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return any(word.endswith(".py") and any(source.endswith(word.lstrip("./")) for source in sources) for word in words)
