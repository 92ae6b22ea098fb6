"""The text report, as whole pages: what people and CI logs see."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from rich.cells import cell_len

from gatecheck.model import ITEMS
from gatecheck.report import (
    ChangeReport,
    FindingReport,
    GateReport,
    ItemReport,
    LimitReport,
    MeasurementReport,
    PolicyReport,
    Report,
    TaskReport,
)
from gatecheck.reports.text import render

Status = Literal["pass", "fail", "not-applicable", "unproven"]
Result = Literal["accepted", "rejected", "unproven"]
Level = Literal["error", "warning", "note"]

SUMMARIES: dict[str, tuple[Status, str]] = {
    "minimal-change": ("pass", "3 files, 134 lines"),
    "documented-api": ("pass", "2 new public functions, each documented with an example"),
    "explained-logic": ("pass", "nothing new is hard to read"),
    "tested-change": ("pass", "4 new tests fail on the base"),
    "lint-and-types": ("pass", "no new finding of ruff; no new error of mypy; no new suppression"),
    "nothing-broken": ("pass", "212 tests of the base pass on the head"),
    "unit-coverage": ("pass", "58 of 60 statements of the change are covered"),
    "integration-coverage": ("not-applicable", "the project has no integration suite"),
    "tests-pass": ("pass", "216 of 216 tests pass"),
    "validated-inputs": ("not-applicable", "no endpoint is touched"),
    "no-secrets": ("pass", "no secret in 3 files"),
    "in-scope": ("not-applicable", "the task names no non-goal"),
}


def finding(
    message: str, path: str | None = None, line: int | None = None, level: Level = "error", mend: str = ""
) -> FindingReport:
    """Make a finding."""
    return FindingReport("some-rule", level, message, path, line, None, "0" * 16, mend)


def gate(name: str, item: str, status: Status, summary: str, findings: Iterable[FindingReport] = ()) -> GateReport:
    """Make a verdict of a gate that blocks."""
    return GateReport(name, item, status, "block", summary, tuple(findings), {}, 0.1)


def only_warning(blocking: GateReport) -> GateReport:
    """Make the same verdict at the level at which it blocks nothing."""
    return msgspec.structs.replace(blocking, level="warn")


def report(
    result: Result, gates: Iterable[GateReport] = (), items: Mapping[str, tuple[Status, str]] = SUMMARIES
) -> Report:
    """Make a report; `items` gives what differs from SUMMARIES."""
    judged, answers = tuple(gates), {**SUMMARIES, **items}
    return Report(
        schema_version="1.0",
        gatecheck_version="0.1.0",
        started_at="2026-01-01T00:00:00+00:00",
        duration_s=12.34,
        change=ChangeReport("main...HEAD", "b" * 40, "c" * 40, "1" * 40, "2" * 40, 3, 120, 14),
        task=None,
        policy=PolicyReport("gatecheck.toml at 0123456789ab", "0123456789abcdef"),
        result=result,
        items=tuple(
            ItemReport(item.id, item.criterion, *answers[item.id], tuple(g.id for g in judged if g.item == item.id))
            for item in ITEMS
        ),
        gates=judged,
        measurements=(),
        limits=(),
    )


def accepted() -> Report:
    """Make an accepted report with a warning, notes, and everything that a page ends with."""
    notes = [
        finding(f"line {line} was only reformatted", "src/app/core.py", line, "note", "put it back")
        for line in range(7)
    ]
    pattern = finding("a pattern of 61 characters", "src/app/core.py", 12, mend="say above it what it matches, and why")
    gates = [
        gate("small-diff", "minimal-change", "pass", "3 files, 134 lines"),
        gate("no-churn", "minimal-change", "pass", "3 files, 134 lines", notes),
        only_warning(gate("why-comments", "explained-logic", "fail", "1 pattern is not explained", [pattern])),
    ]
    return msgspec.structs.replace(
        report("accepted", gates),
        task=TaskReport("T-12", "Parse the header", "tdd"),
        limits=(LimitReport("bytes read of data/big.bin", 1048576, 1048577),),
        notes=("measurement licences of acme-gates cannot be loaded: ImportError: no module named acme",),
        measurements=(
            MeasurementReport("lint", "base", 0.31, cached=True),
            MeasurementReport("lint", "head", 0.31, cached=False),
            MeasurementReport("unit-run", "pinned", 61.2, cached=False),
            MeasurementReport("types", "head", 12.9, cached=False),
            MeasurementReport("secrets", None, 0.35, cached=False),
        ),
    )


def rejected() -> Report:
    """Make a rejected report with more findings than are shown."""
    told = "1 key is in a file that the change adds; it can be used by whoever reads the repository once it is pushed"
    remove = "git rm --cached 'deploy/my keys/prod.env' && git commit --amend --no-edit"
    key = finding("AWS access key AKIA************", "deploy/my keys/prod.env", 3, mend=remove)
    unused = [
        finding(f"F401 `mod{n}` imported but unused", f"src/app/part{n:02}.py", n, mend="ruff check --fix src")
        for n in range(1, 13)
    ]
    gates = [
        gate(
            "no-new-type-errors",
            "lint-and-types",
            "pass",
            "no new error of mypy",
            [finding("mypy 1.18 is old", level="note")],
        ),
        gate(
            "no-new-lint",
            "lint-and-types",
            "fail",
            "13 new findings of ruff",
            [finding("a long line", "a.py", 1, "warning"), *unused],
        ),
        gate("no-secrets", "no-secrets", "fail", told, [key]),
        only_warning(gate("demanded-hunks", "minimal-change", "unproven", "the suite took longer than 30 min")),
    ]
    failed: Mapping[str, tuple[Status, str]] = {
        "lint-and-types": ("fail", "13 new findings of ruff"),
        "no-secrets": ("fail", "1 secret"),
    }
    return report("rejected", gates, failed)


def unproven() -> Report:
    """Make a report in which one missing tool leaves several gates unproven, and some items were not asked for."""
    reason = (
        "the unit tests could not be run: .venv/bin/python has no pytest; "
        "install it (`pip install pytest`) or name another interpreter by --python"
    )
    gates = [
        gate("unit-coverage", "unit-coverage", "unproven", reason),
        gate("tests-pass", "tests-pass", "unproven", reason),
        gate("repeatable-tests", "tests-pass", "unproven", reason),
        gate(
            "base-tests-pass",
            "nothing-broken",
            "unproven",
            "the budget of 10 min was spent",
            [finding("conftest.py was not read", "tests/conftest.py", mend="--budget 20m")],
        ),
    ]
    excuse = "not asked for: --gate names others"
    items: Mapping[str, tuple[Status, str]] = {
        "nothing-broken": ("unproven", "the budget of 10 min was spent"),
        "unit-coverage": ("unproven", reason),
        "tests-pass": ("unproven", reason),
        "explained-logic": ("unproven", "no gate answers this item yet"),
        "in-scope": ("not-applicable", excuse),
        "no-secrets": ("not-applicable", excuse),
        "minimal-change": ("not-applicable", "not asked for: --skip small-diff"),
    }
    return report("unproven", gates, items)


def hostile() -> Report:
    """Make a report about a change whose names and messages want to fool its reader."""
    findings = [
        finding("\x1b[2K\x1b[32mACCEPTED\x1b[0m [green]markup[/green] :smile:", "a\nACCEPTED: 12 items passed\r.py", 1),
        finding("::add-mask::rejected ::error::x", "::stop-commands::now/##[group]x.py"),
        finding("bytes", os.fsdecode(b"caf\xe9/\xff.py"), 2),
        finding("marks\u202e that\u200b turn \x85text\ue000round, half a \ud800 character", "日本/é ✓.py", 3),
        finding("##vso[task.setvariable]x", mend="`echo one two` \x07"),
    ]
    broken = gate("no-new-lint", "lint-and-types", "fail", "5 new findings", findings)
    return report("rejected", [broken], {"lint-and-types": ("fail", "5 new findings")})


PAGES = {"accepted": accepted(), "rejected": rejected(), "unproven": unproven(), "hostile": hostile()}


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str) -> None:
    """A report is its page in `pages/`: what failed first, then what is unproven, the rest, and what it rests on."""
    page = Path(__file__).parent / "pages" / f"{name}.txt"

    assert render(PAGES[name]) == page.read_text("utf-8")


def test_hostile_names() -> None:
    """Nothing that a terminal or a CI log would act on is printed."""
    text = render(hostile())

    assert all(sign.isprintable() for sign in text.replace("\n", ""))
    assert "##" not in text
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))


@pytest.mark.parametrize("value", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_width(value: Report, width: int) -> None:
    """Only a path or a command sticks out of the page, and no line ends in a space."""
    lines = render(value, width=width).split("\n")

    wide = [line.strip() for line in lines if cell_len(line) > width]
    assert all(line.startswith(("git rm --cached", "\\x1b[2K")) for line in wide)
    assert not [line for line in lines if line != line.rstrip()]


def test_tiny_width() -> None:
    """A terminal that is too narrow for a hanging indent gets the narrowest page that still reads."""
    assert render(accepted(), width=5) == render(accepted(), width=40)


@pytest.mark.parametrize("value", PAGES.values(), ids=PAGES)
def test_ascii(value: Report) -> None:
    """A stream without our symbols gets ASCII only, others' letters escaped."""
    text = render(value, ascii_only=True)

    assert text.isascii()
    assert "+120 -14" in text
    assert "\nx lint-and-types" in text or value.result != "rejected"


