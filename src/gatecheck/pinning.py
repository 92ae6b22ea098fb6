"""The head's files under the base's tool configuration.

A change must not be judged by rules that it brings itself (DESIGN section 6, point 1). Where the head edits the configuration
of pytest, coverage.py, ruff or mypy, the base's version of that file takes its place. A few pytest options that can only add
(new markers, import paths) are still taken from the head, for honest work needs them: the options' meaning is in pytest's
reference, "Configuration Options".
"""

import configparser
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from gatecheck.change import Change, FileChange
from gatecheck.objects import TreeEntry

# Files that configure nothing but a tool that gatecheck runs.
WHOLE = frozenset(
    {"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml"}
    | {".coveragerc", ".coveragerc.toml"}
)
TOOLS = ("pytest", "coverage", "ruff", "mypy")
ADDITIVE = ("markers", "pythonpath", "asyncio_mode", "asyncio_default_fixture_loop_scope", "anyio_mode")


def sections_of(path: str, text: bytes | None) -> dict[str, Any]:
    """Give the part of a file that configures pytest, coverage.py, ruff or mypy; {} where there is none."""
    name = PurePosixPath(path).name
    if text is None:
        return {}
    if name in WHOLE:
        return {name: text}
    if name == "pyproject.toml":
        tools = _toml(text).get("tool", {})
        return {tool: tools[tool] for tool in TOOLS if tool in tools} if isinstance(tools, dict) else {}
    if name in {"setup.cfg", "tox.ini"}:
        parsed = _ini(text)
        own = ("tool:pytest", "pytest", "coverage:", "mypy", "mypy-")
        return {section: dict(parsed[section]) for section in parsed.sections() if section.startswith(own)}
    return {}


def configures(file: FileChange) -> bool:
    """Tell whether a changed file changes the configuration of a tool that gatecheck runs."""
    return sections_of(file.old_path or file.path, file.before) != sections_of(file.path, file.after)


def pin(
    change: Change, base: Mapping[str, TreeEntry], head: Mapping[str, TreeEntry]
) -> tuple[dict[str, TreeEntry], tuple[str, ...], str]:
    """Give the head's entries with the base's configuration files, the options that only add, and a digest of the swap."""
    edited = [file for file in change.files if configures(file)]
    entries = dict(head)
    for file in edited:
        entries.pop(file.path, None)
        old_path = file.old_path or file.path
        if old_path in base:
            entries[old_path] = base[old_path]
    options = tuple(option for file in edited for option in additive_options(file))
    swapped = "".join(f"{file.path}{file.before!r}{options}" for file in edited)
    return entries, options, hashlib.sha256(swapped.encode("utf-8", "surrogateescape")).hexdigest() if edited else ""


def additive_options(file: FileChange) -> tuple[str, ...]:
    """Give pytest's `-o` values for the head's options that can only add to what runs."""
    before, after = (_pytest_options(path, text) for path, text in ((file.old_path or file.path, file.before), (file.path, file.after)))
    added = []
    for name in ADDITIVE:
        if name in after and after[name] != before.get(name):
            lines = [*_lines(before.get(name)), *(line for line in _lines(after[name]) if line not in _lines(before.get(name)))]
            added.append(f"{name}=" + ("\n".join(lines) if name in {"markers", "pythonpath"} else _lines(after[name])[0]))
    return tuple(added)


def _pytest_options(path: str, text: bytes | None) -> dict[str, Any]:
    name = PurePosixPath(path).name
    if text is None:
        return {}
    if name.endswith(".toml"):
        data = _toml(text)
        table = data.get("tool", {}).get("pytest", {}) if name == "pyproject.toml" else data.get("pytest", {})
        return {**table, **table.get("ini_options", {})} if isinstance(table, dict) else {}
    parsed = _ini(text)
    section = next((name for name in ("tool:pytest", "pytest") if parsed.has_section(name)), None)
    return dict(parsed[section]) if section else {}


def _lines(value: object) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").split("\n")
    return [str(part).strip() for part in parts if str(part).strip()] or [""] * (value is not None and value != [])


def _toml(text: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {"broken": text}  # compares unequal to the base's, and configures nothing


def _ini(text: bytes) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text.decode("utf-8", "replace"))
    except configparser.Error:
        parser.clear()
    return parser
