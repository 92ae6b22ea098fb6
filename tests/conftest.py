"""Fixtures: real git repositories in tmp_path, and a cache folder that lasts for the session."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatecheck.interpreter import Interpreter, read_interpreter
from repositories import CommandLine, GitRepository


@pytest.fixture
def repo(tmp_path: Path) -> GitRepository:
    """Give an empty repository."""
    made = GitRepository(tmp_path / "repo")
    made.path.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    return made


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the user's cache and git configuration out of the tests; what one test measured may serve the next."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATECHECK_CACHE", str(folder))
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield folder


@pytest.fixture
def gatecheck(repo: GitRepository) -> CommandLine:
    """Give the real command line, run in the repository."""
    return CommandLine(repo.path)


@pytest.fixture(scope="session")
def python() -> Interpreter:
    """Give the Python of these tests, as if it were the project's."""
    return read_interpreter(Path(sys.executable), "--python")


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a cache for all tests: mypy reads typeshed once."""
    return tmp_path_factory.mktemp("cache")
