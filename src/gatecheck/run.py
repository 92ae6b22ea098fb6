"""The whole way of one run: repository, change, policy, plan, measurements, verdicts, checklist, report."""

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gatecheck import plugins
from gatecheck.cache import Cache, private_folder
from gatecheck.change import Change, Side
from gatecheck.ci import NamedRange, choose
from gatecheck.engine import Engine, Event, Failed, Request
from gatecheck.executing import refuse_uncaged
from gatecheck.givens import Trees, provide
from gatecheck.interpreter import Interpreter
from gatecheck.judging import absent_of, judge_all
from gatecheck.measurements.elsewhere import Pythons, python_notes
from gatecheck.measurements.lending import lent_notes
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.model import Checklist
from gatecheck.policy import policy_of_file, policy_of_tree
from gatecheck.ranges import Known, Uncommitted, resolve
from gatecheck.report import Report, report_of
from gatecheck.repository import Repository
from gatecheck.selection import runs_code, select, without_execution
from gatecheck.task import NO_TASK, Task
from gatecheck.trials.budget import DEFAULT_S, Budget
from gatecheck.uncommitted_notes import left_out, refuse_nothing
from gatecheck.workspace import Execution, Workspace, scratch_folder


@dataclass(frozen=True)
class Demand:
    """What whoever runs gatecheck asks for; everything has a default.

    range, base: see `ranges.resolve`; of_ci: what the CI system names, where neither is given. python: the project's
    main interpreter; others: those that run new tests which it skips. gates, skip: gate ids. execute: False leaves out
    what runs the project's code; require_cage: nothing is to run where it cannot be caged. budget_s: seconds for trials
    of altered code. jobs: measurements at once, 0 for one more than there are processors.
    cache: a folder, None to remember nothing.
    """

    folder: Path = Path()
    range: str | Uncommitted | None = None
    base: str | Known | None = None
    of_ci: tuple[NamedRange, ...] = ()
    task: Task = NO_TASK
    policy: Path | None = None
    python: Path | None = None
    others: tuple[Path, ...] = ()
    gates: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    execute: bool = True
    require_cage: bool = False
    budget_s: float = DEFAULT_S
    jobs: int = 0
    cache: Path | None = None


def check(demand: Demand, listen: Callable[[Event], None] = lambda _: None) -> Report:
    """Judge a change. Raises GatecheckError for what the user can mend; everything else is in the report."""
    started, began = dt.datetime.now(dt.UTC), time.monotonic()
    with scratch_folder() as scratch:
        repository = Repository.open(demand.folder, scratch)
        change = _change(repository, demand)
        refuse_nothing(repository, change)
        trees = Trees(repository, change)
        base_name = (change.base or "the empty base")[:12]
        policy = (
            policy_of_file(demand.policy) if demand.policy else policy_of_tree(trees.read_base, base_name, trees.root)
        )
        if demand.require_cage and demand.execute:
            refuse_uncaged(policy.policy)
        selection = select(plugins.gates(demand.gates), policy, demand.gates, demand.skip)
        measurements = plugins.Measurements()
        if not demand.gates:  # else those alone are loaded that the named gates ask for
            measurements.load_all()
        folder, unread = private_folder(demand.cache)
        cache = Cache(folder)
        workspace, budget = Workspace(scratch, folder), Budget(demand.budget_s)
        givens = provide(change, trees, demand.task, policy, workspace, demand.python, budget, demand.others)
        engine = Engine(givens, measurements, cache, demand.jobs or (os.cpu_count() or 1) + 1, listen)
        if not demand.execute:
            selection = without_execution(selection, engine)
        judgements = judge_all(engine, selection.gates, change)
        checklist = Checklist.of(judgements, selection.excused)
        notes = (*_notes_on(change), *left_out(repository, change), *_notes(engine), *([unread] if unread else []))
        cache.prune()
    return report_of(
        started,
        time.monotonic() - began,
        change,
        demand.task,
        policy,
        checklist,
        judgements,
        engine.takings,
        selection,
        measurements.broken,
        notes,
    )


def _change(repository: Repository, demand: Demand) -> Change:
    if demand.of_ci and demand.range is None and demand.base is None:
        ends = choose(demand.of_ci, repository)
        new = isinstance(ends.base, Known)
        return resolve(repository, ends.head, ends.base) if new else resolve(repository, str(ends))
    return resolve(repository, demand.range, demand.base)


def _notes_on(change: Change) -> Iterator[str]:
    if change.merges:
        merged = ", ".join(commit[:12] for commit in change.merges)
        yield f"a merge of {merged} is in progress: what its sides have is part of the base, and is not judged"


def _notes(engine: Engine) -> Iterator[str]:
    """Give what must be said of how the project's code ran, where any of it did, now or when it was remembered."""
    types = {provider.name: kind for kind, provider in engine.providers.items()}
    done = [taken for taken in engine.takings.values() if not isinstance(taken.value, Failed)]
    if any(taken.name in types and runs_code(Request(types[taken.name], taken.side), engine) for taken in done):
        settled = engine.value(Request(Execution))
        if isinstance(settled, Execution):
            yield from settled.cage.notes
        interpreter = engine.value(Request(Interpreter))
        if isinstance(interpreter, Interpreter):
            yield from lent_notes(interpreter)
            yield from _notes_on_pythons(engine, interpreter)
        yield from (f"the project ran without {part}" for part in absent_of(engine))


def _notes_on_pythons(engine: Engine, main: Interpreter) -> Iterator[str]:
    """Give what must be said of other Pythons, and of what no Python ran."""
    pythons = engine.value(Request(Pythons, Side.PINNED))
    if isinstance(pythons, Pythons):
        head = [taken for taken in engine.takings.values() if taken.side is not Side.BASE]
        runs = ((taken.name.removesuffix("-run"), taken.value) for taken in head)
        told = {suite: run for suite, run in runs if isinstance(run, UnitRun | IntegrationRun)}
        yield from python_notes(told, pythons, main)
