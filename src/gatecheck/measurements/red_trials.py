"""Whether a test that is red on the base is so for what changed: it must also be red where that is disabled."""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from gatecheck.change import Change, FileChange, Pinned, Snapshot
from gatecheck.errors import MeasurementError
from gatecheck.measurements.new_tests import NewTests, functions
from gatecheck.measurements.red_on_base import BaseReds
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.project import Project
from gatecheck.syntax import parsed, units
from gatecheck.test_bed import TestBed
from gatecheck.trials.budget import Budget
from gatecheck.trials.disabling import disabled
from gatecheck.trials.functions import Function, changed_functions, known_functions
from gatecheck.trials.local import trial_runner
from gatecheck.trials.model import Edit, Ending, Trial
from gatecheck.trials.telling import Telling

MOST = 20  # tests; one that is red is enough, and tdd looks for one that a certain commit brought

UNSEEN, FILES = 3, 4  # tests and files tried where no test was seen to run what changed


@dataclass(frozen=True)
class RedTrials:
    """What may be red on the base, tried on the head with the changed functions disabled.

    functions: how many were disabled; 0 where the change touches no file that has any. noticing: the ids that were
    red. untried: how many tests were not tried, and `problem` why.
    """

    functions: int = 0
    noticing: tuple[str, ...] = ()
    untried: int = 0
    problem: str = ""

    def proofs(self, reds: BaseReds) -> tuple[str, ...]:
        """Give the tests that show what the change brings; where nothing can be disabled, being red is enough."""
        if not self.functions:
            return reds.red or reds.unimported
        return tuple(id_ for id_ in reds.candidates if id_ in self.noticing)


def measure_red_trials(
    change: Change,
    project: Project,
    reds: BaseReds,
    head: Pinned[Snapshot],
    unit: Pinned[UnitRun],
    integration: Pinned[IntegrationRun],
    bed: TestBed,
    budget: Budget,
) -> RedTrials:
    """Disable all that changed in a file at once, and run each candidate that runs some of it."""
    chosen = list(_chosen(change, project))
    if not chosen or not reds.candidates:
        return RedTrials()
    telling = Telling.of(change, (unit, integration), project.root)
    origins = (*unit.origins, *integration.origins)
    new = frozenset(NewTests(change, project, origins).of(reds.candidates))
    candidates = tuple(sorted(reds.candidates, key=lambda test: test not in new))[:MOST]
    runner = trial_runner(head, bed, budget, reds.elsewhere)
    trials = [trial for file, found in chosen for trial in _trials(head.tree, file, found, candidates, telling)]
    endings = runner.run(trials) if trials else []
    if not any(ending.noticed and ending.by for ending in endings):
        more = [trial for file, found in chosen[:FILES] for trial in _unseen(head.tree, file, found, candidates)]
        trials, endings = trials + more, endings + runner.run(more)
    return _told(sum(len(found) for _, found in chosen), trials, endings, len(reds.candidates[MOST:]))


def _told(count: int, trials: list[Trial], endings: list[Ending], left_out: int) -> RedTrials:
    """Put the endings together; a test that cannot be imported so has shown nothing."""
    red = dict.fromkeys(ending.by for ending in endings if ending.noticed and ending.by)
    unclear = [
        (trial, ending)
        for trial, ending in zip(trials, endings, strict=True)
        if not ending.by and ending.noticed is not False
    ]
    untried = {test for trial, _ in unclear for test in trial.tests} - red.keys()
    problem = next((ending.message for trial, ending in unclear if not red.keys() & set(trial.tests)), "")
    return RedTrials(count, tuple(red), len(untried) + left_out, problem)


def _chosen(change: Change, project: Project) -> Iterator[tuple[FileChange, list[Function]]]:
    """Give the source files with the functions that are disabled: those that changed, or all of the file.

    What a statement outside of functions means is seen by the functions that use it: where one changed, all of them
    are disabled.
    """
    known = known_functions(change)
    for file in change.python():
        if project.is_source(file.path):
            found = changed_functions(file, frozenset() if statements_changed(file) else known)
            if found is None:
                raise MeasurementError(f"{file.path} cannot be parsed: what changed in it cannot be disabled")
            if found:
                yield file, found


def statements_changed(file: FileChange) -> bool:
    """Tell whether a statement outside of functions is new.

    Imports, docstrings and names such as `__version__` mean nothing by themselves, and a new class with functions is
    what these are.
    """
    new = _classes(functions(file.after)) - _classes(functions(file.before))
    return not _statements(file.after, new) <= _statements(file.before)


def _statements(source: bytes | None, but: Collection[str] = ()) -> set[str]:
    """Give the digests of the statements outside of functions, and of the classes `but`, that may matter."""
    idle = idle_lines(source)
    found = (unit for unit in units(source or b"") or () if unit.kind == "statement" and unit.name not in but)
    return {unit.digest for unit in found if unit.line not in idle}


def idle_lines(source: bytes | None) -> frozenset[int]:
    """Give the lines of what means nothing by itself: imports, docstrings, and names such as `__version__`."""
    tree = parsed(source or b"")
    nodes = [node for node in tree.body if _is_idle(node)] if tree else []
    return frozenset(line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _classes(names: Iterable[str]) -> set[str]:
    return {name.rpartition(".")[0] for name in names} - {""}


def _is_idle(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name.startswith("__") and name.endswith("__")
    return False


def _trials(
    tree: str, file: FileChange, found: list[Function], candidates: tuple[str, ...], telling: Telling
) -> Iterator[Trial]:
    """Give a trial for each candidate that was seen to run some of the functions."""
    ran = [telling.tests(file.path, function.body) for function in found]
    tests = {test for reaching, _ in ran for test in reaching}
    here = all(here for _, here in ran)
    return (_trial(tree, file, found, test, here) for test in candidates if test in tests)


def _unseen(tree: str, file: FileChange, found: list[Function], candidates: tuple[str, ...]) -> Iterator[Trial]:
    """Try candidates that were not seen to run any: where results are kept, only the first test runs a function."""
    return (_trial(tree, file, found, test, here=True) for test in candidates[:UNSEEN])


def _trial(tree: str, file: FileChange, found: list[Function], test: str, here: bool) -> Trial:
    names = tuple(dict.fromkeys(function.name for function in found)) if here else ()
    return Trial(tree, (Edit(file.path, all_disabled(file.after or b"", found)),), (test,), names)


def all_disabled(source: bytes, found: Iterable[Function]) -> bytes:
    """Disable several functions, the last first: what stands before it stays where it is."""
    for function in sorted(found, key=lambda function: function.body.start, reverse=True):
        source = disabled(source, function)
    return source
