"""What mypy says of a snapshot. Mypy loads its plugins, which may be the project's own code: hence the Execution.

Those that live in the tree are the base's, see `gatecheck.base_plugins`.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatecheck import process
from gatecheck.base_plugins import plugins_in, started
from gatecheck.change import Base, Snapshot, lines_of
from gatecheck.diagnostics import Diagnostic, source_line
from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter
from gatecheck.preparing import prepared
from gatecheck.project import Project
from gatecheck.tools import Tool, find_tool, is_borrowed, read_file
from gatecheck.tree_plugins import TreePlugin
from gatecheck.typecheck import Plan, plan_of, plugins_of
from gatecheck.workspace import Execution, Workspace

# Whatever the configuration says: one error a line with place and code, a summary to check the count against, a cache
# of our own, and nothing installed. Mypy's JSON form has no summary: where all is well it prints nothing at all.
FLAGS = (
    *("--no-pretty", "--show-column-numbers", "--hide-error-end", "--hide-error-context", "--hide-absolute-path"),
    *("--show-error-codes", "--no-color-output", "--error-summary", "--soft-error-limit=-1"),
    *("--incremental", "--no-install-types"),
)
_ERROR = re.compile(rb"(.+?)(?::(\d+))?(?::\d+)?: error: (.*?)(?:  \[([\w-]+)\])?")
_SUMMARY = re.compile(
    rb"(?:Success: no issues found in|Found (\d+) errors? in \d+ files? \((?:checked|(errors prevented)))"
)


@dataclass(frozen=True)
class TypeReport:
    """What mypy said: the program with its version ("" where the project asks for no mypy) and its errors.

    blocked: a syntax error kept it from checking anything else. borrowed: no environment of the project was found, so
    the libraries it uses were not seen.
    """

    program: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    blocked: bool = False
    borrowed: bool = False


def measure_types(
    snapshot: Snapshot,
    base: Base[Snapshot],
    project: Project,
    interpreter: Interpreter,
    workspace: Workspace,
    execution: Execution,
) -> TypeReport:
    """Run mypy over a snapshot as the project does: its own where its environment has one, for its plugins' sake.

    Raises MeasurementError when mypy cannot check it for any reason but a syntax error in it.
    """
    plan = plan_of(snapshot, base, project)
    if plan is None:
        return TypeReport()
    tool = find_tool("mypy", interpreter)
    if not any(path.endswith((".py", ".pyi")) for path in snapshot.paths):
        return TypeReport(str(tool))
    _refuse_others(plan)
    snapshot = prepared(snapshot, project, interpreter, execution, workspace)
    approved = prepared(base, project, interpreter, execution, workspace) if plan.plugins else base
    plugins = plugins_in(plan, snapshot, approved, project)
    python = interpreter.path if interpreter.program("mypy") else sys.executable
    start = started(plan, tool, snapshot, approved, plugins, python, workspace.folder() / "tree")
    of_base = plan.plugins == plugins_of(base, project)
    cache = _cache(workspace, f"{tool}{tool.command}{interpreter.path}", plugins, of_base=of_base)
    _date_by_content(snapshot)
    words = (*start, *plan.flags, *FLAGS, "--cache-dir", str(cache), "--python-executable", interpreter.path, "--")
    ends = []
    with _alone(cache / "lock"):
        for targets in plan.runs or (plan.targets,):
            home = workspace.folder()
            done = execution.run(
                [*words, *targets],
                cwd=snapshot.root / plan.folder,
                env=_environment(plan, home, execution),
                writable=[home, cache],
                shown=[*interpreter.places, workspace.scratch],
            )
            ends.append(_errors(tool, done))
    errors = list(dict.fromkeys(error for found, _ in ends for error in found))  # what is imported is told in each run
    blocked = any(stopped for _, stopped in ends)
    diagnostics = tuple(_diagnostics(errors, plan, snapshot))
    if blocked:
        _refuse_blocked(tool, plan, diagnostics, interpreter)
    return TypeReport(str(tool), diagnostics, blocked, is_borrowed(interpreter))


def _refuse_others(plan: Plan) -> None:
    """Refuse to run where mypy would check nothing, or something else than the snapshot."""
    if not plan.named and not plan.targets:
        raise MeasurementError("mypy has no source to check: name `files` in [tool.mypy] or `source` in the policy")
    if plan.strangers:
        mend = "add the folder that holds them to `mypy_path`"
        raise MeasurementError(
            f"mypy would check what is installed as {', '.join(plan.strangers)}, not the change: {mend}"
        )


def _cache(workspace: Workspace, key: str, plugins: list[TreePlugin], *, of_base: bool) -> Path:
    """Give mypy's cache: one that lasts, unless plugins of the tree write there, of which mypy knows but one file each.

    of_base: whether the base names the same plugins. What others write is for this one measurement.
    """
    if not of_base:
        return workspace.folder()
    if plugins:
        return workspace.once("mypy with plugins of the base", workspace.folder)
    folder = workspace.lasting("mypy") / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(exist_ok=True)
    return folder


def _environment(plan: Plan, home: Path, execution: Execution) -> dict[str, str]:
    return process.scrubbed_environment(home, execution.pass_env, MYPYPATH=os.pathsep.join(plan.search))


def _date_by_content(snapshot: Snapshot) -> None:
    """Give every source file, committed or prepared, a time that follows from its content.

    Mypy takes a file of the same path, size and second for the one it knows (validate_meta in its build.py), and the
    base and the head are written out within one second. So the time must differ where the content does.
    """
    for path in snapshot.root.rglob("*.py*"):
        if path.suffix in {".py", ".pyi"} and path.is_file() and not path.is_symlink():
            with contextlib.suppress(OSError):
                digest = hashlib.sha256(path.read_bytes()).digest()
                second = 10**9 + int.from_bytes(digest[:4]) // 4  # 2001 to 2035
                os.utime(path, (second, second))


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other run uses the cache: the second side of a change then finds what the first has learnt."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _errors(tool: Tool, done: process.Done) -> tuple[list[tuple[bytes, ...]], bool]:
    """Read path, line, message and code of each error, and whether one kept mypy from checking the rest."""
    if done.too_much:
        raise MeasurementError(f"{tool} used more memory than the policy's `memory`: raise it")
    if done.timed_out:
        raise MeasurementError(f"{tool} took longer than the policy's timeout: raise it, or narrow mypy's `files`")
    lines = lines_of(done.stdout)
    summary = _SUMMARY.match(lines[-1]) if lines and not done.cut else None
    if summary is None:
        raise MeasurementError(f"{tool} gave up: {done.complaint()}")
    errors = [match.groups(b"") for line in lines if (match := _ERROR.fullmatch(line))]
    blocked = summary[2] is not None
    if blocked and not errors:  # what is wrong with the configuration, mypy prints on the other channel
        raise MeasurementError(f"{tool} stopped: {done.complaint()} (has the project's environment been named?)")
    if len(errors) != int(summary[1] or 0):
        raise MeasurementError(f"{tool} says {summary[0].decode()}..., of which {len(errors)} could be read")
    return errors, blocked


def _refuse_blocked(tool: Tool, plan: Plan, found: tuple[Diagnostic, ...], interpreter: Interpreter) -> None:
    """Let only a syntax error pass, and only where the Python that reads it is as new as the project demands."""
    if interpreter.version[:2] < plan.python:
        needed, running = (".".join(map(str, version)) for version in (plan.python, interpreter.version[:2]))
        mend = "name the project's own with --python"
        raise MeasurementError(f"the project needs Python {needed} or newer, and mypy reads it with {running}: {mend}")
    if any(one.code != "syntax" for one in found):
        raise MeasurementError(f"{tool} stopped at {found[0].path}: {found[0].message}")


def _diagnostics(errors: list[tuple[bytes, ...]], plan: Plan, snapshot: Snapshot) -> Iterator[Diagnostic]:
    @cache
    def lines(path: str) -> list[bytes]:
        return lines_of(read_file(snapshot, path))

    for error in errors:
        path, line = plan.from_top(os.fsdecode(error[0])), int(error[1] or 0)
        message, code = (part.decode("utf-8", "replace") for part in error[2:])
        mend = f"https://mypy.readthedocs.io/en/stable/_refs.html#code-{code}" if code else ""
        yield Diagnostic(path, line, code or "error", message, source_line(lines(path), line), mend)
