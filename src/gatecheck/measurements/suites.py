"""The unit and the integration tests of a snapshot: what became of each, and which statements they ran.

Each suite runs apart, so that each figure is its own suite's.
"""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, TypeVar

from gatecheck.change import Side, Snapshot, Watched
from gatecheck.errors import MeasurementError
from gatecheck.globs import matcher
from gatecheck.measurements.causes import common_cause, leaving_out
from gatecheck.measurements.elsewhere import Pythons, with_others
from gatecheck.measurements.outcomes import Origin, Outcome, Reach
from gatecheck.measurements.suite_command import MARKER
from gatecheck.measurements.suite_runner import FileCoverage, SuiteRunner
from gatecheck.project import INTEGRATION, Project
from gatecheck.pythons import PythonRun
from gatecheck.test_bed import TestBed

_Run = TypeVar("_Run", bound="SuiteRun")
PYTEST = "python -m pytest {}"  # how a person runs a test, whose id takes the place of the braces


@dataclass(frozen=True)
class SuiteRun:
    """One suite run once. `present` is False where the project has no such suite: then nothing ran.

    runner: "pytest", or the policy's command, of which only the exit code is known; pytest's own tells nothing, for
    planted tests fail. reached: of the watched files. origins: of the tests that are no functions of test modules.
    again: how a test is run by hand.
    pythons: the other Pythons that ran what the main one skips, whose answers are among these. seconds: how long it
    took.
    """

    present: bool = True
    runner: str = "pytest"
    code: int = 0
    outcomes: tuple[Outcome, ...] = ()
    files: tuple[FileCoverage, ...] = ()
    reached: tuple[Reach, ...] = ()
    origins: tuple[Origin, ...] = ()
    again: str = PYTEST
    pythons: tuple[PythonRun, ...] = ()
    seconds: float = 0

    def command_for(self, id_: str, python: str = "") -> str:
        """Give the command that runs one test by hand: unittest's runners name it as a module is named.

        python: see `Outcome.python`.
        """
        command = self.again.format(f"'{id_}'" if self.again == PYTEST else dotted(id_))
        return command.replace("python", python, 1) if python else command


@dataclass(frozen=True)
class UnitRun(SuiteRun):
    """The unit tests: all that is not integration, unless the policy says otherwise."""


@dataclass(frozen=True)
class IntegrationRun(SuiteRun):
    """The integration tests."""


def measure_unit_run(snapshot: Snapshot, bed: TestBed, watched: Watched, pythons: Pythons) -> UnitRun:
    """Run the unit tests of a snapshot."""
    return _everywhere(UnitRun, "unit", snapshot, replace(bed, watched=watched), pythons)


def measure_integration_run(snapshot: Snapshot, bed: TestBed, watched: Watched, pythons: Pythons) -> IntegrationRun:
    """Run the integration tests of a snapshot, where there are any."""
    if not has_integration_suite(snapshot, bed.project):
        return IntegrationRun(present=False)
    return _everywhere(IntegrationRun, "integration", snapshot, replace(bed, watched=watched), pythons)


def has_integration_suite(snapshot: Snapshot, project: Project) -> bool:
    """Tell whether the policy names an integration suite, or the tree has a folder or a marker that does."""
    if project.suite("integration"):
        return True
    python = [path for path in snapshot.paths if path.endswith(".py") and project.is_test(path)]
    tests = [path for path in python if (snapshot.root / path).is_file()]
    if any(matcher(INTEGRATION)(path) for path in tests if PurePosixPath(path).name != "__init__.py"):
        return True
    marker = f"mark.{MARKER}".encode()
    return any(marker in (snapshot.root / path).read_bytes() for path in tests)


def dotted(id_: str) -> str:
    """Give a test's id as unittest names it, such as package.module.Class.test."""
    path, _, name = id_.partition("::")
    return ".".join([*PurePosixPath(path).with_suffix("").parts, *name.split("::")]).rstrip(".")


def _everywhere(kind: type[_Run], suite: str, snapshot: Snapshot, bed: TestBed, pythons: Pythons) -> _Run:
    """Run a suite, and with other Pythons what is skipped of the change's tests."""
    run = kind(**_run(suite, snapshot, bed))
    return with_others(run, suite, pythons, bed, lambda bed, tests: SuiteRun(**_run(suite, snapshot, bed, tests)))


def _run(suite: str, snapshot: Snapshot, bed: TestBed, tests: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run a suite, or some tests of it, and describe what it ran; gives the fields of a SuiteRun."""
    runner = SuiteRunner.prepare(suite, snapshot, bed, tests)
    record = runner.run_tests()
    if cause := common_cause(record.outcomes, whatever=snapshot.side is Side.BASE):
        others = leaving_out(record.outcomes) if suite == "integration" and runner.runner == "pytest" else ""
        raise MeasurementError(f"the {suite} tests cannot tell anything here: {cause}{others}")
    prefix = f"{runner.tree}/"
    reached = tuple(replace(reach, path=reach.path.removeprefix(prefix)) for reach in record.reached)
    files = runner.describe(record)
    return {
        "runner": runner.runner,
        "code": record.code,
        "outcomes": record.outcomes,
        "files": files,
        "reached": reached if runner.runner == "pytest" else (),  # no other runner tells of phases
        "origins": record.origins,
        "again": runner.again,
        "seconds": record.seconds,
    }
