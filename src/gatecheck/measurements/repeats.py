"""The new and edited tests under other circumstances: apart from the rest, in another order, twice, elsewhere.

59 % of the flaky tests of Python projects depend on the order (arXiv 2101.09077): runs that differ tell more than runs
that repeat. Several differences share a run; which of them broke a test is found out only where one did.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from gatecheck.change import Base, Change, Pinned, Snapshot
from gatecheck.measurements.causes import BREAKS
from gatecheck.measurements.elsewhere import by_python, elsewhere_of
from gatecheck.measurements.new_tests import NewTests, function_of
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suite_command import SUITES
from gatecheck.measurements.suite_runner import SuiteRunner
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.measurements.variation import Variation
from gatecheck.project import Project
from gatecheck.test_bed import TestBed

MOST = 50  # tests; of more, each function's first are taken and as many of its parameters as there is room for
# UTC+14 and UTC-11 are on two dates at any hour. Python is in UTF-8 mode under the locale C (PEP 540).
VARIATIONS = (
    Variation(backwards=True, hash_seed="1", zone="Pacific/Kiritimati", locale="C"),
    Variation(times=2, hash_seed="2", zone="Pacific/Pago_Pago", locale="C.UTF-8"),
)


@dataclass(frozen=True)
class Break:
    """A test that passed in its suite and broke in a varied run.

    again: whether it broke once more when that run was repeated. causes: the single differences that break it, each a
    phrase such as "in reversed order"; none where only all of them together do. python: see `Outcome`.
    """

    id: str
    suite: str
    variation: int
    path: str
    line: int
    message: str
    again: bool
    causes: tuple[str, ...] = ()
    python: str = ""


@dataclass(frozen=True)
class Repeats:
    """The new and edited tests in varied runs.

    repeated: the ids that were asked for; `untried` counts those beyond MOST, other parameters of the same functions.
    unrun: the ids among `repeated` that neither held nor broke in any of the runs: not collected there, or skipped.
    """

    repeated: tuple[str, ...] = ()
    untried: int = 0
    breaks: tuple[Break, ...] = ()
    unrun: tuple[str, ...] = ()


@dataclass(frozen=True)
class OldBreaks:
    """The ids that the change edited, and that broke on the base in the same varied run."""

    ids: tuple[str, ...] = ()


def measure_repeats(
    change: Change,
    project: Project,
    unit: Pinned[UnitRun],
    integration: Pinned[IntegrationRun],
    head: Pinned[Snapshot],
    bed: TestBed,
) -> Repeats:
    """Run the new and edited tests that pass in their suite under each of the VARIATIONS."""
    tests = NewTests(change, project, (*unit.origins, *integration.origins))
    repeated, unrun = list[str](), list[str]()
    breaks: list[Break] = []
    untried = 0
    for suite, run in zip(SUITES, (unit, integration), strict=True):
        passed = [outcome.id for outcome in run.outcomes if outcome.outcome == "passed"]
        ids = chosen(tests.of(passed), project)
        room = max(MOST - len(repeated), len({function_of(id_, project) for id_ in ids}))
        untried += len(ids[room:])
        repeated += ids[:room]
        ran = set[str]()
        for python, some in by_python(ids[:room], elsewhere_of(run)).items():
            found = _breaks(suite, list(some), head, bed.on(python), ran)
            breaks += (replace(one, python=python) for one in found)
        unrun += [id_ for id_ in ids[:room] if id_ not in ran]
    return Repeats(tuple(repeated), untried, tuple(breaks), tuple(unrun))


def measure_old_breaks(
    change: Change,
    project: Project,
    repeats: Repeats,
    base: Base[Snapshot],
    bed: TestBed,
) -> OldBreaks:
    """Run those that broke, and were there before, on the base in the same way."""
    tests = NewTests(change, project)
    old: set[str] = set()
    before = frozenset(project.below(base.paths))
    for suite in SUITES:
        for number, variation in enumerate(VARIATIONS):
            broke = {one.id: one.python for one in repeats.breaks if (one.suite, one.variation) == (suite, number)}
            known = [id_ for id_ in broke if tests.is_known(id_)]
            there = [id_ for id_ in known if id_.partition("::")[0] in before]
            for python, some in by_python(there, broke).items():
                old |= _broken(suite, replace(variation, only=some), base, bed.on(python)).keys()
    return OldBreaks(tuple(sorted(old)))


def chosen(ids: Iterable[str], project: Project) -> list[str]:
    """Order ids so that the first of every function come before the second of any."""
    seen: dict[tuple[str, str], int] = {}
    ranked = []
    for id_ in ids:
        function = function_of(id_, project)
        seen[function] = seen.get(function, 0) + 1
        ranked.append((seen[function], id_))
    return [id_ for _, id_ in sorted(ranked, key=lambda entry: entry[0])]


def _breaks(suite: str, ids: list[str], head: Snapshot, bed: TestBed, ran: set[str]) -> Iterator[Break]:
    """Give what breaks, and note in `ran` what held or broke in one of the runs."""
    left = list(ids)
    for number, variation in enumerate(VARIATIONS):
        varied = replace(variation, only=tuple(left))
        became = _became(suite, varied, head, bed) if left else {}
        ran |= {id_ for id_, outcome in became.items() if outcome.outcome != "skipped"}
        if first := {id_: outcome for id_, outcome in became.items() if outcome.outcome in BREAKS}:
            second = _broken(suite, varied, head, bed)
            causes = _causes(suite, varied, head, bed) if first.keys() & second.keys() else {}
            left = [id_ for id_ in left if id_ not in first.keys() & second.keys()]  # one finding a test is enough
            for id_, outcome in first.items():
                place = (outcome.path, outcome.line, outcome.message)
                yield Break(id_, suite, number, *place, id_ in second, tuple(causes.get(id_, ())))


def _causes(suite: str, varied: Variation, head: Snapshot, bed: TestBed) -> dict[str, list[str]]:
    """Find the single differences that break each test; where the first, being apart, does, no other is one."""
    causes: dict[str, list[str]] = {}
    apart, *others = varied.alone()
    alone = _broken(suite, apart[1], head, bed)
    for name, variation in others:
        for id_ in _broken(suite, variation, head, bed).keys() - alone.keys():
            causes.setdefault(id_, []).append(name)
    return causes | {id_: [apart[0]] for id_ in alone}


def _broken(suite: str, variation: Variation, snapshot: Snapshot, bed: TestBed) -> dict[str, Outcome]:
    """Give what broke in a varied run."""
    became = _became(suite, variation, snapshot, bed)
    return {id_: outcome for id_, outcome in became.items() if outcome.outcome in BREAKS}


def _became(suite: str, variation: Variation, snapshot: Snapshot, bed: TestBed) -> dict[str, Outcome]:
    """Give what became of each test that a varied run was asked for and that ran in it, or could not be collected.

    A parameter may have another id each time, such as the hour: then its function's worst stands for it.
    """
    files = tuple(dict.fromkeys(id_.partition("::")[0] for id_ in variation.only))
    outcomes = SuiteRunner.prepare(suite, snapshot, bed, files, variation).run_tests().outcomes
    told = {outcome.id: outcome for outcome in outcomes}
    functions: dict[str, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.outcome in BREAKS):
        functions[outcome.id.partition("[")[0]] = outcome
    found = {id_: told.get(id_) or _stands_for(id_, functions) for id_ in variation.only}
    return {id_: outcome for id_, outcome in found.items() if outcome is not None}


def _stands_for(id_: str, functions: Mapping[str, Outcome]) -> Outcome | None:
    """Give the outcome of another parameter of a test's function, or of its file that cannot be collected."""
    return (functions.get(id_.partition("[")[0]) if "[" in id_ else None) or functions.get(id_.partition("::")[0])
