"""Which files are tests and which only sound like it: `latest_test.py`, `django/test/client.py`.

Outside of packages a name decides. In a package, which users import, it does not: a file there is a test where the
base's runner collects it and it holds tests, or where it lies in a folder `tests/` that holds some. What the base's
side of a file holds decides, so that no change turns product into tests; a new file counts as product as soon as
source that the change edits imports it.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from gatecheck.collecting import Collection
from gatecheck.syntax import parsed

FOLDERS = ("test", "tests")
ReadAll = Callable[[Iterable[str]], Mapping[str, bytes | None]]


@dataclass(frozen=True)
class Sorting:
    """Sorts the Python files of both sides into tests and product.

    paths: those files. named: whether a path is test code by its name. told: whether the policy or `testpaths` says
    so. read_all: gives the base's content of paths. new: the head's content of changed files. is_old: whether the base
    has a path.
    """

    paths: tuple[str, ...]
    collection: Collection
    named: Callable[[str], bool]
    told: Callable[[str], bool]
    read_all: ReadAll
    new: Mapping[str, bytes | None] = field(default_factory=dict)
    is_old: Callable[[str], bool] = lambda _: True

    def sorted_out(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give the tests that no name tells, and the product that a name takes for tests."""
        likely = self._doubtful
        tests = {path for path in likely if self._is_test(path)}
        tests -= set(self._imported(tests, set(likely) - tests))
        more = tuple(path for path in sorted(tests) if not self.named(path))
        return more, tuple(path for path in likely if path not in tests and self.named(path))

    @cached_property
    def _doubtful(self) -> list[str]:
        return [path for path in self.paths if self._is_in_doubt(path)]

    def _is_in_doubt(self, path: str) -> bool:
        outermost = next(iter(_test_folders(path)), path)  # a folder of tests beside the packages is in no doubt
        if self.told(path) or _name(path) == "conftest.py" or not self._in_package(outermost):
            return False
        return self.named(path) or self.collection.is_told_apart(path)

    def _in_package(self, path: str) -> bool:
        """Tell whether a file or folder lies where users of the project import from."""
        folder = PurePosixPath(path).parent
        if str(folder) == (self.collection.root or ".") and not self._packages:
            return path.endswith("_test.py")  # one of a few modules: `t_test.py` may be the project
        return str(folder) in self._packages or "src" in folder.parts[:-1]

    @cached_property
    def _packages(self) -> frozenset[str]:
        marked = (PurePosixPath(path).parent for path in self.paths if _name(path) == "__init__.py")
        return frozenset(str(folder) for folder in marked if folder.parts[:1] not in {(name,) for name in FOLDERS})

    def _is_test(self, path: str) -> bool:
        return any(map(self._folders.__contains__, _test_folders(path))) or self._is_collected(path)

    def _is_collected(self, path: str) -> bool:
        collection = self.collection
        return collection.is_told_apart(path) and collection.reaches(path) and self._holds.get(path, False)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Give the folders `tests/` in packages that hold tests: a new one only what the runner comes by."""
        known = {above[-1] for path in self.paths if self.is_old(path) and (above := _test_folders(path))}
        placed = ((path, above[-1]) for path, holds in self._holds.items() if holds and (above := _test_folders(path)))
        return frozenset(
            folder
            for path, folder in placed
            if (self.is_old(path) if folder in known else self.collection.reaches(path))
        )

    @cached_property
    def _holds(self) -> dict[str, bool]:
        """Tell which files that the runner may collect hold tests; of one that cannot be read, its name tells."""
        asked = [path for path in self._doubtful if self.collection.is_collected(path)]
        base = self.read_all(path for path in asked if self.is_old(path))
        texts = {path: base.get(path) if self.is_old(path) else self.new.get(path) for path in asked}
        return {
            path: self.named(path) if text is None else self.collection.holds_tests(text)
            for path, text in texts.items()
        }

    def _imported(self, tests: set[str], product: set[str]) -> Iterator[str]:
        """Give the new files among tests that source of the change imports, at once or by another one of them."""
        new = {path for path in tests if not self.is_old(path)}
        users = {path for path in self.new if path.endswith(".py") and (path in product or not self.named(path))}
        while users := users - tests:
            names = {name for user in users for name in imports_of(user, self.new.get(user) or b"")}
            users = {path for path in new if any(is_module(path, name) for name in names)}
            new, tests = new - users, tests - users
            yield from users


def imports_of(path: str, source: bytes) -> Iterator[str]:
    """Give the modules that a source names in imports or, dotted, in texts, each as the end of a path."""
    tree = parsed(source)
    for node in ast.walk(tree) if tree else ():
        match node:
            case ast.Import(names=names):
                yield from (alias.name.replace(".", "/") for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = PurePosixPath(path).parents[min(level, path.count("/") + 1) - 1] if level else PurePosixPath()
                origin = str(above / (module or "").replace(".", "/"))
                yield from (origin, *(str(PurePosixPath(origin, alias.name)) for alias in names))
            case ast.Constant(value=str(text)) if text.replace(".", "a").isidentifier() and "." in text:
                yield from _prefixes(text.strip(".").split("."))


def _prefixes(parts: list[str]) -> Iterator[str]:
    """Give each dotted name's own module and those above it: a text may end in what the module holds."""
    return ("/".join(parts[:count]) for count in range(len(parts), 1, -1))


def is_module(path: str, name: str) -> bool:
    """Tell whether a path is that of a module, whose name is the end of a path."""
    return f"/{path}".endswith((f"/{name}.py", f"/{name}/__init__.py"))


def _test_folders(path: str) -> list[str]:
    """Give the folders above a path that are called `test` or `tests`, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[: number + 1]) for number, part in enumerate(parts[:-1]) if part in FOLDERS]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
