"""What the own store says of two trees is what git and an independent library say; what it writes are the blobs."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import git
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unidiff.patch import PatchSet

from changes import change_in, files_in, opened
from gatecheck.change import FileChange, Hunk, Kind, lines_of
from gatecheck.checkout import write_snapshot
from gatecheck.errors import RepositoryError
from gatecheck.objects import MAX_BLOB
from gatecheck.repository import Repository
from repositories import GitRepository

Files = dict[str, bytes]

# Lines that a reader of patches, or of lines, may stumble over.
LINES = [
    b"",
    b"x",
    b"y",
    b"z\r",
    b"a\x0cb",
    b"caf\xe9",
    b"\xe2\x80\xa8",
    b"@@ -1 +1 @@",
    b"-- a",
    b"++ b",
    b"index 1..2",
]


@st.composite
def edited(draw: st.DrawFn) -> tuple[Files, Files]:
    """Draw a few files before and after: spliced, added, deleted, with and without a final line end."""
    lines = st.lists(st.sampled_from(LINES), max_size=9)
    before: Files = {}
    after: Files = {}
    for name in draw(st.sets(st.sampled_from(["a.py", "b.txt", "d/c.py"]), min_size=1)):
        old = draw(lines)
        new = list(old)
        for _ in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, len(new)))
            new[start : start + draw(st.integers(0, 3))] = draw(lines)
        for side, content in ((before, old), (after, new)):
            if draw(st.integers(0, 9)):
                side[name] = b"\n".join(content) + draw(st.sampled_from([b"", b"\n"]))
    return before, after


def import_trees(repo: GitRepository, *trees: Files) -> list[str]:
    """Make a commit of each tree, in one process; give their trees' ids."""
    stream = b""
    for number, files in enumerate(trees):
        stream += b"commit refs/heads/t%d\ncommitter A <a@example.org> 0 +0000\ndata 0\ndeleteall\n" % number
        for path, content in files.items():
            stream += b"M 644 inline %b\ndata %d\n%b\n" % (path.encode(), len(content), content)
    repo.git("fast-import", "--quiet", "--force", feed=stream)
    return repo.git("rev-parse", *(f"t{number}^{{tree}}" for number in range(len(trees)))).split()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[GitRepository, Repository]]:
    """Give one repository for all examples of a property, opened."""
    repo = GitRepository(tmp_path_factory.mktemp("shared"))
    repo.git("init", "--quiet")
    with opened(repo.path) as repository:
        yield repo, repository


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees=edited())
def test_hunks_are_those_of_git_and_unidiff(
    shared: tuple[GitRepository, Repository], trees: tuple[Files, Files]
) -> None:
    """For any edits of a few files; and they lead from the one content to the other."""
    repo, repository = shared
    base, head = import_trees(repo, *trees)

    files, limits = repository.store.difference(base, head)

    ours = {file.path: file.hunks for file in files if file.hunks}
    assert ours == by_unidiff(repo, base, head)
    for file in files:
        assert applied(file) == trees[1].get(file.path, b"")
    assert {file.path for file in files} >= {path for path in trees[1] if trees[0].get(path) != trees[1][path]}
    assert not limits


def by_unidiff(repo: GitRepository, base: str, head: str) -> dict[str, tuple[Hunk, ...]]:
    """Read git's own patch with the library unidiff."""
    with git.Repo(repo.path) as oracle:
        patch = oracle.git.diff_tree("-r", "-p", "-U0", "-M", base, head, stdout_as_string=False)
    lines = [line + b"\n" for line in patch.split(b"\n")]
    return {
        file.path: tuple(Hunk(h.source_start, h.source_length, h.target_start, h.target_length) for h in file)
        for file in PatchSet(lines, encoding="latin-1")
        if len(file)
    }


def applied(file: FileChange) -> bytes:
    """Apply a file's hunks to its base, taking the new lines from its head."""
    before, after = (content.split(b"\n") if content else [] for content in (file.before, file.after))
    for hunk in reversed(file.hunks):
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        taken = hunk.new_start - 1 if hunk.new_count else hunk.new_start
        before[start : start + hunk.old_count] = after[taken : taken + hunk.new_count]
    ended = before[: len(lines_of(file.after))]
    return b"\n".join([*ended, b""] if (file.after or b"").endswith(b"\n") else ended)


