"""The real command line on secrets: no byte that it writes holds a value, and what a range hides is found."""

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from installations import installation
from repositories import CommandLine, GitRepository

PASSWORD = "Harbor7-lantern!Qx93"  # noqa: S105 - made up
TOKEN = "gl" + "pat-" + "Zq8Wn3Rt6Yp1Lk5Vb0Ms"  # of no provider's making
ENCODED = base64.b64encode(PASSWORD.encode()).decode()
BODY = "\n".join(f"bm90IGEga2V5LCBqdXN0IGp1bmsgZm9yIGdhdGVjaGVjayB0ZXN0cw{number:02}" for number in range(8))
FILES = {
    "shop.py": f'PASSWORD = "{PASSWORD}"\nTOKEN = "{TOKEN[:9]}" + "{TOKEN[9:]}"\n',
    "mail.py": f'PASSWORD = base64.b64decode("{ENCODED}")\n',
    "broken.py": f'def broken(:\n    password = "{PASSWORD}"\n',
    "app.yaml": f"password: {PASSWORD}\nurl: postgres://me:{PASSWORD}@db.acme.io/shop\n",
    "key.pem": f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\n",
    "tests/test_shop.py": f'PASSWORD = "{PASSWORD}"\n',
    "book.ipynb": json.dumps({"source": [f'password = "{PASSWORD}"\n']}, indent=1),
}
EMPTY = (("HEAD..HEAD",), ("HEAD..HEAD~2",), ("--worktree",))
VALUES = (PASSWORD, TOKEN, ENCODED, BODY.split("\n")[3], PASSWORD[:8], TOKEN[:12])


@pytest.fixture
def leaked(repo: GitRepository) -> GitRepository:
    """Give a repository with a commit that writes secrets down, in files and in its message."""
    repo.commit({"README.md": "a shop\n"})
    repo.commit(FILES, f"Set it up\n\npassword: '{PASSWORD}' and {TOKEN}")
    return repo


def holders(folder: Path) -> Iterator[str]:
    """Give the files under a folder, the repository's own left out, that hold a value."""
    for path in folder.rglob("*"):
        if path.is_file() and any(value.encode() in path.read_bytes() for value in VALUES):
            yield str(path)


def check(gatecheck: CommandLine, tmp_path: Path, *args: str) -> tuple[int, str]:
    """Run the gate with folders of its own; give its exit code and all that it printed."""
    cache, scratch = tmp_path / "kept", tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    env = {"GATECHECK_CACHE": str(cache), "TMPDIR": str(scratch)}
    ended = gatecheck("check", "HEAD~1..HEAD", "--gate", "no-secrets", *args, **env)
    return ended.code, ended.stdout + ended.stderr


@pytest.mark.usefixtures("leaked")
@pytest.mark.parametrize("report", ["text", "json"])
def test_no_byte_that_is_written_holds_a_value(gatecheck: CommandLine, tmp_path: Path, report: str) -> None:
    """Neither the streams nor the cache, nor what is left of the run."""
    code, output = check(gatecheck, tmp_path, "--output", report)

    assert code == 1
    assert "shop.py" in output
    assert [value for value in VALUES if value in output] == []
    assert [*holders(tmp_path / "kept"), *holders(tmp_path / "scratch")] == []


@pytest.mark.usefixtures("leaked")
def test_what_a_broken_engine_says_holds_no_value(gatecheck: CommandLine, tmp_path: Path) -> None:
    """It is unproven, whatever the engine throws, and though it throws the text that it was given."""
    package = tmp_path / "path" / "kingfisher_sdk"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "class Rules:\n    def __init__(self, **_): pass\n\n\nclass Scanner:\n    def __init__(self, _): pass\n\n"
        "    def scan(self, data, **_): raise RuntimeError(data)\n"
    )
    broken = replace(gatecheck, program=installation(tmp_path / "venv", package.parent) / "bin" / "gatecheck")
    code, output = check(broken, tmp_path, "--output", "text")

    assert code != 0
    assert "kingfisher failed (RuntimeError)" in output
    assert [value for value in VALUES if value in output] == []


@pytest.mark.usefixtures("leaked")
def test_a_missing_engine_is_unproven(gatecheck: CommandLine, tmp_path: Path) -> None:
    """And what mends it is said."""
    package = tmp_path / "path"
    package.mkdir()
    (package / "kingfisher_sdk.py").write_text("raise ImportError('gone')\n")
    bare = replace(gatecheck, program=installation(tmp_path / "venv", package) / "bin" / "gatecheck")
    code, output = check(bare, tmp_path, "--output", "json")

    assert code != 0
    assert '"status":"unproven"' in output.replace('": "', '":"')
    assert "pip install kingfisher-secret-scanner" in output


def test_a_secret_that_is_taken_out_again_is_found_by_the_command_line(
    repo: GitRepository, gatecheck: CommandLine, tmp_path: Path
) -> None:
    """In the file and in the message of the commit that held it."""
    repo.commit({"shop.py": "x = 1\n"})
    base = repo.git("rev-parse", "HEAD")
    repo.commit({"shop.py": FILES["shop.py"]})
    repo.commit({"shop.py": "x = 2\n"}, f"Take it out\n\nwas {TOKEN}")
    ended = gatecheck("check", f"{base}..HEAD", "--gate", "no-secrets", GATECHECK_CACHE=str(tmp_path / "kept"))

    assert ended.code == 1
    printed = " ".join(ended.stdout.split())
    assert "stays in the history" in printed
    assert "(its message)" in printed


def test_a_range_that_takes_back_all_that_it_did_is_read(
    repo: GitRepository, gatecheck: CommandLine, tmp_path: Path
) -> None:
    """Its ends are the same, and its commits are as public as any; where there is none, nothing was looked at."""
    base = repo.commit({"shop.py": "x = 1\n"})
    repo.commit({"shop.py": FILES["shop.py"]})
    repo.commit({"shop.py": "x = 1\n"})
    argv = ("--gate", "no-secrets", "--output", "json")
    found = gatecheck("check", f"{base}..HEAD", *argv, GATECHECK_CACHE=str(tmp_path / "kept"))
    empty = [gatecheck("check", *ends, *argv, GATECHECK_CACHE=str(tmp_path / "kept")) for ends in EMPTY]

    assert found.code == 1
    assert "stays in the history" in found.stdout
    assert [ended.code for ended in empty] == [3, 3, 2]
    assert all("nothing is judged" in ended.stdout for ended in empty[:2])


@pytest.mark.usefixtures("leaked")
def test_no_route_is_needed(gatecheck: CommandLine, tmp_path: Path) -> None:
    """In a network namespace of its own, without a single address, the same is found."""
    alone = ["unshare", "--net", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine gives no network namespaces")
    program = str(Path(sys.executable).with_name("gatecheck"))
    argv = [*alone, program, "check", "HEAD~1..HEAD", "--gate", "no-secrets", "--output", "json"]
    done = subprocess.run(argv, cwd=gatecheck.folder, capture_output=True, check=False, timeout=120)
    _, output = check(gatecheck, tmp_path, "--output", "json")

    told = [
        [finding["message"] for finding in json.loads(text)["gates"][0]["findings"]] for text in (done.stdout, output)
    ]
    assert told[0] == told[1] != []
