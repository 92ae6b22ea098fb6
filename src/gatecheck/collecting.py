"""What the base's test runner takes for tests, by names: pytest's settings, else what unittest and Django look for.

The meaning of the options is in pytest's reference ("Configuration Options": python_files, python_classes,
python_functions, testpaths, norecursedirs, and `--ignore`), that of `test*.py` in unittest's ("Test Discovery").
"""

import ast
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from gatecheck.configured import Read, join, settings
from gatecheck.syntax import parsed

PYTHON_FILES = ("test_*.py", "*_test.py")
UNITTEST = "test*.py"
_ASIDE = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
_FRAMEWORK = re.compile(rb"^(?:import|from) (?:pytest|unittest|django\.test|hypothesis)\b", re.MULTILINE)
_DEFINED = re.compile(rb"^[ \t]*(?:async )?def (\w+)\(", re.MULTILINE)
_SAYS_TESTS = re.compile(r"(?:^|[/_.-])(?:unit)?(?:tests?|testsuite|checks?|specs?)(?:$|[/_.-])")
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


# Files in which projects write down how their tests are run.
_COMMANDS = (
    *("tox.ini", "noxfile.py", "Makefile", "makefile", "justfile"),
    *(".travis.yml", ".gitlab-ci.yml", "azure-pipelines.yml"),
)
_BY_UNITTEST = re.compile(rb"-m[ \"',]+unittest|manage\.py[ \"',]+test\b|setup\.py[ \"',]+test\b")
_MOST_WORKFLOWS = 20


@dataclass(frozen=True)
class Collection:
    """What a test runner collects. Paths are relative to `root`, the folder that it starts in.

    files, classes, functions: pytest's patterns. paths: where it looks, () everywhere. aside: folders that it does not
    enter, by path or name. unittest: whether modules of unittest's cases (`test*.py`) are run as well.
    """

    root: str = ""
    files: tuple[str, ...] = PYTHON_FILES
    classes: tuple[str, ...] = ("Test",)
    functions: tuple[str, ...] = ("test",)
    paths: tuple[str, ...] = ()
    aside: tuple[str, ...] = _ASIDE
    unittest: bool = False

    @property
    def narrow(self) -> tuple[str, ...]:
        """Give the patterns of files that do not fit every module: `*.py` tells no test from source."""
        return tuple(pattern for pattern in self.files if not _fits("x/product.py", pattern))

    @property
    def globs(self) -> tuple[str, ...]:
        """Give these as .gitignore has patterns: of Python files alone, and not of folders."""
        python = (one if one.endswith(".py") else f"{one.rstrip('*')}*.py" for one in self.narrow)
        return tuple(f"**/{one.lstrip('/')}" if "/" in one else one for one in python)

    def is_collected(self, path: str) -> bool:
        """Tell whether a file's name is one of those that the runner looks for."""
        return any(_fits(path, one) for one in self.files) or (self.unittest and fnmatchcase(_name(path), UNITTEST))

    def is_told_apart(self, path: str) -> bool:
        """Tell the same by the patterns that not every module fits."""
        return any(_fits(path, one) for one in self.narrow) or (self.unittest and fnmatchcase(_name(path), UNITTEST))

    def reaches(self, path: str) -> bool:
        """Tell whether the runner comes by a file when it is started without words."""
        prefix = f"{self.root}/" if self.root else ""
        if not path.startswith(prefix):
            return False
        folders = PurePosixPath(path.removeprefix(prefix)).parents
        above = [str(folder) for folder in folders if str(folder) != "."] + [path.removeprefix(prefix)]
        if any(fnmatchcase(form, one) for folder in above for form in (folder, _name(folder)) for one in self.aside):
            return False
        return not self.paths or any(fnmatchcase(folder, one) for folder in (".", *above) for one in self.paths)

    def is_function(self, name: str) -> bool:
        """Tell whether a function of this name is a test of pytest, in a module or in a class of tests."""
        return _begins(name, self.functions)

    def is_class(self, name: str) -> bool:
        """Tell whether pytest looks for tests in a class of this name."""
        return _begins(name, self.classes)

    def holds_tests(self, source: bytes) -> bool:
        """Tell whether a module defines tests: functions, methods of classes of tests, cases of unittest.

        A function that gives a value back, such as `test_significance` of a module about statistics, is none.
        """
        named = any(self.is_function(name.decode()) for name in _DEFINED.findall(source))
        if named and _FRAMEWORK.search(source):
            return True
        tree = parsed(source)
        return named if tree is None else any(map(self._is_test, _statements(tree.body)))

    def _is_test(self, node: ast.stmt) -> bool:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                return self.is_function(name) and not _gives_back(node)
            case ast.ClassDef(name=name):
                case = self.is_class(name) or any("Test" in ast.unparse(base) for base in node.bases)
                return case and any(map(self._is_method, _statements(node.body)))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() | ast.Attribute()):
                return self.is_function(name) or self.is_class(name)  # such as `TestCart = CartMachine.TestCase`
            case _:
                return False

    def _is_method(self, node: ast.stmt) -> bool:
        named = isinstance(node, _Function) and (self.is_function(node.name) or node.name.startswith("test"))
        return named and not _gives_back(node)


