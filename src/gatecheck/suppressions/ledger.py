"""Which suppressions a change brings: those of the head that find no partner in the base.

They are matched like the complaints of a tool (`gatecheck.diagnostics`): by what they are and by the statement they are
about, in the file or, where it moved, in another changed file; on a line that was rewritten, by what they are alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gatecheck.change import Change
from gatecheck.diagnostics import Changed, Diagnostic
from gatecheck.project import Project
from gatecheck.suppressions.code import code_in
from gatecheck.suppressions.comments import comments_in
from gatecheck.suppressions.model import Suppression
from gatecheck.syntax import parsed


@dataclass(frozen=True)
class Ledger:
    """What a change brings, each with its path; and the files of the source that could not be read.

    Beyond the source nothing that is silenced is an error, and what no linter reads needs no suppression.
    """

    new: tuple[tuple[str, Suppression], ...] = ()
    unread: tuple[str, ...] = ()


def ledger_of(change: Change, project: Project) -> Ledger:
    """Read both sides of the changed Python files. What keeps quiet in code is looked for in the source alone."""
    files = [file for file in change.files if file.is_python and not project.is_generated(file.path)]
    heads = {file.path: _read(file.path, file.after, project) for file in files if file.after is not None}
    bases = {file.old_path or file.path: _read(file.path, file.before, project) for file in files}
    unread = [path for path, found in heads.items() if found is None]
    unread += [file.path for file in files if file.unread]
    unread = [path for path in unread if project.is_source(path) and path not in project.unlinted]
    before = [(path, one) for path, found in bases.items() for one in found or ()]
    after = [(path, one) for path, found in heads.items() for one in found or ()]
    return Ledger(tuple(_new(change, before, after)), tuple(unread))


def _read(path: str, source: bytes | None, project: Project) -> list[Suppression] | None:
    comments = comments_in(source or b"")
    if comments is None or not project.is_source(path):
        return comments
    tree = parsed(source or b"")
    return None if tree is None else [*comments, *code_in(tree)]


Placed = tuple[str, Suppression]


def _new(change: Change, before: list[Placed], after: list[Placed]) -> Iterable[Placed]:
    changed = Changed(change)
    removed = {(file.old_path or file.path): file.removed_lines for file in change.files}
    gone = [(path, one) for path, one in before if one.line in removed.get(path, ())]
    left = changed.new((_known(*one) for one in before), (_known(*one) for one in after))
    for found in (_placed(one, after) for one in left):
        wider = [(path, replace(one, codes=found[1].codes)) for path, one in gone if _wider(one, found[1])]
        if not wider or changed.new((_known(*one) for one in wider), [_known(*found)]):
            yield found


def _wider(old: Suppression, new: Suppression) -> bool:
    """Tell whether a suppression said more than the one that may have taken its place."""
    return old.kind == new.kind and bool(new.codes) and (not old.codes or set(new.codes) <= set(old.codes))


def _known(path: str, found: Suppression) -> Diagnostic:
    return Diagnostic(path, found.line, found.what, "", found.source)


def _placed(found: Diagnostic, after: list[Placed]) -> Placed:
    return next((path, one) for path, one in after if _known(path, one) == found)
