"""The gate no-churn, on plain values."""

import pytest

from gatecheck.change import Change, FileChange, Kind
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import file_change
from gatecheck_gates.no_churn import NoChurn

EDIT = file_change("src/edited.py", "x = 1\n", "x = 2\n")
SCRIPT = "#!/bin/sh\necho\n"


def functions(count: int, body: str) -> str:
    """Give as many functions with one body."""
    return "".join(f"def f{number}():\n    return {body}\n\n\n" for number in range(count))


def laid_out(path: str, count: int = 1) -> FileChange:
    """Lay out as many functions anew."""
    return file_change(path, functions(count, "1"), functions(count, "(1)"))


def judged(*files: FileChange, gate: NoChurn | None = None) -> Verdict:
    """Judge some file changes."""
    return (gate or NoChurn()).judge(Change("a..b", "a", "b", "1", "2", files), Project())


def levels(verdict: Verdict) -> list[Severity]:
    """Give the levels of the findings."""
    return [finding.level for finding in verdict.findings]


def test_a_change_without_layout_passes() -> None:
    """The summary says how much was looked at."""
    verdict = judged(EDIT)

    assert verdict.status is Status.PASS
    assert verdict.summary == "no churn in the 1 file changed in place"
    assert verdict.measures == {"places": 0, "layout_files": 0, "layout_functions": 0}


@pytest.mark.parametrize(
    "file",
    [
        file_change("src/a.py", None, "x = 1\n"),
        file_change("src/a.py", "x = 1\n", None),
        file_change("src/a.png", b"\0a", b"\0b"),
        file_change("uv.lock", "a\n", "a \n"),
        file_change("vendor/a.py", "x=1\n", "x = 1\n"),
        file_change("link.py", "a", "b", old_mode=0o120000, new_mode=0o120000),
        file_change("b.py", "x = 1\n", "x = 1\n", kind=Kind.RENAMED, old_path="a.py"),
        FileChange("huge.py", unread=True),
    ],
    ids=lambda file: file.path,
)
def test_nothing_is_judged_without_text_changed_in_place(file: FileChange) -> None:
    """New, deleted, binary, linked, generated, vendored and lock files have no layout to keep."""
    assert judged(file).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "others", [(), (file_change("README.md", "a\n", "b\n"),), (file_change("CHANGES.rst", None, "b\n"),)]
)
def test_only_reformatting_passes(others: tuple[FileChange, ...]) -> None:
    """Whatever its size: in a change of its own, with prose at most, it hides nothing."""
    verdict = judged(laid_out("a.py", 9), laid_out("b.py"), laid_out("c.py"), *others)

    assert verdict.status is Status.PASS
    assert verdict.summary == "nothing but layout, order, comments and prose was changed"
    assert verdict.findings == ()


def test_a_few_places_are_warnings() -> None:
    """Each is shown with its lines, so that it can be taken back."""
    verdict = judged(EDIT, laid_out("a.py", 2), laid_out("b.py", 2))

    assert verdict.status is Status.PASS
    assert levels(verdict) == [Severity.WARNING] * 4
    assert str(verdict.findings[0].location) == "a.py:2"
    assert verdict.findings[0].message == "f0: only the layout differs, the code means what it meant"
    assert verdict.summary == "4 places of churn (2 files and 4 functions in layout alone)"


@pytest.mark.parametrize(
    "files",
    [(laid_out("a.py", 5),), (laid_out("a.py"), laid_out("b.py"), laid_out("c.py"))],
    ids=["functions", "files"],
)
def test_bulk_fails(files: tuple[FileChange, ...]) -> None:
    """Five functions or three files, beside anything functional."""
    verdict = judged(EDIT, *files)

    assert verdict.status is Status.FAIL
    assert set(levels(verdict)) == {Severity.ERROR}


def test_the_limits_are_options() -> None:
    """A team may allow more, or none."""
    assert judged(EDIT, laid_out("a.py", 5), gate=NoChurn(max_functions=5)).status is Status.PASS
    assert judged(EDIT, laid_out("a.py"), gate=NoChurn(max_files=0)).status is Status.FAIL


@pytest.mark.parametrize(
    "other",
    [
        EDIT,
        file_change("new.py", None, "x = 1\n"),
        file_change("old.py", "x = 1\n", None),
        file_change("a.json", "1\n", "2\n"),
        file_change("requirements.txt", "a==1\n", "a==2\n"),
        FileChange("huge.sql", unread=True),
    ],
    ids=lambda file: file.path,
)
def test_anything_but_prose_is_functional(other: FileChange) -> None:
    """New, deleted and unread files, data and requirements are what reformatting hides."""
    assert judged(laid_out("a.py", 5), other).status is Status.FAIL


