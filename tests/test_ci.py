"""The change that a CI system names by its variables is the one that is checked, in real clones."""

import json
from pathlib import Path

import pytest

from gatecheck.ci import ranges_of_ci
from gatecheck.errors import UsageError
from repositories import CommandLine, GitRepository

A, B, C = "a" * 40, "b" * 40, "c" * 40
ZERO = "0" * 40


def github(folder: Path, kind: str, event: object) -> dict[str, str]:
    """Give the variables of a GitHub run for commit C, its event written where they say."""
    path = folder / "event.json"
    path.write_text(json.dumps(event))
    names = {"GITHUB_REF": "refs/heads/topic", "GITHUB_BASE_REF": "main" if kind.startswith("pull") else ""}
    event_of = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": kind, "GITHUB_EVENT_PATH": str(path)}
    return {**names, **event_of, "GITHUB_SHA": C}


REQUEST = {"pull_request": {"base": {"sha": A}, "head": {"sha": B}}}
OF_MAIN = {"repository": {"default_branch": "main"}}
NEW = f"the remotes...{C}"


@pytest.mark.parametrize(
    ("kind", "event", "ranges"),
    [
        ("pull_request", REQUEST, [f"{C}^1..{C}", f"{A}...{B}", f"refs/remotes/origin/main...{B}"]),
        ("pull_request", {}, [f"refs/remotes/origin/main...{C}"]),
        ("pull_request_target", REQUEST, [f"{A}...{B}", f"refs/remotes/origin/main...{B}"]),
        ("merge_group", {"merge_group": {"base_sha": A}}, [f"{A}...{C}"]),
        ("push", {"before": A} | OF_MAIN, [f"{A}..{C}", f"refs/remotes/origin/main...{C}", f"{A}...{C}", NEW]),
        ("push", {"before": ZERO} | OF_MAIN, [f"refs/remotes/origin/main...{C}", NEW]),
        ("push", {"before": A, "repository": {"default_branch": "topic"}}, [f"{A}..{C}", f"{A}...{C}"]),
        ("push", {}, [NEW]),
        ("schedule", {}, []),
        ("pull_request_target", [], []),
    ],
)
def test_github(tmp_path: Path, kind: str, event: object, ranges: list[str]) -> None:
    """The merge that it checked out comes first, where it made one."""
    assert [str(named.ends) for named in ranges_of_ci(github(tmp_path, kind, event))] == ranges


def gitlab(before: str, branch: str, source: str = "push") -> dict[str, str]:
    """Give the variables of a GitLab pipeline of a branch."""
    ends = {"CI_COMMIT_SHA": C, "CI_COMMIT_BEFORE_SHA": before}
    names = {"CI_COMMIT_BRANCH": branch, "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": source}
    return {"GITLAB_CI": "true", **ends, **names}


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
        (gitlab(A, "main"), [f"{A}..{C}", f"{A}...{C}"]),
        (gitlab(A, "topic"), [f"{A}..{C}", f"refs/remotes/origin/main...{C}", f"{A}...{C}", NEW]),
        (gitlab(ZERO, "topic"), [f"refs/remotes/origin/main...{C}", NEW]),
        (gitlab(ZERO, "main", "push"), [NEW]),
        (gitlab(ZERO, "main", "schedule"), []),
        (
            {
                "TF_BUILD": "True",
                "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
                "SYSTEM_PULLREQUEST_SOURCECOMMITID": B,
                "BUILD_SOURCEVERSION": C,
            },
            [f"{C}^1..{C}", "refs/remotes/origin/main...HEAD"],
        ),
        ({"TF_BUILD": "True", "BUILD_SOURCEVERSION": C}, []),
        ({"CHANGE_ID": "1", "CHANGE_TARGET": "main"}, ["refs/remotes/origin/main...HEAD"]),
        (
            {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"},
            ["refs/remotes/origin/main...HEAD"],
        ),
        ({"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}, []),
        (
            {"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://example.org/pull/1"},
            ["refs/remotes/origin/HEAD...HEAD"],
        ),
        ({"CIRCLECI": "true"}, []),
        (
            {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_ID": "1", "BITBUCKET_PR_DESTINATION_COMMIT": "abc1234"},
            ["abc1234...HEAD"],
        ),
        ({"BITBUCKET_BUILD_NUMBER": "1"}, []),
        (
            {"CI_PIPELINE_EVENT": "pull_request", "CI_COMMIT_SHA": C, "CI_COMMIT_TARGET_BRANCH": "main"},
            [f"refs/remotes/origin/main...{C}"],
        ),
        ({"CI_PIPELINE_EVENT": "push", "CI_COMMIT_SHA": C, "CI_PREV_COMMIT_SHA": A}, [f"{A}..{C}", f"{A}...{C}"]),
        ({"CI_PIPELINE_EVENT": "cron", "CI_COMMIT_SHA": C, "CI_PREV_COMMIT_SHA": A}, []),
        (
            {
                "DRONE": "true",
                "DRONE_BUILD_EVENT": "pull_request",
                "DRONE_COMMIT_SHA": C,
                "DRONE_TARGET_BRANCH": "main",
            },
            [f"refs/remotes/origin/main...{C}"],
        ),
        ({"DRONE": "true", "DRONE_BUILD_EVENT": "cron", "DRONE_COMMIT_SHA": C}, []),
    ],
)
def test_the_other_systems(variables: dict[str, str], ranges: list[str]) -> None:
    """Each names a request's range in its own way; a build of something else names none."""
    assert [str(named.ends) for named in ranges_of_ci(variables)] == ranges


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


def request(repo: GitRepository, base: str, head: str) -> dict[str, object]:
    """Give the event of a request of one revision for another."""
    ids = {"base": {"sha": repo.git("rev-parse", base)}, "head": {"sha": repo.git("rev-parse", head)}}
    return {"pull_request": ids}


def test_the_request_is_what_would_be_merged(merged: GitRepository, tmp_path: Path) -> None:
    """Without what others merged in the meantime."""
    merge = merged.git("rev-parse", "HEAD")
    event = request(merged, "HEAD^1", "HEAD^2")
    change = report_of(merged.path, **github(tmp_path, "pull_request", event) | {"GITHUB_SHA": merge})

    assert (change["range"], change["files"], change["added"]) == (f"{merge}^1..{merge}", 1, 1)


@pytest.mark.parametrize("named", [True, False])
def test_a_merge_that_is_the_head_of_the_request_is_not_taken_for_a_test_merge(
    repo: GitRepository, tmp_path: Path, named: bool
) -> None:
    """Gitea and Forgejo name the head itself; act may name no commits at all."""
    repo.commit({"a.txt": "a\n"})
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"topic.txt": "t\n"})
    repo.git("checkout", "--quiet", "main")
    repo.commit({"main.txt": "m\n"})
    repo.git("checkout", "--quiet", "topic")
    repo.git("merge", "--quiet", "--no-edit", "main")
    repo.git("update-ref", "refs/remotes/origin/main", "main")
    event = request(repo, "main", "topic") if named else {}
    variables = github(tmp_path, "pull_request", event) | {"GITHUB_SHA": repo.git("rev-parse", "HEAD")}

    assert report_of(repo.path, GITEA_ACTIONS="true", **variables)["base"] == repo.git("rev-parse", "main")


