"""The gate noticed-change, on plain values."""

from dataclasses import replace

import pytest

from gatecheck.measurements.noticing import DeadEnd, Disabled, Mutated, Noticing, Word
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import change_of
from gatecheck_gates.noticed_change import NoticedChange

PROJECT = Project(source=("/src/",))
CHANGE = change_of({"src/shop.py": ("", "def fee():\n    return 1\n")})


def functions(*words: Word) -> tuple[Disabled, ...]:
    """Give changed functions."""
    reason = "the budget of 1 s was spent"
    return tuple(Disabled("src/shop.py", f"f{n}", n + 1, word, reason=reason) for n, word in enumerate(words))


def faults(**words: int) -> tuple[Mutated, ...]:
    """Give so many faults of each word."""
    edge = "`a < b` turned into `a <= b`: no test notices at the boundary"
    listed: list[Word] = [word for word, number in words.items() for _ in range(number)]  # type: ignore[misc]
    return tuple(Mutated("src/shop.py", "f", 2, "boundary", "strong", edge, word) for word in listed)


def judged(noticing: Noticing | None) -> Verdict:
    """Judge with the defaults."""
    return NoticedChange().judge(CHANGE, PROJECT, noticing)


def found(verdict: Verdict) -> list[tuple[str, Severity]]:
    """Give what was found."""
    return [(finding.rule, finding.level) for finding in verdict.findings]


def test_what_the_tests_notice_passes() -> None:
    """With the numbers."""
    verdict = judged(Noticing(9, functions("noticed", "noticed"), faults(noticed=3)))

    assert (verdict.status, verdict.findings) == (Status.PASS, ())
    assert verdict.summary == "tests notice 2 of 2 changed functions when disabled, and 3 of 3 small faults"
    assert verdict.measures["faults_noticed"] == 3


def test_a_function_that_may_raise_unnoticed_is_an_error() -> None:
    """Its tests run it, and look at nothing."""
    verdict = judged(Noticing(9, functions("noticed", "unnoticed")))

    assert (verdict.status, found(verdict)) == (Status.FAIL, [("unnoticed-function", Severity.ERROR)])


def test_a_function_that_no_test_runs_is_a_warning_beside_others() -> None:
    """Where no test runs any of them, the change is not tested at all."""
    some = judged(Noticing(9, functions("noticed", "unreached")))
    none = judged(Noticing(9, functions("unreached", "unreached")))

    assert (some.status, found(some)) == (Status.PASS, [("unreached-function", Severity.WARNING)])
    assert (none.status, found(none)) == (Status.FAIL, [("unreached-function", Severity.ERROR)] * 2)


@pytest.mark.parametrize(
    ("noticed", "unnoticed", "status", "level"),
    [
        (2, 2, Status.PASS, Severity.WARNING),
        (1, 2, Status.PASS, Severity.WARNING),
        (1, 3, Status.FAIL, Severity.ERROR),
        (2, 3, Status.FAIL, Severity.ERROR),
    ],
)
def test_more_than_half_of_at_least_four_faults_is_too_much(
    noticed: int, unnoticed: int, status: Status, level: Severity
) -> None:
    """Each is listed with its edge."""
    verdict = judged(Noticing(9, functions("noticed"), faults(noticed=noticed, unnoticed=unnoticed)))

    assert (verdict.status, found(verdict)) == (status, [("boundary", level)] * unnoticed)
    assert "no test notices at the boundary" in verdict.findings[0].message


def test_what_was_not_tried_is_unproven_where_it_decides() -> None:
    """A function always does, and faults where they could be too many; an error is one all the same."""
    untried = judged(Noticing(9, functions("noticed", "untried")))

    assert untried.status is Status.UNPROVEN
    assert "f1 first: the budget of 1 s was spent" in untried.summary
    assert judged(Noticing(9, functions("noticed"), faults(noticed=1, untried=3))).status is Status.UNPROVEN
    few = judged(Noticing(9, functions("noticed"), faults(noticed=3, untried=3)))
    assert few.status is Status.PASS
    assert few.summary.endswith("and 3 of 3 small faults; 3 more were not tried")
    assert judged(Noticing(9, functions("unnoticed", "untried"))).status is Status.FAIL


