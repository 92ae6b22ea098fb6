"""Which silenced complaints are bugs; the words are those of mypy 1.11 to 2.4 and ruff 0.17."""

import pytest

from gatecheck.diagnostics import Diagnostic
from gatecheck.suppressions.bugs import is_lint_bug, is_type_bug
from gatecheck.testing import file_change


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("return-value", 'Incompatible return value type (got "date | None", expected "date")'),
        ("return-value", 'Incompatible return value type (got "Optional[date]", expected "date")'),
        ("return-value", 'Incompatible return value type (got "None", expected "list[int]")'),
        ("return-value", 'Incompatible return value type (got "str", expected "int")'),
        ("arg-type", 'Argument 1 to "f" has incompatible type "str | None"; expected "str"'),
        ("arg-type", 'Argument "key" to "f" of "A" has incompatible type "Union[str, int, None]"; expected "str"'),
        ("assignment", 'Incompatible types in assignment (expression has type "A | None", variable has type "A")'),
        ("arg-type", 'Argument 1 to "f" has incompatible type "list[int] | None"; expected "Sequence[int]"'),
        ("return-value", 'Incompatible return value type (got "Any | None", expected "str")'),
        ("union-attr", 'Item "None" of "Match[str] | None" has no attribute "group"'),
        ("attr-defined", '"None" has no attribute "x"'),
        ("attr-defined", '"Version" has no attribute "majr"; maybe "major"?'),
        ("index", 'Value of type "dict[str, int] | None" is not indexable'),
        ("operator", 'Unsupported operand types for + ("int" and "str")'),
        ("operator", 'Unsupported operand types for < ("int" and "None")'),
        ("operator", 'Unsupported left operand type for + ("None")'),
        ("call-arg", 'Missing positional argument "a" in call to "f"'),
        ("name-defined", 'Name "x" is not defined'),
        ("return", "Missing return statement"),
        ("no-untyped-def", "Function is missing a type annotation"),
    ],
)
def test_what_fails_when_it_runs_is_a_bug(code: str, message: str) -> None:
    """None where it is not allowed, plain types mixed up, names and arguments that are not there."""
    assert is_type_bug(Diagnostic("a.py", 1, code, message), None)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("arg-type", 'Argument 1 to "f" has incompatible type "list[str | None]"; expected "list[str]"'),
        ("arg-type", 'Argument 1 to "f" has incompatible type "A | None"; expected "B | None"'),
        ("return-value", 'Incompatible return value type (got "Callable[[F], F]", expected "F")'),
        ("return-value", 'Incompatible return value type (got "dict[str, Any] | int | Any | None", expected "str")'),
        ("arg-type", 'Argument 1 to "f" has incompatible type "Union[int, Any, None]"; expected "str"'),
        ("return-value", 'Incompatible return value type (got "object", expected "str")'),
        ("return-value", 'Incompatible return value type (got "int | str", expected "int")'),
        ("attr-defined", '"Stream" has no attribute "color"'),
        ("union-attr", 'Item "Generator[None, Any, None]" of "A | B" has no attribute "send"'),
        ("operator", 'Unsupported operand types for + ("T" and "int")'),
        ("attr-defined", '"object" has no attribute "__code__"; maybe "__module__"?'),
        ("method-assign", "Cannot assign to a method"),
        ("override", 'Return type "str" of "a" incompatible with return type "bytes" in supertype "B"'),
        ("arg-type", 'Argument 1 to "f" has incompatible type "IO[str] | None"; expected "IO[Any]"'),
        ("union-attr", 'Item "None" of "IO[str] | None" has no attribute "close"'),
        ("no-any-return", 'Returning Any from function declared to return "str"'),
        ("misc", "Decorated property not supported"),
    ],
)
def test_where_a_checker_ends_is_none(code: str, message: str) -> None:
    """Generics, attributes of foreign objects, what is Any."""
    assert not is_type_bug(Diagnostic("a.py", 1, code, message), None)


def test_no_assertion_makes_a_value_one_of_a_type_variable() -> None:
    """But it takes None away from its alternatives."""
    file = file_change("a.py", None, 'T = TypeVar("T")\nclass U: ...\n')
    message = 'Incompatible return value type (got "{}", expected "{}")'
    bugs = [
        is_type_bug(Diagnostic("a.py", 1, "return-value", message.format(got, wanted)), file)
        for got, wanted in (("int | None", "T"), ("T | None", "T"), ("int | None", "U"))
    ]

    assert bugs == [False, True, True]


def test_none_stands_for_what_comes_later_in_classes_and_for_missing_libraries() -> None:
    """But not for a local variable."""
    message = 'Incompatible types in assignment (expression has type "None", variable has type "date")'
    file = file_change("a.py", None, "class A:\n    x: date = None\n\n\ndef f():\n    x: date = None\n    a.x = None\n")

    assert not is_type_bug(Diagnostic("a.py", 2, "assignment", message, "x: date = None"), file)
    assert is_type_bug(Diagnostic("a.py", 6, "assignment", message, "x: date = None"), file)
    assert not is_type_bug(Diagnostic("a.py", 7, "assignment", message, "a.x = None"), file)


def test_a_variable_that_is_declared_as_any_takes_values_of_many_types() -> None:
    """Without its annotation, mypy takes the first for the type of all; another one has its own."""
    message = 'Incompatible types in assignment (expression has type "int", variable has type "str")'
    file = file_change("a.py", None, "def f():\n    x: Any = ''\n    x = 1\n    y: str = 1\n")

    assert not is_type_bug(Diagnostic("a.py", 3, "assignment", message, "x = 1"), file)
    assert is_type_bug(Diagnostic("a.py", 4, "assignment", message, "y: str = 1"), file)


@pytest.mark.parametrize(
    ("source", "bug"),
    [
        ("print(frist)", True),
        ('raise ValueError(f"{frist}")', True),
        ("def f(a: int = frist): ...", True),
        ('def f(a: "frist") -> "frist": ...', False),
        ("def f(a: frist): ...", False),
        ('items: list["frist"] = []', False),
        ("try: frist\nexcept NameError: pass", False),
    ],
)
def test_an_undefined_name_is_a_bug_where_it_is_read(source: str, bug: bool) -> None:
    """Not in annotations, nor where its absence is expected."""
    found = Diagnostic("a.py", 1, "F821", "Undefined name `frist`", source)

    assert is_lint_bug(found, file_change("a.py", None, source + "\n")) is bug


def test_every_other_complaint_asked_for_is_a_bug() -> None:
    """A comparison with a literal by `is`, a break outside a loop."""
    assert is_lint_bug(Diagnostic("a.py", 1, "F632", "Use `==` to compare constant literals"), None)