@pytest.fixture
def pushed(repo: GitRepository) -> GitRepository:
    """Give a clone of a topic branch whose only commit was made anew, upon a main that went on."""
    repo.commit({"a.txt": "a\n"})
    repo.git("tag", "old")
    repo.commit({"main.txt": "m\n"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"topic.txt": "t\n"})
    repo.git("update-ref", "refs/remotes/origin/topic", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/topic")
    return repo


def push(repo: GitRepository, folder: Path, before: str, default: str = "main") -> dict[str, str]:
    """Give the variables of a push of the branch topic."""
    event = {"before": before, "repository": {"default_branch": default}}
    return github(folder, "push", event) | {"GITHUB_SHA": repo.git("rev-parse", "topic")}


@pytest.mark.parametrize("default", ["main", "develop", ""])
@pytest.mark.parametrize("before", [ZERO, A, "old-topic"])
def test_a_new_or_replaced_branch_is_what_it_adds(
    pushed: GitRepository, tmp_path: Path, before: str, default: str
) -> None:
    """To the default branch, or to all others; what the default branch got meanwhile is no part of it."""
    if before == "old-topic":
        pushed.git("checkout", "--quiet", "-b", "before", "old")
        before = pushed.commit({"topic.txt": "earlier\n"})
        default = "main"

    change = report_of(pushed.path, **push(pushed, tmp_path, before, default))

    assert (change["base"], change["files"]) == (pushed.git("rev-parse", "main"), 1)


def test_the_first_push_of_a_repository_is_new(pushed: GitRepository, tmp_path: Path) -> None:
    """All of it, where the branch is the default one; of another branch alone it is not known what is new."""
    pushed.git("update-ref", "-d", "refs/remotes/origin/main")

    assert report_of(pushed.path, **push(pushed, tmp_path, ZERO, "topic"))["base"] is None
    ended = CommandLine(pushed.path)("check", **push(pushed, tmp_path, ZERO, "main"))
    assert ended.code == 2
    assert "which this clone does not hold: fetch its history" in ended.stderr


def test_a_replaced_default_branch_needs_its_earlier_commit(pushed: GitRepository, tmp_path: Path) -> None:
    """Nothing else says what is new on it."""
    ended = CommandLine(pushed.path)("check", **push(pushed, tmp_path, A, "topic"))

    assert ended.code == 2
    assert f"GitHub names the change {A}..." in ended.stderr


@pytest.mark.parametrize("kind", ["refs/tags/", "refs/heads/"])
def test_a_ref_called_as_the_target_is_not_the_target(merged: GitRepository, kind: str) -> None:
    """Git takes a tag or a local branch origin/main for it before the remote's branch."""
    merged.git("update-ref", f"{kind}origin/main", "HEAD")
    change = report_of(merged.path, CHANGE_ID="1", CHANGE_TARGET="main")

    assert (change["base"], change["files"]) == (merged.git("rev-parse", "HEAD^1"), 1)


def test_a_named_range_wins_over_the_variables(merged: GitRepository, tmp_path: Path) -> None:
    """So does a base."""
    variables = github(tmp_path, "pull_request", REQUEST)

    assert report_of(merged.path, "HEAD", **variables)["range"] == "HEAD"
    assert report_of(merged.path, **variables, GATECHECK_BASE="origin/topic")["range"] == "origin/topic...HEAD"


def test_a_branch_of_the_remote_is_the_target(merged: GitRepository) -> None:
    """For systems that name the branch alone."""
    merged.git("checkout", "--quiet", "origin/topic")
    change = report_of(merged.path, CHANGE_ID="1", CHANGE_TARGET="main")

    assert (change["range"], change["files"]) == ("refs/remotes/origin/main...HEAD", 1)


def test_a_change_that_the_clone_does_not_hold_is_refused(merged: GitRepository, tmp_path: Path) -> None:
    """Nothing smaller is checked in its place."""
    ended = CommandLine(merged.path)("check", **github(tmp_path, "pull_request", REQUEST))

    assert ended.code == 2
    assert (
        f"GitHub names the change refs/remotes/origin/main...{B}, which this clone does not hold: fetch its history"
        in ended.stderr
    )
