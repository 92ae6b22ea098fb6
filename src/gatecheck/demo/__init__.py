"""The bundled demo: a small shop, a flawed change to it, and the same change mended."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatecheck.cli import ExitCode
from gatecheck.errors import RepositoryError
from gatecheck.objects import neutral_environment
from gatecheck.output import for_terminal
from gatecheck.printing import say
from gatecheck.progress import progress
from gatecheck.report import Report
from gatecheck.run import Demand, check
from gatecheck.task import task_of_file

TREES = Path(__file__).parent / "trees"


def run_demo(python: Path | None) -> ExitCode:
    """Check both changes and show both checklists; ends well when the first is rejected and the second accepted."""
    with shop() as folder:
        say("A small shop, and a task: discounts for orders (see the policy in its pyproject.toml).\n\n")
        say("1. A flawed change, as it might be handed in with the word 'done':\n\n")
        flawed = _checked(folder, "flawed", python)
        say("\n2. The same change, mended:\n\n")
        mended = _checked(folder, "mended", python)
    as_meant = (flawed.result, mended.result) == ("rejected", "accepted")
    return ExitCode.ACCEPTED if as_meant else ExitCode.BUG


@contextmanager
def shop() -> Iterator[Path]:
    """Make a repository whose branch main is the shop, with a branch for each of the changes."""
    with tempfile.TemporaryDirectory(prefix="gatecheck-demo-") as name:
        folder = Path(name)
        _git(folder, "init", "--quiet", "--initial-branch=main")
        _commit(folder, "base", "A small shop")
        for branch in ("flawed", "mended"):
            _git(folder, "checkout", "--quiet", "-b", branch, "main")
            _commit(folder, branch, "Discounts for orders")
        yield folder


def _checked(folder: Path, branch: str, python: Path | None) -> Report:
    import sys

    demand = Demand(folder=folder, range=f"main...{branch}", task=task_of_file(TREES / "task.toml"), python=python)
    with progress(sys.stderr) as listen:
        report = check(demand, listen)
    say(for_terminal(report))
    return report


def _commit(folder: Path, tree: str, message: str) -> None:
    for path in sorted((TREES / tree).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            target = folder / path.relative_to(TREES / tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", message)


def _git(folder: Path, *args: str) -> None:
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _DEMO.items()}
    try:
        subprocess.run(["git", *args], cwd=folder, env=neutral_environment() | who, check=True, capture_output=True)
    except FileNotFoundError as error:
        raise RepositoryError("git was not found on PATH: install git 2.30 or newer") from error
    except subprocess.CalledProcessError as error:
        raise RepositoryError(f"git {args[0]}: {error.stderr.decode('utf-8', 'replace').strip()}") from error


_DEMO = {"NAME": "gatecheck demo", "EMAIL": "demo@example.org"}
