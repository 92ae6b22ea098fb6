"""The whole way of one run: repository, change, policy, plan, measurements, verdicts, checklist, report."""

import datetime as dt
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gatecheck import plugins
from gatecheck.cache import Cache
from gatecheck.change import Change
from gatecheck.ci import NamedRange, choose
from gatecheck.engine import Engine, Event
from gatecheck.givens import Trees, provide
from gatecheck.judging import judge_all
from gatecheck.model import Checklist
from gatecheck.policy import policy_of_file, policy_of_tree
from gatecheck.report import Report, report_of
from gatecheck.repository import Repository, resolve
from gatecheck.selection import select, without_execution
from gatecheck.task import NO_TASK, Task
from gatecheck.workspace import Workspace, scratch_folder


@dataclass(frozen=True)
class Demand:
    """What whoever runs gatecheck asks for; everything has a default.

    range, base: see `repository.resolve`; of_ci: what the CI system names, where neither is given. gates, skip: gate
    ids. execute: False leaves out what runs the project's code. jobs: measurements at once, 0 for one more than there
    are processors. cache: a folder, None to remember nothing.
    """

    folder: Path = Path()
    range: str | None = None
    base: str | None = None
    of_ci: tuple[NamedRange, ...] = ()
    task: Task = NO_TASK
    policy: Path | None = None
    python: Path | None = None
    gates: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    execute: bool = True
    jobs: int = 0
    cache: Path | None = None


def check(demand: Demand, listen: Callable[[Event], None] = lambda _: None) -> Report:
    """Judge a change. Raises GatecheckError for what the user can mend; everything else is in the report."""
    started, began = dt.datetime.now(dt.UTC), time.monotonic()
    with scratch_folder() as scratch:
        repository = Repository.open(demand.folder, scratch)
        change = _change(repository, demand)
        trees = Trees(repository, change)
        base_name = (change.base or "the empty base")[:12]
        policy = policy_of_file(demand.policy) if demand.policy else policy_of_tree(trees.read_base, base_name)
        selection = select(plugins.gates(), policy, demand.gates, demand.skip)
        providers, broken = plugins.measurements()
        cache = Cache(demand.cache)
        givens = provide(change, trees, demand.task, policy, Workspace(scratch, demand.cache), demand.python)
        engine = Engine(givens, providers, cache, demand.jobs or (os.cpu_count() or 1) + 1, listen)
        if not demand.execute:
            selection = without_execution(selection, engine)
        judgements = judge_all(engine, selection.gates, change)
        checklist = Checklist.of(judgements, selection.excused)
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
        broken,
    )


def _change(repository: Repository, demand: Demand) -> Change:
    if demand.of_ci and demand.range is None and demand.base is None:
        return resolve(repository, choose(demand.of_ci, repository.knows))
    return resolve(repository, demand.range, demand.base)
