"""What a build makes is there when tests and mypy run; what is committed stays as it is."""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatecheck.change import Snapshot
from gatecheck.errors import MeasurementError
from gatecheck.preparing import prepared
from gatecheck.project import Project
from gatecheck.workspace import Execution, Workspace
from repositories import CommandLine, GitRepository
from snapshots import snapshot_of
from suite_bench import our_cage, our_python

GENERATED = "src/shop/_version.py"
# Makes a module that no commit holds, and counts how often it was asked to.
BUILD = """
import pathlib, sys
pathlib.Path("src/shop/_version.py").write_text("version = '1.%s'" % sys.argv[1])
"""
SHOP = {
    "src/shop/__init__.py": "from shop._version import version\n",
    "tests/test_version.py": "from shop import version\n\n\ndef test_version():\n    assert version == '1.2'\n",
    "build_version.py": BUILD,
}
PREPARE = ("python", "-m", "build_version", "2")


class Bench:
    """One snapshot, to be prepared."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.snapshot = snapshot_of(folder / "snapshot", files)
        (folder / "scratch").mkdir()
        self.workspace = Workspace(folder / "scratch")

    def prepare(self, *commands: tuple[str, ...], timeout_s: int = 60, memory: int = 2**33) -> Snapshot:
        """Run some commands over it."""
        execution = Execution((), timeout_s, memory, our_cage(), commands)
        project = Project(source=("/src/",))
        return prepared(self.snapshot, project, our_python(), execution, self.workspace)

    def failure(self, *commands: tuple[str, ...], timeout_s: int = 60) -> str:
        """Give why they fail."""
        with pytest.raises(MeasurementError) as caught:
            self.prepare(*commands, timeout_s=timeout_s)
        return str(caught.value)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give the project's snapshot."""
    return Bench(tmp_path, SHOP)


def python(text: str) -> tuple[str, ...]:
    """Give a command that runs some Python."""
    return ("python", "-c", text)


def test_without_commands_the_snapshot_is_used_as_it_is(bench: Bench) -> None:
    """Nothing is copied."""
    assert bench.prepare() is bench.snapshot


def test_a_version_is_written_where_the_base_names_a_module_for_it(bench: Bench) -> None:
    """That of the installed project; a module that is there, or whose folder is not, is nothing to write."""
    project = Project(
        source=("/src/",), distribution="pytest", version_files=(GENERATED, "src/shop/__init__.py", "a/b.py")
    )
    execution = Execution((), 60, 2**33, our_cage())
    ready = prepared(bench.snapshot, project, our_python(), execution, bench.workspace)
    space: dict[str, object] = {}
    exec((ready.root / GENERATED).read_text(), space)  # noqa: S102 - what was written

    assert space["__version__"] == space["version"] == pytest.__version__
    assert space["__version_tuple__"] == tuple(int(part) for part in pytest.__version__.split("."))
    assert (ready.root / "src/shop/__init__.py").read_text() == SHOP["src/shop/__init__.py"]
    assert not (ready.root / "a").exists()
    assert not (bench.snapshot.root / GENERATED).exists()


def test_a_command_makes_files_in_a_copy(bench: Bench) -> None:
    """The snapshot that everybody else looks at has only what is committed, and so has the list of its files."""
    ready = bench.prepare(PREPARE)

    assert (ready.root / GENERATED).read_text() == "version = '1.2'"
    assert not (bench.snapshot.root / GENERATED).exists()
    assert ready.paths == bench.snapshot.paths


def test_it_is_made_once(bench: Bench) -> None:
    """However many measurements ask."""
    assert bench.prepare(PREPARE) == bench.prepare(PREPARE)


def test_a_failure_is_remembered_for_the_run(bench: Bench) -> None:
    """What fails is not tried again for each suite; each is told."""
    failing = python("open('../tries', 'a').write('x'); raise SystemExit('no compiler')")
    said = [bench.failure(failing) for _ in range(2)]

    assert said[0] == said[1]
    assert said[0].startswith("the policy's prepare command ")
    assert said[0].endswith(" failed: no compiler")
    assert [tries.read_text() for tries in bench.workspace.scratch.rglob("tries")] == ["x"]


def test_commands_run_in_order_with_the_interpreter_and_the_source_found(bench: Bench) -> None:
    """Where the project's root is; no other program's secrets are there."""
    first = python(
        "import os, shop._version, sys; open('env', 'w').write('%s %s' % (sys.executable, sorted(os.environ)))"
    )
    ready = bench.prepare(PREPARE, first, ("sh", "-c", "command -v python3 > which"))
    seen, path = ((ready.root / name).read_text() for name in ("env", "which"))

    assert seen.startswith(f"{path.strip().removesuffix('3')} ")
    assert "GATECHECK_CACHE" in os.environ
    assert "GATECHECK_CACHE" not in seen
    assert Path(path).is_relative_to(bench.workspace.scratch)


