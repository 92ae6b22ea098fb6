"""What cannot be checked is met with one clear line or an honest status, never with a traceback, and leaves nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from repositories import CommandLine, Ended, GitRepository

OFF = ("documented-api", "explained-logic", "tested-change", "nothing-broken", "validated-inputs")
SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n\n[tool.mypy]\nstrict = true\n',
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "def total(prices: list[int]) -> int:\n    return sum(prices)\n",
    "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total() -> None:\n    assert total([1, 2]) == 3\n",
}


def refused(ended: Ended) -> str:
    """Give the one line of an error that the user can mend."""
    assert (ended.code, ended.stdout) == (2, ""), ended
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


def checked(gatecheck: CommandLine, *args: str, **env: str) -> dict[str, Any]:
    """Check, see that nothing but the report is said, and give it."""
    ended = gatecheck("check", *args, "--output", "json", **env)
    assert ended.code in {0, 1, 3}, ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    report: dict[str, Any] = json.loads(ended.stdout)
    assert len(report["items"]) == 12
    return report


def gate(report: dict[str, Any], id_: str) -> dict[str, Any]:
    """Give one gate's part of a report."""
    return next(found for found in report["gates"] if found["id"] == id_)


@pytest.fixture
def shop(repo: GitRepository) -> GitRepository:
    """Give a small project with a test, committed."""
    repo.commit(SHOP)
    return repo


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    """The line says what to do."""
    said = refused(CommandLine(tmp_path)("check", "HEAD", GIT_CEILING_DIRECTORIES=str(tmp_path.parent)))

    assert "is not in a git repository: run gatecheck inside one, or `git init`" in said


@pytest.mark.usefixtures("shop")
def test_a_folder_that_does_not_exist(gatecheck: CommandLine) -> None:
    """It is named."""
    assert "nowhere is not a folder" in refused(gatecheck("check", "-C", "nowhere"))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("text", ["nothing..HEAD", "HEAD...nothing", "nothing", "HEAD~7"])
def test_an_unknown_revision(gatecheck: CommandLine, text: str) -> None:
    """It is named, with where it may be."""
    said = refused(gatecheck("check", text))

    assert "unknown revision" in said
    assert "fetch it first" in said


def test_no_merge_base(shop: GitRepository, gatecheck: CommandLine) -> None:
    """The two histories have nothing in common."""
    shop.git("checkout", "--quiet", "--orphan", "other")
    shop.commit({"a.py": "x = 1\n"})

    assert "no merge base" in refused(gatecheck("check", "main...other"))


@pytest.mark.usefixtures("shop")
def test_an_empty_range_is_never_accepted(gatecheck: CommandLine) -> None:
    """Nothing was looked at."""
    report = checked(gatecheck, "HEAD..HEAD")

    assert report["result"] == "unproven"
    assert report["change"]["files"] == 0


def test_a_range_of_deletions(shop: GitRepository, gatecheck: CommandLine) -> None:
    """There is nothing left to cover or to type, and nothing is wrong with that."""
    shop.commit({"src/shop/extra.py": "x = 1\n"})
    shop.commit({"src/shop/extra.py": None})
    report = checked(gatecheck, "HEAD", "--python", sys.executable)

    judged = {found["id"]: found["status"] for found in report["gates"]}
    assert set(judged.values()) <= {"pass", "not-applicable"}, report["gates"]


def test_binary_files(shop: GitRepository, gatecheck: CommandLine) -> None:
    """They have no line that could be judged, and the summary says that there is one."""
    shop.commit({"logo.png": bytes(range(256)) * 40})
    shop.commit({"logo.png": bytes(reversed(range(256))) * 40})
    report = checked(gatecheck, "HEAD", "--no-run")

    assert (report["change"]["files"], report["change"]["added"]) == (1, 0)
    assert "1 file" in gate(report, "small-diff")["summary"]


@pytest.mark.parametrize("name", [b"a b.py", b"a\nb.py", b'"a\t\\b".py', b"caf\xe9.py", "日本.py".encode(), b"-rf.py"])
def test_odd_file_names(shop: GitRepository, gatecheck: CommandLine, name: bytes) -> None:
    """Every gate looks at the file, and every report can be read."""
    (shop.path / os.fsdecode(name)).write_bytes(b"print(nothing)\npassword = 'fQ7#vT9!kLm2@xWz'\n")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "--message", "odd")
    report = checked(gatecheck, "HEAD", "--python", sys.executable)

    assert gate(report, "no-secrets")["status"] == "fail"
    assert gate(report, "no-new-lint")["status"] == "fail", gate(report, "no-new-lint")
    text = gatecheck("check", "HEAD", "--no-run")
    assert (text.code, text.stderr) == (1, "")


