"""The gate no-new-suppressions, on plain values; what it looks for is tested in tests/suppressions."""

from dataclasses import replace

import pytest

from gatecheck.diagnostics import Diagnostic
from gatecheck.measurements.silenced import Silenced
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import change_of
from gatecheck_gates.no_new_suppressions import NoNewSuppressions

NONE = Diagnostic(
    "src/a.py", 1, "return-value", 'Incompatible return value type (got "A | None", expected "A")', "return a"
)
LIMIT = Diagnostic("src/a.py", 1, "method-assign", "Cannot assign to a method", "a.b = c")
NAME = Diagnostic("src/a.py", 1, "F821", "Undefined name `a`", "a()")
WHY = "  # the stubs lack it"


def judged(
    after: str,
    before: str = "x = 1\n",
    path: str = "src/a.py",
    silenced: Silenced | None = None,
    *,
    reasons: bool = False,
) -> Verdict:
    """Judge the change of one file."""
    gate, project = NoNewSuppressions(reasons=reasons), Project(source=("/src/",))
    return gate.judge(change_of({path: (before, after)}), project, silenced)


def test_a_change_without_python_is_not_judged() -> None:
    """There is nothing to silence."""
    assert judged("# noqa\n", path="README.md").status is Status.NOT_APPLICABLE


def test_a_change_without_suppressions_passes() -> None:
    """And nothing has to run for it."""
    verdict = judged("x = 2\n")

    assert (verdict.status, verdict.summary, verdict.findings) == (Status.PASS, "no new suppression", ())
    assert verdict.measures == {"new": 0, "errors": 0}


def test_what_a_new_one_hides_is_asked_for() -> None:
    """Until it is known, nothing is decided."""
    after = f"x = a.b  # type: ignore[misc]{WHY}\n"

    assert judged(after).status is Status.UNPROVEN
    assert judged(after, silenced=Silenced()).status is Status.PASS


@pytest.mark.parametrize(
    ("silenced", "status"),
    [
        (Silenced(types=(NONE,)), Status.FAIL),
        (Silenced(types=(LIMIT,)), Status.PASS),
        (Silenced(lint=(NAME,)), Status.FAIL),
    ],
)
def test_a_hidden_bug_fails_whatever_reason_is_given(silenced: Silenced, status: Status) -> None:
    """What a checker cannot know is another matter."""
    verdict = judged(f"a.b = a()  # type: ignore  # noqa{WHY}\n", silenced=silenced)

    assert verdict.status is status


def test_the_finding_says_what_the_tool_would_say() -> None:
    """And how to mend it."""
    first = judged("return a  # type: ignore\n", silenced=Silenced(types=(NONE,))).findings[0]

    assert (first.rule, str(first.location)) == ("silenced-bug", "src/a.py:1")
    assert first.message == f"a new suppression keeps mypy from saying: {NONE.message} [return-value]"
    assert first.mend == "assert that it is not None, or let the type say that it may be"


@pytest.mark.parametrize(
    ("after", "rule"),
    [
        ("# ruff: noqa\nx = 1\n", "file-suppression"),
        ("# flake8: noqa\nx = 1\n", "file-suppression"),
        ("# mypy: ignore-errors\nx = 1\n", "file-suppression"),
        ("# mypy: disable-error-code=return-value\nx = 1\n", "file-suppression"),
        ("# type: ignore\nx = 1\n", "file-suppression"),
        ("# pyright: basic\nx = 1\n", "file-suppression"),
        ("from typing import no_type_check\n@no_type_check\ndef f(): ...\n", "unchecked-function"),
        ("def f():\n    if TYPE_CHECKING:\n        return 1\n    return None\n", "hidden-from-checker"),
        ("x = eval('y')\n", "code-in-a-string"),
    ],
)
def test_what_blinds_a_tool_fails_at_once(after: str, rule: str) -> None:
    """Nothing has to be measured; in a test the same is none of this gate's errors."""
    verdict = judged(after)

    assert (verdict.status, verdict.summary) == (Status.FAIL, f"1 {rule}")
    assert judged(after, path="tests/test_a.py").status is Status.PASS


