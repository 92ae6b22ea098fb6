"""Compares the rules of two trees, one sort of file after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from gatecheck.parsing import Beyond, Unreadable, load, table
from gatecheck.project import Project
from gatecheck.ratchet.checks import Check, checks_of, runners
from gatecheck.ratchet.coverage_rules import coverage_moves
from gatecheck.ratchet.mypy_rules import mypy_moves
from gatecheck.ratchet.pipelines import REVIEWS, environment_moves, pipeline_moves, trigger_moves
from gatecheck.ratchet.places import (
    HOOKS,
    NOTED,
    RUNNERS,
    Config,
    configs,
    inherited,
    is_hosted,
    is_owners,
    is_script,
)
from gatecheck.ratchet.precommit import hook_moves, hooked
from gatecheck.ratchet.pytest_rules import pytest_moves
from gatecheck.ratchet.ruff_rules import ruff_moves
from gatecheck.ratchet.steps import LOOSER, NEUTRAL, UNCLEAR, Step, difference, softly
from gatecheck.tool_files import LOOKS, settings_in

MOVES = {"pytest": pytest_moves, "coverage": coverage_moves, "ruff": ruff_moves, "mypy": mypy_moves}
REPLACES = {"mypy": ("pyright", "basedpyright", "ty", "pyrefly"), "ruff": ("pylint", "flake8", "black")}
MAX_PATTERNS = 200  # looked up in the list of files; what comes after counts as letting source out


@dataclass(frozen=True)
class Rules:
    """The parsed rule files of a tree, why some could not be parsed, and its Python files (None: not known).

    `beyond` are those of the problems that a limit made: what such a file says is not known.
    """

    contents: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    python: tuple[str, ...] | None = None
    beyond: frozenset[str] = frozenset()

    @classmethod
    def of(cls, files: Mapping[str, bytes], python: tuple[str, ...] | None = None) -> "Rules":
        """Parse files by path."""
        contents, problems = {}, {}
        for path, text in files.items():
            try:
                contents[path] = load(path, text)
            except Unreadable as problem:
                problems[path] = problem
        beyond = frozenset(path for path, problem in problems.items() if isinstance(problem, Beyond))
        return cls(contents, {path: str(problem) for path, problem in problems.items()}, python, beyond)

    def filled(self, other: "Rules") -> "Rules":
        """Take what could not be parsed here from the other tree, so that it is told once and makes no other move."""
        known = {path: other.contents[path] for path in self.problems if path in other.contents}
        return replace(self, contents={**self.contents, **known})


def compare(before: Rules, after: Rules, project: Project, upgraded: frozenset[str] = frozenset()) -> list[Step]:
    """Give every move from one tree's rules to the other's, each with the file that it is in.

    `upgraded` are the tools whose version the change moves: what a new version finds may have to be excused.
    """
    before, after = before.filled(after), after.filled(before)
    steps = [*_tools(before, after, upgraded), *_hooks(before, after), *_pipelines(before, after, project.root)]
    for path in sorted({*before.contents, *after.contents}):
        steps += _one_file(path, before, after)
    return [_settled(step, after.python, project, number < MAX_PATTERNS) for number, step in enumerate(steps)]


def part_of(path: str, content: Any) -> Any:  # noqa: ANN401 - what a file holds
    """Give the part of a parsed file that is a rule; {} or None where there is none."""
    if not isinstance(content, dict) or PurePosixPath(path).name in HOOKS or is_hosted(path):
        return content
    settings = {tool: settings_in(tool, path, content) for tool in LOOKS}
    return {tool: said for tool, said in settings.items() if said is not None} | runners(content)


def appeared(before: Rules, after: Rules) -> bool:
    """Tell whether a section or a file of rules came or went: then those that did not change matter as well."""
    return (
        configs(before.contents).keys() != configs(after.contents).keys()
        or before.contents.keys() != after.contents.keys()
    )


def _tools(before: Rules, after: Rules, upgraded: frozenset[str]) -> Iterator[Step]:
    old, new = configs(before.contents), configs(after.contents)
    for tool, folder in sorted({*old, *new}):
        was, now = (side.get((tool, folder)) or inherited(tool, folder, side) for side in (old, new))
        new_folder = (tool, folder) not in old and not _holds_python(folder, before)  # nothing was in force there
        was = None if new_folder else was
        path = next(config.path for config in (now, was) if config)
        nested = (f"{folder}/*",) if folder else ()
        for step in _tool_moves(tool, was, now, after, lenient=new_folder or tool != "pytest"):
            finds_more = tool in upgraded and was and now and " lost " not in step.text
            excused = softly(step) if finds_more else step
            yield replace(excused.prefixed(f"{tool}: "), path=path, patterns=step.patterns or nested)


def _holds_python(folder: str, rules: Rules) -> bool:
    return rules.python is None or any(path.startswith(f"{folder}/" if folder else "") for path in rules.python)


def _tool_moves(tool: str, was: Config | None, now: Config | None, after: Rules, *, lenient: bool) -> Iterator[Step]:
    """Compare one tool's settings; `lenient`: what a first configuration excuses was not demanded before."""
    if tool in REPLACES and was and not now:
        tools = table(after.contents.get("pyproject.toml"), "tool")
        instead = next((other for other in REPLACES[tool] if other in tools), None)
        yield Step(
            UNCLEAR if instead else LOOSER,
            "its configuration was removed" + (f"; {instead} has one" if instead else ""),
        )
        return
    steps = list(MOVES[tool](was.settings if was else {}, now.settings if now else {}))
    for step in steps:
        yield softly(step) if was is None and lenient else step
    if was and now and was.path != now.path and not steps:
        yield Step(NEUTRAL, f"its configuration moved from {was.path}")


