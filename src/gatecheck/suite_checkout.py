"""Makes the tree that tests run in a git checkout of one commit, as the author's folder and CI's are.

Tests ask git which files are tracked, and version modules ask it for a commit. Nothing of the user's repository is in
it: one commit of the written-out files, made once for each snapshot, whose objects all copies of the tree share.
"""

import os
import shutil
from pathlib import Path

from gatecheck.errors import MeasurementError, RepositoryError
from gatecheck.objects import neutral_environment, run_git, users_environment
from gatecheck.workspace import Workspace

WHO = {"name": "gatecheck", "email": "gatecheck@localhost"}
_ENVIRONMENT = {f"GIT_{role}_{key.upper()}": value for role in ("AUTHOR", "COMMITTER") for key, value in WHO.items()}
_USER = "".join(f"\t{key} = {value}\n" for key, value in WHO.items())
# Copies keep the time of each file, and nothing else that git notes of one.
_CONFIG = f"[core]\n\tbare = false\n\tcheckStat = minimal\n\ttrustctime = false\n[user]\n{_USER}"
_ATTRIBUTES = "* -working-tree-encoding -filter -ident -text\n"  # files are written out as the blobs are


def commit_files(root: Path, workspace: Workspace) -> Path:
    """Commit all files below a folder in a git directory of its own, made once a run; gives the directory."""
    return workspace.once(f"checkout of {root}", lambda: _commit(root, workspace.folder() / "git"))


def make_checkout(committed: Path, tree: Path) -> None:
    """Make a copy of committed files a checkout of that commit."""
    own = tree / ".git"
    for folder in ("objects/info", "refs/heads", "info"):
        (own / folder).mkdir(parents=True)
    (own / "config").write_text(_CONFIG)
    (own / "info/attributes").write_text(_ATTRIBUTES)
    (own / "objects/info/alternates").write_text(f"{committed / 'objects'}\n")
    for name in ("HEAD", "index", "refs/heads/main"):
        shutil.copy2(committed / name, own / name)


def write_identity(home: Path, branch: str) -> None:
    """Give a home folder the git settings that a developer's has: who commits, and the first branch if one is named."""
    named = f"[init]\n\tdefaultBranch = {branch}\n" if branch else ""
    (home / ".gitconfig").write_text(f"[user]\n{_USER}{named}")


def _commit(root: Path, target: Path) -> Path:
    env = neutral_environment() | _ENVIRONMENT | {"GIT_DIR": str(target), "GIT_WORK_TREE": str(root)}
    try:
        run_git("init", "--quiet", "--template=", "--initial-branch=main", env=env, cwd=root)
        (target / "config").write_text(_CONFIG + "[core]\n\tlooseCompression = 0\n")
        (target / "info").mkdir()
        (target / "info/attributes").write_text(_ATTRIBUTES)
        run_git("add", "--all", "--force", env=env, cwd=root)
        run_git("commit", "--quiet", "--allow-empty", "--no-verify", "--message=The checked tree", env=env, cwd=root)
    except (RepositoryError, OSError) as error:
        raise MeasurementError(f"the tree cannot be made a git checkout: {error}") from error
    return target


def first_branch() -> str:
    """Give the first branch of a new repository as the user's git names it; "" where it is git's own choice."""
    try:
        said = run_git("config", "--get", "init.defaultBranch", env=users_environment(), cwd=Path(os.sep))
    except RepositoryError:
        return ""
    name = said.decode("utf-8", "replace").strip()
    return name if name.replace("-", "").replace("/", "").replace("_", "").isalnum() else ""
