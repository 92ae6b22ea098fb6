"""Test functions that are made to fail: by what they do when they are called."""

import asyncio
import contextlib
import inspect
from pathlib import Path
from typing import Any

import pytest

from gatecheck.measurements.failing import made_to_fail

PLAIN = [
    "def test_it():\n    pass\n",
    "def test_it(): pass",
    "def test_it():\n\tcalled.append(1)\n",
    "def test_it():\r\n    x = 1\r\n    if x:\r\n        y = 2\r\n",
    "def test_it():\n    '''Of a text\n    of two lines'''\n",
    "def test_it():\n    assert 1\n",
    "def test_it():\n    assert (1 ==\n            1), 'no'  # says é\n",
    "def test_it():\n    x = 'é'; assert x == 'é', 'é'\n",
    "def test_it():\n    assert (lambda: 1)\n",
    "def test_it():\n    for x in (1, 2):\n        called.append(x)",
    "def test_it():\n    with contextlib.suppress(AssertionError):\n        assert 0\n",
    "def test_it():\n    try:\n        called.append(1)\n    finally:\n        called.append(2)\n\n\nx = 1\n",
    "def test_it():\n    def inner():\n        return 3\n",
    "def test_it():\n    @contextlib.contextmanager\n    def inner():\n        yield 3\n",
    "def test_it():\n    return\n",
    "def test_it():\n    if True:\n        return 1, 2\n    called.append(1)\n",
    "def test_it():\n    return [\n        1\n    ]\n",
    "def test_it():\n    x = 1; y = 2;\n",
    "def test_it():\n    x = (1\n         + 2)\n    # the end\n\nx = 3\n",
    "async def test_it():\n    await asyncio.sleep(0)\n",
    "if True:\n    def test_it():\n        pass\n",
    "try:\n    import nothing\nexcept ImportError:\n    def test_it():\n        x = 1\n",
    "@staticmethod\ndef test_it():\n    x = 1\n",
    "def test_it():\n    x = 1\n    \\\n\n",
    "\ufeffdef test_it(): x = 'é'\n",
    "# coding: utf-8\ndef test_it():\n    x = 'é'\n",
    "def test_it():\n    pass\n\n\ndef test_it():\n    assert 1\n",
]
LEFT = [
    "def test_it():\n    yield 1\n",
    "def test_it():\n    try:\n        return 1\n    except Exception:\n        pass\n",
    "def test_it():\n    while True:\n        return\n",
    "def test_it():\n    with contextlib.suppress(Exception):\n        if True:\n            return\n",
    "def own(function):\n    return lambda: None\n\n\n@own\ndef test_it():\n    assert 0\n",
    "def test_other():\n    pass\n",
    "def test_it(:\n",
    "# coding: latin-1\ndef test_it():\n    x = 1\n",
]


def names_of(source: bytes) -> dict[str, Any]:
    """Run a module and give its names."""
    names: dict[str, Any] = {"called": [], "contextlib": contextlib, "asyncio": asyncio}
    exec(compile(source, "<test>", "exec"), names)  # noqa: S102 - texts of ours
    return names


def call(function: Any) -> None:  # noqa: ANN401 - whatever a text made
    """Call a function to its end."""
    ended = function()
    if inspect.iscoroutine(ended):
        asyncio.run(ended)


@pytest.mark.parametrize("text", PLAIN)
def test_a_function_fails_at_its_end(text: str) -> None:
    """It did not before, and everything else is as it was: the lines above it, and what it does before."""
    source = text.encode()
    failing, names = made_to_fail(source, {"test_it"})
    before, after = names_of(source), names_of(failing)

    assert names == {"test_it"}
    call(before["test_it"])
    with pytest.raises(AssertionError):
        call(after["test_it"])
    assert before["called"] == after["called"]


@pytest.mark.parametrize("text", LEFT)
def test_a_function_of_which_it_is_not_certain_stays(text: str) -> None:
    """It yields, something around may keep it from failing, or it cannot be read."""
    source = text.encode()

    assert made_to_fail(source, {"test_it"}) == (source, frozenset())


def test_methods_are_known_by_their_classes() -> None:
    """Those that are named, and no others; a class with a decorator of the project's own is left alone."""
    source = b"class A:\n    def test_it(self):\n        pass\n\n    def test_more(self):\n        pass\n"
    failing, names = made_to_fail(source, {"A.test_it", "test_more"})
    made = names_of(failing)["A"]()

    assert names == {"A.test_it"}
    assert made.test_more() is None
    with pytest.raises(AssertionError):
        made.test_it()
    assert made_to_fail(b"@own\n" + source, {"A.test_it"})[1] == frozenset()


def test_real_test_modules_stay_readable() -> None:
    """Those of this project."""
    for path in Path(__file__).parents[1].rglob("test_*.py"):
        source = path.read_bytes()
        names = {line[4:].split(b"(")[0].decode() for line in source.split(b"\n") if line.startswith(b"def test_")}
        failing, made = made_to_fail(source, names)

        compile(failing, path, "exec")
        assert made
