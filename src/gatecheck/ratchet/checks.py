"""What CI services and local runners check: the commands in their files, and whether a failing one fails the change.

One walk serves every service, since all write commands under a few keys and forgive failures under a few others (their
references: GitHub "Workflow syntax", GitLab ".gitlab-ci.yml keywords", Azure "YAML schema", Buildkite "Steps", tox).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gatecheck.parsing import table
from gatecheck.ratchet.pytest_rules import narrowing
from gatecheck.ratchet.steps import arguments

# What is checked: names of tools by kind, then the customary words for targets of tox, nox, make and scripts.
TOOLS = {
    "tests": "pytest|py.test|unittest|tox|nox|trial|nosetests|jest|vitest",
    "lint": "ruff|flake8|pylint|black|isort|pre-commit|prek|bandit|codespell|eslint|prettier|semgrep|gitleaks|zizmor",
    "types": "mypy|pyright|basedpyright|pytype|pyre|pyrefly|ty",
    "coverage": "--fail-under|--cov-fail-under",
    "the change": "gatecheck",
}
TARGETS = {
    "tests": "tests?",
    "lint": "lint|linting|style|format",
    "types": "typing|types|typecheck|type-check",
    "coverage": "coverage",
}
CALLED = ("tests", "lint")  # what `scripts/check` and `make check` stand for

COMMANDS = {
    *("run", "script", "before_script", "after_script", "command", "commands", "commands_pre", "bash", "pwsh", "sh"),
    "uses",
}
FORGIVING = {"continue-on-error", "allow_failure", "continueOnError", "soft_fail", "ignore_outcome", "ignore_errors"}
CONDITIONS = {"if", "condition", "when", "rules", "only", "except", "enabled"}
# Tables whose values are commands.
SCRIPTED = ("hatch.envs", "pdm.scripts", "rye.scripts", "poe.tasks", "taskipy.tasks")
SILENT = {"on", "name", "description", "with", "env", "environment", "variables", "cache"}  # what they hold is not run
EVENTS = ("pull_request", "pull_request_target", "merge_group", "push")  # a change starts them

LONGEST = 2000  # characters of one command that are looked at: patterns must end in time on lines of any make

_NAMED = [
    (kind, re.compile(rf"(?<![\w.@-])({names.replace('.', '[.]')})(?![\w-]|\.\w)")) for kind, names in TOOLS.items()
]
_WORDS = [(kind, re.compile(rf"(?<![A-Za-z])({names})(?![A-Za-z])")) for kind, names in TARGETS.items()]
_CALLS = re.compile(r"(scripts?/|bin/|make |just |task |inv |invoke )checks?\b")
_INSTALLER = re.compile(r"\b(pip|uv|pipx|poetry|pdm|conda|mamba|apt|apt-get|brew|npm|yarn)\b")
_INSTALLING = re.compile(r"\b(install|add|sync|export|lock|compile)\b")
_PRINTS = re.compile(r"^\s*(echo|printf|:|true)\b[^&;|]*$|\s--(version|help|collect-only|co)\b")
_MINIMUM = re.compile(r"fail[-_]under[= ]+(\d+(?:\.\d+)?)")
_RUNNER = re.compile(r"tox|nox")
_FORGIVEN = re.compile(r"\|\|\s*(true|:|exit 0|echo\b)|--exit-zero|;\s*(true|exit 0)\s*$|^\s*-\s*(?=\w)")
_NEVER = re.compile(r"(\$\{\{)?\s*(false|never\(\)|never|manual|0)\s*(\}\})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of check by one tool ("" where only a target's name tells), in one job of one file."""

    kind: str
    tool: str
    path: str
    job: str = ""
    firm: bool = True  # its failure fails a change
    condition: str = ""
    narrowed: tuple[str, ...] = ()  # by these options of pytest
    minimum: float | None = None  # of coverage, in percent

    @property
    def name(self) -> str:
        """Name the check in a message."""
        return self.tool or f"the check of {self.kind}"


def checks_of(path: str, content: Any) -> Iterator[Check]:  # noqa: ANN401 - what a file holds
    """Give every check that a file of a CI service or a local runner makes."""
    if isinstance(content, str):
        yield from _checks_of_text(content, Check("", "", path))
    elif path.endswith((".toml", ".ini", ".cfg")):
        for name, part in runners(content).items():
            yield from _walk(part, Check("", "", path, name), plain=name in SCRIPTED)
    else:
        started = events(content)
        if not started or any(
            event in started for event in (*EVENTS, "workflow_call")
        ):  # else no change ever starts it
            yield from _walk(content, Check("", "", path))


