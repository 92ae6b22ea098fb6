"""Statements apart: parsed alone they are what they are in their module, and what is not understood is left whole."""

import ast
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatecheck.measurements.secrets.constants import LARGEST, Constants, parsed
from gatecheck.measurements.secrets.statements import Statements
from gatecheck.measurements.secrets.syntax import find
from gatecheck.measurements.secrets.texts import Text

OWN = sorted(Path(__file__).parents[2].joinpath("src/gatecheck").rglob("*.py"))
QUICK_S = 20  # for a mebibyte that was made to take long; what is linear takes 4 s at worst


def expressions(source: str) -> list[str]:
    """Give the calls, strings and sums of a source, each with its line."""
    kinds = (ast.Call, ast.Constant, ast.BinOp, ast.Dict, ast.JoinedStr)
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds))
    return sorted(f"{node.lineno} {ast.dump(node)}" for node in nodes)


def test_all_statements_alone_hold_what_the_module_holds() -> None:
    """Of our own modules, at the same lines; few cannot be taken apart, such as those with a `match` statement."""
    sources = [path.read_text() for path in OWN]
    alone = [Statements(source).on(range(1, source.count("\n") + 2)) for source in sources]
    pairs = [(one, whole) for one, whole in zip(alone, sources, strict=True) if parsed(one)]

    assert len(pairs) > len(sources) * 0.8
    assert [whole[:80] for one, whole in pairs if expressions(one) != expressions(whole)] == []


@pytest.mark.parametrize(
    ("source", "line", "alone"),
    [
        ("if a:\n    x = 1\nelif b:  # c: d\n    x = 2\n", 3, "\n\nif b: pass\n"),
        ("try:\n    f()\nexcept A as error:\n    x = 1\n", 3, "\n\nwith A as error: pass\n"),
        ("try:\n    f()\nexcept:\n    x = 1\nelse: y = 2\n", 5, "\n\n\n\nif _: y = 2\n"),
        ("class A:\n    @b(\n        c)\n    def d(self): ...\n", 3, "\nb(\n        c)\n"),
        ("x = '''\na(\n''' + \"b\"  # '\ny = 2\n", 2, "x = '''\na(\n''' + \"b\"  # '\n"),
        ("def f():\n    x = 1 + \\\n  2\n    return x\n", 3, "\nx = 1 + \\\n  2\n"),
        ("x = f'{a:{b}} {{' + f\"{c['d']}\"\ny = 2\n", 2, "\ny = 2\n"),
    ],
)
def test_a_statement_is_given_whole_and_at_its_line(source: str, line: int, alone: str) -> None:
    """Whatever it spans; a header gets a body, and what begins only behind another statement stands by itself."""
    assert Statements(source).on([line]) == alone


@pytest.mark.parametrize(
    "source", ['x = f"{a["b"]}"\ny = (\n', "x = f'{'}' + '''\n''' }'\n", "x = (\n\ny = 2\n", "x = '\n"]
)
def test_from_what_is_not_understood_the_rest_is_one_statement(source: str) -> None:
    """Quotes in a template's fields that Python reads from 3.12 on, brackets and strings without an end."""
    assert Statements("z = 1\n" + source).on([3]) == "\n" + source + "\n"


def test_a_secret_behind_a_template_that_holds_its_own_quotes_is_found() -> None:
    """Nobody hides code in what an older Python would take for a string."""
    source = 'x = f"{"""a\nb"""}"\npassword = "Harbor7-lantern!Qx93"\ny = f"{"""a\nb"""}"\n'
    found = find(Text("shop.py", tuple(source.split("\n")), frozenset(range(1, 6))))

    assert (found is None) == (sys.version_info < (3, 12))  # what cannot be parsed is read by line
    assert found is None or [each.line for each in found[0]] == [3]


def test_names_are_looked_up_where_they_are_bound_once_to_a_string() -> None:
    """In whatever block, by whatever spelling of the name; not what is bound again or is only a part of a name."""
    source = (
        'a = "1"\nba = "2"\nif b:\n    (c) = (  # d\n        "3" "4")\ne = "5"\nfor e in f: ...\n'
        'def g(h="6"): h = "7"\n\uff49 = "8"\nj = k = "9"\nl = b"10"\n'
    )
    for text in (source, source.replace("\uff49", "i")):
        constants = Constants(text, Statements(text))
        found = {name: constants.get(name) for name in ("a", "ba", "b", "c", "e", "h", "i", "j", "l")}

        assert {name: value for name, value in found.items() if value} == {"a": "1", "ba": "2", "c": "34", "i": "8"}
        assert (constants.get("a"), len(constants), "a" in list(constants)) == ("1", 9, True)


def made_to_take_long() -> Iterator[tuple[str, str]]:
    """Give what could take time that grows with the square of the length."""
    for piece in (
        "(",
        "((((\n",
        "a(",
        '"""\\',
        "f'{",
        "f'{{",
        '"\\"',
        "([{}])",
        "\\\n",
        "#(",
        'f"""{',
        "password = a + a\n",
    ):
        yield piece, piece * (LARGEST // len(piece) - 1)
    yield "names", "\n".join(f'n{number} = "a" + n{number + 1}' for number in range(40_000))
    yield "gaps", 'password = a + "b"\n' + "a\\\n" * (LARGEST // 4)


@pytest.mark.slow
@pytest.mark.parametrize("source", [pytest.param(source, id=repr(name)) for name, source in made_to_take_long()])
def test_no_source_takes_long(source: str) -> None:
    """A mebibyte is looked through in seconds, whatever is in it."""
    lines = tuple(source.split("\n"))
    began = time.process_time()
    find(Text("shop.py", lines, frozenset(range(1, len(lines) + 1))))

    assert time.process_time() - began < QUICK_S
