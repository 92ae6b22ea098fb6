"""gatecheck's own coverage.py serves a project that has none, where the project's Python can run it."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.measurements.lending import lent_folder, own_coverage
from suite_bench import our_python


def test_a_project_with_coverage_is_lent_none(tmp_path: Path) -> None:
    """Its own knows its Python best; an old one does not know enough."""
    ours = our_python()

    assert lent_folder(replace(ours, packages={"coverage": "7.6"}), tmp_path / "lent") == ""
    assert lent_folder(replace(ours, packages={"coverage": "7.5.4"}), tmp_path / "lent") == str(tmp_path / "lent")
    assert (tmp_path / "lent/coverage/__init__.py").is_file()


def test_a_python_that_is_too_old_for_ours_is_told_what_to_install() -> None:
    """Nothing can be lent to it."""
    assert own_coverage(sys.version_info[:3]).name == "coverage"
    with pytest.raises(MeasurementError, match=r"needs Python 3\.\d+: install coverage into it"):
        own_coverage((3, 7, 0))
