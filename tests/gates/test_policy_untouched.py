"""The gate policy-untouched: what it says of edits of rules, on plain values."""

import pytest

from gatecheck.change import FileChange, Kind
from gatecheck.measurements.rule_files import RuleFiles
from gatecheck.model import Finding, Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.task import Task
from gatecheck.testing import change_of, file_change
from gatecheck_gates.policy_untouched import PolicyUntouched

PROJECT = Project(source=("/src/",))
PYTHON = ("src/shop/orders.py", "src/shop/prices.py", "tests/test_orders.py", "docs/conf.py")
RUFF = '[tool.ruff.lint]\nselect = ["E", "F", "B"]\n'
STRICT = "[tool.mypy]\nstrict = true\n"
TESTS = "on: [pull_request]\njobs:\n  tests:\n    steps:\n      - run: pytest\n"

Files = dict[str, tuple[str | None, str | None]]


def judged(files: Files, task: Task | None = None, unchanged: dict[str, str] | None = None) -> Verdict:
    """Judge a change of files, with all files of rules where the gate asks for them, as a run does."""
    gate, change = PolicyUntouched(), change_of(files)
    verdict = gate.judge(change, task or Task(), PROJECT)
    if verdict.status is not Status.UNPROVEN:
        return verdict
    sides = [{path: text.encode() for path, text in (unchanged or {}).items()} for _ in range(2)]
    for number, side in enumerate(sides):
        side |= {path: text.encode() for path, texts in files.items() if (text := texts[number]) is not None}
    return gate.judge(change, task or Task(), PROJECT, *(RuleFiles(side, PYTHON) for side in sides))


def levels(verdict: Verdict) -> list[Severity]:
    """Give the levels of a verdict's findings."""
    return [finding.level for finding in verdict.findings]


def only(verdict: Verdict) -> Finding:
    """Give a verdict's one finding."""
    (finding,) = verdict.findings
    return finding


# --- gatecheck's own policy


@pytest.mark.parametrize("path", ["gatecheck.toml", "pyproject.toml"])
def test_editing_the_policy_fails(path: str) -> None:
    """Wherever the policy is, its keys that differ are named, and how to try it."""
    head = "" if path == "gatecheck.toml" else "[tool.gatecheck]\n"
    verdict = judged({path: (f"{head}gates.small-diff.max-files = 60\n", f"{head}gates.small-diff.max-files = 600\n")})

    assert verdict.status is Status.FAIL
    assert only(verdict).rule == "policy-edited"
    assert "gates.small-diff.max-files" in only(verdict).message
    assert "--policy FILE" in only(verdict).message


def test_tightening_the_policy_fails_too() -> None:
    """Which way a policy moves is for a person to say."""
    verdict = judged({"gatecheck.toml": ("gates.small-diff.max-files = 60\n", "gates.small-diff.max-files = 6\n")})

    assert verdict.status is Status.FAIL


def test_a_task_cannot_approve_an_edit_of_the_policy() -> None:
    """A declared file excuses tool configuration, never gatecheck's own policy."""
    verdict = judged({"gatecheck.toml": ('python = "a"\n', 'python = "b"\n')}, Task(touches=("gatecheck.toml",)))

    assert verdict.status is Status.FAIL


def test_removing_the_policy_fails() -> None:
    """A deleted policy is an edited one."""
    verdict = judged({"gatecheck.toml": ('python = "a"\n', None)})

    assert verdict.status is Status.FAIL
    assert "removes" in only(verdict).message


def test_a_broken_policy_fails() -> None:
    """A policy that is no TOML any more is not the base's."""
    verdict = judged({"gatecheck.toml": ('python = "a"\n', "python = \n")})

    assert verdict.status is Status.FAIL


def test_a_comment_in_the_policy_is_no_edit() -> None:
    """Values are compared, not text."""
    verdict = judged({"gatecheck.toml": ('python = "a"\n', '# why\npython = "a"\n')})

    assert verdict.status is Status.NOT_APPLICABLE


