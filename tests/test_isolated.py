"""Nothing that gatecheck imports comes from the checked tree or from where environment variables lead."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from gatecheck.isolated import start_of
from repositories import GitRepository, outside_ci

PROGRAM = str(Path(sys.executable).with_name("gatecheck"))
ENTRIES = {"script": [PROGRAM], "module": [sys.executable, "-m", "gatecheck"]}
# Those that Python itself needs before any line of an environment is run: no program can mend these from within.
BEFORE_US = {"encodings", "codecs", "site", "os", "io", "abc", "stat", "posixpath", "genericpath", "sitecustomize"}


def names() -> set[str]:
    """Give the top-level modules that a whole run imports, by Python's own list of them."""
    text = (
        "import json, sys\nfrom gatecheck import cli, plugins, run\nplugins.gates()\nplugins.Measurements().load_all()"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{text}\nprint(json.dumps(sorted(sys.modules)))"], check=True, capture_output=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)} - set(sys.builtin_module_names) - {"__main__"}


@pytest.fixture
def planted(repo: GitRepository) -> Path:
    """Give a repository with a module of each name, at the top and in src, that leaves a mark and ends in success."""
    repo.commit({"a.py": "x = 1\n"})
    mark = repo.path.parent / "mark"
    text = f"import os\nopen({str(mark)!r}, 'a').write(__name__ + ' ')\nos._exit(0)\n"
    wanted = (names() | {"gatecheck", "usercustomize", "sitecustomize"}) - (BEFORE_US - {"sitecustomize"})
    repo.commit({f"{folder}{name}.py": text for name in wanted for folder in ("", "src/")})
    (repo.path / "user" / f"lib/python{sysconfig.get_python_version()}/site-packages").mkdir(parents=True)
    for path in (repo.path / "user").rglob("site-packages"):
        (path / "planted.pth").write_text(f"import os; open({str(mark)!r}, 'a').write('pth '); os._exit(0)\n")
        (path / "usercustomize.py").write_text(text)
    return repo.path


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("variable", ["", "PYTHONPATH", "PYTHONUSERBASE"])
def test_no_module_of_the_tree_is_imported(planted: Path, entry: str, variable: str) -> None:
    """Whatever its name, and from wherever Python could take it."""
    path = {"PYTHONPATH": f"src:.:{planted}/src", "PYTHONUSERBASE": str(planted / "user")}
    env = outside_ci() | ({variable: path[variable]} if variable else {})
    argv = [*ENTRIES[entry], "check", "HEAD", "--gate", "non-goals-untouched", "--non-goal", "N=src/click.py"]
    done = subprocess.run(argv, cwd=planted, env=env, capture_output=True, text=True, check=False)

    assert not (planted.parent / "mark").exists(), (planted.parent / "mark").read_text()
    assert done.returncode == 1, done


def test_what_another_program_runs_is_its_own(tmp_path: Path) -> None:
    """The line that isolates runs in every Python of the environment, and leaves all but gatecheck alone."""
    (tmp_path / "shadowed.py").write_text("print('found')\n")
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", "import shadowed", "gatecheck"], env=env, capture_output=True, check=True
    )

    assert done.stdout == b"found\n"


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("python /bin/gatecheck check", 1),
        ("python -m gatecheck check", 2),
        ("python -X dev -W error -u -m gatecheck", 7),
        ("python -X dev gatecheck", 3),
        ("python -m pytest gatecheck", None),
        ("python -c print() gatecheck", None),
        ("python other.py gatecheck", None),
        ("python - gatecheck", None),
        ("python -m", None),
        ("python", None),
    ],
)
def test_what_a_python_runs_is_read_from_its_words(words: str, at: int | None) -> None:
    """As Python itself reads them."""
    assert start_of(words.split()) == at


def test_options_of_python_and_the_words_come_through() -> None:
    """Such as development mode, and arguments with spaces."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gatecheck", "explain", "no such gate"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "import time:" in done.stderr
    assert "there is no gate 'no such gate'" in done.stderr
