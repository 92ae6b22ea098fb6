"""The gate required-integration-tests: what crosses a boundary is run by an integration test."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from gatecheck.change import Change, FileChange, Pinned
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import IntegrationRun
from gatecheck.model import Finding, Location, Severity, Verdict
from gatecheck.project import Project
from gatecheck.soundness.model import Function, Module
from gatecheck.syntax import parsed
from gatecheck_gates._boundaries import Boundary, boundaries_of, names_framework

_SAID = {"endpoint": "endpoint", "command": "command", "task": "queue task", "model": "database model"}


@dataclass(frozen=True)
class RequiredIntegrationTests:
    """Every new or edited endpoint, command and queue task is run by an integration test.

    Why
    ---
    Where requests, command lines, queues and tables meet the code, most of what can go wrong lies between the parts:
    a route that nobody registered, a form that is parsed otherwise, a column that the table has not. Unit tests call
    the function and see none of it.

    How it is judged
    ----------------
    Recognised by their syntax, in source that imports the framework: endpoints (routes and views of FastAPI, Flask,
    Django and its REST framework, Starlette, aiohttp, Quart, Sanic, Litestar and others), commands (click, Typer, a
    function that reads argparse's arguments), queue tasks (Celery, RQ, Dramatiq, Huey) and models (SQLAlchemy,
    SQLModel, Django, peewee). The code of such a framework itself is none of them.

    One that the change adds or edits, beyond its docstring, is an error unless the integration tests run a statement
    of its body. A model has no body to run: it is a warning unless a changed function that names it was run. Moved
    code is not new.

    Not applicable where nothing of the kind changed, or the project has no integration suite (neither tests below
    tests/integration or tests/e2e, nor tests marked `integration`, nor a suite that the policy declares). Unproven
    where no integration test passed, or the file cannot be read.

    How to fix it
    -------------
    Write an integration test that enters by the boundary: a request of the framework's test client, a command line, a
    message in the queue.
    """

    id: ClassVar[str] = "required-integration-tests"
    item: ClassVar[str] = "tested-change"

    def judge(self, change: Change, project: Project, integration: Pinned[IntegrationRun] | None = None) -> Verdict:
        """Compare the boundaries that the change touches with what the integration tests ran."""
        crossed = _Crossed(change, project)
        if not crossed.places:
            if crossed.unread:
                return Verdict.unproven(f"{crossed.unread[0]} cannot be parsed by gatecheck's Python")
            return Verdict.not_applicable("no endpoint, command, queue task or database model was changed")
        if integration is None:
            return Verdict.unproven("the integration tests were not run")
        if not integration.present:
            return Verdict.not_applicable(f"{crossed.said} changed; the project has no integration suite")
        passed = any(outcome.outcome == "passed" for outcome in integration.outcomes)
        if not passed and integration.runner == "pytest":
            return Verdict.unproven(f"{crossed.said} changed, and no integration test passed")
        return _verdict(crossed, {file.path: file for file in integration.files})


@dataclass(frozen=True)
class _Crossed:
    """The boundaries that a change adds or edits."""

    change: Change
    project: Project

    @cached_property
    def places(self) -> list[tuple[str, Boundary]]:
        """Give them with their files."""
        return [
            (path, boundary)
            for path, module in self.modules.items()
            for boundary in boundaries_of(path, module)
            if _meant(boundary.node) not in self._known and _statements(boundary.node)
        ]

    @cached_property
    def modules(self) -> dict[str, Module]:
        """Give the changed source files of the head by path."""
        trees = ((file.path, parsed(file.after or b"")) for file in self._source)
        return {path: Module(tree) for path, tree in trees if tree is not None}

    @property
    def unread(self) -> list[str]:
        """Give the files that cannot be parsed and that name a framework."""
        unparsed = (file for file in self._source if file.path not in self.modules)
        return [file.path for file in unparsed if names_framework(file.after or b"")]

    @property
    def said(self) -> str:
        """Name them, the first with its sort."""
        first = f"{_SAID[self.places[0][1].sort]} {self.places[0][1].name}"
        return first if len(self.places) == 1 else f"{first} and {len(self.places) - 1} more"

    @cached_property
    def _known(self) -> frozenset[str]:
        """Give all functions and classes of the base's side: what was moved is among them."""
        trees = (parsed(file.before) for file in self.change.files if file.is_python and file.before)
        nodes = (node for tree in trees if tree for node in ast.walk(tree))
        return frozenset(_meant(node) for node in nodes if isinstance(node, Function | ast.ClassDef))

    @property
    def _source(self) -> list[FileChange]:
        return [file for file in self.change.python() if self.project.is_source(file.path)]


def _verdict(crossed: _Crossed, covered: dict[str, FileCoverage]) -> Verdict:
    findings: list[Finding] = []
    for path, boundary in crossed.places:
        coverage = covered.get(path)
        if coverage is None or coverage.problem:
            why = coverage.problem if coverage else "no coverage of it was told"
            return Verdict.unproven(f"{path} could not be analysed: {why}", findings)
        run = (
            _is_named(boundary.name, crossed, covered) if boundary.sort == "model" else _is_run(boundary.node, coverage)
        )
        if not run:
            findings.append(_finding(path, boundary))
    total = len(crossed.places)
    summary = f"integration tests run {total - len(findings)} of {total} changed endpoints, commands, tasks and models"
    return Verdict.by_findings(findings, summary, boundaries=total, missed=len(findings))


def _finding(path: str, boundary: Boundary) -> Finding:
    place = Location(path, boundary.node.lineno)
    if boundary.sort == "model":
        said = f"no changed function that names the database model {boundary.name} is run by an integration test"
        return Finding("model-not-seen", said, place, Severity.WARNING, "write an integration test that stores one")
    said = f"no integration test runs the {_SAID[boundary.sort]} {boundary.name}"
    return Finding("boundary-not-run", said, place, mend=f"write an integration test that enters by {boundary.name}")


def _is_run(node: Function | ast.ClassDef, coverage: FileCoverage) -> bool:
    """Tell whether a statement of a body was executed; that of a one-line function cannot be told from its `def`."""
    statements = _statements(node)
    lines = {line for inner in statements for line in range(inner.lineno, (inner.end_lineno or inner.lineno) + 1)}
    return bool(lines & set(coverage.executed)) or not lines & (set(coverage.statements) - set(coverage.excluded))


def _is_named(name: str, crossed: _Crossed, covered: dict[str, FileCoverage]) -> bool:
    """Tell whether a changed file has a function that names a class and was run."""
    return any(
        any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(found.node))
        and _is_run(found.node, covered[path])
        for path, module in crossed.modules.items()
        if path in covered
        for found in module.functions
    )


def _statements(node: Function | ast.ClassDef) -> list[ast.stmt]:
    """Give a body without its docstring and `...`."""
    return [inner for inner in node.body if not (isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant))]


def _meant(node: ast.AST) -> str:
    """Give a function or a class as text, docstrings apart."""
    if not isinstance(node, Function | ast.ClassDef):
        return ""
    parts: Iterator[ast.AST] = (part for part in ast.iter_child_nodes(node) if part not in node.body)
    return " ".join([node.name, *map(ast.dump, parts), *map(ast.dump, _statements(node))])
