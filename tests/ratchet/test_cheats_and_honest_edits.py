"""What the ratchet calls looser and what not: a table of cheats, and one of what honest projects do all the time."""

import pytest

from gatecheck.project import Project
from gatecheck.ratchet.comparing import Rules, compare
from gatecheck.ratchet.steps import LOOSER, NEUTRAL, TIGHTER, UNCLEAR, Step

PROJECT = Project(source=("/src/",))
PYTHON = ("src/shop/orders.py", "src/shop/prices.py", "src/shop/wire_pb2.py", "tests/test_orders.py", "docs/conf.py")

Files = dict[str, str]


def steps(before: Files, after: Files, upgraded: frozenset[str] = frozenset()) -> list[Step]:
    """Compare two trees."""
    old, new = (Rules.of({path: text.encode() for path, text in side.items()}, PYTHON) for side in (before, after))
    return compare(old, new, PROJECT, upgraded)


def in_pyproject(tool: str, before: str, after: str) -> tuple[Files, Files]:
    """Give two trees whose pyproject.toml differs in one tool's table."""
    return {"pyproject.toml": f"[tool.{tool}]\n{before}\n"}, {"pyproject.toml": f"[tool.{tool}]\n{after}\n"}


def in_file(path: str, before: str, after: str) -> tuple[Files, Files]:
    """Give two trees that differ in one file."""
    return {path: before}, {path: after}


PYTEST, RUN, REPORT, LINT = "pytest.ini_options", "coverage.run", "coverage.report", "ruff.lint"
CI, HOOKS = ".github/workflows/ci.yml", ".pre-commit-config.yaml"
JOBS = """
on:
  pull_request:
  push: {branches: [main]}
jobs:
  tests:
    strategy: {matrix: {python: ["3.12", "3.13"]}}
    steps:
      - uses: actions/checkout@v4
      - run: pip install tox mypy
      - run: tox
  types:
    steps:
      - run: mypy src
"""
REPOS = """
repos:
- repo: https://github.com/astral-sh/ruff-pre-commit
  rev: v0.14.0
  hooks:
  - id: ruff
  - id: ruff-format
- repo: https://github.com/pre-commit/mirrors-mypy
  rev: v1.18.0
  hooks:
  - id: mypy
"""

