"""The JSON report: the public API. It can be read back, printed anywhere, and conforms to its schema."""

import json
import os

import jsonschema
import msgspec
import pytest

from gatecheck.model import ITEMS
from gatecheck.report import ChangeReport, FindingReport, GateReport, ItemReport, PolicyReport, Report
from gatecheck.reports.json import presentable, render
from gatecheck.schemas import schema_of

PUBLIC = [
    *("schema_version", "gatecheck_version", "started_at", "duration_s", "change", "task", "policy"),
    *("result", "items", "gates", "measurements", "limits", "notes"),
]


def report(path: str = "src/a.py", message: str = "a message") -> Report:
    """Make a report with one finding."""
    finding = FindingReport("some-rule", "error", message, path, 3, None, "0" * 16)
    gate = GateReport("no-new-lint", "lint-and-types", "fail", "block", message, (finding,), {"findings": 1}, 0.1)
    return Report(
        schema_version="1.0",
        gatecheck_version="0.1.0",
        started_at="2026-01-01T00:00:00+00:00",
        duration_s=1.5,
        change=ChangeReport("main...HEAD", "b" * 40, None, "1" * 40, "2" * 40, 1, 1, 0),
        task=None,
        policy=PolicyReport("built-in defaults", "0" * 16),
        result="rejected",
        items=tuple(ItemReport(item.id, item.criterion, "fail", message, ("no-new-lint",)) for item in ITEMS),
        gates=(gate,),
        measurements=(),
        limits=(),
    )


def test_round_trip() -> None:
    """What is written can be read back as the same report."""
    assert msgspec.json.decode(render(report()), type=Report) == report()


def test_fields() -> None:
    """The fields are those that were promised, in their order; all twelve items are there."""
    written = json.loads(render(report()))

    assert list(written) == PUBLIC
    assert [item["id"] for item in written["items"]] == [item.id for item in ITEMS]


def test_schema() -> None:
    """A report conforms to the schema that `gatecheck schema report` prints."""
    schema = json.loads(schema_of("report"))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(render(report())), schema)


def test_layout() -> None:
    """It is indented by two, ends with a line end, and is the same each time."""
    text = render(report())

    assert text.startswith('{\n  "schema_version": "1.0",\n')
    assert text.endswith("\n}\n")
    assert text == render(report())


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (os.fsdecode(b"caf\xe9.py"), "caf\\xe9.py"),
        ("half \ud800.py", "half \\ud800.py"),
        ("日本 é.py", "日本 é.py"),
        ("a\x1b[2K\n.py", "a\x1b[2K\n.py"),
    ],
)
def test_names(path: str, shown: str) -> None:
    """What no UTF-8 can hold is shown as an escape; every other name is kept, and its controls are escaped."""
    text = render(report(path, path))

    assert json.loads(text)["gates"][0]["findings"][0]["path"] == shown
    assert json.loads(text)["gates"][0]["summary"] == shown
    assert "\x1b" not in text


def test_presentable() -> None:
    """A report that is presentable already is left as it is."""
    assert presentable(report()) == report()


def test_log_commands() -> None:
    """A CI log that prints the report finds no command in it, and the value stays the same."""
    hostile = "##[add-mask]x \\##vso[task.setvariable]y # ## z"

    text = render(report("##[group]", hostile))

    assert "##[" not in text
    assert "##vso" not in text
    assert json.loads(text)["gates"][0]["summary"] == hostile