@pytest.mark.parametrize(
    "other",
    [
        file_change("uv.lock", "a\n", "b\n"),
        file_change("b.py", "x = 1\n", "x = 1\n", kind=Kind.RENAMED, old_path="a.py"),
        file_change("b.py", "x = 1\n", "x = 1  # one\n"),
    ],
    ids=lambda file: file.path,
)
def test_locks_names_and_comments_are_not_functional(other: FileChange) -> None:
    """Reformatting hides nothing in them."""
    assert judged(laid_out("a.py", 5), other).status is Status.PASS


def test_what_governs_layout_excuses_churn() -> None:
    """The places are notes: a new formatter explains them."""
    verdict = judged(EDIT, laid_out("a.py", 5), file_change(".pre-commit-config.yaml", "rev: 1\n", "rev: 2\n"))

    assert verdict.status is Status.PASS
    assert set(levels(verdict)) == {Severity.NOTE}
    assert verdict.summary.endswith("; the change edits what governs layout")


def test_comments_and_prose_are_notes() -> None:
    """Most of them are honest little mends."""
    comment = file_change("a.py", "def f():\n    return 1  # teh\n", "def f():\n    return 1  # the\n")
    verdict = judged(EDIT, comment, file_change("a.md", "a  \n", "a\n"), file_change("a.yml", "a: 1 \n", "a: 1\n"))

    assert levels(verdict) == [Severity.NOTE, Severity.NOTE, Severity.WARNING]


@pytest.mark.parametrize(
    ("path", "level"), [("a.py", Severity.ERROR), ("a.js", Severity.ERROR), ("tests/a.txt", Severity.WARNING)]
)
def test_line_ends_that_all_change_fail(path: str, level: Severity) -> None:
    """The diff shows nothing else; data of tests may need them."""
    verdict = judged(EDIT, file_change(path, "a\nb\n", "a\r\nb\r\n"))

    assert levels(verdict) == [level]


@pytest.mark.parametrize(
    ("content", "old_mode", "new_mode", "expected"),
    [
        ("x = 1\n", 0o100644, 0o100755, [Severity.WARNING]),
        (SCRIPT, 0o100755, 0o100644, [Severity.WARNING]),
        (SCRIPT, 0o100644, 0o100755, []),
        ("x = 1\n", 0o100755, 0o100644, []),
    ],
)
def test_a_mode_against_the_first_line_is_a_warning(
    content: str, old_mode: int, new_mode: int, expected: list[Severity]
) -> None:
    """A script is executable, other text is not; to put that right is no churn."""
    verdict = judged(EDIT, file_change("run", content, content, old_mode=old_mode, new_mode=new_mode))

    assert levels(verdict) == expected


def test_a_mode_is_excused_like_layout() -> None:
    """It is still told."""
    mode = file_change("run", "x = 1\n", "x = 1\n", old_mode=0o100644, new_mode=0o100755)
    verdict = judged(EDIT, mode, file_change(".gitattributes", None, "* text\n"))

    assert levels(verdict) == [Severity.NOTE]


OLD = "".join(f"print 'a{number}'\nx{number}\n" for number in range(5))


def unparsed(path: str, hunks: int) -> FileChange:
    """Edit as many lines of a file for Python 2."""
    return file_change(path, OLD, OLD.replace("print '", "print  '", hunks))


def test_python_that_cannot_be_parsed_leaves_bulk_unproven() -> None:
    """As many hunks could be as many functions, as many files as many files."""
    assert judged(EDIT, unparsed("old.py", 5)).status is Status.UNPROVEN
    assert judged(EDIT, *(unparsed(f"{name}.py", 1) for name in "abc")).status is Status.UNPROVEN
    assert "old.py" in judged(EDIT, unparsed("old.py", 5)).summary


def test_python_that_cannot_be_parsed_is_let_be_where_it_decides_nothing() -> None:
    """Few hunks, data of tests, a new formatter, a failure anyway."""
    formatter = file_change("ruff.toml", None, "")

    assert judged(EDIT, unparsed("old.py", 4)).status is Status.PASS
    assert judged(EDIT, unparsed("tests/data/old.py", 5)).status is Status.PASS
    assert judged(EDIT, unparsed("old.py", 5), formatter).status is Status.PASS
    assert judged(EDIT, unparsed("old.py", 5), laid_out("a.py", 5)).status is Status.FAIL
