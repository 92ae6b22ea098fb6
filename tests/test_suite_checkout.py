"""The git checkout that tests run in. Real git."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from gatecheck.suite_checkout import commit_files, make_checkout, write_identity
from gatecheck.workspace import Execution, Workspace
from snapshots import snapshot_of
from suite_bench import SHOP, Bench, words

ASKS = """
    import subprocess

    def git(*args, **options):
        return subprocess.run(["git", *args], check=True, capture_output=True, text=True, **options).stdout

    def test_git():
        assert git("ls-files").split()[-1] == "tests/test_git.py"
        assert git("status", "--porcelain") == ""
        assert git("describe", "--always", "--dirty").strip().isalnum()
        assert git("rev-list", "--count", "HEAD") == "1\\n"

    def test_commits_here():
        git("commit", "--allow-empty", "-m", "one more")
        assert git("log", "--format=%s %an", "-1") == "one more gatecheck\\n"

    def test_commits_elsewhere(tmp_path):
        git("init", cwd=tmp_path)
        git("commit", "--allow-empty", "-m", "first", cwd=tmp_path)
    """


def test_tests_run_in_a_checkout_of_the_tree(tmp_path: Path) -> None:
    """What is committed is tracked, also what is ignored; they can commit there, and in repositories of their own."""
    files = {**SHOP, ".gitignore": "tests/\n", "tests/test_git.py": ASKS}
    run = Bench(tmp_path).run(files)

    assert [outcome for outcome in run.outcomes if outcome.outcome != "passed"] == []


def test_a_policy_can_ask_for_a_plain_folder(tmp_path: Path) -> None:
    """For a suite that is not to find a repository around it."""
    plain = "import pathlib\n\n\ndef test_plain():\n    assert not pathlib.Path('.git').exists()\n"
    bench = replace(Bench(tmp_path), execution=Execution(checkout=False))
    run = bench.run({**SHOP, "tests/test_plain.py": plain})

    assert set(words(run).values()) == {"passed"}


def test_files_stay_as_they_are_and_nothing_is_written_beside_them(tmp_path: Path) -> None:
    """Whatever the tree's attributes want: encodings, line ends, filters that are not there."""
    attributes = "*.txt working-tree-encoding=UTF-16 eol=crlf\n*.bin filter=lfs\n"
    files = {".gitattributes": attributes, "a.txt": "one\ntwo\n", "b.bin": "version https://git-lfs"}
    snapshot = snapshot_of(tmp_path / "snapshot", files)
    committed = commit_files(snapshot.root, Workspace(tmp_path))
    make_checkout(committed, snapshot.root)
    asked = ["git", "-C", str(snapshot.root), "status", "--porcelain"]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout

    assert said == ""
    assert {name: (snapshot.root / name).read_text() for name in files} == files


def test_the_first_branch_of_new_repositories_is_the_users(tmp_path: Path) -> None:
    """As their git is configured; without a word it is git's own choice."""
    (tmp_path / "user").mkdir()
    (tmp_path / "user/.gitconfig").write_text("[init]\n\tdefaultBranch = trunk\n")
    asked = "from gatecheck.suite_checkout import first_branch; print(first_branch())"
    python = [sys.executable, "-c", asked]
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_CONFIG")}
    said = subprocess.run(
        python, env=env | {"HOME": str(tmp_path / "user")}, check=True, capture_output=True, text=True
    )
    write_identity(tmp_path, said.stdout.strip())
    repository = ["git", "-C", str(tmp_path), "init", "--quiet", "new"]
    subprocess.run(repository, check=True, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})

    assert (tmp_path / "new/.git/HEAD").read_text() == "ref: refs/heads/trunk\n"
