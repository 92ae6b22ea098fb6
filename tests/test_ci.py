"""The change that a CI system names by its variables is the one that is checked, in real clones."""

import json
from pathlib import Path

import pytest

from gatecheck.ci import NamedRange, ranges_of_ci
from gatecheck.errors import UsageError
from repositories import CommandLine, GitRepository

A, B, C = "a" * 40, "b" * 40, "c" * 40
ZERO = "0" * 40


def github(folder: Path, kind: str, event: object) -> dict[str, str]:
    """Give the variables of a GitHub run for commit C, its event written where they say."""
    path = folder / "event.json"
    path.write_text(json.dumps(event))
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": kind, "GITHUB_EVENT_PATH": str(path), "GITHUB_SHA": C}


REQUEST = {"pull_request": {"base": {"sha": A}, "head": {"sha": B}}}


@pytest.mark.parametrize(
    ("kind", "event", "ranges"),
    [
        ("pull_request", REQUEST, [f"{C}^1..{C}", f"{A}...{B}"]),
        ("pull_request_target", REQUEST, [f"{A}...{B}"]),
        ("merge_group", {"merge_group": {"base_sha": A}}, [f"{A}...{C}"]),
        ("push", {"before": A}, [f"{A}..{C}"]),
        ("push", {"before": ZERO}, []),
        ("schedule", {}, []),
        ("pull_request_target", [], []),
    ],
)
def test_github(tmp_path: Path, kind: str, event: object, ranges: list[str]) -> None:
    """The merge that it checked out comes first, where it made one."""
    assert [named.text for named in ranges_of_ci(github(tmp_path, kind, event))] == ranges


def test_an_event_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """No other range is taken in its place."""
    variables = github(tmp_path, "pull_request", {}) | {"GITHUB_EVENT_PATH": str(tmp_path / "nothing")}

    with pytest.raises(UsageError, match="which cannot be read: name the range, or --base"):
        ranges_of_ci(variables)


@pytest.mark.parametrize(
    ("variables", "ranges"),
    [
        ({}, []),
        (
            {"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "1", "CI_COMMIT_SHA": C, "CI_MERGE_REQUEST_DIFF_BASE_SHA": A},
            [f"{A}...{C}"],
        ),
        (
            {
                "GITLAB_CI": "true",
                "CI_MERGE_REQUEST_IID": "1",
                "CI_COMMIT_SHA": C,
                "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": B,
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": A,
            },
            [f"{B}..{C}", f"{A}...{C}"],
        ),
        ({"GITLAB_CI": "true", "CI_COMMIT_SHA": C, "CI_COMMIT_BEFORE_SHA": A}, [f"{A}..{C}"]),
        ({"GITLAB_CI": "true", "CI_COMMIT_SHA": C, "CI_COMMIT_BEFORE_SHA": ZERO}, []),
        (
            {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "BUILD_SOURCEVERSION": C},
            [f"{C}^1..{C}", "origin/main...HEAD"],
        ),
        ({"TF_BUILD": "True", "BUILD_SOURCEVERSION": C}, []),
        ({"CHANGE_ID": "1", "CHANGE_TARGET": "main"}, ["origin/main...HEAD"]),
        (
            {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"},
            ["origin/main...HEAD"],
        ),
        ({"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}, []),
        ({"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://example.org/pull/1"}, ["origin/HEAD...HEAD"]),
        ({"CIRCLECI": "true"}, []),
        (
            {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_ID": "1", "BITBUCKET_PR_DESTINATION_COMMIT": "abc1234"},
            ["abc1234...HEAD"],
        ),
        ({"BITBUCKET_BUILD_NUMBER": "1"}, []),
    ],
)
def test_the_other_systems(variables: dict[str, str], ranges: list[str]) -> None:
    """Each names a request's range in its own way; a build of something else names none."""
    assert [named.text for named in ranges_of_ci(variables)] == ranges


@pytest.fixture
def merged(repo: GitRepository, tmp_path: Path) -> GitRepository:
    """Give a clone as CI makes it: a branch, merged into a main that went on, checked out detached."""
    repo.commit({"a.txt": "a\n"})
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"topic.txt": "t\n"})
    repo.git("checkout", "--quiet", "main")
    repo.commit({"main.txt": "m\n"})
    repo.git("checkout", "--quiet", "--detach")
    repo.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    repo.git("update-ref", "refs/pull/1/merge", "HEAD")
    repo.git("checkout", "--quiet", "main")
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", f"file://{repo.path}", str(clone))
    made = GitRepository(clone)
    made.git("fetch", "--quiet", "origin", "refs/pull/1/merge")
    made.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    return made


def report_of(folder: Path, *args: str, **env: str) -> dict[str, object]:
    """Check without a range; give what the report says of the change."""
    ended = CommandLine(folder)("check", "--gate", "non-goals-untouched", "--output", "json", *args, **env)
    assert ended.stdout, ended.stderr
    change: dict[str, object] = json.loads(ended.stdout)["change"]
    return change


def test_the_request_is_what_would_be_merged(merged: GitRepository, tmp_path: Path) -> None:
    """Without what others merged in the meantime."""
    merge = merged.git("rev-parse", "HEAD")
    variables = github(tmp_path, "pull_request", REQUEST) | {"GITHUB_SHA": merge}
    change = report_of(merged.path, **variables)

    assert (change["range"], change["files"], change["added"]) == (f"{merge}^1..{merge}", 1, 1)


def test_a_named_range_wins_over_the_variables(merged: GitRepository, tmp_path: Path) -> None:
    """So does a base."""
    variables = github(tmp_path, "pull_request", REQUEST)

    assert report_of(merged.path, "HEAD", **variables)["range"] == "HEAD"
    assert report_of(merged.path, **variables, GATECHECK_BASE="origin/topic")["range"] == "origin/topic...HEAD"


def test_a_branch_of_the_remote_is_the_target(merged: GitRepository) -> None:
    """For systems that name the branch alone."""
    merged.git("checkout", "--quiet", "origin/topic")
    change = report_of(merged.path, CHANGE_ID="1", CHANGE_TARGET="main")

    assert (change["range"], change["files"]) == ("origin/main...HEAD", 1)


def test_a_change_that_the_clone_does_not_hold_is_refused(merged: GitRepository, tmp_path: Path) -> None:
    """Nothing smaller is checked in its place."""
    ended = CommandLine(merged.path)("check", **github(tmp_path, "pull_request", REQUEST))

    assert ended.code == 2
    assert f"GitHub names the change {A}...{B}, which this clone does not hold: fetch its history" in ended.stderr


def test_what_a_range_needs_is_kept() -> None:
    """A merge is known by its second parent."""
    variables = {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "main", "BUILD_SOURCEVERSION": C}

    assert ranges_of_ci(variables)[0] == NamedRange(f"{C}^1..{C}", "Azure", f"{C}^2")
