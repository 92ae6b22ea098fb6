"""The head's files under the base's configuration, on plain values."""

from collections.abc import Mapping

import pytest

from gatecheck.change import Change, FileChange, Kind
from gatecheck.objects import TreeEntry
from gatecheck.pinning import additive_options, configures, pin, pytest_options
from gatecheck.testing import file_change


def entries(change: Change) -> tuple[dict[str, TreeEntry], dict[str, TreeEntry]]:
    """Give the listings of both sides of a change."""
    base = {file.old_path or file.path: TreeEntry(0o100644, "b" * 40) for file in change.files if file.before}
    head = {file.path: TreeEntry(0o100644, "h" * 40) for file in change.files if file.after}
    return base, head


def pinned(*files: FileChange) -> tuple[dict[str, str], tuple[str, ...], str]:
    """Pin a change; give which side each file is of, the options and the digest."""
    change = Change("a..b", "a", "b", "1", "2", files)
    found, options, digest = pin(change, *entries(change))
    return {path: entry.blob[0] for path, entry in found.items()}, options, digest


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("pytest.ini", "[pytest]\n", "[pytest]\naddopts = -k nothing\n"),
        ("pytest.ini", None, "[pytest]\naddopts = -k nothing\n"),
        ("pytest.toml", None, '[pytest]\naddopts = ["-k", "nothing"]\n'),
        ("pyproject.toml", "", "[tool.pytest.ini_options]\naddopts = '-k nothing'\n"),
        ("pyproject.toml", "", "[tool.ruff]\nignore = ['ALL']\n"),
        ("pyproject.toml", "", "[tool.mypy]\nignore_errors = true\n"),
        ("pyproject.toml", "", "[tool.coverage.run]\nomit = ['*']\n"),
        ("pyproject.toml", "", "[tool.pytest\n"),
        ("setup.cfg", "[metadata]\n", "[metadata]\n[tool:pytest]\naddopts = -k nothing\n"),
        ("setup.cfg", "", "[mypy-shop.*]\nignore_errors = true\n"),
        ("tox.ini", "", "[pytest]\naddopts = -k nothing\n"),
        ("tox.ini", "", "addopts = -k nothing\n"),
        ("src/ruff.toml", None, "ignore = ['ALL']\n"),
        (".coveragerc", "[run]\n", None),
    ],
)
def test_what_configures_a_tool_is_seen(path: str, before: str | None, after: str | None) -> None:
    """Whichever tool, in whichever file; a broken file configures who knows what."""
    assert configures(file_change(path, before, after))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("pyproject.toml", "[tool.ruff]\nx = 1\n", "# more\n[tool.ruff]\nx = 1\n[project]\nname = 'a'\n"),
        ("setup.cfg", "[metadata]\nname = a\n", "[metadata]\nname = b\n"),
        ("tox.ini", "[tox]\n", "[tox]\nenvlist = py313\n"),
        ("src/shop.py", "", "x = 1\n"),
        ("docs/pytest.md", "", "# pytest\n"),
    ],
)
def test_what_configures_no_tool_is_left_alone(path: str, before: str, after: str) -> None:
    """A new dependency, a new name, a comment."""
    assert not configures(file_change(path, before, after))


def test_a_configuration_whose_content_is_not_known_is_pinned() -> None:
    """A symbolic link, or a file too big to be read, may lead to any configuration."""
    link = FileChange("pytest.ini", Kind.ADDED, None, 0, 0o120000)
    other = FileChange("latest", Kind.ADDED, None, 0, 0o120000)

    assert configures(link)
    assert not configures(other)


def test_the_bases_configuration_takes_the_heads_place() -> None:
    """Everything else is the head's."""
    found, options, digest = pinned(
        file_change("pytest.ini", "[pytest]\n", "[pytest]\naddopts = -k nothing\n"),
        file_change("a.py", "x = 1\n", "y = 1\n"),
    )

    assert found == {"pytest.ini": "b", "a.py": "h"}
    assert options == ()
    assert digest


