"""New functions that tests call, and about which none of these tests asserts anything."""

import ast
from collections.abc import Iterator, Sequence

from gatecheck.soundness.model import Fault, Found, Module, last_name
from gatecheck.soundness.vacuous import vacuous


def unasserted(after: Module, before: Module, tests: Sequence[tuple[Module, Found]]) -> Iterator[tuple[Module, Fault]]:
    """Find functions that give something, and that the new tests only call; each with the first test's module."""
    old = {function.name for function in before.functions}
    for function in after.functions:
        if function.name in old or not _gives(function):
            continue
        name = function.name.rpartition(".")[2]
        callers = [(module, test) for module, test in tests if _calls(test, name)]
        if callers and all(_asserts_nothing(module, test) for module, test in callers):
            module, test = callers[0]
            said = f"{name} is new, and none of the {len(callers)} tests that call it asserts anything"
            yield (
                module,
                Fault("unasserted-function", said, test.node.lineno, mend=f"assert what {name} gives", key=name),
            )


def _gives(function: Found) -> bool:
    """Tell whether a function returns anything but a constant."""
    returned = (node.value for node in ast.walk(function.node) if isinstance(node, ast.Return))
    return any(value is not None and not isinstance(value, ast.Constant) for value in returned)


def _calls(test: Found, name: str) -> bool:
    return any(isinstance(node, ast.Call) and last_name(node.func) == name for node in ast.walk(test.node))


def _asserts_nothing(module: Module, test: Found) -> bool:
    return any(fault.rule == "no-assertion" for fault in vacuous(test, module))