def _hooks(before: Rules, after: Rules) -> Iterator[Step]:
    for path in HOOKS:
        was, now = before.contents.get(path), after.contents.get(path)
        yield from (replace(step, path=path) for step in hook_moves(was, now))


def _pipelines(before: Rules, after: Rules, root: str) -> Iterator[Step]:
    hooks = [check for path in HOOKS for check in hooked(path, after.contents.get(path))]
    sorts = [[_checks(side, root, hosted=hosted) for side in (before, after)] for hosted in (True, False)]
    for old, new in sorts:
        yield from pipeline_moves(
            old, new, [*hooks, *(check for other in sorts if other[1] is not new for check in other[1])]
        )


def _checks(rules: Rules, root: str, *, hosted: bool) -> list[Check]:
    """Give the checks of the CI files, or of the local runners at the top or the project's root."""
    tops = {f"{folder}/{name}".lstrip("/") for folder in ("", root) for name in RUNNERS}
    own = (path for path in rules.contents if path in tops or is_script(path))
    paths = filter(is_hosted, rules.contents) if hosted else own
    return [check for path in paths for check in checks_of(path, rules.contents[path])]


def _one_file(path: str, before: Rules, after: Rules) -> Iterator[Step]:
    was, now = before.contents.get(path), after.contents.get(path)
    if was == now:
        return
    if is_hosted(path) and was is not None and now is not None:
        if kinds := {check.kind for check in checks_of(path, was) if check.firm}:
            yield from trigger_moves(path, was, now, served=kinds <= _reviewed_kinds(path, after))
            yield from environment_moves(path, was, now)
    elif is_owners(path):
        yield from _owners(path, was, now)
    elif PurePosixPath(path).name in NOTED:
        yield Step(NEUTRAL, "a recipe changed", path)


def _reviewed_kinds(path: str, rules: Rules) -> set[str]:
    """Give what the other workflows check before a merge."""
    others = (other for other in rules.contents if is_hosted(other) and other != path)
    reviewing = (other for other in others if any(event in table(rules.contents[other], "on") for event in REVIEWS))
    return {check.kind for other in reviewing for check in checks_of(other, rules.contents[other]) if check.firm}


def _owners(path: str, was: object, now: object) -> Iterator[Step]:
    """Compare who must review. The services ask the owners that the base names, so it counts for later changes only."""
    rows = [
        {row[0]: row[1:] for line in str(side or "").split("\n") if (row := line.split("#")[0].split())}
        for side in (was, now)
    ]
    for pattern, owners in rows[0].items():
        if lost := difference(owners, rows[1].get(pattern, []))[0]:
            yield Step(UNCLEAR, f"{pattern} is no longer owned by {', '.join(lost)}", path)


def _settled(step: Step, python: tuple[str, ...] | None, project: Project, looked_up: bool) -> Step:
    """Weigh a move that lets paths out by what it reaches: source as it is, tests softly, the rest not at all."""
    if not step.patterns or step.direction not in {LOOSER, UNCLEAR} or python is None or not looked_up:
        return step
    reached = [path for path in python if any(reaches(pattern, path) for pattern in step.patterns[:20])]
    about_tests = step.text.startswith("pytest:")
    if (
        any(project.is_source(path) or (about_tests and project.is_test(path)) for path in reached)
        or step.patterns[20:]
    ):
        return step
    return softly(step) if any(map(project.is_test, reached)) else replace(step, direction=NEUTRAL)


def reaches(pattern: str, path: str) -> bool:
    """Tell whether a path pattern of any tool lets a path out; a star may span folders, names match anywhere."""
    bare = pattern.removeprefix("./").strip("/")
    return any(fnmatchcase(path, form) for form in (bare, f"{bare}/*", f"*/{bare}", f"*/{bare}/*"))
