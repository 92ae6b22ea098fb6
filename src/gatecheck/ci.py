"""The change that a CI system runs for, as its own variables name it.

Where the system checks out a merge of the request into its target, that merge against its first parent is exactly what
would be merged. Elsewhere it is what the head did since it left the target. The names of the variables are those of the
systems' own manuals. Systems imitate each other's variables, so each range says what must be true for it to be right.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatecheck.errors import UsageError
from gatecheck.ranges import Known
from gatecheck.repository import Repository

_LONGEST_EVENT = 25 * 2**20  # bytes: GitHub cuts an event's payload off there
_NO_COMMIT = frozenset("0")  # what a push names when the branch was not there
_REMOTE = "refs/remotes/origin/"  # written out: a tag or local branch may be called origin/main


@dataclass(frozen=True)
class Ends:
    """The ends of a range, and what must be true of them.

    forward: the base is an ancestor of the head; else what the head did since it left the base is meant. merges: the
    head is a merge of this commit into the base.
    """

    base: str | Known
    head: str
    forward: bool = False
    merges: str = ""

    def __str__(self) -> str:
        """Write the range as git does."""
        return f"{self.base}{'..' if self.forward else '...'}{self.head}"

    @property
    def named(self) -> bool:
        """Tell whether both ends are named: a variable may be unset, or name no commit."""
        return all(_names(end) for end in (self.base, self.head))

    def holds(self, repository: Repository) -> bool:
        """Tell whether all that is named is in the repository, and as it must be."""
        head = repository.identify(self.head)
        if head is None:
            return False
        if isinstance(self.base, Known):
            return bool(self.base.ids(repository)) or self.base.may_be_empty
        base = repository.identify(self.base)
        if base is None or (self.forward and repository.common_ancestor(base, head) != base):
            return False
        return not self.merges or repository.identify(f"{self.head}^2") == self.merges


def _names(end: str | Known) -> bool:
    return isinstance(end, Known) or bool(end.strip("^12") and not _NO_COMMIT.issuperset(end) and not end.endswith("/"))


@dataclass(frozen=True)
class NamedRange:
    """A range and the system that named it."""

    ends: Ends
    system: str


def ranges_of_ci(variables: Mapping[str, str]) -> tuple[NamedRange, ...]:
    """Give the ranges that the CI's variables name, the most exact first; none outside of a CI system.

    Raises UsageError where a file that they name cannot be read.
    """
    for system, (mark, read) in SYSTEMS.items():
        if variables.get(mark):
            return tuple(NamedRange(ends, system) for ends in read(variables) if ends.named)
    return ()


def choose(ranges: Sequence[NamedRange], repository: Repository) -> Ends:
    """Take the first range that the repository holds; raises UsageError where there is none."""
    for named in ranges:
        if named.ends.holds(repository):
            return named.ends
    said = ([named for named in ranges if isinstance(named.ends.base, str)] or ranges)[-1]
    mend = "fetch its history (a full clone, fetch-depth 0), or name the range or --base"
    raise UsageError(f"{said.system} names the change {said.ends}, which this clone does not hold: {mend}")


def _merge(commit: str, of: str) -> list[Ends]:
    """Name a merge commit against its first parent, where it is known of which commit it is the merge."""
    return [Ends(f"{commit}^1", commit, forward=True, merges=of)] if _names(of) else []


def _push(before: str, after: str, branch: str, default: str) -> list[Ends]:
    """Name what a push brought.

    A new branch, or one whose earlier commits were replaced, is compared with the default branch, else with all other
    branches.
    """
    others = Known(without=_REMOTE + branch, may_be_empty=branch == default)
    replaced = branch == default and _names(before)
    return [
        Ends(before, after, forward=True),
        *([Ends(_REMOTE + default, after)] if default != branch else []),
        Ends(before, after),
        *([] if replaced else [Ends(others, after)]),
    ]


def _github(variables: Mapping[str, str]) -> list[Ends]:
    """Read GitHub's variables; Gitea, Forgejo and act set the same, and run for the head of a request itself."""
    event, commit = _event(variables.get("GITHUB_EVENT_PATH", "")), variables.get("GITHUB_SHA", "")
    kind = variables.get("GITHUB_EVENT_NAME", "")
    if kind == "push":
        branch = variables.get("GITHUB_REF", "").removeprefix("refs/heads/")
        return _push(_part(event, "before"), commit, branch, _part(event, "repository", "default_branch"))
    if kind == "merge_group":
        return [Ends(_part(event, "merge_group", "base_sha"), commit)]
    if not kind.startswith("pull_request"):
        return []
    base, head = (_part(event, "pull_request", end, "sha") for end in ("base", "head"))
    # For pull_request_target the commit is the target's own.
    tested = commit if kind == "pull_request" else ""
    target = _REMOTE + variables.get("GITHUB_BASE_REF", "")
    return [*_merge(tested, head), Ends(base, head), Ends(target, head or tested)]


