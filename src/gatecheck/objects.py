"""gatecheck's own view of the objects: a bare git directory of its own with the repository's objects as alternate.

No config, attributes, grafts, replacements or hooks of the checked repository are seen from here, and nothing is written
to it (DESIGN section 6, points 4 and 5; the tricks this defeats are in the git manual's gitattributes and git-replace).
"""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gatecheck.change import FileChange, Hunk, Kind, Limit, lines_of
from gatecheck.errors import RepositoryError

MAX_BLOB = 8 * 2**20  # bytes of one changed file that are read; a source file of 8 MiB is not reviewed by anyone
RENAME_LIMIT = 1000  # git's own default for diff.renameLimit since 2.34
SYMLINK, GITLINK, EXECUTABLE = 0o120000, 0o160000, 0o100755

_ENTRY = re.compile(rb":(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*")
_PATCH = re.compile(
    rb"^(?:index ([0-9a-f]+)\.\.([0-9a-f]+)|@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)", re.MULTILINE
)
_KINDS = {
    b"A": Kind.ADDED,
    b"D": Kind.DELETED,
    b"M": Kind.MODIFIED,
    b"R": Kind.RENAMED,
    b"C": Kind.COPIED,
    b"T": Kind.TYPE_CHANGED,
}


def neutral_environment() -> dict[str, str]:
    """Give the environment without any GIT_* of the caller and with git's configuration files off."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    neutral = {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    return kept | neutral


def run_git(*args: str | bytes, env: Mapping[str, str], cwd: Path | None = None, feed: bytes = b"") -> bytes:
    """Run git and give its output; raises RepositoryError with git's first line of complaint."""
    try:
        done = subprocess.run(["git", *args], env=env, cwd=cwd, input=feed, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise RepositoryError("git was not found on PATH: install git 2.30 or newer") from error
    if done.returncode:
        complaint = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise RepositoryError(complaint or f"git {os.fsdecode(args[0])} ended with {done.returncode}")
    return done.stdout


@dataclass(frozen=True)
class TreeEntry:
    """One file of a tree: its mode and blob id (hex)."""

    mode: int
    blob: str


@dataclass(frozen=True)
class Store:
    """The own bare git directory; all reading of trees, blobs and differences happens here."""

    path: Path

    @classmethod
    def create(cls, path: Path, objects: Path, object_format: str, shallow: Path | None) -> "Store":
        """Lay the directory out by hand: cheaper than `git init`, and no template is copied."""
        for folder in ("objects/info", "objects/pack", "refs"):
            (path / folder).mkdir(parents=True)
        (path / "HEAD").write_text("ref: refs/heads/none\n")
        extension = f"[extensions]\n\tobjectformat = {object_format}\n" if object_format != "sha1" else ""
        version = 1 if extension else 0
        (path / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}")
        (path / "objects/info/alternates").write_bytes(os.fsencode(objects) + b"\n")
        if shallow and shallow.exists():
            shutil.copyfile(shallow, path / "shallow")
        return cls(path)

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment in which git sees this store and nothing of the user's."""
        return neutral_environment() | {"GIT_DIR": str(self.path), "GIT_CONFIG_GLOBAL": os.devnull}

    def git(self, *args: str | bytes, feed: bytes = b"") -> bytes:
        """Run git on the store."""
        return run_git(*args, env=self.environment, cwd=self.path, feed=feed)

    def empty_tree(self) -> str:
        """Write the empty tree into the store and give its id."""
        return self.git("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()

    def blobs(self, ids: Iterable[str], limit: int | None = None) -> Iterator[tuple[str, bytes | None]]:
        """Give each object's content in turn, None when it is larger than `limit` bytes; one process for all."""
        wanted = list(ids)
        if not wanted:
            return
        command = ["git", "cat-file", "--batch"]
        with subprocess.Popen(command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None  # noqa: S101 - PIPE was asked for; tells the type checker
            assert process.stdout is not None  # noqa: S101 - same
            feeder = threading.Thread(target=_feed, args=(process.stdin, wanted), daemon=True)
            feeder.start()
            for wanted_id in wanted:
                yield wanted_id, _read_object(process.stdout, wanted_id, limit)
            feeder.join()

    def tree(self, tree: str) -> dict[str, TreeEntry]:
        """List the files of a tree by path; submodules are left out."""
        entries = {}
        for line in self.git("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")[:-1]:
            described, path = line.split(b"\t", 1)
            mode, _, blob = described.split(b" ")
            if int(mode, 8) != GITLINK:
                entries[os.fsdecode(path)] = TreeEntry(int(mode, 8), blob.decode())
        return entries

    def difference(self, base: str, head: str) -> tuple[tuple[FileChange, ...], tuple[Limit, ...]]:
        """Compare two trees: every changed file with content, modes and hunks; and the limits that were hit."""
        raw = _parse_raw(self.git("diff-tree", "-r", "-z", "--raw", "-M", f"-l{RENAME_LIMIT}", "--no-abbrev", base, head))
        patch_args = ("-r", "-p", "-U0", "-M", f"-l{RENAME_LIMIT}", "--full-index", "--no-color", "--diff-filter=MRCT")
        hunks = _parse_hunks(self.git("diff-tree", *patch_args, base, head))
        blobs = {blob for entry in raw for blob in entry.blobs()}
        content = dict(self.blobs(sorted(blobs), MAX_BLOB))
        files = tuple(entry.file_change(content, hunks) for entry in raw)
        unread = [file for file in files if file.unread]
        return files, tuple(Limit(f"bytes read of {file.path}", MAX_BLOB, MAX_BLOB + 1) for file in unread)

    def write_out(self, entries: Mapping[str, TreeEntry], target: Path) -> None:
        """Write the blobs as they are: no attribute, filter or line-end conversion is applied."""
        by_blob: dict[str, list[str]] = {}
        for path, entry in entries.items():
            _refuse_unsafe(path)
            by_blob.setdefault(entry.blob, []).append(path)
        for blob, content in self.blobs(by_blob):
            for path in by_blob[blob]:
                _write_file(target / path, content or b"", entries[path].mode, target)


@dataclass(frozen=True)
class _RawEntry:
    old_mode: int
    new_mode: int
    old_blob: str
    new_blob: str
    kind: Kind
    old_path: str
    path: str

    def blobs(self) -> Iterator[str]:
        sides = ((self.old_mode, self.old_blob), (self.new_mode, self.new_blob))
        return (blob for mode, blob in sides if mode not in {0, GITLINK} and blob.strip("0"))

    def file_change(self, content: Mapping[str, bytes | None], hunks: Mapping[tuple[str, str], tuple[Hunk, ...]]) -> FileChange:
        before, after = content.get(self.old_blob), content.get(self.new_blob)
        return FileChange(
            path=self.path,
            kind=self.kind,
            old_path=self.old_path if self.kind in {Kind.RENAMED, Kind.COPIED} else None,
            old_mode=self.old_mode,
            new_mode=self.new_mode,
            before=before,
            after=after,
            hunks=self._hunks(before, after, hunks),
            unread=any(content.get(blob) is None for blob in self.blobs()),
        )

    def _hunks(
        self, before: bytes | None, after: bytes | None, hunks: Mapping[tuple[str, str], tuple[Hunk, ...]]
    ) -> tuple[Hunk, ...]:
        if self.kind is Kind.ADDED and after and b"\0" not in after[:8000]:
            return (Hunk(0, 0, 1, len(lines_of(after))),)
        if self.kind is Kind.DELETED and before and b"\0" not in before[:8000]:
            return (Hunk(1, len(lines_of(before)), 0, 0),)
        return hunks.get((self.old_blob, self.new_blob), ())


def _feed(pipe: object, ids: list[str]) -> None:
    try:
        pipe.writelines(blob.encode() + b"\n" for blob in ids)  # type: ignore[attr-defined]
        pipe.close()  # type: ignore[attr-defined]
    except BrokenPipeError:
        pass  # the reader gave up first and says why


def _read_object(stream: object, wanted: str, limit: int | None) -> bytes | None:
    header = stream.readline().split()  # type: ignore[attr-defined]
    if len(header) != 3:  # noqa: PLR2004 - "<id> <type> <size>", else "<id> missing"
        raise RepositoryError(f"object {wanted} is missing or corrupt: run `git fsck`, or fetch it again")
    size = int(header[2])
    content: bytes = stream.read(size + 1)[:-1]  # type: ignore[attr-defined]
    return content if limit is None or size <= limit else None


def _parse_raw(output: bytes) -> list[_RawEntry]:
    fields = iter(output.split(b"\0")[:-1])
    entries = []
    for header in fields:
        match = _ENTRY.fullmatch(header)
        if match is None:
            raise RepositoryError(f"git diff-tree gave a line that is not of its format: {header[:80]!r}")
        old_mode, new_mode, old_blob, new_blob, letter = match.groups()
        old_path = os.fsdecode(next(fields))
        path = os.fsdecode(next(fields)) if letter in {b"R", b"C"} else old_path
        modes = int(old_mode, 8), int(new_mode, 8)
        entries.append(_RawEntry(*modes, old_blob.decode(), new_blob.decode(), _KINDS[letter], old_path, path))
    return entries


def _parse_hunks(patch: bytes) -> dict[tuple[str, str], tuple[Hunk, ...]]:
    """Give the hunks by pair of blob ids: what a patch says depends on nothing else."""
    found: dict[tuple[str, str], list[Hunk]] = {}
    current: list[Hunk] = []
    for match in _PATCH.finditer(patch):
        old, new, old_start, old_count, new_start, new_count = match.groups()
        if old:
            current = found[old.decode(), new.decode()] = []
        else:
            counts = int(old_count or 1), int(new_count or 1)
            current.append(Hunk(int(old_start), counts[0], int(new_start), counts[1]))
    return {pair: tuple(hunks) for pair, hunks in found.items()}


def _refuse_unsafe(path: str) -> None:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or any(part.lower() == ".git" for part in parts):
        raise RepositoryError(f"the tree holds a path that must not be written: {path!r}")


def _write_file(target: Path, content: bytes, mode: int, root: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if mode != SYMLINK:
        target.write_bytes(content)
        if mode == EXECUTABLE:
            target.chmod(0o755)
        return
    link = os.fsdecode(content)
    inside = not os.path.isabs(link) and Path(os.path.normpath(target.parent / link)).is_relative_to(root)
    if inside:
        target.symlink_to(link)
