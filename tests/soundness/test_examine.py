"""What changes make of tests that were there, and of the source."""

import pytest

from gatecheck.model import Severity
from gatecheck.soundness.examine import Examination
from gatecheck.testing import change_of
from sound import PROJECT, SOURCE, body, found


def test_what_the_base_has_is_not_told() -> None:
    """An old constant assertion in an edited test is nobody's news."""
    old = body("assert True", "assert fee(1) == 1")

    assert "constant-assertion" not in found(body("assert True", "assert fee(1) == 2"), old)


def test_a_moved_test_is_not_new() -> None:
    """What stood in another file is judged there."""
    text = body("assert True")
    examined = Examination(change_of({"tests/test_a.py": (text, ""), "tests/test_b.py": (None, text)}), PROJECT)

    assert not examined.tests
    assert not examined.of_tests


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("assert fee(1) == 2", "assert fee(1) == 3", "expectation-edited"),
        ("assert fee(1) == 2", "assert fee(1) is not None", "expectation-weakened"),
        ("assert fee(1) == 2", "assert fee(1) in (2, 3)", "expectation-weakened"),
        ("assert fee(1) == 2", "assert isinstance(fee(1), int)", "expectation-weakened"),
        ("assert fee(1) == 2", "assert fee(1)", "expectation-weakened"),
        ("assert len(fee(1)) == 2", "assert len(fee(1)) > 0", "expectation-weakened"),
        (
            "assert fee(1) == pytest.approx(2, rel=1)",
            "assert fee(1) == pytest.approx(2, rel=9)",
            "expectation-weakened",
        ),
        ("assert fee(1) == 2", "fee(1)", "expectation-removed"),
        ("assert fee(1) == [-2]", "assert fee(1) == [2]", "expectation-edited"),
        ("assert fee(1) == State.OPEN", "assert fee(1) == State.SHUT", "expectation-edited"),
        ("expected = 2; assert fee(1) == expected", "expected = 3; assert fee(1) == expected", "expectation-edited"),
        ("assert fee(1) == 2", "expected = 3; assert fee(1) == expected", "expectation-edited"),
    ],
)
def test_expectations_that_move_are_told(before: str, after: str, rule: str) -> None:
    """Where behaviour must stay as it is, they are errors."""
    keep = "assert fee(0) == 0"

    assert found(body(after, keep), body(before, keep)).get(rule) not in {None, Severity.ERROR}
    assert found(body(after, keep), body(before, keep), keeping=True)[rule] is Severity.ERROR


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert fee(1) == Keyword", "assert fee(1) == kinds.Keyword"),
        ("assert fee(1) == 2", "expected = 2; assert fee(1) == expected"),
        ("assert fee(1) == 2", "assert fees.fee(1) == 2"),
    ],
)
def test_the_same_in_other_words_is_no_moved_expectation(before: str, after: str) -> None:
    """A refactoring may name things anew."""
    assert Severity.ERROR not in found(body(after), body(before), keeping=True).values()


def test_edited_cases_are_expectations() -> None:
    """A row of parametrize says what is expected."""
    text = "@pytest.mark.parametrize('x, y', [(1, 2), (2, {})])\ndef test_a(x, y):\n    assert fee(x) == y\n"

    assert found(text.format(4), text.format(3), keeping=True) == {"expectation-edited": Severity.ERROR}
    assert found(text.replace(", (2, {})", ""), text.format(3)) == {"expectation-removed": Severity.WARNING}


def test_an_assertion_may_move_to_another_test() -> None:
    """A test that is split loses nothing."""
    old = body("assert fee(1) == 2", "assert fee(2) == 3")
    new = body("assert fee(1) == 2") + "def test_other():\n    assert fee(2) == 3\n"

    assert found(new, old, keeping=True) == {}