def test_ascii_names() -> None:
    """In ASCII a letter is an escape of its code point, a byte that is no UTF-8 one of two digits."""
    text = render(hostile(), ascii_only=True)

    assert "\\u65e5\\u672c/\\u00e9 +.py:3: marks" in text
    assert "caf\\xe9/\\xff.py:2" in text


def test_color() -> None:
    """Colours are asked for by the caller; without them the text is the same."""
    text = render(rejected(), color=True)

    assert "\x1b[1;31mREJECTED\x1b[0m: 2 items failed" in text
    assert re.sub(r"\x1b\[[\d;]*m", "", text) == render(rejected())


def test_color_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page depends on its arguments only, not on what the environment says about terminals."""
    plain, colored = render(rejected()), render(rejected(), color=True)
    for name, value in {"FORCE_COLOR": "1", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "30", "CI": "1"}.items():
        monkeypatch.setenv(name, value)

    assert render(rejected()) == plain
    assert render(rejected(), color=True) == colored


def test_span() -> None:
    """A finding of several lines names the first and the last."""
    several = msgspec.structs.replace(finding("not covered", "src/a.py", 12), end_line=14)
    broken = gate("unit-coverage", "unit-coverage", "fail", "too little", [several])

    text = render(report("rejected", [broken], {"unit-coverage": ("fail", "too little")}))

    assert "    src/a.py:12-14: not covered\n" in text


def test_command_in_prose() -> None:
    """A command in backticks is not cut where the prose around it is."""
    mend = "take the edit of the file back (`git checkout main -- src/app/core.py`), or have the task declare it"
    told = finding("x", "a.py", 1, mend=mend)
    broken = gate("small-diff", "minimal-change", "fail", "too big", [told])

    text = render(report("rejected", [broken], {"minimal-change": ("fail", "too big")}))

    assert "\n        (`git checkout main -- src/app/core.py`), or have the task declare it\n" in text


def test_stray_gate() -> None:
    """A gate that answers no item of the checklist is seen, and counted in the headline."""
    text = render(report("unproven", [gate("licence", "no-such-item", "fail", "a file has no licence")]))

    assert "UNPROVEN: 9 items passed, 3 not applicable, 1 gate of no item\n" in text
    assert "? no item of the checklist is answered by these gates:\n  ✗ licence: a file has no licence\n" in text


def test_nothing_asked_for() -> None:
    """When every item was left out, the headline does not sound like a pass."""
    items: Mapping[str, tuple[Status, str]] = {item.id: ("not-applicable", "not asked for: --no-run") for item in ITEMS}

    text = render(report("accepted", [], items))

    assert "ACCEPTED: none of the 12 items was asked for\n" in text


def test_all_remembered() -> None:
    """When every measurement was remembered there is no slowest one."""
    text = render(
        msgspec.structs.replace(report("accepted"), measurements=(MeasurementReport("lint", None, 0.0, cached=True),))
    )

    assert text.endswith("\n1 measurement, 1 remembered\n")


def test_light_import() -> None:
    """Importing the report does not load rich: start-up is a feature."""
    code = "import sys, gatecheck.reports.text, gatecheck.progress; sys.exit('rich' in sys.modules)"

    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0


def gap(rule: str, level: Level, line: int, end_line: int) -> FindingReport:
    """Make a finding of lines that no test runs."""
    return FindingReport(rule, level, f"of {rule}", "src/app/core.py", line, end_line, "0" * 16)


def test_a_gap_of_which_three_gates_tell_is_told_once() -> None:
    """The others say how many of their places it covers; a graver finding is told all the same, and another place."""
    gates = [
        gate("demanded-hunks", "minimal-change", "pass", "some", [gap("untested-hunk", "warning", 4, 9)]),
        gate("noticed-change", "tested-change", "pass", "some", [gap("unreached-function", "warning", 4, 4)]),
        gate(
            "unit-coverage",
            "unit-coverage",
            "fail",
            "some",
            [gap("uncovered", "error", 5, 9), gap("uncovered", "error", 20, 20)],
        ),
    ]
    page = render(report("rejected", gates, {"unit-coverage": ("fail", "some")}))
    without = render(report("accepted", gates[:2]))
    graver = render(report("accepted", [gates[0], msgspec.structs.replace(gates[2], status="pass")]))

    assert page.count("of uncovered") == 2
    assert "no test runs the place that unit-coverage names [demanded-hunks]" in page
    assert "no test runs the place that unit-coverage names [noticed-change]" in page
    assert "of untested-hunk" in without
    assert "no test runs the place that demanded-hunks names [noticed-change]" in without
    assert (graver.count("of untested-hunk"), graver.count("of uncovered")) == (1, 2)
