"""The project's Python: which one is chosen, and what it says of itself. Real interpreters, real environments."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError, UsageError
from gatecheck.interpreter import Interpreter, find_interpreter, read_interpreter


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the environment that the tests themselves run in."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a real environment without pip."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


def program(path: Path, text: str) -> Path:
    """Write a program that passes for an interpreter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def site_packages(environment: Path) -> Path:
    """Give the folder in which an environment's packages are."""
    [folder] = environment.glob("lib/python*/site-packages")
    return folder


def test_the_one_asked_for_is_taken(environment: Path, tmp_path: Path) -> None:
    """An interpreter, or the folder of an environment."""
    python = environment / "bin" / "python"

    assert find_interpreter(tmp_path, python, "") == (python, "--python")
    assert find_interpreter(tmp_path, environment, "other") == (python, "--python")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone", "which does not exist"),
        ("empty", "which is no Python interpreter"),
        ("text", "is no Python interpreter"),
    ],
)
def test_one_asked_for_that_is_none_is_an_error(tmp_path: Path, name: str, words: str) -> None:
    """The message says who named it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("python")

    with pytest.raises(UsageError, match=f"--python names .*{name}, .*{words}"):
        find_interpreter(tmp_path, tmp_path / name, "")


def test_the_policys_is_relative_to_the_repository(tmp_path: Path) -> None:
    """And must be there, too."""
    python = program(tmp_path / "env" / "bin" / "python", "")

    assert find_interpreter(tmp_path, None, "env") == (python, "the policy's python")
    with pytest.raises(UsageError, match=r"the policy.s python names .*gone, which does not exist"):
        find_interpreter(tmp_path, None, "gone")


def test_the_active_environment_comes_before_that_of_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$VIRTUAL_ENV, $CONDA_PREFIX, .venv, venv: in this order, where there is a Python in it."""
    found = []
    for name in ("virtual", "conda", ".venv", "venv"):
        program(tmp_path / name / "bin" / "python3", "")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "virtual"))
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "conda"))
    for name in ("virtual", "conda", ".venv", "venv"):
        found.append(find_interpreter(tmp_path, None, "")[1])
        (tmp_path / name / "bin" / "python3").unlink()

    assert found == ["$VIRTUAL_ENV", "$CONDA_PREFIX", ".venv", "venv"]


def test_an_active_environment_of_gatecheck_alone_comes_after_that_of_the_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever activated it may have installed nothing but gatecheck there."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert find_interpreter(tmp_path, None, "")[1] == "$VIRTUAL_ENV"

    program(tmp_path / ".venv" / "bin" / "python3", "")
    assert find_interpreter(tmp_path, None, "")[1] == ".venv"


def test_the_environment_of_the_projects_folder_comes_before_that_of_the_top(tmp_path: Path) -> None:
    """`backend/.venv` of a repository with a backend."""
    program(tmp_path / ".venv" / "bin" / "python3", "")
    program(tmp_path / "backend" / "venv" / "bin" / "python3", "")

    assert find_interpreter(tmp_path, None, "", "backend")[1] == "backend/venv"
    assert find_interpreter(tmp_path, None, "", "worker")[1] == ".venv"


def test_without_an_environment_our_own_is_taken(tmp_path: Path) -> None:
    """And the reason says how to name another one."""
    python, chosen = find_interpreter(tmp_path, None, "")

    assert python == Path(sys.executable)
    assert "name one with --python" in chosen


def test_an_interpreter_says_what_it_is(environment: Path) -> None:
    """Its version and its prefix; nothing of ours is seen from it."""
    found = read_interpreter(environment / "bin" / "python", "here")

    assert found.version == sys.version_info[:3]
    assert Path(found.prefix) == environment
    assert found.packages == {}
    assert found.chosen == "here"


def test_installed_distributions_are_known(environment: Path) -> None:
    """By name, in one spelling, with their versions; and the digest tells when one is changed."""
    before = read_interpreter(environment / "bin" / "python", "")
    folders = [site_packages(environment) / name for name in ("Py_Test.Cov-7.1.0.dist-info", "old-1.0-py3.11.egg-info")]
    for folder in folders:
        folder.mkdir()
    after = read_interpreter(environment / "bin" / "python", "")
    for folder in folders:
        folder.rmdir()

    assert after.packages == {"py_test_cov": "7.1.0", "old": "1.0"}
    assert before.digest != after.digest


