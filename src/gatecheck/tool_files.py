"""Where tools keep their settings: for each tool the files in the order in which it looks, and its part of each.

The first file that a tool takes is in force alone. Whether it takes a file that says nothing to it differs: a file that
is the tool's own counts where it is, a shared one where it has the tool's section, and for coverage.py an option in
it. The sources of pytest 9.2 (config/findpaths.py), coverage.py 7.17 (config.py), mypy 2.4 (config_parser.py) and
ruff's manual ("Configuring Ruff") say so; the tests hold each cell against the tool itself.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from gatecheck.errors import UnreadableError
from gatecheck.parsing import Beyond, Unreadable, load, load_yaml

LOOKS = {
    "pytest": ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"),
    "coverage": (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml"),
    "ruff": (".ruff.toml", "ruff.toml", "pyproject.toml"),
    "mypy": ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"),
}
SHARED = ("pyproject.toml", "setup.cfg", "tox.ini")
NAMES = frozenset(name for names in LOOKS.values() for name in names)
OWN = NAMES - {*SHARED}  # they configure one tool and nothing else
_COVERAGE = ("run", "report", "paths", "html", "xml")


def parse(path: str, text: bytes | None) -> dict[str, Any] | None:
    """Parse a file of settings by its name, TOML, ini or pre-commit's YAML; None where it is absent or broken.

    Raises UnreadableError where a limit keeps it from being parsed: what it says is in force, and is not known.
    """
    try:
        if text is None:
            return None
        content = load_yaml(text, old=True) if path.endswith(".yaml") else load(path, text)
    except Beyond as problem:
        raise UnreadableError(f"{path} cannot be read: {problem}") from problem
    except Unreadable:
        return None
    return content if isinstance(content, dict) else None


def in_force(tool: str, read: Callable[[str], Mapping[str, Any] | None]) -> tuple[str, dict[str, Any]] | None:
    """Give the file of a folder that is in force for a tool, and what it says; `read` gives a file's parsed content."""
    told = ((name, settings_in(tool, name, read(name))) for name in LOOKS[tool])
    return next(((name, settings) for name, settings in told if settings is not None), None)


def settings_in(tool: str, path: str, content: object) -> dict[str, Any] | None:
    """Give what a parsed file says to a tool; None where it says nothing and the tool looks on.

    The options of pytest and ruff, coverage.py's by their sections, mypy's with those of single modules as `of_modules`
    (ini) or `overrides` (TOML).
    """
    name = PurePosixPath(path).name
    if name not in LOOKS[tool] or not isinstance(content, dict):
        return None
    shared = name in SHARED
    told = table(content, "tool") if name == "pyproject.toml" else content
    return {"pytest": _pytest, "coverage": _coverage, "ruff": _ruff, "mypy": _mypy}[tool](name, told, shared)


def table(value: object, *keys: str) -> dict[str, Any]:
    """Give a nested table, {} where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _pytest(name: str, content: dict[str, Any], shared: bool) -> dict[str, Any] | None:
    section = content.get("tool:pytest" if name == "setup.cfg" else "pytest")
    if name == "pyproject.toml" and isinstance(section, dict):
        rest = {key: value for key, value in section.items() if key != "ini_options"}
        return {**rest, **table(section, "ini_options")} if rest or "ini_options" in section else None
    return section if isinstance(section, dict) else None if shared else {}


def _coverage(name: str, content: dict[str, Any], shared: bool) -> dict[str, Any] | None:
    """Give coverage.py's sections; its own files may leave out the words before a section's name, shared ones not."""
    if name == "pyproject.toml":
        prefixed = [table(content, "coverage")]
    elif name.endswith(".toml"):
        prefixed = [table(content, "tool", "coverage"), content]
    else:
        prefixed = [{part: content.get(f"coverage:{part}") for part in _COVERAGE}, *([] if shared else [content])]
    found = {part: _first(prefixed, part) for part in _COVERAGE}
    found = {part: section for part, section in found.items() if section}
    return found or (None if shared else {})


def _first(tables: Iterable[Mapping[str, Any]], part: str) -> dict[str, Any]:
    return next((section for one in tables if isinstance(section := one.get(part), dict)), {})


def _ruff(name: str, content: dict[str, Any], _shared: bool) -> dict[str, Any] | None:
    if name != "pyproject.toml":
        return dict(content)
    return content["ruff"] if isinstance(content.get("ruff"), dict) else None


def _mypy(_name: str, content: dict[str, Any], shared: bool) -> dict[str, Any] | None:
    if shared and not isinstance(content.get("mypy"), dict):
        return None
    modules = {name.removeprefix("mypy-"): said for name, said in content.items() if name.startswith("mypy-")}
    return {**table(content, "mypy"), **({"of_modules": modules} if modules else {})}
