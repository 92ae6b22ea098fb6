"""Reading the record of a test run: whole ones, broken ones, and what tests may have written into it."""

import itertools
import json
from typing import Any

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.measurements.outcomes import Outcome, Record, read_record

NONCE = "f00d"
TEST = "tests/test_a.py::test_a"


def phase(when: str, outcome: str = "passed", test: str = TEST, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Give what is said of one phase of a test."""
    place = {"path": "tests/test_a.py", "line": 7, "message": "", "xfail": False}
    return {"kind": "phase", "id": test, "when": when, "outcome": outcome, **place, **more}


def collected(*ids: str) -> dict[str, Any]:
    """Give what is said of the tests that will run."""
    return {"kind": "collected", "ids": ids}


def final(code: int = 0) -> dict[str, Any]:
    """Give what is said at the end."""
    return {"kind": "final", "code": code, "foreign": []}


SETUP, CALL, TEARDOWN = phase("setup"), phase("call"), phase("teardown")
START = {"kind": "start", "id": TEST}


def written(*said: dict[str, Any], nonce: str = NONCE) -> list[bytes]:
    """Write lines as the run does: with the nonce, and numbered."""
    return [json.dumps({"nonce": nonce, "number": number, **one}).encode() for number, one in enumerate(said)]


def record(*said: dict[str, Any]) -> Record:
    """Read what a run said."""
    return read_record(b"\n".join(written(*said)), NONCE, "code 1, last words: none")


def outcome(*phases: dict[str, Any]) -> Outcome:
    """Give what became of one test."""
    [found] = record(collected(TEST), START, *phases, final()).outcomes
    return found


@pytest.mark.parametrize(
    ("phases", "word"),
    [
        ([SETUP, CALL, TEARDOWN], "passed"),
        ([SETUP, phase("call", "failed"), TEARDOWN], "failed"),
        ([phase("setup", "failed"), TEARDOWN], "error"),
        ([SETUP, CALL, phase("teardown", "failed")], "error"),
        ([SETUP, phase("call", "failed"), phase("teardown", "failed")], "failed"),
        ([phase("setup", "skipped"), TEARDOWN], "skipped"),
        ([SETUP, phase("call", "skipped"), TEARDOWN], "skipped"),
        ([SETUP, phase("call", "skipped", xfail=True), TEARDOWN], "xfailed"),
        ([phase("setup", "skipped", xfail=True), TEARDOWN], "xfailed"),
        ([SETUP, phase("call", xfail=True), TEARDOWN], "xpassed"),
        ([SETUP, phase("call", "failed", xfail=True), TEARDOWN], "failed"),
        ([SETUP, phase("call", "failed"), CALL, TEARDOWN], "failed"),
        ([SETUP, phase("call", "rerun"), TEARDOWN, SETUP, CALL, TEARDOWN], "passed"),
        ([SETUP, phase("call", "rerun"), TEARDOWN, SETUP, phase("call", "failed"), TEARDOWN], "failed"),
    ],
)
def test_the_worst_phase_decides(phases: list[dict[str, Any]], word: str) -> None:
    """A subtest's failure counts for its test; an attempt that a plugin repeats does not."""
    assert outcome(*phases).outcome == word


@pytest.mark.parametrize(
    "phases",
    [[], [SETUP], [SETUP, CALL], [SETUP, TEARDOWN], [CALL, TEARDOWN], [SETUP, phase("call", "rerun"), TEARDOWN]],
)
def test_a_test_of_which_a_phase_is_missing_is_an_error(phases: list[dict[str, Any]]) -> None:
    """One that was never called did not pass, whatever else is said of it."""
    assert outcome(*phases) == Outcome(
        TEST, "error", "tests/test_a.py", 1, "it was collected and never reported as finished"
    )


def test_a_test_has_its_place_and_the_reason() -> None:
    """Those of the phase that decides."""
    broken = phase("call", "failed", message="assert 1 == 2", line=9)

    assert outcome(SETUP, broken, TEARDOWN) == Outcome(TEST, "failed", "tests/test_a.py", 9, "assert 1 == 2")


@pytest.mark.parametrize(("said", "word"), [("failed", "error"), ("skipped", "skipped")])
def test_a_file_that_was_not_collected_is_an_outcome(said: str, word: str) -> None:
    """One that cannot be imported is an error; one that is skipped as a whole is skipped."""
    found = record({"kind": "uncollected", "id": "tests/test_b.py", "outcome": said, "message": "why"}, final())

    assert found.outcomes == (Outcome("tests/test_b.py", word, "tests/test_b.py", 1, "why"),)  # type: ignore[arg-type]


def test_the_end_is_told() -> None:
    """Its code, and the modules that came from elsewhere."""
    said = {"kind": "final", "code": 5, "foreign": [["shop", "/elsewhere/shop.py"]]}

    assert record(said) == Record(5, (), (("shop", "/elsewhere/shop.py"),), "code 1, last words: none")


def test_a_run_without_its_end_did_not_end() -> None:
    """The reason says how the process ended, and in which test it was."""
    with pytest.raises(MeasurementError) as caught:
        record(collected(TEST), START, SETUP)

    assert str(caught.value) == f"the test run did not end properly: code 1, last words: none; it was in {TEST}"


def test_a_test_that_was_torn_down_is_not_the_one_that_hangs() -> None:
    """The last one that began and did not end is."""
    other = {"kind": "start", "id": "tests/test_a.py::test_b"}

    with pytest.raises(MeasurementError, match=r"it was in tests/test_a\.py::test_b"):
        record(START, SETUP, CALL, TEARDOWN, other)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "crash", "message": "ImportError: no"}, "the test run crashed: ImportError: no"),
        ({"kind": "shadowed", "names": ["pytest"]}, "the tree holds modules that shadow the test tools: pytest"),
    ],
)
def test_a_run_that_could_not_begin_says_why(said: dict[str, Any], words: str) -> None:
    """In one line."""
    with pytest.raises(MeasurementError, match=words):
        record(said)


