"""Which module a build writes the version into, by the base's settings."""

from pathlib import Path

import pytest

from gatecheck.policy import Policy
from gatecheck.project import project_of
from gatecheck.version_files import UNKNOWN, read_distribution, read_version_files, write_version


@pytest.mark.parametrize(
    ("name", "text", "paths"),
    [
        ("pyproject.toml", "[tool.setuptools_scm]\nversion_file = 'src/shop/_version.py'\n", ("src/shop/_version.py",)),
        ("pyproject.toml", "[tool.setuptools_scm]\nwrite_to = 'shop/v.py'\n", ("shop/v.py",)),
        ("pyproject.toml", "[tool.hatch]\nbuild.hooks.vcs.version-file = 'shop/v.py'\n", ("shop/v.py",)),
        ("pyproject.toml", "[tool.versioningit.write]\nfile = 'shop/v.py'\n", ("shop/v.py",)),
        ("setup.py", "setup(use_scm_version={'write_to': 'shop/v.py'})\n", ("shop/v.py",)),
        ("setup.py", "setup(use_scm_version=dict(write_to='shop/v.py'))\n", ("shop/v.py",)),
        ("pyproject.toml", "[tool.setuptools_scm]\nversion_file = '/etc/v.py'\nwrite_to = '../v.py'\n", ()),
        ("pyproject.toml", "[tool.setuptools_scm]\nversion_file = 'VERSION.txt'\nwrite_to = 5\n", ()),
        ("pyproject.toml", "[tool.setuptools_scm\n", ()),
        ("pyproject.toml", "", ()),
    ],
)
def test_the_settings_name_it(name: str, text: str, paths: tuple[str, ...]) -> None:
    """Below the project's folder, and Python."""
    assert read_version_files({name: text.encode()}.get, "") == paths
    assert read_version_files({f"app/{name}": text.encode()}.get, "app") == tuple(f"app/{path}" for path in paths)


def test_what_is_committed_is_no_such_module() -> None:
    """Whoever deletes it takes it away."""
    files = {"pyproject.toml": b"[tool.setuptools_scm]\nwrite_to = 'shop/v.py'\n", "shop/__init__.py": b""}

    assert project_of(Policy(), files, files.get, files).version_files == ("shop/v.py",)
    assert project_of(Policy(), files, files.get, [*files, "shop/v.py"]).version_files == ()


@pytest.mark.parametrize(
    ("text", "name"), [("name = 'My-Shop.tools'", "my_shop_tools"), ("version = '1'", ""), ("name = 5", "")]
)
def test_the_name_is_that_of_what_is_installed(text: str, name: str) -> None:
    """As the folder of its metadata spells it."""
    assert read_distribution({"pyproject.toml": f"[project]\n{text}\n".encode()}.get, "") == name


def test_a_version_that_is_not_all_numbers(tmp_path: Path) -> None:
    """Its tuple has words as well."""
    write_version(tmp_path / "a" / "v.py", "1.2.dev3")
    space: dict[str, object] = {}
    exec((tmp_path / "a" / "v.py").read_text(), space)  # noqa: S102 - what was written

    assert space["version_tuple"] == (1, 2, "dev3")
    assert UNKNOWN == "0.0.0"
