"""gatecheck's own pytest and coverage.py serve a project that has none, where the project's Python can run them."""

from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.measurements.lending import lent_folder, lent_notes, own_coverage
from suite_bench import our_python


def test_a_project_with_both_is_lent_none(tmp_path: Path) -> None:
    """Its own know its Python best; an old coverage.py does not know enough."""
    ours, lent = our_python(), tmp_path / "lent"

    assert lent_folder(replace(ours, packages={"coverage": "7.6", "pytest": "8"}), lent) == ""
    assert lent_folder(replace(ours, packages={"coverage": "7.5.4", "pytest": "8"}), lent) == str(lent)
    assert [path.name for path in lent.iterdir()] == ["coverage"]


def test_a_project_without_pytest_is_lent_what_it_lacks_of_it(tmp_path: Path) -> None:
    """And the report says so."""
    bare = replace(our_python(), packages={"coverage": "7.6", "packaging": "24"})
    lent = Path(lent_folder(bare, tmp_path / "lent"))

    assert {path.name for path in lent.iterdir()} == {"pytest", "_pytest", "py.py", "pluggy", "iniconfig", "pygments"}
    assert list(lent_notes(bare)) == ["the project's environment has no pytest: gatecheck's own ran its tests"]


def test_a_python_that_ours_are_not_made_for_is_told_what_to_install(tmp_path: Path) -> None:
    """A tracer that is not compiled for it would be slow, and lose its way."""
    ours = our_python()
    other, old = replace(ours, version=(3, 99, 0)), replace(ours, version=(3, 9, 1), packages={"coverage": "7.6"})

    assert own_coverage(ours).name == "coverage"
    assert list(lent_notes(replace(other, packages={"pytest": "8"}))) == []
    with pytest.raises(MeasurementError, match=rf"not 3\.99: install it there: {ours.path} -m pip install coverage"):
        own_coverage(other)
    with pytest.raises(MeasurementError, match=r"newer Python than 3\.9: .* -m pip install pytest"):
        lent_folder(old, tmp_path / "lent")
