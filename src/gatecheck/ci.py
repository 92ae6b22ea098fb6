"""The change that a CI system runs for, as its own variables name it.

Where the system checks out a merge of the request into its target, that merge against its first parent is exactly what
would be merged. Elsewhere it is what the head did since it left the target. The names of the variables are those of the
systems' own manuals.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatecheck.errors import UsageError

_LONGEST_EVENT = 25 * 2**20  # bytes: GitHub cuts an event's payload off there
_NO_COMMIT = frozenset("0")  # what a push names when the branch was not there


@dataclass(frozen=True)
class NamedRange:
    """A range in git's words, the system that named it, and a revision that must be there for it to be right."""

    text: str
    system: str
    needs: str = ""


def ranges_of_ci(variables: Mapping[str, str]) -> tuple[NamedRange, ...]:
    """Give the ranges that the CI's variables name, the most exact first; none outside of a CI system.

    Raises UsageError where a file that they name cannot be read.
    """
    for system, (mark, read) in SYSTEMS.items():
        if variables.get(mark):
            return tuple(NamedRange(text, system, needs) for text, needs in read(variables) if _whole(text))
    return ()


def choose(ranges: Sequence[NamedRange], knows: Callable[[str], bool]) -> str:
    """Take the first range whose revisions are all known; raises UsageError where there is none."""
    for named in ranges:
        ends = named.text.replace("...", "..").split("..")
        if all(knows(revision) for revision in (*ends, named.needs) if revision):
            return named.text
    mend = "fetch its history (a full clone, fetch-depth 0), or name the range or --base"
    raise UsageError(f"{ranges[-1].system} names the change {ranges[-1].text}, which this clone does not hold: {mend}")


def _whole(text: str) -> bool:
    """Tell whether both ends of a range are named: a variable may be unset, or name no commit."""
    ends = text.replace("...", "..").split("..")
    return all(end.strip("^12") and not _NO_COMMIT.issuperset(end) and not end.endswith("/") for end in ends)


def _merge(commit: str) -> tuple[str, str]:
    """Name a merge commit against its first parent; that it is one is seen by its second parent."""
    return f"{commit}^1..{commit}", f"{commit}^2"


def _github(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    event, commit = _event(variables.get("GITHUB_EVENT_PATH", "")), variables.get("GITHUB_SHA", "")
    kind = variables.get("GITHUB_EVENT_NAME", "")
    if kind == "push":
        return [(f"{event.get('before', '')}..{commit}", "")]
    if kind == "merge_group":
        return [(f"{_part(event, 'merge_group', 'base_sha')}...{commit}", "")]
    if not kind.startswith("pull_request"):
        return []
    request = (f"{_part(event, 'pull_request', 'base', 'sha')}...{_part(event, 'pull_request', 'head', 'sha')}", "")
    # For pull_request_target the commit is the target's own.
    return [_merge(commit), request] if kind == "pull_request" else [request]


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


def _gitlab(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    commit = variables.get("CI_COMMIT_SHA", "")
    if not variables.get("CI_MERGE_REQUEST_IID"):
        return [(f"{variables.get('CI_COMMIT_BEFORE_SHA', '')}..{commit}", "")]
    return [
        (f"{variables.get('CI_MERGE_REQUEST_TARGET_BRANCH_SHA', '')}..{commit}", ""),  # only of a merge's pipeline
        (f"{variables.get('CI_MERGE_REQUEST_DIFF_BASE_SHA', '')}...{commit}", ""),
    ]


def _azure(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    target = variables.get("SYSTEM_PULLREQUEST_TARGETBRANCH", "").removeprefix("refs/heads/")
    if not target:
        return []
    return [_merge(variables.get("BUILD_SOURCEVERSION", "")), (f"origin/{target}...HEAD", "")]


def _jenkins(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"origin/{variables.get('CHANGE_TARGET', '')}...HEAD", "")]


def _buildkite(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    request = variables.get("BUILDKITE_PULL_REQUEST", "false") != "false"
    return [(f"origin/{variables.get('BUILDKITE_PULL_REQUEST_BASE_BRANCH', '')}...HEAD", "")] if request else []


def _circle(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """CircleCI names no target: it is the default branch, and the report shows which that is."""
    return [("origin/HEAD...HEAD", "")] if variables.get("CIRCLE_PULL_REQUEST") else []


def _bitbucket(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    request = bool(variables.get("BITBUCKET_PR_ID"))
    return [(f"{variables.get('BITBUCKET_PR_DESTINATION_COMMIT', '')}...HEAD", "")] if request else []


SYSTEMS: dict[str, tuple[str, Callable[[Mapping[str, str]], list[tuple[str, str]]]]] = {
    "GitHub": ("GITHUB_ACTIONS", _github),
    "GitLab": ("GITLAB_CI", _gitlab),
    "Azure": ("TF_BUILD", _azure),
    "Jenkins": ("CHANGE_ID", _jenkins),
    "Buildkite": ("BUILDKITE", _buildkite),
    "CircleCI": ("CIRCLECI", _circle),
    "Bitbucket": ("BITBUCKET_BUILD_NUMBER", _bitbucket),
}
