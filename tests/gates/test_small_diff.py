"""The gate small-diff, on plain values."""

import pytest

from gatecheck.change import Change, FileChange, Kind
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.task import NO_TASK, Task
from gatecheck.testing import change_of, file_change
from gatecheck_gates.small_diff import SmallDiff

PROJECT = Project(source=("/src/",))


def lines(count: int) -> str:
    """Give as many different lines."""
    return "".join(f"line_{number} = {number}\n" for number in range(count))


def judged(*files: FileChange, gate: SmallDiff | None = None, touches: tuple[str, ...] = ()) -> Verdict:
    """Judge some file changes; `touches` is what the task declares."""
    change = Change("a..b", "a", "b", "1", "2", files)
    return (gate or SmallDiff()).judge(change, Task(id="T-1", touches=touches) if touches else NO_TASK, PROJECT)


def test_a_small_change_passes() -> None:
    """The summary has the numbers."""
    verdict = SmallDiff().judge(change_of({"src/a.py": ("x = 1\n", "x = 2\n")}), NO_TASK, PROJECT)

    assert verdict.status is Status.PASS
    assert verdict.summary == "1 file, 2 lines added or removed"
    assert verdict.measures == {"files": 1, "lines": 2, "moved_lines": 0}


@pytest.mark.parametrize(
    ("count", "status", "levels"),
    [
        (200, Status.PASS, []),
        (201, Status.PASS, [Severity.WARNING]),
        (3000, Status.PASS, [Severity.WARNING]),
        (3001, Status.FAIL, [Severity.ERROR]),
    ],
)
def test_lines_are_compared_with_both_limits(count: int, status: Status, levels: list[Severity]) -> None:
    """A limit itself is allowed; beyond the smaller one is a warning, beyond the greater one a failure."""
    verdict = judged(file_change("src/a.py", None, lines(count)))

    assert verdict.status is status
    assert [finding.level for finding in verdict.findings] == levels


@pytest.mark.parametrize(
    ("count", "status", "levels"),
    [
        (10, Status.PASS, []),
        (11, Status.PASS, [Severity.WARNING]),
        (60, Status.PASS, [Severity.WARNING]),
        (61, Status.FAIL, [Severity.ERROR]),
    ],
)
def test_files_are_compared_with_both_limits(count: int, status: Status, levels: list[Severity]) -> None:
    """The same holds for files."""
    verdict = judged(*(file_change(f"src/{number}.py", None, "x = 1\n") for number in range(count)))

    assert verdict.status is status
    assert [finding.level for finding in verdict.findings] == levels


def test_the_largest_files_are_named() -> None:
    """That is where to split."""
    sizes = {"a": 1, "b": 4, "c": 3, "d": 2}
    files = [file_change(f"src/{name}.py", None, lines(size)) for name, size in sizes.items()]
    verdict = judged(*files, gate=SmallDiff(max_lines=9, warn_lines=5))

    assert verdict.findings[0].message == (
        "10 lines are added or removed, more than the 9 that are allowed; "
        "largest: src/b.py (4), src/c.py (3), src/d.py (2)"
    )


@pytest.mark.parametrize(
    "file",
    [
        file_change("uv.lock", None, lines(5)),
        file_change("src/a_pb2.py", None, lines(5)),
        file_change("vendor/a.py", None, lines(5)),
        file_change("src/a.png", None, b"\0" + lines(5).encode()),
        file_change("src/b.py", lines(5), lines(5), kind=Kind.RENAMED, old_path="src/a.py"),
        file_change("tests/answers.json", None, lines(5)),
        file_change("changelog.d/1.feature.md", None, lines(5)),
    ],
    ids=lambda file: file.path,
)
def test_what_nobody_reviews_line_by_line_does_not_count(file: FileChange) -> None:
    """A change of nothing else has no size; beside other files they are told but not counted."""
    other = file_change("src/z.py", None, "x = 1\n")

    assert judged(file).status is Status.NOT_APPLICABLE
    assert judged(file, other).summary == "1 file, 1 line added or removed (not counted: 1 file)"


def test_an_edited_rename_counts() -> None:
    """Only pure renames are free."""
    verdict = judged(file_change("src/b.py", "x = 1\n", "x = 2\n", kind=Kind.RENAMED, old_path="src/a.py"))

    assert verdict.measures["lines"] == 2


def test_a_deleted_file_counts_without_its_lines() -> None:
    """There is nothing to read in it any more."""
    verdict = judged(file_change("src/a.py", lines(5000), None))

    assert verdict.status is Status.PASS
    assert verdict.measures == {"files": 1, "lines": 0, "moved_lines": 0}


FUNCTION = "def f(one):\n    two = one\n    three = two\n    return three\n"


def test_a_moved_function_is_not_counted() -> None:
    """On neither side, whatever its indentation became."""
    indented = "class A:\n" + "".join(f"    {line}\n" for line in FUNCTION.splitlines())
    gone = file_change("src/a.py", "x = 1\n" + FUNCTION, "x = 1\n")
    verdict = judged(gone, file_change("src/b.py", None, indented))

    assert verdict.summary == "2 files, 1 line added or removed (not counted: 8 of moved functions)"