def test_a_configuration_that_the_head_adds_is_not_there() -> None:
    """And one that it deletes or renames is back in its place."""
    found, _, _ = pinned(
        file_change("pytest.ini", None, "[pytest]\naddopts = -k nothing\n"),
        file_change("mypy.ini", "[mypy]\nstrict = true\n", None),
        file_change(
            "config/ruff.toml", "select = ['E']\n", "select = ['E']\n", kind=Kind.RENAMED, old_path="ruff.toml"
        ),
    )

    assert found == {"mypy.ini": "b", "ruff.toml": "b"}


def test_nothing_is_pinned_where_nothing_is_configured() -> None:
    """Without a digest, the pinned head is the head: it is measured once."""
    found, options, digest = pinned(file_change("pyproject.toml", "", "[project]\nname = 'a'\n"))

    assert (found, options, digest) == ({"pyproject.toml": "h"}, (), "")


def test_another_swap_has_another_digest() -> None:
    """What is remembered of one head does not serve another."""
    one, two = ("[pytest]\nmarkers = a\n", "[pytest]\nmarkers = b\n")

    assert pinned(file_change("pytest.ini", "", one))[2] != pinned(file_change("pytest.ini", "", two))[2]


@pytest.mark.parametrize(
    ("path", "before", "after", "options"),
    [
        ("pytest.ini", "[pytest]\nmarkers = a\n", "[pytest]\nmarkers =\n  a\n  b: new\n", ("markers=a\nb: new",)),
        ("pytest.ini", "[pytest]\nmarkers = a\n", "[pytest]\nmarkers = b\n", ("markers=a\nb",)),
        ("pyproject.toml", "", "[tool.pytest.ini_options]\npythonpath = ['src']\n", ("pythonpath=src",)),
        ("pyproject.toml", "", "[tool.pytest]\nasyncio_mode = 'auto'\n", ("asyncio_mode=auto",)),
        ("pytest.ini", "", "[pytest]\naddopts = -x\nfilterwarnings = ignore\n", ()),
        (
            "pyproject.toml",
            "",
            "[tool.pytest]\nfilterwarnings = ['ignore::shop.OldWarning', 'ignore', 'error', 'ignore:x']\n",
            ("filterwarnings=ignore::shop.OldWarning",),
        ),
        ("pytest.ini", "", "[pytest]\nfilterwarnings = ignore::pytest.PytestUnraisableExceptionWarning\n", ()),
        ("pytest.ini", "", "[pytest]\nfilterwarnings = ignore::DeprecationWarning\n", ()),
        ("pytest.ini", "[pytest]\nmarkers = a\n", "[pytest]\n", ()),
        ("pytest.ini", "[pytest]\nmarkers = a\n", None, ()),
        ("pyproject.toml", "", "[tool.pytest.ini_options]\nasyncio_mode = []\n", ("asyncio_mode=",)),
        ("pyproject.toml", "", "tool = 5\n", ()),
        ("pyproject.toml", "", "[tool.pytest]\nini_options = 5\n", ()),
    ],
)
def test_only_what_adds_is_taken_from_the_head(
    path: str, before: str, after: str | None, options: tuple[str, ...]
) -> None:
    """New markers and import paths join the base's; what the head selects or silences is not taken."""
    assert additive_options(file_change(path, before, after)) == options


@pytest.mark.parametrize(
    ("path", "text", "options"),
    [
        ("pytest.ini", b"[pytest]\naddopts = -x\n", {"addopts": "-x"}),
        ("setup.cfg", b"[tool:pytest]\naddopts = -x\n", {"addopts": "-x"}),
        ("pytest.toml", b'[pytest]\naddopts = ["-x"]\n', {"addopts": ["-x"]}),
        ("tox.ini", b"[tox]\n", {}),
        ("tox.ini", b"\xff\xfe", {}),
        ("pyproject.toml", None, {}),
    ],
)
def test_pytests_options_are_read_as_written(path: str, text: bytes | None, options: Mapping[str, object]) -> None:
    """From whichever file holds them."""
    assert pytest_options(path, text) == options
