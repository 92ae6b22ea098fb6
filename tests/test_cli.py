"""The command line: its words, its exit codes, its streams, and that it stops when it is asked to."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import jsonschema
import pytest

import gatecheck as package
from gatecheck.cli import ExitCode, cli
from processes import ends, processes_with, within
from repositories import CommandLine, GitRepository

PROGRAM = Path(sys.executable).with_name("gatecheck")
# The cheapest gate that can say yes and no.
ACCEPTED = ("HEAD", "--gate", "non-goals-untouched", "--non-goal", "NG1=elsewhere/**")
REJECTED = ("HEAD", "--gate", "non-goals-untouched", "--non-goal", "NG1=a.py")


@pytest.fixture
def changed(repo: GitRepository) -> GitRepository:
    """Give a repository with a change to check."""
    repo.commit({"a.py": "x = 1\n"})
    repo.commit({"a.py": "x = 2\n"})
    return repo


def test_the_version_is_the_packages(gatecheck: CommandLine) -> None:
    """On one line."""
    ended = gatecheck("--version")

    assert (ended.code, ended.stdout, ended.stderr) == (0, f"gatecheck {package.__version__}\n", "")


def test_help_lists_every_command(gatecheck: CommandLine) -> None:
    """By both names of the option."""
    ended = gatecheck("--help")

    assert ended.code == 0
    assert all(f"\n  {name} " in ended.stdout for name in cli.commands)
    assert gatecheck("-h") == ended


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_explains_itself(gatecheck: CommandLine, command: str) -> None:
    """With each of its options."""
    ended = gatecheck(command, "--help")

    options = [
        option for each in cli.commands[command].params for option in each.opts if isinstance(each, click.Option)
    ]
    assert ended.code == 0
    assert all(option in ended.stdout for option in options)


def test_the_help_of_check_names_every_exit_code(gatecheck: CommandLine) -> None:
    """As they are."""
    told = " ".join(gatecheck("check", "--help").stdout.split())

    assert all(f"{code.value} " in told for code in ExitCode)


@pytest.mark.parametrize(
    ("typed", "meant"), [("chek", "gatecheck check"), ("gate", "gatecheck gates"), ("explian", "gatecheck explain")]
)
def test_a_misspelt_command_is_met_with_the_nearest(gatecheck: CommandLine, typed: str, meant: str) -> None:
    """And nothing is checked."""
    ended = gatecheck(typed)

    assert (ended.code, ended.stdout) == (2, "")
    assert f"did you mean `{meant}`?" in ended.stderr


def test_a_range_alone_is_met_with_the_command_for_it(gatecheck: CommandLine) -> None:
    """It is no command that could be misspelt."""
    ended = gatecheck("main..HEAD")

    assert ended.code == 2
    assert "to check a range: gatecheck check main..HEAD" in ended.stderr


def test_options_alone_belong_to_check(changed: GitRepository, gatecheck: CommandLine) -> None:
    """`gatecheck --staged` is `gatecheck check --staged`."""
    changed.write({"b.py": "y = 1\n"})
    changed.git("add", "b.py")

    ended = gatecheck("--staged", *ACCEPTED[1:], "--output", "json")

    assert (ended.code, json.loads(ended.stdout)["change"]["range"]) == (0, "staged")


def test_python_m_is_the_same_program(changed: GitRepository, gatecheck: CommandLine) -> None:
    """And imports nothing from the working folder, though `-m` has Python look there first."""
    changed.write(
        {f"{name}.py": f"raise SystemExit('{name} of the checked tree')\n" for name in ("click", "json", "msgspec")}
    )
    argv = [sys.executable, "-m", "gatecheck", "check", *ACCEPTED]

    done = subprocess.run(argv, cwd=changed.path, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().split("\n")[1:] == gatecheck("check", *ACCEPTED).stdout.split("\n")[1:]


@pytest.mark.parametrize("module", ["rich", "msgspec", "pathspec", "coverage", "pytest", "subprocess"])
def test_starting_loads_nothing_heavy(module: str) -> None:
    """`gatecheck --version` is answered at once, also on a slow machine."""
    if module not in LOADED:
        LOADED.update(
            subprocess.run([sys.executable, "-c", LOADING], capture_output=True, check=True).stdout.decode().split()
        )

    assert module not in LOADED


LOADING = "import sys, gatecheck.cli; print(*(name.partition('.')[0] for name in sys.modules))"
LOADED: set[str] = set()


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(("arguments", "code"), [(ACCEPTED, 0), (REJECTED, 1), (("HEAD..HEAD",), 3)])
def test_the_exit_code_says_the_result(gatecheck: CommandLine, arguments: tuple[str, ...], code: int) -> None:
    """Accepted, rejected, unproven."""
    ended = gatecheck("check", *arguments, "--no-run", "--output", "json")

    result = {0: "accepted", 1: "rejected", 3: "unproven"}[code]
    assert (ended.code, json.loads(ended.stdout)["result"], ended.stderr) == (code, result, "")


def test_two_outputs_are_both_written(changed: GitRepository, gatecheck: CommandLine) -> None:
    """One to a file, as a whole, one to standard output."""
    report = changed.path.parent / "report.json"
    report.write_text("x" * 100_000)

    ended = gatecheck("check", *REJECTED, "--output", f"json={report}", "--output", "text")

    assert ended.code == 1
    assert "REJECTED" in ended.stdout
    assert json.loads(report.read_text())["result"] == "rejected"
    assert [path.name for path in report.parent.iterdir() if path.name.startswith(("report", "tmp"))] == ["report.json"]


def test_an_output_file_is_for_others_to_read(changed: GitRepository, gatecheck: CommandLine) -> None:
    """As the umask says; a link is followed; a relative path counts from the working folder."""
    (changed.path / "link").symlink_to("out.json")

    gatecheck("check", *ACCEPTED, "--output", "json=link")

    made = changed.path / "out.json"
    umask = os.umask(0)
    os.umask(umask)
    assert made.stat().st_mode & 0o777 == 0o666 & ~umask
    assert (changed.path / "link").is_symlink()


def test_a_device_stays_a_device(changed: GitRepository, gatecheck: CommandLine) -> None:
    """A pipe, too, is written to and not replaced."""
    pipe = changed.path.parent / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        ended = gatecheck("check", *ACCEPTED, "--output", f"json={pipe}", "--output", "text=/dev/null")
        text = reader.communicate(timeout=30)[0]

    assert (ended.code, ended.stdout, json.loads(text)["result"]) == (0, "", "accepted")
    assert pipe.is_fifo()
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("what", ["report", "policy", "task"])
def test_a_schema_is_one(gatecheck: CommandLine, what: str) -> None:
    """Of JSON Schema 2020-12."""
    ended = gatecheck("schema", what)

    jsonschema.Draft202012Validator.check_schema(json.loads(ended.stdout))


def shell(line: str, folder: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which `$G` is gatecheck."""
    everything = os.environ | {"G": str(PROGRAM)} | env
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=everything, capture_output=True, check=False, timeout=120
    )


