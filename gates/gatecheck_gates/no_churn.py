"""The gate no-churn: edits that alter layout and not meaning, in a change that is about something else."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

import msgspec

from gatecheck.change import Change, FileChange
from gatecheck.churn import Churn, Place, Sort, churn_of
from gatecheck.formatting import governs_layout
from gatecheck.globs import matcher
from gatecheck.locks import is_locked
from gatecheck.model import Finding, Location, Severity, Status, Verdict
from gatecheck.project import Project

_LAYOUT = frozenset({Sort.WHITE_SPACE, Sort.LAYOUT, Sort.LINE_ENDS})
_SAID = {
    Sort.WHITE_SPACE: "only white space differs",
    Sort.LAYOUT: "only the layout differs, the code means what it meant",
    Sort.COMMENT: "only comments differ, away from what the change touches",
    Sort.IMPORT_ORDER: "the same is imported, in another order",
    Sort.MOVED: "the same code stood elsewhere in this file",
    Sort.LINE_ENDS: "every line's end changed between LF and CR LF, so that the diff shows the whole file",
}
_PROSE = ("*.md", "*.rst")
_EXECUTABLE = 0o100755
_REGULAR = frozenset({0o100644, _EXECUTABLE})


@dataclass(frozen=True)
class NoChurn:
    """Code that the change is not about keeps its layout, its place and its line ends.

    Why
    ---
    Lines that were only laid out anew hide the ones that matter from the reviewer, collide with everybody else's work,
    and take the blame for code that they did not write.

    How it is judged
    ----------------
    Every hunk of a file changed in place is compared by syntax tree. It is churn where the functions and statements
    that it touches mean what they meant: white space, layout, a function moved within its file, imports put in another
    order. Layout next to changed code is not churn, nor are edited `# type: ignore`, `# noqa` and their like, nor
    comments taken away. Files that are not Python are compared by white space alone: the ends of lines, and blank lines
    outside prose.

    Each place of churn is a warning; an edited comment away from the changed code is a note, for most of them are
    honest little mends, and so is white space in prose. Churn fails where it is bulk: at least 3 Python files, or 5
    functions, changed in layout alone while something functional changed too. A file whose line ends all changed fails
    as well, since its diff shows nothing else. Of 8750 changes to fourteen public Python projects 14 fail (0.16 %), all
    of them for bulk, and 327 (3.7 %) have warnings; of 604 unneeded edits put into real changes 601 are shown
    (benchmarks/no-churn.md).

    A change that does nothing but layout passes, whatever its size. Where the change edits what governs layout (a
    formatter's configuration or version, `.pre-commit-config.yaml`, `.editorconfig`, `.gitattributes`,
    `.git-blame-ignore-revs`), churn is only noted. Generated, vendored and lock files are left out. Where Python files
    that cannot be parsed could turn the verdict, it is unproven; tests among them may be test data and do not count.

    How to fix it
    -------------
    Take the edit back (`git checkout -p BASE -- PATH`), or give it a change of its own and name that in
    `.git-blame-ignore-revs`. Let the editor format changed lines only.
    """

    id: ClassVar[str] = "no-churn"
    item: ClassVar[str] = "minimal-change"

    max_files: Annotated[int, msgspec.Meta(ge=0, description="Python files changed in layout alone; more fail")] = 2
    max_functions: Annotated[int, msgspec.Meta(ge=0, description="functions changed in layout alone; more fail")] = 4

    def judge(self, change: Change, project: Project) -> Verdict:
        """Sort every hunk of the files changed in place."""
        edits = _Edits(change, project)
        if not edits.in_place:
            return Verdict.not_applicable("no text file was changed in place")
        files, functions = len(edits.layout_files), len(edits.layout_functions)
        measures: dict[str, float] = {"places": len(edits.places), "layout_files": files, "layout_functions": functions}
        if not edits.functional:
            return Verdict.passed("nothing but layout, order, comments and prose was changed", (), **measures)
        bulk = files > self.max_files or functions > self.max_functions
        findings = [*edits.findings(bulk=bulk), *edits.modes()]
        summary = _summary(len(edits.in_place), len(findings), files, functions, excused=edits.excused)
        verdict = Verdict.by_findings(findings, summary, **measures)
        if verdict.status is Status.PASS and self._undecided(edits, files, functions):
            path = edits.unparsed[0].file.path
            reason = f"{path} cannot be parsed by gatecheck's Python: whether more than layout changed is not known"
            return Verdict.unproven(reason, findings, **measures)
        return verdict

    def _undecided(self, edits: "_Edits", files: int, functions: int) -> bool:
        """Tell whether the files that cannot be parsed could turn a pass: a hunk may be a function in layout alone."""
        hunks = sum(len(churn.file.hunks) for churn in edits.unparsed)
        possible = files + len(edits.unparsed) > self.max_files or functions + hunks > self.max_functions
        return bool(edits.unparsed) and possible and not edits.excused


@dataclass(frozen=True)
class _Edits:
    """The change, sorted: what of it is layout."""

    change: Change
    project: Project

    @cached_property
    def in_place(self) -> list[FileChange]:
        return [file for file in self.change.files if self._is_text_in_place(file)]

    @cached_property
    def churn(self) -> list[Churn]:
        return [churn_of(file) for file in self.in_place if file.hunks]

    @cached_property
    def places(self) -> list[tuple[FileChange, Place]]:
        return [(churn.file, place) for churn in self.churn for place in churn.places]

    @cached_property
    def layout_files(self) -> list[FileChange]:
        """Give the Python files whose every edit is layout."""
        return [
            churn.file
            for churn in self.churn
            if churn.file.is_python and not churn.substance and churn.places
            if all(place.sort in _LAYOUT for place in churn.places)
        ]

    @cached_property
    def layout_functions(self) -> set[tuple[str, str]]:
        return {(file.path, place.function) for file, place in self.places if place.function and place.sort in _LAYOUT}

    @cached_property
    def unparsed(self) -> list[Churn]:
        return [churn for churn in self.churn if not churn.parsed and not self.project.is_test(churn.file.path)]

    @cached_property
    def functional(self) -> bool:
        """Tell whether anything but layout, comments, prose and names of files changed."""
        layout = {churn.file.path for churn in self.churn if not churn.substance}
        return any(
            file.path not in layout and (file.before != file.after or file.unread)
            for file in self.change.files
            if not matcher(_PROSE)(file.path) and not self._is_nobodys(file)
        )

    @cached_property
    def excused(self) -> bool:
        return any(map(governs_layout, self.change.files))

    def findings(self, *, bulk: bool) -> Iterator[Finding]:
        """Give every place of churn; in bulk, those in Python code are errors."""
        for file, place in self.places:
            where = Location(file.path, place.line, place.end_line)
            said = f"{place.function}: {_SAID[place.sort]}" if place.function else _SAID[place.sort]
            mend = f"take it back (`git checkout -p BASE -- {file.path}`), or give it a change of its own"
            yield Finding(place.sort.value, said, where, self._level(file, place, bulk=bulk), mend)

    def modes(self) -> Iterator[Finding]:
        """Give the files that became executable, or ceased to be, against what their first line says."""
        for file in self.in_place:
            executable = file.new_mode == _EXECUTABLE
            if file.old_mode != file.new_mode and executable is not (file.after or b"").startswith(b"#!"):
                said = f"the file's mode changed from {file.old_mode:o} to {file.new_mode:o}"
                mend = f"`git update-index --chmod={'-' if executable else '+'}x {file.path}`"
                level = Severity.NOTE if self.excused else Severity.WARNING
                yield Finding("file-mode", said, Location(file.path), level, mend)

    def _level(self, file: FileChange, place: Place, *, bulk: bool) -> Severity:
        in_prose = place.sort is Sort.WHITE_SPACE and matcher(_PROSE)(file.path)
        if self.excused or in_prose or place.sort is Sort.COMMENT:
            return Severity.NOTE
        test_data = self.project.is_test(file.path) and not file.is_python
        hidden = place.sort is Sort.LINE_ENDS and not test_data
        in_bulk = bulk and file.is_python and place.sort in _LAYOUT
        return Severity.ERROR if hidden or in_bulk else Severity.WARNING

    def _is_text_in_place(self, file: FileChange) -> bool:
        both = file.before is not None and file.after is not None and not file.binary
        regular = {file.old_mode, file.new_mode} <= _REGULAR
        touched = bool(file.hunks) or file.old_mode != file.new_mode
        return both and regular and touched and not self._is_nobodys(file)

    def _is_nobodys(self, file: FileChange) -> bool:
        return is_locked(file) or self.project.is_generated(file.path)


def _summary(in_place: int, findings: int, files: int, functions: int, *, excused: bool) -> str:
    if not findings:
        return f"no churn in the {in_place} {'file' if in_place == 1 else 'files'} changed in place"
    said = f"{findings} places of churn ({files} files and {functions} functions in layout alone)"
    return f"{said}; the change edits what governs layout" if excused else said
