"""Secrets that a change writes into files or commit messages, in five layers; see the gate no-secrets.

tokens: providers' tokens and private keys. syntax: Python's tree. lines: any other text. plausible: what is a
placeholder. places: where it weighs how much. Raw values stay in memory: what is returned, and so cached and reported,
is masked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from gatecheck.change import Change, History
from gatecheck.locks import is_lock
from gatecheck.measurements.secrets import lines, syntax, tokens
from gatecheck.measurements.secrets.candidate import Candidate, Kind, fingerprint
from gatecheck.measurements.secrets.masking import mask, masked_line
from gatecheck.measurements.secrets.places import Place, place_of
from gatecheck.measurements.secrets.standing import Standing
from gatecheck.measurements.secrets.texts import Text, decoded, texts_of, unread_paths
from gatecheck.project import Project
from gatecheck.workspace import Workspace

MOST = 200  # finds kept, the weightiest first; nobody reads more
MOST_FINGERPRINTS = 50  # 40 ms each
MOST_GONE = 20  # fingerprints of what is taken out
MOST_COVERED = 5_000  # values that are covered in every line that is shown, the weightiest first
MOST_COMPARED = 50  # values of one line that another one is compared with

__all__ = ["AllowComment", "Kind", "Place", "Secret", "Secrets", "measure_secrets"]


@dataclass(frozen=True)
class Secret:
    """One find, masked. `line` is None where lines mean nothing; `commit` is empty for what the head holds.

    weak: the value may be a stand-in. name: what the value stands under. source: its line, masked as well. fingerprint:
    what a policy accepts it by.
    """

    rule: str
    path: str
    line: int | None
    kind: Kind = Kind.GENERIC
    place: Place = Place.SOURCE
    weak: bool = False
    name: str = ""
    shown: str = "…"
    source: str = ""
    commit: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class AllowComment:
    """An added comment that tells some scanner to look away."""

    path: str
    line: int
    marker: str


@dataclass(frozen=True)
class Secrets:
    """What was found, what could not be read (one phrase each), and how much was looked at.

    found: the weightiest first, MOST at most; `more` says that there are others. lines: added ones, of the head and of
    commits. gone: the fingerprints of values that the change takes out of a file.
    """

    found: tuple[Secret, ...] = ()
    allow_comments: tuple[AllowComment, ...] = ()
    unread: tuple[str, ...] = ()
    more: bool = False
    lines: int = 0
    commits: int = 0
    gone: tuple[str, ...] = ()


def measure_secrets(change: Change, history: History, project: Project, workspace: Workspace) -> Secrets:
    """Look through all that the change and each of its commits added.

    Raises MeasurementError when the engine for tokens is missing or breaks.
    """
    texts = list(texts_of(change, history))
    suspects = sorted(_suspects(texts, project, workspace), key=_rank)
    found = list(islice(_distinct(_new(suspects, change, history, project)), MOST + 1))
    values = frozenset(suspect.candidate.value for suspect in suspects[:MOST_COVERED])
    return Secrets(
        found=tuple(
            _masked(suspect, values, number < MOST_FINGERPRINTS) for number, suspect in enumerate(found[:MOST])
        ),
        allow_comments=tuple(_allow_comments(texts)),
        unread=tuple(_unread(change, history)),
        more=len(found) > MOST,
        lines=sum(len(text.added) for text in texts if text.path),
        commits=len(history.commits),
        gone=tuple(islice(_gone(change, project, workspace), MOST_GONE)),
    )


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A candidate with where it was found."""

    text: Text
    candidate: Candidate
    place: Place

    @property
    def source(self) -> str:
        """Give the line that it was found on."""
        return self.text.lines[self.candidate.line - 1]


def _rank(suspect: _Suspect) -> tuple[bool, bool, bool]:
    """Order the weightiest first: tokens, then what is strong, then what stands in source; decoys come last."""
    candidate = suspect.candidate
    return (candidate.kind is not Kind.TOKEN, candidate.weak, suspect.place is not Place.SOURCE)


