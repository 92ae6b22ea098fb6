"""Which edits say how code is to be laid out: a formatter's configuration, its version, the list of its commits."""

import re
from typing import Any

from gatecheck.change import FileChange, lines_of
from gatecheck.globs import matcher
from gatecheck.parsing import Unreadable, load_toml, table

# The last one names the commits that did nothing but reformat.
_OWN_FILES = (
    *("ruff.toml", ".ruff.toml", ".flake8", ".isort.cfg", ".style.yapf", ".editorconfig", ".gitattributes"),
    *(".pre-commit-config.yaml", ".prettierrc*", "biome.json", ".git-blame-ignore-revs"),
)
_TOOLS = ("autopep8", "black", "docformatter", "flake8", "isort", "pycodestyle", "pyink", "pyupgrade", "ruff", "yapf")
_PINNING = ("*.txt", "*.in", "*.toml", "*.cfg", "*.ini", "*.yml", "*.yaml", "*.lock", "Pipfile", "Makefile")
_NAMED = re.compile(rb"\b(?:" + "|".join(_TOOLS).encode() + rb")\b")


def governs_layout(file: FileChange) -> bool:
    """Tell whether an edit of a file changes how formatters and style checkers want the code."""
    if matcher(_OWN_FILES)(file.path):
        return True
    if file.path.endswith("pyproject.toml") and _tables(file.before) != _tables(file.after):
        return True
    return matcher(_PINNING)(file.path) and any(map(_NAMED.search, _changed_lines(file)))


def _tables(source: bytes | None) -> dict[str, Any]:
    try:
        tools = table(load_toml(source or b""), "tool")
    except Unreadable:
        return {}
    return {name: tools[name] for name in _TOOLS if name in tools}


def _changed_lines(file: FileChange) -> list[bytes]:
    before, after = lines_of(file.before), lines_of(file.after)
    gone = [before[number - 1] for number in file.removed_lines if number <= len(before)]
    return gone + [after[number - 1] for number in file.added_lines if number <= len(after)]