def test_a_syntax_error_in_the_head(shop: GitRepository, gatecheck: CommandLine) -> None:
    """It is a finding of lint and types, and the tests that cannot import it break."""
    shop.commit({"src/shop/cart.py": "def total(prices:\n    return sum(prices)\n"})
    report = checked(gatecheck, "HEAD", "--python", sys.executable)

    statuses = {found["id"]: found["status"] for found in report["gates"]}
    assert report["result"] == "rejected"
    assert {statuses[id_] for id_ in ("no-new-lint", "no-new-type-errors", "tests-pass")} == {"fail"}
    assert statuses["unit-coverage"] == "unproven"


@pytest.mark.usefixtures("shop")
def test_an_interpreter_that_does_not_exist(gatecheck: CommandLine) -> None:
    """Whoever names one is told at once."""
    said = "--python names /no/such/python, which does not exist"

    assert said in refused(gatecheck("check", "HEAD", "--python", "/no/such/python"))
    assert said in refused(gatecheck("check", "HEAD", "--python", sys.executable, "--python", "/no/such/python"))


def test_an_interpreter_without_pytest(shop: GitRepository, gatecheck: CommandLine, tmp_path: Path) -> None:
    """Gatecheck's own serves, and the report says so."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    shop.commit({"src/shop/cart.py": "def total(prices: list[int]) -> int:\n    return sum(prices) + 0\n"})
    report = checked(gatecheck, "HEAD", "--python", str(tmp_path / "bare"))

    assert gate(report, "tests-pass")["status"] == "pass"
    assert "the project's environment has no pytest: gatecheck's own ran its tests" in report["notes"]


def test_a_suite_that_hangs(shop: GitRepository, gatecheck: CommandLine) -> None:
    """It is stopped by the policy's clock and unproven, with the test that it was in."""
    shop.commit({"gatecheck.toml": 'timeout = "5s"\n'})
    shop.commit({"tests/test_slow.py": "import time\n\n\ndef test_slow() -> None:\n    time.sleep(600)\n"})
    report = checked(gatecheck, "HEAD", "--python", sys.executable)

    assert gate(report, "tests-pass")["status"] == "unproven"
    summary = gate(report, "tests-pass")["summary"]
    assert "stopped after 5" in summary
    assert "test_slow" in summary


@pytest.mark.usefixtures("shop")
def test_a_budget_that_is_no_duration(gatecheck: CommandLine) -> None:
    """It is named, with what one looks like."""
    assert "--budget: 'soon' is not a duration; write 90s" in refused(gatecheck("check", "--budget", "soon"))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("name", ["nothing.toml", "a\nb.toml"])
@pytest.mark.parametrize("option", ["--policy", "--task"])
def test_a_file_that_is_not_there(gatecheck: CommandLine, option: str, name: str) -> None:
    """It is named in one line, whatever its name."""
    assert ".toml" in refused(gatecheck("check", "HEAD", option, name))


@pytest.mark.parametrize(
    ("policy", "place", "nearest"),
    [
        ('sorce = ["src/"]\n', "sorce", "source"),
        ("[gates.unit-coverage]\nminmum = 3\n", "minmum", "minimum"),
        ("[gates]\nno-chrun = 'off'\n", "no-chrun", "no-churn"),
        ("timeout = 3\n", "timeout", ""),
        ("source = 'src'\n", "source", ""),
        ("[gates.unit-coverage]\nminimum = 101\n", "minimum", "100"),
        ("= broken\n", "line 1", ""),
    ],
)
def test_a_policy_with_a_mistake(
    shop: GitRepository, gatecheck: CommandLine, policy: str, place: str, nearest: str
) -> None:
    """The file, the place and the nearest right key are in the line."""
    shop.commit({"gatecheck.toml": policy})
    shop.commit({"a.txt": "a\n"})
    said = refused(gatecheck("check", "HEAD"))

    assert "gatecheck.toml" in said
    assert place in said
    assert nearest in said


