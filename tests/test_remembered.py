"""What is remembered of the tests of a project: only what ran under the very same circumstances. The real command."""

import json
import sys

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
