"""Which tests could notice something in some lines, the most telling first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gatecheck.change import Change, FileChange
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import SuiteRun
from gatecheck.other_environments import UntakenBranch, untaken_branches


@dataclass(frozen=True)
class Telling:
    """What the suites of the head said of who runs what.

    passed: the ids of the tests that pass, in order. edited: those in changed files. breadth: how many lines of the
    changed files a test runs; one that runs few of them is about these. call, around: path -> line -> tests that ran it
    themselves, or in their fixtures. files: what any test ran.
    """

    passed: tuple[str, ...]
    edited: frozenset[str]
    breadth: Mapping[str, int]
    call: Mapping[str, Mapping[int, frozenset[str]]]
    around: Mapping[str, Mapping[int, frozenset[str]]]
    files: Mapping[str, Sequence[FileCoverage]]

    @classmethod
    def of(cls, change: Change, runs: Iterable[SuiteRun], root: str = "") -> "Telling":
        """Put the suites together; a test that did not pass tells nothing."""
        own = [run for run in runs if run.present and run.runner == "pytest"]
        outcomes = [outcome for run in own for outcome in run.outcomes if outcome.outcome == "passed"]
        changed = {file.path.removeprefix(f"{root}/") for file in change.files}
        call = _reached(own, "call")
        files: dict[str, list[FileCoverage]] = {}
        for run in own:
            for described in run.files:
                files.setdefault(described.path, []).append(described)
        return cls(
            tuple(dict.fromkeys(outcome.id for outcome in outcomes)),
            frozenset(outcome.id for outcome in outcomes if outcome.path in changed),
            Counter(test for lines in call.values() for tests in lines.values() for test in tests),
            call,
            _reached(own, "around"),
            files,
        )

    def coverage(self, path: str) -> FileCoverage | None:
        """Give what is known of a file's statements, None where it could not be read."""
        return next((described for described in self.files.get(path, ()) if not described.problem), None)

    def reached(self, path: str) -> frozenset[int]:
        """Give the lines of a file that tests ran."""
        recorded = {*self.call.get(path, ()), *self.around.get(path, ())}
        return frozenset(recorded | {line for described in self.files.get(path, ()) for line in described.executed})

    def elsewhere(self, file: FileChange) -> list[UntakenBranch]:
        """Give the branches of a file that only other environments take."""
        return untaken_branches(file.path, file.after or b"", self.reached(file.path))

    def tests(self, path: str, lines: range) -> tuple[tuple[str, ...], bool]:
        """Give the tests for some lines, and whether they run them in their own process.

        Where lines ran and it is not known who ran them, as in a program that a test started, any test may be it.
        """
        called, around = _union(self.call.get(path, {}), lines), _union(self.around.get(path, {}), lines)
        if tests := [test for test in self.passed if test in called or test in around]:
            tests.sort(key=lambda test: (test not in called, test not in self.edited, self.breadth.get(test, 0)))
            return tuple(tests), True
        ran = not self.reached(path).isdisjoint(lines)
        return (self.passed, not self.call) if ran else ((), True)


def _reached(runs: Iterable[SuiteRun], phase: str) -> dict[str, dict[int, frozenset[str]]]:
    found: dict[str, dict[int, frozenset[str]]] = {}
    for run in runs:
        for reach in run.reached:
            lines = found.setdefault(reach.path, {})
            for line, places in getattr(reach, phase).items():
                ran = {run.outcomes[place].id for place in places if run.outcomes[place].outcome == "passed"}
                lines[line] = lines.get(line, frozenset()) | ran
    return found


def _union(lines: Mapping[int, frozenset[str]], wanted: range) -> frozenset[str]:
    return frozenset().union(*(lines.get(line, frozenset()) for line in wanted))
