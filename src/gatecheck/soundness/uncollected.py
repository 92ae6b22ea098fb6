"""Tests that no runner finds: shadowed by another one, in a class or a file that is not collected, renamed away."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from gatecheck.collecting import Collection
from gatecheck.model import Severity
from gatecheck.soundness.assertions import assertions_in
from gatecheck.soundness.model import Fault, Found, Function, Module, dotted, fixture, inner_statements, last_name
from gatecheck.soundness.reach import never_in_tests
from gatecheck.soundness.truth import truth_of

_DECORATORS = frozenset({"given", "patch", "object", "settings", "skip", "skipIf", "skipUnless", "expectedFailure"})
_HOOKS = ("test", "_", "pytest_", "setup", "teardown")
_BASES = re.compile(r"base|mixin|abstract|suite|common|shared", re.IGNORECASE)


def shadowed(after: Module, before: Module) -> Iterator[Fault]:
    """Find tests and classes of tests whose name the change binds a second time in the same scope."""
    had = Counter(name for name, _, _ in _bound_twice(before.tree.body, "", before.collection))
    for name, first, second in _bound_twice(after.tree.body, "", after.collection):
        had[name] -= 1
        if had[name] < 0:
            same = ast.dump(first) == ast.dump(second)
            said = f"{name} of line {first.lineno} never runs: line {second.lineno} binds the name again"
            level = Severity.WARNING if same else Severity.ERROR
            yield Fault("shadowed-test", said, first.lineno, level, "give each a name of its own")


def _bound_twice(body: list[ast.stmt], prefix: str, collection: Collection) -> Iterator[tuple[str, ast.stmt, ast.stmt]]:
    """Give the tests that another statement of the same block replaces, with that statement."""
    names = Counter(name for node in body for name in _binds(node))
    for number, node in enumerate(body):
        if isinstance(node, ast.ClassDef):
            yield from _bound_twice(node.body, f"{prefix}{node.name}.", collection)
        elif not isinstance(node, Function):
            for inner in inner_statements(node):
                yield from _bound_twice(inner, prefix, collection)
        name = _test_name(node, collection)
        if name and names[name] > 1 and (again := _rebinding(name, body[number + 1 :])):
            yield f"{prefix}{name}", node, again


def _test_name(node: ast.stmt, collection: Collection) -> str:
    """Give the name of a test or a class of tests, "" for what is neither or is handed to somebody by a decorator."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if _is_name(name, collection):
            return name if all(map(_leaves_a_test, node.decorator_list)) else ""
        case ast.ClassDef(name=name) if collection.is_class(name) and _has_tests(node, collection):
            return name if all(map(_leaves_a_test, node.decorator_list)) else ""
        case _:
            return ""


def _leaves_a_test(decorator: ast.expr) -> bool:
    """Tell whether what is decorated stays a test that nobody else knows of: marks, patches, hypothesis."""
    return ".mark." in ast.unparse(decorator) or last_name(decorator) in _DECORATORS