def test_nothing_is_left_behind(shop: GitRepository, tmp_path: Path) -> None:
    """Neither by an error nor by a report is a folder left."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    run = CommandLine(shop.path)
    run("check", "nothing", TMPDIR=str(temporary))
    run("check", "HEAD", "--no-run", TMPDIR=str(temporary))

    assert not list(temporary.iterdir())


def object_of(repo: GitRepository, name: str) -> Path:
    """Give the file of a loose object."""
    id_ = repo.git("rev-parse", name)
    return repo.path / ".git/objects" / id_[:2] / id_[2:]


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", "HEAD:new.txt", "HEAD~1", "HEAD~1^{tree}"])
@pytest.mark.parametrize("content", [b"garbage", b"", None])
def test_a_damaged_repository(shop: GitRepository, gatecheck: CommandLine, name: str, content: bytes | None) -> None:
    """An object that is corrupt, empty or gone is said in a line, with what to do."""
    shop.commit({"new.txt": "x\n"})
    head, damaged = shop.git("rev-parse", "HEAD"), object_of(shop, name)
    damaged.unlink()
    if content is not None:
        damaged.write_bytes(content)
    said = refused(gatecheck("check", head, "--no-run"))

    assert "git fsck" in said or "unknown revision" in said


def test_a_damaged_index(shop: GitRepository, gatecheck: CommandLine) -> None:
    """It is the user's, and not written anew."""
    index = shop.path / ".git/index"
    index.write_bytes(b"garbage")

    assert "git's index cannot be read" in refused(gatecheck("check"))
    assert index.read_bytes() == b"garbage"


def test_a_locked_index(shop: GitRepository, gatecheck: CommandLine) -> None:
    """Another git at work hinders nothing, and its lock stays."""
    lock = shop.path / ".git/index.lock"
    lock.write_bytes(b"")
    shop.write({"new.txt": "x\n"})

    assert checked(gatecheck, "--no-run")["change"]["added"] == 1
    assert lock.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else(shop: GitRepository, gatecheck: CommandLine) -> None:
    """The protection of git holds, and the mend is git's own."""
    for path in (shop.path, *shop.path.rglob("*")):
        os.chown(path, 12345, 12345)

    assert "safe.directory" in refused(gatecheck("check", "HEAD"))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--", "--all..HEAD"), "a revision does not begin with a dash"),
        (("--", "-x"), "a revision does not begin with a dash"),
        (("HEAD", "--base=--all"), "a revision does not begin with a dash"),
        (("HEAD", "--touches", "../x"), "it leaves the repository"),
        (("HEAD", "--non-goal", "N=/../x"), "it leaves the repository"),
        (("HEAD", "--staged"), "name two changes"),
        (("HEAD", "--range-from-stdin"), "name two changes"),
    ],
)
def test_an_argument_that_means_something_else(gatecheck: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    """Neither git nor the file system is led astray."""
    assert said in refused(gatecheck("check", *arguments))


def test_a_policy_for_a_folder_outside(shop: GitRepository, gatecheck: CommandLine, tmp_path: Path) -> None:
    """The project lies in the repository."""
    (tmp_path / "policy.toml").write_text('root = "../.."\n')
    shop.commit({"new.txt": "x\n"})

    assert "leaves the repository" in refused(gatecheck("check", "HEAD", "--policy", str(tmp_path / "policy.toml")))


@pytest.mark.usefixtures("shop")
def test_a_git_that_is_too_old(gatecheck: CommandLine, tmp_path: Path) -> None:
    """Its version and the one that is needed are named."""
    old = tmp_path / "bin/git"
    old.parent.mkdir()
    old.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo "git version 2.20.1" || exec {shutil.which("git")} "$@"\n')
    old.chmod(0o755)
    said = refused(gatecheck("check", "HEAD", PATH=f"{old.parent}{os.pathsep}{os.environ['PATH']}"))

    assert "git version 2.20.1 is too old: install git 2.30 or newer" in said


@pytest.mark.usefixtures("shop")
def test_no_git_at_all(gatecheck: CommandLine, tmp_path: Path) -> None:
    """It is what to install."""
    assert "git was not found on PATH: install git 2.30 or newer" in refused(gatecheck("check", PATH=str(tmp_path)))
