"""Which edits govern layout."""

import pytest

from gatecheck.formatting import governs_layout
from gatecheck.testing import file_change


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (".pre-commit-config.yaml", "rev: v1\n", "rev: v2\n"),
        (".git-blame-ignore-revs", None, "8888888\n"),
        ("sub/.editorconfig", "a\n", None),
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", "[tool.ruff]\nline-length = 120\n"),
        ("pyproject.toml", "", "[tool.black]\n"),
        ("requirements/dev.txt", "ruff==0.1\n", "ruff==0.2\n"),
        ("setup.cfg", "[flake8]\n[a]\n", "[a]\n"),
        ("uv.lock", 'name = "black"\n', 'name = "ruff"\n'),
    ],
)
def test_configuration_and_versions_of_formatters_do(path: str, before: str | None, after: str | None) -> None:
    """They explain why code was laid out anew."""
    assert governs_layout(file_change(path, before, after))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("pyproject.toml", "[tool.ruff]\n[tool.mypy]\n", "[tool.ruff]\n[tool.mypy]\nstrict = true\n"),
        ("pyproject.toml", "[tool.mypy\n", "[tool.mypy]\n"),
        ("requirements.txt", "ruffus==1\nruff==1\n", "ruffus==2\nruff==1\n"),
        ("src/black.py", "black = 1\n", "black = 2\n"),
        ("CHANGES.md", "a\n", "formatted with ruff\n"),
    ],
)
def test_nothing_else_does(path: str, before: str, after: str) -> None:
    """Neither other settings and packages, nor code and prose that name a formatter."""
    assert not governs_layout(file_change(path, before, after))
