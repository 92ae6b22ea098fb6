"""Which suppressions a change brings: those of the head that find no partner in the base.

They are matched like the complaints of a tool (`gatecheck.diagnostics`): by what they are and by the statement they are
about, in the file or, where it moved, in another changed file; on a line that was rewritten, by what they are alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gatecheck.change import Change
from gatecheck.diagnostics import Changed, Diagnostic
from gatecheck.project import Project
from gatecheck.suppressions.code import ANY, CAST, GUARD, HIDDEN, UNCHECKED, code_in
from gatecheck.suppressions.comments import comments_in
from gatecheck.suppressions.model import Reach, Suppression
from gatecheck.syntax import parsed

_READ_IGNORE = frozenset({"pyright", "ty", "pyrefly", "pyre", "pytype"})  # besides mypy, whose comment it was first
_IN_CODE = frozenset({CAST, ANY, GUARD, HIDDEN, UNCHECKED})  # what they keep quiet is measured, or an error as such
_EVERYTHING = frozenset(
    {"ruff: noqa", "ruff: file-ignore", "type: ignore", "mypy: ignore-errors", "mypy: ignore-errors=true"}
    | {"pyrefly: ignore-errors", "pyre-ignore-all-errors", "pytype: skip-file", "pylint: skip-file"}
)
_WIDTH = {Reach.LINE: 0, Reach.BLOCK: 1, Reach.FILE: 2}

Placed = tuple[str, Suppression]


@dataclass(frozen=True)
class Ledger:
    """What a change brings, each with its path; and the files of the source that could not be read.

    Beyond the source nothing that is silenced is an error, and what no linter reads needs no suppression.

    gone: what stood on lines that the change takes away or rewrites, each with its path on the base.
    """

    new: tuple[Placed, ...] = ()
    unread: tuple[str, ...] = ()
    gone: tuple[Placed, ...] = ()


def ledger_of(change: Change, project: Project) -> Ledger:
    """Read both sides of the changed Python files. What keeps quiet in code is looked for in the source alone."""
    files = [file for file in change.files if file.is_python and not project.is_generated(file.path)]
    heads = {file.path: _read(file.path, file.after, project) for file in files if file.after is not None}
    bases = {file.old_path or file.path: _read(file.path, file.before, project) for file in files}
    unread = [path for path, found in heads.items() if found is None]
    unread += [file.path for file in files if file.unread]
    unread = [path for path in unread if project.is_source(path)]
    unread = sorted(set(unread) - project.unlinted.among(unread))
    before = [(path, one) for path, found in bases.items() for one in found or ()]
    after = [(path, one) for path, found in heads.items() for one in found or ()]
    removed = {(file.old_path or file.path): file.removed_lines for file in change.files}
    gone = tuple((path, one) for path, one in before if one.line in removed.get(path, ()))
    return Ledger(tuple(_new(change, before, after, gone)), tuple(unread), gone)


def _read(path: str, source: bytes | None, project: Project) -> list[Suppression] | None:
    comments = comments_in(source or b"")
    if comments is None or not project.is_source(path):
        return comments
    tree = parsed(source or b"")
    return None if tree is None else [*comments, *code_in(tree)]


def _new(change: Change, before: list[Placed], after: list[Placed], gone: tuple[Placed, ...]) -> Iterable[Placed]:
    changed = Changed(change)
    left = changed.new((_known(*one) for one in before), (_known(*one) for one in after))
    files = {file.old_path or file.path: file.path for file in change.files}
    for path, found in (_placed(one, after) for one in left):
        wider = [(where, one) for where, one in gone if _wider(one, found)]
        if any(one.reach is Reach.FILE and files.get(where) == path for where, one in wider):
            continue  # it silenced whatever stood in the file
        known = [_known(where, replace(found, line=one.line, source=one.source)) for where, one in wider]
        if not known or changed.new(known, [_known(path, found)]):
            yield path, found


def _wider(old: Suppression, new: Suppression) -> bool:
    """Tell whether a suppression said as much as the one that may have taken its place, or more.

    A comment of one checker stands for that of another where it is `# type: ignore`, which all of them read.
    """
    if {old.kind, new.kind} & _IN_CODE or _WIDTH[old.reach] < _WIDTH[new.reach]:
        return False
    if old.reach is Reach.FILE and not old.codes and old.kind not in _EVERYTHING:
        return False  # a setting of the file, which loosens one rule
    named = bool(new.codes) if old.kind == new.kind or old.codes else True
    same = old.tool == new.tool or (old.kind == "type: ignore" and not old.codes and new.tool in _READ_IGNORE)
    return same and named and (not old.codes or set(new.codes) <= set(old.codes))


def _known(path: str, found: Suppression) -> Diagnostic:
    return Diagnostic(path, found.line, found.what, "", found.source)


def _placed(found: Diagnostic, after: list[Placed]) -> Placed:
    return next((path, one) for path, one in after if _known(path, one) == found)
