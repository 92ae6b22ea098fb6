"""The gate no-new-suppressions: ways to silence ruff and mypy that a change adds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Change, Pinned
from gatecheck.diagnostics import Diagnostic
from gatecheck.measurements.silenced import Silenced, measured
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.suppressions.bugs import is_lint_bug, is_type_bug
from gatecheck.suppressions.code import ANY, CAST, GUARD, HIDDEN, UNCHECKED
from gatecheck.suppressions.disarm import disarmed
from gatecheck.suppressions.ledger import Ledger, Placed, ledger_of
from gatecheck.suppressions.model import Reach, Suppression
from gatecheck.suppressions.typed import given_up, only_annotated
from gatecheck_gates._counting import counted_rules

_QUIET = frozenset({CAST, ANY, GUARD})  # honest code has them everywhere: only what they hide counts
_HARMLESS = frozenset({"isort", "formatter"})
_CODE = {
    UNCHECKED: (
        "unchecked-function",
        "`{}` is not type checked any more",
        "annotate it, or ignore single errors by their codes, each with its reason",
    ),
    HIDDEN: (
        "hidden-from-checker",
        "`{}`: the type checker takes for dead what runs here",
        "let the checker see what runs; under TYPE_CHECKING belong imports and declarations",
    ),
}
_STRING = "code-in-a-string", "`{}`: no linter and no type checker looks into a string", "write it as code"


@dataclass(frozen=True)
class NoNewSuppressions:
    """The change silences neither ruff nor mypy where they have found a bug, nor for whole files or functions.

    Why
    ---
    A complaint that is silenced is green in every report from then on, and nobody looks at it again. One that names its
    rule and its reason is a decision; one that covers a file also covers what is added to it next year.

    How it is judged
    ----------------
    Comments (`# noqa`, `# type: ignore` and those of ruff, flake8, pyright, ty, pyrefly, pyre, pytype, pylint, bandit
    and semgrep) are read from Python's tokens, the rest from the syntax tree. New is what has no partner in the base:
    what was moved, reindented, reformatted, renamed with its file, rewritten under the same suppression, narrowed down
    to some codes, or put in the place of a wider one is not, nor what hides no more than one that was there (a `cast`
    for a `# type: ignore`). Errors, in the project's source alone:

    - silenced-bug: ruff reports a syntax error or an undefined name behind the comment (E9, F63, F7, F82; not names in
      annotations, nor before `except NameError`). Or mypy, run again without the new `# type: ignore`, `cast(...)`,
      `x: Any = ...` of functions and `if TYPE_CHECKING:` in them, reports one of these: None or a plain type (int, str,
      date, ...) where it is not allowed, an attribute or index of None, a name that is not defined or most likely
      misspelt, wrong arguments, a missing return, a missing annotation. A warning where the change only annotates what
      ran before in a function without annotations;
    - file-suppression: a whole file without naming rules (`# ruff: noqa`), or mypy's or pyright's settings loosened in
      one (`# mypy: ignore-errors`);
    - unchecked-function: `@no_type_check`;
    - hidden-from-checker: a TYPE_CHECKING that has the checker take for dead what runs in a function, or functions;
    - code-in-a-string: `eval`, `exec` or `compile` of a text that stands in the source.

    What else is silenced is a note, and a warning (blanket-suppression) where neither a rule nor a reason is told, or
    where it is a file's rules. A note too is an annotation of a kept function that went, or became Any. In tests and
    scripts nothing is an error: tests pass wrong values on purpose.

    Of 2253 changes to the source of eight public projects two fail, one of them rightly (benchmarks/suppressions.md).
    Not applicable where no Python file changed; unproven where one of the source cannot be read (what the project's
    own linter leaves out aside), or mypy or ruff gives no answer.

    How to fix it
    -------------
    Correct what the tool found. Where a value cannot be None, `assert value is not None` says so to the checker and to
    the one who finds out otherwise. If a rule is wrong for the project, change the configuration first, in a change of
    its own; if it is wrong at one place, name its code and say why.

    Options
    -------
    `reasons`: every new suppression in the source must name its rules and say why.
    """

    id: ClassVar[str] = "no-new-suppressions"
    item: ClassVar[str] = "lint-and-types"

    reasons: Annotated[
        bool, Meta(description="make a suppression in the source an error unless it names its rules and says why")
    ] = False

    def judge(self, change: Change, project: Project, silenced: Pinned[Silenced] | None = None) -> Verdict:
        """Judge by what stands in the files, and by what the tools would say where no error was found."""
        if not any(file.is_python for file in change.files):
            return Verdict.not_applicable("no Python file was changed")
        ledger = ledger_of(change, project)
        found = [*self._comments(ledger, project), *_in_code(ledger), *_given_up(change, project)]
        if silenced is not None:
            found = [*_bugs(silenced, change, ledger), *found]
        if errors := [finding for finding in found if finding.level is Severity.ERROR]:
            return Verdict.failed(counted_rules(errors), found, new=len(ledger.new), errors=len(errors))
        if ledger.unread:
            reason = f"{ledger.unread[0]} cannot be read by gatecheck's Python: what it silences is not known"
            return Verdict.unproven(reason, found, new=len(ledger.new))
        if silenced is None and measured(ledger.new, project):
            return Verdict.unproven("what the new suppressions hide was not measured", found, new=len(ledger.new))
        many = len(_told(ledger))
        said = f"{many} new, none of which hides a bug of the change" if many else "no new suppression"
        return Verdict.passed(said, found, new=len(ledger.new), errors=0)

    def _comments(self, ledger: Ledger, project: Project) -> Iterator[Finding]:
        groups: dict[tuple[str, str, str, str, Severity], list[int]] = {}
        for path, found in _told(ledger):
            rule, level = self._weighed(found, source=project.is_source(path))
            groups.setdefault((path, found.what, found.said, rule, level), []).append(found.line)
        for (path, what, said, rule, level), lines in groups.items():
            many = f" in {len(lines)} places" if len(lines) > 1 else ""
            message = f"new `# {what}`{many}: {said}" if said else f"new `# {what}`{many}, no reason given"
            yield Finding(
                rule, message, Location(path, lines[0]), level, "mend what it hides, or name its code and say why"
            )

    def _weighed(self, found: Suppression, *, source: bool) -> tuple[str, Severity]:
        if found.tool in _HARMLESS:
            return "new-suppression", Severity.NOTE
        if found.reach is Reach.FILE:
            return "file-suppression", Severity.ERROR if source and not found.codes else Severity.WARNING
        if source and self.reasons and not (found.codes and found.said):
            return "unexplained-suppression", Severity.ERROR
        blanket = source and not found.codes and not found.said
        return ("blanket-suppression", Severity.WARNING) if blanket else ("new-suppression", Severity.NOTE)


def _told(ledger: Ledger) -> list[Placed]:
    """Give the comments among the new suppressions."""
    return [(path, one) for path, one in ledger.new if one.tool != "all" and one.kind not in _QUIET | _CODE.keys()]


def _in_code(ledger: Ledger) -> Iterator[Finding]:
    for path, found in ledger.new:
        rule, words, mend = _STRING if found.tool == "all" else _CODE.get(found.kind, ("", "", ""))
        if rule:
            yield Finding(rule, words.format(_short(found.source)), Location(path, found.line), mend=mend)


def _given_up(change: Change, project: Project) -> Iterator[Finding]:
    for file in change.python():
        for line, what in given_up(file) if project.is_source(file.path) else ():
            message, mend = f"a type was given up: {what}", "keep it, or say what else it may be"
            yield Finding("type-given-up", message, Location(file.path, line), Severity.NOTE, mend)


def _bugs(silenced: Silenced, change: Change, ledger: Ledger) -> Iterator[Finding]:
    files = {file.path: file for file in change.files}
    for one in silenced.lint:
        if is_lint_bug(one, files.get(one.path)):
            yield _bug("ruff", one, Severity.ERROR)
    for one in silenced.types:
        file = files.get(one.path)
        if is_type_bug(one, file):
            bare = disarmed((file and file.after) or b"", [found for path, found in ledger.new if path == one.path])
            old = only_annotated(one.line, bare, file)
            yield _bug("mypy", one, Severity.WARNING if old else Severity.ERROR)


def _bug(tool: str, one: Diagnostic, level: Severity) -> Finding:
    said = f"a new suppression keeps {tool} from saying: {one.message} [{one.code}]"
    none = "None" in one.message
    mend = "assert that it is not None, or let the type say that it may be" if none else "correct it"
    return Finding("silenced-bug", said, Location(one.path, one.line or None), level, mend)


def _short(source: str) -> str:
    return source if len(source) <= 60 else f"{source[:57]}..."  # noqa: PLR2004 - as in soundness
