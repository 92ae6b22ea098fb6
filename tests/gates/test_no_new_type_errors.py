"""The gate no-new-type-errors, on plain values."""

from gatecheck.diagnostics import Diagnostic
from gatecheck.measurements.types import TypeReport
from gatecheck.model import Status
from gatecheck.testing import change_of
from gatecheck_gates.no_new_type_errors import NoNewTypeErrors

WRONG = Diagnostic("a.py", 1, "arg-type", 'Argument 1 to "f" has incompatible type "str"; expected "int"', 'f("1")')
UNRESOLVED = Diagnostic(
    "a.py",
    1,
    "import-not-found",
    'Cannot find implementation or library stub for module named "shop.till"',
    "import shop.till",
)
SUBCLASS = Diagnostic("a.py", 3, "misc", 'Class cannot subclass "Till" (has type "Any")', "class Mine(Till):")
CHANGE = change_of({"a.py": ("x = 1\n", 'f("1")\n')})


def report(*diagnostics: Diagnostic, blocked: bool = False, borrowed: bool = False) -> TypeReport:
    """Make a report of mypy 1."""
    return TypeReport("mypy 1", diagnostics, blocked, borrowed)


def test_nothing_is_measured_for_a_change_without_source() -> None:
    """The verdict is there before mypy runs."""
    verdict = NoNewTypeErrors().judge(change_of({"README.md": ("a\n", "b\n")}))

    assert verdict.status is Status.NOT_APPLICABLE


def test_source_is_unproven_until_it_is_measured() -> None:
    """Without reports nothing is decided."""
    assert NoNewTypeErrors().judge(CHANGE).status is Status.UNPROVEN


def test_a_project_without_mypy_is_not_judged() -> None:
    """The verdict says how to ask for it."""
    verdict = NoNewTypeErrors().judge(CHANGE, TypeReport(), TypeReport(), TypeReport())

    assert verdict.status is Status.NOT_APPLICABLE
    assert "[tool.mypy]" in verdict.summary


def test_a_new_error_fails_wherever_it_stands() -> None:
    """A caller in an untouched file counts, and the message says so."""
    caller = Diagnostic("b.py", 7, "arg-type", WRONG.message, 'f("1")')
    verdict = NoNewTypeErrors().judge(CHANGE, report(), report(WRONG, caller), report(WRONG, caller))

    assert verdict.status is Status.FAIL
    assert verdict.summary == "mypy 1: 2 new"
    assert verdict.findings[1].message.endswith("(in a file the change does not touch)")


def test_an_old_error_passes() -> None:
    """What the base had stays no reason to fail."""
    assert NoNewTypeErrors().judge(CHANGE, report(WRONG), report(WRONG), report(WRONG)).status is Status.PASS


def test_a_change_that_brings_mypy_in_is_judged_by_its_added_lines() -> None:
    """What a new check says of older lines is a warning."""
    older = Diagnostic("b.py", 7, "arg-type", WRONG.message, 'f("1")')
    clean = NoNewTypeErrors().judge(CHANGE, TypeReport(), report(older), report(older))
    wrong = NoNewTypeErrors().judge(CHANGE, TypeReport(), TypeReport(), report(older, WRONG))

    assert clean.status is Status.PASS
    assert [found.rule for found in clean.findings] == ["older-places"]
    assert wrong.status is Status.FAIL


def test_a_library_that_is_not_installed_is_a_warning() -> None:
    """The environment is not the change's; so is what follows from the type Any in the same file."""
    after = report(UNRESOLVED, SUBCLASS)
    verdict = NoNewTypeErrors().judge(CHANGE, report(), after, after)

    assert verdict.status is Status.PASS
    assert [found.rule for found in verdict.findings] == ["unresolved-import", "unseen-library"]


def test_any_is_an_error_where_every_library_was_found() -> None:
    """With the project's environment and its imports resolved, Any is the change's own; without one, nobody knows."""
    known = NoNewTypeErrors().judge(CHANGE, report(), report(SUBCLASS), report(SUBCLASS))
    borrowed = NoNewTypeErrors().judge(CHANGE, report(), report(SUBCLASS), report(SUBCLASS, borrowed=True))

    assert known.status is Status.FAIL
    assert borrowed.status is Status.PASS


def test_an_import_of_what_the_change_took_away_is_an_error() -> None:
    """A module that the change deletes is not missing from the environment."""
    change = change_of({"src/shop/till.py": ("x = 1\n", None)})
    verdict = NoNewTypeErrors().judge(change, report(), report(UNRESOLVED), report(UNRESOLVED))

    assert verdict.status is Status.FAIL


def test_a_new_syntax_error_fails() -> None:
    """Nothing else was checked, and that is said by its own rule."""
    syntax = Diagnostic("a.py", 1, "syntax", "expected ':'", "def f()")
    verdict = NoNewTypeErrors().judge(CHANGE, report(), report(syntax, blocked=True), report(syntax, blocked=True))

    assert verdict.status is Status.FAIL
    assert verdict.findings[0].rule == "syntax-error"


def test_a_syntax_error_of_the_base_leaves_it_open() -> None:
    """What mypy could not say of the base may be old; a clean head owes nothing to it."""
    syntax = Diagnostic("a.py", 1, "syntax", "expected ':'", "def f()")
    open_ = NoNewTypeErrors().judge(CHANGE, report(syntax, blocked=True), report(WRONG), report(WRONG))
    clean = NoNewTypeErrors().judge(CHANGE, report(syntax, blocked=True), report(), report())

    assert open_.status is Status.UNPROVEN
    assert open_.summary == "mypy stops at the base: a.py:1: expected ':'"
    assert clean.status is Status.PASS


def test_a_raised_python_version_is_judged_by_itself() -> None:
    """Newer syntax blocks mypy under the base's setting; nothing else may have changed with it."""
    source = ("x = 1\n", 'f("1")\n')
    older, newer = "[tool.mypy]\npython_version = '3.9'\n", "[tool.mypy]\npython_version = '3.10'\n"
    raised = change_of({"a.py": source, "pyproject.toml": (older, newer)})
    loosened = change_of({"a.py": source, "pyproject.toml": (older, newer + "ignore_errors = true\n")})
    match = Diagnostic("a.py", 1, "syntax", "Pattern matching is only supported in Python 3.10 and greater")
    pinned = report(match, blocked=True)

    assert NoNewTypeErrors().judge(raised, report(), pinned, report()).status is Status.PASS
    assert NoNewTypeErrors().judge(raised, report(), pinned, report(WRONG)).status is Status.FAIL
    assert NoNewTypeErrors().judge(loosened, report(), pinned, report()).status is Status.UNPROVEN
    assert NoNewTypeErrors().judge(CHANGE, report(), pinned, pinned).status is Status.FAIL
