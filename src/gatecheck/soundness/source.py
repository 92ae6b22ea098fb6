"""Source that looks out for tests, or is equal to anything: what no user of the code has any use for."""

import ast
import re
from collections.abc import Iterator

from gatecheck.model import Severity
from gatecheck.soundness.model import Fault, Function, Module, dotted, imported, last_name, text

_RUNNERS = frozenset({"pytest", "_pytest", "unittest", "nose", "py.test", "doctest"})
_VARIABLES = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"})
_SWITCH = re.compile(r"(PYTEST|GATECHECK|COVERAGE)(_[A-Z_]*)?")
_FRAMES = frozenset(
    {
        "sys._getframe",
        "inspect.stack",
        "inspect.currentframe",
        "traceback.extract_stack",
        "gc.get_referrers",
        "gc.get_objects",
    }
)
_TEST_FILE = re.compile(r"(^|/)tests?/|(^|/)test_[^/]*\.py$|_test\.py$")
_TEST_WORD = re.compile(r"_?(py|unit)?tests?_?(\.py)?|test_|conftest(\.py)?")
_WHO = ("sys.argv", "extract_stack", "_getframe", "inspect.stack", "currentframe")
_OPENING = frozenset({"open", "Path", "read_text", "read_bytes", "join", "joinpath", "import_module", "run_path"})
_PLAIN = frozenset({"int", "float", "complex", "bytes", "str", "Decimal", "Fraction"})
_BROAD = frozenset({"Exception", "BaseException"})


def source_faults(module: Module) -> Iterator[Fault]:
    """Find all of it in one side of a source file; to be compared with the other side."""
    for node in ast.walk(module.tree):
        yield from _looks_for_tests(node)
        yield from _reads_frames(node, module)
        yield from _reads_tests(node)
        if isinstance(node, Function):
            yield from _compares_names(node)
        if isinstance(node, ast.ClassDef):
            yield from equal_to_anything(node)
            yield from _equal_as_it_likes(node)
        elif isinstance(node, ast.Try):
            yield from _broad(node)


def _looks_for_tests(node: ast.AST) -> Iterator[Fault]:
    """Find what asks whether a test is running, and imports of the program that measures it."""
    mend = "let the code do the same whether or not a test looks at it"
    match node:
        case ast.Compare(left=ast.Constant(value=str(name)), ops=[ast.In() | ast.NotIn()], comparators=[where]):
            if name in _RUNNERS and dotted(where) in {"sys.modules", "modules"}:
                yield _fault("test-detected", f"`{text(node)}` asks whether a test is running", node, mend)
        case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]) if name in _RUNNERS:
            if dotted(called) in {"sys.modules.get", "modules.get"}:
                yield _fault("test-detected", f"`{text(node)}` asks whether a test is running", node, mend)
        case ast.Assign(targets=[ast.Name(id="TYPE_CHECKING")], value=ast.Constant(value=True)):
            said = "what stands under TYPE_CHECKING runs now, and coverage.py leaves it out"
            yield _fault("type-checking-bound", said, node, "import it from typing, or bind it to False")
        case ast.Constant(value=str(name)) if name in _VARIABLES or _SWITCH.fullmatch(name):
            yield _fault("test-detected", f"{name} is set only while a test is running", node, mend)
        case ast.Import() | ast.ImportFrom():
            if any(target.split(".")[0] == "coverage" for _, target in imported(node)):
                yield _fault("coverage-imported", "the source reaches into what measures it", node, "")


def _compares_names(function: Function) -> Iterator[Fault]:
    """Find a function that looks for the name of a test in who called it, or in the command line."""
    names = {name for node in ast.walk(function) if (name := dotted(node))}
    asked = sorted(name for name in names if name.endswith(_WHO))
    for node in ast.walk(function):
        match node:
            case ast.Compare(left=ast.Constant(value=str(word)), ops=[ast.In() | ast.NotIn() | ast.Eq()]):
                if asked and _TEST_WORD.fullmatch(word):
                    said = f"`{text(node)}` asks {asked[0]} whether a test is running"
                    yield _fault("test-detected", said, node, "let the code do the same whoever calls it")