GARBAGE = [
    b"garbage",
    b"{",
    b"\xff\x00",
    b"[" * 100_000,
    b"3",
    b"null",
    b"[]",
    b"{}",
    b'{"kind": "final"}',
    b'{"kind": "phase", "id": 3}',
    b'{"kind": "no such thing", "nonce": "f00d", "number": 0}',
    json.dumps({**final(), "nonce": "guessed", "number": 0}).encode(),
    json.dumps({**phase("call"), "nonce": "", "number": 3}).encode(),
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda garbage: repr(garbage[:40]))
def test_garbage_between_the_lines_changes_nothing(garbage: bytes) -> None:
    """Whatever a test wrote on the descriptor, a failing test stays one, and nothing raises a traceback."""
    lines = written(collected(TEST), START, SETUP, phase("call", "failed"), TEARDOWN, final())
    disturbed = [line for pair in zip(lines, itertools.repeat(garbage)) for line in pair]

    assert read_record(b"\n".join(disturbed), NONCE, "").outcomes == read_record(b"\n".join(lines), NONCE, "").outcomes


@pytest.mark.parametrize("lost", range(5))
def test_a_record_with_a_lost_line_is_none(lost: int) -> None:
    """Garbage that ran into the line of a failure must not leave a test that only began and ended."""
    lines = written(collected(TEST), START, SETUP, phase("call", "failed"), TEARDOWN, final())
    lines[lost] = b"garbage" + lines[lost]

    with pytest.raises(MeasurementError, match="the record of the test run is not whole"):
        read_record(b"\n".join(lines), NONCE, "")


def test_a_record_with_a_line_too_many_is_none() -> None:
    """Whoever knows the nonce and says more than the run did is not believed."""
    lines = written(collected(TEST), SETUP, phase("call", "failed"), TEARDOWN, final())

    with pytest.raises(MeasurementError, match="the record of the test run is not whole"):
        read_record(b"\n".join([*lines[:3], lines[2], *lines[3:]]), NONCE, "")


@pytest.mark.parametrize("text", [b"", b"\n\n", *GARBAGE], ids=lambda text: repr(text[:40]))
def test_a_record_of_nothing_is_none(text: bytes) -> None:
    """The process ended before it began to tell."""
    with pytest.raises(MeasurementError, match="did not end properly"):
        read_record(text, NONCE, "code -9, last words: none")
