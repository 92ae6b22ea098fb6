"""The gate red-on-base."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from gatecheck.change import Change, FileChange, Pinned, lines_of
from gatecheck.globs import matcher
from gatecheck.locks import is_locked
from gatecheck.measurements.commit_reds import CommitReds
from gatecheck.measurements.mends import Mends
from gatecheck.measurements.new_tests import NewTests
from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.red_on_base import BaseReds
from gatecheck.measurements.red_trials import RedTrials
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.task import Strategy, Task

DEMANDING = frozenset({Strategy.TDD, Strategy.BUG_FIX})
LISTED = 5  # ids in a message


@dataclass(frozen=True)
class RedOnBase:
    """A test fails on the base and passes on the head, where the strategy asks for it.

    Why
    ---
    A test that would have passed before the change says nothing of it: the bug may still be there, or never was.

    How it is judged
    ----------------
    The strategy of the task decides:

    - bug-fix and tdd: at least one test is red on the base and green on the head. The changed test files are run on the
      base's source (all tests where only a conftest or data changed). Red means: failed in its call, in the test's or
      the changed code. A syntax error, a fixture that breaks or a missing file is not red. Such a test must also be red
      on the head when the changed functions are disabled: one that reads a version or a marker is not. Where a file
      cannot be imported on the base, for want of a new name, its tests are judged by that alone. Where the change
      edits a statement outside of functions, all functions of that file are disabled; where there is none, being red
      is enough;
    - bug-fix: besides, such a test must miss the mend: it is red on the head where the code that existed before is put
      back as it was. One that could be called on the base, and failed there for another reason than a name that a
      module lacks, may miss new code instead. Not asked where files besides Python changed among the source;
    - tdd: besides, some commit of the range brings such a test, as the head has it, and the test is red at that commit
      (at most 20 commits are run);
    - characterization: no source is changed, and the new and edited tests pass on the base and on the head;
    - refactor, test-after, flexible: nothing is demanded, and nothing is run.

    Unproven when the tests cannot be run so, where what was not tried could turn the verdict, or new ones are skipped
    here. Not applicable when the strategy demands nothing, or no source changed.

    How to fix it
    -------------
    Add a test that runs what was wrong and fails without the mend: put the source back, see the test fail, bring the
    source again. For tdd commit the failing test first.
    """

    id: ClassVar[str] = "red-on-base"
    item: ClassVar[str] = "tested-change"

    def judge(
        self,
        change: Change,
        task: Task,
        project: Project,
        unit: Pinned[UnitRun] | None = None,
        integration: Pinned[IntegrationRun] | None = None,
        reds: BaseReds | None = None,
        trials: RedTrials | None = None,
        mends: Mends | None = None,
        commits: CommitReds | None = None,
    ) -> Verdict:
        """Judge by the strategy; each run is asked for only where the ones before leave it open."""
        if decided := _without_runs(change, task, project):
            return decided
        if unit is None or integration is None or reds is None:
            return Verdict.unproven("the head's tests were not run on the base's source")
        head = {outcome.id: outcome for run in (unit, integration) for outcome in run.outcomes}
        if not head:
            return Verdict.unproven("no test of the head is known by its name")
        tests = NewTests(change, project, (*unit.origins, *integration.origins))
        if task.strategy is Strategy.CHARACTERIZATION:
            return _characterized(head, reds, tests)
        verdict = _untested(reds, tests, head.values(), task) or _red(reds, trials, commits, task)
        return _mended(verdict, mends, change, project) if task.strategy is Strategy.BUG_FIX else verdict


def _without_runs(change: Change, task: Task, project: Project) -> Verdict | None:
    """Decide what needs no run, None where tests must be run."""
    source = [path for file in change.files for path in (file.path, file.old_path or "") if project.is_source(path)]
    tests = [file.path for file in change.files if project.is_test(file.path)]
    if task.strategy is Strategy.CHARACTERIZATION:
        if source:
            found = tuple(_changed_source(source))
            return Verdict.failed(f"{len(found)} source files are changed", found)
        added = tests or any(_may_hold_tests(file) for file in change.files)
        return None if added else Verdict.not_applicable("no test was added or edited")
    if task.strategy not in DEMANDING:
        return Verdict.not_applicable(
            f"the strategy {task.strategy.value} does not demand a test that is red on the base"
        )
    if not source:
        return Verdict.not_applicable("no Python source was changed")
    if tests or any(_may_hold_tests(file) for file in change.files):
        return None
    return _failed("no test was added or edited", "no-red-test", "", task)


def _may_hold_tests(file: FileChange) -> bool:
    """Tell whether tests may be written in a changed file that is no test module: examples, scenarios, data."""
    lines = lines_of(file.after)
    examples = any(b">>>" in lines[number - 1] for number in file.added_lines if number <= len(lines))
    return examples or (not file.is_python and bool(file.added_lines) and not is_locked(file))


def _changed_source(paths: list[str]) -> Iterator[Finding]:
    for path in dict.fromkeys(paths):
        words = f"{path} is source, and the strategy characterization leaves source as it is"
        yield Finding("changed-source", words, Location(path), mend=f"put it back: git checkout <base> -- {path}")


def _untested(reds: BaseReds, tests: NewTests, outcomes: Iterable[Outcome], task: Task) -> Verdict | None:
    """Decide where no test was added or edited, or new ones are skipped here; None for anything else."""
    if not tests.texts and not any(tests.project.is_test(file.path) for file in tests.change.files):
        return _failed("no test was added or edited", "no-red-test", "", task)
    if reds.candidates or not (skipped := tests.skipped(outcomes)):
        return None
    return Verdict.unproven(f"no test is red on the base; skipped here, and new or edited: {_some(skipped)}")


def _characterized(head: dict[str, Outcome], reds: BaseReds, tests: NewTests) -> Verdict:
    """Judge the new and edited tests where behaviour is written down as it is."""
    new = list(tests.of(head))
    if reds.problem:
        return Verdict.unproven(f"the tests cannot be run on the base's source: {reds.problem}")
    both = [id_ for id_ in new if id_ in reds.green]
    red = [id_ for id_ in new if head[id_].outcome == "passed" and id_ in (*reds.candidates, *reds.broken)]
    found = [
        *(_new_behaviour(id_, tests) for id_ in red),
        *(_not_green(head[id_]) for id_ in new if _breaks(head[id_])),
    ]
    summary = f"{len(both)} of {len(new)} new and edited tests pass on the base and on the head"
    if found:
        return Verdict.failed(summary, tuple(found), green=len(both), red=len(red))
    told = {*reds.green, *reds.candidates, *reds.broken}
    if open_ := tuple(id_ for id_ in new if head[id_].outcome == "passed" and id_ not in told):
        return Verdict.unproven(f"{summary}; not known of the base: {_some(open_)}", green=len(both), red=0)
    if not both:
        return Verdict.unproven(summary)
    return Verdict.passed(summary, (), green=len(both), red=0)


def _breaks(outcome: Outcome) -> bool:
    return outcome.outcome in {"failed", "error"}


def _new_behaviour(id_: str, tests: NewTests) -> Finding:
    words = f"{id_} breaks on the base: it asserts what was not so"
    return Finding("new-behaviour", words, _place(id_, tests.project), mend="write down what the base does")


def _not_green(outcome: Outcome) -> Finding:
    words = f"{outcome.id} does not pass on the head: {outcome.message}"
    return Finding("broken-characterization", words, Location(outcome.path, outcome.line) if outcome.path else None)


def _red(reds: BaseReds, trials: RedTrials | None, commits: CommitReds | None, task: Task) -> Verdict:
    """Judge tests that may be red for the right reason."""
    if not reds.candidates:
        return _no_red(reds, task)
    if trials is None:
        return Verdict.unproven(f"{len(reds.candidates)} tests are red on the base; what they test was not tried")
    proofs = trials.proofs(reds)
    if not proofs:
        return _blind(reds, trials)
    if task.strategy is not Strategy.TDD:
        return _proven(proofs, reds, trials, None)
    if commits is None:
        return Verdict.unproven("tests are red on the base; the commits were not run one by one")
    return _proven(proofs, reds, trials, commits)


def _mended(verdict: Verdict, mends: Mends | None, change: Change, project: Project) -> Verdict:
    """Hold against a bug fix that its tests do not miss what it did to the code that had the bug."""
    if verdict.status != "pass" or any(_is_data(file.path, project) for file in change.files):
        return verdict
    if mends is None:
        return Verdict.unproven("tests are red on the base; whether they miss the mend was not tried")
    if mends.by:
        return verdict
    if mends.problem:
        return Verdict.unproven(f"tests are red on the base; whether they miss the mend is not known: {mends.problem}")
    words = (
        f"no test that is red on the base misses any of the {mends.pieces} changed pieces of code that existed before"
        if mends.pieces
        else "no code that existed before is changed"
    )
    mend = "let the test run what had the bug, by a name that the base has, and mend that"
    return Verdict.failed("the tests miss what is new, and not the mend", (Finding("unmended", words, mend=mend),))


def _is_data(path: str, project: Project) -> bool:
    """Tell whether a file that is no Python lies among the source: the mend may be in it."""
    return not path.endswith(".py") and matcher(project.source)(path)


def _no_red(reds: BaseReds, task: Task) -> Verdict:
    why = []
    if reds.green:
        why.append(f"{len(reds.green)} tests pass on the base as well: {_some(reds.green)}")
    if reds.broken:
        why.append(f"{len(reds.broken)} break there before or after their call, as in a fixture: {_some(reds.broken)}")
    return _failed("no test is red on the base and green on the head", "no-red-test", "; ".join(why), task)


def _blind(reds: BaseReds, trials: RedTrials) -> Verdict:
    if trials.untried:
        why = trials.problem or "there are too many of them"
        return Verdict.unproven(f"tests are red on the base, and {trials.untried} of them were not tried: {why}")
    words = (
        f"{len(reds.candidates)} tests are red on the base and pass on the head, and all of them still do with the"
        f" {trials.functions} changed functions disabled: {_some(reds.candidates)}"
    )
    found = Finding("blind-test", words, mend="assert on what the changed functions do")
    return Verdict.failed("what is red on the base does not test what changed", (found,), red=len(reds.candidates))


def _proven(proofs: tuple[str, ...], reds: BaseReds, trials: RedTrials, commits: CommitReds | None) -> Verdict:
    """Pass, unless the commits of a test-driven change are against it."""
    measures = {"red": len(proofs), "green": len(reds.green)}
    known = len({*reds.candidates, *reds.broken, *reds.green})
    summary = f"{len(proofs)} of {known} tests of the changed files are red on the base and green on the head"
    noted = tuple(_noted(proofs, reds, trials))
    if commits is None or commits.commit:
        said = f"; {commits.test} was red at commit {commits.commit[:12]}" if commits else ""
        return Verdict.passed(summary + said, noted, **measures)
    if not commits.commits:
        return Verdict.unproven("nothing is committed yet: which came first, test or source, is not known")
    if commits.untried:
        return Verdict.unproven(f"no test was red at its commit, and {commits.untried} commits were not tried")
    return Verdict.failed(f"{summary}, but at no commit", (_no_order(commits), *noted), **measures)


def _no_order(commits: CommitReds) -> Finding:
    if commits.commits == 1:
        words = "the range is a single commit: it cannot show that the test came first"
    else:
        words = f"none of {commits.commits} commits brings a test that is red there and passes, as it was, on the head"
    return Finding("no-red-commit", words, mend="commit the failing test by itself, then what makes it pass")


def _noted(proofs: tuple[str, ...], reds: BaseReds, trials: RedTrials) -> Iterator[Finding]:
    """Say where the proof is weaker than a failed call."""
    if not set(proofs) & set(reds.red):
        why = reds.problem or "their file cannot be imported there"
        how = "the changed functions disabled make them red" if trials.functions else "nothing else tells"
        yield Finding("red-by-import", f"no test could be called on the base: {why}; {how}", level=Severity.NOTE)


def _failed(summary: str, rule: str, why: str, task: Task) -> Verdict:
    words = f"the strategy {task.strategy.value} demands a test that fails on the base and passes on the head"
    mend = "add a test that fails without the change to the source, and passes with it"
    return Verdict.failed(summary, (Finding(rule, f"{words}: {why or summary}", mend=mend),), red=0)


def _some(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return ", ".join(ids[:LISTED]) + more


def _place(id_: str, project: Project) -> Location:
    return Location(str(PurePosixPath(project.root, id_.partition("::")[0])))
