"""The gate sound-tests: new and edited tests can fail, are run, and expect what they expected."""

from dataclasses import dataclass
from typing import ClassVar

from gatecheck.change import Change
from gatecheck.model import Severity, Verdict
from gatecheck.project import Project
from gatecheck.soundness.examine import Examination
from gatecheck.task import Strategy, Task
from gatecheck_gates._counting import counted_rules

KEEPING = frozenset({Strategy.REFACTOR, Strategy.CHARACTERIZATION})  # strategies that leave behaviour as it is


@dataclass(frozen=True)
class SoundTests:
    """New and edited tests can fail, are collected, and call what they are about.

    Why
    ---
    A test that is green whatever the code does is worse than none: it is counted, it covers lines, and the next reader
    trusts it.

    How it is judged
    ----------------
    Functions that pytest or unittest take for tests by their names, in the test files that the change edits, are read,
    not run. What the base's test of the same name has as well is not told again, and a moved test is not new. Errors:

    - constant-assertion, tuple-assertion, self-comparison, comparison-not-asserted, returned-condition: nothing that
      the source does makes the assertion false, or nobody looks at it (`len(x) >= 0`, `assert (a == b, "message")`);
    - message-no-text, assertion-not-made: a value stands where a message is taken (`assertTrue(a, 2)`, `assert a, 2`),
      or the assertion is named and not called, or never entered (`pytest.raises(ValueError)` alone on its line);
    - unreachable-assertions: every assertion stands behind a `return` or `if False`, or in a function never used;
    - swallowed-assertion: the test itself catches the failure, or expects it (`pytest.raises(AssertionError)`);
    - assertion-left-out: every assertion of the test stands where an exception of the tested code is kept quiet;
    - subject-mocked: what the change edits is replaced, and the test calls only the replacement;
    - mock-not-asserted: `called_once_with(...)` and the like, which a mock makes up;
    - shadowed-test, uncollected-class, uncollected-file, uncollected-test, renamed-away, no-cases: the test is there
      and never runs;
    - test-switched-off: an unconditional skip or xfail without a reason, on a test that had run;
    - unasserted-function: the source's function is new and gives something, and the tests that call it assert nothing;
    - never-awaited, condition-dropped, tolerance-too-wide: what the test asked for is lost, or can hardly be wrong;
    - expectation-edited, expectation-weakened, expectation-removed: in a test that is kept, under the strategies
      refactor and characterization, where the source changed too. Else they are listed, old and new;
    - pins-nothing: a characterization's test that asserts of what type something is, or that it is there, and no more.

    In the source, whether or not a test changed: test-detected (`"pytest" in sys.modules`), coverage-imported,
    equal-to-anything (`__eq__` returns True), own-equality (a number or text that says itself what it equals),
    caller-variables-read (`f_locals`), type-checking-bound (`TYPE_CHECKING = True`), answers-in-source (a table of
    several arguments whose every key is a case of the changed tests), library-replaced (`json.dumps = ...` outside of
    functions), tests-read (`Path(__file__).parent / "tests"` where files are read). Not in a project that is itself
    pytest or coverage. coverage-forged is test code that tells coverage.py of lines that nothing ran.

    Warnings: no-assertion, for "does not raise" may be meant; a skip with a reason; assertions tried in a loop; reading
    the source's text; and in the source silent-except, caller-read, and a path of the tests in a constant.

    Of 3198 changes to eight public projects one fails, a comparison that nobody asserted (benchmarks/sound-tests.md).
    Not applicable where no test is edited. Unproven where an edited test file cannot be parsed.

    How to fix it
    -------------
    Assert what the code gives for an input whose answer is known. What must not run needs a condition and a reason.
    """

    id: ClassVar[str] = "sound-tests"
    item: ClassVar[str] = "tested-change"

    def judge(self, change: Change, task: Task, project: Project) -> Verdict:
        """Read the changed tests, and the source where it looks out for them."""
        examined = Examination(change, project, task.strategy in KEEPING, task.strategy is Strategy.CHARACTERIZATION)
        findings = [*examined.of_tests, *examined.of_source]
        errors = [finding for finding in findings if finding.level is Severity.ERROR]
        tests = len(examined.tests)
        if errors:
            return Verdict.failed(counted_rules(errors), findings, tests=tests, errors=len(errors))
        if examined.unreadable:
            reason = f"{examined.unreadable[0]} cannot be parsed by gatecheck's Python: what it asserts is not known"
            return Verdict.unproven(reason, findings, tests=tests)
        if not examined.files:
            return Verdict.not_applicable("the change edits no test", findings)
        summary = f"{_many(tests, 'new or edited test')} in {_many(len(examined.files), 'file')}"
        summary += ": nothing keeps them from failing"
        return Verdict.passed(summary, findings, tests=tests)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
