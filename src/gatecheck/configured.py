"""What the base's own files configure: what coverage.py counts, and where the tests are."""

import configparser
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from gatecheck.pinning import pytest_options

Read = Callable[[str], bytes | None]

# Where pytest looks for its options (its reference, "Configuration file formats").
PYTEST_FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


@dataclass(frozen=True)
class CoverageConfig:
    """What the base's coverage.py configuration says: kept, because the project means it; everything else is ours."""

    source: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    concurrency: tuple[str, ...] = ()


def read_coverage_config(read: Read, root: str) -> CoverageConfig:
    """Read coverage.py's configuration; the order of the files is that of its manual, "Configuration reference"."""
    for name, prefix in ((".coveragerc", ""), ("setup.cfg", "coverage:"), ("tox.ini", "coverage:")):
        text = read(join(root, name))
        if text and (found := _ini_coverage(text, prefix)):
            return found
    for name, path in ((".coveragerc.toml", ()), ("pyproject.toml", ("tool", "coverage"))):
        tables = table_at(read_toml(read(join(root, name))), *path)
        if tables:
            return _coverage_of(table_at(tables, "run"), table_at(tables, "report"))
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
    named = [f"{prefix}{name}" for name in ("run", "report")]
    run, report = (dict(parser[name]) if parser.has_section(name) else {} for name in named)
    return _coverage_of(dict(run), dict(report)) if run or report else None


def read_testpaths(read: Read, root: str) -> tuple[str, ...]:
    """Give globs of the folders that pytest's `testpaths` names, where their names say that they hold tests."""
    options = (pytest_options(name, read(join(root, name))) for name in PYTEST_FILES)
    said = next((found["testpaths"] for found in options if "testpaths" in found), "")
    paths = [path.strip("/") for path in (said.split() if isinstance(said, str) else _lines(said))]
    named = [path for path in paths if any(word in path for word in ("test", "check", "spec"))]
    return tuple(f"/{join(root, path)}" for path in named)  # `testpaths = ["src"]` of doctests makes no test of source


def read_toml(text: bytes | None) -> dict[str, object]:
    """Parse TOML; {} where there is none, or what is there is broken."""
    try:
        return tomllib.loads(text.decode("utf-8")) if text else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def table_at(data: dict[str, object], *keys: str) -> dict[str, object]:
    """Give the table at some keys, {} where there is none."""
    for key in keys:
        found = data.get(key)
        data = found if isinstance(found, dict) else {}
    return data


def _lines(value: object) -> tuple[str, ...]:
    parts = value.split("\n") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _words(value: object) -> tuple[str, ...]:
    return tuple(word.strip() for line in _lines(value) for word in line.split(",") if word.strip())


def join(root: str, name: str) -> str:
    """Give a path below the project's folder, from the top of the repository."""
    return str(PurePosixPath(root, name)) if root else name