def read_collection(read: Read, root: str, *, django: bool) -> Collection:
    """Read what the base's pytest collects; `django`: whether the project has a manage.py, whose `test` it runs."""
    said = settings("pytest", read, root)
    unittest = django or said is None
    said = said or {}
    options = _words(said.get("addopts"))
    return Collection(
        root,
        _words(said.get("python_files")) or PYTHON_FILES,
        _words(said.get("python_classes")) or ("Test",),
        _words(said.get("python_functions")) or ("test",),
        tuple(_plain(path) for path in _words(said.get("testpaths"))),
        (*(_words(said.get("norecursedirs")) or _ASIDE), *map(_plain, _ignored(options))),
        unittest,
    )


def folders_of_tests(collection: Collection, paths: Iterable[str]) -> tuple[str, ...]:
    """Give the `testpaths` that are test code as a whole, as globs.

    Their names say so, or most of their modules do; `testpaths = ["src"]` of doctests makes no test of source.
    """
    modules = [path for path in paths if path.endswith(".py") and _name(path) not in {"__init__.py", "conftest.py"}]
    return tuple(f"/{join(collection.root, path)}" for path in collection.paths if _is_tests(path, modules, collection))


def _is_tests(path: str, modules: list[str], collection: Collection) -> bool:
    if _SAYS_TESTS.search(path):
        return True
    prefix = f"{join(collection.root, path)}/"
    loose = [module for module in modules if module.startswith(prefix) and not re.search(r"(^|/)tests?/", module)]
    return bool(loose) and 2 * sum(map(collection.is_told_apart, loose)) >= len(loose)


def _ignored(options: tuple[str, ...]) -> Iterator[str]:
    """Give the paths that `--ignore` and `--ignore-glob` name, with `=` or a blank before them."""
    for option, following in zip(options, (*options[1:], ""), strict=False):
        name, equals, value = option.partition("=")
        if name in {"--ignore", "--ignore-glob"}:
            yield value if equals else following


def _words(value: object) -> tuple[str, ...]:
    """Split an option as pytest does: words of an ini file, elements of TOML."""
    if isinstance(value, list):
        return tuple(map(str, value))
    try:
        return tuple(shlex.split(str(value or ""), comments=False))
    except ValueError:
        return tuple(str(value).split())


def _begins(name: str, options: tuple[str, ...]) -> bool:
    """Compare as pytest does: an option is a prefix or, with wildcards, a pattern."""
    return any(name.startswith(one) or ("*" in one and fnmatchcase(name, one)) for one in options)


def _fits(path: str, pattern: str) -> bool:
    """Compare as pytest does: a pattern without a slash with the name, another with the end of the path."""
    return fnmatchcase(f"/{path}", f"*/{pattern.lstrip('/')}") if "/" in pattern else fnmatchcase(_name(path), pattern)


def _plain(path: str) -> str:
    return str(PurePosixPath(path))


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements of a block and of the `if`, `try` and `with` in it."""
    for node in body:
        yield node
        if not isinstance(node, (*_Function, ast.ClassDef)):
            for name in ("body", "orelse", "finalbody"):
                yield from _statements([inner for inner in getattr(node, name, ()) if isinstance(inner, ast.stmt)])


def _gives_back(node: ast.stmt) -> bool:
    """Tell whether a function returns a value of its own, functions inside it aside."""
    inner = list(ast.iter_child_nodes(node))
    while inner:
        found = inner.pop()
        if isinstance(found, ast.Return) and found.value is not None:
            return True
        if not isinstance(found, (*_Function, ast.ClassDef, ast.Lambda)):
            inner += ast.iter_child_nodes(found)
    return False


def runs_unittest(read: Read, root: str, base: Iterable[str]) -> bool:
    """Tell whether the base's own commands run its tests by unittest or Django's runner, and none by pytest.

    That pytest is installed says nothing of it.
    """
    workflows = [path for path in base if path.startswith(".github/workflows/")][:_MOST_WORKFLOWS]
    texts = [read(path) for path in (*(join(root, name) for name in _COMMANDS), *workflows)]
    commands = b"\n".join(text for text in texts if text)
    return b"pytest" not in commands and _BY_UNITTEST.search(commands) is not None
