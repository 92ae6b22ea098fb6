"""Python beside the packages is product where tests import it."""

import pytest

from gatecheck.policy import Policy
from gatecheck.project import project_of

TESTS = b"from server import serve\nfrom app.main import go\nimport pkg\n"
BASE = {
    "pkg/__init__.py": b"",
    "server.py": b"def serve(): pass\n",
    "app/main.py": b"def go(): pass\n",
    "lone.py": b"print(1)\n",
    "scripts/server.py": b"print(2)\n",
    "tests/test_all.py": TESTS,
}


@pytest.mark.parametrize(
    ("path", "is_source"),
    [("server.py", True), ("app/main.py", True), ("lone.py", False), ("scripts/server.py", False)],
)
def test_what_a_test_imports_is_source_when_it_changes(path: str, is_source: bool) -> None:
    """A module beside the package, and one in a folder without `__init__.py`; a script that nobody imports is none."""
    project = project_of(Policy(), BASE, BASE.get, BASE, {path: b"changed = 1\n"})

    assert project.is_source(path) is is_source
    assert project.is_source("pkg/__init__.py")


def test_a_test_that_the_change_brings_counts_as_well() -> None:
    """And a policy that names the source has the last word."""
    new = {"lone.py": b"x = 1\n", "tests/test_lone.py": b"import lone\n"}
    head = {**BASE, "tests/test_lone.py": b""}

    assert project_of(Policy(), head, BASE.get, BASE, new).is_source("lone.py")
    assert not project_of(Policy(source=("/pkg/",)), head, BASE.get, BASE, new).is_source("lone.py")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("tox.ini", b"[testenv]\ncommands = python -m unittest discover\n", True),
        ("Makefile", b"test:\n\tpython manage.py test\n", True),
        (".github/workflows/ci.yml", b"- run: python -m unittest\n", True),
        ("tox.ini", b"commands =\n  python -m unittest\n  pytest\n", False),
        ("tox.ini", b"commands = nose2\n", False),
    ],
)
def test_a_project_of_unittest_is_known_by_its_own_commands(name: str, text: bytes, told: bool) -> None:
    """That pytest is installed says nothing of how it is tested."""
    base = {**BASE, name: text}

    assert project_of(Policy(), base, base.get, base).unittest is told
