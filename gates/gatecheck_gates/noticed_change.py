"""The gate noticed-change."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Change
from gatecheck.measurements.noticing import DeadEnd, Disabled, Mutated, Noticing
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.soundness.model import last_name
from gatecheck.syntax import parsed
from gatecheck.trials.functions import changed_functions, known_functions
from gatecheck_gates._suite_coverage import A_SUITE, ELSEWHERE

# Strong faults that are tried, and all go unnoticed: of a change, and of one kind. Honest tests notice 91 % of
# them, so that by chance this happens to 1 in 100 changes with two such faults, and to 1 in 1000 with three.
STRONG, OF_A_KIND = 2, 3
_MENDS = {  # by what is not noticed
    "assignment": "assert in a test of {} what the value is used for, or leave the assignment out",
    "call": "assert in a test of {} what the call does, or leave it out",
    "lambda": "assert what {} does with what the lambda gives",
    "return-none": "assert what {} returns",
    "arithmetic": "assert the number that {} comes to",
    "result-lost": "assert what {} returns",
    "other-result": "assert the value that {} returns, not only that there is one",
    "one-way": "test {} where it must give the other answer",
}
RESULTS = frozenset({"result-lost", "other-result", "one-way"})


@dataclass(frozen=True)
class NoticedChange:
    """Tests turn red when a changed function does nothing, and when small faults are put into changed lines.

    Why
    ---
    A test that runs code need not look at what the code does: coverage counts both alike. Whether a test would have
    caught a fault is seen by making one. This is what the checklist means by edge cases: the fault that no test notices
    names the case that is not tested.

    How it is judged
    ----------------
    Every function that the change writes or alters (moved, reformatted, documented and annotated ones are none; stubs,
    and what the base's coverage settings exclude, are left out) is disabled in turn: it raises at once. Of the tests
    that run it, one must turn red; no red one is an error. A function that no test runs is a warning, and an error
    where the tests run none of the changed functions at all. Then, of functions whose every result is new, the results
    are replaced: by None, and by another value of the type that is annotated or seen. Then small faults are put into
    changed lines that tests run, at most 8 a function and 30 a change: a boundary moved (`<` to `<=`), a condition
    turned around, `and` for `or`, plus for minus, None returned, an assignment or a call left out; logging, messages
    and checks of the platform stay as they are. A boundary that nobody notices does not count where a short search over
    small numbers finds no input for which both ways give another result. Faults that nobody notices are warnings. They
    are errors

    - where at least 4 were tried and more than half go unnoticed, replaced results that are noticed left out;
    - where at least 2 strong ones were tried (all but what is left out), or 3 of one kind, and nobody notices any; up
      to 3 boundaries alone are none where tests notice all the rest;
    - where the changed tests call a function by its name and miss None, but no other value of its type;
    - where they call a predicate that is not private, and it may give always the same answer.

    An error is also a new function that tests only see raise, and a new `try` that only ends in its handler.
    Tests that are red without any fault decide nothing. What a fork of the process does not notice is tried again in a
    fresh process. Unproven where the tests do not run under pytest or none passes, where no test runs what changed and
    new ones are skipped here, or where what was not tried could turn the verdict; not applicable where no function does
    anything new.

    Measured on honest commits of mature projects (benchmarks/noticed-change.md): tests notice 89 % of the strong
    faults. Of 47 changes with at least 4 faults one has more than half of them unnoticed; of 185 replaced results of
    changed functions 6 go unnoticed, none of them in a way that is an error by itself.

    How to fix it
    -------------
    Write the test that the finding describes: call the function, and assert what it gives or does in that very case.
    """

    id: ClassVar[str] = "noticed-change"
    item: ClassVar[str] = "tested-change"

    unnoticed: Annotated[int, Meta(ge=0, le=100, description="per cent of the faults that may go unnoticed")] = 50
    enough: Annotated[int, Meta(ge=1, description="faults to be tried before their share counts")] = 4

    def judge(self, change: Change, project: Project, noticing: Noticing | None = None) -> Verdict:
        """Judge what was tried."""
        known = known_functions(change)
        found = [changed_functions(file, known) for file in change.python() if project.is_source(file.path)]
        if all(functions == [] for functions in found):
            return Verdict.not_applicable("no function does anything else than before")
        if noticing is None:
            return Verdict.unproven("the tests were not tried on altered code")
        if noticing.unread:
            return Verdict.unproven(f"{noticing.unread[0]} could not be parsed: nothing in it was tried")
        if not noticing.functions:
            return Verdict.not_applicable("no changed function can run here and is counted by the base")
        if not noticing.tests:
            return Verdict.unproven("no test passed under pytest: there is nothing to try")
        return self._decide(noticing, _called(change, project))

    def _decide(self, noticing: Noticing, called: AbstractSet[str]) -> Verdict:
        functions, mutants = noticing.functions, noticing.mutants
        ignored = all(function.word == "unreached" for function in functions)
        weak = self._is_weak(mutants)
        findings = [
            *(finding for function in functions for finding in _of_function(function, ignored=ignored)),
            *(_of_dead_end(end) for end in noticing.dead_ends),
            *(
                finding
                for mutant in mutants
                for finding in _of_mutant(mutant, sure=weak or _is_sure(mutant, mutants, called))
            ),
        ]
        verdict = Verdict.by_findings(findings, _summary(noticing), **_measures(noticing))
        if ignored and noticing.blind and noticing.tests >= A_SUITE:
            words = f"the tests pass, and were seen to run nothing of the project: {ELSEWHERE}"
            return Verdict.unproven(words, findings, **verdict.measures)
        if ignored and noticing.skipped:
            said = f"no test runs what changed; {noticing.skipped[0]} does not run here, and may"
            return Verdict.unproven(said, findings, **verdict.measures)
        if verdict.status == "pass" and (why := self._open(noticing, called)):
            return Verdict.unproven(why, findings, **verdict.measures)
        return verdict

    def _is_weak(self, faults: Sequence[Mutated]) -> bool:
        """Tell whether too many go unnoticed; that a result is looked at says nothing of the ways to it."""
        mutants = [mutant for mutant in faults if not (mutant.rule in RESULTS and mutant.word == "noticed")]
        unnoticed, tried = _count(mutants, "unnoticed"), _count(mutants, "noticed", "unnoticed")
        edges = [mutant for mutant in mutants if mutant.rule == "boundary"]
        if _count(edges, "unnoticed") == unnoticed <= OF_A_KIND and _count(mutants, "noticed") > _count(
            edges, "noticed"
        ):
            return False  # tests see all but a few edges
        kinds = ([mutant for mutant in mutants if mutant.rule == rule] for rule in {one.rule for one in mutants})
        blind = _unseen(mutants, STRONG) or any(_unseen(kind, OF_A_KIND) for kind in kinds)
        return blind or (tried >= self.enough and unnoticed * 100 > self.unnoticed * tried)

    def _open(self, noticing: Noticing, called: AbstractSet[str]) -> str:
        """Say what was not tried and could turn the verdict, "" for nothing."""
        if untried := [function for function in noticing.functions if function.word == "untried"]:
            return f"{len(untried)} changed functions were not tried, {untried[0].name} first: {untried[0].reason}"
        missing = [mutant for mutant in noticing.mutants if mutant.word == "untried"]
        worst = [_at_worst(mutant) if mutant in missing else mutant for mutant in noticing.mutants]
        if missing and (self._is_weak(worst) or any(_is_sure(_at_worst(one), worst, called) for one in missing)):
            return f"{len(missing)} of {len(noticing.mutants)} small faults were not tried: {missing[0].reason}"
        return ""


def _at_worst(mutant: Mutated) -> Mutated:
    """Give what would weigh most of a fault that was not tried: a lost result that is seen makes others count."""
    return replace(mutant, word="noticed" if mutant.rule == "result-lost" else "unnoticed")


def _called(change: Change, project: Project) -> frozenset[str]:
    """Give the names of what the changed tests call."""
    trees = (parsed(file.after or b"") for file in change.python() if project.is_test(file.path))
    nodes = (node for tree in trees if tree for node in ast.walk(tree) if isinstance(node, ast.Call))
    return frozenset(last_name(node.func) for node in nodes)


def _is_sure(mutant: Mutated, others: Iterable[Mutated], called: AbstractSet[str]) -> bool:
    """Tell whether tests that call a function themselves cannot tell what it gives from what it should not.

    A predicate that is not private must be seen to give both answers. Of other functions, tests that would miss None
    but no other value look at the presence of a result alone.
    """
    name = mutant.function.rpartition(".")[2]
    if name not in called or mutant.rule not in {"one-way", "other-result"}:
        return False
    seen = (one for one in others if one.word == "noticed" and one.function == mutant.function)
    looked_at = any(one.rule == "result-lost" for one in seen)
    return looked_at and (mutant.rule == "other-result" or not name.startswith("_"))


def _unseen(mutants: Sequence[Mutated], enough: int) -> bool:
    """Tell whether so many strong faults were tried and nobody noticed any."""
    tried = [one for one in mutants if one.strength == "strong" and one.word in {"noticed", "unnoticed"}]
    return len(tried) >= enough and _count(tried, "noticed") == 0


def _of_function(function: Disabled, *, ignored: bool) -> Iterator[Finding]:
    place = Location(function.path, function.line)
    if function.word == "unnoticed":
        said = f"no test notices when {function.name} raises at once, though tests run it"
        yield Finding("unnoticed-function", said, place, mend=f"assert what {function.name} gives or does")
    elif function.word == "unreached":
        level = Severity.ERROR if ignored else Severity.WARNING
        yield Finding("unreached-function", f"no test runs {function.name}", place, level, f"test {function.name}")


def _of_dead_end(end: DeadEnd) -> Finding:
    return Finding(
        "dead-end", end.description, Location(end.path, end.line), mend="test the case that goes on from here"
    )


def _of_mutant(mutant: Mutated, *, sure: bool) -> Iterator[Finding]:
    if mutant.word == "unnoticed":
        level = Severity.ERROR if sure else Severity.WARNING
        mend = _MENDS.get(mutant.rule, "test {} in the case that tells the two apart").format(mutant.function)
        yield Finding(mutant.rule, mutant.description, Location(mutant.path, mutant.line), level, mend)


def _count(tried: Sequence[Disabled | Mutated], *words: str) -> int:
    return sum(one.word in words for one in tried)


def _summary(noticing: Noticing) -> str:
    functions, mutants = noticing.functions, noticing.mutants
    said = f"tests notice {_count(functions, 'noticed')} of {len(functions)} changed functions when disabled"
    faults = _count(mutants, "noticed", "unnoticed")
    said += f", and {_count(mutants, 'noticed')} of {faults} small faults" if faults else ""
    untried = _count(mutants, "untried")
    return f"{said}; {untried} more were not tried" if untried else said


def _measures(noticing: Noticing) -> dict[str, float]:
    return {
        "functions": len(noticing.functions),
        "functions_noticed": _count(noticing.functions, "noticed"),
        "functions_unreached": _count(noticing.functions, "unreached"),
        "faults": _count(noticing.mutants, "noticed", "unnoticed"),
        "faults_noticed": _count(noticing.mutants, "noticed"),
        "untried": _count(noticing.functions, "untried") + _count(noticing.mutants, "untried"),
    }
