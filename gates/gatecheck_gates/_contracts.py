"""Endpoints that answer with another status than the base's tests expected, and whether a changelog says so."""

import re
from collections.abc import Iterable, Iterator

from gatecheck.change import Change, lines_of
from gatecheck.model import Finding, Location, Severity
from gatecheck.soundness.contracts import ContractChange, contract_changes
from gatecheck.task import Strategy
from gatecheck_gates._reconcile import Edits

_STRICT = frozenset({Strategy.REFACTOR, Strategy.CHARACTERIZATION, Strategy.BUG_FIX})
# Files, and folders of fragments that become one.
_CHANGELOG = re.compile(
    r"(?:^|/)(?:changelog|changes|history|news|release|whatsnew|whats_new|migrat|upgrad)[^/]*(?:/[^/]*)?$",
    re.IGNORECASE,
)
_SERVER_ERROR = 500  # and above: no client can have counted on it


def changed_contracts(ids: Iterable[str], edits: Edits, change: Change, strategy: Strategy) -> Iterator[Finding]:
    """Find what tests of the base that break now, and were edited, expected of endpoints.

    An error where the strategy leaves behaviour as it is, or mends it, and no line of a changelog names the endpoint or
    its new status; else a warning, and a note where one does.
    """
    said = "\n".join(_changelog(change))
    found: dict[tuple[str, tuple[int, ...], tuple[int, ...]], Finding] = {}
    for id_ in ids:
        test = edits.test_of(id_)
        now = edits.became(test) if test else None
        for one in contract_changes(test.node, now.node) if test and now else ():
            key = one.endpoint, one.before, one.after
            found.setdefault(key, _finding(one, now.path if now else "", _names(said, one), strategy))
    yield from found.values()


def _changelog(change: Change) -> Iterator[str]:
    """Give the lines that the change adds to changelogs."""
    for file in change.files:
        if _CHANGELOG.search(file.path) and not file.is_python:
            lines = lines_of(file.after)
            yield from (lines[line - 1].decode("utf-8", "replace") for line in sorted(file.added_lines))


def _names(said: str, one: ContractChange) -> bool:
    path = one.endpoint.partition(" ")[2].strip("/")
    return bool(path and path in said) or any(str(status) in said for status in one.after)


def _finding(one: ContractChange, path: str, told: bool, strategy: Strategy) -> Finding:
    was, now = (" or ".join(map(str, statuses)) for statuses in (one.before, one.after))
    endpoint = one.endpoint or "an endpoint"
    words = f"{endpoint} answers {now} where a test of the base expected {was}"
    mend = f"name {endpoint} and {now} in the changelog, with what its users must do, or let it answer {was}"
    harmless = min(one.before) >= _SERVER_ERROR
    if told or harmless:
        level = Severity.ERROR if strategy is Strategy.REFACTOR and not harmless else Severity.NOTE
        return Finding("changed-contract", words, Location(path, one.line), level)
    level = Severity.ERROR if strategy in _STRICT else Severity.WARNING
    return Finding("changed-contract", f"{words}, and no changelog says so", Location(path, one.line), level, mend)
