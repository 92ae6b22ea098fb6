"""gatecheck's own rules in a tree: its policy, and the task by which a change is judged."""

import re
from collections.abc import Mapping
from typing import Any

from gatecheck.parsing import Unreadable, load_toml, table
from gatecheck.policy import POLICY_FILE, PROJECT_FILE
from gatecheck.ratchet.steps import difference, flat, lines, listed

_NON_GOALS = re.compile(r"non[- ]?goals", re.IGNORECASE)
_TICK = re.compile(r"\[[ xX]\]|[\s*|-]+")  # ticking a task off and lining a table up change nothing
SHORTEST_ID = 3  # characters; a shorter id is found everywhere


def policies(contents: Mapping[str, Any], root: str) -> dict[str, dict[str, Any]]:
    """Give the policy by the file that holds it, at the top or in the project's folder.

    Two at once is an error of the policy, and told when it is read.
    """
    found: dict[str, dict[str, Any]] = {}
    for folder in dict.fromkeys(("", f"{root}/" if root else "")):
        own, project = contents.get(folder + POLICY_FILE), table(contents.get(folder + PROJECT_FILE), "tool")
        found |= {folder + POLICY_FILE: own} if isinstance(own, dict) else {}
        found |= {folder + PROJECT_FILE: table(project, "gatecheck")} if "gatecheck" in project else {}
    return found


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """List the keys of two tables that differ."""
    old, new = flat(before), flat(after)
    return listed(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))


def task_in(path: str, text: bytes | None, id_: str) -> object:
    """Give what a file says of the task with an id; None where it says nothing.

    A TOML file is a task file if its `id` is the task's. Of a Markdown document it is the lines that name the task, the
    section of the task and the sections of non-goals.
    """
    if text is None or len(id_) < SHORTEST_ID or id_.encode() not in text:
        return None
    return _of_toml(text, id_) if path.endswith(".toml") else _of_markdown(text, id_) if path.endswith(".md") else None


def _of_toml(text: bytes, id_: str) -> object:
    try:
        content = load_toml(text)
    except Unreadable:
        return None
    task = table(content, "task") or content
    return task if task.get("id") == id_ else None


def _of_markdown(text: bytes, id_: str) -> object:
    named = re.compile(rf"(?<![\w-]){re.escape(id_)}(?![\w-])")
    kept, inside, found = [], False, False
    for line in text.decode("utf-8", "replace").split("\n"):
        names = bool(named.search(line))
        inside = names or bool(_NON_GOALS.search(line)) if line.startswith("#") else inside
        found = found or names
        if inside or names:
            kept.append(_TICK.sub(" ", line).strip())
    return [line for line in kept if line] if found else None


def task_difference(before: object, after: object) -> str:
    """Describe how a task moved."""
    if isinstance(before, dict) and isinstance(after, dict):
        return changed_keys(before, after)
    gone, come = difference(lines(before), lines(after))
    return listed([*gone, *come], most=2)