def _event(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_LONGEST_EVENT))
    except (OSError, ValueError) as error:
        raise UsageError(f"GITHUB_EVENT_PATH names {path}, which cannot be read: name the range, or --base") from error
    return event if isinstance(event, dict) else {}


def _part(event: Mapping[str, Any], *names: str) -> str:
    found: object = event
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _gitlab(variables: Mapping[str, str]) -> list[Ends]:
    commit = variables.get("CI_COMMIT_SHA", "")
    if not variables.get("CI_MERGE_REQUEST_IID"):
        branch, default = variables.get("CI_COMMIT_BRANCH", ""), variables.get("CI_DEFAULT_BRANCH", "")
        before, pushed = variables.get("CI_COMMIT_BEFORE_SHA", ""), variables.get("CI_PIPELINE_SOURCE") == "push"
        # A scheduled pipeline names no commit before it, as the first push of a branch.
        return _push(before, commit, branch, default) if _names(before) or pushed or branch != default else []
    merged_into = variables.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "")  # set in the pipeline of a merge alone
    return [
        Ends(merged_into, commit, forward=True),
        Ends(variables.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""), commit),
        Ends(_REMOTE + variables.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""), commit),
    ]


def _azure(variables: Mapping[str, str]) -> list[Ends]:
    target = variables.get("SYSTEM_PULLREQUEST_TARGETBRANCH", "").removeprefix("refs/heads/")
    commit, head = variables.get("BUILD_SOURCEVERSION", ""), variables.get("SYSTEM_PULLREQUEST_SOURCECOMMITID", "")
    return [*_merge(commit, head), Ends(_REMOTE + target, "HEAD")] if target else []


def _jenkins(variables: Mapping[str, str]) -> list[Ends]:
    return [Ends(_REMOTE + variables.get("CHANGE_TARGET", ""), "HEAD")]


def _buildkite(variables: Mapping[str, str]) -> list[Ends]:
    request = variables.get("BUILDKITE_PULL_REQUEST", "false") != "false"
    return [Ends(_REMOTE + variables.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH", ""), "HEAD")] if request else []


def _circle(variables: Mapping[str, str]) -> list[Ends]:
    """CircleCI names no target: it is the default branch, and the report shows which that is."""
    return [Ends(_REMOTE + "HEAD", "HEAD")] if variables.get("CIRCLE_PULL_REQUEST") else []


def _bitbucket(variables: Mapping[str, str]) -> list[Ends]:
    request = bool(variables.get("BITBUCKET_PR_ID"))
    return [Ends(variables.get("BITBUCKET_PR_DESTINATION_COMMIT", ""), "HEAD")] if request else []


def _woodpecker(variables: Mapping[str, str]) -> list[Ends]:
    commit, kind = variables.get("CI_COMMIT_SHA", ""), variables.get("CI_PIPELINE_EVENT", "")
    if kind.startswith("pull_request"):
        return [Ends(_REMOTE + variables.get("CI_COMMIT_TARGET_BRANCH", ""), commit)]
    ends = (variables.get(name, "") for name in ("CI_COMMIT_BRANCH", "CI_REPO_DEFAULT_BRANCH"))
    return _push(variables.get("CI_PREV_COMMIT_SHA", ""), commit, *ends) if kind == "push" else []


def _drone(variables: Mapping[str, str]) -> list[Ends]:
    commit, kind = variables.get("DRONE_COMMIT_SHA", ""), variables.get("DRONE_BUILD_EVENT", "")
    if kind == "pull_request":
        return [Ends(_REMOTE + variables.get("DRONE_TARGET_BRANCH", ""), commit)]
    ends = (variables.get(name, "") for name in ("DRONE_COMMIT_BRANCH", "DRONE_REPO_BRANCH"))
    return _push(variables.get("DRONE_COMMIT_BEFORE", ""), commit, *ends) if kind == "push" else []


SYSTEMS: dict[str, tuple[str, Callable[[Mapping[str, str]], list[Ends]]]] = {
    "GitHub": ("GITHUB_ACTIONS", _github),
    "GitLab": ("GITLAB_CI", _gitlab),
    "Azure": ("TF_BUILD", _azure),
    "Jenkins": ("CHANGE_ID", _jenkins),
    "Buildkite": ("BUILDKITE", _buildkite),
    "CircleCI": ("CIRCLECI", _circle),
    "Bitbucket": ("BITBUCKET_BUILD_NUMBER", _bitbucket),
    "Woodpecker": ("CI_PIPELINE_EVENT", _woodpecker),
    "Drone": ("DRONE", _drone),
}
