"""Goes through the test files and the source of a change, and gives all that is found in them."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from gatecheck.change import Change, FileChange
from gatecheck.collecting import Collection
from gatecheck.globs import matcher
from gatecheck.model import Finding, Severity
from gatecheck.project import Project
from gatecheck.soundness import skips, uncollected
from gatecheck.soundness.answers import answers
from gatecheck.soundness.dropped import coverage_forged, dropped, wide
from gatecheck.soundness.kept import edits_of, expectations_of, faults_of, told_once
from gatecheck.soundness.misused import misused
from gatecheck.soundness.mocks import (
    Symbol,
    mock_results,
    mock_typos,
    mocked_away,
    mocked_methods,
    stand_ins,
    symbols_of,
)
from gatecheck.soundness.model import Fault, Found, Module, new_faults
from gatecheck.soundness.pinning_down import pins_nothing
from gatecheck.soundness.reaching_out import reaching_out
from gatecheck.soundness.reading import source_read
from gatecheck.soundness.source import equal_to_anything, source_faults
from gatecheck.soundness.swallowed import stepped_over, swallowed, swallowing
from gatecheck.soundness.unasserted import unasserted
from gatecheck.soundness.vacuous import vacuous
from gatecheck.syntax import parsed, units

_BY_DEFAULT = Collection()
# What stands there is read or copied by tests, unless it is named like one.
_DATA = ("data/", "testdata/", "test_data/", "fixtures/", "resources/", "samples/", "snippets/", "example_scripts/")


@dataclass(frozen=True)
class TestFile:
    """A changed test file: both sides, each None where it cannot be parsed; `collection` tells its tests by name."""

    __test__ = False  # pytest: this is no test class

    change: FileChange
    collection: Collection = field(default_factory=Collection)

    @cached_property
    def after(self) -> Module | None:
        """Give the head's side; a deleted file is empty."""
        return _module(self.change.after, self.collection)

    @cached_property
    def before(self) -> Module | None:
        """Give the base's side; an added file was empty."""
        return _module(self.change.before, self.collection)


