"""The gate repeatable-tests, on plain values."""

import pytest

from gatecheck.measurements.outcomes import Origin, Outcome
from gatecheck.measurements.repeats import Break, OldBreaks, Repeats
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import change_of
from gatecheck_gates.repeatable_tests import RepeatableTests

PROJECT = Project(source=("/src/",))
PATH = "tests/test_shop.py"
OLD, NEW = f"{PATH}::test_old", f"{PATH}::test_new"
BEFORE = "def test_old():\n    assert 1\n\n\ndef test_same():\n    assert 1\n"
AFTER = BEFORE.replace("assert 1", "assert 2", 1) + "\n\ndef test_new():\n    assert 1\n"
CHANGE = change_of({PATH: (BEFORE, AFTER)})


def run(word: str = "passed", runner: str = "pytest") -> UnitRun:
    """Give a run of all three tests; what became of those that the change brings is said."""
    ends = {OLD: word, NEW: word, f"{PATH}::test_same": "passed"}
    outcomes = [Outcome(id_, end, PATH) for id_, end in ends.items()]  # type: ignore[arg-type]
    return UnitRun(runner=runner, outcomes=tuple(outcomes) if runner == "pytest" else ())


def judged(repeats: Repeats | None, old: OldBreaks | None = None, unit: UnitRun | None = None) -> Verdict:
    """Judge the change."""
    return RepeatableTests().judge(CHANGE, PROJECT, unit or run(), IntegrationRun(present=False), repeats, old)


def breaking(id_: str = NEW, *causes: str, again: bool = True) -> Repeats:
    """Give varied runs of both tests in which one broke."""
    return Repeats((OLD, NEW), 0, (Break(id_, "unit", 0, PATH, 9, "assert 1 == 2", again, causes),))


def rules(verdict: Verdict) -> list[tuple[str, Severity]]:
    """Give what was found."""
    return [(finding.rule, finding.level) for finding in verdict.findings]


def test_what_holds_passes() -> None:
    """What was not tried is counted."""
    verdict = judged(Repeats((OLD, NEW), 3))

    assert (verdict.status, verdict.findings) == (Status.PASS, ())
    assert verdict.measures == {"repeated": 2, "broken": 0, "untried": 3}
    assert "3 more parameters of the same functions were left out" in verdict.summary


def test_what_did_not_run_then_is_no_pass() -> None:
    """It neither held nor broke; the finding names it, and what breaks besides still fails."""
    verdict = judged(Repeats((OLD, NEW), unrun=(NEW,)))
    both = judged(Repeats((OLD, NEW), 0, breaking(OLD).breaks, (NEW,)), OldBreaks())

    assert (verdict.status, rules(verdict)) == (Status.UNPROVEN, [("unrepeated-test", Severity.WARNING)])
    assert verdict.summary.startswith("1 of 2 new and edited tests hold")
    assert f"pytest {NEW}" in (verdict.findings[0].mend or "")
    assert both.status is Status.FAIL


def test_an_example_in_a_text_is_a_new_test() -> None:
    """It has no function, and is repeated as well."""
    change = change_of({"docs/use.rst": (">>> 1\n1\n", ">>> 1\n1\n>>> 2\n2\n")})
    id_ = "docs/use.rst::use.rst"
    unit = UnitRun(outcomes=(Outcome(id_, "passed", "docs/use.rst"),), origins=(Origin(id_, "docs/use.rst", 1, 10**9),))
    none = IntegrationRun(present=False)

    assert RepeatableTests().judge(change, PROJECT, unit, none, Repeats((id_,))).status is Status.PASS
    assert RepeatableTests().judge(change, PROJECT, unit, none).status is Status.UNPROVEN


def test_a_new_test_that_breaks_again_is_an_error() -> None:
    """The finding names what breaks it; the base is not asked for."""
    verdict = judged(breaking(NEW, "in reversed order"))

    assert (verdict.status, rules(verdict)) == (Status.FAIL, [("unrepeatable-test", Severity.ERROR)])
    assert f"{NEW} breaks in reversed order" in verdict.findings[0].message


def test_where_no_single_difference_breaks_it_all_are_named() -> None:
    """It takes several of them together."""
    message = judged(breaking()).findings[0].message

    assert "in reversed order and under PYTHONHASHSEED=1 and in the time zone Pacific/Kiritimati" in message


def test_a_test_that_cannot_run_twice_in_one_process_is_a_warning() -> None:
    """A suite does not run a test twice."""
    verdict = judged(breaking(NEW, "2 times in one process"))

    assert (verdict.status, rules(verdict)) == (Status.PASS, [("unrepeatable-test", Severity.WARNING)])


def test_a_break_by_chance_is_a_warning() -> None:
    """It cannot be shown again."""
    verdict = judged(breaking(again=False))

    assert (verdict.status, rules(verdict)) == (Status.PASS, [("flaky-test", Severity.WARNING)])


def test_an_old_flaw_of_an_edited_test_is_not_this_changes() -> None:
    """Whether it is old is asked of the base, and only then."""
    assert judged(breaking(OLD)).status is Status.UNPROVEN
    assert rules(judged(breaking(OLD), OldBreaks((OLD,)))) == [("known-unrepeatable-test", Severity.WARNING)]
    assert judged(breaking(OLD), OldBreaks()).status is Status.FAIL


def test_without_a_new_test_nothing_is_run() -> None:
    """Moved and reformatted tests are not new."""
    moved = change_of({PATH: (BEFORE, None), "tests/test_mall.py": (None, BEFORE.replace("():", "( ):"))})

    assert RepeatableTests().judge(moved, PROJECT).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("unit", "status"),
    [
        (run("skipped"), Status.NOT_APPLICABLE),
        (run("failed"), Status.UNPROVEN),
        (run(runner="script.py"), Status.UNPROVEN),
        (UnitRun(), Status.NOT_APPLICABLE),
        (run(), Status.UNPROVEN),
    ],
)
def test_what_did_not_pass_cannot_be_repeated(unit: UnitRun, status: Status) -> None:
    """Where it broke that is undecided; where it was set aside there is nothing to repeat."""
    assert judged(None, unit=unit).status is status
