"""Which tools a change moves to another version."""

import pytest

from gatecheck.ratchet.upgrades import upgraded
from gatecheck.testing import change_of

HOOK = "repos:\n- repo: https://github.com/astral-sh/ruff-pre-commit\n  # the newest\n  rev: {}\n  hooks: []\n"
MIRROR = 'repos:\n-   repo: "https://github.com/pre-commit/mirrors-mypy"\n    rev: {}\n'


@pytest.mark.parametrize(
    ("path", "text", "tool"),
    [
        (".pre-commit-config.yaml", HOOK, "ruff"),
        (".pre-commit-config.yaml", MIRROR, "mypy"),
        ("requirements-dev.txt", "ruff=={}\npytest\n", "ruff"),
        ("pyproject.toml", '[dependency-groups]\ndev = ["mypy[reports]>={}"]\n', "mypy"),
        ("uv.lock", '[[package]]\nname = "ruff"\nversion = "{}"\n', "ruff"),
    ],
)
def test_another_version_is_an_upgrade(path: str, text: str, tool: str) -> None:
    """Wherever projects write versions down."""
    change = change_of({path: (text.format("1.2.0"), text.format("1.3.0"))})

    assert upgraded(change) == {tool}


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("requirements.txt", "ruff==1.0\nmypy==1.0\n", "mypy==1.0\nruff==1.0\n"),
        ("requirements.txt", "pytest==1.0\n", "pytest==1.0\nruff==1.0\n"),
        ("requirements.txt", "ruff-lsp==1.0\n", "ruff-lsp==2.0\n"),
        ("docs/notes.md", "ruff==1.0\n", "ruff==2.0\n"),
    ],
)
def test_everything_else_is_none(path: str, before: str, after: str) -> None:
    """The same version, a first one, another tool, another file."""
    assert upgraded(change_of({path: (before, after)})) == frozenset()
