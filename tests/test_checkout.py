"""A tree is written out as a checkout would be: with submodules and Git LFS, where they are here."""

import hashlib
import shutil
from pathlib import Path

import pytest

from changes import change_in, opened
from gatecheck.checkout import Checkout, checkout_of, write_snapshot
from gatecheck.objects import TreeEntry
from gatecheck.ranges import Uncommitted, resolve
from repositories import CommandLine, GitRepository

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n"
TESTS = "tests-pass"


def new(folder: Path, *args: str) -> GitRepository:
    """Make a repository beside another."""
    made = GitRepository(folder)
    made.path.mkdir()
    made.git("init", "--quiet", "--initial-branch=main", *args)
    return made


def add_submodule(repo: GitRepository, source: Path, path: str) -> None:
    """Add a submodule, and check it out."""
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(source), path)


def laid_out(folder: Path, target: Path, text: str | Uncommitted = "HEAD") -> tuple[dict[str, bytes], Checkout]:
    """Write the head of a change out; give all files, and what the checkout added or lacks."""
    with opened(folder) as repository:
        tree = resolve(repository, text).head_tree
        checkout = checkout_of(repository, tree)
        paths = write_snapshot(repository, repository.store.tree(tree), target, checkout)
    files = {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert set(paths) <= set(files)
    return files, checkout


@pytest.fixture
def outer(repo: GitRepository, tmp_path: Path) -> GitRepository:
    """Give a repository with a submodule that has one itself."""
    deep = new(tmp_path / "deep")
    deep.commit({"deep.txt": "deep\n"})
    inner = new(tmp_path / "inner")
    inner.commit({"cases.json": "[1]\n", "run.sh": "#!/bin/sh\n"})
    add_submodule(inner, deep.path, "deeper/deep")
    inner.commit({}, "deep")
    repo.commit({"a.txt": "a\n"})
    add_submodule(repo, inner.path, "tests/data")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
    repo.commit({}, "data")
    return repo


def test_submodules_are_laid_out_at_the_recorded_commit(outer: GitRepository, tmp_path: Path) -> None:
    """Nested ones too, and not as they lie there now; the tree's own paths are told apart from theirs."""
    inner = GitRepository(outer.path / "tests/data")
    inner.commit({"cases.json": "[2]\n"})
    inner.write({"cases.json": "[3]\n"})

    files, checkout = laid_out(outer.path, tmp_path / "tree")

    assert files["tests/data/cases.json"] == b"[1]\n"
    assert files["tests/data/deeper/deep/deep.txt"] == b"deep\n"
    assert checkout.absent == ()
    assert laid_out(outer.path, tmp_path / "moved", Uncommitted.WORKTREE)[0]["tests/data/cases.json"] == b"[2]\n"


@pytest.mark.parametrize("where", ["worktree", "no working files", "old", "linked"])
def test_a_submodule_is_found_wherever_git_keeps_it(outer: GitRepository, tmp_path: Path, where: str) -> None:
    """Below the git directory, though its working files are gone or at another path; or with one of its own."""
    folder = outer.path
    if where == "no working files":
        outer.git("submodule", "--quiet", "deinit", "--force", "--all")
    elif where == "old":
        inner = outer.path / "tests/data"
        (inner / ".git").unlink()
        shutil.move(outer.path / ".git/modules/tests/data", inner / ".git")
        outer.git("config", "--file", "tests/data/.git/config", "--unset", "core.worktree")
    elif where == "linked":
        folder = tmp_path / "linked"
        outer.git("worktree", "add", "--quiet", str(folder))

    assert laid_out(folder, tmp_path / "tree")[0]["tests/data/cases.json"] == b"[1]\n"


def test_an_absent_submodule_is_named_with_the_command(outer: GitRepository, tmp_path: Path) -> None:
    """That command brings it; a commit that is not there makes it absent as well."""
    clone = GitRepository(tmp_path / "clone")
    outer.git("clone", "--quiet", str(outer.path), str(clone.path))
    files, checkout = laid_out(clone.path, tmp_path / "tree")
    assert sorted(files) == [".gitmodules", "a.txt"]
    assert checkout.absent == ("submodule tests/data: `git submodule update --init --recursive tests/data`",)

    clone.git("-c", "protocol.file.allow=always", *checkout.absent[0].split("`")[1].split()[1:])

    assert laid_out(clone.path, tmp_path / "again")[1].absent == ()


def test_a_half_fetched_submodule_is_absent(outer: GitRepository, tmp_path: Path) -> None:
    """Its commit alone is not enough."""
    shutil.rmtree(outer.path / "tests/data")
    module = outer.path / ".git/modules/tests/data"
    blob = GitRepository(tmp_path / "inner").git("rev-parse", "HEAD:cases.json")
    (module / "objects" / blob[:2] / blob[2:]).unlink()

    assert "tests/data" in laid_out(outer.path, tmp_path / "tree")[1].absent[0]


@pytest.mark.parametrize("name", ["../outside", "../../outside", "/outside", "tests/../../outside", "x\n"])
def test_nothing_is_taken_from_outside_of_the_repository(outer: GitRepository, tmp_path: Path, name: str) -> None:
    """Whatever .gitmodules says of a submodule's name and place."""
    outside = new(tmp_path / "outside")
    commit = outside.commit({"private.txt": "p\n"})
    (tmp_path / "repo/link").symlink_to(tmp_path)
    for path in ("evil", "link/outside"):
        outer.git("config", "--file", ".gitmodules", f"submodule.{name.strip()}.path", path)
        outer.git("config", "--file", ".gitmodules", f"submodule.{name.strip()}.url", str(outside.path))
        outer.git("update-index", "--add", "--cacheinfo", f"160000,{commit},evil{len(path)}")
    (outer.path / ".git/modules/evil").symlink_to(outside.path / ".git")
    outer.git("add", ".gitmodules")
    outer.git("commit", "--quiet", "--message", "evil")

    files, checkout = laid_out(outer.path, tmp_path / "tree")

    assert not [path for path in files if "private" in path]
    assert len(checkout.absent) == 2


def test_a_link_in_the_place_of_a_submodule_is_not_followed(outer: GitRepository, tmp_path: Path) -> None:
    """It leads to another repository."""
    outside = new(tmp_path / "outside")
    commit = outside.commit({"private.txt": "p\n"})
    (outer.path / "evil").symlink_to(outside.path)
    outer.git("update-index", "--add", "--cacheinfo", f"160000,{commit},evil")
    outer.git("commit", "--quiet", "--message", "evil")

    files, checkout = laid_out(outer.path, tmp_path / "tree")

    assert "evil/private.txt" not in files
    assert "submodule evil:" in checkout.absent[0]


def store_media(git_dir: Path, content: bytes) -> str:
    """Put a content where Git LFS keeps it; give its pointer."""
    oid = hashlib.sha256(content).hexdigest()
    path = git_dir / "lfs/objects" / oid[:2] / oid[2:4] / oid
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return POINTER.format(oid=oid, size=len(content))


def test_contents_of_lfs_replace_their_pointers(repo: GitRepository, tmp_path: Path) -> None:
    """In what is written out; the change has the pointers. One that is absent is named with the command."""
    content = bytes(range(256)) * 10
    pointer, absent = store_media(repo.path / ".git", content), POINTER.format(oid="0" * 64, size=7)
    files = {"model.bin": pointer, "copy.bin": pointer, "absent.bin": absent, "wrong.bin": pointer.replace("2560", "1")}
    repo.commit({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", **files})
    (repo.path / "model.bin").chmod(0o755)
    repo.commit({}, "executable")

    written, checkout = laid_out(repo.path, tmp_path / "tree")

    assert written["model.bin"] == written["copy.bin"] == content
    assert (tmp_path / "tree/model.bin").stat().st_mode & 0o111
    assert written["absent.bin"] == absent.encode()
    assert checkout.absent == ("2 contents of Git LFS, such as absent.bin: `git lfs pull`",)
    assert change_in(repo.path, "HEAD~1").files[2].after == pointer.encode()


def test_what_only_looks_like_a_pointer_stays(repo: GitRepository, tmp_path: Path) -> None:
    """Where no attribute says that Git LFS is in use."""
    pointer = store_media(repo.path / ".git", b"content")
    repo.commit({"tests/pointer.txt": pointer})

    written, checkout = laid_out(repo.path, tmp_path / "tree")

    assert written["tests/pointer.txt"] == pointer.encode()
    assert checkout == Checkout()


def test_the_key_tells_what_was_laid_out(outer: GitRepository, tmp_path: Path) -> None:
    """What ran without a submodule is not remembered for what runs with it."""
    with_it = laid_out(outer.path, tmp_path / "one")[1].key()
    shutil.rmtree(outer.path / ".git/modules")
    (outer.path / "tests/data/.git").unlink()

    assert with_it
    assert laid_out(outer.path, tmp_path / "two")[1].key() == ""


def test_sides_take_a_submodule_as_they_take_files() -> None:
    """The head's where its files are the head's, and the base's elsewhere."""
    entries = [TreeEntry(0o100644, blob * 40) for blob in "ab"]
    base, head = (Checkout({"src/s": entry, "tests/t": entry}) for entry in entries)

    assert head.over(base, lambda path: path.startswith("tests")).files == {"src/s": entries[0], "tests/t": entries[1]}


DATA_TEST = """
import pathlib
def test_data():
    assert pathlib.Path(__file__).with_name("data").joinpath("cases.json").read_text() == "[1]\\n"
"""


def test_tests_find_the_files_of_a_submodule(outer: GitRepository, tmp_path: Path) -> None:
    """Where it is absent, their failure is unproven, and the report has the command."""
    outer.commit({"tests/test_data.py": DATA_TEST})
    clone = tmp_path / "clone"
    outer.git("clone", "--quiet", str(outer.path), str(clone))

    assert CommandLine(outer.path)("check", "HEAD", "--gate", TESTS).code == 0
    ended = CommandLine(clone)("check", "HEAD", "--gate", TESTS)
    assert ended.code == 3, ended.stdout
    assert "git submodule update --init --recursive tests/data" in " ".join(ended.stdout.split())
