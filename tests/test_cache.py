"""The cache, on real folders."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatecheck.cache import KEEP_S, Cache, default_folder, private_folder

KEY = "ab" + "0" * 62


@dataclass(frozen=True)
class Lines:
    """A measured value."""

    counts: dict[str, int]
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picky:
    """A value that does not accept everything."""

    count: int

    def __post_init__(self) -> None:
        """Raise what no JSON library expects."""
        if self.count:
            raise LookupError(self.count)


LINES = Lines({"a.py": 3}, ("a.py", "b.py"))


def only_file(folder: Path) -> Path:
    """Give the one file below a folder."""
    [path] = [path for path in folder.rglob("*") if path.is_file()]
    return path


def test_what_is_stored_is_loaded(tmp_path: Path) -> None:
    """As an equal value of the same type."""
    Cache(tmp_path).store(KEY, LINES)

    assert Cache(tmp_path).load(KEY, Lines) == LINES


def test_what_was_never_stored_is_not_there(tmp_path: Path) -> None:
    """None says that it must be measured."""
    assert Cache(tmp_path).load(KEY, Lines) is None


def test_without_a_folder_nothing_is_remembered() -> None:
    """As `--no-cache` wants it."""
    cache = Cache(None)
    cache.store(KEY, LINES)
    cache.prune()

    assert cache.load(KEY, Lines) is None


@pytest.mark.parametrize("content", [b"", b'{"counts": {"a.py"', b'{"counts": 3}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_not_whole_is_not_there(tmp_path: Path, content: bytes) -> None:
    """Cut off by a full disk, written by another version, or by somebody else: it is measured again."""
    cache = Cache(tmp_path)
    cache.store(KEY, LINES)
    only_file(tmp_path).write_bytes(content)

    assert cache.load(KEY, Lines) is None


def test_a_type_that_refuses_what_was_remembered_is_measured_again(tmp_path: Path) -> None:
    """Whatever it raises while it is made."""
    cache = Cache(tmp_path)
    cache.store(KEY, {"count": 3})

    assert cache.load(KEY, Picky) is None


@pytest.mark.parametrize("value", [object(), {"path": "caf\udce9"}, lambda: None])
def test_what_is_no_json_is_passed_over(tmp_path: Path, value: object) -> None:
    """The run goes on, nothing is left behind."""
    cache = Cache(tmp_path)
    cache.store(KEY, value)

    assert not list(tmp_path.rglob("*.json"))


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    """The run goes on without a memory."""
    (tmp_path / "measurements").write_text("in the way")
    cache = Cache(tmp_path)
    cache.store(KEY, LINES)
    cache.prune()

    assert cache.load(KEY, Lines) is None


def test_entries_are_private(tmp_path: Path) -> None:
    """What was measured of a private repository is nobody else's business."""
    Cache(tmp_path).store(KEY, LINES)

    assert only_file(tmp_path).stat().st_mode & 0o077 == 0


def test_pruning_deletes_what_was_long_unused(tmp_path: Path) -> None:
    """Loading counts as use."""
    cache = Cache(tmp_path)
    old, used = KEY, "cd" + "0" * 62
    past = time.time() - KEEP_S - 60
    for key in (old, used):
        cache.store(key, LINES)
    for path in tmp_path.rglob("*.json"):
        os.utime(path, (past, past))
    cache.load(used, Lines)

    cache.prune()

    assert cache.load(old, Lines) is None
    assert cache.load(used, Lines) == LINES


def test_the_default_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """GATECHECK_CACHE wins, then the XDG folder, then ~/.cache."""
    folders = []
    for name, value in (("GATECHECK_CACHE", "/own"), ("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/a")):
        monkeypatch.setenv(name, value)
    for name in ("GATECHECK_CACHE", "XDG_CACHE_HOME", "HOME"):
        folders.append(str(default_folder()))
        monkeypatch.delenv(name)

    assert folders == ["/own", "/xdg/gatecheck", "/home/a/.cache/gatecheck"]


def nested(tmp_path: Path) -> Path:
    """Give a folder below one that is below another, all of them the user's own alone."""
    folder = tmp_path / "home" / "cache" / "gatecheck"
    (folder / "measurements").mkdir(parents=True)
    for place in (folder / "measurements", folder, folder.parent, folder.parent.parent):
        place.chmod(0o700)
    return folder


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_folder_of_the_users_own_is_used(tmp_path: Path, mode: int) -> None:
    """That others may read it harms nobody; one that is not made yet is as good."""
    folder = nested(tmp_path)
    folder.chmod(mode)

    assert private_folder(folder) == (folder, "")
    assert private_folder(folder / "new") == (folder / "new", "")
    assert private_folder(None) == (None, "")


@pytest.mark.parametrize("place", ["measurements", "", "..", "../.."])
@pytest.mark.parametrize("mode", [0o777, 0o707])
def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path, place: str, mode: int) -> None:
    """Nor one below such a folder: who may rename it may put another one in its place."""
    folder = nested(tmp_path)
    open_one = (folder / place).resolve()
    open_one.chmod(mode)

    used, said = private_folder(folder)

    assert used is None
    assert f"{open_one} may be written by other users; name one of your own with GATECHECK_CACHE" in said


def test_a_folder_that_a_foreign_group_may_write_is_not_used(tmp_path: Path) -> None:
    """A group with the user's own number has no other member."""
    folder = nested(tmp_path)
    folder.chmod(0o770)

    assert private_folder(folder) == (folder, "")
    if os.geteuid() == 0:
        os.chown(folder, -1, 12345)
        assert private_folder(folder)[0] is None


def test_below_a_folder_for_all_with_the_sticky_bit_a_folder_of_the_users_own_is_used(tmp_path: Path) -> None:
    """As below `/tmp`, where nobody renames what is another's; but all may add to the very folder."""
    folder = nested(tmp_path)
    folder.parent.chmod(0o1777)
    assert private_folder(folder) == (folder, "")

    folder.chmod(0o1777)
    assert private_folder(folder)[0] is None


def test_what_a_link_leads_to_is_looked_at(tmp_path: Path) -> None:
    """And what is above it."""
    folder = nested(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert private_folder(link) == (link, "")

    folder.parent.chmod(0o777)
    assert private_folder(link)[0] is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_another_user_is_not_read(tmp_path: Path) -> None:
    """Neither a folder of his, nor a file that he left in ours while he could."""
    folder = nested(tmp_path)
    Cache(folder).store(KEY, LINES)
    os.chown(only_file(folder), 12345, -1)
    assert Cache(folder).load(KEY, Lines) is None

    os.chown(folder, 12345, -1)
    assert "belongs to another user (number 12345)" in private_folder(folder)[1]
