"""How the checked project is laid out: its root, source, tests and suites; from the base's policy, else detected.

What is detected is detected on both sides and put together: a change that adds `src/x.py` to a project with a package
at its top must not make that package no source any more.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from gatecheck.beside import imported_by_tests
from gatecheck.collecting import Collection, folders_of_tests, read_collection, runs_unittest
from gatecheck.configured import CoverageConfig, Read, join, read_coverage_config
from gatecheck.exclusions import Exclusions, read_exclusions
from gatecheck.globs import matcher, sound
from gatecheck.policy import Policy, SuitePolicy, seconds
from gatecheck.projects import NOT_SOURCE, Layout, layout_of
from gatecheck.test_files import ReadAll, Sorting
from gatecheck.version_files import read_distribution, read_version_files

TESTS = ("tests/", "test/", "test_*.py", "*_test.py", "conftest.py", "/tests.py")
INTEGRATION = ("**/tests/integration/", "**/tests/e2e/", "**/test/integration/", "**/test/e2e/")
RUNNERS = ("pytest", "_pytest", "coverage")
# Steps of a database's history: written by a tool (Alembic, Django), run once, and tested by being run.
MIGRATIONS = (
    *("**/alembic/versions/", "**/migrations/versions/", "**/alembic/env.py", "**/migrations/env.py"),
    "**/migrations/[0-9]*.py",
)
# What the study behind small-diff leaves out as well (benchmarks/commit-sizes.md).
GENERATED = (
    *("*_pb2.py", "*_pb2_grpc.py", "*_pb2.pyi", "*.min.js", "*.min.css", "*.svg", "*.snap"),
    *("*.po", "*.mo", "*.pot"),
)
VENDORED = ("vendor/", "_vendor/", "vendored/", "third_party/", "node_modules/")


@dataclass(frozen=True)
class Project:
    """The checked project. Paths are relative to the top of the repository; globs are those of .gitignore.

    root: the project's folder ("" at the top). roots: those of other projects of its environment. unseen: the changed
    Python files that no project which is looked at holds, each with the folder that may be one. source: what users
    import, and coverage counts. tests: test code. collection: what the base's test runner takes for tests. more_tests,
    product: paths in packages that hold tests though no glob says so, and that hold none though one does. generated:
    what no person wrote. suites: what the policy says of them. timeout_s: for each test suite. runners: those of
    RUNNERS that the project itself is. unittest: whether its own commands run the tests by unittest alone.
    """

    root: str = ""
    roots: tuple[str, ...] = ()
    unseen: tuple[tuple[str, str], ...] = ()
    source: tuple[str, ...] = ()
    tests: tuple[str, ...] = TESTS
    collection: Collection = field(default_factory=Collection)
    more_tests: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    generated: tuple[str, ...] = (*GENERATED, *VENDORED)
    suites: tuple[tuple[str, SuitePolicy], ...] = ()
    coverage: CoverageConfig = field(default_factory=CoverageConfig)
    pass_env: tuple[str, ...] = ()
    timeout_s: int = 1800
    runners: tuple[str, ...] = ()
    distribution: str = ""
    unittest: bool = False
    unlinted: Exclusions = field(default_factory=Exclusions)
    version_files: tuple[str, ...] = ()

    def is_test(self, path: str) -> bool:
        """Tell whether a path is test code."""
        return path in self.more_tests or (matcher(self.tests)(path) and path not in self.product)

    def is_source(self, path: str) -> bool:
        """Tell whether a path is Python that users of the project import (or run), and coverage therefore counts."""
        if not path.endswith(".py") or self.is_test(path) or self.is_generated(path) or matcher(MIGRATIONS)(path):
            return False
        return matcher(self.source)(path) and not matcher(self._omitted)(path)

    def below(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Give those of some paths that lie in the project's folder, by what they are called from there."""
        prefix = f"{self.root}/" if self.root else ""
        return tuple(path.removeprefix(prefix) for path in paths if path.startswith(prefix))

    def is_data(self, path: str, modules: Iterable[bytes]) -> bool:
        """Tell whether Python in the tests is something that they read: the runner passes it, and no module imports it.

        `modules` are the texts of those that might.
        """
        name = PurePosixPath(path).stem
        if not self.is_test(path) or self.collection.is_collected(path) or name in {"conftest", "__init__"}:
            return False
        imports = re.compile(rb"^[ \t]*(?:from|import)\b[^#\n]*\b%b\b" % re.escape(os.fsencode(name)), re.MULTILINE)
        return not any(map(imports.search, modules))

    def is_generated(self, path: str) -> bool:
        """Tell whether a path is generated or vendored."""
        return matcher(self.generated)(path)

    def suite(self, name: str) -> SuitePolicy | None:
        """Give what the policy says of a suite."""
        return dict(self.suites).get(name)

    @property
    def _omitted(self) -> tuple[str, ...]:
        prefix = f"/{self.root}/" if self.root else "/"
        relative = {glob for glob in self.coverage.omit if "/" in glob and not glob.startswith("*")}
        return tuple(prefix + glob.removeprefix("./") if glob in relative else glob for glob in self.coverage.omit)