@pytest.mark.parametrize(
    ("edges", "others", "status"),
    [
        (3, ("noticed",), Status.PASS),
        (3, ("noticed", "noticed"), Status.PASS),
        (4, ("noticed", "noticed"), Status.FAIL),
        (3, ("noticed", "unnoticed"), Status.FAIL),
        (3, (), Status.FAIL),
    ],
)
def test_three_boundaries_alone_do_not_fail_a_change(edges: int, others: tuple[Word, ...], status: Status) -> None:
    """Where tests notice all the rest; with nothing else that they notice, they do."""
    (edge,) = faults(unnoticed=1)
    more = tuple(replace(edge, rule="arithmetic", word=word) for word in others)

    assert judged(Noticing(9, functions("noticed"), (edge,) * edges + more)).status is status


def test_a_replaced_result_that_was_not_tried_decides_where_it_alone_would() -> None:
    """Tests call the function by its name: that they see another value is what they are asked for."""
    lost = Mutated("src/shop.py", "fee", 2, "result-lost", "strong", "fee gives None", "noticed")
    other = replace(lost, rule="other-result", word="untried", reason="the budget of 1 s was spent")
    change = change_of(
        {"src/shop.py": ("", "def fee():\n    return 1\n"), "tests/test_shop.py": ("", "def test():\n    fee()\n")}
    )
    told = [
        NoticedChange().judge(change, PROJECT, Noticing(9, functions("noticed"), mutants)).status
        for mutants in ((lost, other), (lost, replace(other, function="other")))
    ]

    assert told == [Status.UNPROVEN, Status.PASS]


def test_nothing_measured_is_unproven() -> None:
    """No trials, no tests, or a file that cannot be read."""
    assert judged(None).status is Status.UNPROVEN
    assert judged(Noticing(0, functions("unreached"))).status is Status.UNPROVEN
    assert judged(Noticing(9, functions("noticed"), unread=("src/shop.py",))).status is Status.UNPROVEN


def test_a_change_without_a_changed_function_is_not_judged() -> None:
    """Nor one without source, nor one whose functions cannot run here."""
    test = change_of({"tests/test_shop.py": ("", "def test():\n    fee()\n")})
    comment = change_of({"src/shop.py": ("def fee():\n    return 1\n", "def fee():\n    return 1  # cent\n")})

    assert NoticedChange().judge(test, PROJECT).status is Status.NOT_APPLICABLE
    assert NoticedChange().judge(comment, PROJECT).status is Status.NOT_APPLICABLE
    assert judged(Noticing(9)).status is Status.NOT_APPLICABLE


def test_the_options_move_the_threshold() -> None:
    """Stricter, or later."""
    noticing = Noticing(9, functions("noticed"), faults(noticed=3, unnoticed=2))

    assert NoticedChange(unnoticed=0).judge(CHANGE, PROJECT, noticing).status is Status.FAIL
    assert NoticedChange(unnoticed=0, enough=6).judge(CHANGE, PROJECT, noticing).status is Status.PASS


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"unnoticed": 2}, Status.FAIL),
        ({"unnoticed": 1}, Status.PASS),
        ({"unnoticed": 2, "noticed": 1}, Status.PASS),
        ({"unnoticed": 2, "noticed": 2}, Status.PASS),
        ({"unnoticed": 3, "noticed": 2}, Status.FAIL),
    ],
)
def test_strong_faults_that_nobody_notices_are_errors(told: dict[str, int], status: Status) -> None:
    """Two are enough where none is noticed; else their share counts, of four."""
    assert judged(Noticing(9, functions("noticed"), faults(**told))).status is status


def test_three_strong_faults_of_one_kind_count_among_others() -> None:
    """No test looks at a number where others look at conditions."""
    numbers = tuple(replace(fault, rule="arithmetic") for fault in faults(unnoticed=3))
    calls = tuple(replace(fault, rule="call", strength="medium") for fault in faults(unnoticed=3))

    assert judged(Noticing(9, functions("noticed"), faults(noticed=4) + numbers)).status is Status.FAIL
    assert judged(Noticing(9, functions("noticed"), faults(noticed=4) + numbers[:2])).status is Status.PASS
    assert judged(Noticing(9, functions("noticed"), faults(noticed=4) + calls)).status is Status.PASS


