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


MEMBERS = {
    f"packages/{name}/{path}": text.replace("NAME", name)
    for name in ("alpha", "beta")
    for path, text in {
        "pyproject.toml": '[project]\nname = "NAME"\nversion = "1"\n',
        f"src/{name}/__init__.py": "def f(a):\n    return a + 1\n",
        f"tests/test_{name}.py": "from NAME import f\n\n\ndef test_f():\n    assert f(1) == 2\n",
    }.items()
}
BETA = "packages/beta/src/beta/__init__.py"
BROKEN = {BETA: "def f(a):\n    return a + 3\n"}


def test_what_no_project_that_is_looked_at_holds_leaves_the_items_open(
    repo: GitRepository, gatecheck: CommandLine
) -> None:
    """The policy names one project as root, and the change breaks another; the fix that is told finds it out."""
    repo.commit(MEMBERS | {"gatecheck.toml": POLICY.replace("[items]", 'root = "packages/alpha"\n[items]')})
    repo.commit(BROKEN)
    (repo.path.parent / "beta.toml").write_text(POLICY.replace("[items]", 'root = "packages/beta"\n[items]'))

    code, report = run(gatecheck)
    fixed, second = run(gatecheck, "--policy", str(repo.path.parent / "beta.toml"))

    assert code == 3
    assert {status(report, item) for item in ("tests-pass", "tested-change", "nothing-broken", "unit-coverage")} == {
        "unproven"
    }
    findings = [found for gate in report["gates"] for found in gate["findings"] if found["rule"] == "unseen-project"]
    assert [found["path"] for found in findings] == [BETA]
    assert 'root = "packages/beta"' in findings[0]["mend"]
    assert (fixed, status(second, "tests-pass")) == (1, "fail")


def test_every_member_of_a_workspace_is_run(repo: GitRepository, gatecheck: CommandLine) -> None:
    """One run of pytest from the top imports each of them from the checked tree, installed or not."""
    repo.commit(
        MEMBERS | {"gatecheck.toml": POLICY, "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n'}
    )
    repo.commit(BROKEN)

    code, report = run(gatecheck)

    assert (code, status(report, "tests-pass"), status(report, "nothing-broken")) == (1, "fail", "fail")


def test_the_policy_of_the_project_in_a_folder_is_in_force(repo: GitRepository, gatecheck: CommandLine) -> None:
    """`[tool.gatecheck]` of backend/pyproject.toml; the report names the file, and an edit of it is no free pass."""
    manifest = '[project]\nname = "p"\n[tool.gatecheck.items]\n' + POLICY.removeprefix("[items]\n")
    files = {"backend/pyproject.toml": manifest, "backend/p/__init__.py": "", "web/package.json": "{}"}
    repo.commit(files)
    repo.commit({"backend/pyproject.toml": manifest + 'no-secrets = "off"\n'})

    code, report = run(gatecheck, "--no-run")

    assert report["policy"]["source"].startswith("backend/pyproject.toml at ")
    assert (code, status(report, "in-scope")) == (1, "fail")


def test_two_policies_are_an_error(repo: GitRepository, gatecheck: CommandLine) -> None:
    """That of the top and that of the project's folder."""
    repo.commit(
        {"gatecheck.toml": POLICY, "backend/pyproject.toml": "[project]\n[tool.gatecheck]\n", "backend/p.py": ""}
    )
    repo.commit({"backend/p.py": "x = 1\n"})

    ended = gatecheck("check", "HEAD")

    assert ended.code == 2
    assert "gatecheck.toml and [tool.gatecheck] in backend/pyproject.toml at" in ended.stderr
