"""What the base's own files configure: what coverage.py counts, and where the tests are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from gatecheck.tool_files import LOOKS, in_force, parse, table

Read = Callable[[str], bytes | None]

PYTEST_FILES = LOOKS["pytest"]


@dataclass(frozen=True)
class CoverageConfig:
    """What the base's coverage.py configuration says: kept, because the project means it; everything else is ours."""

    source: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    concurrency: tuple[str, ...] = ()


def settings(tool: str, read: Read, root: str) -> dict[str, object] | None:
    """Give what is in force for a tool in a folder, from the file that the tool itself takes; None without one."""
    found = in_force(tool, lambda name: parse(name, read(join(root, name))))
    return dict(found[1]) if found else None


def read_coverage_config(read: Read, root: str) -> CoverageConfig:
    """Read coverage.py's configuration."""
    found = settings("coverage", read, root)
    return _coverage_of(table(found, "run"), table(found, "report"))


def _coverage_of(run: dict[str, object], report: dict[str, object]) -> CoverageConfig:
    return CoverageConfig(
        source=(*_words(run.get("source")), *_words(run.get("source_pkgs")), *_words(run.get("source_dirs"))),
        omit=(*_words(run.get("omit")), *_words(report.get("omit"))),
        exclude=(*_lines(report.get("exclude_lines")), *_lines(report.get("exclude_also"))),
        concurrency=_words(run.get("concurrency")),
    )


def read_toml(text: bytes | None) -> dict[str, object]:
    """Parse TOML; {} where there is none, or what is there is broken."""
    return parse("pyproject.toml", text) or {}


def _lines(value: object) -> tuple[str, ...]:
    parts = value.split("\n") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _words(value: object) -> tuple[str, ...]:
    return tuple(word.strip() for line in _lines(value) for word in line.split(",") if word.strip())


def join(root: str, name: str) -> str:
    """Give a path below the project's folder, from the top of the repository."""
    return str(PurePosixPath(root, name)) if root else name
