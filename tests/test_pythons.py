"""The project's other Pythons: which environments are found, which the base admits. Real environments."""

import sys
from pathlib import Path

import pytest

from gatecheck.interpreter import Interpreter
from gatecheck.pythons import OtherPython, Requirements, bare_pythons, find_pythons, named_pythons, read_requirements
from suite_bench import our_python

CONFIGURED = {
    '[project]\nrequires-python = ">=3.9, <3.14"\ndependencies = ["a-b.c>=1", "d; python_version<\'3.9\'", "@"]\n': (
        ((3, 13, 5), (3, 14, 0)),
        ("a_b_c",),
    ),
    '[tool.poetry.dependencies]\npython = "^3.11"\n': (((3, 12, 0), (3, 10, 4)), ()),
    '[project]\nrequires-python = "whatever"\n': (((3, 9, 0), (3, 8, 9)), ()),
    "": (((3, 99, 0), (3, 8, 0)), ()),
}


def made(folder: Path, version: str, key: str = "version") -> Path:
    """Make a folder that looks like an environment of a version."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\n{key} = {version}\n")
    return folder


def found(top: Path, root: str = "", wanted: str = "", tracked: tuple[str, ...] = ()) -> tuple[OtherPython, ...]:
    """Give what is found beside the main one, which is the tests' own."""
    return find_pythons(top, root, our_python(), Requirements(wanted), tracked)


@pytest.mark.parametrize("text", CONFIGURED)
def test_the_base_says_which_pythons_and_packages_it_needs(text: str) -> None:
    """By PEP 621, by Poetry's caret; without a word, or with one that cannot be read, any newer than 3.8 will do."""
    (good, bad), packages = CONFIGURED[text]

    wanted = read_requirements({"p/pyproject.toml": text.encode()}.get, "p")

    assert (wanted.admits(good), wanted.admits(bad)) == (True, False)
    assert wanted.packages == packages


def test_setup_cfg_is_read_where_pyproject_says_nothing() -> None:
    """As setuptools does."""
    texts = {"pyproject.toml": b"[build-system]\n", "setup.cfg": b"[options]\npython_requires = >=3.12\n"}

    assert read_requirements(texts.get, "").python == ">=3.12"


def test_environments_beside_the_project_are_found_the_newest_first(tmp_path: Path) -> None:
    """Made by venv, virtualenv or uv, by tox or nox; no broken one, none twice, none of a version out of bounds."""
    made(tmp_path / ".venv", "3.12.1")
    made(tmp_path / "venv-3.13", "3.13.0.final.0", "version_info")
    made(tmp_path / ".tox" / "py314", "3.14.0", "version_info")
    made(tmp_path / ".nox" / "tests-3-9", "3.9.18")
    made(tmp_path / "elsewhere", "3.13.1")
    made(tmp_path / ".tox" / "py312", "3.12.2").joinpath("bin/python").unlink()
    (tmp_path / ".venv.toml").touch()
    (tmp_path / ".venv2").symlink_to(tmp_path / ".venv")

    others = found(tmp_path, wanted=">=3.10")

    assert [other.name for other in others] == [".tox/py314", "venv-3.13", ".venv"]
    assert others[2].path == str(tmp_path / ".venv/bin/python")
    assert not any(other.named for other in others)


def test_those_of_the_projects_own_folder_are_found_and_the_main_one_is_not(tmp_path: Path) -> None:
    """In a repository of several projects."""
    made(tmp_path / "api" / ".venv", "3.12.1")
    made(tmp_path / ".venv", "3.12.1")
    (tmp_path / "venv").symlink_to(our_python().prefix)

    assert sorted(other.name for other in found(tmp_path, "api")) == [".venv", "api/.venv"]


@pytest.mark.parametrize("path", [".venv-x/pyvenv.cfg", ".venv-x/bin/python", ".venv-x"])
def test_one_that_a_commit_holds_is_not_taken(tmp_path: Path, path: str) -> None:
    """The change could have brought it, or a link to it."""
    made(tmp_path / ".venv-x", "3.12.1")

    assert len(found(tmp_path)) == 1
    assert found(tmp_path, tracked=(path,)) == ()


def test_the_key_tells_what_is_installed(tmp_path: Path) -> None:
    """A package that comes or goes makes another environment of it."""
    library = made(tmp_path / ".venv", "3.12.1") / "lib/python3.12/site-packages"
    library.mkdir(parents=True)

    keys = [found(tmp_path)[0].key]
    (library / "attrs-25.dist-info").mkdir()
    keys += [found(tmp_path)[0].key, found(tmp_path)[0].key]

    assert keys[0] != keys[1] == keys[2]


def test_named_ones_are_known_by_what_they_have(tmp_path: Path) -> None:
    """One that does not run is known by that; the run says so."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)

    ours, other = named_pythons([(Path("ours"), Path(sys.executable)), (Path("b"), broken)])

    assert (ours.name, ours.named, other.named) == ("ours", True, True)
    assert "does not run" in other.key


def test_an_environment_lacks_pytest_or_what_the_project_depends_on() -> None:
    """A found one of another purpose, such as a linter's, tells nothing of tests."""
    there = Interpreter("", (3, 12, 0), "", {"pytest": "9", "attrs": "25"}, "")

    assert Requirements(packages=("attrs",)).lacking(there) == ""
    assert Requirements(packages=("attrs", "rich")).lacking(there) == "it has no rich"
    assert Requirements().lacking(Interpreter("", (3, 12, 0), "", {}, "")) == "it has no pytest"


def test_newer_pythons_of_the_machine_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that the base admits and that runs; a name that a version manager keeps runs nothing."""
    (tmp_path / "python3.18").symlink_to(sys.executable)
    (tmp_path / "python3.19").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.19").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert list(bare_pythons(our_python(), Requirements())) == [("3.18", str(tmp_path / "python3.18"))]
    assert list(bare_pythons(our_python(), Requirements("<3.9"))) == []
