"""Which files are tests and which only sound like it, on made-up trees."""

from collections.abc import Mapping

import pytest

from gatecheck.policy import Policy
from gatecheck.project import Project, project_of

CASE = b"def test_a():\n    assert 1\n"
CODE = b"def total(prices):\n    return sum(prices)\n"
SHOP = {"src/p/__init__.py": b"", "src/p/cart.py": CODE, "tests/test_cart.py": CASE, "tests/helpers.py": CODE}
FLAT = {"p/__init__.py": b"", "p/cart.py": CODE}


def of(
    base: Mapping[str, bytes], new: Mapping[str, bytes | None] | None = None, policy: Policy | None = None
) -> Project:
    """Lay out a project from its base's files and those that a change brings or edits."""
    return project_of(policy or Policy(), [*base, *(new or {})], dict(base).get, base, new)


def told(project: Project, path: str) -> str:
    """Say what a project takes a path for."""
    return "test" if project.is_test(path) else "source" if project.is_source(path) else "neither"


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("src/p/latest_test.py", CODE, "source"),
        ("src/p/t_test.py", b"def test_significance(a, b):\n    return a > b\n", "source"),
        ("src/p/cart_test.py", CASE, "test"),
        ("src/p/test/client.py", CODE, "source"),
        ("src/p/tests.py", CASE, "test"),
        ("src/p/tests.py", CODE, "source"),
        ("src/p/conftest.py", CODE, "test"),
        ("src/p/testing/cases.py", CODE, "source"),
        ("tests/test_empty.py", b"", "test"),
        ("tests/sub/helpers.py", CODE, "test"),
        ("src/test/helpers.py", CODE, "test"),
    ],
)
def test_a_file_in_a_package_is_a_test_if_it_holds_some(path: str, content: bytes, expected: str) -> None:
    """Beside the packages its name decides."""
    assert told(of(SHOP | {path: content}), path) == expected


def test_a_folder_of_tests_in_a_package_is_one_with_all_its_helpers() -> None:
    """One that holds no test is the product's: `django/test`; tests further down leave it so."""
    files = FLAT | {"p/tests/test_cart.py": CASE, "p/tests/data/helpers.py": CODE, "p/tests/__init__.py": b""}
    files |= {"p/test/__init__.py": b"", "p/test/client.py": CODE, "p/test/tests/test_client.py": CASE}
    project = of(files)

    assert {path: told(project, path) for path in files} == {
        "p/__init__.py": "source",
        "p/cart.py": "source",
        "p/tests/test_cart.py": "test",
        "p/tests/data/helpers.py": "test",
        "p/tests/__init__.py": "test",
        "p/test/__init__.py": "source",
        "p/test/client.py": "source",
        "p/test/tests/test_client.py": "test",
    }


SETTINGS = [
    ({"pytest.ini": b"[pytest]\npython_files = check_*.py\n"}, "p/check_cart.py", "test"),
    ({"setup.cfg": b"[tool:pytest]\npython_files = tests.py\n"}, "p/tests.py", "test"),
    ({"pytest.ini": b"[pytest]\ntestpaths = tests\n"}, "p/tests.py", "source"),
    ({"pytest.ini": b"[pytest]\ntestpaths = tests\n"}, "p/cart_test.py", "source"),
    ({"pytest.ini": b"[pytest]\naddopts = --ignore=p/cart_test.py\n"}, "p/cart_test.py", "source"),
    ({"pytest.ini": b"[pytest]\nnorecursedirs = p\n"}, "p/cart_test.py", "source"),
    ({"pytest.ini": b"[pytest]\npython_files = *.py\n"}, "p/plugin.py", "source"),
    ({"pytest.ini": b"[pytest]\npython_files = check_*\n"}, "p/check_cart.py", "test"),
    ({"pytest.ini": b"[pytest]\npython_files = check_*\n"}, "p/check_tools/cart.py", "source"),
    ({"pytest.ini": b"[pytest]\npython_files = p/check_*.py\n"}, "p/check_cart.py", "test"),
    ({"pytest.ini": b"[pytest]\npython_files = check_*\n"}, "checks/check_cart.py", "test"),
    ({"pytest.ini": b"[pytest]\npython_files = check_*\n"}, "p/check_data.json", "neither"),
    ({"manage.py": b"", "pytest.ini": b"[pytest]\n"}, "p/tests.py", "test"),
]


