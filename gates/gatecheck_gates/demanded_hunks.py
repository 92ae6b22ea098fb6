"""The gate demanded-hunks: what a change adds to the source is missed by a test when it is taken away again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Change
from gatecheck.measurements.demanding import Demanding, PutBack
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.task import Strategy, Task

_SAID = {
    "untested": ("untested-hunk", "no test runs this", "test it, or take it out of the change"),
    "unneeded": ("undemanded-hunk", "no test misses this when it is put back as it was", "test it, or put it back"),
}


@dataclass(frozen=True)
class DemandedHunks:
    """Every piece of the change is demanded by a test.

    Why
    ---
    What is not asked for is read, kept and mended by everyone for years: a guard against what cannot happen, an
    argument for later, a helper that one place uses. A test that misses it is the proof that somebody wanted it.

    How it is judged
    ----------------
    The change of the source is taken apart into statements, and each is put back as it was while the rest stays; a new
    function is disabled. The tests that run it must notice. What they do not notice is not demanded by any test: it is
    untested where no test runs it, and unneeded, or not proven, where some do. What is demanded is then put back
    together with what is not: an argument that only an unneeded line uses is unneeded itself. Layout, comments,
    docstrings, annotations, overloads, casts and imports are no pieces, nor is what the base's coverage settings
    exclude, nor a deletion of what stands somewhere else now.

    What is not demanded is a warning, a deletion a note. It is an error where more than 10 lines of code are not
    demanded and they are more than 25 per cent of those that the change adds, under the strategies tdd, bug-fix and
    test-after: of 94 honest commits 3 in 100 exceed both. It is an error as well where a bug-fix, or tdd, adds lines
    and no test misses any of them: then no test asks for the fix. Under the strategy refactor everything could be put
    back and nothing is judged; under characterization any piece at all is an error. Unproven where the tests do not run
    under pytest or none passes, where what was not put back is more than half of the pieces, or could, under whatever
    strategy, be more than both bounds: raise `--budget`.

    How to fix it
    -------------
    Take out what the task does not ask for. What it does ask for: write the test that misses it.

    Options
    -------
    """

    id: ClassVar[str] = "demanded-hunks"
    item: ClassVar[str] = "minimal-change"

    lines: Annotated[int, Meta(ge=0, description="lines of code that may be undemanded")] = 10
    share: Annotated[int, Meta(ge=0, le=100, description="per cent of the added lines that may be undemanded")] = 25

    def judge(self, change: Change, project: Project, task: Task, demanding: Demanding | None = None) -> Verdict:
        """Judge what became of each piece."""
        if not any(project.is_source(file.path) for file in change.python()):
            return Verdict.not_applicable("no Python source was changed")
        if task.strategy is Strategy.REFACTOR:
            return Verdict.not_applicable("a refactoring is demanded by no test")
        if demanding is None or demanding.unread:
            lost = f"{demanding.unread[0]} cannot be parsed, nothing of it" if demanding else "no piece of the change"
            return Verdict.unproven(f"{lost} was put back")
        if not demanding.pieces:
            return Verdict.not_applicable("the change alters nothing that a test could miss")
        if task.strategy is Strategy.CHARACTERIZATION:
            return _characterized(demanding)
        blocking, fixing = task.strategy is not Strategy.FLEXIBLE, task.strategy in {Strategy.BUG_FIX, Strategy.TDD}
        return self._decide(demanding, blocking=blocking, fixing=fixing)

    def _decide(self, demanding: Demanding, *, blocking: bool, fixing: bool) -> Verdict:
        if not demanding.tests:
            return Verdict.unproven("no test passed under pytest: nothing was put back")
        added = _lines(demanding, "demanded", "untested", "unneeded", "untried")
        free, open_ = _lines(demanding, "untested", "unneeded"), _lines(demanding, "untried")
        too_much = (blocking and self._is_too_much(free, added)) or (fixing and 0 < free == added)
        level = Severity.ERROR if too_much else Severity.WARNING
        findings = [finding for piece in demanding.pieces for finding in _findings(piece, level)]
        measures = {"lines": added, "undemanded": free, "untried": open_, "pieces": len(demanding.pieces)}
        summary = _summary(added, free, open_)
        if free and not too_much:
            allowed = f"{self.lines} lines or {self.share} %" if blocking else "under the strategy flexible any number"
            summary += f" ({allowed} may be so)"
        verdict = Verdict.by_findings(findings, summary, **measures)
        untried = [piece for piece in demanding.pieces if piece.demand == "untried"]
        worst = self._is_too_much(free + open_, added) or (fixing and 0 < free + open_ == added)
        if verdict.status == "pass" and untried and (worst or 2 * len(untried) > len(demanding.pieces)):
            said = f"{len(untried)} of {len(demanding.pieces)} pieces of the change were not put back"
            return Verdict.unproven(f"{said}: {untried[0].reason}", findings, **measures)
        return verdict

    def _is_too_much(self, free: int, added: int) -> bool:
        return free > self.lines and free * 100 > self.share * added


def _summary(added: int, free: int, untried: int) -> str:
    """Say how much is demanded, and of the rest whether it was put back."""
    if not added:
        return "the change only takes lines away"
    tried = f"no test misses {free} of {added} added lines of code when they are taken away"
    if not free:
        tried = f"tests demand {'all' if not untried else f'{added - untried} of'} {added} added lines of code"
    return f"{tried}; {untried} were not tried" if untried else tried


def _lines(demanding: Demanding, *demands: str) -> int:
    return sum(piece.lines for piece in demanding.pieces if piece.demand in demands)


def _findings(piece: PutBack, level: Severity) -> Iterator[Finding]:
    if piece.demand in _SAID:
        rule, said, mend = _SAID[piece.demand]
        place = Location(piece.path, piece.line, piece.end_line)
        if piece.lines:
            yield Finding(rule, said, place, level, mend)
        elif piece.demand == "unneeded":
            yield Finding("undemanded-deletion", "no test misses what was deleted here", place, Severity.NOTE)


def _characterized(demanding: Demanding) -> Verdict:
    said = "a characterization changes no source"
    findings = [Finding("changed-source", said, Location(piece.path, piece.line)) for piece in demanding.pieces]
    return Verdict.failed(f"{said}: {len(findings)} pieces of it were changed", findings)
