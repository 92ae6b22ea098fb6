"""Which statements a change answers for: the counting rules, on real coverage.py analyses of plain texts."""

from collections.abc import Mapping
from dataclasses import replace
from textwrap import dedent

import pytest
from coverage import CoverageData

from gatecheck.change import FileChange, Hunk, lines_of
from gatecheck.in_project import analysis
from gatecheck.measurements.outcomes import Reach
from gatecheck.measurements.suite_runner import EXCLUDE, FileCoverage
from gatecheck.statements import FileStatements, changed_statements, known_units, spans
from gatecheck.testing import change_of, file_change

BOTH = """\
def net(price):
    return price / 1.2


def gross(price):
    return price * 1.2
"""


def analysed(text: str, executed: set[int] | None = None, exclude: tuple[str, ...] = EXCLUDE) -> FileCoverage:
    """Analyse a text as a run would that executed some lines."""
    data = CoverageData(no_disk=True)
    data.add_arcs({"a.py": [(line, -1) for line in executed or ()]})
    found = analysis.describe("a.py", text, data, "|".join(exclude))  # type: ignore[no-untyped-call]
    multiline = {int(line): first for line, first in found["multiline"].items()}
    lines = {name: tuple(found[name]) for name in ("statements", "executed", "excluded")}
    return FileCoverage("a.py", lines["statements"], lines["executed"], lines["excluded"], multiline)


def texts(file: FileChange, statements: FileStatements) -> list[str]:
    """Give the counted statements by their first lines."""
    lines = lines_of(file.after)
    return [lines[number - 1].decode().strip() for number in sorted(statements.counted)]


def counted(
    before: str | None, after: str, others: Mapping[str, tuple[str | None, str | None]] | None = None
) -> list[str]:
    """Give the statements of a.py that its change from `before` to `after` counts, by their first lines."""
    before, after = dedent(before) if before is not None else None, dedent(after)
    change = change_of({"a.py": (before, after), **(others or {})})
    return texts(change.files[0], changed_statements(change.files[0], analysed(after), known_units(change)))


def test_a_changed_statement_counts() -> None:
    """Comments, docstrings and blank lines do not."""
    before = "x = 1\ny = 2\n"
    after = '"""About x."""\n\nx = 1\n# more\ny = 3\n'

    assert counted(before, after) == ["y = 3"]


def test_a_changed_continuation_line_counts_for_its_statement() -> None:
    """Line 3 of a call is part of the call."""
    before = "total = add(\n    1,\n    2,\n)\n"
    after = "total = add(\n    1,\n    3,\n)\n"

    assert counted(before, after) == ["total = add("]


def test_every_statement_of_a_new_file_counts() -> None:
    """Definitions are statements, too."""
    assert counted(None, BOTH) == ["def net(price):", "return price / 1.2", "def gross(price):", "return price * 1.2"]


def test_a_changed_line_of_an_old_function_counts_alone() -> None:
    """The rest of the function is not this change's."""
    before = "def net(price):\n    rate = 1.2\n    return price / rate\n"
    after = "def net(price):\n    rate = 1.25\n    return price / rate\n"

    assert counted(before, after) == ["rate = 1.25"]


def test_all_of_a_new_function_counts_though_git_found_its_lines_elsewhere() -> None:
    """Line by line, the new function's `return x` is the old one's, which moved down."""
    before = "def first(x):\n    x += 1\n    return x\n"
    after = "def new(x):\n    x += 2\n    return x\n\n\ndef first(x):\n    x += 1\n    return x\n"
    # What git says: everything before the old function's body is new, and its own `def` line was kept for the new one.
    file = file_change("a.py", before, after, hunks=(Hunk(1, 0, 2, 5),))
    change = change_of({})
    change = type(change)("a..b", "a", "b", "1", "2", (file,))
    found = changed_statements(file, analysed(after), known_units(change))

    assert texts(file, found) == ["def new(x):", "x += 2", "return x"]


def test_a_function_that_only_moved_does_not_count() -> None:
    """Within its file, or from another one."""
    net, gross = BOTH.split("\n\n\n")
    moved = f"{gross.rstrip()}\n\n\n{net}\n"

    assert counted(BOTH, moved) == []
    assert counted(None, BOTH, {"old.py": (BOTH, None)}) == []


