"""What tools say of source, and what of it a change has caused.

Counts lie: a change that mends one complaint and brings another is not clean. So complaints are matched one by one,
base against head, and what finds no partner is new. A complaint is known again by its code, its words and the text of
its line, never by the line's number; a place that moved with its file, to another changed file, or that was rewritten
and still draws the same complaint, is not new.
"""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from gatecheck.change import Change, FileChange, Kind
from gatecheck.model import Finding, Location, Severity, Verdict

_NAMES_AND_NUMBERS = re.compile(r"`[^`]*`|\"[^\"]*\"|\d+")


@dataclass(frozen=True)
class Diagnostic:
    """One complaint: its path from the top of the repository, its line (0: none), code and words.

    `source` is the text of the line without its margins. `mend` says what would satisfy the tool.
    """

    path: str
    line: int
    code: str
    message: str
    source: str = ""
    mend: str = ""

    @property
    def shape(self) -> str:
        """Give the words without names and numbers: "`f` is too complex (11 > 10)" stays the same at 12."""
        return _NAMES_AND_NUMBERS.sub("#", self.message)


# A suppression that suppresses nothing, in ruff's words (its manual, "Rules") and in mypy's ("Error code list").
NEEDLESS = frozenset({"RUF100", "RUF101", "RUF102", "unused-ignore"})

Key = Callable[[Diagnostic], Hashable | None]
Weigh = Callable[[Diagnostic], tuple[str, Severity]]