@pytest.mark.parametrize(
    "spoil",
    [
        "open('src/shop/__init__.py', 'w').write('version = None')",
        "import os; os.remove('src/shop/__init__.py')",
        "import os; os.remove('src/shop/__init__.py'); os.mkdir('src/shop/__init__.py')",
        "import os; os.remove('src/shop/__init__.py'); os.symlink('/dev/null', 'src/shop/__init__.py')",
        "import shutil; shutil.rmtree('src')",
    ],
    ids=["edited", "deleted", "a folder", "a link", "folder deleted"],
)
def test_what_is_committed_stays_as_it_is(bench: Bench, spoil: str) -> None:
    """The change's own code runs there, and must not make of the change what its diff does not show."""
    ready = bench.prepare(python(spoil))

    kept = ready.root / "src/shop/__init__.py"
    assert kept.read_text() == SHOP["src/shop/__init__.py"]
    assert not kept.is_symlink()


def test_links_are_kept(tmp_path: Path) -> None:
    """As they were committed, also one that leads nowhere."""
    bench = Bench(tmp_path, SHOP)
    (bench.snapshot.root / "tests/gone").symlink_to("nowhere")
    ready = bench.prepare(PREPARE)

    assert (ready.root / "tests/gone").readlink() == Path("nowhere")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("no-such-program",), r"\S+ \S+ no-such-program: No such file or directory"),
        (python("import sys; sys.exit(3)"), "it ended with code 3 and said nothing"),
        (python("import time; time.sleep(60)"), r"stopped after 1 s \(the policy's timeout\)"),
    ],
)
def test_a_command_that_fails_is_named(bench: Bench, command: tuple[str, ...], why: str) -> None:
    """With its last words."""
    said = bench.failure(command, timeout_s=1)

    assert re.fullmatch(rf"the policy's prepare command {re.escape(repr(' '.join(command)))} failed: {why}", said)


@pytest.mark.skipif(our_cage().network == "host", reason="the network cannot be cut off here")
def test_it_has_no_more_network_than_the_tests(bench: Bench) -> None:
    """A build that downloads something is no build of this tree."""
    reach = python("import socket; socket.create_connection(('192.0.2.1', 80), 1)")

    assert bench.failure(reach).endswith("Network is unreachable")


POLICY = 'prepare = ["python -m build_version 2"]\n'
MYPY = "[tool.mypy]\nstrict = true\nfiles = ['src']\n"


def statuses(ended: str) -> dict[str, tuple[str, str]]:
    """Read each gate's status and summary."""
    return {gate["id"]: (gate["status"], gate["summary"]) for gate in json.loads(ended)["gates"]}


def checked(gatecheck: CommandLine, *more: str) -> dict[str, tuple[str, str]]:
    """Check the last commit with the gates that need what is prepared."""
    asked = ("--gate", "tests-pass", "--gate", "no-new-type-errors", "--gate", "small-diff")
    return statuses(gatecheck("check", "HEAD", "--python", sys.executable, "--output", "json", *asked, *more).stdout)


def test_tests_and_mypy_see_what_was_made(repo: GitRepository, gatecheck: CommandLine) -> None:
    """On both sides; without it neither could import it."""
    repo.commit({**SHOP, "gatecheck.toml": POLICY, "pyproject.toml": MYPY})
    repo.commit({"src/shop/cart.py": "from shop._version import version\n\nlabel: str = version\n"})
    found = checked(gatecheck)

    assert {gate: status for gate, (status, _) in found.items()} == dict.fromkeys(found, "pass")
    assert len(found) == 3


def test_what_cannot_be_prepared_is_unproven(repo: GitRepository, gatecheck: CommandLine) -> None:
    """The head's build fails: the gates that execute say why, and the others judge."""
    repo.commit({**SHOP, "gatecheck.toml": POLICY, "pyproject.toml": MYPY})
    repo.commit({"build_version.py": "raise SystemExit('no such template')\n"})
    found = checked(gatecheck)

    why = "the policy's prepare command 'python -m build_version 2' failed: no such template"
    assert found["tests-pass"] == found["no-new-type-errors"] == ("unproven", why)
    assert found["small-diff"][0] == "pass"


def test_nothing_is_prepared_where_nothing_is_to_be_run(repo: GitRepository, gatecheck: CommandLine) -> None:
    """The commands run code of the project: --no-run leaves them out. The head's own commands never run."""
    failing = "prepare = [['sh', '-c', 'echo it ran >&2; exit 1']]\n"
    repo.commit({**SHOP, "gatecheck.toml": failing})
    repo.commit({"src/shop/cart.py": "rate = 1\n", "gatecheck.toml": failing.replace("it ran", "the head's ran")})

    assert list(checked(gatecheck, "--no-run")) == ["small-diff"]
    assert checked(gatecheck)["tests-pass"][1].endswith("failed: it ran")
