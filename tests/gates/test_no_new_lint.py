"""The gate no-new-lint, on plain values."""

from gatecheck.diagnostics import Diagnostic
from gatecheck.measurements.lint import LintReport
from gatecheck.model import Status
from gatecheck.testing import change_of
from gatecheck_gates.no_new_lint import NoNewLint

UNUSED = Diagnostic("a.py", 1, "F401", "`os` imported but unused", "import os")
CHANGE = change_of({"a.py": ("x = 1\n", "import os\n")})


def report(*diagnostics: Diagnostic, files: tuple[str, ...] = ("a.py",), scope: tuple[str, ...] = ()) -> LintReport:
    """Make a report of ruff 1."""
    return LintReport("ruff 1", files, diagnostics, scope)


def test_nothing_is_measured_for_a_change_without_source() -> None:
    """The verdict is there before ruff runs."""
    verdict = NoNewLint().judge(change_of({"README.md": ("a\n", "b\n")}))

    assert verdict.status is Status.NOT_APPLICABLE


def test_a_changed_configuration_is_judged_without_source() -> None:
    """Settings of ruff concern the gate, other settings in the same file do not."""
    ruff = change_of({"pyproject.toml": ("[tool.ruff]\n", '[tool.ruff]\ntarget-version = "py312"\n')})
    other = change_of({"pyproject.toml": ("[tool.black]\n", "[tool.black]\npreview = true\n")})

    assert NoNewLint().judge(ruff).status is Status.UNPROVEN
    assert NoNewLint().judge(ruff, report(), report(), report()).status is Status.PASS
    assert NoNewLint().judge(other).status is Status.NOT_APPLICABLE


def test_a_new_complaint_fails() -> None:
    """The finding names the rule, the words, the place and the numbers."""
    verdict = NoNewLint().judge(CHANGE, report(), report(UNUSED), report(UNUSED))

    assert verdict.status is Status.FAIL
    assert verdict.summary == "ruff 1: 1 new"
    assert verdict.findings[0].message == "F401: `os` imported but unused"
    assert verdict.measures == {"new": 1, "before": 0, "after": 1}


def test_an_old_complaint_passes() -> None:
    """What the base had stays no reason to fail."""
    verdict = NoNewLint().judge(CHANGE, report(UNUSED), report(UNUSED), report(UNUSED))

    assert verdict.status is Status.PASS
    assert verdict.summary == "ruff 1: nothing new"


def test_a_complaint_where_the_project_does_not_lint_is_a_warning() -> None:
    """The project's own commands set the scope, but a syntax error is one everywhere."""
    syntax = Diagnostic("a.py", 1, "invalid-syntax", "Expected an expression")
    inside = NoNewLint().judge(CHANGE, report(), report(UNUSED, scope=("a.py",)), report(UNUSED))
    outside = NoNewLint().judge(CHANGE, report(), report(UNUSED, scope=("src",)), report(UNUSED))
    broken = NoNewLint().judge(CHANGE, report(), report(syntax, scope=("src",)), report(syntax))

    assert inside.status is Status.FAIL
    assert outside.status is Status.PASS
    assert [(found.rule, found.level) for found in outside.findings] == [("unlinted-place", "warning")]
    assert [found.rule for found in broken.findings] == ["syntax-error"]
    assert broken.status is Status.FAIL


def test_source_that_ruff_is_not_to_look_at_is_not_judged() -> None:
    """A gate that saw none of the changed files has nothing to say about them."""
    nothing = report(files=("b.py",))

    assert NoNewLint().judge(CHANGE, nothing, nothing, nothing).status is Status.NOT_APPLICABLE
