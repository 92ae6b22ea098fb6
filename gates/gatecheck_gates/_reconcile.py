"""What became of a test that passes on the base and not on the head's source: edited, moved, outlived, or broken."""

import ast
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import PurePosixPath

from gatecheck.change import Change, FileChange, lines_of
from gatecheck.inheritance import Classes
from gatecheck.measurements.new_tests import function_of
from gatecheck.project import Project
from gatecheck.soundness.kept import edits_of, expectations_of
from gatecheck.soundness.model import Function
from gatecheck.syntax import parsed, units

ALIKE = 0.5  # of the lines of a test, for another one to be its new form
ALIKE_IN_PLACE = 0.6  # of the names that either uses, where one stands in the other's place
_NAME = re.compile(rb"[^\W\d]\w*")


@dataclass(frozen=True)
class TestText:
    """A test function: its file, its qualified name, its digest and its lines without white space at their ends."""

    __test__ = False  # pytest: this is no test class

    path: str
    name: str
    digest: str
    lines: tuple[bytes, ...]
    node: Function = field(repr=False, compare=False)

    @property
    def words(self) -> frozenset[str]:
        """Give the names that it uses."""
        return frozenset(word.decode("utf-8", "replace") for line in self.lines for word in _NAME.findall(line))

    @cached_property
    def names(self) -> frozenset[str]:
        """Give the names and attributes that its code reads, those of its parameters' types left out."""
        inside = [inner for stmt in self.node.body for inner in ast.walk(stmt)]
        names = {node.id for node in inside if isinstance(node, ast.Name)}
        return frozenset(names | {node.attr for node in inside if isinstance(node, ast.Attribute)})

    def does_likewise(self, other: "TestText") -> bool:
        """Tell whether most of the names are the same, whatever became of the literals."""
        return len(self.names & other.names) >= ALIKE_IN_PLACE * len(self.names | other.names) > 0

    def resembles(self, other: "TestText") -> bool:
        """Tell whether half of the lines are the same, the first one apart, where the name stands."""
        return difflib.SequenceMatcher(None, self.lines[1:], other.lines[1:], autojunk=False).ratio() >= ALIKE


@dataclass(frozen=True)
class Edits:
    """The tests of the changed files on both sides, and the names of the source that the change took away."""

    change: Change
    project: Project

    @cached_property
    def before(self) -> dict[tuple[str, str], TestText]:
        """Give the base's tests by path and name."""
        found = (text for file in self._tests for text in _functions(file.old_path or file.path, file.before))
        return {(text.path, text.name): text for text in found}

    @cached_property
    def after(self) -> dict[tuple[str, str], TestText]:
        """Give the head's tests by the path that the file had on the base, and name."""
        found = (text for file in self._tests for text in _functions(file.old_path or file.path, file.after))
        return {(text.path, text.name): text for text in found}

    @cached_property
    def deleted(self) -> frozenset[str]:
        """Give the names that the source defined and defines no more, modules included."""
        source = [file for file in self.change.files if self.project.is_source(file.old_path or file.path)]
        gone = {name for file in source for name in _defined(file.old_path or file.path, file.before)}
        return frozenset(gone - {name for file in source for name in _defined(file.path, file.after)})

    def test_of(self, id_: str) -> TestText | None:
        """Find the base's function of a test id, None where its file was not edited or the id is no function's."""
        return self.before.get(self._classes_before.defining(function_of(id_, self.project)))

    def name_of(self, id_: str) -> str:
        """Give the qualified name of the head's function of a test id: of the class that it is written in."""
        return self._classes_after.defining(function_of(id_, self.project))[1]

    def lessened(self, test: TestText, now: TestText) -> str:
        """Say how an edited test asks for less than it did, "" where it asks for something else."""
        rules = {edit.rule for edit in edits_of(test.node, now.node, Counter())}
        if not rules or rules - {"expectation-weakened", "expectation-removed"}:
            return ""
        if "expectation-weakened" in rules:
            return "the change edits it to ask for less"
        return "the change takes away what it asks for" if self._poorer else ""

    @cached_property
    def _poorer(self) -> bool:
        """Tell whether the edited test files expect less in all: what one test lost may stand in another."""
        before, after = (
            sum(len(expectations_of(test.node)) for test in side.values()) for side in (self.before, self.after)
        )
        return after < before

    def now(self, id_: str) -> TestText | None:
        """Find the function of that name on the head."""
        return self.after.get(self._classes_after.defining(function_of(id_, self.project)))

    def became(self, test: TestText) -> TestText | None:
        """Find what a test of the base is on the head: the function of its name, or what took its place."""
        return self.after.get((test.path, test.name)) or self.successor(test)

    def successor(self, gone: TestText) -> TestText | None:
        """Find what took a test's place: a test that the change brings and that is like it."""
        brought = [text for key, text in self.after.items() if key not in self.before]
        alike = (text for text in brought if gone.resembles(text))
        in_place = (text for text in brought if gone.does_likewise(text) and self._place(gone) == self._place(text))
        return next(chain(alike, in_place), None)

    def _place(self, text: TestText) -> tuple[str, str]:
        """Give the file of a test and the last one before it that both sides have; "" for none."""
        side = self.before if self.before.get((text.path, text.name)) is text else self.after
        there = [name for path, name in side if path == text.path]
        kept = self.before.keys() & self.after.keys()
        both = [name for name in there[: there.index(text.name)] if (text.path, name) in kept]
        return text.path, both[-1] if both else ""

    @cached_property
    def _classes_before(self) -> Classes:
        return Classes.of((file.old_path or file.path, file.before) for file in self._tests)

    @cached_property
    def _classes_after(self) -> Classes:
        return Classes.of((file.old_path or file.path, file.after) for file in self._tests)

    @property
    def _tests(self) -> Iterator[FileChange]:
        return (file for file in self.change.files if file.is_python and self.project.is_test(file.path))


@lru_cache(maxsize=64)
def _functions(path: str, source: bytes | None) -> tuple[TestText, ...]:
    lines = [line.strip() for line in lines_of(source)]
    tree = parsed(source or b"") or ast.Module([], [])
    nodes: dict[int | None, Function] = {}
    for node in ast.walk(tree):  # the outermost of those that end on one line comes first
        if isinstance(node, Function):
            nodes.setdefault(node.end_lineno, node)
    texts = []
    for unit in units(source or b"") or ():
        if unit.kind == "function" and (whole := nodes.get(unit.end_line)) is not None:
            own = tuple(line for line in lines[unit.line - 1 : unit.end_line] if line)
            texts.append(TestText(path, unit.name, unit.digest, own, whole))
    return tuple(texts)


def _defined(path: str, source: bytes | None) -> Iterable[str]:
    """Give every name that a source file binds, methods and attributes of classes too, and its own."""
    if source is None:
        return
    yield PurePosixPath(path).stem
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