CHEATS = {
    "select shrinks": in_pyproject(LINT, 'select = ["E", "F", "B"]', 'select = ["E", "F"]'),
    "select narrows": in_pyproject(LINT, 'select = ["E", "F"]', 'select = ["E4", "F"]'),
    "ignore grows": in_pyproject(LINT, 'select = ["ALL"]', 'select = ["ALL"]\nignore = ["F401"]'),
    "extend-ignore grows": in_pyproject(LINT, 'select = ["F"]', 'select = ["F"]\nextend-ignore = ["F"]'),
    "a default rule is ignored": in_pyproject("ruff", "line-length = 100", 'line-length = 100\nignore = ["F401"]'),
    "one file is excused": in_pyproject(
        LINT, 'select = ["E"]', 'select = ["E"]\nper-file-ignores = {"src/shop/*" = ["E"]}'
    ),
    "source is excluded": in_pyproject("ruff", 'select = ["E"]', 'select = ["E"]\nextend-exclude = ["prices.py"]'),
    "complexity rises": in_pyproject(f"{LINT}.mccabe", "max-complexity = 8", "max-complexity = 80"),
    "mypy is no longer strict": in_pyproject("mypy", "strict = true", "strict = false"),
    "a flag of strict is off": in_pyproject("mypy", "strict = true", "strict = true\nwarn_return_any = false"),
    "errors are ignored": in_pyproject("mypy", "strict = true", "strict = true\nignore_errors = true"),
    "a module is ignored": in_pyproject(
        "mypy", "strict = true", 'strict = true\n[[tool.mypy.overrides]]\nmodule = "shop.*"\nignore_errors = true'
    ),
    "an error code is disabled": in_pyproject(
        "mypy", "strict = true", 'strict = true\ndisable_error_code = ["arg-type"]'
    ),
    "mypy excludes source": in_pyproject(
        "mypy", "strict = true", "strict = true\nexclude = ['^src/shop/prices\\.py$']"
    ),
    "mypy is removed": in_pyproject("mypy", "strict = true", ""),
    "fail_under falls": in_pyproject(REPORT, "fail_under = 90", "fail_under = 89.9"),
    "fail_under falls in .coveragerc": in_file(
        ".coveragerc", "[report]\nfail_under = 90\n", "[report]\nfail_under = 10\n"
    ),
    "fail_under falls in .coveragerc under its long name": in_file(
        ".coveragerc", "[coverage:report]\nfail_under = 90\n", "[coverage:report]\nfail_under = 10\n"
    ),
    "fail_under falls in .coveragerc.toml": in_file(
        ".coveragerc.toml", "[report]\nfail_under = 90\n", "[report]\nfail_under = 10\n"
    ),
    "fail_under falls in .coveragerc.toml under its long name": in_file(
        ".coveragerc.toml", "[tool.coverage.report]\nfail_under = 90\n", "[tool.coverage.report]\nfail_under = 10\n"
    ),
    "an empty .coveragerc takes the place of setup.cfg": (
        {"setup.cfg": "[coverage:report]\nfail_under = 90\n"},
        {"setup.cfg": "[coverage:report]\nfail_under = 90\n", ".coveragerc": ""},
    ),
    ".coveragerc.toml takes the place of setup.cfg": (
        {"setup.cfg": "[coverage:report]\nfail_under = 90\n"},
        {"setup.cfg": "[coverage:report]\nfail_under = 90\n", ".coveragerc.toml": ""},
    ),
    "an empty table of pytest takes the place of tox.ini": (
        {"tox.ini": "[pytest]\nfilterwarnings = error\n"},
        {"tox.ini": "[pytest]\nfilterwarnings = error\n", "pyproject.toml": "[tool.pytest.ini_options]\n"},
    ),
    "fail_under goes": in_pyproject(REPORT, "fail_under = 90", "show_missing = true"),
    "source is omitted": in_pyproject(RUN, "branch = true", 'branch = true\nomit = ["*/prices.py"]'),
    "branches are not measured": in_pyproject(RUN, "branch = true", "branch = false"),
    "lines are excluded": in_pyproject(REPORT, "fail_under = 90", 'fail_under = 90\nexclude_also = ["except "]'),
    "all lines are excluded": in_pyproject(
        REPORT, "fail_under = 90", 'fail_under = 90\nexclude_also = [".*pragma|.*"]'
    ),
    "a source folder goes": in_pyproject(RUN, 'source = ["shop", "tools"]', 'source = ["tools"]'),
    "addopts -k": in_pyproject(PYTEST, 'addopts = "-q"', "addopts = \"-q -k 'not orders'\""),
    "addopts -k without a space": in_pyproject(PYTEST, 'addopts = "-q"', 'addopts = "-q -knotorders"'),
    "addopts --deselect": in_pyproject(
        PYTEST, 'addopts = ["-q"]', 'addopts = ["-q", "--deselect=tests/test_orders.py"]'
    ),
    "addopts --ignore": in_pyproject(
        PYTEST, 'addopts = ["-q"]', 'addopts = ["-q", "--ignore", "tests/test_orders.py"]'
    ),
    "addopts --reruns": in_pyproject(PYTEST, 'addopts = "-q"', 'addopts = "-q --reruns 5"'),
    "addopts -p no:": in_pyproject(PYTEST, 'addopts = "-q"', 'addopts = "-q -p no:warnings"'),
    "addopts -o": in_pyproject(PYTEST, 'addopts = "-q"', 'addopts = "-q -o xfail_strict=false"'),
    "--cov-fail-under falls": in_pyproject(
        PYTEST, 'addopts = "--cov-fail-under=90"', 'addopts = "--cov-fail-under=50"'
    ),
    "strict markers go": in_pyproject(PYTEST, 'addopts = "--strict-markers"', 'addopts = "-q"'),
    "strict xfail goes": in_pyproject(PYTEST, "xfail_strict = true", "xfail_strict = false"),
    "warnings are no errors": in_pyproject(PYTEST, 'filterwarnings = ["error"]', 'filterwarnings = ["default"]'),
    "testpaths shrinks": in_pyproject(PYTEST, 'testpaths = ["tests", "more"]', 'testpaths = ["more"]'),
    "a first -k": in_file("pyproject.toml", "", "[tool.pytest.ini_options]\naddopts = '-k nothing'\n"),
    "an empty pytest.ini in front": (
        {"pyproject.toml": '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n'},
        {"pyproject.toml": '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n', "pytest.ini": "[pytest]\n"},
    ),
    "an empty pytest.ini in the tests": (
        {"pyproject.toml": "[tool.pytest.ini_options]\nxfail_strict = true\n"},
        {"pyproject.toml": "[tool.pytest.ini_options]\nxfail_strict = true\n", "tests/pytest.ini": "[pytest]\n"},
    ),
    "a ruff.toml in a folder of the source": (
        {"ruff.toml": 'lint.select = ["E", "F", "B"]\n'},
        {"ruff.toml": 'lint.select = ["E", "F", "B"]\n', "src/shop/ruff.toml": 'lint.select = ["E"]\n'},
    ),
    "a mypy.ini in front": (
        {"pyproject.toml": "[tool.mypy]\nstrict = true\n"},
        {"pyproject.toml": "[tool.mypy]\nstrict = true\n", "mypy.ini": "[mypy]\n"},
    ),
    "a .coveragerc in front": (
        {"pyproject.toml": "[tool.coverage.report]\nfail_under = 90\n"},
        {"pyproject.toml": "[tool.coverage.report]\nfail_under = 90\n", ".coveragerc": "[run]\n"},
    ),
    "the job of types goes": in_file(CI, JOBS, JOBS.replace("mypy src", "true")),
    "the workflow goes": ({CI: JOBS}, {}),
    "the tests may fail": in_file(CI, JOBS, JOBS.replace("run: tox", "run: tox || true")),
    "the step may fail": in_file(CI, JOBS, JOBS.replace("run: tox", "run: tox\n        continue-on-error: true")),
    "the job may fail": in_file(CI, JOBS, JOBS.replace("  types:\n", "  types:\n    continue-on-error: true\n")),
    "the job never runs": in_file(CI, JOBS, JOBS.replace("  types:\n", "  types:\n    if: ${{ false }}\n")),
    "errors are not heeded": in_file(CI, JOBS, JOBS.replace("run: tox", "run: |\n          set +e\n          tox")),
    "the tests are only named": in_file(CI, JOBS, JOBS.replace("run: tox", "run: echo tox")),
    "pull requests do not start it": in_file(CI, JOBS, JOBS.replace("  pull_request:\n", "")),
    "nothing starts it": in_file(
        CI, JOBS, JOBS.replace("  pull_request:\n  push: {branches: [main]}", "  workflow_dispatch:")
    ),
    "source does not start it": in_file(
        CI, JOBS, JOBS.replace("pull_request:", "pull_request: {paths-ignore: ['src/**']}")
    ),
    "gitlab allows failure": in_file(
        ".gitlab-ci.yml", "test: {script: [pytest]}\n", "test: {script: [pytest], allow_failure: true}\n"
    ),
    "azure goes on": in_file(
        "azure-pipelines.yml", "steps:\n- script: pytest\n", "steps:\n- script: pytest\n  continueOnError: true\n"
    ),
    "circle runs nothing": in_file(
        ".circleci/config.yml", "jobs: {a: {steps: [{run: {command: pytest}}]}}\n", "jobs: {a: {steps: [checkout]}}\n"
    ),
    "the script of CI forgives": in_file("scripts/test", "pytest\n", "pytest || true\n"),
    "the script of CI runs nothing": in_file(".ci/run", "set -e\npytest\nmypy src\n", "set -e\npytest\n"),
    "the tests are only listed": in_file(CI, JOBS, JOBS.replace("run: tox", "run: pytest --collect-only")),
    "the minimum in the command falls": in_file(
        "scripts/coverage", "coverage report --fail-under=100\n", "coverage report --fail-under=90\n"
    ),
    "imports are skipped": in_pyproject("mypy", "strict = true", 'strict = true\nfollow_imports = "skip"'),
    "gatecheck is taken out": in_file(CI, f"{JOBS}      - run: gatecheck check\n", JOBS),
    "tox forgives": in_file("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = - pytest\n"),
    "tox runs nothing": in_file("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = python -V\n"),
    "tox in pyproject runs nothing": in_pyproject("tox.env.a", 'commands = [["pytest"]]', 'commands = [["true"]]'),
    "a hook goes": in_file(HOOKS, REPOS, REPOS.replace("- id: mypy", "- id: check-yaml")),
    "a hook excludes source": in_file(HOOKS, REPOS, f"{REPOS}    exclude: ^src/shop/prices\\.py$\n"),
    "every hook excludes source": in_file(HOOKS, REPOS, f"{REPOS}exclude: ^src/\n"),
    "a hook is manual": in_file(HOOKS, REPOS, f"{REPOS}    stages: [manual]\n"),
}

