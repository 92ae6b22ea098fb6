"""What the suppressions that a change brings keep ruff and mypy from saying of the source."""

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gatecheck.change import Base, Change, Snapshot
from gatecheck.diagnostics import Changed, Diagnostic
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
    before: Base[TypeReport],
    project: Project,
    interpreter: Interpreter,
    workspace: Workspace,
    execution: Execution,
) -> Silenced:
    """Run ruff without its comments, and mypy over a copy without the new suppressions.

    What the base kept quiet in another way at the same place is not told: one suppression was exchanged for another.
    Raises MeasurementError where a tool gives no answer that can be read.
    """

    def unmuted(tree: Snapshot, told: TypeReport, placed: list[Placed]) -> list[Diagnostic]:
        """Give what mypy says of a tree without some suppressions, beyond what it says anyway."""
        copy = _without(placed, tree, workspace)
        loud = measure_types(copy, base, project, interpreter, workspace, execution)
        if loud.blocked and not told.blocked:
            why = loud.diagnostics[0].message
            raise MeasurementError(f"mypy cannot read the source without its suppressions: {why}")
        said = Counter((one.path, one.line, one.code, one.message) for one in told.diagnostics)
        return [one for one in loud.diagnostics if not said[one.path, one.line, one.code, one.message]]

    ledger, changed = ledger_of(change, project), Changed(change)
    new, gone = (measured(placed, project) for placed in (ledger.new, ledger.gone))
    lint = _lint(snapshot, new, interpreter, workspace)
    lint = changed.new(_lint(base, gone, interpreter, workspace), lint) if lint else ()
    tried, left = ([one for one in placed if _hides_type(one[1])] for placed in (new, gone))
    more = unmuted(snapshot, types, tried) if tried and types.program else []
    if more and left and before.program:
        more = list(changed.new(unmuted(base, before, left), more))
    return Silenced(tuple(lint), tuple(more))


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
    snapshot: Snapshot, placed: Iterable[Placed], interpreter: Interpreter, workspace: Workspace
) -> Sequence[Diagnostic]:
    """Give what some comments of a snapshot keep ruff from saying."""
    quiet = [(path, one) for path, one in placed if _hides_lint(one)]
    if not quiet:
        return ()
    tool, paths = find_tool("ruff", interpreter), sorted({path for path, _ in quiet})
    said = complaints_of(snapshot, tool, (*UNASKED, "--ignore-noqa"), workspace.folder(), paths)
    return [
        one
        for one in said
        if any(one.path == path and _keeps_quiet(found, one.code, one.line) for path, found in quiet)
    ]


def _keeps_quiet(found: Suppression, code: str, line: int) -> bool:
    return found.covers(line) and (not found.codes or code.startswith(found.codes))