@pytest.mark.parametrize(
    ("mark", "level"),
    [
        ("@pytest.mark.skip", Severity.ERROR),
        ("@pytest.mark.skipif(True, reason='')", Severity.ERROR),
        ("@pytest.mark.xfail", Severity.ERROR),
        ("@pytest.mark.xfail(strict=False)", Severity.ERROR),
        ("@pytest.mark.skip(reason='needs a server')", Severity.WARNING),
        ("@pytest.mark.skipif(WIN, reason='no sed')", Severity.WARNING),
        ("@pytest.mark.xfail(reason='issue 3')", Severity.WARNING),
    ],
)
def test_a_test_that_is_switched_off_is_told(mark: str, level: Severity) -> None:
    """An error where nothing says when or why."""
    text = body("assert fee(1) == 2")

    assert found(f"{mark}\n{text}", text) == {"test-switched-off": level}
    assert found(f"{mark}\n{text}", f"{mark}\n{text}") == {}


@pytest.mark.parametrize("line", ["pytestmark = pytest.mark.skip\n", "pytest.skip(allow_module_level=True)\n"])
def test_a_file_that_is_switched_off_is_told(line: str) -> None:
    """Its tests did run."""
    text = body("assert fee(1) == 2")

    assert found(line + text, text) == {"test-switched-off": Severity.ERROR}


def test_a_class_that_is_switched_off_is_told_once() -> None:
    """Not once for each of its tests, which are as they were."""
    text = "class TestA:\n  def test_a(self):\n    assert fee(1) == 2\n  def test_b(self):\n    assert fee(2) == 3\n"
    change = change_of({"tests/test_a.py": (text, "@pytest.mark.skip\n" + text)})

    assert [finding.rule for finding in Examination(change, PROJECT).of_tests] == ["test-switched-off"]


def test_a_test_renamed_so_that_nobody_finds_it_is_an_error() -> None:
    """Its body is as it was."""
    text = body("assert fee(1) == 2")

    assert found(text.replace("test_fee", "xtest_fee"), text)["renamed-away"] is Severity.ERROR


def test_a_file_renamed_so_that_nobody_finds_it_is_an_error() -> None:
    """Whether git calls it a rename or not."""
    text = body("assert fee(1) == 2")
    change = change_of({"tests/test_fees.py": (text, None), "tests/fee_checks.py": (None, text)})

    assert [(finding.rule, finding.level) for finding in Examination(change, PROJECT).of_tests] == [
        ("uncollected-file", Severity.ERROR)
    ]


@pytest.mark.parametrize(
    ("test", "rules"),
    [
        ("total([1])", ["no-assertion", "unasserted-function"]),
        ("try:\n        total(None)\n    except TypeError:\n        pass", ["no-assertion", "unasserted-function"]),
        ("assert total([1]) == 1", []),
        ("cost = total\n    total([1])\n\n\ndef test_other():\n    assert total([1]) == 1", ["no-assertion"]),
    ],
)
def test_a_new_function_about_which_nothing_is_asserted_is_an_error(test: str, rules: list[str]) -> None:
    """To be called is not enough for it, as it is for what once raised."""
    new = "def fee(x):\n    return x\n\n\ndef total(prices):\n    return sum(prices)\n"
    sides = {"tests/test_fees.py": (None, f"def test_total():\n    {test}\n")}
    found = Examination(
        change_of({**sides, "src/shop/fees.py": ("def fee(x):\n    return x\n", new)}), PROJECT
    ).of_tests
    known = Examination(change_of({**sides, "src/shop/fees.py": (new, new + "X = 1\n")}), PROJECT).of_tests

    assert [finding.rule for finding in found] == rules
    assert "unasserted-function" not in [finding.rule for finding in known]


