"""What counts as new, from plain values."""

from gatecheck.change import Change, Hunk, Kind
from gatecheck.diagnostics import Changed, Comparison, Diagnostic, compare, findings
from gatecheck.model import Severity
from gatecheck.testing import change_of, file_change


def told(
    path: str, line: int, source: str, code: str = "F401", message: str = "`os` imported but unused"
) -> Diagnostic:
    """Make a complaint."""
    return Diagnostic(path, line, code, message, source)


def renamed(old: str, new: str, hunks: tuple[Hunk, ...] = ()) -> Change:
    """Make a change that renames one file."""
    file = file_change(new, "x\n", "x\n", kind=Kind.RENAMED, old_path=old, hunks=hunks)
    return Change("base..head", None, None, "1", "2", (file,))


def test_a_complaint_that_only_moved_down_is_not_new() -> None:
    """Line numbers are no part of a complaint."""
    changed = Changed(change_of({"a.py": ("import os\n", "\n\nimport os\n")}))

    assert not changed.new([told("a.py", 1, "import os")], [told("a.py", 3, "import os")])


def test_of_two_alike_the_one_on_the_added_line_is_new() -> None:
    """Complaints are matched as often as they stand on both sides, the untouched ones first."""
    changed = Changed(change_of({"a.py": ("import os\n", "import os\nimport os\n")}))
    before, after = [told("a.py", 1, "import os")], [told("a.py", 2, "import os"), told("a.py", 1, "import os")]

    assert changed.new(before, after) == (after[0],)


def test_an_untouched_line_may_draw_a_new_complaint() -> None:
    """What a change causes elsewhere is new, and says where it stands."""
    changed = Changed(change_of({"a.py": ("x\n", "y\n")}))
    far, near = told("b.py", 1, "import os"), told("a.py", 9, "import os")

    assert changed.new([], [far, near]) == (near, far)
    assert changed.place(far) == " (in a file the change does not touch)"
    assert changed.place(near) == " (on a line the change does not touch)"
    assert changed.place(told("a.py", 1, "y")) == ""


def test_a_complaint_that_moves_with_its_file_is_not_new() -> None:
    """A renamed file keeps its complaints."""
    changed = Changed(renamed("a.py", "b.py"))

    assert not changed.new([told("a.py", 1, "import os")], [told("b.py", 1, "import os")])


def test_a_line_that_moves_to_another_changed_file_is_not_new() -> None:
    """The line is known again where it went; in an untouched file it would be another line."""
    changed = Changed(change_of({"a.py": ("import os\n", None), "b.py": (None, "import os\n")}))
    before = [told("a.py", 1, "import os")]

    assert not changed.new(before, [told("b.py", 1, "import os")])
    assert changed.new(before, [told("c.py", 1, "import os")])


def test_a_copy_brings_its_complaints_anew() -> None:
    """The original keeps its own; nothing moved."""
    file = file_change("b.py", "import os\n", "import os\n", kind=Kind.COPIED, old_path="a.py", hunks=())
    changed = Changed(Change("base..head", None, None, "1", "2", (file,)))
    old, new = told("a.py", 1, "import os"), told("b.py", 1, "import os")

    assert changed.new([old], [old, new]) == (new,)


def test_a_complaint_that_only_got_worse_is_not_new() -> None:
    """Names and numbers in the words may change while the line stays."""
    changed = Changed(change_of({"a.py": ("x\n", "y\n")}))
    before = [told("a.py", 5, "def f():", "C901", "`f` is too complex (11 > 10)")]
    after = [told("a.py", 5, "def f():", "C901", "`f` is too complex (12 > 10)")]

    assert not changed.new(before, after)


def test_a_rewritten_line_that_draws_the_same_complaint_is_not_new() -> None:
    """The same complaint within one hunk stays the same complaint, however the line now reads."""
    changed = Changed(change_of({"a.py": ("def f(a):\n", "def compute(prices):\n")}))
    before = [told("a.py", 1, "def f(a):", "no-untyped-def", "Function is missing a type annotation")]
    after = [told("a.py", 1, "def compute(prices):", "no-untyped-def", "Function is missing a type annotation")]

    assert not changed.new(before, after)


