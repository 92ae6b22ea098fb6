"""gatecheck's own view of the objects: a bare git directory of its own with the repository's objects as alternate.

No config, attributes, grafts, replacements or hooks of the checked repository are seen from here, and nothing is
written to it (DESIGN section 6, points 4 and 5; the tricks this defeats are in the git manual's gitattributes and
git-replace).
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import IO

from gatecheck import process
from gatecheck.change import EXECUTABLE, GITLINK, SYMLINK, FileChange, Kind, Limit
from gatecheck.committed_programs import outside_program
from gatecheck.differences import parse_hunks, parse_raw
from gatecheck.errors import RepositoryError

MAX_BLOB = 8 * 2**20  # bytes of one changed file that are read; a source file of 8 MiB is not reviewed by anyone
RENAME_LIMIT = 1000  # git's own default for diff.renameLimit since 2.34

# Whoever runs git: no lock that could be in the user's way, no question on the terminal, no object in another's place,
# nothing fetched (git before 2.45 knows no word for that alone: no protocol is left to it), no log of what git does.
_QUIET = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TRACE2": "0",
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
}
_LACKING = re.compile(
    r"unable to read|missing|bad object|could not (?:read|parse)|not a valid object|is corrupt|inflate"
)
_STORED = re.compile(r" \(stored in .*\)")  # below our own store, where nobody would look
OLDEST_GIT = (2, 30)  # Debian 11's; whatever is older gets no security fixes
DAMAGED = "the repository is damaged (see `git fsck`) or a partial clone: run `git fetch --refetch --no-filter`"
_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")  # how git is to look
_NEUTRAL = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}


def neutral_environment() -> dict[str, str]:
    """Give the environment without any GIT_* of the caller and with git's configuration files off."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _QUIET | _NEUTRAL


def users_environment() -> dict[str, str]:
    """Give the environment in which git reads the user's own configuration, without the GIT_* that a hook is given."""
    kept = (name for name in os.environ if not name.startswith("GIT_") or name.startswith(_KEPT))
    return {name: os.environ[name] for name in kept} | _QUIET


@cache
def git_program() -> str:
    """Give the git that is run: one that no change may have brought."""
    return outside_program("git")


