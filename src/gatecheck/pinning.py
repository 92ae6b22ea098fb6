"""The head's files under the base's tool configuration.

A change must not be judged by rules that it brings itself (DESIGN section 6, point 1). Where the head edits the
configuration of pytest, coverage.py, ruff or mypy, the base's version of that file takes its place. A few pytest
options that can only add (new markers, import paths, warnings that are left alone by their class) are still taken from
the head, for honest work needs them: the options' meaning is in pytest's reference, "Configuration Options".
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from gatecheck.change import Change, FileChange
from gatecheck.errors import UnreadableError
from gatecheck.objects import TreeEntry
from gatecheck.parsing import Unreadable, load, table
from gatecheck.tool_files import LOOKS, NAMES, OWN, parse, settings_in

_BROKEN = "broken"
# A warning that is not to be an error, by its class: honest work brings such a line with a warning of its own.
_SILENCED = re.compile(r"(ignore|default|once|module)::(?!(_?pytest|unittest|builtins)\.)[A-Za-z_][\w.]*\.[A-Za-z_]\w*")
FILTERS = "filterwarnings"
ADDITIVE = ("markers", "pythonpath", "asyncio_mode", "asyncio_default_fixture_loop_scope", "anyio_mode")


def sections_of(path: str, text: bytes | None) -> dict[str, Any]:
    """Give the part of a file that configures pytest, coverage.py, ruff or mypy; {} where there is none."""
    name = PurePosixPath(path).name
    if text is None:
        return {}
    if name in OWN:
        return {name: text}
    if name == "pyproject.toml":
        tools = table(_content(name, text), "tool")
        return {tool: tools[tool] for tool in LOOKS if tool in tools}
    if name in {"setup.cfg", "tox.ini"}:
        parsed = _content(name, text)
        own = ("tool:pytest", "pytest", "coverage:", "mypy", "mypy-", _BROKEN)
        return {section: said for section, said in parsed.items() if section.startswith(own)}
    return {}


def configures(file: FileChange) -> bool:
    """Tell whether a changed file changes the configuration of a tool that gatecheck runs.

    One whose content is not known, such as a symbolic link, may configure anything.
    """
    old_path = file.old_path or file.path
    sides = ((old_path, file.old_mode, file.before), (file.path, file.new_mode, file.after))
    if any(mode and text is None and PurePosixPath(path).name in NAMES for path, mode, text in sides):
        return True
    before, after = sections_of(old_path, file.before), sections_of(file.path, file.after)
    moved = old_path != file.path and bool(before or after)  # it configures another folder now
    return moved or before != after


def pin(
    change: Change, base: Mapping[str, TreeEntry], head: Mapping[str, TreeEntry]
) -> tuple[dict[str, TreeEntry], tuple[str, ...], str]:
    """Give the head's entries with the base's configuration, the options that only add, and a digest of the swap."""
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
    """Give the head's pytest options that can only add to what runs; filters of warnings come a line each.

    None where a limit keeps a side from being parsed: then the base's options alone are in force.
    """
    try:
        before = pytest_options(file.old_path or file.path, file.before)
        after = pytest_options(file.path, file.after)
    except UnreadableError:
        return ()
    added = [name for name in ADDITIVE if name in after and after[name] != before.get(name)]
    silenced = [line for line in _lines(after.get(FILTERS)) if line not in _lines(before.get(FILTERS))]
    return (
        *(f"{name}={_joined(name, before.get(name), after[name])}" for name in added),
        *(f"{FILTERS}={line}" for line in silenced if _SILENCED.fullmatch(line)),
    )


def pytest_options(path: str, text: bytes | None) -> dict[str, Any]:
    """Give the pytest options that a file holds as they are written, {} for none."""
    return settings_in("pytest", path, parse(path, text)) or {}


def _joined(name: str, before: object, after: object) -> str:
    """Put the lines of both sides together where an option has many; an option of one word is the head's."""
    if name in {"markers", "pythonpath"}:
        return "\n".join(dict.fromkeys([*_lines(before), *_lines(after)]))
    return "".join(_lines(after)[:1])


def _lines(value: object) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").split("\n")
    return [line for part in parts if (line := str(part).strip())]


def _content(name: str, text: bytes) -> dict[str, Any]:
    """Parse a shared file; one that cannot be parsed differs from whatever the other side says: a tool may read it."""
    try:
        content: dict[str, Any] = load(name, text)
    except Unreadable:
        return {"tool": {"pytest": {_BROKEN: text}}} if name.endswith(".toml") else {_BROKEN: text}
    return content
