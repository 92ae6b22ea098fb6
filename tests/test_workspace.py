"""The run's own folder is gone afterwards, and so are those of killed runs; nobody else's is touched."""

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gatecheck.errors import UsageError
from gatecheck.workspace import Workspace, scratch_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let temporary folders be made in one of the test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def dead() -> int:
    """Give the id of a process that is no more."""
    return int(
        subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True).stdout
    )


def abandoned(temporary: Path, pid: int) -> Path:
    """Leave a folder as a killed run of a process does."""
    folder = temporary / f"gatecheck-{pid}-abc"
    (folder / "unit-head").mkdir(parents=True)
    return folder


def test_the_folder_is_gone_afterwards(temporary: Path) -> None:
    """Whatever the run did, and however it ended."""
    with scratch_folder() as folder:
        (folder / "d").mkdir()
        (folder / "d" / "file").write_text("x")
        assert folder.parent == temporary.resolve()
    assert not list(temporary.iterdir())

    with pytest.raises(KeyError), scratch_folder():
        raise KeyError

    assert not list(temporary.iterdir())


def test_a_folder_that_a_test_locked_is_gone_as_well(temporary: Path) -> None:
    """One without the right to write or to look into it; where a link leads is not touched."""
    outside = temporary.parent / "outside"
    outside.mkdir(mode=0o500)
    with scratch_folder() as folder:
        (folder / "a/b").mkdir(parents=True)
        (folder / "a/b/file").write_text("x")
        (folder / "link").symlink_to(outside)
        (folder / "a/b").chmod(0)
        (folder / "a").chmod(0o500)

    assert not list(temporary.iterdir())
    assert outside.stat().st_mode & 0o777 == 0o500


def test_folders_of_killed_runs_are_deleted(temporary: Path, dead: int) -> None:
    """By the next run."""
    folder = abandoned(temporary, dead)

    with scratch_folder():
        assert not folder.exists()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="such programs are found by /proc")
def test_programs_of_killed_runs_are_ended(temporary: Path, dead: int) -> None:
    """They were in groups of their own, so nobody ended them."""
    folder = abandoned(temporary, dead)
    env = {"HOME": str(folder / "unit-head")}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=env) as left:
        with scratch_folder():
            pass

        assert left.wait(10) == -9


def test_folders_of_others_stay(temporary: Path, dead: int) -> None:
    """Of a run that is alive, of one in another container (it holds its folder), and what only sounds alike."""
    own = abandoned(temporary, os.getpid())
    other = temporary / "gatecheck-notes"
    other.write_text("mine")
    held = abandoned(temporary, dead)
    descriptor = os.open(held, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    with scratch_folder():
        pass

    os.close(descriptor)

    assert own.exists()
    assert other.exists()
    assert held.exists()


def test_a_link_that_somebody_laid_is_not_followed(temporary: Path, tmp_path: Path, dead: int) -> None:
    """The folder for temporary files is everybody's."""
    (tmp_path / "precious").mkdir()
    (temporary / f"gatecheck-{dead}-link").symlink_to(tmp_path / "precious")
    (temporary / f"gatecheck-{dead}-lost").symlink_to(tmp_path / "nowhere")

    with scratch_folder():
        pass

    assert (tmp_path / "precious").exists()


def test_without_a_folder_for_temporary_files_the_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name one with TMPDIR."""
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null/nowhere")

    with pytest.raises(UsageError, match=r"no folder for temporary files: .*; name one with TMPDIR"), scratch_folder():
        pass


def test_what_lasts_is_in_the_cache(tmp_path: Path) -> None:
    """Without a cache, and where it cannot be written, it lasts as long as the run."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "file").write_text("no folder")
    workspaces = [Workspace(tmp_path / "scratch", cache) for cache in (tmp_path / "cache", None, tmp_path / "file")]

    folders = [workspace.lasting("mypy") for workspace in workspaces]

    assert folders == [tmp_path / "cache/mypy", tmp_path / "scratch/mypy", tmp_path / "scratch/mypy"]
    assert all(folder.is_dir() for folder in folders)


def test_every_measurement_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """However often one is asked for."""
    workspace = Workspace(tmp_path)

    assert len({workspace.folder() for _ in range(3)}) == 3
