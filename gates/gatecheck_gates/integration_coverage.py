"""The gate integration-coverage."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Base, Change, Pinned
from gatecheck.measurements.suites import IntegrationRun
from gatecheck.model import Verdict
from gatecheck.project import Project
from gatecheck_gates._suite_coverage import judge_suite


@dataclass(frozen=True)
class IntegrationCoverage:
    """Integration tests run at least 70 % of the statements that the change adds or alters.

    Why
    ---
    Unit tests show that the parts work; only tests across them show that the parts fit. One merged figure lets many
    unit tests stand in for missing integration tests: with one data file for both, 50 % of one suite and 81 % of the
    other looked like a single good number.

    How it is judged
    ----------------
    As unit-coverage, on a run of its own of the integration suite: what the base's policy names, else the tests below
    tests/integration and tests/e2e and those marked `integration`. Not applicable where the project has no such suite,
    no Python source or test changed, or the change has no statement.

    How to fix it
    -------------
    Write integration tests that run the places listed.
    """

    id: ClassVar[str] = "integration-coverage"
    item: ClassVar[str] = "integration-coverage"

    minimum: Annotated[
        int, Meta(ge=0, le=100, description="per cent of the change's statements, and of the project's")
    ] = 70

    def judge(
        self,
        change: Change,
        project: Project,
        after: Pinned[IntegrationRun] | None = None,
        before: Base[IntegrationRun] | None = None,
    ) -> Verdict:
        """Compare what the integration tests ran with what the change answers for."""
        return judge_suite("integration", self.minimum, change, project, after, before)
