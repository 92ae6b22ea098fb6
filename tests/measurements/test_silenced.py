"""The measurement silenced: real ruff and mypy over real files."""

from pathlib import Path

import pytest

from gatecheck.diagnostics import Diagnostic
from gatecheck.interpreter import Interpreter
from gatecheck.measurements.silenced import Silenced, measure_silenced
from gatecheck.measurements.types import measure_types
from gatecheck.project import Project
from gatecheck.testing import change_of
from gatecheck.workspace import Execution, Workspace
from snapshots import snapshot_of

PROJECT = Project(source=("/src/",))
MYPY = "[mypy]\nstrict = true\n"
TYPING = "from typing import TYPE_CHECKING, Any, cast\n\n"
HEAD = f"{TYPING}def first(items: list[str]) -> str:\n    found = items[0] if items else None\n"


class Bench:
    """Measures what a file of the source silences that was empty before, or what `before` gives."""

    def __init__(self, folder: Path, python: Interpreter, lasting: Path) -> None:
        self.folder, self.python = folder, python
        (folder / "scratch").mkdir()
        self.workspace = Workspace(folder / "scratch", lasting)

    def silenced(self, source: str, before: str = "", *, mypy: bool = True, path: str = "src/shop/a.py") -> Silenced:
        """Measure it, with or without a configuration of mypy."""
        files = {"src/shop/__init__.py": "", path: source} | ({"mypy.ini": MYPY} if mypy else {})
        base = snapshot_of(self.folder / "base", files | {path: before})
        head = snapshot_of(self.folder / "head", files)
        bounds = PROJECT, self.python, self.workspace, Execution(timeout_s=120)
        after, known = measure_types(head, base, *bounds), measure_types(base, base, *bounds)
        return measure_silenced(change_of({path: (before, source)}), head, base, after, known, *bounds)


@pytest.fixture
def bench(tmp_path: Path, python: Interpreter, lasting: Path) -> Bench:
    """Give a bench."""
    return Bench(tmp_path, python, lasting)


def told(found: tuple[Diagnostic, ...]) -> list[tuple[int, str]]:
    """Give lines and codes."""
    return [(one.line, one.code) for one in found]


@pytest.mark.parametrize(
    "end",
    [
        "    return found  # type: ignore[return-value]\n",
        "    return found  # type: ignore\n",
        "    return cast(str, found)\n",
        "    return cast('Any', found)\n",
        "    return cast(\n        str,\n        found,\n    )\n",
    ],
)
def test_mypy_says_what_it_was_kept_from_saying(bench: Bench, end: str) -> None:
    """Whatever kept it."""
    assert [code for _, code in told(bench.silenced(HEAD + end).types)] == ["return-value"]


def test_any_and_assertions_for_the_checker_alone_are_taken_away(bench: Bench) -> None:
    """A value without its annotation, a narrowing that never runs."""
    nothing = (
        "NOTHING: Any = None\n\n\ndef last(items: list[str]) -> str:\n    return items[-1] if items else NOTHING\n"
    )
    only = "    if TYPE_CHECKING:\n        assert found\n    return found\n"

    assert told(bench.silenced(f"{HEAD}{only}\n\n{nothing}").types) == [(7, "return-value"), (14, "return-value")]


def test_a_branch_that_only_the_program_enters_is_read(bench: Bench) -> None:
    """As if TYPE_CHECKING were false, as it is when the program runs."""
    branches = "    if TYPE_CHECKING:\n        some = items[0]\n    else:\n        some = found\n    return some\n"

    assert told(bench.silenced(HEAD + branches).types) == [(9, "return-value")]


def test_what_mypy_says_anyway_is_not_counted(bench: Bench) -> None:
    """That is no-new-type-errors'."""
    source = "def f() -> int:\n    return ''\n\n\nx: int = ''  # type: ignore[assignment]\n"

    assert told(bench.silenced(source).types) == [(5, "assignment")]


MUTED = "    return found  # type: ignore[return-value]\n"
OTHER = f"{HEAD}{MUTED}\n\ndef last(items: list[str]) -> str:\n    gone = items[-1] if items else None\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (MUTED, "    return cast(str, found)\n"),
        ("    return found  # type: ignore\n", "    return cast(str, found)\n"),
        ("    return cast(str, found)\n", MUTED),
        ("    return cast(str, found)\n", "    result: Any = found\n    return result\n"),
        ("    if TYPE_CHECKING:\n        assert found\n    return found\n", "    return cast(str, found)\n"),
        ("    print(found)\n    return found  # type: ignore\n", "    return cast(str, found)\n"),
    ],
)
def test_one_suppression_for_another_at_the_same_place_is_nothing_new(bench: Bench, old: str, new: str) -> None:
    """What the one hid, the other hides."""
    assert bench.silenced(HEAD + new, HEAD + old).types == ()


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("    return gone or ''\n", "    return cast(str, gone)\n", [10]),
        ("    return gone.x  # type: ignore[union-attr]\n", "    return cast(str, gone)\n", [10]),
    ],
    ids=["another place", "another complaint"],
)
def test_another_place_and_another_complaint_are_news(bench: Bench, old: str, new: str, lines: list[int]) -> None:
    """A comment that went pays for what it hid alone."""
    before, after = OTHER + old, OTHER.replace(MUTED, "    return found or ''\n") + new

    assert [line for line, _ in told(bench.silenced(after, before).types)] == lines


def test_comments_of_ruff_are_exchanged_as_well(bench: Bench) -> None:
    """A comment for the file becomes one for the line; a second name is news."""
    before = "# ruff: noqa\nprint(nam)\n"

    assert bench.silenced("print(nam)  # noqa: F821\n", before, mypy=False).lint == ()
    assert bench.silenced("print(nam)  # ruff: ignore[F821]\n", "print(nam)  # noqa\n", mypy=False).lint == ()
    assert told(bench.silenced("print(eman)  # ruff: ignore\n", "print(nam)  # noqa: E501\n", mypy=False).lint)


def test_where_mypy_is_not_used_its_comments_hide_nothing(bench: Bench) -> None:
    """Nor does a cast."""
    assert bench.silenced(HEAD + "    return cast(str, found)  # type: ignore\n", mypy=False) == Silenced()


@pytest.mark.parametrize(
    "source",
    [
        "print(nam)  # noqa: F821\n",
        "print(nam)  # noqa\n",
        "# ruff: noqa: F821\nprint(nam)\n",
        "print(\n    nam,  # noqa: F821\n)\n",
        "print(nam)  # ruff: ignore[F821]\n",
        "# ruff: ignore[F821]\nprint(nam)\n",
        "# ruff: disable[F821]\nprint(nam)\n# ruff: enable[F821]\n",
        "# ruff: file-ignore[F821]\nprint(nam)\n",
    ],
)
def test_ruff_says_which_names_are_undefined(bench: Bench, source: str) -> None:
    """Behind a comment for a line or a file."""
    found = bench.silenced(source, mypy=False).lint

    assert [(one.code, one.message) for one in found] == [("F821", "Undefined name `nam`")]


def test_other_rules_and_other_lines_are_not_told(bench: Bench) -> None:
    """A style is no bug; what another code hides, or none, is no-new-lint's."""
    source = "import os  # noqa: F401\nprint(nam)  # noqa: E501\nprint(eman)\nx = 1  # noqa\n"

    assert bench.silenced(source, mypy=False).lint == ()


def test_tests_are_left_alone(bench: Bench) -> None:
    """They pass wrong values on purpose."""
    assert bench.silenced("print(nam)  # noqa\nx: int = ''  # type: ignore\n", path="tests/test_a.py") == Silenced()
