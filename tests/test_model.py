"""The words of a judgement, on plain values."""

import pytest

from gatecheck.model import ITEMS, Checklist, Finding, Judgement, Level, Location, Result, Severity, Status, Verdict

ALL_EXCUSED = {item.id: "not asked for" for item in ITEMS}


def judged(status: Status, item: str = "tests-pass", level: Level = Level.BLOCK, gate: str = "some-gate") -> Judgement:
    """Give a gate's judgement, with its own name as summary."""
    return Judgement(gate, item, level, Verdict(status, f"{gate} says so"))


def answered(*judgements: Judgement) -> Checklist:
    """Give a checklist of which nobody asks for what is not judged."""
    items = {judgement.item for judgement in judgements}
    return Checklist.of(judgements, {item: why for item, why in ALL_EXCUSED.items() if item not in items})


def status_of(checklist: Checklist, item: str = "tests-pass") -> Status:
    """Give one item's status."""
    return next(found.status for found in checklist.items if found.item.id == item)


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("a.py"), "a.py"),
        (Location("a.py", 3), "a.py:3"),
        (Location("a.py", 3, 3), "a.py:3"),
        (Location("a.py", 3, 5), "a.py:3-5"),
    ],
)
def test_a_location_reads_as_editors_write_it(location: Location, text: str) -> None:
    """A range is shown only where it is one."""
    assert str(location) == text


def test_a_fingerprint_survives_moved_lines_and_changed_numbers() -> None:
    """What moved or counts differently is the same finding; another file, rule or gate is another one."""
    found = Finding("too-long", "12 lines, at most 10", Location("a.py", 3))
    moved = Finding("too-long", "14 lines, at most 10", Location("a.py", 30))
    others = [
        found.fingerprint("other-gate"),
        Finding("other", "12 lines, at most 10", Location("a.py", 3)).fingerprint("gate"),
        Finding("too-long", "12 lines, at most 10", Location("b.py", 3)).fingerprint("gate"),
        Finding("too-long", "12 words, at most 10", Location("a.py", 3)).fingerprint("gate"),
    ]

    assert moved.fingerprint("gate") == found.fingerprint("gate")
    assert found.fingerprint("gate") not in others
    assert len(found.fingerprint("gate")) == 16


def test_a_path_that_is_no_utf8_has_a_fingerprint() -> None:
    """Paths are bytes; what cannot be decoded is kept as surrogates."""
    assert Finding("rule", "words", Location("caf\udce9.py")).fingerprint("gate")


@pytest.mark.parametrize(
    ("levels", "status"),
    [
        ([], Status.PASS),
        ([Severity.NOTE, Severity.WARNING], Status.PASS),
        ([Severity.NOTE, Severity.ERROR], Status.FAIL),
    ],
)
def test_only_an_error_makes_a_verdict_by_findings_fail(levels: list[Severity], status: Status) -> None:
    """Warnings and notes are listed."""
    findings = [Finding("rule", "words", level=level) for level in levels]
    verdict = Verdict.by_findings(findings, "so it is", found=len(findings))

    assert verdict == Verdict(status, "so it is", tuple(findings), {"found": len(findings)})


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([Status.PASS, Status.UNPROVEN, Status.FAIL], Status.FAIL),
        ([Status.PASS, Status.UNPROVEN], Status.UNPROVEN),
        ([Status.PASS, Status.NOT_APPLICABLE], Status.PASS),
        ([Status.NOT_APPLICABLE], Status.NOT_APPLICABLE),
    ],
)
def test_an_item_follows_from_its_gates(statuses: list[Status], status: Status) -> None:
    """The worst gate decides; a pass counts only where nothing is worse."""
    judgements = [judged(said, gate=f"gate-{number}") for number, said in enumerate(statuses)]

    assert status_of(answered(*judgements)) is status


def test_an_item_says_which_gates_decided() -> None:
    """The summary is that of the deciding gates; all gates of the item are named."""
    checklist = answered(judged(Status.PASS, gate="good"), judged(Status.FAIL, gate="bad"))
    item = next(found for found in checklist.items if found.item.id == "tests-pass")

    assert item.summary == "bad says so"
    assert item.gates == ("good", "bad")


@pytest.mark.parametrize("status", [Status.FAIL, Status.UNPROVEN])
def test_a_gate_at_level_warn_never_blocks(status: Status) -> None:
    """Its verdict is shown, and decides nothing."""
    checklist = answered(judged(status, level=Level.WARN), judged(Status.PASS, gate="other"))

    assert status_of(checklist) is Status.PASS
    assert checklist.result is Result.ACCEPTED


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (Status.PASS, Result.ACCEPTED),
        (Status.NOT_APPLICABLE, Result.ACCEPTED),
        (Status.UNPROVEN, Result.UNPROVEN),
        (Status.FAIL, Result.REJECTED),
    ],
)
def test_the_result_follows_from_the_items(status: Status, result: Result) -> None:
    """One failed item rejects; one unproven item leaves all unproven."""
    assert answered(judged(status), judged(Status.PASS, "no-secrets")).result is result


def test_a_failed_item_outweighs_an_unproven_one() -> None:
    """A change that is known to be bad is rejected, whatever else could not be decided."""
    assert answered(judged(Status.FAIL), judged(Status.UNPROVEN, "no-secrets")).result is Result.REJECTED


def test_an_item_without_a_gate_is_unproven() -> None:
    """Nobody judged it, so nothing is known."""
    checklist = Checklist.of([judged(Status.PASS)], {})

    assert status_of(checklist, "no-secrets") is Status.UNPROVEN
    assert checklist.result is Result.UNPROVEN


def test_an_item_that_nobody_asks_for_does_not_apply() -> None:
    """The reason is its summary."""
    checklist = Checklist.of([judged(Status.PASS)], ALL_EXCUSED)
    item = next(found for found in checklist.items if found.item.id == "no-secrets")

    assert (item.status, item.summary) == (Status.NOT_APPLICABLE, "not asked for")


def test_a_gate_with_an_unknown_item_leaves_all_unproven() -> None:
    """What it judged belongs nowhere, and must not be lost without a word."""
    checklist = Checklist.of([judged(Status.PASS, "no-such-item", gate="stray")], ALL_EXCUSED)

    assert checklist.strays == ("stray",)
    assert checklist.result is Result.UNPROVEN


def test_a_run_without_gates_is_unproven() -> None:
    """Nothing was judged: that is no acceptance."""
    assert Checklist.of([], ALL_EXCUSED).result is Result.UNPROVEN


def test_a_checklist_has_all_twelve_items_in_order() -> None:
    """Whatever was judged, and in whatever order."""
    checklist = Checklist.of([judged(Status.PASS, "no-secrets"), judged(Status.PASS)], {})

    assert [answered.item for answered in checklist.items] == list(ITEMS)
    assert len(ITEMS) == 12


def test_a_pass_says_which_gates_were_left_out() -> None:
    """Half an answer is told as one; what fails needs no excuse."""
    left_out = {**ALL_EXCUSED, "tests-pass": "left out by --no-run: repeatable-tests"}
    passed, failed = (
        next(answered for answered in Checklist.of([judged(status)], left_out).items if answered.gates)
        for status in (Status.PASS, Status.FAIL)
    )

    assert passed.summary.endswith("; left out by --no-run: repeatable-tests")
    assert "left out" not in failed.summary
