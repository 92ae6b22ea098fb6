"""What became of each test, read from the record that the run wrote on a descriptor of gatecheck's own."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from gatecheck.errors import MeasurementError

Word = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]


@dataclass(frozen=True)
class Outcome:
    """One test's end (pytest's words): its id, where it stands (path from the project's root, line from 1), and why."""

    id: str
    outcome: Word
    path: str = ""
    line: int = 1
    message: str = ""


@dataclass(frozen=True)
class Record:
    """A finished run: the outcomes, and the project's modules that came from outside the snapshot as (name, file)."""

    code: int
    outcomes: tuple[Outcome, ...]
    foreign: tuple[tuple[str, str], ...]
    last_words: str = ""


def read_record(text: str, nonce: str, ending: str) -> Record:
    """Read a record; raises MeasurementError, with `ending` saying how the process ended, where it is not whole."""
    lines = [entry for line in text.split("\n") if (entry := _entry(line))]
    if shadows := next((entry["names"] for entry in lines if entry["kind"] == "shadowed"), None):
        raise MeasurementError(f"the tree holds modules that shadow the test tools: {', '.join(shadows)}; rename them")
    if crash := next((entry["message"] for entry in lines if entry["kind"] == "crash"), None):
        raise MeasurementError(f"the test run crashed: {crash}{_last_started(lines)}")
    finals = [entry for entry in lines if entry["kind"] == "final" and entry.get("nonce") == nonce]
    if len(finals) != 1:
        raise MeasurementError(f"the test run did not end properly: {ending}{_last_started(lines)}")
    collected = [test for entry in lines if entry["kind"] == "collected" for test in entry["ids"]]
    outcomes = [*_collection_outcomes(lines), *_test_outcomes(lines, collected)]
    foreign = tuple((name, origin) for name, origin in finals[0]["foreign"])
    return Record(finals[0]["code"], tuple(outcomes), foreign, ending)


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line) if line else None
    except json.JSONDecodeError:
        return None
    return entry if isinstance(entry, dict) and "kind" in entry else None


def _last_started(lines: list[dict[str, Any]]) -> str:
    ended = {entry["id"] for entry in lines if entry["kind"] == "phase" and entry["when"] == "teardown"}
    started = [entry["id"] for entry in lines if entry["kind"] == "start" and entry["id"] not in ended]
    return f"; it was in {started[-1]}" if started else ""


def _collection_outcomes(lines: list[dict[str, Any]]) -> Iterable[Outcome]:
    words: dict[str, Word] = {"collect-failed": "error", "collect-skipped": "skipped"}
    for entry in lines:
        if entry["kind"] in words:
            yield Outcome(entry["id"], words[entry["kind"]], entry["id"].split("::")[0], 1, entry["message"])


def _test_outcomes(lines: list[dict[str, Any]], collected: list[str]) -> Iterable[Outcome]:
    phases: dict[str, list[dict[str, Any]]] = {test: [] for test in collected}
    for entry in lines:
        if entry["kind"] == "phase":
            phases.setdefault(entry["id"], []).append(entry)
    for test, reported in phases.items():
        yield _outcome(test, reported)


def _outcome(test: str, phases: list[dict[str, Any]]) -> Outcome:
    """Fold a test's phases into one outcome: the worst one decides."""
    if not any(phase["when"] == "teardown" for phase in phases):
        return Outcome(test, "error", test.split("::")[0], 1, "it was collected and never reported as finished")
    word, phase = max(((_word(phase), phase) for phase in phases), key=lambda pair: _WEIGHT[pair[0]])
    return Outcome(test, word, phase["path"], phase["line"], phase["message"])


_WEIGHT: dict[Word, int] = {"passed": 0, "xpassed": 1, "xfailed": 2, "skipped": 3, "error": 4, "failed": 5}


def _word(phase: dict[str, Any]) -> Word:
    if phase["outcome"] == "failed":
        return "failed" if phase["when"] == "call" else "error"
    if phase["xfail"]:
        return "xfailed" if phase["outcome"] == "skipped" else "xpassed"
    return "skipped" if phase["outcome"] == "skipped" else "passed"
