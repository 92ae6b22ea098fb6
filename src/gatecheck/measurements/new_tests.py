"""The tests that a change brings or edits: by what their functions mean to the parser, not by their layout."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from gatecheck.change import Change, FileChange
from gatecheck.globs import matcher
from gatecheck.inheritance import Classes
from gatecheck.measurements.causes import BREAKS, is_unreached
from gatecheck.measurements.outcomes import Origin, Outcome
from gatecheck.measurements.suite_command import MARKER
from gatecheck.project import INTEGRATION, Project
from gatecheck.syntax import units


@dataclass(frozen=True)
class NewTests:
    """The test functions of the changed files that the base does not have: one that only moved is not among them.

    origins: of the tests that are no such functions; one is new or edited where the change added lines to its text.
    """

    change: Change
    project: Project
    origins: tuple[Origin, ...] = ()

    @cached_property
    def files(self) -> tuple[FileChange, ...]:
        """Give the changed test modules that the head has."""
        changed = (file for file in self.change.python() if self.project.is_test(file.path))
        return tuple(file for file in changed if PurePosixPath(file.path).name not in {"conftest.py", "__init__.py"})

    @cached_property
    def digests(self) -> dict[tuple[str, str], str]:
        """Give the digests of the head's functions that are new or edited, by path and qualified name."""
        old = {item for file in self.change.files if file.path.endswith(".py") for item in _named(file.before)}
        found = ((file.path, name, digest) for file in self.files for name, digest in functions(file.after).items())
        return {(path, name): digest for path, name, digest in found if (_last(name), digest) not in old}

    @cached_property
    def known(self) -> frozenset[tuple[str, str]]:
        """Give those of them that the base has under the same name."""
        before = {file.path: functions(file.before) for file in self.files}
        return frozenset((path, name) for path, name in self.digests if name in before[path])

    def of(self, ids: Iterable[str]) -> Iterator[str]:
        """Give the ids whose test function or text is new or edited."""
        return (id_ for id_ in ids if id_ in self.texts or self._place(id_) in self.digests)

    @cached_property
    def texts(self) -> frozenset[str]:
        """Give the ids of the tests that are no functions of test modules, and whose text is new or edited."""
        added = {file.path: file.added_lines for file in self.change.files}
        places = ((origin.id, added.get(origin.path), origin) for origin in self.origins)
        return frozenset(id_ for id_, lines, at in places if lines and any(at.line <= n <= at.end_line for n in lines))

    @cached_property
    def changed(self) -> dict[str, FileChange]:
        """Give the test modules that hold new or edited functions, by their paths from the project's root."""
        prefix, holding = f"{self.project.root}/" if self.project.root else "", {path for path, _ in self.digests}
        files = (file for file in self.files if file.path in holding and file.path.startswith(prefix))
        return {file.path.removeprefix(prefix): file for file in files}

    def skipped(self, outcomes: Iterable[Outcome], suite: str = "") -> tuple[str, ...]:
        """Give the tests that do not run here and may be about the change.

        Such are those set aside, new and edited ones whose service cannot be reached, and all that is in files and
        folders that cannot be collected: every suite tells of these, and those of another than `suite` are left out.
        """
        ended = list(outcomes)
        broken = (id_ for id_ in uncollected(ended) if self.is_of(suite, id_))
        unreached = [one.id for one in ended if one.outcome != "skipped" and is_unreached(one.message)]
        return (*self.aside(ended, suite), *self.of(unreached), *broken)

    def aside(self, outcomes: Iterable[Outcome], suite: str = "") -> tuple[str, ...]:
        """Give the new and edited tests that are skipped here, such as those for a newer Python.

        Of a module that is skipped as a whole the path is given, where none of its tests is known; every suite tells of
        it, and those of another one than `suite` are left out.
        """
        outcomes = list(outcomes)
        known = {outcome.id.partition("::")[0] for outcome in outcomes if "::" in outcome.id}
        skipped = [outcome.id for outcome in outcomes if outcome.outcome == "skipped"]
        modules = (id_ for id_ in skipped if id_ in self.changed and id_ not in known)
        return (*self.of(skipped), *(id_ for id_ in modules if self.is_of(suite, id_)))

    def lost(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        """Give the files and folders that cannot be collected and hold changed test modules."""
        prefix = f"{self.project.root}/" if self.project.root else ""
        files = [file.path.removeprefix(prefix) for file in self.files]
        return (id_ for id_ in uncollected(outcomes) if any(f"{path}/".startswith(f"{id_}/") for path in files))

    def is_of(self, suite: str, path: str) -> bool:
        """Tell whether a module or folder may hold tests of a suite, "" for any; one with some marked may of both."""
        file, said = self.changed.get(path), self.project.suite("integration")
        own = said if said and (said.paths or said.marker) else None
        paths, marker = (own.paths, own.marker) if own else (INTEGRATION, MARKER)
        marked = bool(marker) and (file is None or f"mark.{marker}".encode() in (file.after or b""))
        whole = str(PurePosixPath(self.project.root, path))
        inside = matcher(paths)(whole if path.endswith(".py") else f"{whole}/")
        return not suite or (not inside if suite == "unit" else inside or marked)

    def is_known(self, id_: str) -> bool:
        """Tell whether the base has a test of that name."""
        return self._place(id_) in self.known

    def _place(self, id_: str) -> tuple[str, str]:
        """Give where the function of an id is written: maybe in a class that others inherit from."""
        return self._classes.defining(function_among(id_, self.project, self.digests))

    @cached_property
    def _classes(self) -> Classes:
        tests = (file for file in self.change.python() if self.project.is_test(file.path))
        return Classes.of((file.path, file.after) for file in tests)


def uncollected(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Give the files and folders that cannot be collected: what stands in place of their tests has no test's id."""
    return (one.id for one in outcomes if "::" not in one.id and one.outcome in BREAKS)


def function_of(id_: str, project: Project) -> tuple[str, str]:
    """Give the path from the repository's top and the qualified name that a test id stands for."""
    path, _, name = id_.split("[", 1)[0].partition("::")
    return str(PurePosixPath(project.root, path)), name.replace("::", ".")


def function_among(id_: str, project: Project, known: Container[tuple[str, str]]) -> tuple[str, str]:
    """Give what a test id stands for; of a function within known ones, as pytest-describe has, the outermost."""
    path, name = function_of(id_, project)
    parts = name.split(".")
    around = ((path, ".".join(parts[:count])) for count in range(1, len(parts)))
    return next((place for place in around if place in known), (path, name))


def functions(source: bytes | None) -> dict[str, str]:
    """Give a digest of every function of a source by its qualified name: of all together that share one."""
    found: dict[str, str] = {}
    for unit in units(source or b"") or ():
        if unit.kind == "function":
            found[unit.name] = found.get(unit.name, "") + unit.digest
    return found


def _named(source: bytes | None) -> Iterator[tuple[str, str]]:
    return ((_last(name), digest) for name, digest in functions(source).items())


def _last(name: str) -> str:
    return name.rpartition(".")[2]
