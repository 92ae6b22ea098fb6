"""Code that keeps a checker from looking."""

import ast
import textwrap

import pytest

from gatecheck.suppressions.code import ANY, CAST, GUARD, HIDDEN, UNCHECKED, code_in

TYPING = "import typing as t\nfrom typing import TYPE_CHECKING, Any, cast\nimport base64, builtins, typing\n"


def kinds(source: str, *, inside: bool = True) -> list[str]:
    """Give the kinds found in the body of a function, or in a module."""
    body = textwrap.indent(source, "    ") if inside else source
    return [found.kind for found in code_in(ast.parse(TYPING + ("def f(a):\n" if inside else "") + body))]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("return cast(Any, None)", CAST),
        ("return t.cast('date', a)", CAST),
        ("return cast(typ=int, val=a)", CAST),
        ("from typing import cast as sure\nreturn sure(int, a)", CAST),
        ("x: Any = None", ANY),
        ("x: 't.Any' = None", ANY),
        ("if TYPE_CHECKING:\n    assert a", GUARD),
        ("@t.no_type_check\ndef g(): pass", UNCHECKED),
        ("@typing.no_type_check\nclass G: pass", UNCHECKED),
        ("if TYPE_CHECKING:\n    raise ValueError", HIDDEN),
        ("if t.TYPE_CHECKING:\n    return 1", HIDDEN),
        ("if TYPE_CHECKING:\n    assert False", HIDDEN),
        ("if TYPE_CHECKING:\n    assert_never(a)", HIDDEN),
        ("if TYPE_CHECKING:\n    if a:\n        raise ValueError", HIDDEN),
        ("if TYPE_CHECKING:\n    b = cast(int, a)\nelse:\n    b = a", GUARD),
        ("if TYPE_CHECKING:\n    import x\nelse:\n    return None", GUARD),
        ("if not TYPE_CHECKING:\n    a = None", GUARD),
        ("if not (typing.TYPE_CHECKING or a):\n    return None", HIDDEN),
        ("if not TYPE_CHECKING and a:\n    return None", HIDDEN),
        ("if a or TYPE_CHECKING:\n    return 1", HIDDEN),
        ("return a if a or TYPE_CHECKING else None", HIDDEN),
        ("assert TYPE_CHECKING or a", HIDDEN),
        ("while TYPE_CHECKING: pass", HIDDEN),
        ("return a or (not TYPE_CHECKING and None)", HIDDEN),
        ("eval('a + 1')", "eval"),
        ("exec('''\nimport x\n''', {})", "exec"),
        ("builtins.eval('a' + '1')", "eval"),
        ("CODE = 'a'\nCODE += '+ 1'\nreturn eval(CODE)", "eval"),
        ("run = eval\nreturn run('a')", "eval"),
        ("sure = t.cast\nreturn sure(int, a)", CAST),
        ("return eval(''.join(['a', '+ 1']))", "eval"),
        ("return eval(f'a')", "eval"),
        ("exec(base64.b64decode('YQ=='))", "exec"),
        ("import textwrap\nexec(textwrap.dedent(' a'))", "exec"),
        ("compile('a', 'f', 'exec')", "compile"),
    ],
)
def test_what_a_checker_does_not_see_is_found(source: str, kind: str) -> None:
    """However it is spelt."""
    assert kind in kinds(source)


@pytest.mark.parametrize(
    "source",
    [
        "x: Any",
        "x: list[Any] = []",
        "if TYPE_CHECKING:\n    from x import y\n    z: y",
        "if not TYPE_CHECKING:\n    import x",
        "if TYPE_CHECKING and a:\n    x = 1",
        "import re\nre.compile('a')",
        "eval(a)",
        "code = a.read()\nexec(code)",
        "exec(f'class {a}: pass')",
        "code = 'class {name}: pass'.format(name=a)\nexec(code)",
        "for code in a:\n    exec(code)",
        "def g(code): exec(code)\ncode = 'x'",
        "a.cast(int, 1)",
        "if a == 1:\n    return None",
        "if not a:\n    return None",
        "@a.b\nclass G: pass",
        "a.eval('x')",
    ],
)
def test_what_is_done_everywhere_is_none(source: str) -> None:
    """Imports for annotations, templates, what comes from elsewhere."""
    assert kinds(source) == []


def test_at_the_top_of_a_module_both_ways_are_common() -> None:
    """A base class for checkers and another at run time; but a constant of type Any is looked into."""
    both = "if TYPE_CHECKING:\n    Base = list[int]\nelse:\n    Base = list\nOTHER = int if TYPE_CHECKING else str\n"

    assert kinds(both, inside=False) == []
    assert kinds("if not TYPE_CHECKING:\n    def __getattr__(name): return 1\n", inside=False) == []
    assert kinds("if TYPE_CHECKING:\n    def f(): ...\nelse:\n    def f(): return 1\n", inside=False) == [HIDDEN]
    assert kinds("NOTHING: Any = None\n", inside=False) == [ANY]
    assert kinds("cache: Any = None\ndef f():\n    global cache\n    cache = 1\n", inside=False) == []