def project_of(
    policy: Policy,
    head: Iterable[str],
    read: Read,
    base: Iterable[str] = (),
    new: Mapping[str, bytes | None] | None = None,
    read_all: ReadAll | None = None,
) -> Project:
    """Lay the project out from the files of both sides; `read` gives a file of the BASE, which alone may configure.

    new: the head's content of changed files. read_all: gives many files of the base at once.
    """
    base, head = list(base), list(head)
    sides = [paths for paths in (base, head) if any(path.endswith(".py") for path in paths)]
    layout = laid_out(policy, head, read, base, new)
    root = layout.root
    coverage = read_coverage_config(read, root)
    collection = read_collection(read, root, django=any(path.endswith("manage.py") for path in base))
    python = tuple(sorted({path for paths in sides for path in paths if path.endswith(".py")}))
    told = (*filter(sound, folders_of_tests(collection, python)), *policy.tests)
    tests = (*TESTS, *filter(sound, collection.globs), *told)
    is_old = frozenset(base).__contains__ if sides and sides[0] is base else lambda _: False
    read_all = read_all or (lambda paths: {path: read(path) for path in paths})
    sorting = Sorting(python, collection, matcher(tests), matcher(told), read_all, new or {}, is_old)
    more_tests, product = sorting.sorted_out()
    is_test = Project(tests=tests, more_tests=more_tests, product=product).is_test
    detected = (glob for paths in sides for glob in _sources(layout, paths, coverage.source, is_test))
    project = Project(
        root=root,
        roots=(*layout.members, *layout.neighbours),
        source=policy.source or tuple(dict.fromkeys(detected)),
        tests=tests,
        collection=collection,
        more_tests=more_tests,
        product=product,
        generated=(*GENERATED, *_vendored(sides[0] if sides else []), *policy.generated),
        suites=tuple(sorted(policy.suites.items())),
        coverage=coverage,
        pass_env=policy.pass_env,
        timeout_s=seconds(policy.timeout, "timeout"),
        runners=tuple(name for name in RUNNERS if _holds(read, root, name)),
        unittest=runs_unittest(read, root, base),
        unlinted=read_exclusions(read, root),
        distribution=read_distribution(read, root),
        version_files=tuple(path for path in read_version_files(read, root) if path not in base),
    )
    if not policy.source:
        tests_of_both = filter(project.is_test, python)
        beside = imported_by_tests(new or {}, lambda path: _may_be_product(path, project), tests_of_both, read_all)
        project = replace(project, source=(*project.source, *(f"/{path}" for path in beside if sound(path))))
    return replace(project, unseen=tuple(_unseen(project, layout, python, new or {}, matcher(policy.elsewhere))))


def _may_be_product(path: str, project: Project) -> bool:
    """Tell whether a file of the project's folder is neither test nor source, nor what is run or read by people."""
    prefix = f"{project.root}/" if project.root else ""
    inside = path.removeprefix(prefix) if path.startswith(prefix) else ""
    aside = matcher((*(f"/{name}" for name in NOT_SOURCE), "/.*/", *MIGRATIONS))
    return bool(inside) and not (project.is_test(path) or project.is_source(path) or aside(inside))


