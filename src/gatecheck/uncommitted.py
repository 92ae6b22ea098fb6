"""The index and the working files of a repository as trees, made in a git directory of gatecheck's own.

There git finds the user's settings, ignore files and attributes, and a copy of the index. The user's git directory is
none of its concern: whatever is configured (a split index, an untracked cache, a monitor, a promisor remote), git has
no place to write to and none to fetch from but this one.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatecheck.discovery import Place
from gatecheck.errors import RepositoryError
from gatecheck.objects import neutral_environment, run_git
from gatecheck.repository import Repository

# Sections of the settings that lead out of the own git directory: to other repositories, programs, files.
_LEFT_OUT = {"extensions", "fetch", "gc", "include", "includeif", "maintenance", "remote", "trace2"}
_OURS = """
[core]
    repositoryFormatVersion = {version}
    bare = false
    fsmonitor = false
    hooksPath = {nowhere}
    safecrlf = false
    splitIndex = false
    untrackedCache = false
[extensions]
    {extension}
"""
_KEYS = ("git-crypt", "crypt")  # what the filters of git-crypt and transcrypt need beside their settings


@dataclass(frozen=True)
class UncommittedWork:
    """The work that is not committed: `place` is where the user has it, `git_dir` where git reads it for gatecheck."""

    place: Place
    top: Path
    git_dir: Path
    objects: Path

    @classmethod
    def of(cls, repository: Repository) -> "UncommittedWork":
        """Lay out the own git directory; raises RepositoryError where the repository has no working files."""
        place = repository.place
        if place.top is None:
            raise RepositoryError("a bare repository has no working tree: name a range, such as main...topic")
        git_dir = Path(tempfile.mkdtemp(prefix="work-", dir=repository.store.path))
        (git_dir / "refs").mkdir()
        (git_dir / "info").mkdir()
        (git_dir / "HEAD").write_text(f"{head_of(repository)[0] or 'ref: refs/heads/none'}\n")
        (git_dir / "config").write_bytes(b"".join(_settings(place)) + _own_settings(place.object_format))
        _copy_files(place, git_dir)
        return cls(place, place.top, git_dir, repository.store.path / "objects")

    def staged(self) -> str:
        """Make a tree of the index; git leaves out what `git add --intent-to-add` only announced."""
        try:
            unmerged = self._git("ls-files", "--unmerged", "-z")
        except RepositoryError as error:
            raise RepositoryError("git's index cannot be read: see `git status`; `git reset` makes it anew") from error
        if unmerged:
            path = os.fsdecode(unmerged.split(b"\0")[0].split(b"\t", 1)[1])
            raise RepositoryError(f"{path} has unresolved merge conflicts: resolve and `git add` it first")
        return self._write_tree()

    def working_files(self) -> str:
        """Make a tree of what `git add --all` would stage: the working files with the untracked ones.

        `git add` itself would run `git status` in each submodule, under the settings that it finds there.
        """
        # What is gone comes first: a folder may be where a file was.
        kinds = ("--modified", "--deleted"), ("--others", "--exclude-standard")
        found = b"".join(self._git("ls-files", "-z", *kind) for kind in kinds).split(b"\0")
        paths = b"".join(path.rstrip(b"/") + b"\0" for path in found if path)  # another repository ends with a slash
        self._git("update-index", "--add", "--remove", "--replace", "-z", "--stdin", feed=paths)
        return self._write_tree()

    def unstaged(self) -> list[str]:
        """Give the files that were edited or deleted since they were staged; untracked ones are no edits."""
        listed = self._git("ls-files", "--modified", "--deleted", "-z").split(b"\0")
        return list(dict.fromkeys(os.fsdecode(path) for path in listed if path))

    def _write_tree(self) -> str:
        return self._git("write-tree", "--missing-ok").decode().strip()

    def _git(self, *args: str, feed: bytes = b"") -> bytes:
        env = neutral_environment() | {
            "GIT_DIR": str(self.git_dir),
            "GIT_WORK_TREE": str(self.top),
            "GIT_OBJECT_DIRECTORY": str(self.objects),
            "GIT_ATTR_NOSYSTEM": "0",
        }
        return run_git(*args, env=env, cwd=self.top, feed=feed)


def head_of(repository: Repository) -> tuple[str | None, str]:
    """Give the commit that is checked out, None where there is none yet, and its tree."""
    try:
        repository.read("rev-parse", "--verify", "--quiet", "HEAD")
    except RepositoryError:  # a branch without a commit yet
        return None, repository.store.empty_tree()
    commit = repository.commit("HEAD")
    return commit, repository.tree_of(commit)


def _settings(place: Place) -> Iterator[bytes]:
    """Give the user's settings, from wherever they are included, as one file without those that lead elsewhere."""
    for entry in place.read("config", "--list", "-z").split(b"\0")[:-1]:
        key, equals, value = entry.partition(b"\n")
        section, _, rest = key.partition(b".")
        subsection, _, name = rest.rpartition(b".")
        if section.decode() in _LEFT_OUT or key == b"lfs.storage":
            continue
        yield b'[%b "%b"]\n' % (section, _escaped(subsection)) if subsection else b"[%b]\n" % section
        yield b'\t%b = "%b"\n' % (name, _escaped(value)) if equals else b"\t%b\n" % name


def _escaped(text: bytes) -> bytes:
    for plain, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
        text = text.replace(plain, escaped)
    return text


def _own_settings(object_format: str) -> bytes:
    extension = "" if object_format == "sha1" else f"objectFormat = {object_format}"
    return _OURS.format(version=1 if extension else 0, nowhere=os.devnull, extension=extension).encode()


def _copy_files(place: Place, git_dir: Path) -> None:
    """Copy the index, its shared parts, and what git reads beside it.

    The copies keep their time: git looks again at files that are younger than the index, and deletes old shared parts.
    """
    own, common = place.git_dir, place.common_dir
    beside = (common / "info/exclude", common / "info/attributes", own / "info/sparse-checkout")
    for path in (path for path in beside if path.is_file()):
        shutil.copyfile(path, git_dir / "info" / path.name)
    for path in (common / name for name in _KEYS if (common / name).is_dir()):
        (git_dir / path.name).symlink_to(path)
    if place.index.is_file():
        shutil.copy2(place.index, git_dir / "index")
        content = (git_dir / "index").read_bytes()
        for path in (*own.glob("sharedindex.*"), *place.index.parent.glob("sharedindex.*")):
            if _id(path.suffix[1:]) in content:
                shutil.copy2(path, git_dir / path.name)


def _id(text: str) -> bytes:
    """Read the id in the name of a shared part; an index that needs the part holds it."""
    try:
        return bytes.fromhex(text) or b"\0" * 32
    except ValueError:
        return b"\0" * 32