def runners(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parts of pyproject.toml, tox.ini or setup.cfg that run checks, by name."""
    tool = table(content, "tool")
    named = {name: table(tool, *name.split(".")) for name in (*SCRIPTED, "tox", "nox")}
    own = {name: part for name, part in content.items() if name.startswith("testenv") or name in {"tox", "tox:tox"}}
    return {name: part for name, part in (named | own).items() if part}


def events(content: object) -> dict[str, dict[str, Any]]:
    """Give the events that start a GitHub workflow, with their filters."""
    started = content.get("on") if isinstance(content, dict) else None
    if isinstance(started, dict):
        return {str(event): table(value) for event, value in started.items()}
    return {str(event): {} for event in (started if isinstance(started, list) else [started] if started else [])}


def _walk(node: Any, at: Check, *, plain: bool = False) -> Iterator[Check]:  # noqa: ANN401 - what a file holds
    """Walk down to the commands; what forgives a part holds for all below it. `plain`: strings are commands."""
    if isinstance(node, dict):
        here = _under(node, at)
        found = [check for key, value in node.items() for check in _walk_key(str(key), value, here, plain=plain)]
        yield from found
        if "steps" in node and any(_RUNNER.fullmatch(check.tool) for check in found):
            yield from _targets(table(node, "strategy", "matrix"), here)
    elif isinstance(node, list):
        if plain and all(isinstance(word, str) for word in node):
            yield from _checks_of_line(" ".join(node), at)
        for part in node:
            yield from _walk(part, at, plain=plain)
    elif plain and isinstance(node, str):
        yield from _checks_of_text(node, at)


def _walk_key(key: str, value: Any, here: Check, *, plain: bool) -> Iterator[Check]:  # noqa: ANN401 - what a file holds
    if key in SILENT and not (key == "env" and here.path.endswith(".toml")):  # tox names its environments there
        return
    if key == "uses":
        action = str(value).split("@")[0].replace("-action", "")
        yield from _checks_of_line(action, here)
    elif key in COMMANDS:
        yield from _walk(value, here, plain=True)
    elif plain or isinstance(value, dict | list):
        job = here.job if key in {"jobs", "steps", "stages"} else f"{here.job}.{key}".strip(".")
        yield from _walk(value, replace(here, job=job), plain=plain)


def _under(node: Mapping[str, Any], at: Check) -> Check:
    forgiven = any(str(node.get(key, "")).lower() in {"true", "1"} for key in FORGIVING)
    conditions = [str(node[key]).strip() for key in sorted(CONDITIONS) if key in node]
    never = any(_NEVER.fullmatch(condition) for condition in conditions)
    condition = " and ".join([at.condition, *conditions] if at.condition else conditions)
    return replace(at, firm=at.firm and not forgiven and not never, condition=condition[:200])


def _checks_of_text(text: str, at: Check) -> Iterator[Check]:
    lines = re.sub(r"\\\n[ \t]*", " ", text).split("\n")
    firm = at.firm and not any(line.strip().startswith("set +e") for line in lines)
    for line in lines:
        if not line.lstrip().startswith(("#", "//")):
            yield from _checks_of_line(line, replace(at, firm=firm))


def _checks_of_line(line: str, at: Check) -> Iterator[Check]:
    line = line[:LONGEST]
    if _installs(line) or _PRINTS.search(line):
        return
    here = replace(at, firm=at.firm and not _FORGIVEN.search(line))
    if found := _MINIMUM.search(line):
        here = replace(here, minimum=float(found[1]))
    for kind, pattern in _NAMED:
        for tool in sorted({match[1] for match in pattern.finditer(line)}):
            narrowed = tuple(narrowing(arguments(line))) if tool in {"pytest", "py.test"} else ()
            yield replace(here, kind=kind, tool=tool, narrowed=narrowed)
    for kind, pattern in _WORDS:
        if pattern.search(line) or (kind in CALLED and _CALLS.search(line)):
            yield replace(here, kind=kind)


def _targets(matrix: Any, at: Check) -> Iterator[Check]:  # noqa: ANN401 - what a file holds
    """Read the targets that a matrix hands to tox or nox."""
    if isinstance(matrix, dict | list):
        for part in matrix.values() if isinstance(matrix, dict) else matrix:
            yield from _targets(part, at)
    elif isinstance(matrix, str):
        yield from (replace(at, kind=kind) for kind, pattern in _WORDS if pattern.search(matrix))


def _installs(line: str) -> bool:
    """Tell whether the last command of a line installs something."""
    command = re.split("[&;]", line)[-1]
    installer = _INSTALLER.search(command)
    return installer is not None and _INSTALLING.search(command, installer.end()) is not None