def test_what_happened_to_a_file_is_told(repo: GitRepository) -> None:
    """Each kind, with its line counts."""
    text = "".join(f"line {number}\n" for number in range(9))
    repo.commit({"changed": "a\nb\n", "gone": "a\nb\n", "moved": text, "edited": text + "old\n", "same": "s\n"})
    repo.commit(
        {"changed": "a\nB\n", "gone": None, "new": "n\n", "moved": None, "went": text}
        | {"edited": None, "also": text + "new\n"}
    )

    files = files_in(repo.path, "HEAD")

    told = {path: (file.kind, file.old_path, file.added, file.removed) for path, file in files.items()}
    assert told == {
        "also": (Kind.RENAMED, "edited", 1, 1),
        "changed": (Kind.MODIFIED, None, 1, 1),
        "gone": (Kind.DELETED, None, 0, 2),
        "new": (Kind.ADDED, None, 1, 0),
        "went": (Kind.RENAMED, "moved", 0, 0),
    }
    assert files["went"].hunks == ()


def test_a_change_of_mode_is_a_change_without_lines(repo: GitRepository) -> None:
    """The modes say what happened."""
    repo.commit({"run.py": "x = 1\n"})
    (repo.path / "run.py").chmod(0o755)

    file = files_in(repo.path)["run.py"]

    assert (file.kind, file.old_mode, file.new_mode, file.hunks) == (Kind.MODIFIED, 0o100644, 0o100755, ())
    assert file.before == file.after == b"x = 1\n"


def test_a_link_that_becomes_a_file_adds_all_its_lines(repo: GitRepository) -> None:
    """And a file that becomes a link removes them: where a link leads is no line of the file."""
    repo.write({"target.py": "t = 1\n", "file.py": "a = 1\nb = 2\n"})
    (repo.path / "link.py").symlink_to("target.py")
    repo.commit({})
    (repo.path / "link.py").unlink()
    (repo.path / "file.py").unlink()
    (repo.path / "file.py").symlink_to("target.py")
    repo.commit({"link.py": "l = 1\nm = 2\n"})

    files = files_in(repo.path, "HEAD")

    came, went = files["link.py"], files["file.py"]
    assert (came.kind, came.before, came.hunks) == (Kind.TYPE_CHANGED, None, (Hunk(0, 0, 1, 2),))
    assert (went.kind, went.after, went.hunks) == (Kind.TYPE_CHANGED, None, (Hunk(1, 2, 0, 0),))
    assert (came.is_python, went.is_python) == (True, False)


def test_a_link_is_no_python(repo: GitRepository) -> None:
    """Though it may be called like some: its content is where it leads."""
    (repo.path / "link.py").symlink_to("../elsewhere.py")

    file = files_in(repo.path)["link.py"]

    assert (file.after, file.new_mode, file.is_python) == (b"../elsewhere.py", 0o120000, False)


def test_binary_files_have_no_lines(repo: GitRepository) -> None:
    """As git sees it: a NUL in the first 8000 bytes."""
    repo.commit({"changed": b"\0a\n", "gone": b"\0b\n", "late": b"x\n" * 4001 + b"\0"})
    repo.commit({"changed": b"\0c\n", "gone": None, "new": b"\0d\n", "late": b"y\n" * 4001 + b"\0"})

    files = files_in(repo.path, "HEAD")

    assert {path for path, file in files.items() if file.hunks} == {"late"}
    assert {path for path, file in files.items() if file.binary} == {"changed", "gone", "new"}


