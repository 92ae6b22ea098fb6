"""A kernel that refuses a cage: what does not hold is said, what can be hidden is hidden, and one may insist."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import refusing
from repositories import GitRepository, outside_ci
from suite_bench import SHOP

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.uname().machine not in {"x86_64", "aarch64"},
    reason="calls are refused by a filter of Linux for these processors",
)

SPY = """
    import os
    from pathlib import Path


    def test_spy():
        at, seen = os.getpid(), []
        while at > 1:
            words = Path(f"/proc/{at}/stat").read_text().rpartition(")")[2].split()
            name = Path(f"/proc/{at}/cmdline").read_bytes()
            if b"gatecheck" in name and b"check" in name.split(b"\\0") and b"refusing" not in name:
                seen.append(Path(f"/proc/{at}/environ").read_bytes().strip(b"\\0"))
            at = int(words[1])
        assert seen == [b""], seen
    """


@pytest.fixture
def changed(repo: GitRepository) -> Path:
    """Give a repository whose change adds a test that looks for the variables of gatecheck."""
    repo.commit(SHOP)
    lines = (line.removeprefix("    ") for line in SPY.split("\n"))
    repo.commit({"tests/test_spy.py": "\n".join(lines)})
    return repo.path


def check(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the last commit where the kernel refuses namespaces."""
    gatecheck = str(Path(sys.executable).with_name("gatecheck"))
    argv = [sys.executable, refusing.__file__, gatecheck, "check", "HEAD", "--python", sys.executable, "--no-cache"]
    env = {**outside_ci(), "TOKEN": "a secret of the pipeline", "PYTHONPATH": ""}
    return subprocess.run([*argv, *options], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_what_does_not_hold_is_said_and_variables_are_hidden(changed: Path) -> None:
    """The tests run; the environment of gatecheck's process is empty for them."""
    said = json.loads(check(changed, "--gate", "tests-pass", "--output", "json").stdout)

    assert said["gates"][0]["status"] == "pass", said["gates"]
    (note,) = said["notes"]
    assert note.startswith("the project's code was not caged: it had the network of this machine, could read and write")
    assert note.endswith("(Operation not permitted)")


def test_a_cage_can_be_required(changed: Path) -> None:
    """Then nothing runs, and the line says what to do; what runs nothing needs none."""
    done = check(changed, "--require-cage")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--require-cage: the project's code would not be caged" in done.stderr
    assert "install bubblewrap" in done.stderr
    assert check(changed, "--require-cage", "--no-run").returncode == 3