def run_git(
    *args: str | bytes,
    env: Mapping[str, str],
    cwd: Path | None = None,
    feed: bytes = b"",
    allowed: tuple[int, ...] = (0,),
) -> bytes:
    """Run git and give its output; raises RepositoryError with the line of git's complaint that says what is wrong.

    allowed: the exit codes that are an answer.
    """
    try:
        done = subprocess.run([git_program(), *args], env=env, cwd=cwd, input=feed, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise RepositoryError("git was not found on PATH: install git 2.30 or newer") from error
    if done.returncode not in allowed:
        raise RepositoryError(_complaint(done.stderr) or f"git {os.fsdecode(args[0])} ended with {done.returncode}")
    return done.stdout


def require_git() -> None:
    """Raise RepositoryError where git is older than what is relied on: options, formats and protections of 2.30."""
    said = run_git("version", env=neutral_environment()).decode("utf-8", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and tuple(map(int, found.groups())) < OLDEST_GIT:
        raise RepositoryError(f"{said} is too old: install git {OLDEST_GIT[0]}.{OLDEST_GIT[1]} or newer")


def _complaint(stderr: bytes) -> str:
    lines = [line for line in stderr.decode("utf-8", "replace").split("\n") if not line.startswith("warning: ")]
    said = next((line for line in lines if line.startswith("fatal: ")), "".join(lines[:1])).removeprefix("fatal: ")
    return _STORED.sub("", said) + (f": {DAMAGED}" if _LACKING.search(said) else "")


@dataclass(frozen=True)
class TreeEntry:
    """One file of a tree: its mode and blob id (hex)."""

    mode: int
    blob: str


@dataclass(frozen=True)
class Store:
    """The own bare git directory; all reading of trees, blobs and differences happens here."""

    path: Path
    _listings: dict[str, tuple[tuple[str, TreeEntry], ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def create(cls, path: Path, objects: Iterable[Path], object_format: str, common: Path) -> "Store":
        """Lay the directory out by hand: cheaper than `git init`, and no template is copied.

        objects: the folders of objects that are read. common: the git directory that says where history is cut off.
        """
        for folder in ("objects/info", "objects/pack", "refs"):
            (path / folder).mkdir(parents=True)
        (path / "HEAD").write_text("ref: refs/heads/none\n")
        extension = f"[extensions]\n\tobjectformat = {object_format}\n" if object_format != "sha1" else ""
        core = {"repositoryformatversion": 1 if extension else 0, "bare": "true", "attributesFile": os.devnull}
        settings = "".join(f"\t{key} = {value}\n" for key, value in core.items())
        (path / "config").write_text(f"[core]\n{settings}{extension}")
        (path / "objects/info/alternates").write_bytes(
            b"".join(_quoted(os.fsencode(folder)) + b"\n" for folder in objects)
        )
        if (common / "shallow").exists():
            shutil.copyfile(common / "shallow", path / "shallow")
        return cls(path)

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment in which git sees this store and nothing of the user's."""
        return neutral_environment() | {"GIT_DIR": str(self.path)}

    def git(self, *args: str | bytes, feed: bytes = b"", allowed: tuple[int, ...] = (0,)) -> bytes:
        """Run git on the store."""
        return run_git(*args, env=self.environment, cwd=self.path, feed=feed, allowed=allowed)

    def empty_tree(self) -> str:
        """Write the empty tree into the store and give its id."""
        return self.git("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()

    def blobs(self, ids: Iterable[str], limit: int | None = None) -> Iterator[tuple[str, bytes | None]]:
        """Give each object's content in turn, None when it is larger than `limit` bytes; one process for all."""
        wanted = list(ids)
        if not wanted:
            return
        with tempfile.TemporaryFile(dir=self.path) as listed:
            listed.writelines(f"{wanted_id}\n".encode() for wanted_id in wanted)
            listed.seek(0)
            with subprocess.Popen(
                [git_program(), "cat-file", "--batch"],
                env=self.environment,
                stdin=listed,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            ) as reader:
                assert reader.stdout is not None  # noqa: S101 - PIPE was asked for; tells the type checker
                for wanted_id in wanted:
                    yield wanted_id, _read_object(reader.stdout, wanted_id, limit)

    def tree(self, tree: str) -> dict[str, TreeEntry]:
        """List the files of a tree by path; submodules are left out."""
        return {path: entry for path, entry in self._listed(tree) if entry.mode != GITLINK}

    def gitlinks(self, tree: str) -> dict[str, str]:
        """List the commits of the submodules of a tree by path."""
        return {path: entry.blob for path, entry in self._listed(tree) if entry.mode == GITLINK}

    def _listed(self, tree: str) -> tuple[tuple[str, TreeEntry], ...]:
        if tree not in self._listings:
            self._listings[tree] = tuple(self._list(tree))
        return self._listings[tree]

    def _list(self, tree: str) -> Iterator[tuple[str, TreeEntry]]:
        for line in self.git("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")[:-1]:
            described, path = line.split(b"\t", 1)
            mode, _, blob = described.split(b" ")
            yield os.fsdecode(path), TreeEntry(int(mode, 8), blob.decode())

    def sizes(self, ids: Iterable[str]) -> dict[str, int | None]:
        """Give the size of each object in bytes, None for one that is not here."""
        feed = "".join(f"{id_}\n" for id_ in ids).encode()
        told = [line.split() for line in self.git("cat-file", "--batch-check", feed=feed).decode().splitlines()]
        return {words[0]: int(words[2]) if words[2:] else None for words in told}

    def complete(self, tree: str) -> bool:
        """Tell whether all trees and blobs of a tree are here."""
        try:
            return None not in self.sizes(entry.blob for entry in self.tree(tree).values()).values()
        except RepositoryError:
            return False

    def borrow(self, objects: Path) -> None:
        """Read objects of another folder as well."""
        with (self.path / "objects/info/alternates").open("ab") as listed:
            listed.write(_quoted(os.fsencode(objects)) + b"\n")

    def difference(self, base: str, head: str) -> tuple[tuple[FileChange, ...], tuple[Limit, ...]]:
        """Compare two trees: every changed file with content, modes and hunks; and the limits that were hit."""
        compare = ("diff-tree", "-r", "-M", f"-l{RENAME_LIMIT}")
        raw = parse_raw(self.git(*compare, "--raw", "-z", "--no-abbrev", base, head))
        patch = self.git(*compare, "-p", "-U0", "--full-index", "--no-color", "--diff-filter=MRC", base, head)
        hunks = parse_hunks(patch)
        blobs = {blob for entry in raw for blob in entry.blobs()}
        content = dict(self.blobs(sorted(blobs), MAX_BLOB))
        files = tuple(entry.file_change(content, hunks) for entry in raw)
        return files, tuple(_limits(files))

    def write_out(
        self, entries: Mapping[str, TreeEntry], target: Path, media: Mapping[str, Path] = MappingProxyType({})
    ) -> tuple[str, ...]:
        """Write the blobs as they are: no attribute, filter or line-end conversion is applied.

        media: files whose content is written in place of a blob, by its id.
        Gives the paths that can be read as files: a link that leads nowhere, to a folder or out of the tree cannot.
        """
        by_blob: dict[str, list[str]] = {}
        links: dict[str, str] = {}
        for path, entry in entries.items():
            _refuse_unsafe(path)
            by_blob.setdefault(entry.blob, []).append(path)
        for blob, content in self.blobs(by_blob):
            process.heed_interrupt()
            for path in by_blob[blob]:
                if entries[path].mode == SYMLINK:
                    links[path] = os.fsdecode(content or b"")
                else:
                    _write_file(target / path, media.get(blob, content or b""), entries[path].mode)
        _link(links, target)
        return tuple(path for path in entries if path not in links or (target / path).is_file())


def _limits(files: Iterable[FileChange]) -> Iterator[Limit]:
    kinds = []
    for file in files:
        kinds.append(file.kind)
        if file.unread:
            yield Limit(f"bytes read of {file.path}", MAX_BLOB, MAX_BLOB + 1)
    unpaired = kinds.count(Kind.ADDED), kinds.count(Kind.DELETED)
    if unpaired[0] * unpaired[1] > RENAME_LIMIT**2:  # then git compares no contents (its diffcore-rename.c)
        yield Limit("added and deleted files compared to find renames", RENAME_LIMIT, max(unpaired))


def _read_object(stream: IO[bytes], wanted: str, limit: int | None) -> bytes | None:
    header = stream.readline().split()
    whole = int(header[2]) + 1 if header[2:] else 0  # "<id> <type> <size>", content, a line end; or "<id> missing"
    content = stream.read(whole)
    if not whole or len(content) != whole:  # git breaks off in the middle of a corrupt one
        raise RepositoryError(f"unable to read object {wanted}: {DAMAGED}")
    return content[:-1] if limit is None or whole <= limit + 1 else None


def _quoted(path: bytes) -> bytes:
    """Quote a path as git's lists of object folders want it where it holds a line end."""
    for plain, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
        path = path.replace(plain, escaped)
    return b'"%b"' % path


def _refuse_unsafe(path: str) -> None:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or any(part.lower() == ".git" for part in parts):
        raise RepositoryError(f"the tree holds a path that must not be written: {path!r}")


def _write_file(target: Path, content: bytes | Path, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, target)
    else:
        target.write_bytes(content)
    if mode == EXECUTABLE:
        target.chmod(0o755)


def _link(links: Mapping[str, str], root: Path) -> None:
    """Make the links, then take back those that lead out: where one leads depends on the others on its way."""
    made = [path for path, leads_to in links.items() if _linked(root / path, leads_to, root)]
    for path in [path for path in made if not _inside(root / path, root)]:
        (root / path).unlink()


def _linked(path: Path, leads_to: str, root: Path) -> bool:
    try:
        if not _inside(path.parent, root):  # a tree that was made by hand may hold both a link and a folder of one name
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(leads_to)
    except (OSError, ValueError):  # an empty, too long or impossible target: git cannot check it out either
        return False
    return True


def _inside(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
