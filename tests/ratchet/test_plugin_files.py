"""Programs of the tree that the rules run: what policy-untouched says of edits of them, in real repositories."""

import json
from typing import Any

import pytest

from gatecheck.project import Project
from gatecheck.ratchet.plugin_files import may_be_run
from gatecheck.testing import file_change
from repositories import CommandLine, GitRepository

PLUGIN = "from mypy.plugin import Plugin\n\n\ndef plugin(version):\n    return Plugin\n"
COVERAGE = "from coverage import CoveragePlugin\n\n\ndef coverage_init(reg, options):\n    pass\n"
SHOP = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "def total(prices):\n    return sum(prices)\n",
    "src/shop/plug.py": PLUGIN,
    "src/shop/cov.py": COVERAGE,
    "src/shop/typed/__init__.py": PLUGIN,
    "src/shop/typed/rules.py": "STRICT = True  # what the plugin asks\n",
    "tools/plug.py": PLUGIN,
    "tools/check.py": "import sys\n\nsys.exit(1)\n",
    "tools/look": "#!/bin/sh\nexit 1\n",
}
HOOK = "repos:\n  - repo: local\n    hooks:\n      - id: look\n        name: look\n        language: system\n"
NAMED = {
    "mypy by path": ("mypy.ini", "[mypy]\nplugins = tools/plug.py:plugin\n", "tools/plug.py"),
    "mypy by module": ("setup.cfg", "[mypy]\nplugins = pydantic.mypy, shop.plug\n", "src/shop/plug.py"),
    "mypy by package": ("pyproject.toml", '[tool.mypy]\nplugins = ["shop.typed"]\n', "src/shop/typed/rules.py"),
    "mypy as one word": ("pyproject.toml", '[tool.mypy]\nplugins = "shop.plug"\n', "src/shop/plug.py"),
    "mypy below the top": ("tools/mypy.ini", "[mypy]\nplugins = plug.py\n", "tools/plug.py"),
    "coverage": (".coveragerc", "[run]\nplugins =\n    shop.cov\n", "src/shop/cov.py"),
    "coverage in TOML": ("pyproject.toml", '[tool.coverage.run]\nplugins = ["shop.cov"]\n', "src/shop/cov.py"),
    "hook": (".pre-commit-config.yaml", f"{HOOK}        entry: ./tools/look --all\n", "tools/look"),
    "hook by Python": (
        ".pre-commit-config.yaml",
        f"{HOOK}        entry: uv run python3 -P tools/check.py\n",
        "tools/check.py",
    ),
    "hook by module": (".pre-commit-config.yaml", f"{HOOK}        entry: python -m tools.check\n", "tools/check.py"),
    "hook in a shell": (
        ".pre-commit-config.yaml",
        f"{HOOK}        entry: bash -ec 'cd . && tools/look'\n",
        "tools/look",
    ),
}


class Judge:
    """Judges the last of two commits by policy-untouched alone."""

    def __init__(self, repo: GitRepository, gatecheck: CommandLine) -> None:
        self.repo, self.gatecheck = repo, gatecheck

    def __call__(self, base: dict[str, str], edits: dict[str, str | None]) -> dict[str, Any]:
        """Give the gate as the report has it."""
        self.repo.commit({**SHOP, **base})
        self.repo.commit(edits)
        ended = self.gatecheck("check", "HEAD~1..HEAD", "--gate", "policy-untouched", "--output", "json")
        (gate,) = json.loads(ended.stdout)["gates"]
        return dict(gate)


@pytest.fixture
def judge(repo: GitRepository, gatecheck: CommandLine) -> Judge:
    """Give a judge."""
    return Judge(repo, gatecheck)


@pytest.mark.parametrize("name", NAMED)
def test_an_edit_of_what_the_rules_run_is_told(judge: Judge, name: str) -> None:
    """Hostile: a plugin or a hook's program is hollowed out, while no file of rules is touched; a person should see."""
    config, text, path = NAMED[name]
    gate = judge({config: text}, {path: "# coverage, mypy: nothing any more\n"})

    assert gate["status"] == "pass"
    assert "a person should look" in gate["summary"]
    assert [(one["rule"], one["level"], one["path"]) for one in gate["findings"]] == [("rule-unclear", "warning", path)]


