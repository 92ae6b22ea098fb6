"""Tasks as people write them, and as people mistype them."""

from pathlib import Path

import pytest

from gatecheck.errors import TaskError
from gatecheck.task import NonGoal, Strategy, Task, checked, non_goal_of_option, task_of_file

EVERYTHING = """
id = "T-1"
description = "Let people pay."
strategy = "bug-fix"
touches = ["src/pay/**"]
risks = ["money"]

[[non_goals]]
id = "NG1"
description = "No new tables."
paths = ["migrations/**"]
patterns = ["CREATE TABLE"]
"""


def written(folder: Path, text: str) -> Task:
    """Write a task file and read it."""
    path = folder / "task.toml"
    path.write_text(text)
    return task_of_file(path)


def complaint(folder: Path, text: str) -> str:
    """Give what is said of a bad task file, without its folder."""
    with pytest.raises(TaskError) as caught:
        written(folder, text)
    return str(caught.value).replace(f"{folder}/", "")


def test_every_key_is_read(tmp_path: Path) -> None:
    """A task with all there is."""
    non_goal = NonGoal("NG1", "No new tables.", ("migrations/**",), ("CREATE TABLE",))

    assert written(tmp_path, EVERYTHING) == Task(
        "T-1", "Let people pay.", Strategy.BUG_FIX, (non_goal,), ("src/pay/**",), ("money",)
    )


def test_the_keys_may_stand_in_a_table(tmp_path: Path) -> None:
    """[task], as long as nothing else stands beside it."""
    assert written(tmp_path, '[task]\nid = "T-1"') == Task("T-1")


def test_an_empty_task_says_nothing(tmp_path: Path) -> None:
    """Every key is optional; the strategy is the flexible one."""
    task = written(tmp_path, "")

    assert task == Task()
    assert task.strategy is Strategy.FLEXIBLE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("idd = 'x'", "task.toml: unknown key 'idd'; did you mean 'id'?"),
        ("non-goals = []", "task.toml: unknown key 'non-goals'; did you mean 'non_goals'?"),
        ("strategy = 'bugfix'", "task.toml: strategy: unknown value 'bugfix'; did you mean 'bug-fix'?"),
        ("touches = 'src'", "task.toml: touches: a list is needed, not text"),
        ("risks = [3]", "task.toml: risks[0]: text is needed, not a whole number"),
        ("[[non_goals]]\npaths = ['a']", "task.toml: non_goals[0]: the key 'id' is missing"),
        (
            "[[non_goals]]\nid = 'a'\npaths = ['a']\n[[non_goals]]\nid = 'b'\npath = []",
            "task.toml: non_goals[1]: unknown key 'path'; did you mean 'paths'?",
        ),
        (
            "[[non_goals]]\nid = 'a'",
            "task.toml: non_goals[0] (a): neither paths nor patterns: nothing could ever be found",
        ),
        (
            "[[non_goals]]\nid = 'a'\npaths = ['./a']",
            "task.toml: non_goals[0] (a).paths: bad glob './a': paths do not begin with ./; leave it out",
        ),
        (
            "[task]\nid = 'x'\n[other]",
            "task.toml: unknown key 'task'; known: description, id, non_goals, risks, strategy, touches",
        ),
        ("touches = ['']", "task.toml: touches: bad glob '': it matches nothing"),
    ],
)
def test_a_bad_task_is_one_clear_line(tmp_path: Path, text: str, words: str) -> None:
    """With the place, and the nearest right word where there is one."""
    assert complaint(tmp_path, text) == words


def test_a_pattern_must_be_a_regular_expression(tmp_path: Path) -> None:
    """The reason is the library's."""
    text = "[[non_goals]]\nid = 'a'\npatterns = ['(']"

    assert complaint(tmp_path, text).startswith("task.toml: non_goals[0] (a).patterns: '(' is not a regular expression")


def test_what_is_not_toml_is_an_error(tmp_path: Path) -> None:
    """The parser's reason has line and column."""
    assert complaint(tmp_path, "id = ").startswith("task.toml is not TOML: ")


@pytest.mark.parametrize("name", ["gone.toml", "."])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    """A missing file, a folder: the message has the path and the reason."""
    with pytest.raises(TaskError, match="cannot read the task"):
        task_of_file(tmp_path / name)


def test_a_non_goal_may_be_an_option() -> None:
    """ID=GLOB, with commas between several globs."""
    assert non_goal_of_option("NG1 = migrations/**, *.sql") == NonGoal("NG1", paths=("migrations/**", "*.sql"))


@pytest.mark.parametrize("text", ["NG1", "=migrations/**", "NG1=", "", " = "])
def test_an_option_without_its_parts_is_an_error(text: str) -> None:
    """The message says how to write it."""
    with pytest.raises(TaskError, match="write ID=GLOB, such as NG1=migrations"):
        non_goal_of_option(text)


def test_an_option_with_a_bad_glob_is_an_error() -> None:
    """An empty one between commas too."""
    with pytest.raises(TaskError, match=r"non_goals\[0\] \(NG1\).paths: bad glob ''"):
        checked(Task(non_goals=(non_goal_of_option("NG1=a,,b"),)), "the task's options")
