"""What a test runner takes for tests, held against what pytest itself collects."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatecheck.collecting import Collection, folders_of_tests, read_collection

CASE = "def test_a():\n    assert 1\n"
TREE = {
    "shop/cart.py": "def total():\n    return 0\n",
    "shop/tests.py": CASE,
    "shop/check_cart.py": "def check_a():\n    assert 1\nclass CheckCart:\n    def check_b(self):\n        assert 1\n",
    "shop/cart_test.py": CASE,
    "shop/test_cart.py": CASE,
    "shop/build/test_built.py": CASE,
    "qa/test_qa.py": CASE,
    "qa/old/test_old.py": CASE,
    "unit/test_unit.py": "class TestUnit:\n    def test_a(self):\n        assert 1\n",
}
SETTINGS = [
    {},
    {"pytest.ini": "[pytest]\npython_files = tests.py test_*.py\n"},
    {"tox.ini": "[pytest]\npython_files = tests.py\ntestpaths = shop\n"},
    {"setup.cfg": "[tool:pytest]\ntestpaths = qa unit\naddopts = -q --ignore=qa/old\n"},
    {"pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["qa"]\naddopts = "--ignore qa/old"\n'},
    {
        "pytest.toml": '[pytest]\npython_files = ["check_*.py"]\npython_functions = ["check"]\n'
        'python_classes = ["Check"]\n'
    },
    {"pytest.ini": "[pytest]\npython_files = *.py\nnorecursedirs = old\n"},
    {"pytest.ini": "[pytest]\npython_files = shop/test_*.py\n"},
    {"pytest.ini": "[pytest]\ntestpaths = q*\n"},
    {"pytest.ini": "[pytest]\npython_functions = *_a\npython_classes = *Unit\n"},
]


def collected(folder: Path, files: Mapping[str, str]) -> set[str]:
    """Ask pytest for the files in which it collects tests."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    argv = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-o", "addopts=", "-p", "no:cacheprovider"]
    addopts = [word for text in files.values() for word in ("--ignore=qa/old",) if word.split("=")[0] in text]
    done = subprocess.run([*argv, *addopts], cwd=folder, capture_output=True, text=True, check=False)
    return {line.partition(":")[0] for line in done.stdout.split("\n") if ".py" in line}


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: " ".join(settings.values()).replace("\n", " "))
def test_tests_are_where_pytest_collects_them(tmp_path: Path, settings: dict[str, str]) -> None:
    """By the file's name, where the file lies and what it defines, whichever file the settings are in."""
    texts = {name: text.encode() for name, text in (TREE | settings).items()}
    collection = read_collection(texts.get, "", django=False)

    found = {
        path
        for path in TREE
        if Collection(**{**vars(collection), "unittest": False}).is_collected(path)
        and collection.reaches(path)
        and collection.holds_tests(texts[path])
    }

    assert found == collected(tmp_path, TREE | settings)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("import unittest\nclass CartCase(unittest.TestCase):\n    def test_a(self): ...\n", True),
        ("from django.test import TestCase\nclass Cart(TestCase):\n    def test_a(self): ...\n", True),
        ("import unittest\nclass SimpleTestCase(unittest.TestCase):\n    def run(self): ...\n", False),
        ("class Test:\n    def test_a(self): ...\n", True),
        ("class Cart:\n    def test_a(self): ...\n", False),
        ("def test_significance(a, b):\n    return abs(a - b) > 2\n", False),
        ("def test_a():\n    def inner():\n        return 1\n    assert inner()\n", True),
        ("if True:\n    def test_a():\n        assert 1\n", True),
        ("TestCart = CartMachine.TestCase\n", True),
        ("test_cart = make_test(3)\n", True),
        ("def t_test(sample):\n    return sample\n", False),
        ("def f(:\n", False),
        ("def test_a():\n    match = a b\n", True),
        ("", False),
    ],
)
def test_a_module_holds_tests_by_what_it_defines(source: str, holds: bool) -> None:
    """A function of a product's that gives a value back is none, nor is the base class of other people's cases."""
    assert Collection().holds_tests(source.encode()) is holds


@pytest.mark.parametrize(
    ("paths", "globs"),
    [
        (("checks",), ("/checks",)),
        (("src",), ()),
        (("src", "qa"), ("/qa",)),
        (("src/pytest_shop",), ()),
        (("unittests", "test-suite", "spec"), ("/unittests", "/test-suite", "/spec")),
    ],
)
def test_testpaths_are_test_code_where_they_hold_nothing_else(paths: tuple[str, ...], globs: tuple[str, ...]) -> None:
    """Their name says so, or their modules' names; a package whose tests lie inside is none."""
    modules = ["src/shop/a.py", "src/shop/tests/test_a.py", "src/shop/tests/test_b.py", "qa/test_a.py", "qa/helpers.py"]
    modules += ["src/pytest_shop/plugin.py", "src/pytest_shop/hooks.py", "src/pytest_shop/test_own.py"]

    assert folders_of_tests(Collection(paths=paths), modules) == globs


def test_cases_of_unittest_are_tests_where_no_pytest_is_set_up_or_django_runs_them() -> None:
    """`manage.py test` and `python -m unittest` look for `test*.py`; a set-up pytest does not."""
    nothing: dict[str, bytes] = {}
    pytest_ini = {"pytest.ini": b"[pytest]\n"}

    assert read_collection(nothing.get, "", django=False).is_collected("shop/tests.py")
    assert read_collection(pytest_ini.get, "", django=True).is_collected("shop/tests.py")
    assert not read_collection(pytest_ini.get, "", django=False).is_collected("shop/tests.py")
