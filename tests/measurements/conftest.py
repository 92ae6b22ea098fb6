"""What the tests of several measurements need."""

import sys
from pathlib import Path

import pytest

from gatecheck.interpreter import Interpreter, read_interpreter


@pytest.fixture(scope="session")
def python() -> Interpreter:
    """Give the Python of these tests, as if it were the project's."""
    return read_interpreter(Path(sys.executable), "--python")


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a cache for all tests: mypy reads typeshed once."""
    return tmp_path_factory.mktemp("cache")
