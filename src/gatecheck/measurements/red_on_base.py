"""The head's tests on the base's source: those that fail there show what the change brings.

A test that fails for want of a name tells nothing of what the name does: whether it demands the new behaviour is seen
on the head with the changed functions disabled, see `gatecheck.measurements.red_trials`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from gatecheck import process
from gatecheck.change import Backport, Change, Pinned, Snapshot
from gatecheck.errors import MeasurementError
from gatecheck.measurements.elsewhere import by_python, elsewhere_of
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suite_command import SUITES
from gatecheck.measurements.suite_runner import SuiteRunner
from gatecheck.measurements.suites import IntegrationRun, UnitRun, has_integration_suite
from gatecheck.project import Project
from gatecheck.test_bed import TestBed

# How a call fails that asks a module for what it does not have.
_NAMELESS = ("ImportError:", "ModuleNotFoundError:", "NameError:", "AttributeError: module ")
# Ends of a run that the base's source may be the reason of: its tests cannot be started, hang, or end the process.
_BY_SOURCE = ("pytest ended with code", "were stopped after", "did not end properly")


@dataclass(frozen=True)
class BaseReds:
    """The head's changed tests on the base's source.

    asked: the files that ran, from the project's root, and the ids of new tests that are no functions of test modules;
    none where only a conftest or data changed: then all tests ran. red: ids that failed in their call and pass on the
    head. unnamed: those of them that failed for want of a name in a module. unimported: ids that pass on the head, of
    files that cannot be imported on the base. broken: ids that pass on the head and broke before or after their call.
    green: ids that pass on both. problem: how the run ended where it did not end well; then nothing more is known.
    elsewhere: the ids that another Python than the main one runs, each with its path.
    """

    asked: tuple[str, ...] = ()
    red: tuple[str, ...] = ()
    unimported: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    green: tuple[str, ...] = ()
    problem: str = ""
    unnamed: tuple[str, ...] = ()
    elsewhere: dict[str, str] = field(default_factory=dict)

    @property
    def candidates(self) -> tuple[str, ...]:
        """Give the ids that may show what the change brings."""
        return (*self.red, *self.unimported)


def measure_base_reds(
    change: Change,
    project: Project,
    unit: Pinned[UnitRun],
    integration: Pinned[IntegrationRun],
    backport: Backport[Snapshot],
    bed: TestBed,
) -> BaseReds:
    """Run the head's changed test files on the base's source; all tests where only their surroundings changed."""
    green = [outcome.id for run in (unit, integration) for outcome in run.outcomes if outcome.outcome == "passed"]
    tests = NewTests(change, project, (*unit.origins, *integration.origins))
    asked = (*asked_files(change, project), *(id_ for id_ in green if id_ in tests.texts))
    if not asked and not any(project.is_test(file.path) for file in change.files):
        return BaseReds()
    elsewhere, tells = elsewhere_of(unit, integration), telling(change, project)
    here, *others = ({"": ()} | by_python(green, elsewhere)).items()
    found = _reds(asked, here[1], backport, bed, tells)
    for python, ids in others:
        files = tuple(dict.fromkeys(id_.partition("::")[0] for id_ in ids))
        found = _joined(found, _reds(files, ids, backport, bed.on(python), tells))
    return replace(found, elsewhere=elsewhere)


def _reds(
    asked: tuple[str, ...], green: tuple[str, ...], backport: Snapshot, bed: TestBed, tells: Callable[[str], bool]
) -> BaseReds:
    """Tell what becomes on the base's source of the tests that one Python passes on the head."""
    try:
        outcomes = outcomes_of(backport, asked, bed)
    except MeasurementError as error:
        process.heed_interrupt()
        if not any(words in str(error) for words in _BY_SOURCE):
            raise
        here = tuple(id_ for id_ in green if not asked or asked_for(id_, asked))
        return BaseReds(asked, unimported=here, problem=str(error))
    return sorted_out(asked, outcomes, green, tells)


def _joined(main: BaseReds, other: BaseReds) -> BaseReds:
    """Add what another Python tells of its tests."""
    return BaseReds(
        main.asked,
        (*main.red, *other.red),
        (*main.unimported, *other.unimported),
        (*main.broken, *other.broken),
        (*main.green, *other.green),
        main.problem or other.problem,
        (*main.unnamed, *other.unnamed),
    )


def asked_files(change: Change, project: Project) -> tuple[str, ...]:
    """Give the changed test modules of the head, from the project's root."""
    return project.below(file.path for file in NewTests(change, project).files)


def asked_for(id_: str, asked: tuple[str, ...]) -> bool:
    """Tell whether a test is among some files and ids."""
    return id_ in asked or id_.partition("::")[0] in asked


def outcomes_of(snapshot: Snapshot, asked: tuple[str, ...], bed: TestBed) -> list[Outcome]:
    """Run some test files of a snapshot, in every suite that it has."""
    runs = [SuiteRunner.prepare(suite, snapshot, bed, asked).run_tests() for suite in suites_of(snapshot, bed.project)]
    return list({outcome.id: outcome for run in runs for outcome in run.outcomes}.values())


def suites_of(snapshot: Snapshot, project: Project) -> list[str]:
    """Give the suites that a snapshot has."""
    return [suite for suite in SUITES if suite == "unit" or has_integration_suite(snapshot, project)]


def sorted_out(
    asked: tuple[str, ...], outcomes: Iterable[Outcome], green: Iterable[str], tells: Callable[[str], bool]
) -> BaseReds:
    """Tell what became of the tests that are `green` on the head; `tells` of a path whether its frames make a red."""
    became = {outcome.id: outcome for outcome in outcomes}
    found: dict[str, list[str]] = {"red": [], "unimported": [], "broken": [], "green": []}
    unnamed: list[str] = []
    for id_ in green:
        outcome = became.get(id_) or became.get(id_.partition("::")[0])
        if outcome is not None:
            kind = _kind(outcome, outcome.id == id_, tells)
            found.setdefault(kind, []).append(id_)
            unnamed += [id_] if kind == "red" and outcome.message.startswith(_NAMELESS) else []
    red, unimported, broken, passing = (tuple(found[kind]) for kind in ("red", "unimported", "broken", "green"))
    return BaseReds(asked, red, unimported, broken, passing, unnamed=tuple(unnamed))


def _kind(outcome: Outcome, own: bool, tells: Callable[[str], bool]) -> str:
    if outcome.outcome == "passed":
        return "green"
    if outcome.outcome == "error":
        return "broken" if own else "unimported"
    return "red" if is_red(outcome, tells) else "other"


def is_red(outcome: Outcome, tells: Callable[[str], bool]) -> bool:
    """Tell whether a call failed in the test or in the changed code, and not in a hook of some conftest.

    Where no exception was seen (that of a subtest is caught on its way), the test's own code must have run.
    """
    if outcome.outcome != "failed":
        return False
    return any(tells(path) for path in outcome.frames) if outcome.frames else outcome.entered


def telling(change: Change, project: Project) -> Callable[[str], bool]:
    """Give what tells of a path whether it is a test's code or changed source."""
    source = {file.path for file in change.files if project.is_source(file.path)}
    return lambda path: path in source or (project.is_test(path) and PurePosixPath(path).name != "conftest.py")
