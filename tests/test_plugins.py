"""The plugin promise: a third party's distribution joins by entry points alone; a broken one spoils only its own."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from installations import installation
from repositories import CommandLine, GitRepository

THIRD_PARTY = Path(__file__).parent / "third_party"


def installed(name: str, folder: Path) -> Path:
    """Install a distribution for real, into an environment beside gatecheck; give the command."""
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", folder]
    subprocess.run([str(word) for word in (*argv, THIRD_PARTY / name)], check=True, capture_output=True)
    return installation(folder / "venv", folder) / "bin" / "gatecheck"


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the command of an environment in which the well-behaved distribution is installed."""
    return installed("good", tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="session")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the command of an environment in which the misbehaving distribution is installed."""
    return installed("bad", tmp_path_factory.mktemp("bad"))


def checked(repo: GitRepository, gatecheck: CommandLine, plugins: Path, *args: str) -> tuple[int, dict[str, Any]]:
    """Check a small change with the plugins installed; give the exit code and the report."""
    repo.commit({"a.py": "x = 1\n"})
    repo.commit({"a.py": "x = 1\ny = 2\nz = 3\n"})
    ended = replace(gatecheck, program=plugins)("check", "HEAD~1..HEAD", "--output", "json", *args)
    return ended.code, json.loads(ended.stdout)


def gates_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give a report's gates by id."""
    return {gate["id"]: gate for gate in report["gates"]}


def test_a_third_party_gate_joins_by_entry_point(repo: GitRepository, gatecheck: CommandLine, good: Path) -> None:
    """Its own measurement is taken, and its item is answered."""
    _, report = checked(repo, gatecheck, good, "--gate", "short-files")

    gate = gates_of(report)["short-files"]
    assert (gate["status"], gate["distribution"]) == ("pass", "acme-good")
    assert gate["measures"] == {"files": 1}
    assert [item["status"] for item in report["items"] if item["id"] == "explained-logic"] == ["pass"]


def test_a_third_party_gate_takes_options_from_the_policy(
    repo: GitRepository, gatecheck: CommandLine, good: Path, tmp_path: Path
) -> None:
    """Its fields are options like any gate's."""
    policy = tmp_path / "policy.toml"
    policy.write_text("gates.short-files.longest = 2\n")

    code, report = checked(repo, gatecheck, good, "--gate", "short-files", "--policy", str(policy))

    assert (code, gates_of(report)["short-files"]["status"]) == (1, "fail")


def test_explain_knows_a_third_party_gate(gatecheck: CommandLine, good: Path) -> None:
    """Its docstring is its documentation."""
    ended = replace(gatecheck, program=good)("explain", "short-files")

    assert ended.code == 0
    assert "No Python file is longer than people read at once." in ended.stdout
    assert "longest" in ended.stdout


@pytest.mark.parametrize(
    ("gate", "item", "words"),
    [
        ("raising", "documented-api", "raised SystemExit"),
        ("rubbish", "explained-logic", "gave a str, not a Verdict"),
        ("unknown-request", "tested-change", "unknown request Head[bytes]"),
        ("broken-measurement", "nothing-broken", "raised KeyError"),
        ("unimportable", "validated-inputs", "a_module_that_nobody_has"),
    ],
)
def test_a_broken_plugin_makes_its_own_item_unproven(
    repo: GitRepository, gatecheck: CommandLine, bad: Path, gate: str, item: str, words: str
) -> None:
    """The reason names the distribution."""
    code, report = checked(repo, gatecheck, bad, "--no-run")

    found = gates_of(report)[gate]
    assert code == 3
    assert (found["status"], found["item"]) == ("unproven", item)
    assert "acme-bad" in found["summary"]
    assert words in found["summary"]


def test_a_broken_plugin_spoils_nothing_else(repo: GitRepository, gatecheck: CommandLine, bad: Path) -> None:
    """Our own gates judge as ever, and what could not be placed is noted."""
    _, report = checked(repo, gatecheck, bad, "--no-run")

    gates = gates_of(report)
    assert gates["small-diff"]["status"] == "pass"
    assert gates["no-such-class"]["status"] == "unproven"
    assert any("gone of acme-bad" in note for note in report["notes"])


def test_a_named_gate_loads_no_other_plugin(repo: GitRepository, gatecheck: CommandLine, bad: Path) -> None:
    """It is judged as ever, its measurement among them, and nothing is said of what nobody asked for."""
    code, report = checked(repo, gatecheck, bad, "--gate", "no-secrets")

    assert (code, [gate["id"] for gate in report["gates"]]) == (0, ["no-secrets"])
    assert report["measurements"][-1]["name"] == "secrets"
    assert report["notes"] == []
