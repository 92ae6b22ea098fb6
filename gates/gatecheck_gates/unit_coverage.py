"""The gate unit-coverage."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Base, Change, Pinned
from gatecheck.measurements.suites import UnitRun
from gatecheck.model import Verdict
from gatecheck.project import Project
from gatecheck_gates._suite_coverage import judge_suite


@dataclass(frozen=True)
class UnitCoverage:
    """Unit tests run at least 80 % of the statements that the change adds or alters.

    Why
    ---
    A statement that no test runs can be wrong in any way without anyone noticing. A figure for the whole project hides
    that: a hundred untested lines disappear among ten thousand tested ones.

    How it is judged
    ----------------
    The unit tests of the head run under coverage.py with gatecheck's own configuration; exclusions are the base's. What
    counts: statements with a changed line (a changed continuation line counts for its statement), all statements of a
    new function or one whose decorators changed. A function's statement is covered where a test runs it in its own
    call, not while modules are imported or in a fixture. What does not count: code that was only moved, renamed or
    reformatted, comments, docstrings, the branch of a version or platform test that this interpreter cannot take, and a
    short one that follows from an import of a foreign module that is there, or is not (`except ImportError`, `if x is
    None`; at most 20 statements of a change): a note names it. A file that no test imports counts as uncovered. A new
    `pragma: no cover` does not excuse the change that adds it. Covered * 100 is compared with minimum * total as
    integers. The whole project must reach the same number or, where it is below it, must not fall below the base. Fails
    below the minimum; unproven when the tests do not run, or new ones are skipped here; not applicable when no Python
    source or test changed, or the change has no statement.

    How to fix it
    -------------
    Write unit tests that run the places listed, or delete what nothing needs.
    """

    id: ClassVar[str] = "unit-coverage"
    item: ClassVar[str] = "unit-coverage"

    minimum: Annotated[
        int, Meta(ge=0, le=100, description="per cent of the change's statements, and of the project's")
    ] = 80

    def judge(
        self,
        change: Change,
        project: Project,
        after: Pinned[UnitRun] | None = None,
        before: Base[UnitRun] | None = None,
    ) -> Verdict:
        """Compare what the unit tests ran with what the change answers for."""
        return judge_suite("unit", self.minimum, change, project, after, before)