def test_a_moved_function_counts_where_it_changed_on_the_way() -> None:
    """Then it is a new one in its new place."""
    assert counted(None, BOTH.replace("1.2\n", "1.25\n", 1), {"old.py": (BOTH, None)}) == [
        "def net(price):",
        "return price / 1.25",
    ]


def test_a_renamed_file_counts_where_it_changed() -> None:
    """Its name alone is no code."""
    after = BOTH.replace("* 1.2", "* 1.25")
    file = file_change("new.py", BOTH, after, old_path="old.py")
    change = type(change_of({}))("a..b", "a", "b", "1", "2", (file,))
    found = changed_statements(file, analysed(after), known_units(change))

    assert texts(file, found) == ["return price * 1.25"]


def test_a_renamed_class_counts_with_its_head_alone() -> None:
    """Its methods are what they were."""
    before = "class Cart:\n    def total(self):\n        return 1\n"

    assert counted(before, before.replace("Cart", "Basket")) == ["class Basket:"]


def test_a_renamed_function_counts_as_a_whole() -> None:
    """Whoever calls it by its new name is new as well."""
    assert counted(BOTH, BOTH.replace("def net(", "def netto(")) == ["def netto(price):", "return price / 1.2"]


def test_a_reformatted_function_does_not_count() -> None:
    """Line breaks, quotes, brackets and comments change nothing."""
    before = "def hello(name, mood):\n    return f'hello {name}' + mood\n"
    after = 'def hello(\n    name,\n    mood,\n):\n    # politely\n    return (f"hello {name}" + mood)\n'

    assert counted(before, after) == []


def test_a_pure_deletion_has_no_statement() -> None:
    """What is gone needs no test here."""
    assert counted(BOTH, BOTH.split("\n\n\n", maxsplit=1)[0] + "\n") == []


def test_a_changed_decorator_counts_for_all_of_its_function() -> None:
    """Every call goes through it."""
    before = "@cache\ndef net(price):\n    return price / 1.2\n"
    after = "@cache(maxsize=3)\ndef net(price):\n    return price / 1.2\n"

    assert counted(before, after) == ["@cache(maxsize=3)", "def net(price):", "return price / 1.2"]


def test_a_nested_function_belongs_to_the_one_around_it() -> None:
    """A change inside counts by its lines."""
    before = "def outer():\n    def inner():\n        return 1\n    return inner\n"

    assert counted(before, before.replace("return 1", "return 2")) == ["return 2"]


def test_a_method_is_known_by_its_class() -> None:
    """A method of the same name in a new class is a new one."""
    before = "class A:\n    def run(self):\n        return 1\n"
    after = before + "\n\nclass B:\n    def run(self):\n        return 2\n"

    assert counted(before, after) == ["class B:", "def run(self):", "return 2"]


def test_the_cases_of_a_match_are_statements() -> None:
    """A new case counts with its body."""
    before = """\
        def name(code):
            match code:
                case 1:
                    return "one"
                case _:
                    return "many"
        """
    after = before.replace(
        "        case _:", '        case 2:\n                    return "two"\n                case _:'
    )

    assert counted(before, after) == ["case 2:", 'return "two"']


def test_a_new_pragma_does_not_excuse_its_own_change() -> None:
    """One that was there before is the project's word, and counts no more than it did."""
    before = "def net(price):\n    return price / 1.2\n"
    new = "def net(price):  # pragma: no cover\n    rate = 1.2\n    return price / rate\n"
    old = "def net(price):  # pragma: no cover\n    return price / 1.2\n"

    assert counted(before, new) == ["def net(price):  # pragma: no cover", "rate = 1.2", "return price / rate"]
    assert counted(old, new) == []


@pytest.mark.parametrize(
    "pragma", ["# pragma: no cover", "#pragma:no cover", "# PRAGMA: NO COVER", "# pragma no cover"]
)
def test_a_new_pragma_is_seen_however_it_is_spelt(pragma: str) -> None:
    """On an `else` it would hide what follows."""
    before = "if ready():\n    go()\n"
    after = f"if ready():\n    go()\nelse:  {pragma}\n    wait()\n"

    assert counted(before, after) == ["wait()"]


def test_what_the_project_excludes_by_pattern_does_not_count() -> None:
    """Stubs and type-checking imports are never run."""
    after = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\n\n\ndef stub() -> None: ...\n"

    assert counted(None, after) == ["from typing import TYPE_CHECKING"]


