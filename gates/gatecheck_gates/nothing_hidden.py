"""The gate nothing-hidden: what a change brings that its diff does not show."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from msgspec import Meta

from gatecheck.change import Change, FileChange, Head, Kind
from gatecheck.globs import matcher
from gatecheck.hidden.attributes import Surroundings, in_force, new_rules
from gatecheck.hidden.binaries import programs
from gatecheck.hidden.characters import control_bytes, hidden_characters
from gatecheck.hidden.kinds import Text, is_plain, kind_of
from gatecheck.hidden.modules import TOOLS, replaced, shadows, unread
from gatecheck.hidden.paths import links, modes, submodules, twins, unsafe_names
from gatecheck.hidden.python_source import encodings, far_right, look_alikes
from gatecheck.measurements.outline import Outline
from gatecheck.model import Finding, Severity, Verdict
from gatecheck.project import Project


@dataclass(frozen=True)
class NothingHidden:
    """A reviewer sees everything that the change brings.

    Why
    ---
    A review is worth what the reviewer sees. A comment that an encoding turns into code, letters that look like others,
    a statement 300 blanks to the right, a compiled file, a module that takes the standard library's place, an attribute
    that keeps git from showing a diff: all of these run, and none is read (CVE-2021-42574, Trojan Source).

    How it is judged
    ----------------
    Only what the change adds is looked at. Errors are:

    - in Python: an encoding that alters what ASCII means (utf-7, unicode_escape), names of look-alike letters,
      invisible characters, escape sequences; in all code and configuration: bidirectional controls, a carriage return
      or NUL within a line, code behind 200 blanks;
    - text in Unicode's tags or rows of variation selectors, wherever people read;
    - bytecode, libraries, programs and archives of them, by name or first bytes; code that git takes for binary;
    - links out of the repository; names that differ only by case or look, that hold invisible characters, or that pass
      for git's own folder;
    - a top-level module named like one of the standard library, of the tools or of a dependency; sitecustomize and .pth
      files with code; a package in place of a module; a stub over annotated source that the change edits;
    - .gitattributes that hide or alter the project's own code.

    Warnings: invisible characters in tests, other encodings, links that lead nowhere, files that become executable
    without a program to run them, archives beside tests, attributes that were there before and hide a changed file. In
    translations, prose and data, emoji, joints of scripts, soft hyphens and marks of direction are as they should be.

    A submodule that is new or moves, or a file too big to be read, was not looked at: then it is unproven. Of 7590
    honest changes of 19 projects none fails and one has warnings (benchmarks/nothing-hidden.md).

    How to fix it
    -------------
    Write characters as escapes, build binaries from source, give modules a name of their own. Where hidden things are
    what the tests are about, the base's policy names the files under `samples`.

    Options
    -------
    `samples`: globs of test data that nothing imports; what is found there is a warning.
    """

    id: ClassVar[str] = "nothing-hidden"
    item: ClassVar[str] = "in-scope"

    samples: Annotated[
        tuple[str, ...], Meta(description="globs of test data that nothing imports; findings there are warnings")
    ] = ()

    def judge(self, change: Change, project: Project, outline: Head[Outline] | None = None) -> Verdict:
        """Judge the changed files alone, and with the head's other paths where no error was found."""
        brought = [file for file in change.files if file.kind is not Kind.DELETED]
        if not brought:
            return Verdict.not_applicable("the change brings nothing: it only deletes")
        found = [*_in_files(brought, project), *unsafe_names(brought), *submodules(brought), *modes(brought)]
        if outline:
            found += _beside(brought, project, outline)
        findings = [self._weighed(finding) for finding in found]
        measures = {"files": len(brought), "lines": change.added}
        errors = [finding for finding in findings if finding.level is Severity.ERROR]
        if errors:
            more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
            said = f"{errors[0].location}: {errors[0].message}{more}"
            return Verdict.failed(said, findings, hidden=len(errors), **measures)
        if unknown := _unknown(brought, findings):
            return Verdict.unproven(f"{unknown}: what it holds was not looked at", findings, **measures)
        if outline is None:
            return Verdict.unproven("the other files of the head could not be listed", findings, **measures)
        return Verdict.passed(f"nothing hidden in {len(brought)} changed files", findings, hidden=0, **measures)

    def _weighed(self, finding: Finding) -> Finding:
        sample = finding.location is not None and matcher(self.samples)(finding.location.path)
        return replace(finding, level=Severity.WARNING) if sample and finding.level is Severity.ERROR else finding


def _in_files(files: list[FileChange], project: Project) -> Iterator[Finding]:
    for file in files:
        kind, tested = kind_of(file.path, project, file.after), project.is_test(file.path)
        yield from programs(file, kind, tested)
        if is_plain(file):
            yield from hidden_characters(file, kind, tested)
            yield from control_bytes(file, kind, tested)
            yield from far_right(file, kind)
            if kind is Text.PYTHON:
                yield from encodings(file)
                yield from look_alikes(file)


def _beside(files: list[FileChange], project: Project, outline: Outline) -> Iterator[Finding]:
    paths = frozenset(outline.paths)
    yield from links(files, paths)
    yield from twins(files, paths)
    yield from shadows(files, paths, TOOLS.union(outline.depends) - set(outline.own), project)
    yield from replaced(files, paths, project)
    edited = {file.path for file in files}
    unedited = {path: text for path, text in outline.attributes.items() if path not in edited}
    yield from new_rules(files, Surroundings(paths, {file.path: file for file in files}, project))
    yield from in_force(files, unedited, project)


def _unknown(files: list[FileChange], findings: list[Finding]) -> str:
    """Name what could not be looked at: files too big to be read, and submodules."""
    submodule = [
        finding.location.path
        for finding in findings
        if finding.rule in {"submodule", "link-unknown"} and finding.location
    ]
    return ", ".join([*unread(files), *submodule][:3])
