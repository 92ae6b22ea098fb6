"""Real repositories and the real command line, for the tests that need them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema

from gatecheck.ci import SYSTEMS
from gatecheck.schemas import schema_of

IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@dataclass(frozen=True)
class GitRepository:
    """A real repository to build changes in."""

    path: Path

    def git(self, *args: str, feed: bytes = b"") -> str:
        """Run git in it and give what it printed."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | IDENTITY
        done = subprocess.run(["git", *args], cwd=self.path, env=env, input=feed, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files; None deletes one."""
        for name, content in files.items():
            path = self.path / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes | None], message: str = "change") -> str:
        """Write files, commit everything, and give the commit's id."""
        self.write(files)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


def files_of(folder: Path) -> dict[str, bytes]:
    """Read a whole tree."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def commit_case(case: Path, folder: Path) -> None:
    """Make a new repository of a case's two trees: a commit of its base/, then one of its head/."""
    repo = GitRepository(folder)
    folder.mkdir(parents=True)
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.commit(files_of(case / "base"), "base")
    repo.git("rm", "-r", "--quiet", "--force", ".")
    for name, content in files_of(case / "head").items():
        repo.write({name: content})
        (folder / name).chmod((case / "head" / name).stat().st_mode)
    repo.git("add", "--all", "--force")
    repo.git("commit", "--quiet", "--message", "head")


@dataclass(frozen=True)
class Ended:
    """How the command line ended."""

    code: int
    stdout: str
    stderr: str


def outside_ci() -> dict[str, str]:
    """Give the environment without the variables by which a CI system that runs these tests is known."""
    marks = {mark for mark, _ in SYSTEMS.values()}
    return {name: value for name, value in os.environ.items() if name not in marks}


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema_of("report")))


def valid_report(text: str) -> None:
    """Hold a JSON report against its published schema: every one that a test comes by."""
    _validator().validate(json.loads(text))


PROGRAM = Path(sys.executable).with_name("gatecheck")


@dataclass(frozen=True)
class CommandLine:
    """Runs the installed program, or another installation's."""

    folder: Path
    program: Path = PROGRAM

    def __call__(self, *args: str, feed: str = "", **env: str) -> Ended:
        """Run it with arguments, and with environment variables on top of ours."""
        argv = [str(self.program), *args]
        done = subprocess.run(  # noqa: PLW1510 - its code is what is asked for
            argv, cwd=self.folder, env=outside_ci() | env, input=feed.encode(), capture_output=True, timeout=300
        )
        ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
        if "json" in args and ended.stdout:
            valid_report(ended.stdout)
        return ended
