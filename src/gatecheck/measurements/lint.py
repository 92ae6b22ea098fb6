"""What ruff says of a snapshot. Ruff reads the source and runs nothing of it."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import msgspec

from gatecheck import process
from gatecheck.change import Base, Snapshot, lines_of
from gatecheck.diagnostics import NEEDLESS, Diagnostic, source_line
from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter
from gatecheck.project import Project
from gatecheck.tool_files import LOOKS
from gatecheck.tools import (
    PRE_COMMIT,
    Tool,
    asks_for,
    configurations,
    find_tool,
    is_found,
    paths_passed,
    read_file,
    settings_of,
    settings_passed,
)
from gatecheck.workspace import Workspace

TIMEOUT_S = 300  # ruff takes 0.3 s for all of click under every rule; 1000 times that is no longer linting

# What ruff has always had on. By default 0.15.9 has 59 rules on and 0.16.3 has 413 (`ruff check --show-settings`).
CLASSIC = ("E4", "E7", "E9", "F", "invalid-syntax", "io-error")
# Where nobody chose any rule: only what stops GitHub's own Python starter workflow (syntax errors, undefined names),
# less F722, which takes the array shapes of jaxtyping for forward references.
UNASKED = ("--isolated", "--select", "E9,F63,F7,F82", "--ignore", "F722")
# Whatever the configuration says, nothing is written, everything is printed as JSON, and all of the snapshot's files,
# which are the tracked ones, are looked at: an ignore file above the snapshot must not empty it.
FLAGS = ("--no-fix", "--no-fix-only", "--no-cache", "--exit-zero", "--no-respect-gitignore", "--output-format", "json")
_PIN = re.compile(rb"ruff-pre-commit[\"']?\s+rev:\s*[\"']?v?(\d+\.\d+)\b")  # the minor version decides on the defaults


class _Place(msgspec.Struct):
    row: int


class _Fix(msgspec.Struct):
    applicability: str


class _Complaint(msgspec.Struct):
    """One element of ruff's JSON; a syntax error had no code before ruff 0.13."""

    filename: str
    message: str
    location: _Place
    code: str | None = None
    cell: int | None = None
    fix: _Fix | None = None


@dataclass(frozen=True)
class LintReport:
    """What ruff said: the program with its version, the files it looked at, and its complaints.

    scope: the paths that the project itself lints; () where that is everything.
    """

    program: str
    files: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    scope: tuple[str, ...] = ()


def measure_lint(
    snapshot: Snapshot, base: Base[Snapshot], project: Project, interpreter: Interpreter, workspace: Workspace
) -> LintReport:
    """Run ruff over a snapshot: the project's own where its environment has one, under the snapshot's configuration.

    Whether the project uses ruff, and which, is told by the base; a head may bring it in by configuring it.
    What the project's own linters leave out, and broken files that its tests read, are no complaints of the project.
    Raises MeasurementError when ruff refuses the configuration or gives no JSON.
    """
    tool, home = find_tool("ruff", interpreter), workspace.folder()
    asked = asks_for("ruff", base) or bool(configurations("ruff", snapshot))
    passed = settings_passed("ruff", base)
    rules = ("--config", passed) if passed in snapshot.paths else () if asked else UNASKED
    complaints = complaints_of(snapshot, tool, rules, home)
    listed = _run(tool, ("--show-files", "--no-respect-gitignore", *rules), snapshot.root, home)
    files = sorted(_relative(os.fsdecode(line), snapshot.root) for line in lines_of(listed))
    another = asked and (_is_another(tool, base) or _is_unread(snapshot, passed))
    chosen = _chosen(snapshot) if another else ("ALL",)
    kept = (one for one in complaints if not (another and one.code in NEEDLESS))  # other rules need other comments
    scope = _scope(base)
    left_out = _left_out(snapshot, base, project, scope, {one.path for one in complaints}, asked=asked)
    found = [one for one in kept if any(_covers(code, one.code) for code in chosen) and not left_out(one.path)]
    return LintReport(str(tool), tuple(files), tuple(found), scope)


def _left_out(
    snapshot: Snapshot, base: Snapshot, project: Project, scope: tuple[str, ...], paths: set[str], *, asked: bool
) -> Callable[[str], bool]:
    """Tell which paths the project's own linter does not read, and which of the others hold what its tests read."""
    by_hook_alone = asked and not paths_passed("ruff check", base)
    exclusions = project.unlinted
    unlinted = exclusions.by_hooks(paths) if by_hook_alone else exclusions.among(() if asked else paths)

    @cache
    def told(path: str) -> bool:
        if path in unlinted:
            return True
        linted = asked and (not scope or any(f"{path}/".startswith(f"{one}/") for one in scope))
        tests = (one for one in snapshot.paths if one.endswith(".py") and project.is_test(one))
        return not linted and project.is_data(path, (read_file(snapshot, one) for one in tests))

    return told