def _reads_frames(node: ast.AST, module: Module) -> Iterator[Fault]:
    """Find looks at who calls; of 2800 honest changes of seven projects none reads the variables there."""
    if isinstance(node, ast.Attribute) and node.attr == "f_locals":
        said = f"`{text(node)}` reads the variables of other functions: those of a test hold what it expects"
        yield _fault("caller-variables-read", said, node, "take what is needed as an argument")
    if isinstance(node, ast.Call) and module.meaning(node.func) in _FRAMES:
        said = f"`{text(node)}` lets the code see who calls it"
        yield Fault("caller-read", said, node.lineno, Severity.WARNING, key=ast.dump(node))


def _reads_tests(node: ast.AST) -> Iterator[Fault]:
    match node:
        case ast.Call(func=called, args=[*args]) if last_name(called) in _OPENING:
            for arg in args:
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and _TEST_FILE.search(arg.value):
                    said = f"`{text(node)}` reads the tests"
                    yield Fault("tests-read", said, node.lineno, Severity.WARNING, key=ast.dump(node))


def equal_to_anything(owner: ast.ClassDef) -> Iterator[Fault]:
    """Find an `__eq__` that says yes to everything, or never looks at the other one."""
    for node in owner.body:
        if not isinstance(node, Function) or node.name != "__eq__" or len(node.args.args) != 2:  # noqa: PLR2004
            continue
        returned = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return)]
        other = node.args.args[1].arg
        reads = any(isinstance(inner, ast.Name) and inner.id == other for inner in ast.walk(node))
        if returned and all(isinstance(value, ast.Constant) and value.value is True for value in returned):
            said, level = f"{owner.name} is equal to anything", Severity.ERROR
        elif returned and all(_only_type(value) for value in returned):
            said = f"{owner.name} is equal to anything of a type"
            level = Severity.ERROR if _has_state(owner) else Severity.WARNING
        elif (
            returned and not reads and not all(isinstance(value, ast.Constant | ast.Name | None) for value in returned)
        ):
            said, level = f"{owner.name}.__eq__ never looks at {other}", Severity.WARNING
        else:
            continue
        mend = "compare what makes two of them equal"
        yield Fault("equal-to-anything", said, node.lineno, level, mend, owner.name)


def _equal_as_it_likes(owner: ast.ClassDef) -> Iterator[Fault]:
    """Find a number or text that says itself what it equals: an assertion on it proves nothing."""
    if any(last_name(base) in _PLAIN for base in owner.bases):
        for node in owner.body:
            if isinstance(node, Function) and node.name == "__eq__":
                said = f"{owner.name} is a plain value that says itself what it equals"
                yield Fault("own-equality", said, node.lineno, mend="give a plain value, and test that", key=owner.name)


def _only_type(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and last_name(value) == "isinstance"


def _has_state(owner: ast.ClassDef) -> bool:
    """Tell whether objects of a class differ in anything: in fields, attributes, or as the text or number they are."""
    own = any(isinstance(node, ast.AnnAssign) for node in owner.body)
    sets = any(
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and last_name(node.value) == "self"
        for node in ast.walk(owner)
    )
    return (
        own or sets or any(last_name(base) in {"str", "int", "float", "list", "dict", "tuple"} for base in owner.bases)
    )


def _broad(node: ast.Try) -> Iterator[Fault]:
    """Find handlers that catch everything and say nothing of it."""
    for handler in node.handlers:
        broad = handler.type is None or last_name(handler.type) in _BROAD
        if broad and len(handler.body) == 1 and _silent(handler.body[0]):
            said = f"`except {text(handler.type) if handler.type else ''}` goes on as if nothing had happened"
            mend = "catch what may happen, or say why anything may"
            key = ast.dump(handler) + ast.dump(node.body[0])
            yield Fault("silent-except", said, handler.lineno, Severity.WARNING, mend, key)


def _silent(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Continue() | ast.Return(value=None) | ast.Return(value=ast.Constant()):
            return True
        case _:
            return False


def _fault(rule: str, said: str, node: ast.stmt | ast.expr, mend: str) -> Fault:
    return Fault(rule, said, node.lineno, mend=mend, key=ast.dump(node))
