"""Which of the base's tests broke, on plain outcomes; the runs themselves are in fixtures/base-tests-pass."""

from gatecheck.measurements.outcomes import Outcome, Word
from gatecheck.measurements.replay import broken


def outcomes(**words: Word) -> list[Outcome]:
    """Give outcomes by id; `__` stands for brackets around a parameter."""
    return [
        Outcome(f"t.py::{name.replace('__', '[', 1)}{']' if '__' in name else ''}", word)
        for name, word in words.items()
    ]


def test_what_does_not_pass_any_more_is_broken() -> None:
    """Failing, skipped or gone; what did not pass before is nobody's loss."""
    before = outcomes(a="passed", b="passed", c="passed", d="passed", e="failed")

    assert broken(before, outcomes(a="passed", b="failed", c="skipped")) == ["t.py::b", "t.py::c", "t.py::d"]


def test_a_parameter_with_another_id_each_time_is_not_gone() -> None:
    """As when it is the time of day."""
    before = outcomes(a__1="passed", a__2="passed")

    assert broken(before, outcomes(a__3="passed", a__4="passed")) == []
    assert broken(before, outcomes(a__3="passed")) == ["t.py::a[2]"]
    assert broken(before, outcomes(a__1="failed", a__3="passed")) == ["t.py::a[1]"]
