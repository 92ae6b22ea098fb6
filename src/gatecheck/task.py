"""What was asked for: given by whoever runs gatecheck, never guessed from the change."""

import re
from enum import StrEnum
from pathlib import Path

import msgspec

from gatecheck import globs, strict
from gatecheck.errors import TaskError


class Strategy(StrEnum):
    """How the work was to be done; decides what evidence is demanded (DESIGN section 5)."""

    TDD = "tdd"
    BUG_FIX = "bug-fix"
    CHARACTERIZATION = "characterization"
    REFACTOR = "refactor"
    TEST_AFTER = "test-after"
    FLEXIBLE = "flexible"


class NonGoal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the task must not touch: path globs, and regular expressions that no added line may match."""

    id: str
    description: str = ""
    paths: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task. `touches` are globs of the files that it declares; empty means that it declares none."""

    id: str = ""
    description: str = ""
    strategy: Strategy = Strategy.FLEXIBLE
    non_goals: tuple[NonGoal, ...] = ()
    touches: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


NO_TASK = Task()


def task_of_file(path: Path) -> Task:
    """Read a TOML task file; its keys stand at the top or in a [task] table."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise TaskError(f"cannot read the task {path}: {error.strerror}") from error
    data = strict.parse(text, str(path), TaskError)
    if set(data) == {"task"} and isinstance(data["task"], dict):
        data = data["task"]
    return checked(strict.convert(data, Task, str(path), TaskError), str(path))


def checked(task: Task, place: str) -> Task:
    """Give the task back if its globs and patterns can be used; raises TaskError with the place."""
    globs.check(task.touches, f"{place}: touches", TaskError)
    for number, non_goal in enumerate(task.non_goals):
        where = f"{place}: non_goals[{number}] ({non_goal.id})"
        globs.check(non_goal.paths, f"{where}.paths", TaskError)
        _check_patterns(non_goal.patterns, f"{where}.patterns")
        if not non_goal.paths and not non_goal.patterns:
            raise TaskError(f"{where}: neither paths nor patterns: nothing could ever be found")
    return task


def _check_patterns(patterns: tuple[str, ...], where: str) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise TaskError(f"{where}: {pattern!r} is not a regular expression: {error}") from error


def non_goal_of_option(text: str) -> NonGoal:
    """Read the option form `ID=GLOB[,GLOB...]`."""
    name, separator, paths = text.partition("=")
    if not separator or not name.strip() or not paths.strip():
        raise TaskError(f"--non-goal {text!r}: write ID=GLOB, such as NG1=migrations/**")
    return NonGoal(name.strip(), paths=tuple(path.strip() for path in paths.split(",")))