NAMES = [
    "with space.py",
    "tab\there.py",
    "two\nlines.py",
    'quoted".py',
    "back\\slash.py",
    "caf\udce9.py",
    "-dash.py",
    ":colon.py",
    "\u202etxt.py",
    "index 12..34",
    "{braces} => x",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_any_bytes(repo: GitRepository, name: str) -> None:
    """Added, edited and renamed, a file keeps its name to the byte."""
    text = "".join(f"line {number}\n" for number in range(9))
    repo.commit({name: text})
    repo.commit({name: text + "more\n"})
    edited_file = files_in(repo.path, "HEAD")[name]
    repo.commit({name: None, f"d/{name}": text + "more\n"})
    moved = files_in(repo.path, "HEAD")[f"d/{name}"]

    assert list(files_in(repo.path, "HEAD~2")) == [name]
    assert edited_file.hunks == (Hunk(9, 0, 10, 1),)
    assert (moved.kind, moved.old_path, moved.hunks) == (Kind.RENAMED, name, ())


@pytest.mark.parametrize(
    ("before", "after", "hunks"),
    [
        (b"", b"a\n", (Hunk(0, 0, 1, 1),)),
        (b"a\n", b"", (Hunk(1, 1, 0, 0),)),
        (b"a", b"a\n", (Hunk(1, 1, 1, 1),)),
        (b"a\n", b"a\r\n", (Hunk(1, 1, 1, 1),)),
        (b"a\x0cb\n", b"a\x0cb\nc\n", (Hunk(1, 0, 2, 1),)),
        (b"a\rb\n", b"a\rb\rc\n", (Hunk(1, 1, 1, 1),)),
        (b"one\n\xe2\x80\xa8\ntwo\n", b"one\n\xe2\x80\xa8\n2\n", (Hunk(3, 1, 3, 1),)),
    ],
)
def test_lines_end_with_a_line_feed_alone(
    repo: GitRepository, before: bytes, after: bytes, hunks: tuple[Hunk, ...]
) -> None:
    """A last line without one differs from one that has it."""
    repo.commit({"a.txt": before})
    repo.commit({"a.txt": after})

    assert files_in(repo.path, "HEAD")["a.txt"].hunks == hunks


def test_empty_files_are_changes_without_lines(repo: GitRepository) -> None:
    """Added and deleted."""
    repo.commit({"gone": b"", "kept": b"x\n"})
    repo.commit({"gone": None, "new/__init__.py": b"", "kept": b"y\n"})

    files = files_in(repo.path, "HEAD")

    assert all(file.hunks == () for path, file in files.items() if path != "kept")
    assert files["new/__init__.py"].after == b""


def test_a_file_that_is_too_big_is_said_not_to_be_read(repo: GitRepository) -> None:
    """The limit is in the change, and so is the file."""
    repo.commit({"big.txt": b"x\n" * (MAX_BLOB // 2 + 1), "limit.txt": b"y\n" * (MAX_BLOB // 2)})

    change = change_in(repo.path, "HEAD")

    big, at_limit = change.files
    assert (big.unread, big.after, at_limit.unread, at_limit.added) == (True, None, False, MAX_BLOB // 2)
    assert [limit.what for limit in change.limits] == ["bytes read of big.txt"]


def test_too_many_files_for_finding_renames_is_said(repo: GitRepository) -> None:
    """Git then looks for none whose content changed: what was moved and edited counts as new."""
    base = {f"old/a{number}": b"x\n" * number for number in range(1, 1002)}
    head = {f"new/b{number}": b"x\n" * number + b"y\n" for number in range(1, 1002)}
    import_trees(repo, base, head)

    change = change_in(repo.path, "t0..t1")

    assert [(limit.limit, limit.seen) for limit in change.limits] == [(1000, 1001)]
    assert {file.kind for file in change.files} == {Kind.ADDED, Kind.DELETED}


ATTRIBUTES = """\
*.py text eol=crlf ident
*.txt working-tree-encoding=UTF-16
*.cfg export-ignore
*.md export-subst filter=shout
"""


def test_a_snapshot_is_the_blobs_to_the_byte(repo: GitRepository, tmp_path: Path) -> None:
    """No attribute changes what is written; executables stay executable."""
    files: dict[str, str | bytes | None] = {
        ".gitattributes": ATTRIBUTES,
        "a.py": b"# $Id$\nx = 1\n",
        "crlf.bin": b"a\r\nb\n",
        "d/empty": b"",
        "d/caf\udce9 \n.sh": b"#!/bin/sh",
        "s.cfg": b"[x]\n",
        "r.md": b"$Format:%H$\n",
    }
    repo.git("config", "filter.shout.smudge", "tr a-z A-Z")
    repo.write(files)
    (repo.path / "d/caf\udce9 \n.sh").chmod(0o755)
    repo.commit({"u.txt": "text\n".encode("utf-16")})
    with git.Repo(repo.path) as oracle:
        entries = oracle.tree().traverse()
        blobs = {os.fsencode(each.path): each.data_stream.read() for each in entries if isinstance(each, git.Blob)}

    paths = written(repo.path, tmp_path / "out")

    there = {os.fsencode(path): (tmp_path / "out" / path).read_bytes() for path in paths}
    assert there == blobs
    assert there[b"u.txt"] == b"text\n"
    executable = [path for path in paths if (tmp_path / "out" / path).stat().st_mode & stat.S_IXUSR]
    assert executable == ["d/caf\udce9 \n.sh"]


def written(folder: Path, target: Path) -> tuple[str, ...]:
    """Write the tree of HEAD out; give the paths that can be read."""
    with opened(folder) as repository:
        tree = repository.store.tree(repository.tree_of(repository.commit("HEAD")))
        return write_snapshot(repository, tree, target)


def test_a_link_within_the_tree_is_written(repo: GitRepository, tmp_path: Path) -> None:
    """Whatever is written first; one that leads nowhere or to a folder is there, and is not for reading."""
    links = {"a.py": "d/b.py", "d/up": "..", "d/c.py": "../a.py", "lost": "nowhere", "d/self": "self"}
    repo.write({"d/b.py": "b = 1\n"})
    for name, leads_to in links.items():
        (repo.path / name).symlink_to(leads_to)
    repo.commit({})

    paths = written(repo.path, tmp_path / "out")

    assert {name: str((tmp_path / "out" / name).readlink()) for name in links} == links
    assert sorted(paths) == ["a.py", "d/b.py", "d/c.py"]


@pytest.mark.parametrize(
    "links",
    [
        {"out": "/etc/hostname"},
        {"out": "../secret"},
        {"d/e/out": "../../../secret"},
        {"p/q/r/s": "../..", "p/q/out": "r/s/../../secret"},
        {"z": "d", "out": "z/../../secret"},
        {"d/b": "..", "out": "d/b/../secret"},
    ],
)
def test_a_link_that_leaves_the_tree_is_not_written(repo: GitRepository, tmp_path: Path, links: dict[str, str]) -> None:
    """Neither at once nor by way of another link, however harmless each one looks by itself."""
    (tmp_path / "secret").write_text("secret\n")
    for name, leads_to in links.items():
        (repo.path / name).parent.mkdir(parents=True, exist_ok=True)
        (repo.path / name).symlink_to(leads_to)
    repo.commit({"d/kept.py": "k = 1\n"})

    paths = written(repo.path, tmp_path / "out")

    root = (tmp_path / "out").resolve()
    assert paths == ("d/kept.py",)
    assert all(path.resolve().is_relative_to(root) for path in root.rglob("*"))


def test_a_tree_made_by_hand_writes_nothing_outside(repo: GitRepository, tmp_path: Path) -> None:
    """One name may be a link and a folder at once in it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    blob = repo.git("hash-object", "-w", "--stdin", feed=b"x\n")
    link = repo.git("hash-object", "-w", "--stdin", feed=os.fsencode(outside))
    inner = repo.git("mktree", feed=f"100644 blob {blob}\tb\n120000 blob {link}\tc\n".encode())
    tree = raw_tree(repo, (b"120000 a", link), (b"40000 a", inner))
    repo.git("reset", "--quiet", "--soft", repo.git("commit-tree", "-m", "m", tree))

    written(repo.path, tmp_path / "out")

    assert not list(outside.iterdir())


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT"])
def test_a_path_that_must_not_be_written_is_refused(repo: GitRepository, tmp_path: Path, name: bytes) -> None:
    """Git would not make such a tree; somebody else may."""
    blob = repo.git("hash-object", "-w", "--stdin", feed=b"x\n")
    inner = repo.git("mktree", feed=f"100644 blob {blob}\tconfig\n".encode())
    tree = raw_tree(repo, (b"40000 " + name, inner))
    repo.git("update-ref", "refs/heads/main", repo.git("commit-tree", "-m", "m", tree))

    with pytest.raises(RepositoryError, match="a path that must not be written"):
        written(repo.path, tmp_path / "out")

    assert not (tmp_path / "config").exists()


def raw_tree(repo: GitRepository, *entries: tuple[bytes, str]) -> str:
    """Write a tree object that git itself would not make."""
    raw = b"".join(b"%b\0%b" % (entry, bytes.fromhex(id_)) for entry, id_ in entries)
    return repo.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=raw)


def test_a_corrupt_object_is_an_error_not_half_a_file(repo: GitRepository) -> None:
    """Git breaks off in the middle of it."""
    content = os.urandom(200_000)
    repo.commit({"a.bin": content})
    id_ = repo.git("rev-parse", "HEAD:a.bin")
    loose = repo.path / ".git/objects" / id_[:2] / id_[2:]
    loose.chmod(0o644)
    loose.write_bytes(loose.read_bytes()[:100_000])

    with pytest.raises(RepositoryError, match=f"unable to read object {id_}: the repository is damaged"):
        change_in(repo.path, "HEAD")


def test_what_a_partial_clone_lacks_can_be_fetched_as_told(repo: GitRepository, tmp_path: Path) -> None:
    """The message names the command, and the command is enough."""
    repo.commit({"a.py": "a = 1\n"})
    repo.commit({"a.py": "a = 2\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    part = GitRepository(tmp_path / "part")
    repo.git("clone", "--quiet", "--filter=blob:none", f"file://{repo.path}", str(part.path))

    mend = r"unable to read .* a partial clone: run `git fetch --refetch --no-filter`"
    with pytest.raises(RepositoryError, match=mend):
        change_in(part.path, "HEAD")

    part.git("fetch", "--quiet", "--refetch", "--no-filter")
    assert files_in(part.path, "HEAD")["a.py"].before == b"a = 1\n"
