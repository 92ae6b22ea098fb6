"""A function disabled still compiles to one of its kind."""

import inspect
from types import FunctionType

import pytest

from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.testing import file_change
from gatecheck.trials.disabling import disabled, is_live
from gatecheck.trials.functions import Function, changed_functions


def first_function(text: str) -> Function:
    """Give the first function of a source."""
    found = changed_functions(file_change("a.py", None, text), frozenset())
    assert found
    return found[0]


def made(text: str, name: str = "f") -> FunctionType:
    """Give the disabled function."""
    space: dict[str, FunctionType] = {}
    source = disabled(text.encode(), first_function(text))
    exec(compile(source, "a.py", "exec"), space)  # noqa: S102 - that it can be run is what is tested
    return space[name]


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return 1\n",
        "def f(): return 1\n",
        'def f():\n    """Ü."""\n    return 1\n',
        'def f():\n    """Ü."""; return 1\n',
        "def f():\n    if 1:\n        return 1\n",
        "def f():\n    @decorated\n    def g():\n        return 1\n    return g()\n",
        "def f():\n\twith a:\n\t\treturn 1\n",
        "\ufeffdef f(): return 1\n",
    ],
)
def test_a_disabled_function_raises(text: str) -> None:
    """Whatever its first statement is, and however it is laid out."""
    with pytest.raises(SystemError, match="disabled"):
        made(text)()


def test_a_generator_stays_one() -> None:
    """So does a coroutine, and what closes over a name."""
    assert inspect.isgeneratorfunction(made("def f():\n    yield 1\n"))
    assert inspect.iscoroutinefunction(made("async def f():\n    return 1\n"))
    assert made("def g():\n    a = 1\n", "g").__code__.co_varnames == ("a",)


def test_simple_statements_stay_on_their_lines() -> None:
    """So that what a traceback says is still true."""
    text = "def f():\n    a = 1\n    return a\n"

    assert disabled(text.encode(), first_function(text)).count(b"\n") == 3


def test_a_function_that_cannot_run_here_does_not_count() -> None:
    """Excluded by the base or meant for another platform; a pragma that the change adds excuses nothing."""
    function = first_function("def f():\n    return 1\n")
    excluded = FileCoverage("a.py", statements=(1, 2), excluded=(1, 2))

    assert is_live(function, FileCoverage("a.py", statements=(1, 2)), frozenset())
    assert not is_live(function, FileCoverage("a.py", statements=()), frozenset())
    assert not is_live(function, excluded, frozenset())
    assert is_live(function, excluded, frozenset({1, 2}))