def _binds(node: ast.stmt) -> list[str]:
    """Give the names that a statement of a block binds or takes away."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case _:
            return []


def _rebinding(name: str, rest: list[ast.stmt]) -> ast.stmt | None:
    """Find the statement that binds a name anew, unless the old value is used before."""
    for node in rest:
        used = any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))
        if name in _binds(node):
            return None if used and isinstance(node, Function | ast.ClassDef) else _unless_used(node, name)
        if used:
            return None
    return None


def _unless_used(node: ast.stmt, name: str) -> ast.stmt | None:
    """Give an assignment back unless its value is made of the name itself, such as `test_a = wrapped(test_a)`."""
    value = getattr(node, "value", None)
    return None if value is not None and name in {last_name(inner) for inner in ast.walk(value)} else node


def replaced(after: Module, before: Module) -> Iterator[Fault]:
    """Find tests of a class that the module replaces or takes away: `TestFee.test_it = ...`, `del TestFee.test_it`."""
    had = {ast.dump(node) for node in before.tree.body}
    for node in after.tree.body:
        targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else []
        for name in map(dotted, targets):
            found = after.named(name)
            if found is not None and found.is_test and "." in name and ast.dump(node) not in had:
                said = f"{name} never runs: line {node.lineno} puts something else in its place"
                yield Fault("shadowed-test", said, node.lineno, mend="leave the test as it is defined")


def never_defined(after: Module, before: Module) -> Iterator[Fault]:
    """Find tests that are defined only where no test runner looks: for a type checker, or in the main module."""
    had = {name for name, _ in _hidden(before)}
    for name, node in _hidden(after):
        if name not in had:
            said = f"{name} is not defined when tests run"
            yield Fault("uncollected-test", said, node.lineno, mend="define it without the condition")


def _hidden(module: Module) -> Iterator[tuple[str, Function]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and (never_in_tests(node.test) or truth_of(node.test) is False):
            for inner in node.body:
                if isinstance(inner, Function) and _is_name(inner.name, module.collection):
                    yield inner.name, inner


def uncollected_classes(after: Module, before: Module) -> Iterator[Fault]:
    """Find classes of tests that the change keeps from being collected."""
    for name, node in after.classes.items():
        old = before.classes.get(name)
        if not _has_tests(node, after.collection) or _derived(name, after):
            continue
        if after.collection.is_class(name) and _defines(node, "__init__") and not (old and _defines(old, "__init__")):
            level = Severity.WARNING if node.bases else Severity.ERROR
            said = f"pytest does not collect {name}, for it has an __init__"
            yield Fault("uncollected-class", said, node.lineno, level, "use a fixture or setup_method instead")
        if _switched_off(node.body) and not (old and _switched_off(old.body)):
            level = Severity.WARNING if _BASES.search(name) else Severity.ERROR
            said = f"{name} has `__test__ = False`: none of its tests runs"
            yield Fault("uncollected-class", said, node.lineno, level, "take `__test__ = False` away")
    if _switched_off(after.tree.body) and not _switched_off(before.tree.body) and after.tests:
        yield Fault("uncollected-file", "the file has `__test__ = False`: none of its tests runs", 1)


def _has_tests(node: ast.ClassDef, collection: Collection) -> bool:
    return any(isinstance(inner, Function) and _is_name(inner.name, collection) for inner in node.body)


def _is_name(name: str, collection: Collection) -> bool:
    """Tell whether a function's name is that of a test of pytest or unittest."""
    return name.startswith("test") or collection.is_function(name)


def _defines(node: ast.ClassDef, name: str) -> bool:
    return any(isinstance(inner, Function) and inner.name == name for inner in node.body)


def _derived(name: str, module: Module) -> bool:
    """Tell whether another class of the file inherits from one: then its tests run there."""
    return any(name in {last_name(base) for base in node.bases} for node in module.classes.values())


def _switched_off(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and any(last_name(target) == "__test__" for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
        for node in body
    )


def renamed_away(after: Module, before: Module) -> Iterator[Fault]:
    """Find tests of the base whose body now stands under a name that is no test's."""
    gone = {_body(test): test for test in before.tests if after.named(test.name) is None}
    had = {found.name for found in before.functions}
    for found in after.functions:
        if found.name not in had and not found.is_test and _body(found) in gone:
            said = f"{gone[_body(found)].name} is now {found.name}, which is not collected"
            yield Fault(
                "renamed-away", said, found.node.lineno, mend=f"give it a name like `{after.collection.functions[0]}`"
            )


def forgotten(after: Module, before: Module) -> Iterator[Fault]:
    """Find new functions with assertions that are no tests and that nothing in the file uses."""
    used = {last_name(node) for node in ast.walk(after.tree) if isinstance(node, ast.Name | ast.Attribute)}
    had = {found.node.name for found in before.functions}
    for found in after.functions:
        node = found.node
        plain = not node.decorator_list and not found.is_test and not node.name.startswith(_HOOKS)
        if (
            plain
            and node.name not in used | had
            and not fixture(node)
            and any(assertions_in(node))
            and _is_tests(found.owner, after.collection)
        ):
            said = f"{found.name} has assertions and is no test, and nothing in the file calls it"
            yield Fault("uncalled-assertions", said, node.lineno, Severity.WARNING)


def _is_tests(owner: ast.ClassDef | None, collection: Collection) -> bool:
    """Tell whether a function stands where tests do: in the module, or in a class that has some."""
    return owner is None or (_has_tests(owner, collection) and not _BASES.search(owner.name))


def _body(found: Found) -> str:
    """Give what a function does as text, apart from its name."""
    whole = ast.Module([*found.node.body], [])
    return ast.dump(whole)
