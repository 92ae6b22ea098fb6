"""Other programs end in time, say no more than is kept, and leave nobody behind."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from gatecheck import process
from gatecheck.errors import MeasurementError
from processes import alive, ends, within

# Starts a child that sleeps, and says its process id.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session={apart})
print(child.pid, flush=True)
time.sleep({lives})
"""


def python(text: str, folder: Path, timeout_s: float = 60, **env: str) -> process.Done:
    """Run some Python."""
    return process.run([sys.executable, "-c", text], cwd=folder, env=os.environ | env, timeout_s=timeout_s)


def test_a_program_says_how_it_ended(tmp_path: Path) -> None:
    """Its code and both streams; it reads nothing from ours."""
    done = python(
        "import sys; print(sys.stdin.read(), end='out'); print('err', file=sys.stderr); sys.exit(7)", tmp_path
    )

    assert (done.code, done.stdout, done.stderr, done.timed_out, done.cut) == (7, b"out", b"err\n", False, False)
    assert done.complaint() == "err"


def test_a_signal_is_a_negative_code(tmp_path: Path) -> None:
    """As the subprocess module has it; who says nothing has a complaint all the same."""
    done = python("import os; os.abort()", tmp_path)

    assert done.code == -signal.SIGABRT
    assert done.complaint() == f"it ended with code {-signal.SIGABRT} and said nothing"


@pytest.mark.parametrize("program", ["no-such-program", "."])
def test_what_cannot_be_run_is_a_measurement_that_failed(tmp_path: Path, program: str) -> None:
    """It names the program."""
    with pytest.raises(MeasurementError, match=f"cannot run {program}: "):
        process.run([program], cwd=tmp_path, env={}, timeout_s=1)


def test_time_is_bounded_for_the_whole_group(tmp_path: Path) -> None:
    """What was printed until then is kept; children end with their parent."""
    began = time.monotonic()

    done = python(PARENT.format(apart=False, lives=600), tmp_path, timeout_s=2)

    assert done.timed_out
    assert done.code == -signal.SIGKILL
    assert time.monotonic() - began < 30
    assert ends(int(done.stdout))


def test_children_end_though_their_parent_ended_well(tmp_path: Path) -> None:
    """A program that was forgotten in the background does not stay there."""
    done = python(PARENT.format(apart=False, lives=0), tmp_path)

    assert (done.code, done.timed_out) == (0, False)
    assert ends(int(done.stdout))


def test_the_clock_works_without_process_descriptors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, and where a sandbox forbids them."""

    def forbidden(*_: object) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "pidfd_open", forbidden, raising=False)

    assert python("import time; time.sleep(600)", tmp_path, timeout_s=0.5).timed_out
    assert python("print(1)", tmp_path).stdout == b"1\n"


def test_output_is_bounded(tmp_path: Path) -> None:
    """The program is not held up by it, and the cut is said."""
    more = process.OUTPUT_LIMIT + 2**20

    done = python(f"import sys; sys.stdout.write('x' * {more}); sys.stderr.write('end')", tmp_path)

    assert (len(done.stdout), done.stderr, done.cut, done.code) == (process.OUTPUT_LIMIT, b"end", True, 0)


def test_the_environment_is_an_allow_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of the checked project sees no secret of ours, and a home of its own."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("DATABASE_URL", "postgres://")

    env = process.scrubbed_environment(tmp_path, ("DATABASE_URL", "NOT_SET"), EXTRA="1")

    assert {"AWS_SECRET_ACCESS_KEY", "GIT_DIR", "NOT_SET"}.isdisjoint(env)
    assert (env["HOME"], env["TMPDIR"]) == (str(tmp_path), str(tmp_path))
    assert (env["DATABASE_URL"], env["EXTRA"], env["PATH"]) == ("postgres://", "1", os.environ["PATH"])


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="such programs are found by /proc")
def test_a_program_that_left_its_group_is_found(tmp_path: Path) -> None:
    """By the folder that its environment names; one of another folder lives on."""
    pids = {}
    for name in ("ours", "ours-too"):
        (tmp_path / name).mkdir()
        done = python(PARENT.format(apart=True, lives=0), tmp_path, HOME=str(tmp_path / name / "home"))
        pids[name] = int(done.stdout)
    assert all(alive(pid) for pid in pids.values())

    process.end_strays(tmp_path / "ours")

    assert ends(pids["ours"])
    assert alive(pids["ours-too"])
    process.end_strays(tmp_path / "ours-too")


def test_an_interrupt_ends_all_programs_and_starts_no_more(tmp_path: Path) -> None:
    """The threads that wait for them are free at once; afterwards everything works again."""
    words: list[str] = []
    begun = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path, words)

    assert time.monotonic() - begun < 30
    assert sorted(words) == ["-9", "-9", *["gatecheck is being interrupted"] * 2]
    assert python("print(1)", tmp_path).stdout == b"1\n"


def interrupted(folder: Path, words: list[str]) -> None:
    """Run four measurements of two programs each on two threads, and raise while the first programs run."""

    def measure(number: int) -> None:
        sleep = f"import pathlib, time; pathlib.Path('{number}').touch(); time.sleep(600)"
        words.append(str(python(sleep, folder).code))
        try:
            python("print(1)", folder)
        except MeasurementError as error:
            words.append(str(error).split(": ")[1])

    with process.threads(2) as pool:
        for number in range(4):
            pool.submit(measure, number)
        assert within(lambda: len(list(folder.iterdir())) == 2)
        raise KeyboardInterrupt
