"""Small faults: which there are, where, and what is left alone."""

import ast
from textwrap import dedent

import pytest

from gatecheck.testing import file_change
from gatecheck.trials.functions import Function, changed_functions
from gatecheck.trials.mutants import A_CHANGE, A_FUNCTION, Mutant, mutants_of, of_change

EVERY = frozenset(range(1, 100))


def mutants(body: str, reached: frozenset[int] = EVERY) -> list[Mutant]:
    """Give the mutants of a function with a body."""
    indented = "".join(f"    {line}\n" for line in dedent(body).strip("\n").split("\n"))
    source = f"def f(a, b, *args):\n{indented}"
    found = changed_functions(file_change("a.py", None, source), frozenset())
    assert found
    made = mutants_of(source.encode(), found[0], reached)
    for mutant in made:
        ast.parse(mutant.source)
    return made


def line_of(mutant: Mutant) -> str:
    """Give the altered line."""
    return mutant.source.split(b"\n")[mutant.line - 1].decode().strip()


@pytest.mark.parametrize(
    ("line", "rule", "altered"),
    [
        ("return [x for x in args if x < a]", "boundary", "return [x for x in args if x <= a]"),
        ("if (a) >= (b): g()", "boundary", "if (a) > (b): g()"),
        ("if a == b and b: g()", "and-or", "if a == b or b: g()"),
        ("if not a: g()", "not", "if a: g()"),
        ("if a not in b: g()", "comparison", "if a in b: g()"),
        ("if a is  not b: g()", "comparison", "if a is b: g()"),
        ("g(a * 2)", "arithmetic", "g(a / 2)"),
        ("a.n += 1", "arithmetic", "a.n -= 1"),
        ("if a.ok(): g()", "condition", "if not (a.ok()): g()"),
        ("return g(a)", "return-none", "return None"),
        ("a.b = 'ü'", "assignment", "if 0: a.b = 'ü'"),
        ("g(a)", "call", "if 0: g(a)"),
        ("é = 'ü' < b; return é", "boundary", "é = 'ü' <= b; return é"),
    ],
)
def test_each_kind_of_fault(line: str, rule: str, altered: str) -> None:
    """The most telling one of a line is made."""
    mutant = mutants(line)[0]

    assert (mutant.rule, line_of(mutant)) == (rule, altered)


@pytest.mark.parametrize(
    "line",
    [
        "print(a < b)",
        "logger.info('x', a + 1)",
        "self.logger.debug(a)",
        "warnings.warn('x', stacklevel=a + 1)",
        "raise ValueError(a + 1)",
        "assert a < b",
        "if TYPE_CHECKING: g(a)",
        "x = 1 if sys.version_info >= (3, 14) else a",
        "if sys.platform == 'win32': g(a)",
        "if a: print(b)",
        "unread = a",
        "return None",
        "return []",
        "__tracebackhide__ = True",
        "import a.b",
        "super().__init__()",
        "while True: pass",
    ],
)
def test_what_is_worth_no_fault(line: str) -> None:
    """What is said to people and tools, and what no test could tell apart."""
    assert mutants(line) == []


@pytest.mark.parametrize(
    ("body", "rule"), [("if a > b:\n    a = b\nreturn a", None), ("return a if a > b else b", None)]
)
def test_the_greater_of_two_has_no_boundary(body: str, rule: None) -> None:
    """Which of two equal ones is chosen is no matter."""
    assert "boundary" not in {mutant.rule for mutant in mutants(body)}
    assert rule is None


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("return 0 if a > b else 1 + (2 if b > 3 else 0)", ["boundary", "boundary"]),
        ("return {1: lambda: a.b, 2: lambda: a - b}", ["arithmetic", "lambda"]),
        ("if a < b and b == 3: g()", ["boundary", "comparison"]),
    ],
)
def test_a_line_may_hold_several(line: str, rules: list[str]) -> None:
    """Whatever is decided or given in one breath, each apart from the others."""
    assert [mutant.rule for mutant in mutants(line)] == rules


def test_a_default_is_no_condition() -> None:
    """`x or y` gives a value: turned around it would be another idiom, no edge."""
    assert [mutant.rule for mutant in mutants("a = a or b\nreturn a")] == ["return-none", "assignment"]


def test_only_lines_that_tests_run_are_altered() -> None:
    """What nothing runs, coverage tells of."""
    assert [mutant.line for mutant in mutants("g(a)\ng(b)", frozenset({3}))] == [3]


def test_strong_faults_come_first_and_are_few() -> None:
    """At most so many a function, and a change takes one of each function before another."""
    body = "\n".join(["g(a)"] * A_FUNCTION + ["return a + b"])
    made = mutants(body)
    chosen = of_change([made] * 30)

    assert [mutant.rule for mutant in made] == ["arithmetic", *["call"] * (A_FUNCTION - 1)]
    assert len(made) == A_FUNCTION
    assert len(chosen) == A_CHANGE
    assert {mutant.rule for mutant in chosen} == {"arithmetic"}


def test_the_description_names_the_edge() -> None:
    """It is what the finding says."""
    mutant, _ = mutants("if a > b: return 1")

    assert mutant.description == "`a > b` turned into `a >= b`: no test notices at the boundary"
    assert mutants("g(a)")[0].description == "`g(a)` left out: no test needs it"


def test_declarations_are_no_code_of_the_function() -> None:
    """Decorators, defaults and annotations run when it is defined."""
    made = mutants("@d(1 + a)\ndef g(x: 'a < b' = a - 1) -> a + b:\n    return x\nreturn g")

    assert {mutant.rule for mutant in made} == {"return-none"}


def test_changed_lines_alone_are_altered() -> None:
    """A function that is old gets faults where it is new."""
    before, after = "def f(a):\n    g(a)\n    return a\n", "def f(a):\n    g(a)\n    return a.b\n"
    found: list[Function] | None = changed_functions(file_change("a.py", before, after), frozenset())

    assert found
    assert [mutant.line for mutant in mutants_of(after.encode(), found[0], EVERY)] == [3]
