"""How the project's code runs, as the policy and this machine have it."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import msgspec

from gatecheck.confinement import Cage, hide_this_process, settle_cage
from gatecheck.errors import UsageError
from gatecheck.policy import Policy, commands, size
from gatecheck.project import Project
from gatecheck.repository import Repository
from gatecheck.suite_checkout import first_branch
from gatecheck.visible_files import VisibleFiles, own_files, program_folders
from gatecheck.workspace import Execution, Workspace


def execution_of(policy: Policy, project: Project, repository: Repository, workspace: Workspace) -> Execution:
    """Settle it with the kernel; the cage is tried out. Without a full one, this process hides what it knows."""
    cage = settle_cage(policy.network, _visible_files(policy, repository, workspace))
    if not cage.full:
        hide_this_process()
    return Execution(
        pass_env=policy.pass_env,
        timeout_s=project.timeout_s,
        memory=size(policy.memory, "memory"),
        cage=cage,
        prepare=commands(policy.prepare, "prepare"),
        checkout=policy.checkout == "git",
        branch=first_branch(),
    )


def refuse_uncaged(policy: Policy) -> None:
    """Raise UsageError where the kernel allows no full cage, with its reason."""
    if lacking := settle_cage(policy.network, own_files()).lacking:
        mend = "install bubblewrap, or run where user namespaces are allowed"
        raise UsageError(f"--require-cage: the project's code would not be caged: {lacking}: {mend}")


def key_of(execution: Execution) -> str:
    """Give a digest of what may change an outcome: not of where the user's folders are."""
    cage = Cage(execution.cage.network, execution.cage.way.partition(":")[0], lacking=execution.cage.lacking)
    return hashlib.sha256(msgspec.json.encode(replace(execution, cage=cage))).hexdigest()


def _visible_files(policy: Policy, repository: Repository, workspace: Workspace) -> VisibleFiles:
    """Lay out what the project's code sees of the user's folders; a variable that it gets may name a file."""
    values = [os.environ.get(name, "") for name in policy.pass_env]
    named = [path for value in values for path in value.split(os.pathsep) if Path(path).is_absolute()]
    return VisibleFiles(
        hidden=tuple(map(str, (Path.home(), *filter(None, [workspace.cache])))),
        shown=(
            *own_files().shown,
            *program_folders(os.environ.get("PATH", os.defpath)),
            *map(str, checkouts_of(repository)),
            *named,
            *(str(Path(path).expanduser()) for path in policy.readable),
        ),
        covered=tuple(map(str, {repository.place.git_dir.resolve(), repository.place.common_dir.resolve()})),
        services=policy.network == "host",
    )


def checkouts_of(repository: Repository) -> tuple[Path, ...]:
    """Give the folders that an editable install may lead to: the working tree, and the main one of a linked one."""
    common = repository.place.common_dir.resolve()
    return tuple(dict.fromkeys([repository.top, *([common.parent] if common.name == ".git" else [])]))
