"""Which repository is meant: the one around a folder, or the one that git names to a hook by its variables.

Git gives a hook paths that count from the folder in which it starts the hook; the hook may have left that folder.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatecheck.errors import RepositoryError
from gatecheck.objects import run_git, users_environment

# What could run or mislead in the user's configuration; the rest is in force for safe.directory, filters and ignores.
OFF = (
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.commitGraph=false"),
    *("-c", "advice.graftFileDeprecated=false"),  # git would complain of the empty one that we name
)
_COMPLAINTS = {
    "not a git repository": "is not in a git repository: run gatecheck inside one, or `git init`",
    "must be run in a work tree": "is inside a git directory: name the working tree with -C",
    "dubious ownership": "is another user's: if you trust it, `git config --global --add safe.directory <its path>`",
}
_INDEX, _OBJECTS, _MORE_OBJECTS = "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"
_OF_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", _INDEX, _OBJECTS, _MORE_OBJECTS)


@dataclass(frozen=True)
class Place:
    """Where a repository's parts are, as absolute paths.

    top: the folder of the working files, None where there are none. common_dir: where the branches are; a linked
    worktree has a git directory of its own. objects: the folders of objects, those of an incoming push among them.
    """

    git_dir: Path
    common_dir: Path
    top: Path | None
    index: Path
    objects: tuple[Path, ...]
    object_format: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    def read(self, *args: str) -> bytes:
        """Run a git command that only reads, on the repository as it is."""
        return _read_only(self.top or self.git_dir, self.variables, *args)


def find_place(folder: Path) -> Place:
    """Find the repository of a folder; raises RepositoryError where there is none, or where git names what is absent.

    What git names holds for the folder in which gatecheck was started. Another folder that the user names may lie in
    another repository: of the two, the one whose working tree is nearer around the folder is meant.
    """
    if not folder.is_dir():
        raise RepositoryError(f"{folder} is not a folder")
    named = {name: os.environ[name] for name in _OF_GIT if os.environ.get(name)}
    here = Path.cwd()
    if not named or folder.resolve() == here:
        return _place(folder, named)
    own = _tried(folder, {})
    told = _tried(here, named)
    if told is None or (own and not _nearer(told, own, folder.resolve())):
        return own or _place(folder, {})
    return told


def _tried(folder: Path, named: Mapping[str, str]) -> Place | None:
    try:
        return _place(folder, named)
    except RepositoryError:
        return None


def _nearer(one: Place, other: Place, folder: Path) -> bool:
    if one.git_dir == other.git_dir:
        return True
    tops = [place.top or place.git_dir for place in (one, other)]
    return folder.is_relative_to(tops[0]) and tops[0].is_relative_to(tops[1])


def _place(folder: Path, named: Mapping[str, str]) -> Place:
    """Ask git where the repository is, in the folder from which the paths of `named` count."""
    start = _start(folder, named)
    told = _absolute(start, named)
    asked = ("--is-bare-repository", "--show-object-format", "--absolute-git-dir")
    answer = os.fsdecode(_read_only(start, told, "rev-parse", *asked)).rstrip("\n").split("\n", 2)
    git_dir = Path(answer[2])
    top = None if answer[0] == "true" else _top(start, git_dir, told)
    common = Path(told["GIT_COMMON_DIR"]) if "GIT_COMMON_DIR" in told else _common(git_dir)
    variables = {name: value for name, value in told.items() if name not in {"GIT_WORK_TREE", _INDEX}}
    variables |= {"GIT_DIR": str(git_dir)} | ({"GIT_WORK_TREE": str(top)} if top else {})
    index = _index(git_dir, top or git_dir, named.get(_INDEX, ""))
    return Place(git_dir, common, top, index, _object_folders(start, common, told), answer[1], variables)


def _start(folder: Path, named: Mapping[str, str]) -> Path:
    """Give the folder in which git started the hook: it, or one above, is where its relative paths lead somewhere."""
    value = named.get("GIT_DIR")
    if not value:
        return folder
    here = folder.resolve()
    for start in (here, *here.parents):
        if (start / value).is_file() or (start / value / "HEAD").is_file():
            return start
    raise RepositoryError(f"GIT_DIR names {value}, which is no git directory: unset it, or name the repository's own")


def _absolute(start: Path, named: Mapping[str, str]) -> dict[str, str]:
    found = {name: str(start.resolve() / value) for name, value in named.items() if name not in {_INDEX, _MORE_OBJECTS}}
    for name in ("GIT_WORK_TREE", "GIT_COMMON_DIR", _OBJECTS):
        if name in found and not Path(found[name]).is_dir():
            raise RepositoryError(f"{name} names {found[name]}, which is not there: unset it, or mend the path")
    return found | ({_MORE_OBJECTS: named[_MORE_OBJECTS]} if _MORE_OBJECTS in named else {})


def _top(start: Path, git_dir: Path, told: Mapping[str, str]) -> Path | None:
    try:
        top = Path(os.fsdecode(_read_only(start, told, "rev-parse", "--show-toplevel"))[:-1])
    except RepositoryError:
        if "GIT_DIR" not in told:
            raise
        return None  # a hook of a push runs inside of the git directory
    return _checked_out(top, git_dir, told) if "GIT_DIR" in told and top == start.resolve() else top


def _checked_out(start: Path, git_dir: Path, told: Mapping[str, str]) -> Path:
    """Find the top of the working files where git took the folder of the hook for it, that may lie below.

    It has a link to the git directory, or else most of what the last commit has at its top.
    """
    chain = [start, *start.parents]
    for folder in chain:
        if _git_dir_of(folder) == git_dir:
            return folder
    try:
        names = _read_only(start, told, "ls-tree", "--name-only", "-z", "HEAD").split(b"\0")[:-1]
    except RepositoryError:  # no commit yet
        return start
    return max(chain, key=lambda folder: sum(os.path.lexists(os.fsencode(folder) + b"/" + name) for name in names))


def _git_dir_of(folder: Path) -> Path | None:
    link = folder / ".git"
    if not link.is_file():
        return link.resolve() if link.is_dir() else None
    return (folder / os.fsdecode(link.read_bytes()).removeprefix("gitdir: ").rstrip("\n")).resolve()


def _common(git_dir: Path) -> Path:
    linked = git_dir / "commondir"
    return (git_dir / os.fsdecode(linked.read_bytes()).rstrip("\n")).resolve() if linked.is_file() else git_dir


def _index(git_dir: Path, top: Path, named: str) -> Path:
    """Give the index; one that git names counts from the top and is there, unless nothing was ever staged."""
    usual = git_dir / "index"
    index = top / named if named else usual
    if not index.is_file() and index.resolve() != usual.resolve():
        raise RepositoryError(f"GIT_INDEX_FILE names {index}, which is not there: unset it, or mend the path")
    return index


def _object_folders(start: Path, common: Path, told: Mapping[str, str]) -> tuple[Path, ...]:
    own = common / "objects"
    more = (start / path for path in _listed(told.get(_MORE_OBJECTS, "")))
    found = (Path(told[_OBJECTS]), *more, own) if _OBJECTS in told else (own, *more)
    return tuple(dict.fromkeys(folder.resolve() for folder in found if folder.is_dir()))


def _listed(text: str) -> Iterator[str]:
    """Read a list of folders as git writes it; one with a colon or a line end in it is quoted."""
    while text:
        if text.startswith('"'):
            end = next((n for n in range(1, len(text)) if text[n] == '"' and text[n - 1] != "\\"), len(text))
            yield text[1:end].replace('\\"', '"').replace("\\\\", "\\")
            text = text[end + 1 :].removeprefix(os.pathsep)
        else:
            path, _, text = text.partition(os.pathsep)
            if path:
                yield path


def _read_only(folder: Path, told: Mapping[str, str], *args: str) -> bytes:
    env = {**users_environment(), "GIT_GRAFT_FILE": os.devnull, **told}
    try:
        return run_git("-C", str(folder), *OFF, *args, env=env)
    except RepositoryError as error:
        for complaint, words in _COMPLAINTS.items():
            if complaint in str(error):
                raise RepositoryError(f"{folder} {words}") from error
        raise
