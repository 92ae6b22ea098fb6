"""The README is run: its commands exist, its examples are valid, its tables are complete."""

import re
from pathlib import Path

import pytest

from gatecheck import plugins
from gatecheck.cli import ExitCode, cli
from gatecheck.errors import TaskError
from gatecheck.model import ITEMS
from gatecheck.policy import parse_policy
from gatecheck.selection import select
from gatecheck.strict import convert, parse
from gatecheck.task import Task, checked
from repositories import CommandLine, GitRepository

README = (Path(__file__).parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def block(language: str, word: str) -> str:
    """Give the block of a language that holds a word."""
    return next(str(text) for kind, text in BLOCKS if kind == language and word in text)


def test_the_policy_example_is_a_policy() -> None:
    """It parses, and its gates and options exist."""
    policy = parse_policy(block("toml", "gatecheck.toml").encode(), "README.md")

    selection = select(plugins.gates(), policy)
    assert not [gate for gate in selection.gates if gate.problem]
    assert policy.options("unit-coverage") == {"minimum": 90}


def test_the_task_example_is_a_task() -> None:
    """It parses as a task file does."""
    data = parse(block("toml", "non_goals").encode(), "README.md", TaskError)

    task = checked(convert(data, Task, "README.md", TaskError), "README.md")
    assert task.non_goals[0].id == "NG1"


COMMANDS = [
    line[2:].split("#")[0].split()
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.split("\n")
    if line.startswith("$ gatecheck")
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_of_the_readme_runs(words: list[str], repo: GitRepository, gatecheck: CommandLine) -> None:
    """Each command line answers about a branch with a commit and something staged."""
    repo.commit({"a.py": "x = 1\n"})
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"a.py": "x = 2\n"})
    repo.write({"b.py": "y = 1\n"})
    repo.git("add", "--all")

    ended = gatecheck(*words[1:], "--no-run")

    assert ended.code == ExitCode.UNPROVEN, ended
    assert "UNPROVEN" in ended.stdout


def test_options_named_in_the_text_exist() -> None:
    """Every `--option` of the README is one of the check command's."""
    known = {option for parameter in cli.commands["check"].params for option in parameter.opts}

    named = set(re.findall(r"`(--[a-z-]+)", README))
    assert named <= known


def test_the_checklist_table_is_the_checklist() -> None:
    """Every item is in it with exactly the gates that answer it."""
    table = dict(re.findall(r"^\| ([a-z-]+) \| ([a-z, -]+) \|$", README, re.MULTILINE))

    answered: dict[str, set[str]] = {item.id: set() for item in ITEMS}
    for gate in plugins.gates():
        if gate.distribution == "gatecheck":
            answered[gate.item].add(gate.id)
    told = {
        item: set() if gates == "none yet" else set(gates.split(", "))
        for item, gates in table.items()
        if item in answered
    }
    assert told == answered


def test_the_exit_codes_are_told() -> None:
    """The table of exit codes has them all."""
    told = {int(code) for code in re.findall(r"^\| (\d+) \| ", README, re.MULTILINE)}

    assert told == {int(code) for code in ExitCode}