def test_the_arm_that_this_interpreter_cannot_take_does_not_count() -> None:
    """Of a version or platform test; the one that it takes does."""
    after = """\
        import sys

        if sys.version_info >= (3, 99):
            NEW = True
        else:
            NEW = False
        if sys.platform == "win32":
            HOME = "C:"
        """

    assert counted(None, after) == [
        "import sys",
        "if sys.version_info >= (3, 99):",
        "NEW = False",
        'if sys.platform == "win32":',
    ]


def test_only_plain_version_and_platform_tests_are_decided() -> None:
    """A condition with anything else in it may be true tomorrow: both arms count."""
    after = "import sys\nif sys.version_info >= (3, 99) or FLAG:\n    NEW = True\n"

    assert counted(None, after) == ["import sys", "if sys.version_info >= (3, 99) or FLAG:", "NEW = True"]


def test_a_function_on_one_line_is_covered_by_a_call_alone() -> None:
    """Its line runs at import all the same."""
    text = "x = 1\ndef net(price): return price / 1.2\n"
    change = change_of({"a.py": (None, text)})
    imported = changed_statements(change.files[0], analysed(text, {1, 2}), known_units(change))
    data = CoverageData(no_disk=True)
    data.add_arcs({"a.py": [(-1, 1), (1, 2), (2, -1), (-2, 2), (2, -2)]})
    called = analysis.describe("a.py", text, data, "x^")  # type: ignore[no-untyped-call]

    assert (sorted(imported.counted), sorted(imported.covered)) == ([1, 2], [1])
    assert called["executed"] == [1, 2]


def test_source_that_we_cannot_parse_counts_by_its_added_lines() -> None:
    """It may be right for the project's Python, which told its statements."""
    after = "x = 1\nprint 'old'\ny = 2\n"
    file = file_change("a.py", "x = 1\n", after)
    coverage = FileCoverage("a.py", statements=(1, 2, 3), executed=(1, 3))
    found = changed_statements(file, coverage, frozenset())

    assert (sorted(found.counted), found.missed) == ([2, 3], [2])


def test_what_the_suite_ran_is_covered() -> None:
    """Of what counts; the rest is missed, in order."""
    change = change_of({"a.py": (None, BOTH)})
    found = changed_statements(change.files[0], analysed(BOTH, {1, 2, 5}), known_units(change))

    assert sorted(found.covered) == [1, 2, 5]
    assert found.missed == [6]


def test_missed_statements_that_follow_each_other_are_one_place() -> None:
    """Blank and uncounted lines between them do not part them; a covered statement does."""
    assert spans([2, 5, 9, 30], [1, 2, 5, 8, 9, 30]) == [(2, 5), (9, 30)]


def test_what_only_a_fixture_runs_is_told_apart() -> None:
    """A function's statement counts as covered in a test's own call, or in another process; a module's on import."""
    text = "RATE = 2\n\n\ndef net(price):\n    tax = 1\n    return price - tax\n"
    file = change_of({"a.py": (None, text)}).files[0]
    ran = analysed(text, {1, 4, 5, 6})
    reach = Reach("a.py", {6: (0,)}, {5: (0,)})

    here = changed_statements(file, ran, frozenset(), reach)
    there = changed_statements(file, replace(ran, elsewhere=(5,)), frozenset(), reach)

    assert (set(here.covered), set(here.aside)) == ({1, 4, 6}, {5})
    assert (set(there.covered), len(there.aside)) == ({1, 4, 5, 6}, 0)


OPTIONAL = """\
try:
    import rich
except ImportError:
    rich = None

if rich is None:
    told = print
else:
    told = rich.print
"""


def test_what_other_environments_run_is_excused_and_told() -> None:
    """Each statement with what decides that it does not run here; on demand it counts."""
    change = change_of({"a.py": (None, OPTIONAL)})
    coverage, known = analysed(OPTIONAL, {1, 2, 6, 9}), known_units(change)
    found = changed_statements(change.files[0], coverage, known)
    strict = changed_statements(change.files[0], coverage, known, excuse=False)

    assert found.missed == []
    assert dict(found.excused) == dict.fromkeys((3, 4, 7), "whether rich can be imported")
    assert strict.missed == [3, 4, 7]
    assert not strict.excused