@pytest.mark.parametrize("moved", [False, True])
def test_a_plugin_that_goes_is_told(judge: Judge, moved: bool) -> None:
    """Hostile: the file is removed or moved, with the setting left as it was."""
    edits: dict[str, str | None] = {"tools/plug.py": None, **({"lint/plug.py": PLUGIN} if moved else {})}
    gate = judge({"mypy.ini": "[mypy]\nplugins = tools/plug.py\n"}, edits)

    assert [one["level"] for one in gate["findings"]] == ["warning"]


def test_a_plugin_of_the_tree_that_comes_in_is_told(judge: Judge) -> None:
    """Hostile: the file came in with an earlier change, now the setting names it."""
    gate = judge({"mypy.ini": "[mypy]\n"}, {"mypy.ini": "[mypy]\nplugins = tools/plug.py, pydantic.mypy\n"})

    assert [(one["level"], one["path"]) for one in gate["findings"]] == [("warning", "mypy.ini")]
    assert "tools/plug.py" in gate["findings"][0]["message"]


def test_a_list_of_plugins_without_end_is_told_at_once(judge: Judge) -> None:
    """Hostile: each name would be looked for among all files."""
    names = ", ".join(f"shop.plug{number}" for number in range(10_000))
    gate = judge({"mypy.ini": "[mypy]\n"}, {"mypy.ini": f"[mypy]\nplugins = {names}\n"})

    assert "more than 100 plugins" in gate["findings"][0]["message"]


def test_a_file_that_takes_the_name_of_an_installed_plugin_is_told(judge: Judge) -> None:
    """Hostile: the setting names a plugin of the environment, and the tree gets a module of its name."""
    gate = judge({"mypy.ini": "[mypy]\nplugins = pydantic.mypy\n"}, {"src/pydantic/mypy.py": PLUGIN})

    assert [one["level"] for one in gate["findings"]] == ["warning"]


@pytest.mark.parametrize("path", ["src/shop/cart.py", "tools/other.py", "src/shop/other/plug.py", "src/shop/main.py"])
def test_an_edit_of_other_programs_is_not_told(judge: Judge, path: str) -> None:
    """Honest: what the plugin lies beside, and programs that no rule runs."""
    rules = {config: text for config, text, _ in (NAMED["mypy by path"], NAMED["mypy by module"], NAMED["hook"])}
    gate = judge(rules, {path: "import sys\n\nPLUGINS = sys.argv  # mypy, coverage\n"})

    assert gate["status"] == "not-applicable"
    assert not gate["findings"]


def test_what_a_hook_is_given_is_no_program_of_it(judge: Judge) -> None:
    """Honest: a file that a hook checks, and one that a hook of another repository has the name of."""
    other = "  - repo: https://example.org/a\n    hooks:\n      - id: tools/look\n"
    hook = f"{HOOK}        entry: mypy src/shop/cart.py\n{other}"
    gate = judge(
        {".pre-commit-config.yaml": hook}, {"src/shop/cart.py": "import sys\n\nsys.exit()\n", "tools/look": "-\n"}
    )

    assert gate["status"] == "not-applicable"


def test_most_source_is_known_to_be_no_plugin_by_its_text() -> None:
    """Honest: for ordinary edits of source the rules of both trees are not read."""
    project = Project(source=("/src/",))

    assert not may_be_run(file_change("src/a.py", "x = 1\n", "x = 2\n"), project)
    assert not may_be_run(file_change("README.md", "mypy\n", "plugin\n"), project)
    assert may_be_run(file_change("src/a.py", "x = 1\n", "import mypy\n"), project)
    assert may_be_run(file_change("tools/a", "x\n", "y\n"), project)