def _suspects(texts: Sequence[Text], project: Project, workspace: Workspace) -> Iterator[_Suspect]:
    """Give the texts' candidates; while the engine for tokens loads, which takes its time, all else is looked for."""
    tokens.load_beside(texts, lambda: workspace.lasting("kingfisher"))
    for text, candidates, folded in [(text, *_read(text)) for text in texts]:
        found = tokens.find(text, folded, lambda: workspace.lasting("kingfisher"))
        place = place_of(text.path, project)
        yield from (_Suspect(text, candidate, place) for candidate in _distinct_values(chain(found, candidates)))


def _distinct_values(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Give each value once a line; a token is not given again as a password."""
    found: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        known = found.setdefault(candidate.line, [])
        if not any(_overlap(candidate, other) for other in known[:MOST_COMPARED]):
            known.append(candidate)
            yield candidate


def _overlap(candidate: Candidate, other: Candidate) -> bool:
    return candidate.value in other.value or other.value in candidate.value


def _read(text: Text) -> tuple[list[Candidate], list[syntax.Folded]]:
    """Look for all but tokens; give the strings as well that may be some."""
    if text.binary:
        return [], []
    parsed = syntax.find(text) if text.path.endswith((".py", ".pyi")) else None
    candidates, folded = parsed or ([], [])
    if parsed is not None:
        candidates.extend(lines.find_in_comments(text))
    candidates.extend(lines.find(text, only_addresses=parsed is not None or is_lock(text.path)))
    return candidates, folded


def _new(suspects: Iterable[_Suspect], change: Change, history: History, project: Project) -> Iterator[_Suspect]:
    """Give what did not stand at the base in a place that weighs as much."""
    standing = Standing(change, history)
    for suspect in suspects:
        paths = standing.paths(suspect.candidate, suspect.source)
        if not any(place_of(path, project) in {Place.SOURCE, suspect.place} for path in paths):
            yield suspect


def _distinct(suspects: Iterable[_Suspect]) -> Iterator[_Suspect]:
    """Drop from a commit what the head or an earlier commit shows as well."""
    shown: set[tuple[str, Place]] = set()
    for suspect in suspects:
        key = (suspect.candidate.value, suspect.place)
        if not suspect.text.commit or key not in shown:
            yield suspect
        shown.add(key)


def _gone(change: Change, project: Project, workspace: Workspace) -> Iterator[str]:
    """Give the fingerprints of the strong values that stood at the base and stand no more in their file."""
    for file in change.files:
        path = file.old_path or file.path
        if not file.before or not file.removed_lines or file.binary or place_of(path, project) is Place.LOCK:
            continue
        left = "\n".join(decoded(file.after or b"")) if path == file.path else ""
        for suspect in _suspects([Text(path, decoded(file.before), file.removed_lines)], project, workspace):
            found = suspect.candidate
            if not found.weak and found.value not in left:
                yield fingerprint(found.rule, path, found.value)


def _allow_comments(texts: Iterable[Text]) -> Iterator[AllowComment]:
    of_head = (text for text in texts if not text.commit)
    return (AllowComment(text.path, *found) for text in of_head for found in lines.allow_comments(text))


def _masked(suspect: _Suspect, values: frozenset[str], fingerprinted: bool) -> Secret:
    candidate, text = suspect.candidate, suspect.text
    beside = [value for value in values if value in suspect.source]
    worth = fingerprinted and not candidate.weak
    return Secret(
        rule=candidate.rule,
        path=text.path,
        line=None if text.binary else candidate.line,
        kind=candidate.kind,
        place=suspect.place,
        weak=candidate.weak,
        name=candidate.name,
        shown=mask(candidate.value),
        source="" if text.binary else masked_line(suspect.source, candidate.value, beside),
        commit=text.commit,
        fingerprint=fingerprint(candidate.rule, text.path, candidate.value) if worth else "",
    )


def _unread(change: Change, history: History) -> Iterator[str]:
    paths = dict.fromkeys(unread_paths((*change.files, *(file for commit in history.commits for file in commit.files))))
    yield from (f"{path} is too big to be read" for path in paths)
    yield from (
        f"{limit.seen - limit.limit} of the range's {limit.seen} commits are too many" for limit in history.limits
    )