def test_a_function_moved_out_of_a_deleted_file_is_free_where_it_came_to() -> None:
    """The deleted file's lines count nothing as it is."""
    verdict = judged(file_change("src/a.py", FUNCTION, None), file_change("src/b.py", None, FUNCTION))

    assert verdict.measures == {"files": 2, "lines": 0, "moved_lines": 4}


@pytest.mark.parametrize("altered", [FUNCTION.replace("two", "deux"), "def f(one):\n    return one\n", "def f(:\n"])
def test_an_altered_function_is_counted(altered: str) -> None:
    """Neither one that was edited on the way, nor a short one, nor what cannot be parsed is a move."""
    verdict = judged(file_change("src/a.py", "x = 1\n" + altered, "x = 1\n"), file_change("src/b.py", None, FUNCTION))

    assert verdict.measures["moved_lines"] == 0


def test_a_file_too_big_to_be_read_leaves_the_size_unproven() -> None:
    """What is not known is not passed, but what fails anyway fails."""
    unread = FileChange("src/huge.sql", Kind.ADDED, unread=True)

    assert judged(unread).status is Status.UNPROVEN
    assert judged(unread, file_change("src/a.py", None, lines(3001))).status is Status.FAIL
    assert "src/huge.sql" in judged(unread).summary


def test_without_declared_files_any_file_may_change() -> None:
    """A task that declares nothing forbids nothing."""
    assert judged(file_change("src/a.py", None, "x = 1\n")).findings == ()


def test_a_file_that_the_task_does_not_declare_fails() -> None:
    """The finding names the task, the file and what happened to it."""
    edit = file_change("src/b.py", "x = 1\n", "x = 2\n")
    verdict = judged(file_change("src/a.py", None, "x = 1\n"), edit, touches=("src/a.py",))

    assert verdict.status is Status.FAIL
    assert [str(finding.location) for finding in verdict.findings] == ["src/b.py"]
    assert verdict.findings[0].message == (
        "the task T-1 does not declare this file (modified, 1 line added, 1 removed)"
    )


def test_both_names_of_a_renamed_file_must_be_declared() -> None:
    """A rename takes a file away from where it was."""
    renamed = file_change("src/b.py", "x = 1\n", "x = 1\n", kind=Kind.RENAMED, old_path="lib/a.py")

    assert judged(renamed, touches=("src/",)).status is Status.FAIL
    assert judged(renamed, touches=("src/", "lib/*.py")).status is Status.PASS


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (file_change("uv.lock", "a\n", "b\n"), "a lock file comes along with its manifest"),
        (file_change("docs/CHANGES.rst", "a\n", "b\n"), "a companion of any task"),
        (file_change("src/new/__init__.py", None, ""), "an empty package marker comes along with its modules"),
        (
            file_change("src/new/__init__.py", None, '"""New."""\n'),
            "an empty package marker comes along with its modules",
        ),
        (
            file_change("tests/test_a.py", "x = 1\n", "x = 2\n"),
            "the task declares no tests, and tests are demanded of any task",
        ),
    ],
)
def test_what_comes_along_with_any_task_is_a_note(file: FileChange, reason: str) -> None:
    """It is listed with the reason, and fails nothing."""
    verdict = judged(file, touches=("src/a.py",))

    assert verdict.status is Status.PASS
    assert [finding.level for finding in verdict.findings] == [Severity.NOTE]
    assert verdict.findings[0].message.endswith(reason)


@pytest.mark.parametrize(
    ("file", "touches"),
    [
        (file_change("tests/test_b.py", None, "x = 1\n"), ("src/a.py", "tests/test_a.py")),
        (file_change("tests/test_b.py", "x = 1\n", None), ("src/a.py",)),
        (file_change("src/__init__.py", None, "import os\n"), ("src/a.py",)),
        (file_change("src/__init__.py", None, "def f(:\n"), ("src/a.py",)),
        (file_change("src/__init__.py", "x = 1\n", ""), ("src/a.py",)),
        (FileChange("src/__init__.py", Kind.ADDED, unread=True), ("src/a.py",)),
    ],
)
def test_what_looks_like_it_does_not_come_along(file: FileChange, touches: tuple[str, ...]) -> None:
    """Tests beside declared ones, deleted tests, and package files with code in them must be declared."""
    assert judged(file, touches=touches).status is Status.FAIL


def test_companions_are_an_option() -> None:
    """A project may have other files that go with every task."""
    translation = file_change("locale/de.json", "a\n", "b\n")

    assert judged(translation, touches=("src/",), gate=SmallDiff(companions=("locale/",))).status is Status.PASS


def test_a_notebook_that_was_run_again_does_not_count() -> None:
    """Its outputs are thousands of lines that nobody wrote."""
    before, after = (
        b'{"cells": [{"cell_type": "code", "source": "a = 1", "outputs": [\n%b]}]}' % (b"1,\n" * lines + b"1\n")
        for lines in (10, 4000)
    )
    run_again = file_change("docs/work.ipynb", before.decode(), after.decode())

    assert judged(run_again).status is Status.NOT_APPLICABLE