@pytest.mark.parametrize(("settings", "path", "expected"), SETTINGS)
def test_the_bases_settings_say_what_is_collected(settings: Mapping[str, bytes], path: str, expected: str) -> None:
    """From wherever pytest reads them; what it does not collect in a package is product, whatever its name."""
    assert told(of(FLAT | dict(settings) | {path: CASE}), path) == expected


def test_no_change_turns_product_into_tests() -> None:
    """What a file of the base holds decides, and a test that comes beside it takes nothing with it."""
    base = FLAT | {"p/latest_test.py": CODE, "p/test/client.py": CODE}
    new = {"p/latest_test.py": CODE + CASE, "p/test/test_client.py": CASE}
    project = of(base, new)

    assert told(project, "p/latest_test.py") == "source"
    assert told(project, "p/test/client.py") == "source"
    assert told(project, "p/test/test_client.py") == "test"


def test_a_change_that_takes_the_tests_out_of_a_file_leaves_it_one() -> None:
    """Both sides are judged by what the base has."""
    project = of(FLAT | {"p/tests.py": CASE, "p/tests/test_a.py": CASE}, {"p/tests.py": b"", "p/tests/test_a.py": None})

    assert told(project, "p/tests.py") == "test"
    assert told(project, "p/tests/test_a.py") == "test"


@pytest.mark.parametrize(
    "line",
    [
        b"from p.core_test import total\n",
        b"from .core_test import total\n",
        b"from p import core_test\n",
        b"from . import core_test\n",
        b"import p.core_test\n",
        b"import importlib\ncore = importlib.import_module('p.core_test')\n",
        b"def later():\n    from . import core_test\n",
    ],
)
def test_a_new_file_that_source_imports_is_product(line: bytes) -> None:
    """Whatever it is called, and though it holds a test: or its code would hide from coverage."""
    new = {"p/core_test.py": CODE + CASE, "p/cart.py": line, "p/other_test.py": CASE}
    project = of(FLAT, new)

    assert told(project, "p/core_test.py") == "source"
    assert told(project, "p/other_test.py") == "test"


def test_a_new_file_is_product_as_well_if_such_a_file_imports_it() -> None:
    """Also in a folder of tests that the change brings."""
    tests = {"p/tests/__init__.py": b"", "p/tests/test_a.py": CASE, "p/tests/deep.py": CODE}
    new = {"p/cart.py": b"from p.core_test import x\n", "p/core_test.py": b"from p.tests import deep\n" + CASE, **tests}
    project = of(FLAT, new)

    assert told(project, "p/core_test.py") == "source"
    assert told(project, "p/tests/deep.py") == "source"
    assert told(project, "p/tests/test_a.py") == "test"


def test_a_new_test_without_a_test_in_it_is_product() -> None:
    """In a package; a module of a few at the top of a project as well."""
    assert told(of(FLAT, {"p/core_test.py": CODE}), "p/core_test.py") == "source"
    assert told(of({"latest_test.py": CODE, "shop.py": CODE}), "latest_test.py") == "source"
    assert told(of({"test_shop.py": b"", "shop.py": CODE}), "test_shop.py") == "test"


def test_the_policys_tests_are_tests() -> None:
    """Whatever they hold."""
    policy = Policy(tests=("/p/test/",))

    assert told(of(FLAT | {"p/test/client.py": CODE}, policy=policy), "p/test/client.py") == "test"
