"""The cache, on real folders."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatecheck.cache import KEEP_S, Cache, default_folder

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
