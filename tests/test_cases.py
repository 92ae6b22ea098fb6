"""Every case in fixtures/: its gate gives what expect.toml says, and every other gate is silent on a passing one."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gatecheck import plugins
from gatecheck.cache import default_folder
from gatecheck.report import FindingReport, GateReport, Report
from gatecheck.reports.json import render
from gatecheck.run import Demand, check
from gatecheck.task import Task
from repositories import commit_case, valid_report

FIXTURES = Path(__file__).parents[1] / "fixtures"


@dataclass(frozen=True)
class Case:
    """One case: the gate that it is for, its folder, and what is expected."""

    gate: str
    folder: Path

    @property
    def expected(self) -> dict[str, Any]:
        """Read expect.toml."""
        return tomllib.loads((self.folder / "expect.toml").read_text())

    def __str__(self) -> str:
        """Name the case as pytest shows it."""
        return f"{self.gate}/{self.folder.name}"


CASES = [
    Case(folder.parent.name, folder) for folder in sorted(FIXTURES.glob("*/*")) if (folder / "expect.toml").exists()
]
PASSING = [case for case in CASES if case.expected["status"] in {"pass", "not-applicable"}]


# They run the tests over and over: in CI on their own cases, by `make proof` on all.
COSTLY = frozenset(
    {"noticed-change", "demanded-hunks", "repeatable-tests", "red-on-base", "base-tests-pass", "tests-pass"}
)


def report_of(case: Case, folder: Path, gates: Iterable[str]) -> Report:
    """Build the case's two commits in a real repository, and check them."""
    commit_case(case.folder, folder)
    task = msgspec.convert(case.expected.get("task", {}), Task)
    demand = Demand(folder=folder, range="HEAD~1..HEAD", task=task, gates=tuple(gates), cache=default_folder())
    report = check(demand)
    valid_report(render(report))
    return report


def gate_of(report: Report, gate: str) -> GateReport:
    """Give one gate's part of a report."""
    return next(found for found in report.gates if found.id == gate)


def fits(finding: FindingReport, expected: Mapping[str, object]) -> bool:
    """Tell whether a finding has what is expected of it."""
    return all(getattr(finding, key) == value for key, value in expected.items())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_gate_gives_what_its_case_expects(case: Case, tmp_path: Path) -> None:
    """Its status and findings; what is good for one gate breaks no other, and leaves none undecided."""
    others = {plugin.id for plugin in plugins.gates()} - COSTLY if case in PASSING else set()
    report = report_of(case, tmp_path / "case", sorted(others | {case.gate}))
    verdict = gate_of(report, case.gate)

    assert verdict.status == case.expected["status"], verdict
    for expected in case.expected.get("findings", []):
        assert any(fits(finding, expected) for finding in verdict.findings), (expected, verdict.findings)
    assert not loud(report, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in PASSING if case.gate not in COSTLY], ids=str)
def test_no_trial_speaks_against_a_passing_case(case: Case, tmp_path: Path) -> None:
    """The gates that run the tests over and over are silent as well."""
    assert not loud(report_of(case, tmp_path / "case", sorted(COSTLY)), case)


def loud(report: Report, case: Case) -> list[GateReport]:
    """Give the other gates that fail or cannot decide."""
    return [gate for gate in report.gates if gate.id != case.gate and gate.status in {"fail", "unproven"}]