@pytest.mark.parametrize(("arguments", "code"), [(ACCEPTED, 0), (REJECTED, 1)])
@pytest.mark.parametrize(
    "line", ["$G check {} | true; exit ${{PIPESTATUS[0]}}", "$G check {} >&-", "$G check {} >&- 2>&-"]
)
def test_a_reader_that_is_gone_changes_no_answer(
    changed: GitRepository, line: str, arguments: tuple[str, ...], code: int
) -> None:
    """As `| head` leaves early, and a daemon has no streams at all."""
    done = shell(line.format(" ".join(arguments)), changed.path)

    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize("command", ["gates", "explain tests-pass", "schema report"])
def test_a_list_may_be_left_early(tmp_path: Path, command: str) -> None:
    """Without a word."""
    done = shell(f"$G {command} | true; exit ${{PIPESTATUS[0]}}", tmp_path)

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
@pytest.mark.parametrize("command", [f"check {' '.join(ACCEPTED)}", "--version", "gates"])
def test_a_full_disk_is_said_in_a_line(changed: GitRepository, command: str) -> None:
    """It is nobody's bug, and no acceptance."""
    done = shell(f"$G {command} >/dev/full", changed.path)

    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"No space left on device" in done.stderr


def test_standard_output_may_be_ascii_only(changed: GitRepository) -> None:
    """What it cannot show is escaped."""
    changed.commit({"caf\u00e9.py": "x = 1\n"})

    done = shell("$G check HEAD --gate non-goals-untouched --non-goal 'N=*.py'", changed.path, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"caf\u00e9.py" in done.stdout


HANGING = """
import os, pathlib, subprocess, sys, time

def test_it():
    wait = [sys.executable, "-c", "import time; time.sleep(600)", {0!r}]
    subprocess.Popen(wait, start_new_session=True)
    time.sleep(600)
"""


@contextmanager
def hanging(repo: GitRepository) -> Iterator[tuple["subprocess.Popen[bytes]", list[int], Path]]:
    """Start a check whose test hangs; give it, the processes of the test, and the folder for temporary files."""
    temporary = repo.path.parent / "temporary"
    temporary.mkdir()
    repo.commit({"a.py": "x = 1\n"})
    repo.commit({"a.py": "x = 2\n", "tests/test_it.py": HANGING.format(str(temporary))})
    argv = [str(PROGRAM), "check", "HEAD", "--gate", "tests-pass", "--no-cache", "--python", sys.executable]
    with subprocess.Popen(
        argv,
        cwd=repo.path,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=unignored,  # noqa: PLW1509 - one line that takes no lock
    ) as running:
        assert within(lambda: any("sleep(600)" in words for words in processes_with(str(temporary)).values()))
        yield running, list(processes_with(str(temporary))), temporary


def unignored() -> None:
    """Heed Ctrl-C, which shells have their background jobs ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_everything(repo: GitRepository, number: signal.Signals) -> None:
    """One line, code 130, no process and no folder left behind; a second signal hinders nothing."""
    with hanging(repo) as (running, started, temporary):
        running.send_signal(number)
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=30)

    assert (running.returncode, stdout, stderr) == (130, b"", b"gatecheck: interrupted\n")
    assert all(ends(pid) for pid in started)
    assert not list(temporary.iterdir())


def test_the_next_run_tidies_up_after_a_killed_one(repo: GitRepository, gatecheck: CommandLine) -> None:
    """Nobody can do so at the time."""
    with hanging(repo) as (running, started, temporary):
        running.kill()

    assert list(temporary.iterdir())
    ended = gatecheck("check", "HEAD", *ACCEPTED[1:], TMPDIR=str(temporary))
    assert ended.code == 0
    assert all(ends(pid) for pid in started)
    assert not list(temporary.glob("gatecheck-*"))
