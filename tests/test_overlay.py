"""Every Python of an overlay imports the checked tree, however the project is installed. Installs are real ones."""

import importlib.util
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from gatecheck.interpreter import read_interpreter
from gatecheck.overlay import Overlay, make_overlay
from suite_bench import our_python

WORKING, CHECKED = "where = 'the working files'\n", "where = 'the checked tree'\n"
NAMED = "[project]\nname = 'shop'\nversion = '1'\n"
BACKENDS = {
    "setuptools": ("setuptools.build_meta", ""),
    "setuptools-strict": ("setuptools.build_meta", ""),
    "hatchling": ("hatchling.build", "[tool.hatch.build.targets.wheel]\npackages = ['src/shop']\n"),
    "flit": ("flit_core.buildapi", "[tool.flit.module]\nname = 'shop'\n"),
    "pdm": ("pdm.backend", ""),
    "poetry": ("poetry.core.masonry.api", "[tool.poetry]\npackages = [{include = 'shop', from = 'src'}]\n"),
    "scikit-build-core": ("scikit_build_core.build", "[tool.scikit-build]\nwheel.packages = ['src/shop']\n"),
    "meson-python": ("mesonpy", ""),
}
BUILD = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.15...3.30)\nproject(shop LANGUAGES NONE)\n",
    "meson.build": dedent(
        """
        project('shop', version: '1')
        py = import('python').find_installation(pure: true)
        py.install_sources('src/shop/__init__.py', subdir: 'shop')
        py.install_sources('src/shop/inner/__init__.py', subdir: 'shop/inner')
        """
    ),
    "src/shop/inner/__init__.py": WORKING,
}