def test_a_rewritten_line_that_git_shows_in_two_hunks_is_not_new() -> None:
    """A similar line of the same file with the same complaint is the old one."""
    changed = Changed(change_of({"a.py": ("def total(a=[]):\n1\n", "def add(a):\n1\ndef total(a=[], b=0):\n")}))
    before = [told("a.py", 1, "def total(a=[]):", "B006", "Do not use mutable data structures")]
    after = [told("a.py", 3, "def total(a=[], b=0):", "B006", "Do not use mutable data structures")]

    assert not changed.new(before, after)
    assert changed.new(before, [told("a.py", 3, "class Other(x={}): ...", "B006", before[0].message)])


def test_a_mended_complaint_does_not_pay_for_a_new_one() -> None:
    """Counts are not compared: another complaint is new even if as many are gone."""
    changed = Changed(change_of({"a.py": ("import os\n", "l = 1\n")}))
    new = told("a.py", 1, "l = 1", "E741", "Ambiguous variable name: `l`")

    assert changed.new([told("a.py", 1, "import os")], [new]) == (new,)


def test_what_only_a_stricter_configuration_says_weighs_by_its_line() -> None:
    """On an added line it is a finding of its own; all older places are one warning."""
    changed = Changed(change_of({"a.py": ("x\n", "x\nlong\n")}))
    own = (told("a.py", 1, "x", "E501"), told("a.py", 2, "long", "E501"), told("b.py", 7, "y", "D100"))
    compared = compare(changed, [], (), own)
    found = findings(changed, compared, lambda _: ("new-lint", Severity.ERROR))

    assert compared == Comparison(tightened=(own[1],), elsewhere=(own[0], own[2]))
    assert [(one.rule, one.level) for one in found] == [("new-lint", "error"), ("older-places", "warning")]
    assert "2 older places as well: E501 1, D100 1" in found[1].message


def test_what_a_loosened_configuration_hides_is_new() -> None:
    """The base's configuration decides."""
    changed = Changed(change_of({"a.py": ("x\n", "x\nimport os\n")}))
    hidden = told("a.py", 2, "import os")

    assert compare(changed, [], (hidden,), ()).new == (hidden,)


def test_a_renamed_file_may_leave_the_bases_exceptions() -> None:
    """Where the head's own configuration follows the file, its untouched lines are no errors."""
    changed = Changed(renamed("tests/a.py", "checks/a.py", (Hunk(1, 0, 2, 1),)))
    old, new = told("checks/a.py", 1, "assert x", "S101"), told("checks/a.py", 2, "assert y", "S101")
    compared = compare(changed, [], (old, new), ())
    found = findings(changed, compared, lambda _: ("new-lint", Severity.ERROR))

    assert compared == Comparison(new=(new,), reconfigured=(old,))
    assert [one.level for one in found] == ["error", "warning"]


def test_syntax_that_the_base_is_too_old_for_is_no_error() -> None:
    """Where the head's own configuration names the newer Python; else it stays one."""
    changed = Changed(change_of({"a.py": ("x\n", "match x:\n")}))
    words = "Cannot use `match` statement on Python 3.9 (syntax was added in Python 3.10)"
    syntax = told("a.py", 1, "match x:", "invalid-syntax", words)

    assert compare(changed, [], (syntax,), ()) == Comparison(reconfigured=(syntax,))
    assert compare(changed, [], (syntax,), (syntax,)) == Comparison(new=(syntax,))


def test_a_complaint_about_a_whole_file_has_no_line() -> None:
    """Line 0, as in a notebook, is no place that an editor could open, and counts as added where the file grew."""
    changed = Changed(change_of({"a.ipynb": ("{}\n", "{1}\n")}))
    found = findings(changed, Comparison(new=(told("a.ipynb", 0, ""),)), lambda _: ("new-lint", Severity.ERROR))

    assert str(found[0].location) == "a.ipynb"
    assert found[0].message == "F401: `os` imported but unused"


def test_a_needless_suppression_counts_if_the_heads_own_configuration_says_so_too() -> None:
    """A rule that the change switches on comes with the comments about it."""
    changed = Changed(change_of({"a.py": ("f()\n", "f()  # noqa: S101\ng()  # noqa: E501\n")}))
    with_rule = told("a.py", 1, "f()  # noqa: S101", "RUF100", "Unused `noqa` directive (non-enabled: `S101`)")
    without = told("a.py", 2, "g()  # noqa: E501", "RUF100", "Unused `noqa` directive (unused: `E501`)")
    ignore = told("a.py", 1, "f()", "unused-ignore", 'Unused "type: ignore" comment')

    compared = compare(changed, (), (with_rule, without, ignore), (without,))

    assert compared == Comparison(new=(without,))
