"""The contract that every gate of ours keeps: one name everywhere, documented options and all, with its own cases."""

import dataclasses
import itertools
import re
import tomllib
from pathlib import Path

import pytest

from gatecheck import plugins
from gatecheck.documentation import explain
from gatecheck.engine import requests_of
from gatecheck.model import ITEMS, Status
from gatecheck.plugins import GatePlugin

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
GATES = [gate for gate in plugins.gates() if gate.distribution == "gatecheck"]
HEADINGS = ("Why", "How it is judged", "How to fix it")

each_gate = pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.id)


def expected_status(case: Path) -> str:
    """Read what a case says of its gate."""
    return str(tomllib.loads((case / "expect.toml").read_text())["status"])


def test_every_gate_module_is_registered() -> None:
    """A module of the package is a gate, or private."""
    modules = {path.stem for path in (ROOT / "gates/gatecheck_gates").glob("[!_]*.py")}

    assert modules == {gate.id.replace("-", "_") for gate in GATES}


@each_gate
def test_a_gate_has_one_name(gate: GatePlugin) -> None:
    """The entry point, the class, its id and the module's name are one name in four spellings."""
    assert gate.gate_type is not None, gate.problem
    assert gate.gate_type.id == gate.id
    assert gate.gate_type.__name__ == "".join(word.capitalize() for word in gate.id.split("-"))
    assert gate.gate_type.__module__ == f"gatecheck_gates.{gate.id.replace('-', '_')}"
    assert gate.item in {item.id for item in ITEMS}


@each_gate
def test_a_gate_is_frozen_and_works_without_configuration(gate: GatePlugin) -> None:
    """Every option has a default."""
    assert gate.gate_type is not None
    made = gate.gate_type()
    assert gate.gate_type.__dataclass_params__.frozen
    assert requests_of(made.judge)[0] or requests_of(made.judge)[1]


@each_gate
def test_a_gate_is_documented(gate: GatePlugin) -> None:
    """The first line is the criterion, a sentence; the headings come in their order, each with a text."""
    assert gate.gate_type is not None
    lines = (gate.gate_type.__doc__ or "").split("\n")
    found = [line.strip() for line, under in itertools.pairwise(lines) if re.fullmatch(r"\s*-{3,}", under)]

    assert re.fullmatch(r"[A-Z].*\.", lines[0])
    assert tuple(heading for heading in found if heading in HEADINGS) == HEADINGS
    assert f"answers {gate.item}" in explain(gate)


@each_gate
def test_every_option_is_explained(gate: GatePlugin) -> None:
    """`gatecheck explain` says of each its type and default, and in words what it does."""
    assert gate.gate_type is not None
    text = explain(gate)
    for option in dataclasses.fields(gate.gate_type):
        name = option.name.replace("_", "-")
        assert re.search(rf"^{name}: \w.*(?:\n .*)*default:.*(?:\n.*)?\n {{4}}\w+", text, re.MULTILINE), name


@each_gate
def test_a_gate_has_a_passing_and_a_failing_case(gate: GatePlugin) -> None:
    """And every case is named after the status that it expects."""
    cases = [case for case in (FIXTURES / gate.id).iterdir() if case.is_dir()]
    statuses = {case: expected_status(case) for case in cases}

    assert {"pass", "fail"} <= set(statuses.values())
    assert set(statuses.values()) <= {str(status) for status in Status}
    assert all(case.name.startswith(f"{status}-") for case, status in statuses.items())


def test_every_case_belongs_to_a_gate() -> None:
    """No folder of cases is left over from a gate that is gone."""
    assert {folder.name for folder in FIXTURES.iterdir() if list(folder.glob("*/expect.toml"))} <= {
        gate.id for gate in GATES
    } | {"cheats"}


@each_gate
def test_judging_is_tested_on_plain_values(gate: GatePlugin) -> None:
    """Each gate has a test module that mirrors its own."""
    assert (ROOT / "tests/gates" / f"test_{gate.id.replace('-', '_')}.py").is_file()
