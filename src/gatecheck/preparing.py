"""Makes the files that a build makes and no commit holds, for tests and mypy.

They are a module with the version, where the base's settings name one, and what the policy's `prepare` commands make.
What is committed stays as it is: the commands may run the change's own code, and the diff says nothing of what that
would make of a file.
"""

import filecmp
import os
import shutil
from dataclasses import replace
from pathlib import Path

from gatecheck import process
from gatecheck.change import Snapshot
from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter
from gatecheck.measurements.imports import import_roots
from gatecheck.overlay import Overlay, make_overlay
from gatecheck.project import Project
from gatecheck.suite_checkout import commit_files, make_checkout, write_identity
from gatecheck.version_files import UNKNOWN, write_version
from gatecheck.workspace import Execution, Workspace


def prepared(
    snapshot: Snapshot,
    project: Project,
    interpreter: Interpreter,
    execution: Execution,
    workspace: Workspace,
    checkouts: tuple[Path, ...] = (),
) -> Snapshot:
    """Give the snapshot with what a build makes in it: a copy, made once a run, tree and interpreter.

    Its `paths` are the committed files still. Raises MeasurementError where a command fails.
    """
    if not execution.prepare and not _missing(snapshot, project):
        return snapshot
    tree = workspace.once(
        f"prepared {snapshot.side.value} {snapshot.root} {interpreter.path}",
        lambda: _prepare(snapshot, project, interpreter, execution, workspace, checkouts),
    )
    return replace(snapshot, root=tree)


def _prepare(
    snapshot: Snapshot,
    project: Project,
    interpreter: Interpreter,
    execution: Execution,
    workspace: Workspace,
    checkouts: tuple[Path, ...],
) -> Path:
    folder = workspace.folder()
    tree, home = folder / "tree", folder / "home"
    try:
        home.mkdir()
        shutil.copytree(snapshot.root, tree, symlinks=True)
        if execution.checkout:
            make_checkout(commit_files(snapshot.root, workspace), tree)
        write_identity(home, execution.branch)
        env = process.scrubbed_environment(home, execution.pass_env)
        roots = import_roots(project, snapshot.paths)
        overlay = make_overlay(folder / "env", interpreter, tree, roots, checkouts)
        env["PATH"] = overlay.path(env.get("PATH", os.defpath))
        for path in _missing(snapshot, project):
            write_version(tree / path, interpreter.packages.get(project.distribution) or UNKNOWN)
        for words in execution.prepare:
            _run(words, tree / project.root, env, overlay, execution, [folder], workspace.scratch)
        for path in snapshot.paths:
            _put_back(snapshot.root / path, tree / path)
    except OSError as error:
        raise MeasurementError(f"the policy's prepare left a tree that cannot be used: {error}") from error
    return tree


def _missing(snapshot: Snapshot, project: Project) -> list[str]:
    """Give the modules for a version that the tree lacks, and has a folder for."""
    lacking = [path for path in project.version_files if not os.path.lexists(snapshot.root / path)]
    return [path for path in lacking if (snapshot.root / path).parent.is_dir()]


def _run(
    words: tuple[str, ...],
    at: Path,
    env: dict[str, str],
    overlay: Overlay,
    execution: Execution,
    writable: list[Path],
    scratch: Path,
) -> None:
    python = words[0] in {"python", "python3"}  # an environment may have but one of the names
    argv = (overlay.python if python else words[0], *words[1:])
    shown: list[str | Path] = [*overlay.interpreter.places, scratch]
    done = execution.run(argv, cwd=at, env=env, writable=writable, shown=shown)
    if done.code != 0 or done.timed_out or done.too_much:
        why = execution.overrun(done) or done.complaint()
        raise MeasurementError(f"the policy's prepare command {' '.join(words)!r} failed: {why}")


def _put_back(committed: Path, now: Path) -> None:
    if not os.path.lexists(committed) or _alike(committed, now):
        return
    if now.is_dir() and not now.is_symlink():
        shutil.rmtree(now)
    now.unlink(missing_ok=True)
    now.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(committed, now, follow_symlinks=False)


def _alike(committed: Path, now: Path) -> bool:
    if committed.is_symlink() or now.is_symlink():
        return committed.is_symlink() and now.is_symlink() and committed.readlink() == now.readlink()
    return now.is_file() and filecmp.cmp(committed, now, shallow=False)