def laid_out(
    policy: Policy, head: Iterable[str], read: Read, base: Iterable[str], new: Mapping[str, bytes | None] | None = None
) -> Layout:
    """Find the projects of the base, with those that the change brings in folders of their own.

    Where the base has no Python, they are the head's.
    """
    known, brought = frozenset(base), new or {}
    inside = {str(parent) for path in known for parent in PurePosixPath(path).parents}
    manifests = [path for path in brought if path.endswith(("/pyproject.toml", "/setup.py")) and path not in known]
    folders = tuple(f"{home}/" for path in manifests if (home := path.rpartition("/")[0]) not in inside)
    has_python = any(path.endswith(".py") for path in known)
    paths = [path for path in head if path.startswith(folders)] if has_python and folders else []
    paths = [*known, *paths] if has_python else list(head)
    return layout_of(
        sorted(paths),
        lambda path: brought.get(path) if path.startswith(folders) and path not in known else read(path),
        brought,
        _plain(policy.root) if policy.root else None,
    )


def _unseen(
    project: Project, layout: Layout, python: Iterable[str], changed: Iterable[str], elsewhere: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    packages = frozenset(str(PurePosixPath(path).parent) for path in python if path.endswith("/__init__.py"))
    for path, home in layout.unseen(changed, packages):
        if not (project.is_source(path) or project.is_generated(path) or elsewhere(path)):
            yield path, home


def _vendored(paths: list[str]) -> tuple[str, ...]:
    """Give the folders of other people's code that there are already: a new one is what the change says of itself."""
    likely = [f"/{path}" for path in paths if any(glob in path for glob in VENDORED)]
    return tuple(glob for glob in VENDORED if any(f"/{glob}" in path for path in likely))


def _plain(root: str) -> str:
    return "" if (path := str(PurePosixPath(root))) == "." else path


def _holds(read: Read, root: str, package: str) -> bool:
    return any(read(join(root, f"{folder}{package}/__init__.py")) is not None for folder in ("", "src/"))


def _sources(
    layout: Layout, paths: list[str], configured: tuple[str, ...], is_test: Callable[[str], bool]
) -> Iterator[str]:
    """Give the globs of the root's source and of its members', each from the files that are its own."""
    apart = (*layout.members, *layout.neighbours, *layout.others)
    own = [path for path in paths if not any(_is_apart(path, folder, layout.root) for folder in apart)]
    yield from _source(layout.root, own, configured, is_test)
    for member in layout.members:
        yield from _source(member, paths, (), is_test)


def _is_apart(path: str, folder: str, root: str) -> bool:
    return path.startswith(f"{folder}/") and (not root or folder.startswith(f"{root}/"))


def _source(
    root: str, paths: list[str], configured: tuple[str, ...], is_test: Callable[[str], bool]
) -> tuple[str, ...]:
    prefix = f"{root}/" if root else ""
    below = [path.removeprefix(prefix) for path in paths if path.startswith(prefix) and path.endswith(".py")]
    named = [glob for name in configured for glob in _named_source(name, below)]
    if imported := [f"/{prefix}{glob}" for glob in named if not is_test(f"{prefix}{glob}x.py")]:
        return tuple(imported)
    if any(path.startswith("src/") for path in below):
        return (f"/{prefix}src/",)
    excluded = matcher((*(f"/{name}" for name in NOT_SOURCE), "/.*/"))
    packages = {path.split("/")[0] for path in below if path.count("/") >= 1 and path.endswith("/__init__.py")}
    packages = {name for name in packages if not is_test(f"{name}/x.py") and not excluded(f"{name}/x.py")}
    modules = {path for path in below if "/" not in path and not is_test(path) and not excluded(path)}
    found = [f"{name}/" for name in sorted(packages)] or sorted(modules)
    return tuple(f"/{prefix}{name}" for name in found)


def _named_source(name: str, paths: list[str]) -> list[str]:
    """Give the globs that a coverage `source` entry means: a folder, or a package by its dotted name."""
    if name in {".", "./"}:
        return ["**/*.py"]
    as_path = name.strip("/").removeprefix("./").replace(".", "/")
    for candidate in (name.strip("/").removeprefix("./"), f"src/{as_path}", as_path):
        if any(path.startswith(f"{candidate}/") for path in paths):
            return [f"{candidate}/"]
    return [f"{as_path}.py"] if f"{as_path}.py" in paths else []