def complaints_of(
    snapshot: Snapshot, tool: Tool, flags: tuple[str, ...], home: Path, paths: Iterable[str] = (".",)
) -> list[Diagnostic]:
    """Give what ruff says of some paths of a snapshot; raises MeasurementError where it gives no answer."""
    printed = _run(tool, (*FLAGS, *flags), snapshot.root, home, paths)
    try:
        complaints = msgspec.json.decode(printed, type=list[_Complaint])
    except msgspec.MsgspecError as error:
        raise MeasurementError(f"{tool} printed no JSON that could be read: {error}") from error
    return list(_diagnostics(complaints, snapshot))


def _is_another(tool: Tool, base: Snapshot) -> bool:
    """Tell whether this is not the ruff that the project runs: gatecheck's, or another than its pre-commit hook's."""
    pinned = _PIN.search(read_file(base, ".pre-commit-config.yaml"))
    return tool.own or (pinned is not None and not f"{tool.version}.".startswith(f"{pinned[1].decode()}."))


def _is_unread(snapshot: Snapshot, passed: str) -> bool:
    """Tell whether the project's settings lie where ruff finds them only by an option that nothing tells."""
    named = [path for path in snapshot.paths if PurePosixPath(path).name in LOOKS["ruff"]]
    own = [path for path in named if settings_of("ruff", path, read_file(snapshot, path)) is not None]
    return not passed and bool(own) and not any(is_found(path, snapshot) for path in own)


def _scope(base: Snapshot) -> tuple[str, ...]:
    """Give the paths that every ruff command of the base names; () where a command, or pre-commit, lints everything."""
    passed = paths_passed("ruff check", base)
    hook = PRE_COMMIT["ruff"].encode() in read_file(base, ".pre-commit-config.yaml")
    everything = hook or not all(passed) or any("." in paths for paths in passed)
    return () if everything else tuple(sorted({path for paths in passed for path in paths}))


def _run(tool: Tool, flags: tuple[str, ...], root: Path, home: Path, paths: Iterable[str] = (".",)) -> bytes:
    argv = [*tool.command, "check", *flags, "--", *paths]
    done = process.run(argv, cwd=root, env=process.scrubbed_environment(home), timeout_s=TIMEOUT_S)
    if done.timed_out:
        raise MeasurementError(f"{tool} took longer than {TIMEOUT_S} s: exclude what is not to be linted")
    if done.cut:
        raise MeasurementError(
            f"{tool} printed more than {process.OUTPUT_LIMIT} bytes: exclude what is not to be linted"
        )
    if done.code:
        mend = "install the ruff that the configuration was written for, or name its environment with --python"
        raise MeasurementError(f"{tool} gave up: {done.complaint()}: {mend}")
    return done.stdout


def _diagnostics(complaints: list[_Complaint], snapshot: Snapshot) -> Iterator[Diagnostic]:
    @cache
    def lines(path: str) -> list[bytes]:
        return lines_of(read_file(snapshot, path))

    for found in complaints:
        path = _relative(found.filename, snapshot.root)
        code = found.code or "invalid-syntax"
        if found.cell is not None:  # a notebook: rows count within a cell, and the file's lines are JSON
            yield Diagnostic(path, 0, code, f"cell {found.cell}: {found.message}", mend=_mend(code, path, found.fix))
        else:
            text = source_line(lines(path), found.location.row)
            yield Diagnostic(path, found.location.row, code, found.message, text, _mend(code, path, found.fix))


def _mend(code: str, path: str, fix: _Fix | None) -> str:
    if code == "invalid-syntax":
        return "correct the syntax"
    if code in NEEDLESS:  # `--select RUF100` alone would take every noqa away, for no other rule is on then
        return "take the code that is named out of the comment, or add it to `lint.external` if another tool reads it"
    if fix is not None and fix.applicability == "safe":
        return f"ruff check --fix --select {code} {path}"
    return f"ruff rule {code}"


def _relative(path: str, root: Path) -> str:
    return os.path.relpath(path, os.path.realpath(root))


def _chosen(snapshot: Snapshot) -> tuple[str, ...]:
    """Give the selectors that the project chose, and those that every version has on.

    Another ruff than the project's has other rules on by default; nobody asked for those.
    """
    tables = configurations("ruff", snapshot)
    tables += [table["lint"] for table in tables if "lint" in table]
    named = [code for table in tables for key in ("select", "extend-select") for code in table.get(key, [])]
    return (*CLASSIC, *named)


def _covers(selector: str, code: str) -> bool:
    """Tell whether a selector means a rule: F means F401 and not FURB105; PL is short for PLC, PLE, PLR and PLW."""
    rest = code.removeprefix(selector)
    return selector == "ALL" or (rest != code and (selector == "PL" or not rest[:1].isalpha()))
