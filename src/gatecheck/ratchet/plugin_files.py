"""Files of the tree that a tool runs as its own: plugins of mypy and coverage.py, and what local hooks start.

Whether an edit of a program demands less cannot be told from it, so it is for a person to look at. What such a file
imports is not followed.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from gatecheck.change import FileChange
from gatecheck.parsing import entries, table
from gatecheck.project import Project
from gatecheck.ratchet.places import HOOKS, configs, folder_of
from gatecheck.ratchet.steps import UNCLEAR, Step, arguments
from gatecheck.tree_plugins import MOST_PLUGINS, TreeFiles, plugin_names

# What starts another program, with the words that may stand between.
_STARTERS = re.compile(
    r"(.*/)?(env|exec|sudo|time|nice|uv|uvx|poetry|pdm|hatch|pipenv|pixi|run|python[\d.]*|bash|sh|zsh|node|perl|ruby)"
)
_COMMANDS = re.compile(r"[;&|\n]+")
_PROGRAM = re.compile(rb"mypy|coverage|plugin|__main__|sys\.(?:argv|exit)|\A#!", re.IGNORECASE)
_SUFFIXES = {"", ".py", ".sh", ".bash", ".zsh", ".js", ".mjs", ".pl", ".rb"}
_MOST = 4  # shells within shells


@dataclass(frozen=True)
class _Named:
    """A file or folder of the tree, which tool runs it as what, and the file that says so."""

    path: str
    role: str
    told: str

    def holds(self, path: str) -> bool:
        return path == self.path or path.startswith(f"{self.path}/")


def may_be_run(file: FileChange, project: Project) -> bool:
    """Tell by name and text whether a changed file may be a plugin or a hook's program: most source is none."""
    paths = {file.path, file.old_path or file.path}
    if all(PurePosixPath(path).suffix not in _SUFFIXES for path in paths):
        return False
    if not any(project.is_source(path) or project.is_test(path) for path in paths):
        return True
    sides = ((file.old_mode, file.before), (file.new_mode, file.after))
    return any(mode and (text is None or _PROGRAM.search(text)) for mode, text in sides)


def plugins_named(contents: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Give what the configurations in force name as plugins: the tool, the configuration's path and its value."""
    said = [(tool, config.path, config.settings) for (tool, _), config in configs(contents).items()]
    values = [(tool, path, settings.get("plugins")) for tool, path, settings in said if tool == "mypy"]
    values += [
        (tool, path, table(settings, "run").get("plugins")) for tool, path, settings in said if tool == "coverage"
    ]
    return [named for named in values if named[2]]


def plugin_moves(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    python: tuple[tuple[str, ...], tuple[str, ...]],
    changed: Iterable[FileChange],
) -> Iterator[Step]:
    """Give a move for each changed file that the base's rules run, and for each plugin that only the head's rules run.

    `before`, `after` are the parsed files of rules, `python` the Python files of both sides.
    """
    old, new = list(_plugins(before, python[0])), list(_plugins(after, python[1]))
    files = [file for file in changed if file.old_mode]
    run = [*old, *_hooks(before, TreeFiles(python[0]))]
    for file, one in ((file, one) for file in files for one in run if one.holds(file.old_path or file.path)):
        done = "edited" if file.new_mode else "removed"
        yield Step(UNCLEAR, f"{one.role} ({one.path}) was {done}: what it does now cannot be compared", file.path)
    known = {one.path for one in old}
    for one in (one for one in new if one.path not in known):
        yield Step(UNCLEAR, f"{one.role} ({one.path}) came in: what it does is for a person to see", one.told)


def _plugins(contents: Mapping[str, Any], python: tuple[str, ...]) -> Iterator[_Named]:
    """Give the plugins that are there."""
    for tool, path, value in plugins_named(contents):
        if len(plugin_names(value)) > MOST_PLUGINS:
            yield _Named(path, f"{tool}: a list of more than {MOST_PLUGINS} plugins", path)
            continue
        for plugin in TreeFiles(python).plugins(value, folder_of(path)):
            if plugin.path in python:
                yield _Named(plugin.folder or plugin.path, f"{tool}: its plugin {plugin.name}", path)


def _hooks(contents: Mapping[str, Any], files: TreeFiles) -> Iterator[_Named]:
    """Give the programs of the hooks that live in the repository itself (pre-commit's manual, "Repository local")."""
    for repo in (repo for path in HOOKS for repo in entries(table(contents.get(path)).get("repos"))):
        for hook in entries(table(repo).get("hooks")) if table(repo).get("repo") == "local" else []:
            words = [*arguments(table(hook).get("entry")), *arguments(table(hook).get("args"))]
            for program in _programs(words):
                for path in _paths(program, files):
                    yield _Named(path, f"the program of hook {table(hook).get('id', '')}", path)


def _programs(words: list[str], depth: int = 0) -> Iterator[str]:
    """Give what a command runs, a path or `-m MODULE`, behind interpreters and what else starts programs."""
    rest = iter(words)
    for word in rest:
        if word == "-m":
            yield f"-m {next(rest, '')}"
            return
        if re.fullmatch(r"-[a-z]*c", word):
            parts = _COMMANDS.split(next(rest, "")) if depth < _MOST else []
            for part in parts:
                yield from _programs(arguments(part), depth + 1)
            return
        if not word.startswith("-") and "=" not in word and not _STARTERS.fullmatch(word):
            yield word
            return


def _paths(program: str, files: TreeFiles) -> Iterator[str]:
    if program.startswith("-m "):
        yield from (plugin.folder or plugin.path for plugin in files.plugins([program[3:]], ""))
    elif not program.startswith("/"):
        yield os.path.normpath(program)