@dataclass(frozen=True)
class Examination:
    """A change, its test files and what is found in them.

    keeping: whether behaviour must stay as it is. describing: whether new tests must write down what it is.
    """

    change: Change
    project: Project
    keeping: bool = False
    describing: bool = False

    @cached_property
    def files(self) -> list[TestFile]:
        """Give the changed test files that are on the head."""
        return [file for file in self._all if file.change.after is not None]

    @cached_property
    def unreadable(self) -> list[str]:
        """Give the test files on the head that cannot be parsed, or are too big to be read."""
        broken = [file.change.path for file in self.files if file.after is None and not self._is_data(file.change)]
        return broken + [file.change.path for file in self._all if file.change.unread]

    @cached_property
    def tests(self) -> list[tuple[TestFile, Found]]:
        """Give the tests that are new or edited; one that was merely moved is neither."""
        return [
            (file, test)
            for file in self.files
            for test in (file.after.tests if file.after else ())
            if test.dump not in self._known
        ]

    @cached_property
    def of_tests(self) -> list[Finding]:
        """Give what is found in the test files."""
        found = [fault.found_in(file.change.path) for file in self.files for fault in told_once(self._faults(file))]
        return list(dict.fromkeys([*found, *self._unasserted()]))

    def _unasserted(self) -> Iterator[Finding]:
        """Find the new functions of the source about which no test asserts anything."""
        paths = {id(file.after): file.change.path for file in self.files}
        tests = [(file.after, test) for file, test in self.tests if file.after]
        for after, before in ((_module(file.after), _module(file.before)) for file in self._source if file.after):
            for module, fault in unasserted(after or _NOTHING, before or _NOTHING, tests):
                yield fault.found_in(paths[id(module)])

    @cached_property
    def of_source(self) -> list[Finding]:
        """Give what the change brings into the source."""
        found = []
        for file in self._source:
            after, before = _module(file.after), _module(file.before)
            if after is not None and file.after is not None and not self.project.runners:
                tests = [test.after for test in self.files if test.after]
                faults = new_faults(_in_source(after, tests), _in_source(before or _NOTHING, tests))
                found += [fault.found_in(file.path) for fault in faults]
        return found

    def _faults(self, file: TestFile) -> Iterator[Fault]:
        after, before = file.after, file.before or _NOTHING
        if after is None:
            return
        for test in after.tests:
            old = before.named(test.name)
            if test.dump not in self._known:
                yield from new_faults(self._content(test, after), self._content(old, before) if old else ())
            if old is not None:
                yield from self._expectations(test, old)
        yield from _switched_off(after, before)
        yield from self._collected(file, after, before)

    def _content(self, test: Found, module: Module) -> Iterator[Fault]:
        yield from vacuous(test, module)
        yield from misused(test, module)
        yield from swallowed(test.node)
        yield from stepped_over(test.node)
        yield from swallowing(test, [file.after for file in self.files if file.after])
        yield from mock_typos(test.node, module)
        yield from mock_results(test.node)
        yield from dropped(test, module)
        yield from wide(test.node)
        yield from mocked_away(test, module, self._symbols)
        yield from mocked_methods(test, self._symbols)
        yield from skips.without_cases(test)
        yield from source_read(test.node, module, frozenset(file.path for file in self._source))
        if self.describing:
            level = Severity.ERROR if self._describes_nothing else Severity.WARNING
            yield from (replace(fault, level=level) for fault in pins_nothing(test))

    def _expectations(self, test: Found, old: Found) -> Iterator[Fault]:
        if test.dump != old.dump:
            edits = edits_of(old.node, test.node, self._gained)
            faults = faults_of(test.name, edits, keeping=self.keeping and bool(self._source))
            yield from (replace(fault, line=fault.line or test.node.lineno) for fault in faults)

    def _collected(self, file: TestFile, after: Module, before: Module) -> Iterator[Fault]:
        yield from uncollected.shadowed(after, before)
        yield from uncollected.replaced(after, before)
        yield from uncollected.never_defined(after, before)
        yield from uncollected.uncollected_classes(after, before)
        yield from uncollected.renamed_away(after, before)
        yield from new_faults(coverage_forged(after), coverage_forged(before))
        yield from new_faults(stand_ins(after, self._symbols), stand_ins(before, self._symbols))
        if self.project.collection.is_collected(file.change.path):
            yield from uncollected.forgotten(after, before)
        elif after.tests and (level := self._lost(file, after)):
            said = f"pytest does not collect a file of this name; it has {len(after.tests)} tests"
            yield Fault("uncollected-file", said, 1, level, f"name it like {self.project.collection.files[0]}")
        for node in after.classes.values():
            faults = new_faults(
                equal_to_anything(node), [f for old in before.classes.values() for f in equal_to_anything(old)]
            )
            yield from (replace(fault, level=Severity.WARNING) for fault in faults)

    def _lost(self, file: TestFile, after: Module) -> Severity | None:
        """Say how bad it is that a file is not collected: its tests were before, or they are new."""
        old = file.change.old_path
        deleted = {
            test.dump
            for gone in self._all
            if gone.change.after is None and self.project.collection.is_collected(gone.change.path) and gone.before
            for test in gone.before.tests
        }
        if (old and self.project.collection.is_collected(old)) or any(test.dump in deleted for test in after.tests):
            return Severity.ERROR
        return Severity.NOTE if file.change.before is None else None

    @cached_property
    def _all(self) -> list[TestFile]:
        return [TestFile(file, self.project.collection) for file in self.change.files if self._is_tests(file)]

    @cached_property
    def _source(self) -> list[FileChange]:
        return [file for file in self.change.files if file.is_python and self.project.is_source(file.path)]

    @cached_property
    def _known(self) -> frozenset[str]:
        """Give every test of the base's side of the changed test files."""
        return frozenset(test.dump for file in self._all if file.before for test in file.before.tests)

    @cached_property
    def _describes_nothing(self) -> bool:
        return all(any(pins_nothing(test)) for _, test in self.tests)

    @cached_property
    def _gained(self) -> Counter[str]:
        """Count the expectations that tests have and had not: what one test lost may stand in another."""
        count: Counter[str] = Counter()
        for file, test in self.tests:
            old = file.before.named(test.name) if file.before else None
            count += _counted(test) - (_counted(old) if old else Counter())
        return count

    @cached_property
    def _symbols(self) -> list[Symbol]:
        """Give the functions of the source that the change adds or edits, and the classes that they belong to."""
        return [symbol for file in self._source for symbol in symbols_of(file.path, sorted(_changed(file)))]

    def _is_data(self, file: FileChange) -> bool:
        """Tell whether a new file is no module but something that the tests read; a module of the base stays one."""
        texts = (other.after for other in self.change.files if other.path.endswith(".py"))
        return file.before is None and self.project.is_data(file.path, (text for text in texts if text))

    def _is_tests(self, file: FileChange) -> bool:
        if not file.is_python or not self.project.is_test(file.path) or self.project.is_generated(file.path):
            return False
        return self.project.collection.is_collected(file.path) or not matcher(_DATA)(file.path)


_NOTHING = Module(ast.Module([], []))


def _counted(test: Found) -> Counter[str]:
    return Counter(expectation.dump for expectation in expectations_of(test.node))


def _module(source: bytes | None, collection: Collection = _BY_DEFAULT) -> Module | None:
    tree = parsed(source or b"")
    return None if tree is None else Module(tree, collection)


def _in_source(source: Module, tests: list[Module]) -> list[Fault]:
    return [*source_faults(source), *reaching_out(source), *answers(source, tests)]


def _changed(file: FileChange) -> set[str]:
    before = {unit.digest for unit in units(file.before or b"") or ()}
    changed = [unit for unit in units(file.after or b"") or () if unit.kind == "function" and unit.digest not in before]
    names = {unit.name for unit in changed}
    return names | {name.split(".")[0] for name in names}


def _switched_off(after: Module, before: Module) -> Iterator[Fault]:
    """Find what keeps tests of the base from running; a class's decorator is told once."""
    found = new_faults(skips.marked_module(after), skips.marked_module(before)) if before.tests else []
    for test in after.tests:
        if old := before.named(test.name):
            found += new_faults(skips.skipped(test), skips.skipped(old))
    yield from {fault.line: fault for fault in reversed(found)}.values()