def test_the_same_environment_has_the_same_digest(environment: Path) -> None:
    """What was remembered for it still holds."""
    digests = {read_interpreter(environment / "bin" / "python", "").digest for _ in range(2)}

    assert len(digests) == 1


@pytest.mark.parametrize("name", ["one.py", "pack/data.txt", "pack/fast.so"])
def test_a_file_that_changes_in_place_changes_the_digest(environment: Path, name: str) -> None:
    """Whatever it is, its length and its time the same as before; bytecode changes nothing."""
    path = site_packages(environment) / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("1")
    before, told = read_interpreter(environment / "bin" / "python", "").digest, path.stat()
    path.write_text("2")
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
    after = read_interpreter(environment / "bin" / "python", "").digest
    (path.parent / "__pycache__").mkdir(exist_ok=True)
    (path.parent / "__pycache__" / "one.pyc").write_text("3")

    assert before != after == read_interpreter(environment / "bin" / "python", "").digest


@pytest.mark.parametrize("how", ["direct_url.json", "a.pth"])
@pytest.mark.parametrize(
    ("name", "inside", "anew"),
    [("lib.py", False, True), ("lib.py", True, False), ("fast.so", True, True), (".tox/x/fast.so", True, False)],
)
def test_what_an_editable_install_leads_to_is_part_of_the_environment(
    environment: Path, tmp_path: Path, how: str, name: str, inside: bool, anew: bool
) -> None:
    """But for the sources in the user's checkout: the checked tree takes their place."""
    source, installed = tmp_path / "lib", site_packages(environment) / "lib-1.dist-info"
    (source / name).parent.mkdir(parents=True)
    (source / name).write_text("1")
    installed.mkdir(exist_ok=True)
    told = {"url": source.as_uri(), "dir_info": {"editable": True}}
    link = installed / how if how == "direct_url.json" else installed.with_name(how)
    link.write_text(json.dumps(told) if how == "direct_url.json" else str(source))
    checkouts = [tmp_path if inside else tmp_path / "other"]
    before = read_interpreter(environment / "bin" / "python", "", checkouts).digest
    (source / name).write_text("22")
    after = read_interpreter(environment / "bin" / "python", "", checkouts).digest
    link.unlink()

    assert (before != after) == anew


def test_what_an_environment_prints_at_start_is_passed_over(environment: Path) -> None:
    """A .pth file may greet."""
    path = site_packages(environment) / "greeting.pth"
    path.write_text("import sys; print('hello')\n")
    found = read_interpreter(environment / "bin" / "python", "")
    path.unlink()

    assert Path(found.prefix) == environment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo no >&2; exit 1", "does not run: no"),
        ("echo 5", "does not run: it ended with code 0 and said nothing"),
        ('echo \'{"version": "new"}\'', "does not run"),
        (
            'echo \'{"version": [3, 8, 18], "prefix": "/", "names": []}\'',
            "is Python 3.8.18; 3.9 or newer is needed",
        ),
    ],
)
def test_what_is_no_interpreter_cannot_be_read(tmp_path: Path, text: str, words: str) -> None:
    """The reason has the path and its own words; one that is too old is said to be."""
    python = program(tmp_path / "python", text)

    with pytest.raises(MeasurementError, match=f"the project's interpreter {python} .*{words}"):
        read_interpreter(python, "")


def test_the_projects_own_programs_are_found(environment: Path) -> None:
    """Beside its interpreter, where they are."""
    found = Interpreter(str(environment / "bin" / "python"), (3, 11, 0), str(environment), {}, "0")

    assert found.program("python") == environment / "bin" / "python"
    assert found.program("ruff") is None


def test_our_own_environment_is_not_inherited(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTHONPATH of whoever runs gatecheck says nothing about the project."""
    (tmp_path / "mine-1.0.dist-info").mkdir()
    monkeypatch.setenv("PYTHONPATH", os.fspath(tmp_path))

    assert "mine" not in read_interpreter(environment / "bin" / "python", "").packages
