"""Which suppressions are new."""

from dataclasses import replace

import pytest

from gatecheck.change import Kind
from gatecheck.exclusions import Exclusions
from gatecheck.project import Project
from gatecheck.suppressions.ledger import ledger_of
from gatecheck.testing import change_of, file_change

PROJECT = Project(source=("/src/",))
OLD = "def f(a):\n    return a.b(1, 2)  # type: ignore[misc]\n"


def new(**files: tuple[str | None, str | None]) -> list[str]:
    """Give what is new in files of the source, by their names without ending."""
    change = change_of({f"src/{name}.py": sides for name, sides in files.items()})
    return [f"{path}:{found.line} {found.what}" for path, found in ledger_of(change, PROJECT).new]


def new_of(before: str, after: str) -> list[str]:
    """Give what is new in one file of the source."""
    return new(a=(before, after))


def test_a_suppression_that_is_added_is_new() -> None:
    """Also the second of two alike, and one that names another rule."""
    assert new(a=("x = 1\n", "x = 1  # noqa\n")) == ["src/a.py:1 noqa"]
    assert new(a=("f()  # noqa\n", "f()  # noqa\nf()  # noqa\n")) == ["src/a.py:2 noqa"]
    assert new(a=("f()  # noqa: E501\n", "f()  # noqa: F821\n")) == ["src/a.py:1 noqa: F821"]
    assert new(a=("f()  # noqa: E501\n", "f()  # noqa\n")) == ["src/a.py:1 noqa"]


@pytest.mark.parametrize(
    "after",
    [
        OLD,
        "x = 1\n\n" + OLD,
        "class A:\n    def f(a):\n        return a.b(1, 2)  # type: ignore[misc]\n",
        "def f(a):\n    return a.b(  # type: ignore[misc]\n        1,\n        2,\n    )\n",
        "def f(a):\n    return a.c(3, 4)  # type: ignore[misc]\n",
        "def f(a):\n    return a.b(1, 2)\n",
    ],
    ids=["same", "lower", "reindented", "reformatted", "rewritten", "gone"],
)
def test_one_that_was_there_is_not(after: str) -> None:
    """Whatever happened to its line."""
    assert new(a=(OLD, after)) == []


def test_one_that_moved_to_another_file_is_not() -> None:
    """With the code, or with the file's name."""
    renamed = file_change("src/b.py", OLD, OLD + "x = 1\n", kind=Kind.RENAMED, old_path="src/a.py")

    assert new(a=(OLD, "x = 1\n"), b=(None, OLD)) == []
    assert ledger_of(replace(change_of({}), files=(renamed,)), PROJECT).new == ()


def test_one_that_is_narrowed_down_is_not() -> None:
    """To some codes, or to some of its codes."""
    assert new(a=("f()  # type: ignore\n", "f()  # type: ignore[misc]\n")) == []
    assert new(a=("f()  # type: ignore[a, b]\n", "f()  # type: ignore[b]\n")) == []
    assert new(a=("f()  # type: ignore\n", "f()  # type: ignore\ng(1, 2)  # type: ignore[misc]\n")) == [
        "src/a.py:2 type: ignore[misc]"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# mypy: ignore-errors\n", "f()  # type: ignore[misc]\n"),
        ("# ruff: noqa\n", "f()  # noqa: F821\n"),
        ("# ruff: noqa: F821, E501\n", "f()  # noqa: F821\n"),
        ("# pylint: skip-file\n", "f()  # pylint: disable=no-member\n"),
        ("f()  # type: ignore\n", "f()  # pyright: ignore[reportCallIssue]\n"),
        ("f()  # noqa\n", "f()  # ruff: ignore[F821]\n"),
    ],
)
def test_one_that_takes_the_place_of_a_wider_one_is_not(old: str, new: str) -> None:
    """Whatever form it has; the other way round it is new."""
    assert new_of(old, new) == []
    assert len(new_of(new, old)) == 1


def test_a_setting_of_the_file_is_no_wider_than_what_it_names() -> None:
    """One rule that was off excuses no file without rules."""
    one, all_ = "# mypy: disable-error-code=misc\n", "# mypy: ignore-errors\n"

    assert new_of(one, all_) == ["src/a.py:1 mypy: ignore-errors"]
    assert new_of(one, "f()  # type: ignore[arg-type]\n") == ["src/a.py:1 type: ignore[arg-type]"]


def test_code_is_looked_at_in_the_source_alone() -> None:
    """A test may cast; a comment counts everywhere, save in what no person wrote."""
    code = "from typing import cast\nx = cast(int, y)\nz = 1  # noqa\n"
    change = change_of({"tests/test_a.py": (None, code), "src/a_pb2.py": (None, code), "a.txt": (None, code)})

    assert [(path, found.what) for path, found in ledger_of(change, PROJECT).new] == [("tests/test_a.py", "noqa")]
    assert sorted(new(a=(None, code))) == ["src/a.py:2 cast", "src/a.py:3 noqa"]


def test_what_cannot_be_read_is_told() -> None:
    """A file of the head; that the base could not be read takes nothing away."""
    broken = change_of({"src/a.py": ("x = (\n", "x = (\n"), "src/b.py": ("x = (\n", "x = 1  # noqa\n")})
    found = ledger_of(broken, PROJECT)

    assert found.unread == ("src/a.py",)
    assert [path for path, _ in found.new] == ["src/b.py"]


def test_what_cannot_be_read_and_is_no_source_or_not_linted_hides_nothing() -> None:
    """Test data; a template that the project's own linter leaves out."""
    paths = ("tests/data/old.py", "tests/test_a.py", "tools/a.py", "src/templates/a.py", "src/a.py")
    project = replace(PROJECT, unlinted=Exclusions(globs=("src/templates",)))

    assert ledger_of(change_of(dict.fromkeys(paths, (None, "x = (\n"))), project).unread == ("src/a.py",)
