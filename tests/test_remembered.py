"""What is remembered of the tests of a project: only what ran under the very same circumstances. The real command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from repositories import CommandLine, GitRepository
from suite_bench import SHOP

MODE = "import os\n\n\ndef test_mode():\n    assert os.environ['SHOP_MODE'] == 'good'\n"
ASKED = ("check", "HEAD", "--python", sys.executable, "--gate", "tests-pass", "--output", "json")


def committed(repo: GitRepository, policy: str) -> None:
    """Commit a base with a policy, and a change that brings a test of a variable."""
    repo.commit({**SHOP, "gatecheck.toml": policy})
    repo.commit({"tests/test_mode.py": MODE})


def ran_anew(gatecheck: CommandLine, **variables: str) -> tuple[int, bool]:
    """Check, and give the exit code and whether the head's unit tests ran in this very run."""
    done = gatecheck(*ASKED, **variables)
    (run,) = (one for one in json.loads(done.stdout)["measurements"] if (one["name"], one["side"]) == RUN)
    return done.code, not run["cached"]


RUN = ("unit-run", "pinned")


@pytest.mark.slow
def test_another_value_of_a_passed_variable_is_another_run(repo: GitRepository, gatecheck: CommandLine) -> None:
    """The same value is the same run."""
    committed(repo, 'pass-env = ["SHOP_MODE"]\n')

    assert [ran_anew(gatecheck, SHOP_MODE=value) for value in ("good", "good", "bad", "good")] == [
        (0, True),
        (0, False),
        (1, True),
        (0, False),
    ]


@pytest.mark.parametrize(("policy", "anew"), [('network = "host"\n', True), ("", False)], ids=["host", "none"])
def test_what_ran_on_the_machines_network_is_not_remembered(
    repo: GitRepository, gatecheck: CommandLine, policy: str, anew: bool
) -> None:
    """A database that was repaired meanwhile gives another answer."""
    repo.commit({**SHOP, "gatecheck.toml": policy})
    repo.commit({"tests/test_more.py": f"def test_more_{anew}():\n    pass\n"})
    first, second = ran_anew(gatecheck), ran_anew(gatecheck)

    assert first == (0, True)
    assert second == (0, anew)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with a package of one module, over the packages of these tests."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    packages_of(folder).joinpath("below.pth").write_text("\n".join(libraries))
    packages_of(folder).joinpath("rates.py").write_text("RATE = 1\n")
    return folder


def packages_of(folder: Path) -> Path:
    """Give the folder of an environment's packages."""
    return next(folder.glob("lib/python*/site-packages"))


@pytest.mark.slow
def test_an_edited_module_of_the_environment_is_another_run(
    repo: GitRepository, gatecheck: CommandLine, environment: Path
) -> None:
    """Though the version of its package, the length and the time of the file are what they were."""
    repo.commit(SHOP)
    repo.commit({"tests/test_rates.py": "import rates\n\n\ndef test_rate():\n    assert rates.RATE == 1\n"})
    module = packages_of(environment) / "rates.py"
    codes = []
    for text in ("RATE = 1\n", "RATE = 2\n"):
        before = module.stat()
        module.write_text(text)
        os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
        codes.append(gatecheck("check", "HEAD", "--python", str(environment), "--gate", "tests-pass").code)

    assert codes == [0, 1]


def test_nothing_is_read_from_a_folder_that_others_may_write(
    repo: GitRepository, gatecheck: CommandLine, tmp_path: Path
) -> None:
    """The report says so, and how that is mended."""
    committed(repo, 'pass-env = ["SHOP_MODE"]\n')
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)

    told = {"SHOP_MODE": "good", "GATECHECK_CACHE": str(folder)}
    assert f"{folder} may be written by other users" in gatecheck(*ASKED, **told).stdout
    assert not list(folder.iterdir())
