"""The measurement rule-files: what it reads of a tree."""

from pathlib import Path

from gatecheck.measurements.rule_files import measure_rule_files
from snapshots import snapshot_of


def test_it_reads_the_files_of_rules_and_lists_the_python_files(tmp_path: Path) -> None:
    """Everything else is left alone."""
    files = {"pyproject.toml": "a = 1\n", ".github/workflows/ci.yml": "on: push\n", "src/a.py": "", "README.md": ""}
    found = measure_rule_files(snapshot_of(tmp_path / "tree", files))

    assert found.files == {"pyproject.toml": b"a = 1\n", ".github/workflows/ci.yml": b"on: push\n"}
    assert found.python == ("src/a.py",)


def test_it_follows_no_symbolic_link(tmp_path: Path) -> None:
    """A link could lead out of the tree."""
    (tmp_path / "outside").write_text("secret")
    snapshot = snapshot_of(tmp_path / "tree", {"tox.ini": ""})
    (tmp_path / "tree/tox.ini").unlink()
    (tmp_path / "tree/tox.ini").symlink_to(tmp_path / "outside")

    assert measure_rule_files(snapshot).files == {}