def test_moving_the_policy_to_another_file_passes() -> None:
    """The same policy in pyproject.toml means the same."""
    files: Files = {
        "gatecheck.toml": ('python = "a"\n', None),
        "pyproject.toml": ("", '[tool.gatecheck]\npython = "a"\n'),
    }

    assert judged(files).status is Status.PASS


def test_the_first_policy_is_unproven() -> None:
    """Nobody has approved it yet, and the change is judged by the built-in defaults."""
    verdict = judged({"gatecheck.toml": (None, 'items.no-secrets = "off"\n')})

    assert verdict.status is Status.UNPROVEN
    assert (only(verdict).rule, only(verdict).level) == ("policy-introduced", Severity.WARNING)


def test_a_policy_beside_one_of_the_base_is_no_first_one() -> None:
    """The base's policy may stand in a file that did not change."""
    unchanged = {"pyproject.toml": '[tool.gatecheck]\npython = "a"\n'}

    assert judged({"gatecheck.toml": (None, 'python = "b"\n')}, unchanged=unchanged).status is Status.FAIL


def test_a_policy_of_a_fixture_is_none() -> None:
    """Only the file at the top is a policy."""
    verdict = judged({"fixtures/case/base/gatecheck.toml": ('python = "a"\n', 'python = "b"\n')})

    assert verdict.status is Status.NOT_APPLICABLE


# --- the task


TASK = Task(id="EXP-B001", touches=("src/**",))


def test_editing_the_task_file_fails() -> None:
    """The task by which the change is judged is not the author's to edit."""
    before, after = (
        'id = "EXP-B001"\ntouches = ["src/**"]\n',
        'id = "EXP-B001"\ntouches = ["src/**", "migrations/**"]\n',
    )
    verdict = judged({"tasks/EXP-B001.toml": (before, after)}, TASK)

    assert verdict.status is Status.FAIL
    assert (only(verdict).rule, "touches" in only(verdict).message) == ("task-edited", True)


def test_editing_another_task_is_no_rule() -> None:
    """Other tasks do not judge this change."""
    verdict = judged({"tasks/EXP-B002.toml": ('id = "EXP-B002"\n', 'id = "EXP-B002"\nrisks = ["x"]\n')}, TASK)

    assert verdict.status is Status.NOT_APPLICABLE


DOCUMENT = "# Export\n\n## Non-Goals\n\n- no migrations\n\n## Tasks\n\n- [ ] EXP-B001 writer\n- [ ] EXP-B002 endpoint\n"


def test_ticking_a_task_off_is_no_edit() -> None:
    """A document of tasks is kept up to date while they are worked on."""
    verdict = judged({"docs/trd.md": (DOCUMENT, DOCUMENT.replace("[ ] EXP-B001", "[x] EXP-B001"))}, TASK)

    assert verdict.status is Status.NOT_APPLICABLE


def test_dropping_a_non_goal_from_the_document_is_a_warning() -> None:
    """Prose is not parsed with certainty, so a person looks."""
    verdict = judged({"docs/trd.md": (DOCUMENT, DOCUMENT.replace("- no migrations\n", ""))}, TASK)

    assert verdict.status is Status.PASS
    assert (only(verdict).rule, only(verdict).level) == ("task-edited", Severity.WARNING)


# --- levels and places


def test_no_edit_of_rules_is_not_applicable() -> None:
    """A change of code and of a version in pyproject.toml leaves the rules alone."""
    files: Files = {"src/shop/orders.py": ("a = 1\n", "a = 2\n"), "pyproject.toml": (RUFF + "[project]\n", RUFF)}

    assert judged(files).status is Status.NOT_APPLICABLE


def test_a_looser_edit_that_the_task_declares_is_a_warning() -> None:
    """Whoever gave the task has approved it."""
    files: Files = {"pyproject.toml": (STRICT, "[tool.mypy]\nstrict = false\n")}
    verdict = judged(files, Task(touches=("pyproject.toml",)))

    assert verdict.status is Status.PASS
    assert set(levels(verdict)) == {Severity.WARNING}


