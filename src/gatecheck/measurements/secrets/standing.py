"""What already stood at the base: a line that was moved, merged or put back is not new."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gatecheck.change import Change, FileChange, History
from gatecheck.measurements.secrets.candidate import Candidate, Kind
from gatecheck.measurements.secrets.texts import decoded

_TELLING_LENGTH = 12  # characters from which a value needs no name beside it to be the same one


class Standing:
    """The files of the base that the change or one of its commits touched."""

    def __init__(self, change: Change, history: History) -> None:
        """Read them when the first candidate asks."""
        self._change, self._history = change, history

    @cached_property
    def _files(self) -> list["_File"]:
        return [_File(path, decoded(before)) for path, before in _before(self._change, self._history)]

    def paths(self, candidate: Candidate, source: str) -> Iterator[str]:
        """Give the base's files that hold the candidate's source line, or its value with its name."""
        return (file.path for file in self._files if file.holds(candidate, source.strip()))


@dataclass(frozen=True)
class _File:
    path: str
    lines: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        return "\n".join(self.lines)

    @cached_property
    def stripped(self) -> frozenset[str]:
        return frozenset(line.strip() for line in self.lines)

    def holds(self, candidate: Candidate, source: str) -> bool:
        if candidate.value in source and source in self.stripped:
            return True  # not by a line that any key has, such as the first one of a PEM block
        if candidate.value not in self.text:
            return False
        if candidate.kind is Kind.TOKEN or len(candidate.value) >= _TELLING_LENGTH:
            return True
        return any(candidate.value in line and candidate.name in line for line in self.lines)


def _before(change: Change, history: History) -> Iterator[tuple[str, bytes]]:
    """Give what the files held before: at the base, and before the first commit of the range that touched them.

    What the first commit to touch a file found there came from a commit outside the range, so it was published before.
    """
    yield from (_side(file) for file in change.files if file.before)
    touched: set[str] = set()
    for commit in history.commits:
        for file in commit.files:
            if file.before and not touched & {file.path, file.old_path or file.path}:
                yield _side(file)
        touched.update(file.path for file in commit.files)


def _side(file: FileChange) -> tuple[str, bytes]:
    return file.old_path or file.path, file.before or b""