@pytest.mark.parametrize(
    ("after", "path", "rule", "level"),
    [
        (f"x = a.b  # type: ignore[misc]{WHY}\n", "src/a.py", "new-suppression", Severity.NOTE),
        ("x = a.b  # noqa: E501\n", "src/a.py", "new-suppression", Severity.NOTE),
        ("x = a.b  # type: ignore\n", "src/a.py", "blanket-suppression", Severity.WARNING),
        (f"x = a.b  # type: ignore{WHY}\n", "src/a.py", "new-suppression", Severity.NOTE),
        ("x = a.b  # type: ignore\n", "tests/test_a.py", "new-suppression", Severity.NOTE),
        ("# ruff: noqa: E501\nx = 1\n", "src/a.py", "file-suppression", Severity.WARNING),
        ("# ruff: noqa\nx = 1\n", "tests/test_a.py", "file-suppression", Severity.WARNING),
        ("# fmt: off\nx = 1\n", "src/a.py", "new-suppression", Severity.NOTE),
        ("# pylint: disable=no-member\nx = 1\n", "src/a.py", "new-suppression", Severity.NOTE),
    ],
)
def test_the_others_are_listed(after: str, path: str, rule: str, level: Severity) -> None:
    """The less is told, the louder."""
    verdict = judged(after, path=path, silenced=Silenced())

    assert verdict.status is Status.PASS
    assert [(finding.rule, finding.level) for finding in verdict.findings] == [(rule, level)]


@pytest.mark.parametrize(
    ("comment", "status"),
    [
        ("# noqa: E501", Status.FAIL),
        (f"# noqa{WHY}", Status.FAIL),
        (f"# noqa: E501{WHY}", Status.PASS),
        ("# fmt: skip", Status.PASS),
    ],
)
def test_a_project_may_ask_for_codes_and_reasons(comment: str, status: Status) -> None:
    """The option `reasons`; layout needs none."""
    assert judged(f"x = 1  {comment}\n", silenced=Silenced(), reasons=True).status is status


def test_the_same_in_many_places_is_listed_once() -> None:
    """With the first place."""
    found = judged("x = a.b  # noqa: E501\ny = c.d  # noqa: E501\n", silenced=Silenced()).findings

    assert [finding.message for finding in found] == ["new `# noqa: E501` in 2 places, no reason given"]
    assert str(found[0].location) == "src/a.py:1"


def test_where_a_change_only_annotates_nothing_is_its_bug() -> None:
    """Mypy sees for the first time what ran before; it is a warning."""
    before = "def f(a):\n    return a\n"
    after = "def f(a: A | None) -> A:\n    return a  # type: ignore\n"
    silenced = Silenced(types=(replace(NONE, line=2),))
    rewritten = after.replace("return a ", "return a or None ")

    assert judged(after, before, silenced=silenced).status is Status.PASS
    assert judged(rewritten, before, silenced=silenced).status is Status.FAIL
    assert judged(after, before.replace("(a)", "(a: A)"), silenced=silenced).status is Status.FAIL


def test_a_type_that_is_given_up_is_a_note() -> None:
    """In the source; mypy says no more of what is Any."""
    before, after = "def f() -> int: ...\n", "def f() -> Any: ...\n"
    (found,) = judged(after, before).findings

    assert (found.rule, found.level, found.message) == (
        "type-given-up",
        Severity.NOTE,
        "a type was given up: f: the result was int",
    )
    assert judged(after, before, path="tests/test_a.py").findings == ()


def test_casts_alone_are_not_listed() -> None:
    """Only what they hide."""
    after = "from typing import cast\nx = cast(int, y)\n"

    assert judged(after).status is Status.UNPROVEN
    assert judged(after, silenced=Silenced()).findings == ()
    assert judged(after, silenced=Silenced(types=(NONE,))).status is Status.FAIL


def test_what_cannot_be_read_leaves_it_open() -> None:
    """Syntax of a newer Python than gatecheck's own, for one."""
    verdict = judged("x = (\n")

    assert verdict.status is Status.UNPROVEN
    assert "src/a.py cannot be read" in verdict.summary