def test_a_class_of_the_tests_in_place_of_the_one_under_test_is_an_error() -> None:
    """It has the name of the one that is edited; a double with a name of its own is honest."""
    text = "from shop.till import Till as RealTill\n\n\nclass {}(RealTill):\n    pass\n"
    sides = (
        "class Till:\n    def open(self):\n        return 1\n",
        "class Till:\n    def open(self):\n        return 2\n",
    )

    def rules(name: str) -> list[str]:
        change = change_of({"tests/test_till.py": (None, text.format(name)), "src/shop/till.py": sides})
        return [finding.rule for finding in Examination(change, PROJECT).of_tests]

    assert rules("Till") == ["subject-mocked"]
    assert rules("FakeTill") == []


@pytest.mark.parametrize(
    ("line", "rule", "level"),
    [
        ("if 'pytest' in sys.modules: pass", "test-detected", Severity.ERROR),
        ("sys.modules.get('unittest')", "test-detected", Severity.ERROR),
        ("os.environ.get('PYTEST_CURRENT_TEST')", "test-detected", Severity.ERROR),
        ("any(name.startswith('PYTEST_') for name in os.environ)", "test-detected", Severity.ERROR),
        ("import coverage", "coverage-imported", Severity.ERROR),
        ("inspect.stack()", "caller-read", Severity.WARNING),
        ("sys._getframe(1)", "caller-read", Severity.WARNING),
        ("TYPE_CHECKING = True", "type-checking-bound", Severity.ERROR),
        ("x.frame.f_locals['a']", "caller-variables-read", Severity.ERROR),
        ("any('test' in word for word in sys.argv)", "test-detected", Severity.ERROR),
        ("open('tests/test_fees.py')", "tests-read", Severity.WARNING),
        ("open(os.path.join(os.path.dirname(__file__), 'tests', 'a.txt'))", "tests-read", Severity.ERROR),
        ("(Path(__file__).parent / 'tests').rglob('*')", "tests-read", Severity.ERROR),
        ("import json; json.dumps = fee", "library-replaced", Severity.WARNING),
        ("import json; setattr(json.encoder, 'c_make_encoder', fee)", "library-replaced", Severity.WARNING),
        ("from json import JSONEncoder; JSONEncoder.default = fee", "library-replaced", Severity.WARNING),
    ],
)
def test_source_that_looks_out_for_tests_is_told(line: str, rule: str, level: Severity) -> None:
    """Unless the base does so already."""
    before, after = "def fee(x):\n    return x\n", f"def fee(x):\n    {line}\n    return x\n"

    def rules(sides: tuple[str, str]) -> list[tuple[str, Severity]]:
        examined = Examination(change_of({"src/shop/fees.py": sides}), PROJECT)
        return [(finding.rule, finding.level) for finding in examined.of_source]

    assert rules((before, after)) == [(rule, level)]
    assert rules((after, after + "\n\nX = 1\n")) == []


def test_a_library_that_is_replaced_by_importing_is_an_error() -> None:
    """It stays so for the whole process; a function may put it back."""
    source = "import json\n\nold = json.dumps\n\n\ndef compact(x):\n    return old(x)\n\n\njson.dumps = compact\n"
    examined = Examination(change_of({"src/shop/fees.py": (None, source)}), PROJECT)

    assert [(finding.rule, finding.level) for finding in examined.of_source] == [("library-replaced", Severity.ERROR)]


