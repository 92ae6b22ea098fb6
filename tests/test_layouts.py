"""Whole runs over projects that are laid out in another way than gatecheck itself is."""

import json
import sys
from typing import Any

import pytest

from repositories import CommandLine, GitRepository

OFF = {"documented-api": "off", "explained-logic": "off", "validated-inputs": "off"}  # no gate yet
POLICY = "[items]\n" + "".join(f'{item} = "{level}"\n' for item, level in OFF.items())


def run(gatecheck: CommandLine, *args: str) -> tuple[int, dict[str, Any]]:
    """Check the last commit, with the Python of these tests; give the code and the report."""
    ended = gatecheck("check", "HEAD", "--python", sys.executable, "--output", "json", *args)
    assert ended.stdout, ended.stderr
    return ended.code, json.loads(ended.stdout)


def status(report: dict[str, Any], item: str) -> str:
    """Give the status of an item of the checklist."""
    return str(next(one["status"] for one in report["items"] if one["id"] == item))


DJANGO = {
    "gatecheck.toml": POLICY,
    "pytest.ini": "[pytest]\npython_files = tests.py test_*.py\n",
    "shop/__init__.py": "",
    "shop/cart.py": "def total(prices, discount):\n    return sum(prices) - discount\n",
    "shop/tests.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total([1, 2], 0) == 3\n\n\n"
    "def test_discount():\n    assert total([1, 2], 1) == 2\n",
}


def test_a_test_that_is_deleted_from_an_apps_tests_is_missed(repo: GitRepository, gatecheck: CommandLine) -> None:
    """`APP/tests.py` is a test file where the base's python_files says so."""
    repo.commit(DJANGO)
    repo.commit(
        {
            "shop/cart.py": "def total(prices, discount):\n    return sum(prices)\n",
            "shop/tests.py": DJANGO["shop/tests.py"].partition("\n\n\ndef test_discount")[0] + "\n",
        }
    )

    code, report = run(gatecheck)

    assert (code, status(report, "nothing-broken")) == (1, "fail")


def test_a_test_in_an_apps_tests_is_evidence_for_a_fix(repo: GitRepository, gatecheck: CommandLine) -> None:
    """It is red on the base."""
    repo.commit(DJANGO)
    new = "\n\ndef test_too_much():\n    assert total([1], 5) == 0\n"
    repo.commit(
        {
            "shop/cart.py": "def total(prices, discount):\n    return max(0, sum(prices) - discount)\n",
            "shop/tests.py": DJANGO["shop/tests.py"] + new,
        }
    )

    code, report = run(gatecheck, "--strategy", "bug-fix")

    assert (code, status(report, "tested-change")) == (0, "pass")


@pytest.mark.parametrize("path", ["src/p/latest_test.py", "src/p/test/latest.py"])
def test_product_that_is_called_a_test_is_covered_or_the_change_fails(
    repo: GitRepository, gatecheck: CommandLine, path: str
) -> None:
    """A name in a package hides nothing from coverage."""
    module = path.removeprefix("src/").removesuffix(".py").replace("/", ".")
    repo.commit(
        {
            "gatecheck.toml": POLICY,
            "src/p/__init__.py": "def f(a):\n    return a + 1\n",
            "tests/test_p.py": "from p import f\n\n\ndef test_f():\n    assert f(1) == 2\n",
        }
    )
    repo.commit(
        {
            path: "def g(a):\n    if a > 3:\n        return a * 2\n    return a\n\n\ndef test_g():\n    assert g\n",
            "src/p/__init__.py": f"from {module} import g\n\n\ndef f(a):\n    return a + 1 if a else g(a)\n",
        }
    )

    code, report = run(gatecheck)

    assert (code, status(report, "unit-coverage")) == (1, "fail")
