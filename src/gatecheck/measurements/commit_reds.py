"""The commits of the range one by one: one that brings a test before what makes it pass."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from gatecheck.change import Change, Commit, FileChange, History, Pinned
from gatecheck.commits import CommitTrees
from gatecheck.measurements.elsewhere import by_python
from gatecheck.measurements.new_tests import NewTests, function_among, functions
from gatecheck.measurements.outcomes import Origin, Outcome
from gatecheck.measurements.red_on_base import BaseReds, is_red, outcomes_of, telling
from gatecheck.measurements.red_trials import RedTrials
from gatecheck.measurements.suites import IntegrationRun, UnitRun
from gatecheck.project import Project
from gatecheck.test_bed import TestBed

MOST = 20  # commits that are run; the first one that proves it is enough


@dataclass(frozen=True)
class CommitReds:
    """The first commit whose own new test is red there and shows what the change brings; "" where none is.

    commits: how many the range has, 0 where nothing is committed. tried: how many of them were run. untried: commits
    beyond MOST, or beyond those of the range that were read.
    """

    commits: int = 0
    tried: int = 0
    untried: int = 0
    commit: str = ""
    test: str = ""


def measure_commit_reds(
    change: Change,
    project: Project,
    history: History,
    commit_trees: CommitTrees,
    reds: BaseReds,
    trials: RedTrials,
    unit: Pinned[UnitRun],
    integration: Pinned[IntegrationRun],
    bed: TestBed,
) -> CommitReds:
    """Run the tests that each commit brought, and the head still has as they were, at that commit."""
    count = len(history.commits)
    proofs = trials.proofs(reds)
    texts = [origin for origin in (*unit.origins, *integration.origins) if origin.id in proofs]
    brought = [(commit, ids) for commit in history.commits if (ids := _brought(commit, change, project, proofs, texts))]
    for number, (commit, ids) in enumerate(brought[:MOST], 1):
        for python, some in by_python(ids, reds.elsewhere).items():
            files = tuple(dict.fromkeys(id_.partition("::")[0] for id_ in some))
            outcomes = outcomes_of(commit_trees.snapshot(commit.id), files, bed.on(python))
            if red := _first_red(some, outcomes, change, project):
                return CommitReds(count, number, 0, commit.id, red)
    unread = sum(limit.seen - limit.limit for limit in history.limits)
    return CommitReds(count, len(brought[:MOST]), len(brought[MOST:]) + unread)


def _brought(
    commit: Commit, change: Change, project: Project, proofs: Iterable[str], texts: Iterable[Origin]
) -> list[str]:
    """Give the ids of the tests that a commit brought, the head has as they were, and that show what is new."""
    if commit.id == change.head:  # here everything is as it passes
        return []
    there = NewTests(Change(change.range, None, commit.id, "", "", commit.files), project).digests
    head = {(file.path, name): digest for file in change.python() for name, digest in functions(file.after).items()}
    kept = {key for key, digest in there.items() if head.get(key) == digest}
    written = {origin.id for origin in texts if _has_text(commit, change, origin)}
    return [id_ for id_ in proofs if id_ in written or function_among(id_, project, kept) in kept]


def _has_text(commit: Commit, change: Change, origin: Origin) -> bool:
    """Tell whether a commit brought some of what the change adds to a test's text, and all of it is there then."""
    added = _added(change.files, origin.path, range(origin.line, origin.end_line + 1))
    there = {line for file in commit.files if file.path == origin.path for line in (file.after or b"").split(b"\n")}
    return added <= there and bool(added & _added(commit.files, origin.path))


def _added(files: Iterable[FileChange], path: str, among: Container[int] | None = None) -> set[bytes]:
    """Give the lines that a file gains, those with some numbers."""
    chosen = [file for file in files if file.path == path]
    texts = [(file, (file.after or b"").split(b"\n")) for file in chosen]
    return {lines[n - 1] for file, lines in texts for n in file.added_lines if among is None or n in among}


def _first_red(ids: Iterable[str], outcomes: Iterable[Outcome], change: Change, project: Project) -> str:
    """Give the first test that is red in its call, or whose file cannot be imported for want of what is to come."""
    became = {outcome.id: outcome for outcome in outcomes}
    tells, coming = telling(change, project), _coming(change, project)
    for id_ in ids:
        outcome, file = became.get(id_), became.get(id_.partition("::")[0])
        wanting = file is not None and file.outcome == "error" and coming.intersection(_wanted(file.message))
        if wanting or (outcome and is_red(outcome, tells)):
            return id_
    return ""


def _wanted(message: str) -> frozenset[str]:
    """Give the names that an import failed for: a syntax error, or a module that never comes, is no red test."""
    if not re.search(r"\b(ImportError|ModuleNotFoundError|AttributeError|NameError): ", message):
        return frozenset()
    return frozenset(part for name in re.findall(r"'([\w.]+)'", message) for part in name.split("."))


def _coming(change: Change, project: Project) -> frozenset[str]:
    """Give the words that the change brings to the source, and the names of its new modules."""
    source = [file for file in change.python() if project.is_source(file.path)]
    modules = {PurePosixPath(file.path).stem for file in source if file.before is None}
    before, after = ({word for file in source for word in _words(getattr(file, side))} for side in ("before", "after"))
    return frozenset(after - before | modules)


def _words(text: bytes | None) -> Iterator[str]:
    return (word.decode("utf-8", "replace") for word in re.findall(rb"[^\W\d]\w*", text or b""))
