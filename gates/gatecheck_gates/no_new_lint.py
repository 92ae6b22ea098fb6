"""The gate no-new-lint: what ruff says of the head and did not say of the base."""

from dataclasses import dataclass
from typing import ClassVar

from gatecheck.change import Base, Change, Head, Pinned
from gatecheck.diagnostics import Changed, Diagnostic, compare, findings, verdict_of
from gatecheck.measurements.lint import LintReport
from gatecheck.model import Severity, Verdict
from gatecheck.tools import SOURCE, concerns


@dataclass(frozen=True)
class NoNewLint:
    """Ruff, as the base configures it, reports nothing that it did not report before the change.

    Why
    ---
    A linter that is red for other reasons is read by nobody, and one that is made green by loosening it reads nothing.
    What counts is what the change adds, under the rules that were in force before it.

    How it is judged
    ----------------
    Ruff runs over the base and over the head, the latter under the base's configuration. The project's own ruff is
    taken where its environment has one, else gatecheck's, and of that only the rules that the configuration names or
    that ruff has always had on (E4, E7, E9, F). Where the project does not use ruff at all, only syntax errors and
    undefined names are looked for (E9, F63, F7, F82 without F722).

    A complaint is new if the base has none of the same code and words on a line of the same text, in that file or, when
    it moved, in another changed file. A line that was rewritten and drew the same complaint before is not new.
    Everything new fails, wherever it stands: also a complaint that the change causes in a file that it does not touch.

    Where the change edits ruff's configuration, the head is also read under its own: what only that reports fails on
    added lines, and is a warning elsewhere. A loosened configuration takes effect with the next change. Two things are
    warnings where the head's own configuration allows them: a renamed file that leaves the base's `per-file-ignores`,
    and syntax that is newer than the Python that the base names. A needless `# noqa` (RUF100) counts only where the
    head's own configuration says so too, for one may come together with its rule.

    `# noqa` is honoured. Where every ruff command of the base (in CI, a Makefile, tox, scripts) names paths, such as
    `ruff check src`, complaints elsewhere are warnings. What the project's own linter leaves out (ruff's hook; flake8
    or pylint where ruff is not used) and broken Python that the tests only read are no complaints. Without Python
    source or ruff's configuration among the changed files, or where the configuration excludes all of them, there is
    nothing to judge.

    How to fix it
    -------------
    Run `ruff check` on the files named, or the command given with the finding. If the rule is wrong for the project,
    change the configuration first, in a change of its own.
    """

    id: ClassVar[str] = "no-new-lint"
    item: ClassVar[str] = "lint-and-types"

    def judge(
        self,
        change: Change,
        before: Base[LintReport] | None = None,
        after: Pinned[LintReport] | None = None,
        own: Head[LintReport] | None = None,
    ) -> Verdict:
        """Compare ruff's reports on both sides."""
        if not concerns("ruff", change):
            return Verdict.not_applicable("neither Python source nor ruff's configuration was changed")
        if before is None or after is None or own is None:
            return Verdict.unproven("ruff was not run")
        changed = Changed(change)
        compared = compare(changed, before.diagnostics, after.diagnostics, own.diagnostics)
        found = findings(changed, compared, lambda one: _weigh(one, after.scope))
        if not found and _all_excluded(change, before, after, own):
            return Verdict.not_applicable("ruff's configuration excludes every changed file")
        return verdict_of(after.program, found, before=len(before.diagnostics), after=len(after.diagnostics))


def _weigh(found: Diagnostic, scope: tuple[str, ...]) -> tuple[str, Severity]:
    if found.code == "invalid-syntax":
        return "syntax-error", Severity.ERROR
    inside = not scope or any(f"{found.path}/".startswith(f"{path}/") for path in scope)
    return ("new-lint", Severity.ERROR) if inside else ("unlinted-place", Severity.WARNING)


def _all_excluded(change: Change, *reports: LintReport) -> bool:
    """Tell whether source was changed and ruff looked at none of it on any side."""
    linted = {path for report in reports for path in report.files}
    source = [file for file in change.files if file.path.endswith(SOURCE)]
    return bool(source) and not any(path in linted for file in source for path in (file.path, file.old_path))