class Changed:
    """A change, asked for single lines of single files."""

    def __init__(self, change: Change) -> None:
        """Index the files by their paths on both sides."""
        self._old: dict[str, FileChange] = {}
        self._new: dict[str, FileChange] = {}
        for file in change.files:
            if file.kind is not Kind.COPIED:
                self._old[file.old_path or file.path] = file
            self._new[file.path] = file

    def added(self, found: Diagnostic) -> bool:
        """Tell whether a complaint of the head stands on a line that the change added."""
        file = self._new.get(found.path)
        return file is not None and (found.line in file.added_lines or (found.line == 0 and bool(file.added)))

    def renamed(self, found: Diagnostic) -> bool:
        """Tell whether a complaint of the head stands in a file that the change renamed."""
        file = self._new.get(found.path)
        return file is not None and file.kind is Kind.RENAMED

    def removed(self, names: Iterable[str]) -> bool:
        """Tell whether the change took a file away, by deleting or renaming, whose path ends so."""
        gone = [f"/{path}" for path, file in self._old.items() if file.kind is Kind.DELETED or path != file.path]
        return any(path.endswith(f"/{name}") for path in gone for name in names)

    def place(self, found: Diagnostic) -> str:
        """Say where a complaint stands when it does not stand on an added line."""
        if self.added(found):
            return ""
        whose = "on a line" if found.path in self._new else "in a file"
        return f" ({whose} the change does not touch)"

    def new(self, before: Iterable[Diagnostic], after: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Give what of the head's complaints has no partner among the base's; strict matches are made first."""
        old, left = list(before), sorted(after, key=self.added)  # of two alike, the one on an added line is the new one
        for known, seen in (
            (self._same(self._old), self._same(self._new)),
            (self._reworded(self._old), self._reworded(self._new)),
            (self._moved(self._old), self._moved(self._new)),
            (self._rewritten(self._old, new=False), self._rewritten(self._new, new=True)),
        ):
            old, left = _unmatched(old, left, known, seen)
        left = self._unlike(old, left)
        return tuple(sorted(left, key=lambda found: (found.path, found.line, found.code)))

    @staticmethod
    def _file(files: dict[str, FileChange], path: str) -> str:
        return files[path].path if path in files else path

    def _same(self, files: dict[str, FileChange]) -> Key:
        return lambda found: (self._file(files, found.path), found.code, found.message, found.source)

    def _reworded(self, files: dict[str, FileChange]) -> Key:
        return lambda found: (self._file(files, found.path), found.code, found.shape, found.source)

    def _moved(self, files: dict[str, FileChange]) -> Key:
        return lambda found: (found.code, found.shape, found.source) if found.path in files else None

    def _unlike(self, old: list[Diagnostic], left: list[Diagnostic]) -> list[Diagnostic]:
        """Take away what says the same of a similar line of the file: git shows some rewritten lines in two hunks."""
        lines: dict[Hashable, list[str]] = {}
        for found in old:
            lines.setdefault((self._file(self._old, found.path), found.code, found.shape), []).append(found.source)
        kept = []
        for found in left:
            candidates = lines.get((found.path, found.code, found.shape), [])
            if similar := difflib.get_close_matches(found.source, candidates, n=1):  # 0.6, the library's own measure
                candidates.remove(similar[0])
            else:
                kept.append(found)
        return kept

    def _rewritten(self, files: dict[str, FileChange], *, new: bool) -> Key:
        def key(found: Diagnostic) -> Hashable | None:
            file = files.get(found.path)
            hunks = file.hunks if file else ()
            for number, hunk in enumerate(hunks):
                if found.line in (hunk.new_lines if new else hunk.old_lines):
                    return (file.path if file else "", number, found.code, found.shape)
            return None

        return key


def _unmatched(
    old: list[Diagnostic], left: list[Diagnostic], known: Key, seen: Key
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Take away what has the same key on both sides, as often as it stands on both; None is no key."""
    common = Counter(map(known, old)) & Counter(map(seen, left))
    del common[None]
    return _without(old, known, Counter(common)), _without(left, seen, common)


def _itself(found: Diagnostic) -> Hashable:
    return found


def _without(diagnostics: list[Diagnostic], key: Key, common: Counter[Hashable | None]) -> list[Diagnostic]:
    kept = []
    for found in diagnostics:
        if common[key(found)] > 0:
            common[key(found)] -= 1
        else:
            kept.append(found)
    return kept


@dataclass(frozen=True)
class Comparison:
    """What is new, by why it is.

    new: under the base's configuration. reconfigured: the same, but only the base's setting is out of date: a renamed
    file left its exceptions, or the syntax is newer than the Python it names. tightened: only under the head's own, on
    added lines. elsewhere: only under the head's own, on other lines.
    """

    new: tuple[Diagnostic, ...] = ()
    reconfigured: tuple[Diagnostic, ...] = ()
    tightened: tuple[Diagnostic, ...] = ()
    elsewhere: tuple[Diagnostic, ...] = ()


def compare(
    changed: Changed, before: Iterable[Diagnostic], pinned: tuple[Diagnostic, ...], own: tuple[Diagnostic, ...]
) -> Comparison:
    """Compare the base with the head under the base's configuration (`pinned`) and under its own.

    That a suppression is needless counts only if both say so: one that comes with the rule that it is about is needed.
    """
    allowed = set(own)
    told = (one for one in pinned if one.code not in NEEDLESS or one in allowed)
    everything_new = changed.new(before, told)
    excused = [found for found in everything_new if found not in allowed and _out_of_date(changed, found)]
    only_own = [] if pinned == own else _unmatched(list(pinned), list(own), _itself, _itself)[1]
    return Comparison(
        new=tuple(found for found in everything_new if found not in excused),
        reconfigured=tuple(excused),
        tightened=tuple(found for found in only_own if changed.added(found)),
        elsewhere=tuple(found for found in only_own if not changed.added(found)),
    )


def needs_newer_python(found: Diagnostic) -> bool:
    """Tell whether a complaint is that the syntax is newer than the Python that the configuration names."""
    return found.code in {"syntax", "invalid-syntax"} and "Python 3." in found.message


def _out_of_date(changed: Changed, found: Diagnostic) -> bool:
    return needs_newer_python(found) or (changed.renamed(found) and not changed.added(found))


def findings(changed: Changed, compared: Comparison, weigh: Weigh) -> tuple[Finding, ...]:
    """Turn a comparison into findings; `weigh` gives the rule and the weight of each that is new."""
    found = [_finding(one, changed.place(one), *weigh(one)) for one in compared.new]
    hint = " (under the configuration that the change brings)"
    found += [_finding(one, hint, *weigh(one)) for one in compared.tightened]
    allowed = " (the configuration that the change brings allows it)"
    found += [_finding(one, allowed, "newly-allowed", Severity.WARNING) for one in compared.reconfigured]
    if compared.elsewhere:
        codes = Counter(one.code for one in compared.elsewhere).most_common(5)
        words = ", ".join(f"{code} {count}" for code, count in codes)
        message = (
            f"the configuration that the change brings reports {len(compared.elsewhere)} older places as well: {words}"
        )
        found.append(
            Finding("older-places", message, level=Severity.WARNING, mend="mend them in a change of their own")
        )
    return tuple(found)


def verdict_of(program: str, found: tuple[Finding, ...], **measures: float) -> Verdict:
    """Fail if a finding is an error, else pass, and say how many there are."""
    counts = Counter(one.level for one in found)
    new, warned = counts[Severity.ERROR], counts[Severity.WARNING]
    words = (f"{new} new" if new else "nothing new") + (f", {warned} to look at" if warned else "")
    return Verdict.by_findings(found, f"{program}: {words}", new=new, **measures)


def _finding(found: Diagnostic, where: str, rule: str, level: Severity) -> Finding:
    return Finding(
        rule, f"{found.code}: {found.message}{where}", Location(found.path, found.line or None), level, found.mend
    )


def source_line(lines: list[bytes], line: int) -> str:
    """Give a line's text without its margins, at most 200 characters: enough to know it again."""
    return lines[line - 1].decode("utf-8", "replace").strip()[:200] if 0 < line <= len(lines) else ""
