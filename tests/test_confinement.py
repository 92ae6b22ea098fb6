"""The project's code is kept in a cage where the kernel allows one, and under limits; else the report says so.

What it sees and can do in there is held by tests/cage/test_inside.py.
"""

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatecheck import confinement, process
from gatecheck.confinement import Cage, Network, settle_cage
from gatecheck.errors import MeasurementError
from gatecheck.visible_files import VisibleFiles, own_files
from gatecheck.workspace import Execution
from processes import ends
from repositories import CommandLine, GitRepository
from suite_bench import SHOP, Bench, our_cage, words

REFUSED = our_cage().lacking
needs_cage = pytest.mark.skipif(bool(REFUSED), reason=REFUSED or "the network can be cut off here")

# 192.0.2.0/24 is nobody's (RFC 5737): where there is a network, no answer comes.
# Loopback must work, and nothing else: not for a test, nor for a program that it starts.
NETWORK_TESTS = """
    import errno
    import socket
    import subprocess
    import sys
    import threading

    import pytest

    OUTSIDE = "import socket; s = socket.socket(); s.settimeout(1); print(s.connect_ex(('192.0.2.1', 80)))"


    def test_outside_is_unreachable():
        with pytest.raises(OSError) as caught:
            socket.create_connection(("192.0.2.1", 80), 1)
        assert caught.value.errno == errno.ENETUNREACH


    def test_a_child_reaches_no_more():
        said = subprocess.run([sys.executable, "-c", OUTSIDE], capture_output=True, check=True).stdout
        assert int(said) == errno.ENETUNREACH


    def test_loopback_works():
        server = socket.create_server(("localhost", 0))
        client = socket.create_connection(server.getsockname())
        client.sendall(b"hello")
        assert server.accept()[0].recv(5) == b"hello"


    def test_unix_sockets_work(tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)  # their names are short
        server = socket.socket(socket.AF_UNIX)
        server.bind("s")
        server.listen()
        socket.socket(socket.AF_UNIX).connect("s")
    """


def run(text: str, folder: Path, network: Network, memory: int = 0, cage: Cage | None = None) -> process.Done:
    """Run some Python where the project's code runs."""
    execution = Execution(timeout_s=60, memory=memory, cage=cage or settle_cage(network, own_files()))
    env = {"PATH": os.environ["PATH"]}
    return execution.run([sys.executable, "-c", text], cwd=folder, env=env, writable=[folder], shown=[])


@pytest.fixture
def listener() -> Iterator[int]:
    """Give the port of a server on this machine, such as a database."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@needs_cage
def test_tests_reach_nothing_but_themselves(tmp_path: Path) -> None:
    """A test and its children alike; loopback and sockets in the file system work."""
    bench = Bench(tmp_path, execution=Execution(cage=our_cage()))
    ran = bench.run({**SHOP, "tests/test_network.py": NETWORK_TESTS})

    assert set(words(ran).values()) == {"passed"}, ran.outcomes
    assert len(ran.outcomes) == 5


@pytest.mark.parametrize(("network", "reached"), [pytest.param("none", False, marks=needs_cage), ("host", True)])
def test_a_service_of_this_machine_is_reached_where_the_policy_says_so(
    tmp_path: Path, listener: int, network: Network, reached: bool
) -> None:
    """Such as the database that CI starts for the integration tests."""
    done = run(f"import socket; print(socket.socket().connect_ex(('127.0.0.1', {listener})))", tmp_path, network)

    assert (done.stdout == b"0\n") is reached, done


@needs_cage
def test_nothing_else_is_different(tmp_path: Path) -> None:
    """Who one is, and whose the files are."""
    said = run("import os; print(os.getuid(), os.getgid(), os.stat('.').st_uid)", tmp_path, "none")

    assert said.stdout.decode().split() == [str(os.getuid()), str(os.getgid()), str(os.getuid())]


def test_descriptors_and_the_code_come_through(tmp_path: Path) -> None:
    """The record of the tests is written on one."""
    with (tmp_path / "record").open("wb") as stream:
        argv = Cage().around(
            [sys.executable, "-c", f"import os; os.write({stream.fileno()}, b'said'); os._exit(7)"], []
        )
        done = process.run(argv, cwd=tmp_path, env={}, timeout_s=60, keep_fds=[stream.fileno()])

    assert (done.code, (tmp_path / "record").read_bytes()) == (7, b"said")


def test_files_end_and_cores_are_not_dumped(tmp_path: Path) -> None:
    """A test that writes for ever fills no disk; the signal for that does not kill a Python program."""
    text = "import os; f = os.open('big', os.O_CREAT | os.O_WRONLY); os.lseek(f, 8 << 30, 0); os.write(f, b'x')"
    limits = "import resource as r; print(r.getrlimit(r.RLIMIT_CORE)[0], r.getrlimit(r.RLIMIT_FSIZE))"

    assert run(text, tmp_path, "host").complaint() == "OSError: [Errno 27] File too large"
    assert run(limits, tmp_path, "host").stdout.split()[0] == b"0"


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    """As without the cage."""
    done = process.run(Cage().around(["no-such-program"], []), cwd=tmp_path, env={}, timeout_s=60)

    assert (done.code, done.complaint()) == (127, "cannot run no-such-program: No such file or directory")


def test_a_kernel_that_refuses_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests run with what there is, and its reason goes into the report."""
    refusing = tmp_path / "start.py"
    refusing.write_text("import sys; sys.exit('Operation not permitted')")
    monkeypatch.setattr(confinement, "_START", refusing)
    monkeypatch.setattr(confinement, "_refusal", confinement._refusal.__wrapped__)
    settled = settle_cage("none", VisibleFiles())

    assert (settled.network, settled.way) == ("host", "limits")
    (note,) = settled.notes
    assert note.startswith("the project's code was not caged: it had the network of this machine, could read")
    assert note.endswith(" processes behind (Operation not permitted)")


