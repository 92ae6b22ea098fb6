"""What the suppressions that a change brings keep ruff and mypy from saying of the source."""

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gatecheck.change import Base, Change, Snapshot
from gatecheck.diagnostics import Diagnostic
from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter
from gatecheck.measurements.lint import UNASKED, complaints_of
from gatecheck.measurements.types import TypeReport, measure_types
from gatecheck.project import Project
from gatecheck.suppressions.disarm import DISARMED, disarmed
from gatecheck.suppressions.ledger import Placed, ledger_of
from gatecheck.suppressions.model import Suppression
from gatecheck.tools import find_tool
from gatecheck.workspace import Execution, Workspace


@dataclass(frozen=True)
class Silenced:
    """What is not said because of the change's suppressions.

    lint: of ruff, only what no project has off: syntax and undefined names. types: of mypy, as the project runs it.
    """

    lint: tuple[Diagnostic, ...] = ()
    types: tuple[Diagnostic, ...] = ()


def measured(placed: Iterable[Placed], project: Project) -> list[Placed]:
    """Give the suppressions of the source that are tried: those of which it counts what they hide."""
    return [(path, one) for path, one in placed if project.is_source(path) and (_hides_lint(one) or _hides_type(one))]


def measure_silenced(
    change: Change,
    snapshot: Snapshot,
    base: Base[Snapshot],
    types: TypeReport,
    project: Project,
    interpreter: Interpreter,
    workspace: Workspace,
    execution: Execution,
) -> Silenced:
    """Run ruff without its comments, and mypy over a copy without the new suppressions.

    Raises MeasurementError where one of them gives no answer that can be read.
    """
    new = measured(ledger_of(change, project).new, project)
    lint = [(path, one) for path, one in new if _hides_lint(one)]
    hidden = _lint(snapshot, lint, interpreter, workspace) if lint else ()
    tried = [(path, one) for path, one in new if _hides_type(one)]
    if not tried or not types.program:
        return Silenced(tuple(hidden))
    copy = _without(tried, snapshot, workspace)
    loud = measure_types(copy, base, project, interpreter, workspace, execution)
    if loud.blocked and not types.blocked:
        raise MeasurementError(f"mypy cannot read the source without its suppressions: {loud.diagnostics[0].message}")
    said = Counter((one.path, one.line, one.code, one.message) for one in types.diagnostics)
    more = [one for one in loud.diagnostics if not said[one.path, one.line, one.code, one.message]]
    return Silenced(tuple(hidden), tuple(more))


def _hides_lint(found: Suppression) -> bool:
    return found.tool == "ruff"


def _hides_type(found: Suppression) -> bool:
    return found.kind in DISARMED


def _without(tried: list[Placed], snapshot: Snapshot, workspace: Workspace) -> Snapshot:
    """Copy a snapshot without some suppressions."""
    folder = workspace.folder() / "tree"
    shutil.copytree(snapshot.root, folder, symlinks=True)
    for path in {path for path, _ in tried}:
        place = folder / path
        content = disarmed(place.read_bytes(), [one for where, one in tried if where == path])
        place.unlink()  # the copy may be read-only
        place.write_bytes(content)
    return replace(snapshot, root=folder)


def _lint(
    snapshot: Snapshot, new: list[Placed], interpreter: Interpreter, workspace: Workspace
) -> Iterable[Diagnostic]:
    tool, paths = find_tool("ruff", interpreter), sorted({path for path, _ in new})
    flags = (*UNASKED, "--ignore-noqa")
    for one in complaints_of(snapshot, tool, flags, workspace.folder(), paths):
        if any(one.path == where and _keeps_quiet(found, one.code, one.line) for where, found in new):
            yield one


def _keeps_quiet(found: Suppression, code: str, line: int) -> bool:
    return found.covers(line) and (not found.codes or code.startswith(found.codes))
