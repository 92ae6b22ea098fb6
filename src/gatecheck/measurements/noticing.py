"""What the tests notice of a change: its functions disabled one by one, and small faults put into its lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gatecheck.change import Change, FileChange, Pinned, Snapshot
from gatecheck.measurements.elsewhere import elsewhere_of
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.project import Project
from gatecheck.statements import newly_excluded
from gatecheck.test_bed import TestBed
from gatecheck.trials.budget import Budget
from gatecheck.trials.dead_ends import dead_ends
from gatecheck.trials.disabling import disabled, is_live
from gatecheck.trials.functions import Function, changed_functions, known_functions
from gatecheck.trials.local import trial_runner
from gatecheck.trials.model import UNREACHED, Edit, Ending, Trial
from gatecheck.trials.mutants import Mutant, mutants_of, of_change
from gatecheck.trials.results import own_returns, results_of
from gatecheck.trials.telling import Telling

Word = Literal["noticed", "unnoticed", "unreached", "untried"]


@dataclass(frozen=True)
class Disabled:
    """A changed function, and whether the tests notice that it raises at once. by: the test; reason: why untried."""

    path: str
    name: str
    line: int
    word: Word
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Mutated:
    """A small fault in a changed line, and whether the tests notice it."""

    path: str
    function: str
    line: int
    rule: str
    strength: Literal["strong", "medium"]
    description: str
    word: Word
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DeadEnd:
    """A place where every test turns away from what a changed function is for."""

    path: str
    line: int
    description: str


@dataclass(frozen=True)
class Noticing:
    """What was tried with how many passing tests.

    unread: changed files that could not be parsed. complete: whether the budget sufficed. skipped: new and edited tests
    that do not run here. blind: whether the tests were seen to run nothing of the project at all.
    """

    tests: int = 0

    functions: tuple[Disabled, ...] = ()
    mutants: tuple[Mutated, ...] = ()
    dead_ends: tuple[DeadEnd, ...] = ()
    unread: tuple[str, ...] = ()
    complete: bool = True
    skipped: tuple[str, ...] = ()
    blind: bool = False


def measure_noticing(
    change: Change,
    project: Project,
    snapshot: Pinned[Snapshot],
    unit: Pinned[UnitRun],
    integration: Pinned[IntegrationRun],
    bed: TestBed,
    budget: Budget,
) -> Noticing:
    """Disable every changed function, then put faults into the changed lines; each must turn a test red."""
    files = [file for file in change.python() if project.is_source(file.path)]
    telling = Telling.of(change, (unit, integration), project.root)
    found = {file.path: changed_functions(file, known) for known in [known_functions(change)] for file in files}
    functions = [
        (file, function)
        for file in files
        for elsewhere in [telling.elsewhere(file)]
        for function in found[file.path] or ()
        if _counts(file, function, telling.coverage(file.path))
        and not any(function.node.lineno in branch.lines for branch in elsewhere)
    ]
    runner = trial_runner(snapshot, bed, budget, elsewhere_of(unit, integration))
    disablings = [_disabling(snapshot.tree, file, function, telling) for file, function in functions]
    mutants = of_change(_mutants(functions, telling))
    trials = [_trial(snapshot.tree, mutant, telling) for mutant in mutants]
    endings = runner.run([*disablings, *trials])
    unread = tuple(path for path, listed in found.items() if listed is None)
    tried, faulty = endings[: len(functions)], endings[len(functions) :]
    return Noticing(
        len(telling.passed),
        tuple(_of_function(*pair) for pair in zip((function for _, function in functions), tried, strict=True)),
        tuple(
            _of_mutant(mutant, ending) for mutant, ending in zip(mutants, faulty, strict=True) if _tells(mutant, ending)
        ),
        tuple(_dead_ends(functions, telling)),
        unread,
        complete=budget.left() > 0,
        skipped=NewTests(change, project).skipped((*unit.outcomes, *integration.outcomes)),
        blind=not any(file.executed or file.elsewhere for run in (unit, integration) for file in run.files),
    )


def _counts(file: FileChange, function: Function, coverage: FileCoverage | None) -> bool:
    """Tell whether a function can run here and is not excluded by the base."""
    return coverage is None or is_live(function, coverage, frozenset(newly_excluded(file, coverage)))


def _disabling(tree: str, file: FileChange, function: Function, telling: Telling) -> Trial:
    edit = Edit(file.path, disabled(file.after or b"", function))
    tests, here = telling.tests(file.path, function.body)
    return Trial(tree, (edit,), tests, (function.name,) if here else ())


def _mutants(functions: Sequence[tuple[FileChange, Function]], telling: Telling) -> Iterator[list[Mutant]]:
    for file, function in functions:
        source, reached = file.after or b"", telling.reached(file.path)
        whole = [] if reached.isdisjoint(function.body) else results_of(source, function)
        lines = mutants_of(source, function, reached)
        if whole and len(list(own_returns(function.node))) == 1:  # then both are the same fault
            lines = [mutant for mutant in lines if mutant.rule != "return-none"]
        yield [*whole, *lines]


def _dead_ends(functions: Sequence[tuple[FileChange, Function]], telling: Telling) -> Iterator[DeadEnd]:
    for file, function in functions:
        for line, said in dead_ends(function, telling.reached(file.path)):
            yield DeadEnd(file.path, line, said)


def _trial(tree: str, mutant: Mutant, telling: Telling) -> Trial:
    tests, here = telling.tests(mutant.path, mutant.lines)
    return Trial(tree, (Edit(mutant.path, mutant.source),), tests, (mutant.function,) if here else ())


def _of_function(function: Function, ending: Ending) -> Disabled:
    return Disabled(function.path, function.name, function.node.lineno, *_told(ending))


def _of_mutant(mutant: Mutant, ending: Ending) -> Mutated:
    place = (mutant.path, mutant.function, mutant.line)
    return Mutated(*place, mutant.rule, mutant.strength, mutant.description, *_told(ending))


def _tells(mutant: Mutant, ending: Ending) -> bool:
    """Tell whether a fault counts: where nothing noticed it, some test must be able to."""
    return ending.noticed is True or not mutant.is_equivalent


def _told(ending: Ending) -> tuple[Word, str, str]:
    if ending.noticed is None:
        return ("unreached", "", "") if ending.message == UNREACHED else ("untried", "", ending.message)
    return ("noticed", ending.by, "") if ending.noticed else ("unnoticed", "", "")