HONEST = {
    "a comment": in_pyproject(LINT, 'select = ["E"]', '# why\nselect = ["E"]'),
    "another order": in_pyproject(LINT, 'select = ["E", "F"]', 'select = ["F", "E"]'),
    "a tighter family with an exception": in_pyproject(
        LINT, 'select = ["E"]', 'select = ["E", "UP"]\nignore = ["UP007"]'
    ),
    "the keys of ruff move under lint": (
        {"pyproject.toml": '[tool.ruff]\nselect = ["E"]\nignore = ["E501"]\n'},
        {"pyproject.toml": '[tool.ruff.lint]\nselect = ["E"]\nignore = ["E501"]\n'},
    ),
    "single codes become a family": in_pyproject(LINT, 'select = ["B904", "E"]', 'select = ["B", "E"]'),
    "BLE is no B": in_pyproject(LINT, 'select = ["B"]', 'select = ["B"]\nignore = ["BLE001"]'),
    "a rule that ruff renamed": in_pyproject(LINT, 'select = ["TCH"]', 'select = ["TC"]'),
    "a rule that ruff removed": in_pyproject(LINT, 'select = ["ALL"]', 'select = ["ALL"]\nignore = ["ANN101"]'),
    "a rule against the formatter": in_pyproject(LINT, 'select = ["ALL"]', 'select = ["ALL"]\nignore = ["COM812"]'),
    "generated code is excluded": in_pyproject("ruff", 'select = ["E"]', 'select = ["E"]\nexclude = ["*_pb2.py"]'),
    "docs are excused": in_pyproject(LINT, 'select = ["E"]', 'select = ["E"]\nper-file-ignores = {"docs/*" = ["E"]}'),
    "a longer line": in_pyproject("ruff", "line-length = 88", "line-length = 120"),
    "strict for its flags": in_pyproject(
        "mypy", "disallow_untyped_defs = true\ncheck_untyped_defs = true\nno_implicit_optional = true", "strict = true"
    ),
    "an untyped library": in_pyproject(
        "mypy",
        "strict = true",
        'strict = true\n[[tool.mypy.overrides]]\nmodule = "boto3.*"\nignore_missing_imports = true',
    ),
    "mypy.ini moves to pyproject": (
        {"mypy.ini": "[mypy]\nstrict = True\nfiles = src, tests\n[mypy-boto3.*]\nignore_missing_imports = True\n"},
        {
            "pyproject.toml": '[tool.mypy]\nstrict = true\nfiles = ["src", "tests"]\n'
            '[[tool.mypy.overrides]]\nmodule = "boto3.*"\nignore_missing_imports = true\n'
        },
    ),
    "setup.cfg moves to pyproject": (
        {
            "setup.cfg": "[tool:pytest]\naddopts = -q --strict-markers\ntestpaths = tests\n"
            "filterwarnings =\n    error\n    ignore:x\n"
            "[coverage:run]\nbranch = True\nomit =\n    docs/*\n[coverage:report]\nfail_under = 90\n"
        },
        {
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["-q", "--strict-markers"]\ntestpaths = ["tests"]\n'
            'filterwarnings = ["error", "ignore:x"]\n[tool.coverage.run]\nbranch = true\nomit = ["docs/*"]\n'
            "[tool.coverage.report]\nfail_under = 90\n"
        },
    ),
    "pytest 9 spells strictness as one word": in_pyproject(
        PYTEST, 'addopts = "--strict-markers --strict-config"\nxfail_strict = true', "strict = true"
    ),
    "testpaths goes": in_pyproject(PYTEST, 'testpaths = ["tests"]', "minversion = '8'"),
    "a marker": in_pyproject(PYTEST, 'markers = ["slow"]', 'markers = ["slow", "network"]'),
    "plugins off that choose nothing": in_pyproject(
        PYTEST, 'addopts = "-q"', 'addopts = "-p no:cacheprovider -n auto"'
    ),
    "type checking blocks are excluded": in_pyproject(
        REPORT, "fail_under = 90", 'fail_under = 90\nexclude_also = ["if TYPE_CHECKING:", "@overload"]'
    ),
    "exclude_lines becomes exclude_also": in_pyproject(REPORT, 'exclude_lines = ["x = y"]', 'exclude_also = ["x = y"]'),
    "another action": in_file(CI, JOBS, JOBS.replace("checkout@v4", "checkout@v5 # why")),
    "one more Python": in_file(CI, JOBS, JOBS.replace('"3.13"', '"3.13", "3.14"')),
    "one Python less": in_file(CI, JOBS, JOBS.replace('"3.12", ', "")),
    "a timeout and a cache": in_file(CI, JOBS, JOBS.replace("  types:\n", "  types:\n    timeout-minutes: 5\n")),
    "documentation does not start it": in_file(
        CI, JOBS, JOBS.replace("pull_request:", "pull_request: {paths-ignore: ['docs/**', '*.md']}")
    ),
    "a job moves to another workflow": (
        {CI: JOBS},
        {
            CI: JOBS.replace("  types:\n    steps:\n      - run: mypy src\n", ""),
            ".github/workflows/types.yml": "on: [pull_request]\njobs: {types: {steps: [{run: mypy src}]}}\n",
        },
    ),
    "an experiment may fail": in_file(
        CI, JOBS, JOBS.replace("run: tox", "run: tox\n        continue-on-error: ${{ matrix.experimental }}")
    ),
    "another service": (
        {".travis.yml": "script: pytest\n"},
        {CI: "on: [push, pull_request]\njobs: {tests: {steps: [{run: pytest}]}}\n"},
    ),
    "newer hooks": in_file(HOOKS, REPOS, REPOS.replace("v0.14.0", "v0.15.0").replace("id: ruff\n", "id: ruff-check\n")),
    "a first configuration": in_file("pyproject.toml", "", '[tool.ruff.lint]\nselect = ["E"]\nignore = ["E501"]\n'),
    "a new project's folder": (
        {"ruff.toml": 'lint.select = ["E", "F"]\n'},
        {"ruff.toml": 'lint.select = ["E", "F"]\n', "packages/new/ruff.toml": 'lint.select = ["E"]\n'},
    ),
}

