"""Every case in fixtures/: its gate gives what expect.toml says, and every other gate is silent on a passing one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

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


@cache
def report_of(case: Case, folder: Path) -> Report:
    """Build the case's two commits in a real repository, and check them: a passing case with every gate."""
    commit_case(case.folder, folder)
    task = msgspec.convert(case.expected.get("task", {}), Task)
    gates = () if case in PASSING else (case.gate,)
    report = check(Demand(folder=folder, range="HEAD~1..HEAD", task=task, gates=gates, cache=default_folder()))
    valid_report(render(report))
    return report


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one folder for all cases: each is built and checked once."""
    return tmp_path_factory.mktemp("cases")


def gate_of(report: Report, gate: str) -> GateReport:
    """Give one gate's part of a report."""
    return next(found for found in report.gates if found.id == gate)


def fits(finding: FindingReport, expected: Mapping[str, object]) -> bool:
    """Tell whether a finding has what is expected of it."""
    return all(getattr(finding, key) == value for key, value in expected.items())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_gate_gives_what_its_case_expects(case: Case, work: Path) -> None:
    """The case's gate has the expected status and findings."""
    verdict = gate_of(report_of(case, work / str(case)), case.gate)

    assert verdict.status == case.expected["status"], verdict
    for expected in case.expected.get("findings", []):
        assert any(fits(finding, expected) for finding in verdict.findings), (expected, verdict.findings)


@pytest.mark.parametrize("case", PASSING, ids=str)
def test_every_other_gate_is_silent_on_a_passing_case(case: Case, work: Path) -> None:
    """What is good for one gate breaks no other, and leaves none undecided."""
    report = report_of(case, work / str(case))
    loud = [gate for gate in report.gates if gate.id != case.gate and gate.status in {"fail", "unproven"}]

    assert not loud
