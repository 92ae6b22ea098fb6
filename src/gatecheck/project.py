"""How the checked project is laid out: its root, its source, its tests, its suites; from the base's policy, else detected."""

import configparser
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from gatecheck.globs import matcher
from gatecheck.policy import Policy, SuitePolicy, seconds

Read = Callable[[str], bytes | None]

MARKS = ("setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt")
TESTS = ("tests/", "test/", "testing/test_*.py", "test_*.py", "*_test.py", "conftest.py", "/tests.py")
INTEGRATION = ("tests/integration/", "tests/e2e/", "test/integration/", "test/e2e/")
# Folders and files at the top of a project that are run or read by people, not imported by its users.
NOT_SOURCE = (
    *("docs/", "doc/", "examples/", "example/", "scripts/", "tools/", "benchmarks/", "bench/", "ci/", "noxfile.py"),
    *("setup.py", "conftest.py", "fabfile.py", "tasks.py", "versioneer.py", "hatch_build.py", "dodo.py", "release.py"),
)
# Steps of a database's history: written by a tool (Alembic, Django), run once, and tested by being run.
MIGRATIONS = ("alembic/versions/", "migrations/versions/", "alembic/env.py", "migrations/env.py", "migrations/[0-9]*.py")
# What the study behind small-diff leaves out as well (benchmarks/commit-sizes.md).
GENERATED = ("*_pb2.py", "*_pb2_grpc.py", "*_pb2.pyi", "*.min.js", "*.min.css", "*.svg", "*.snap", "*.po", "*.mo", "*.pot")
VENDORED = ("vendor/", "_vendor/", "vendored/", "third_party/", "node_modules/")
LOCKS = (
    *("uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "Pipfile.lock", "pylock*.toml", "package-lock.json"),
    *("pnpm-lock.yaml", "yarn.lock", "bun.lock", "Cargo.lock", "go.sum", "composer.lock", "Gemfile.lock"),
)


@dataclass(frozen=True)
class CoverageConfig:
    """What the base's coverage.py configuration says: kept, because the project means it; everything else is ours."""

    source: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    concurrency: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """The checked project. Paths are relative to the top of the repository; globs are those of .gitignore.

    root: the project's folder ("" at the top). source: what users import, and coverage counts. tests: test code.
    integration: paths of the integration suite. generated: what no person wrote. timeout_s: for each test suite.
    """

    root: str = ""
    source: tuple[str, ...] = ()
    tests: tuple[str, ...] = TESTS
    generated: tuple[str, ...] = (*GENERATED, *VENDORED)
    suites: tuple[tuple[str, SuitePolicy], ...] = ()
    coverage: CoverageConfig = CoverageConfig()
    pass_env: tuple[str, ...] = ()
    timeout_s: int = 1800

    def is_test(self, path: str) -> bool:
        """Tell whether a path is test code."""
        return matcher(self.tests)(path)

    def is_source(self, path: str) -> bool:
        """Tell whether a path is Python that users of the project import (or run), and coverage therefore counts."""
        if not path.endswith(".py") or self.is_test(path) or self.is_generated(path) or matcher(MIGRATIONS)(path):
            return False
        return matcher(self.source)(path) and not matcher(self._omitted)(path)

    def is_generated(self, path: str) -> bool:
        """Tell whether a path is generated or vendored."""
        return matcher(self.generated)(path)

    def suite(self, name: str) -> SuitePolicy | None:
        """Give what the policy says of a suite."""
        return dict(self.suites).get(name)

    @property
    def _omitted(self) -> tuple[str, ...]:
        prefix = f"/{self.root}/" if self.root else "/"
        return tuple(prefix + glob.removeprefix("./") if "/" in glob and not glob.startswith("*") else glob for glob in self.coverage.omit)


def is_lock(path: str) -> bool:
    """Tell whether a path is a dependency lock file."""
    return matcher(LOCKS)(path)


def project_of(policy: Policy, paths: Iterable[str], read: Read) -> Project:
    """Lay the project out. `paths` are the head's files; `read` gives a file of the BASE, which alone may configure."""
    listed = list(paths)
    root = policy.root.strip("/") or _detected_root(listed, read)
    coverage = read_coverage_config(read, root)
    tests = (*TESTS, *_testpaths(read, root), *policy.tests)
    return Project(
        root=root,
        source=policy.source or _source(root, listed, coverage.source, tests),
        tests=tests,
        generated=(*GENERATED, *VENDORED, *policy.generated),
        suites=tuple(sorted(policy.suites.items())),
        coverage=coverage,
        pass_env=policy.pass_env,
        timeout_s=seconds(policy.timeout, "timeout"),
    )


def _detected_root(paths: list[str], read: Read) -> str:
    """Give "" when the top is a Python project, else the one folder below it that is."""
    if not any(path.endswith(".py") for path in paths) or any(_marks_project(path, read) for path in paths if "/" not in path):
        return ""
    marked = {path.split("/")[0] for path in paths if path.count("/") == 1 and _marks_project(path, read)}
    return marked.pop() if len(marked) == 1 else ""


def _marks_project(path: str, read: Read) -> bool:
    """Tell whether a file makes its folder a Python project; a pyproject.toml of a bare workspace does not."""
    name = path.rsplit("/", 1)[-1]
    if name != "pyproject.toml":
        return name in MARKS
    data, tool = _toml(text := read(path)), {"poetry", "pytest", "setuptools", "hatch", "pdm", "flit"}
    return text is None or "project" in data or bool(tool & _table(data, "tool").keys())


def _source(root: str, paths: list[str], configured: tuple[str, ...], tests: tuple[str, ...]) -> tuple[str, ...]:
    prefix = f"{root}/" if root else ""
    below = [path.removeprefix(prefix) for path in paths if path.startswith(prefix) and path.endswith(".py")]
    is_test = matcher(tests)
    named = [glob for name in configured for glob in _named_source(name, below)]
    if imported := [f"/{prefix}{glob}" for glob in named if not is_test(f"{prefix}{glob}x.py")]:
        return tuple(imported)
    if any(path.startswith("src/") for path in below):
        return (f"/{prefix}src/",)
    excluded = matcher(tuple(f"/{name}" for name in NOT_SOURCE))
    packages = {path.split("/")[0] for path in below if path.count("/") >= 1 and path.endswith("/__init__.py")}
    packages = {name for name in packages if not is_test(f"{name}/x.py") and not excluded(f"{name}/x.py")}
    modules = {path for path in below if "/" not in path and not is_test(path) and not excluded(path)}
    return tuple(f"/{prefix}{name}/" for name in sorted(packages)) or tuple(f"/{prefix}{name}" for name in sorted(modules))


def _named_source(name: str, paths: list[str]) -> list[str]:
    """Give the globs that a coverage `source` entry means: a folder, or a package by its dotted name."""
    if name in {".", "./"}:
        return ["**/*.py"]
    as_path = name.strip("/").removeprefix("./").replace(".", "/")
    for candidate in (name.strip("/").removeprefix("./"), f"src/{as_path}", as_path):
        if any(path.startswith(f"{candidate}/") for path in paths):
            return [f"{candidate}/"]
    return [f"{as_path}.py"] if f"{as_path}.py" in paths else []


def read_coverage_config(read: Read, root: str) -> CoverageConfig:
    """Read the base's coverage configuration, in the order in which coverage.py looks for it (its manual, "Configuration")."""
    for name, prefix in ((".coveragerc", ""), ("setup.cfg", "coverage:"), ("tox.ini", "coverage:")):
        text = read(_join(root, name))
        if text and (found := _ini_coverage(text, prefix)):
            return found
    for name, path in ((".coveragerc.toml", ()), ("pyproject.toml", ("tool", "coverage"))):
        tables = _table(_toml(read(_join(root, name))), *path)
        if tables:
            return _coverage_of(_table(tables, "run"), _table(tables, "report"))
    return CoverageConfig()


def _coverage_of(run: dict[str, object], report: dict[str, object]) -> CoverageConfig:
    return CoverageConfig(
        source=(*_words(run.get("source")), *_words(run.get("source_pkgs")), *_words(run.get("source_dirs"))),
        omit=(*_words(run.get("omit")), *_words(report.get("omit"))),
        exclude=(*_lines(report.get("exclude_lines")), *_lines(report.get("exclude_also"))),
        concurrency=_words(run.get("concurrency")),
    )


def _ini_coverage(text: bytes, prefix: str) -> CoverageConfig | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text.decode("utf-8", "replace"))
    except configparser.Error:
        return None
    sections = {name: dict(parser[f"{prefix}{name}"]) if parser.has_section(f"{prefix}{name}") else {} for name in ("run", "report")}
    return _coverage_of(dict(sections["run"]), dict(sections["report"])) if any(sections.values()) else None


def _testpaths(read: Read, root: str) -> tuple[str, ...]:
    options = _table(_toml(read(_join(root, "pyproject.toml"))), "tool", "pytest", "ini_options")
    paths = [path.strip("/") for path in _words(options.get("testpaths"))]
    named = [path for path in paths if any(word in path for word in ("test", "check", "spec"))]
    return tuple(f"/{_join(root, path)}/" for path in named)  # `testpaths = ["src"]` of doctests makes no test of source


def _toml(text: bytes | None) -> dict[str, object]:
    try:
        return tomllib.loads(text.decode("utf-8")) if text else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _table(data: dict[str, object], *keys: str) -> dict[str, object]:
    for key in keys:
        found = data.get(key)
        data = found if isinstance(found, dict) else {}
    return data


def _lines(value: object) -> tuple[str, ...]:
    parts = value.split("\n") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _words(value: object) -> tuple[str, ...]:
    return tuple(word.strip() for line in _lines(value) for word in line.split(",") if word.strip())


def _join(root: str, name: str) -> str:
    return str(PurePosixPath(root, name)) if root else name