UNSURE = {
    "fewer tests in a job": in_file(CI, JOBS.replace("tox\n", "pytest\n"), JOBS.replace("tox\n", "pytest -m fast\n")),
    "options by the environment": in_file(
        CI, JOBS, JOBS.replace("run: tox", "run: tox\n        env: {PYTEST_ADDOPTS: -k x}")
    ),
    "a name that a plugin of ruff lets pass": in_pyproject(
        f"{LINT}.pep8-naming", 'classmethod-decorators = ["x"]', 'ignore-names = ["setUp"]'
    ),
    "a warning filter": in_pyproject(PYTEST, 'filterwarnings = ["error"]', 'filterwarnings = ["error", "ignore:x"]'),
    "a new marker is left out": in_pyproject(
        PYTEST, 'addopts = "-q"', "addopts = \"-q -m 'not stress'\"\nmarkers = ['stress: for hours']"
    ),
    "tests are excluded": in_pyproject("ruff", 'select = ["E"]', 'select = ["E"]\nexclude = ["tests"]'),
    "one type checker for another": (
        {"pyproject.toml": "[tool.mypy]\nstrict = true\n"},
        {"pyproject.toml": "[tool.pyright]\nstrict = ['src']\n"},
    ),
    "one runner for another": in_file(CI, JOBS, JOBS.replace("run: tox", "run: nox")),
    "one linter for another": in_file(HOOKS, REPOS.replace("- id: ruff\n", "- id: flake8\n"), REPOS),
    "a condition": in_file(CI, JOBS, JOBS.replace("  types:\n", "  types:\n    if: github.actor != 'bot'\n")),
    "branches": in_file(CI, JOBS, JOBS.replace("pull_request:", "pull_request: {branches: [main]}")),
    "an owner": in_file("CODEOWNERS", "/src/ @a @b\n", "/src/ @a\n"),
    "mypy sees other files": in_pyproject("mypy", 'files = ["src", "tests"]', 'files = ["src"]'),
    "another entry of a hook": in_file(HOOKS, f"{REPOS}    entry: mypy\n", f"{REPOS}    entry: 'true'\n"),
}


