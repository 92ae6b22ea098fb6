"""Runs trials on this machine: most in forks of a process that has imported the project, the rest in fresh ones."""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from gatecheck.change import Snapshot
from gatecheck.errors import MeasurementError
from gatecheck.measurements.suite_command import SUITES, command_of
from gatecheck.measurements.suite_runner import SuiteRunner
from gatecheck.project import Project
from gatecheck.test_bed import TestBed
from gatecheck.trials.budget import Budget
from gatecheck.trials.endings import Said
from gatecheck.trials.model import UNREACHED, Ending, Trial, TrialRunner
from gatecheck.trials.worker import CLOCK_S, Worker, queue_of

WORKERS = 2  # processes at once; one where they share the network of the machine, and with it ports and databases
FOR_A_SERVER = 3  # trials that pay for the second import of the project
MOST = 10_000  # trials at once: their numbers must fit into a pipe (64 KiB)


@dataclass
class LocalRunner:
    """The door's local side. One serves one snapshot."""

    snapshot: Snapshot
    bed: TestBed
    budget: Budget
    clock_s: float = CLOCK_S
    _workers: list[Worker] = field(default_factory=list)

    def run(self, trials: Sequence[Trial]) -> list[Ending]:
        """Run trials, see `model.TrialRunner`; what a fork did not notice is tried again in a fresh process."""
        if any(trial.tree != self.snapshot.tree for trial in trials):
            raise ValueError("a trial of another tree")
        told: dict[int, Said] = {}
        with self.bed.turn:
            told |= self._in_forks({number: trial for number, trial in enumerate(trials[:MOST]) if trial.functions})
            rest = [number for number, trial in enumerate(trials) if trial.tests and not _noticed(told.get(number))]
            told |= self._fresh({number: trials[number] for number in rest})
        return [self._ending(trial, told.get(number)) for number, trial in enumerate(trials)]

    def _ending(self, trial: Trial, said: Said | None) -> Ending:
        if not trial.tests:
            return Ending(None, message=UNREACHED)
        return Ending(said.noticed, said.by, said.message) if said else Ending(None, message=self.budget.spent)

    def _in_forks(self, trials: dict[int, Trial]) -> dict[int, Said]:
        """Try trials in forks; what is noticed there is so."""
        if not trials:
            return {}
        workers = self._hire(-(-len(trials) // FOR_A_SERVER))
        with queue_of(list(trials)) as queue, ThreadPoolExecutor(len(workers)) as pool:
            told = [pool.submit(worker.serve, trials, queue, self.budget.left() or 1) for worker in workers]
            return {number: said for one in told for number, said in one.result().items() if said.noticed}

    def _fresh(self, trials: dict[int, Trial]) -> dict[int, Said]:
        """Try each trial in a process of its own, while there is time; what is not in the answer was not tried."""
        if not trials:
            return {}
        waiting, told = deque(trials), dict[int, Said]()
        workers = self._hire(len(trials))

        def work(worker: Worker) -> None:
            while (number := _next(waiting)) is not None and (left := self.budget.left()):
                said = worker.fresh(trials[number], left)
                if self.budget.left():
                    told[number] = said

        with ThreadPoolExecutor(len(workers)) as pool:
            for done in [pool.submit(work, worker) for worker in workers]:
                done.result()
        return told

    def _hire(self, number: int) -> list[Worker]:
        """Give as many workers as are wanted and allowed."""
        wanted = min(number, WORKERS if self.bed.isolated else 1)
        suite = suite_to_try(self.bed.project)
        while len(self._workers) < wanted:
            self._workers.append(
                Worker(SuiteRunner.prepare(suite, self.snapshot, self.bed, measured=False), self.clock_s)
            )
        return self._workers[:wanted]


def trial_runner(snapshot: Snapshot, bed: TestBed, budget: Budget, elsewhere: Mapping[str, str]) -> TrialRunner:
    """Give what runs trials; `elsewhere`: the tests that another Python runs, each with its path."""
    main = LocalRunner(snapshot, bed, budget)
    return PythonsRunner(main, elsewhere) if elsewhere else main


@dataclass
class PythonsRunner:
    """Runs each trial with the Pythons that run its tests, the main one first, until a test is red."""

    main: LocalRunner
    elsewhere: Mapping[str, str]
    _others: dict[str, LocalRunner] = field(default_factory=dict)

    def run(self, trials: Sequence[Trial]) -> list[Ending]:
        """Run trials, see `model.TrialRunner`."""
        endings = [Ending(None, message=UNREACHED)] * len(trials)
        for python in ("", *dict.fromkeys(self.elsewhere.values())):
            mine = [replace(trial, tests=self._of(trial, python)) for trial in trials]
            left = [place for place, trial in enumerate(mine) if trial.tests and not endings[place].noticed]
            told = self._runner(python).run([mine[place] for place in left]) if left else []
            for place, ending in zip(left, told, strict=True):
                endings[place] = max(endings[place], ending, key=_weight)
        return endings

    def _of(self, trial: Trial, python: str) -> tuple[str, ...]:
        return tuple(test for test in trial.tests if self.elsewhere.get(test, "") == python)

    def _runner(self, python: str) -> LocalRunner:
        if not python:
            return self.main
        if python not in self._others:
            self._others[python] = replace(self.main, bed=self.main.bed.on(python), _workers=[])
        return self._others[python]


def _weight(ending: Ending) -> int:
    """Order endings by what they say of a trial: a red test decides, and what was not tried could be one."""
    if ending.noticed is None:
        return 0 if ending.message == UNREACHED else 2
    return 3 if ending.noticed else 1


def suite_to_try(project: Project) -> str:
    """Give the suite whose command runs the trials; raises MeasurementError where none is run by pytest."""
    for suite in SUITES:
        if command_of(suite, project)[0] == "pytest":
            return suite
    raise MeasurementError("trials need pytest, and the policy's suites are run by other commands")


def _noticed(said: Said | None) -> bool:
    return said is not None and said.noticed is True


def _next(waiting: deque[int]) -> int | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None
