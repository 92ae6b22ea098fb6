"""Names of files that deceive: equal to another but for case or look, unprintable, or read as git's own."""

import re
from collections.abc import Iterable, Iterator

from gatecheck.change import EXECUTABLE, GITLINK, SYMLINK, FileChange, Kind, lines_of
from gatecheck.hidden.characters import named
from gatecheck.hidden.identifiers import as_read, shaped
from gatecheck.hidden.kinds import arrivals
from gatecheck.model import Finding, Location, Severity

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\U000e0000-\U000e007f]"
)
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_GITS = re.compile(r"\.git[ .]*|git~\d+", re.IGNORECASE)  # what Windows and macOS take for .git (git's path.c)


def unsafe_names(files: Iterable[FileChange]) -> Iterator[Finding]:
    """Look for new paths that are not what they show; needs no other path."""
    for file in arrivals(files):
        if said := _unsafe(file.path):
            rule, message, level = said
            shown = ascii(file.path)[1:-1]
            yield Finding(rule, f"{shown}: {message}", Location(file.path), level, "give it a plain name")


def _unsafe(path: str) -> tuple[str, str, Severity] | None:
    parts = path.split("/")
    if match := _UNSEEN.search(path):
        return "unseen-in-name", f"{named(match.group())} in the name cannot be seen", Severity.ERROR
    if any(_GITS.fullmatch(as_read(part)) for part in parts):
        return "name-of-git", "a system may take it for git's own folder", Severity.ERROR
    if any(part != part.rstrip(" ") or part != part.lstrip(" ") for part in parts):
        return "blank-in-name", "a blank at the end of a name cannot be seen", Severity.ERROR
    if any(part.endswith(".") for part in parts):
        return "dot-at-end", "Windows drops the dot at the end", Severity.WARNING
    if _NO_UTF8.search(path):
        return "name-not-utf8", "the name is no UTF-8, and is shown differently everywhere", Severity.WARNING
    return None


def twins(files: Iterable[FileChange], paths: Iterable[str]) -> Iterator[Finding]:
    """Look for new paths that differ from another only by case, Unicode form or look; `paths` are the head's."""
    added = arrivals(files)
    if not added:
        return
    known: dict[str, set[str]] = {}
    for part in {part for path in paths for part in _folders(path)}:
        known.setdefault(_key(part), set()).add(part)
    for file in added:
        pairs = ((part, known.get(_key(part), set()) - {part}) for part in _folders(file.path))
        for part, others in pairs:
            if others:
                yield _twin(file.path, part, min(others))
                break


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _key(path: str) -> str:
    return shaped(path).casefold()


def _twin(path: str, part: str, other: str) -> Finding:
    whole = part == path
    look = "" if part.isascii() and other.isascii() else " or look"
    message = f"{ascii(part)[1:-1]} differs from {ascii(other)[1:-1]} only by case{look}"
    what = (
        ": one takes the other's place on Windows and macOS" if whole else ": the folders are one on Windows and macOS"
    )
    level = Severity.ERROR if whole or look else Severity.WARNING
    return Finding("twin-path", message + what, Location(path), level, "give it a name of its own")


def links(files: Iterable[FileChange], paths: frozenset[str]) -> Iterator[Finding]:
    """Look for new or redirected symbolic links; `paths` are the head's files that can be read."""
    for file in files:
        if file.new_mode != SYMLINK:
            continue
        if file.after is None:
            yield _became_link(file.path, file.path in paths)
        elif file.old_mode != SYMLINK or file.before != file.after or file.kind is Kind.RENAMED:
            yield _link(file.path, file.after.decode("utf-8", "replace"), paths)


def _became_link(path: str, known: bool) -> Finding:
    """Tell of a file that became a link; a path that can be read leads to a file of the repository."""
    if known:
        return Finding("link", "a file became a symbolic link to another", Location(path), Severity.NOTE)
    message, mend = "a file became a symbolic link, and where it leads is not known", "add the link by a new name"
    return Finding("link-unknown", message, Location(path), Severity.WARNING, mend)


def _link(path: str, target: str, paths: frozenset[str]) -> Finding:
    message = f"a symbolic link to {ascii(target)[1:-1]}"
    mend = "put a file there, or link to a path of the repository"
    place = _resolved(path, target)
    if place is None:
        said = f"{message}, out of the repository: what it holds is each machine's own"
        return Finding("link-out", said, Location(path), Severity.ERROR, mend)
    if any(_GITS.fullmatch(part) for part in place.split("/")):
        return Finding("link-out", f"{message}, into git's own folder", Location(path), Severity.ERROR, mend)
    if place in paths and path not in paths:
        said = f"{message}, that leads elsewhere through another link"
        return Finding("link-out", said, Location(path), Severity.ERROR, mend)
    inside = place in paths or any(known.startswith(f"{place}/") for known in paths) or not place
    if inside:
        return Finding("link", f"{message}: the diff shows no more than that", Location(path), Severity.NOTE, "")
    return Finding(
        "link-nowhere", f"{message}, which the repository does not have", Location(path), Severity.WARNING, mend
    )


def _resolved(path: str, target: str) -> str | None:
    """Give where a link leads, from the top of the repository; None when that is outside."""
    if target.startswith(("/", "\\", "~")) or target[1:2] == ":":
        return None
    parts = path.split("/")[:-1]
    for part in target.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def submodules(files: Iterable[FileChange]) -> Iterator[Finding]:
    """Look for new or moved submodules, whose content is in another repository, and for other addresses of them."""
    for file in files:
        if file.new_mode == GITLINK and file.kind is not Kind.DELETED:
            what = "moves to another commit" if file.old_mode == GITLINK else "is new"
            message = f"the submodule {what}: what it brings is not in this diff, and was not looked at"
            mend = "review the submodule's own change; this gate cannot"
            yield Finding("submodule", message, Location(file.path), Severity.WARNING, mend)
        elif file.path == ".gitmodules" and file.before is not None and _urls(file.after) - _urls(file.before):
            yield Finding("submodule-address", "a submodule has another address", Location(file.path), Severity.WARNING)


def _urls(text: bytes | None) -> set[bytes]:
    return {
        line.split(b"=", 1)[1].strip() for line in lines_of(text) if line.strip().startswith(b"url") and b"=" in line
    }


def modes(files: Iterable[FileChange]) -> Iterator[Finding]:
    """Look for files that became executable and name no program to run them."""
    for file in files:
        became = file.old_mode not in {EXECUTABLE, 0} and file.kind in {Kind.MODIFIED, Kind.RENAMED}
        if became and file.new_mode == EXECUTABLE and not (file.after or b"").startswith(b"#!"):
            message, mend = (
                "becomes executable and names no program to run it (#!)",
                f"git update-index --chmod=-x {file.path}",
            )
            yield Finding("executable", message, Location(file.path), Severity.WARNING, mend)
