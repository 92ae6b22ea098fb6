"""Which tools a change moves to another version: what the new version finds may honestly have to be excused at once."""

import re
from pathlib import PurePosixPath

from gatecheck.change import Change
from gatecheck.ratchet.places import HOOKS

TOOLS = ("ruff", "mypy")  # whose new versions bring new rules


def upgraded(change: Change) -> frozenset[str]:
    """Give the tools whose version differs between the two sides of a changed file that names one."""
    sides = [(file.path, file.before or b"", file.after or b"") for file in change.files if _names_versions(file.path)]
    return frozenset(tool for tool in TOOLS if any(_moved(tool, *side) for side in sides))


def _names_versions(path: str) -> bool:
    name = PurePosixPath(path).name
    named = name in {*HOOKS, "pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "Pipfile"} or name.endswith(".lock")
    return named or (name.endswith((".txt", ".in")) and ("require" in path or "constraint" in path))


def _moved(tool: str, path: str, before: bytes, after: bytes) -> bool:
    was, now = _versions(tool, path, before), _versions(tool, path, after)
    return bool(was and now and was != now)


def _versions(tool: str, path: str, text: bytes) -> set[bytes]:
    name = tool.encode()
    if PurePosixPath(path).name in HOOKS:
        repo = rb"repo:[^\n]{0,200}[/-]%s(?:-pre-commit)?(?:\.git)?[\"']?[ \t]*\n" % name
        pattern = repo + rb"(?:[ \t]*#[^\n]*\n)*[ \t]*rev:[ \t]*([^\s#]+)"
    elif path.endswith(".lock"):
        pattern = rb'name = "%s"\nversion = "([^"\n]+)"' % name
    else:
        pattern = rb"(?m)(?<![\w.-])%s(?:\[[^\]\n]{0,100}\])?[ \t]*([=<>~!]=?[ \t]*[\w.]+)" % name
    return set(re.findall(pattern, text.replace(b"\r\n", b"\n")))