def test_a_looser_edit_that_the_task_does_not_declare_fails() -> None:
    """Declared files of the source are no approval for configuration."""
    verdict = judged({"pyproject.toml": (STRICT, "[tool.mypy]\nstrict = false\n")}, TASK)

    assert verdict.status is Status.FAIL


def test_a_tighter_edit_is_a_note() -> None:
    """Tightening is welcome, and said."""
    verdict = judged({"pyproject.toml": (RUFF, RUFF.replace('"B"', '"B", "UP"'))})

    assert verdict.status is Status.PASS
    assert (only(verdict).level, "gained UP" in only(verdict).message) == (Severity.NOTE, True)


def test_the_finding_points_at_the_line_and_says_how_to_mend_it() -> None:
    """The place is the added line, not the top of the file."""
    before = "[project]\nname = 'shop'\n\n[tool.coverage.report]\nfail_under = 90\n"
    verdict = judged({"pyproject.toml": (before, before.replace("90", "80").replace("'shop'", "'store'"))})

    place = only(verdict).location
    assert place is not None
    assert (place.path, place.line) == ("pyproject.toml", 5)
    assert "fell from 90 to 80" in only(verdict).message
    assert "`touches`" in only(verdict).mend


def test_what_cannot_be_parsed_is_a_warning() -> None:
    """A workflow that is no YAML is never silent."""
    verdict = judged({".github/workflows/tests.yml": (TESTS, "jobs: [\n")})

    assert verdict.status is Status.PASS
    assert (only(verdict).level, "cannot be parsed" in only(verdict).message) == (Severity.WARNING, True)


@pytest.mark.parametrize(
    "text",
    [
        "#" * 300_000,
        "[" * 10_000,
        "a: &a [*a]\n",
        "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(40_000)),
    ],
    ids=["big", "deep", "circle", "many"],
)
def test_a_limit_that_is_hit_is_unproven(text: str) -> None:
    """What was not read is not known."""
    assert judged({".github/workflows/tests.yml": (TESTS, text)}).status is Status.UNPROVEN


@pytest.mark.parametrize("mode", [0o100644, 0o120000], ids=["too big to be read", "symbolic link"])
def test_a_file_of_unknown_content_is_unproven(mode: int) -> None:
    """It may say anything."""
    change = change_of({})
    unread = FileChange("pytest.ini", Kind.ADDED, old_mode=0, new_mode=mode, unread=mode == 0o100644)

    verdict = PolicyUntouched().judge(type(change)(**{**vars(change), "files": (unread,)}), Task(), PROJECT)

    assert verdict.status is Status.UNPROVEN


def test_many_findings_are_cut_short() -> None:
    """Nobody reads ten thousand lines; the first fifty and their number are enough."""
    ignores = "".join(f'"src/{number}.py" = ["E501"]\n' for number in range(70))
    verdict = judged({"pyproject.toml": (RUFF, f'{RUFF}[tool.ruff.lint.per-file-ignores]\n"src/*" = ["B"]\n{ignores}')})

    assert verdict.status is Status.FAIL
    assert len(verdict.findings) <= 51


def test_a_suspicion_asks_for_every_file_of_rules() -> None:
    """Without them the gate does not guess; with them it judges."""
    change = change_of({"pytest.ini": (None, "[pytest]\n")})

    assert PolicyUntouched().judge(change, Task(), PROJECT).status is Status.UNPROVEN


def test_a_renamed_workflow_with_the_same_content_passes() -> None:
    """A rename is no loss."""
    change = change_of({})
    moved = file_change(
        ".github/workflows/ci.yml", TESTS, TESTS, old_path=".github/workflows/tests.yml", kind=Kind.RENAMED
    )
    whole = [
        RuleFiles({path: TESTS.encode()}, PYTHON)
        for path in (".github/workflows/tests.yml", ".github/workflows/ci.yml")
    ]

    verdict = PolicyUntouched().judge(type(change)(**{**vars(change), "files": (moved,)}), Task(), PROJECT, *whole)

    assert verdict.status in {Status.PASS, Status.NOT_APPLICABLE}