def test_where_new_tests_are_skipped_nothing_is_known_of_what_no_test_runs() -> None:
    """They may be for another Python or system."""
    skipped = Noticing(9, functions("unreached"), skipped=("tests/test_shop.py::test_new",))

    assert judged(skipped).status is Status.UNPROVEN
    assert judged(replace(skipped, skipped=())).status is Status.FAIL
    assert judged(replace(skipped, functions=functions("unnoticed"))).status is Status.FAIL


def test_tests_that_run_nothing_of_the_project_say_nothing_of_the_change() -> None:
    """They import another copy: that is no gap in them."""
    verdict = judged(Noticing(10, functions("unreached"), blind=True))

    assert judged(Noticing(9, functions("unreached"), blind=True)).status is Status.FAIL
    assert verdict.status is Status.UNPROVEN
    assert "seen to run nothing of the project" in verdict.summary


CALLING = "def test_fee():\n    assert f(1)\n"


def weighed(rule: str, lost: Word, test: str = CALLING, name: str = "f") -> Status:
    """Judge a result that nobody notices, beside five strong faults that are noticed."""
    kinds: list[tuple[str, Word]] = [(rule, "unnoticed"), ("result-lost", lost)]
    results = tuple(replace(faults(**{word: 1})[0], rule=kind, function=name) for kind, word in kinds)
    change = change_of({"src/shop.py": ("", "def f():\n    return 1\n"), "tests/test_shop.py": ("", test)})
    return NoticedChange().judge(change, PROJECT, Noticing(9, functions("noticed"), faults(noticed=5) + results)).status


@pytest.mark.parametrize(
    ("rule", "lost", "test", "name", "status"),
    [
        ("other-result", "noticed", CALLING, "f", Status.FAIL),
        ("other-result", "noticed", CALLING.replace("f(1)", "shop.f(1)"), "Till.f", Status.FAIL),
        ("other-result", "unnoticed", CALLING, "f", Status.PASS),
        ("other-result", "noticed", CALLING.replace("f(1)", "g(1)"), "f", Status.PASS),
        ("one-way", "noticed", CALLING, "f", Status.FAIL),
        ("one-way", "noticed", CALLING.replace("f(1)", "_f(1)"), "_f", Status.PASS),
        ("boundary", "noticed", CALLING, "f", Status.PASS),
    ],
)
def test_a_result_that_tests_call_for_is_told_from_another(
    rule: str, lost: Word, test: str, name: str, status: Status
) -> None:
    """Tests that would miss None alone look at the presence of a result; a predicate has two answers."""
    assert weighed(rule, lost, test, name) is status


def test_a_result_that_is_looked_at_excuses_nothing() -> None:
    """It says nothing of the ways to it."""
    lines = faults(noticed=3, unnoticed=4)
    results = tuple(replace(fault, rule="result-lost") for fault in faults(noticed=3))

    assert judged(Noticing(9, functions("noticed"), lines + results)).status is Status.FAIL


def test_a_way_on_that_no_test_takes_is_an_error() -> None:
    """It is shown where the tests turn away."""
    end = DeadEnd("src/shop.py", 1, "f always raises: no test sees it give anything")
    verdict = judged(Noticing(9, functions("noticed"), dead_ends=(end,)))

    assert (verdict.status, found(verdict)) == (Status.FAIL, [("dead-end", Severity.ERROR)])


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        ("call", "assert in a test of f what the call does, or leave it out"),
        ("arithmetic", "assert the number that f comes to"),
        ("boundary", "test f in the case that tells the two apart"),
    ],
)
def test_the_fix_fits_the_fault(rule: str, fix: str) -> None:
    """A call that was left out has no case that tells two apart."""
    (one,) = faults(unnoticed=1)
    verdict = judged(Noticing(9, functions("noticed"), (replace(one, rule=rule),)))

    assert [finding.mend for finding in verdict.findings] == [fix]