@pytest.mark.parametrize(
    "line",
    [
        "import sys; sys.stdout = x",
        "import warnings; warnings.showwarning = x",
        "import threading; threading.excepthook = x",
        "import requests; requests.get = x",
        "import os; os.environ = x",
        "x.dumps = 1",
        "json = x; json.dumps = 1",
        "(Path(__file__).parent / 'data').rglob('*')",
        "TESTS = Path(__file__).parent / 'tests'",
    ],
)
def test_hooks_and_the_source_of_others_are_left_alone(line: str) -> None:
    """What the library means to be set, and what is not of Python's own; a path that nobody opens."""
    source = f"def fee(x):\n    {line}\n    return x\n"
    examined = Examination(change_of({"src/shop/fees.py": (None, source)}), PROJECT)

    assert [finding.rule for finding in examined.of_source] == []


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("assert isinstance(fee(1), int)", Severity.ERROR),
        ("assert fee(1) is not None", Severity.ERROR),
        ("assert all(isinstance(x, int) for x in fee(1))", Severity.ERROR),
        ("assert isinstance(fee(1), int) and callable(fee)", Severity.ERROR),
        ("assert len(fee(1)) > 0", Severity.ERROR),
        ("assert fee(1)", None),
        ("assert fee(1) == 2", None),
        ("isinstance(fee(1), int)", None),
    ],
)
def test_a_characterization_writes_down_values(line: str, level: Severity | None) -> None:
    """One that says of what type they are is an error, and a warning beside one that says more."""

    def levels(*tests: str) -> list[Severity]:
        text = "".join(f"def test_{n}():\n    {line}\n" for n, line in enumerate(tests))
        examined = Examination(change_of({"tests/test_fees.py": (None, text)}), PROJECT, describing=True)
        return [finding.level for finding in examined.of_tests if finding.rule == "pins-nothing"]

    assert levels(line) == ([level] if level else [])
    assert levels(line, "assert fee(3) == 4") == ([Severity.WARNING] if level else [])


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("return True", Severity.ERROR),
        ("return self.x == self.x", Severity.WARNING),
        ("return isinstance(other, Fee)", Severity.WARNING),
        ("self.x = 1; return isinstance(other, Fee)", Severity.ERROR),
        ("return isinstance(other, Fee) and self.x == other.x", None),
        ("return self.x == other.x", None),
        ("return NotImplemented", None),
        ("raise TypeError", None),
    ],
)
def test_an_equality_that_holds_of_anything_is_told(text: str, level: Severity | None) -> None:
    """Whoever compares with it learns nothing."""
    source = f"class Fee:\n    def __eq__(self, other):\n        {text}\n"
    examined = Examination(change_of({"src/shop/fees.py": (None, source)}), PROJECT)

    assert [finding.level for finding in examined.of_source] == ([level] if level else [])


def test_a_broken_file_that_the_tests_read_is_no_test_file() -> None:
    """A new one that no changed module imports; one that is imported, collected or was there must be readable."""
    broken = ("tests/cases/old.py", "tests/helper.py", "tests/test_b.py", "tests/known.py")
    sides: dict[str, tuple[str | None, str | None]] = dict.fromkeys(broken, (None, "print 'x'\n"))
    sides |= {"tests/test_a.py": (None, "from tests import helper\n"), "tests/known.py": ("", "print 'x'\n")}

    assert set(Examination(change_of(sides), PROJECT).unreadable) == {*broken[1:]}


def notes(before: str, after: str) -> list[str]:
    """Give what is said of an edited test file."""
    examined = Examination(change_of({"tests/test_fees.py": (before, after), SOURCE[0]: SOURCE[1]}), PROJECT)
    return [finding.message for finding in examined.of_tests]


def test_a_long_expectation_is_cut_around_what_was_edited() -> None:
    """Both texts show the place where they differ."""
    long = "assert fee(1) == [" + ", ".join(f"'entry {number}'" for number in range(60)) + "]"
    (told,) = notes(body(long), body(long.replace("entry 40", "entry forty")))
    was, now = told.split(", now ")

    assert "'entry 40'" in was
    assert "'entry forty'" in now
    assert len(told) < 260


def test_one_renaming_is_told_once() -> None:
    """However many expectations it goes through; what else was edited stands apart."""
    lines = [f"assert fee({number}) == {number}" for number in range(9)]
    renamed = [line.replace("fee", "due") for line in lines]
    told = notes(body(*lines), body(*renamed[:-1], "assert due(8) == 9"))

    assert len(told) == 2
    assert "`fee` is now `due` in 8 expectations, which are the same otherwise" in told
    assert len(notes(body(*lines), body(*lines[3:], *renamed[:3]))) == 3
