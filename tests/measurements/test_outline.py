"""The measurement outline: paths, attributes and dependencies of a real tree."""

from pathlib import Path

from gatecheck.measurements.outline import measure_outline
from snapshots import snapshot_of

PYPROJECT = """
[project]
name = "shop"
dependencies = ["httpx>=0.28", "PyYAML"]
[project.optional-dependencies]
all = ["shop[tests]", "attrs"]
[dependency-groups]
dev = ["pytest-mock", { include-group = "docs" }]
"""


def test_the_outline_of_a_tree(tmp_path: Path) -> None:
    """Dependencies have the names by which they are imported, and the project is none of its own."""
    files = {
        "pyproject.toml": PYPROJECT,
        "requirements/dev.txt": "-r base.txt\n# tools\nruff==0.17\n",
        ".gitattributes": "* text=auto\n",
        "docs/.gitattributes": "*.png binary\n",
    }
    outline = measure_outline(snapshot_of(tmp_path / "tree", files))

    assert outline.paths == tuple(files)
    assert outline.attributes == {".gitattributes": b"* text=auto\n", "docs/.gitattributes": b"*.png binary\n"}
    assert outline.depends == ("attr", "httpx", "pytest_mock", "ruff", "yaml")
    assert outline.own == ("shop",)


def test_a_tree_without_any_of_it(tmp_path: Path) -> None:
    """Nothing is declared."""
    outline = measure_outline(snapshot_of(tmp_path / "tree", {"a.py": "x = 1\n"}))

    assert (outline.attributes, outline.depends) == ({}, ())


def test_the_name_in_older_metadata(tmp_path: Path) -> None:
    """A project that is configured by setup.py has a name as well."""
    outline = measure_outline(snapshot_of(tmp_path / "tree", {"setup.py": "setup(\n    name='pluggy',\n)\n"}))

    assert outline.own == ("pluggy",)
