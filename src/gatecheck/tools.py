"""The programs that judge source, ruff and mypy: which copy of them is run, and whether a project asks for one."""

import importlib.metadata
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from gatecheck.change import Change, Snapshot
from gatecheck.globs import matcher
from gatecheck.interpreter import Interpreter
from gatecheck.tool_files import LOOKS, OWN, parse, settings_in

SOURCE = (".py", ".pyi", ".ipynb")  # what ruff takes unasked; mypy takes the first two

# Where a project says which tools it runs, at the top or in a folder below it (`backend/`).
_WORKPLACES = (
    *("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "noxfile.py", "Makefile", "justfile", "Taskfile.yml"),
    *("duties.py", "dodo.py", "tasks.py"),
    *(
        "requirements*.txt",
        "requirements/*",
        "scripts/*",
        ".pre-commit-config.yaml",
        ".gitlab-ci.yml",
        ".github/workflows/*",
    ),
)
_AT_THE_TOP = tuple(f"/{name}" for name in _WORKPLACES)
_PLACES = (*_AT_THE_TOP, *(f"/*/{name}" for name in _WORKPLACES))
PRE_COMMIT = {"ruff": "ruff-pre-commit", "mypy": "mirrors-mypy"}  # the repositories of the tools' hooks


@dataclass(frozen=True)
class Tool:
    """A program: its name and version ("" where unknown), how it is called, and whether it is gatecheck's own copy."""

    name: str
    version: str
    command: tuple[str, ...]
    own: bool

    def __str__(self) -> str:
        """Give `ruff 0.15.9`, and whose it is where the project's environment has none."""
        owner = "gatecheck's " if self.own else ""
        return f"{owner}{self.name} {self.version}".strip()


def find_tool(name: str, interpreter: Interpreter) -> Tool:
    """Give the project's own copy where its environment has one (it knows the configuration best), else gatecheck's."""
    if program := interpreter.program(name):
        return Tool(name, interpreter.packages.get(name, ""), (str(program),), own=is_borrowed(interpreter))
    beside = Path(sys.executable).with_name(name)
    # -P: without it, the folder that the tool runs in, which the author wrote, would come first on sys.path
    command = (str(beside),) if beside.exists() else (sys.executable, "-P", "-m", name)
    return Tool(name, importlib.metadata.version(name), command, own=True)


def is_borrowed(interpreter: Interpreter) -> bool:
    """Tell whether gatecheck's own environment stands in, for want of one of the project's."""
    return interpreter.chosen.startswith("gatecheck's own")


def settings_of(name: str, path: str, text: bytes | None) -> dict[str, Any] | None:
    """Give a tool's settings in a file, {} where they cannot be read; None where the file configures it not at all."""
    content = parse(path, text)
    if content is None and text is not None and (file := PurePosixPath(path).name) in OWN:
        return {} if file in LOOKS[name] else None  # the tool will say so, if it reads the file
    return settings_in(name, path, content)


def changed_settings(name: str, change: Change) -> set[str]:
    """Give the settings of a tool that a change adds, removes or alters, by their outermost names."""
    changed = set()
    for file in change.files:
        before = settings_of(name, file.old_path or file.path, file.before)
        after = settings_of(name, file.path, file.after)
        if before != after:
            old, new = before or {}, after or {}
            changed |= {key for key in old | new if old.get(key) != new.get(key)} or {"the file itself"}
    return changed


def concerns(name: str, change: Change) -> bool:
    """Tell whether a change could alter what a tool says: it touches Python source or the tool's configuration."""
    return any(file.path.endswith(SOURCE) for file in change.files) or bool(changed_settings(name, change))


def configurations(name: str, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Give a tool's settings in every file of a snapshot that has some."""
    paths = (path for path in snapshot.paths if PurePosixPath(path).name in LOOKS[name])
    found = (settings_of(name, path, read_file(snapshot, path)) for path in paths)
    return [settings for settings in found if settings is not None]


def is_found(path: str, snapshot: Snapshot) -> bool:
    """Tell whether a tool comes upon a file of settings by itself: from the top, or from Python in its folder."""
    folder = path.rpartition("/")[0]
    return not folder or any(one.startswith(f"{folder}/") and one.endswith(SOURCE) for one in snapshot.paths)


def settings_passed(name: str, snapshot: Snapshot) -> str:
    """Give the file of settings that the project passes to a tool, such as `--config config/ruff.toml`; "" for none.

    What the tool finds at the top by itself comes first, and nothing is taken where several files are passed.
    """
    top = ((path, read_file(snapshot, path)) for path in LOOKS[name] if path in snapshot.paths)
    if any(settings_of(name, path, text) is not None for path, text in top):
        return ""
    own = b"|".join(re.escape(file.encode()) for file in LOOKS[name] if file in OWN)
    option = re.compile(
        rb"config(?:[-_]file)?[\"']?(?:[ \t]*[=:,][ \t]*|\s+)(?:-[ \t]+)?[\"']?((?:[\w.-]+/)+(?:%b))(?![\w./-])" % own
    )
    at_the_top = matcher(_AT_THE_TOP)
    texts = (text for path, text in _workplaces(snapshot) if at_the_top(path))
    told = {os.path.normpath(match[1].decode()) for text in texts for match in option.finditer(text)}
    found = sorted(told & {*snapshot.paths})
    return found[0] if len(found) == 1 else ""


def asks_for(name: str, snapshot: Snapshot) -> bool:
    """Tell whether a project configures a tool, or names it where it says what it runs or installs."""
    if configurations(name, snapshot):
        return True
    word = re.compile(rb"(?<![\w.-])%b(?![\w-])|%b" % (name.encode(), PRE_COMMIT[name].encode()))
    return any(word.search(text) for _, text in _workplaces(snapshot))


def paths_passed(command: str, snapshot: Snapshot) -> list[tuple[str, ...]]:
    """Give the paths that the project passes to a command, such as `ruff check src tests`, each time it names it.

    () stands for no path at all, and for words that are no paths of the snapshot, such as a shell's variables.
    """
    words = b"[\"', ]+".join(map(re.escape, command.encode().split()))
    pattern = re.compile(rb"(?<![\w.-])%b(?![\w-])((?:[\"']?[ \t,]+[\"']?[^\s\"',|&;#()\[\]{}]+)*)" % words)
    told = [(path, match[1]) for path, text in _workplaces(snapshot) for match in pattern.finditer(text)]
    return [tuple(_existing(path.split("/")[0], passed, snapshot)) for path, passed in told]


def _workplaces(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    told = matcher(_PLACES)
    return ((path, read_file(snapshot, path)) for path in snapshot.paths if told(path))


def _existing(folder: str, passed: bytes, snapshot: Snapshot) -> Iterator[str]:
    """Give words as paths, from the top or from the folder that holds the text; nothing if one is no path."""
    words = [word.decode("utf-8", "replace") for word in re.split(rb"[\s\"',]+", passed) if word]
    found = []
    for word in words:
        if not word.startswith("-"):
            candidates = (os.path.normpath(word), os.path.normpath(f"{folder}/{word}"))
            found.append(next((path for path in candidates if _holds(snapshot, path)), ""))
    if all(found):
        yield from found


def _holds(snapshot: Snapshot, path: str) -> bool:
    return path == "." or any(f"{found}/".startswith(f"{path}/") for found in snapshot.paths)


def read_file(snapshot: Snapshot, path: str) -> bytes:
    """Give the content of a snapshot's file; b"" where there is none."""
    try:
        return (snapshot.root / path).read_bytes()
    except OSError:  # absent, or a link that leads nowhere
        return b""
