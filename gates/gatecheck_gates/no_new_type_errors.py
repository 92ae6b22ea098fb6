"""The gate no-new-type-errors: what mypy says of the head and did not say of the base."""

import re
from dataclasses import dataclass
from typing import ClassVar

from gatecheck.change import Base, Change, Head, Pinned
from gatecheck.diagnostics import Changed, Diagnostic, Weigh, compare, findings, needs_newer_python, verdict_of
from gatecheck.measurements.types import TypeReport
from gatecheck.model import Severity, Verdict
from gatecheck.tools import changed_settings, concerns

UNRESOLVED = ("import-not-found", "import-untyped", "import")  # the last before mypy 1.7
# What follows from a library that mypy cannot see and takes for Any (mypy's manual, "Error code list").
FROM_ANY = (
    "no-any-unimported",
    "no-any-return",
    "untyped-decorator",
    "unused-ignore",
    "redundant-cast",
    "no-untyped-call",
)
_STALE = "mypy cannot read the head under the base's python_version: raise it in a change of its own"
_MODULE = re.compile(r'"([\w.]+)"')


@dataclass(frozen=True)
class NoNewTypeErrors:
    """Mypy, as the base configures it, reports no error that it did not report before the change.

    Why
    ---
    A type error in a caller that nobody opened is the cheapest way to learn that a signature broke something. That
    only holds while new errors are told from old ones, and while no change can loosen its own check.

    How it is judged
    ----------------
    Only where the project uses mypy: a configuration for it, or its name where the base says what it runs or installs
    (pre-commit, tox, nox, requirements, CI). To have a project checked, add `[tool.mypy]` to its pyproject.toml.

    Mypy runs over the base and over the head, the latter under the base's configuration; the project's own mypy where
    its environment has one, else gatecheck's with the project's Python. It checks what `files`, `packages` or
    `modules` name, else what the pre-commit hook takes, else the paths that the project's own commands pass to it, else
    the project's source; folders whose modules share a name, such as conftest.py, each in a run of its own.

    Plugins that live in the tree run as the base has them, with what they import, whichever side is checked. Where only
    the head has one that its configuration names, the answer is unproven: bring the plugin first, and name it in a
    later change.

    An error is new if the base has none of the same code and words on a line of the same text, in that file or, when it
    moved, in another changed file. A line that was rewritten and drew the same error before is not new. Everything new
    fails, also in files that the change does not touch. What only the head's own, stricter configuration reports fails
    on added lines, and is a warning elsewhere.

    Warnings only: an import that mypy cannot resolve, since libraries come from the environment and not from the change
    (it fails where the change itself took the module away), and what follows from that in the same file: bases,
    decorators and values of type Any.

    A new syntax error fails. Where the change uses newer syntax and raises mypy's `python_version`, and alters no other
    setting, the head is read under its own configuration. Where mypy stops at a syntax error of the base, at a plugin
    that is not installed, or at a configuration that it refuses, the answer is unproven.

    How to fix it
    -------------
    Run mypy as the project does and correct the types, in the change's own files rather than in those that the error
    appeared in. If a setting is wrong for the project, change it first, in a change of its own.
    """

    id: ClassVar[str] = "no-new-type-errors"
    item: ClassVar[str] = "lint-and-types"

    def judge(
        self,
        change: Change,
        before: Base[TypeReport] | None = None,
        after: Pinned[TypeReport] | None = None,
        own: Head[TypeReport] | None = None,
    ) -> Verdict:
        """Compare mypy's reports on both sides."""
        if not concerns("mypy", change):
            return Verdict.not_applicable("neither Python source nor mypy's configuration was changed")
        if before is None or after is None or own is None:
            return Verdict.unproven("mypy was not run")
        if not own.program and not after.program:
            return Verdict.not_applicable(
                "the project does not use mypy ([tool.mypy] in pyproject.toml would ask for it)"
            )
        if not before.program:  # the change brings mypy in: what it says of older lines is no news
            after = TypeReport(own.program)
        if after.blocked and not own.blocked and all(map(needs_newer_python, after.diagnostics)):
            if changed_settings("mypy", change) != {"python_version"}:
                return Verdict.unproven(f"{_STALE}: {_first(after)}")
            after = own
        if before.blocked and own.diagnostics:
            return Verdict.unproven(f"mypy stops at the base: {_first(before)}")
        changed = Changed(change)
        compared = compare(changed, before.diagnostics, after.diagnostics, own.diagnostics)
        found = findings(changed, compared, _weigher(changed, own))
        return verdict_of(own.program, found, before=len(before.diagnostics), after=len(after.diagnostics))


def _first(report: TypeReport) -> str:
    found = report.diagnostics[0]
    return f"{found.path}:{found.line}: {found.message}"


def _weigher(changed: Changed, report: TypeReport) -> Weigh:
    unseen = {found.path for found in report.diagnostics if found.code in UNRESOLVED}

    def weigh(found: Diagnostic) -> tuple[str, Severity]:
        if found.code == "syntax":
            return "syntax-error", Severity.ERROR
        if found.code in UNRESOLVED and not _took_away(changed, found):
            return "unresolved-import", Severity.WARNING
        if (report.borrowed or found.path in unseen) and _follows_from_any(found):
            return "unseen-library", Severity.WARNING
        return "new-type-error", Severity.ERROR

    return weigh


def _took_away(changed: Changed, found: Diagnostic) -> bool:
    module = _MODULE.search(found.message)
    path = module[1].replace(".", "/") if module else ""
    return bool(path) and changed.removed((f"{path}.py", f"{path}.pyi", f"{path}/__init__.py"))


def _follows_from_any(found: Diagnostic) -> bool:
    return found.code in FROM_ANY or '"Any"' in found.message or "Untyped decorator" in found.message