@pytest.mark.parametrize("case", CHEATS)
def test_a_cheat_is_looser(case: str) -> None:
    """At least one move is called looser."""
    found = steps(*CHEATS[case])

    assert LOOSER in {step.direction for step in found}, found


@pytest.mark.parametrize("case", CHEATS)
def test_undoing_a_cheat_is_not_looser(case: str) -> None:
    """The way back is tighter or neutral; at most a person should look."""
    before, after = CHEATS[case]
    found = steps(after, before)

    assert LOOSER not in {step.direction for step in found}, found


@pytest.mark.parametrize("case", HONEST)
def test_an_honest_edit_is_not_looser(case: str) -> None:
    """Not even a warning is due, except for what a tool's first configuration excuses."""
    allowed = {TIGHTER, NEUTRAL} | ({UNCLEAR} if case == "a first configuration" else set())
    found = steps(*HONEST[case])

    assert {step.direction for step in found} <= allowed, found


@pytest.mark.parametrize("case", UNSURE)
def test_what_may_be_looser_is_unclear(case: str) -> None:
    """A person should look, and nothing fails."""
    found = {step.direction for step in steps(*UNSURE[case])}

    assert UNCLEAR in found
    assert LOOSER not in found


@pytest.mark.parametrize("case", sorted(CHEATS | HONEST | UNSURE))
def test_no_edit_is_no_move(case: str) -> None:
    """A tree compared with itself has not moved."""
    _, after = (CHEATS | HONEST | UNSURE)[case]

    assert steps(after, after) == []


def test_a_rule_ignored_with_the_upgrade_that_brought_it_is_unclear() -> None:
    """A new version finds more; what it finds may have to be excused."""
    before, after = in_pyproject(LINT, 'select = ["PL"]', 'select = ["PL"]\nignore = ["PLC0415"]')
    (step,) = steps(before, after, frozenset({"ruff"}))

    assert step.direction is UNCLEAR


def test_an_upgrade_excuses_no_family_that_goes() -> None:
    """A shorter select is no consequence of a new version."""
    before, after = in_pyproject(LINT, 'select = ["PL", "E"]', 'select = ["E"]')
    (step,) = steps(before, after, frozenset({"ruff"}))

    assert step.direction is LOOSER


def test_a_move_names_its_file() -> None:
    """Findings need a place."""
    found = [step for files in CHEATS.values() for step in steps(*files)]

    assert all(step.path for step in found)