@dataclass
class Place:
    """A checkout with an environment in it, and a checked tree with other files."""

    folder: Path

    @property
    def checkout(self) -> Path:
        """Give the user's checkout."""
        return self.folder / "checkout"

    @property
    def tree(self) -> Path:
        """Give the checked tree."""
        return self.folder / "tree"

    @property
    def library(self) -> Path:
        """Give the folder of the environment's packages."""
        return next(self.checkout.glob(".venv/lib/python*/site-packages"))

    def overlay(self, *roots: str) -> Overlay:
        """Lay an overlay over the environment."""
        interpreter = read_interpreter(self.checkout / ".venv/bin/python", ".venv")
        return make_overlay(self.folder / "env", interpreter, self.tree, roots, [self.checkout])

    def install(self, backend: str, project: str = "", **options: object) -> None:
        """Install the checkout editable: what the backend builds is unpacked, as an installer does."""
        code = f"import {backend} as backend; print(backend.build_editable({str(self.folder)!r}, {options!r}))"
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        argv = [sys.executable, "-c", code]
        env = os.environ | {"PATH": path}
        done = subprocess.run(argv, cwd=self.checkout / project, env=env, check=True, capture_output=True, text=True)
        with zipfile.ZipFile(self.folder / done.stdout.strip().split("\n")[-1]) as wheel:
            wheel.extractall(self.library)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Make an environment in a checkout, and an empty tree."""
    made = Place(tmp_path.resolve())
    made.tree.mkdir()
    venv.create(made.checkout / ".venv", with_pip=False)
    return made


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def said(overlay: Overlay, code: str) -> str:
    """Run code in an overlay's Python without any environment variable, in another folder."""
    argv = [str(overlay.python), "-c", code]
    done = subprocess.run(argv, cwd="/", env={}, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


@pytest.mark.parametrize("name", BACKENDS)
def test_every_kind_of_editable_install_leads_to_the_checked_tree(place: Place, name: str) -> None:
    """With no import root named: what the install says is enough. A child with an empty environment sees it too."""
    backend, more = BACKENDS[name]
    built = f"[build-system]\nrequires = []\nbuild-backend = '{backend}'\n{NAMED}description = 'a shop'\n{more}"
    write(place.checkout, {**BUILD, "pyproject.toml": built, "src/shop/__init__.py": f"'''A shop.'''\n{WORKING}"})
    write(place.tree, {"src/shop/__init__.py": CHECKED, "src/shop/inner/__init__.py": CHECKED})
    strict = {"editable_mode": "strict"} if name == "setuptools-strict" else {}
    place.install(backend, **strict)
    overlay = place.overlay("src") if strict else place.overlay()

    assert said(overlay, "import shop, shop.inner; print(shop.where, shop.inner.where)") == " ".join(
        ["the checked tree"] * 2
    )


def test_every_member_of_a_workspace_is_led_to_the_tree(place: Place) -> None:
    """Two projects of one repository in one environment, parts of one namespace."""
    for name in ("one", "two"):
        built = "[build-system]\nrequires = []\nbuild-backend = 'setuptools.build_meta'\n"
        named = NAMED.replace("shop", f"shop-{name}")
        module = f"packages/{name}/src/shop/{name}/__init__.py"
        write(place.checkout, {f"packages/{name}/pyproject.toml": built + named, module: WORKING})
        write(place.tree, {module: CHECKED})
        place.install("setuptools.build_meta", f"packages/{name}")
    answers = said(place.overlay(), "import shop.one, shop.two; print(shop.one.where, shop.two.where)")

    assert answers == "the checked tree the checked tree"


def test_a_namespace_has_the_trees_part_and_the_installed_one(place: Place) -> None:
    """Another distribution's part of the same namespace stays."""
    write(place.tree, {"src/acme/shop.py": CHECKED})
    write(place.library, {"acme/tools.py": "where = 'installed'\n"})
    answers = said(place.overlay("src"), "import acme.shop, acme.tools; print(acme.shop.where, acme.tools.where)")

    assert answers == "the checked tree installed"


def test_what_the_tree_does_not_hold_is_not_there(place: Place) -> None:
    """A module that the change deletes, and the working files or an old install still have."""
    write(place.checkout, {"src/gone.py": WORKING, "src/shop/old.py": WORKING, "src/shop/__init__.py": ""})
    write(place.tree, {"src/shop/__init__.py": ""})
    write(place.library, {"here.pth": f"{place.checkout / 'src'}\n"})
    overlay = place.overlay("src")

    assert said(overlay, "import gone").endswith("No module named 'gone'")
    assert said(overlay, "import shop.old").endswith("No module named 'shop.old'")


@pytest.mark.parametrize("installed", [False, True], ids=["built in place", "in an installed package"])
def test_a_compiled_module_is_the_one_that_was_built(place: Place, installed: bool) -> None:
    """No commit holds it; its package is the tree's."""
    compiled = importlib.util.find_spec("_heapq") or importlib.util.find_spec("_bisect")
    assert compiled is not None
    if not (compiled.origin and compiled.origin.endswith(".so")):
        pytest.skip("this Python has no compiled module of its own in a file")
    package = place.library / "shop" if installed else place.checkout / "src/shop"
    write(package, {"__init__.py": WORKING})
    built = Path(compiled.origin)
    (package / built.name).write_bytes(built.read_bytes())
    write(place.tree, {"src/shop/__init__.py": CHECKED})
    answer = said(place.overlay("src"), f"import shop, shop.{compiled.name} as c; print(shop.where, c.__file__)")

    assert answer == f"the checked tree {package / built.name}"


def test_a_module_named_like_pythons_own_takes_nobodys_place(place: Place) -> None:
    """A flat application with a `queue.py` can run its tests."""
    write(place.tree, {"queue.py": CHECKED, "app.py": CHECKED})
    answers = said(place.overlay(""), "import queue, app; print(hasattr(queue, 'where'), app.where)")

    assert answers == "False the checked tree"


def test_the_environments_own_start_up_runs_and_the_trees_does_not(place: Place) -> None:
    """`sitecustomize` of the tree would run before all that watches the tests."""
    write(place.tree, {"sitecustomize.py": "print('the tree')\n", "usercustomize.py": "print('the tree')\n"})
    alone = said(place.overlay(""), "print('ran')")
    write(place.library, {"sitecustomize.py": "print('the environment')\n"})

    assert alone == "ran"
    assert said(Overlay(place.folder / "env", our_python()), "print('ran')") == "the environment\nran"


def test_commands_of_the_environment_run_in_the_overlay(place: Place) -> None:
    """A script names its interpreter in its first line; other programs are found beside Python all the same."""
    python = place.checkout / ".venv/bin/python"
    write(place.tree, {"src/shop.py": CHECKED})
    for name, head in {"shop": f"#!{python}\n", "long": f"#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''\n"}.items():
        write(python.parent, {name: f"{head}import shop\nprint(shop.where)\n"})
        (python.parent / name).chmod(0o755)
    (python.parent / "tool").symlink_to("/bin/true")
    overlay = place.overlay("src")
    env = {"PATH": overlay.path("")}
    ran = [subprocess.run([name], env=env, capture_output=True, check=True) for name in ("shop", "long")]

    assert [done.stdout for done in ran] == [b"the checked tree\n"] * 2
    assert (overlay.python.parent / "tool").exists()
    assert os.access(overlay.python.parent / "tool", os.X_OK)


def test_a_python_that_is_no_virtual_environment_can_be_laid_over(tmp_path: Path) -> None:
    """Its packages are found, and what is its own stays as it is."""
    base = read_interpreter(Path(our_python().base), "the base")
    write(tmp_path / "tree", {"shop.py": CHECKED})
    overlay = make_overlay(tmp_path / "env", base, tmp_path / "tree", [""], [])

    assert said(overlay, "import shop, sys; print(shop.where, sys.prefix)") == f"the checked tree {overlay.folder}"