def test_the_report_says_that_the_network_was_there(repo: GitRepository, gatecheck: CommandLine) -> None:
    """Also when the tests' outcome is remembered; where nothing of the project ran there is nothing to say."""
    repo.commit({**SHOP, "gatecheck.toml": 'network = "host"\n'})
    repo.commit({"src/shop/cart.py": SHOP["src/shop/cart.py"] + "\n\nRATE = 1\n"})
    asked = ("check", "HEAD", "--python", sys.executable, "--gate", "tests-pass", "--output", "json")
    notes = [json.loads(gatecheck(*asked, *more).stdout)["notes"] for more in ((), (), ("--no-run",))]

    host = 'the policy says network = "host"; each run waits for the others, and none is remembered'
    said = [f"the project's code had the network of this machine: {host}"]
    assert notes == [said, said, []]


HOG = """
    def test_small():
        pass


    def test_hungry():
        kept = []
        while True:
            kept.append(bytearray(b"x") * 2**24)
    """


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="memory is watched by /proc")
def test_a_test_that_eats_the_memory_is_named(tmp_path: Path) -> None:
    """With the bound; it is the run that was stopped, not the test that failed."""
    bench = Bench(tmp_path, execution=Execution(memory=2**28, cage=our_cage()))

    with pytest.raises(MeasurementError, match=r"stopped at .* GB of memory, more than 0\.25 GB .*test_hungry"):
        bench.run({**SHOP, "tests/test_hog.py": HOG})


def test_memory_that_is_only_promised_or_shared_does_not_count(tmp_path: Path) -> None:
    """A big empty mapping, threads, and what forked children share with their parent, as numeric tests have them."""
    text = """
import mmap, os, time
empty = mmap.mmap(-1, 2**32)
full = bytearray(b"x") * 2**26
children = [os.fork() or time.sleep(1.5) or os._exit(0) for _ in range(6)]
time.sleep(1.5)
print("done")
"""
    done = run(text, tmp_path, "host", memory=2**28)

    assert (done.stdout, done.too_much) == (b"done\n", 0)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="memory is watched by /proc")
def test_children_count_and_end_with_the_rest(tmp_path: Path) -> None:
    """Also those that left the session, where no cage holds them."""
    text = """
import subprocess, sys, time
hog = "import time; kept = bytearray(b'x') * (150 * 2**20); time.sleep(600)"
children = [subprocess.Popen([sys.executable, "-c", hog], start_new_session=True) for _ in range(2)]
print(*(child.pid for child in children), flush=True)
time.sleep(600)
"""
    done = run(text, tmp_path, "host", memory=2**28, cage=Cage())

    assert done.too_much > 2**28
    assert all(ends(int(pid)) for pid in done.stdout.split())
