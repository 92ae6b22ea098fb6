"""Which of several projects of a repository are looked at, on made-up trees."""

from collections.abc import Iterable, Mapping

import pytest

from gatecheck.measurements.imports import import_roots
from gatecheck.policy import Policy
from gatecheck.project import project_of
from gatecheck.projects import Layout, find_projects, layout_of

PROJECT = b'[project]\nname = "p"\n'
WITH_PYTEST = PROJECT + b'[tool.pytest.ini_options]\naddopts = "-ra"\n'
WORKSPACE = b'[tool.uv.workspace]\nmembers = ["packages/*"]\n'


def members(manifest: bytes = PROJECT, *names: str) -> dict[str, bytes]:
    """Give packages/alpha and packages/beta, each with a manifest, source and a test."""
    files = {}
    for name in names or ("alpha", "beta"):
        files[f"packages/{name}/pyproject.toml"] = manifest
        files[f"packages/{name}/src/{name}/__init__.py"] = b""
        files[f"packages/{name}/tests/test_{name}.py"] = b"def test_a(): ...\n"
    return files


def of(files: Mapping[str, bytes], changed: Iterable[str] = (), root: str | None = None) -> Layout:
    """Lay a repository out."""
    return layout_of(files, dict(files).get, changed, root)


BOTH = ("packages/alpha", "packages/beta")
ALPHA, BETA = "packages/alpha/src/alpha/__init__.py", "packages/beta/src/beta/__init__.py"


def test_the_members_of_a_workspace_are_looked_at_together() -> None:
    """They have one environment: whether the top is a project itself or not."""
    bare = of(members() | {"pyproject.toml": WORKSPACE})
    whole = of(members() | {"pyproject.toml": PROJECT + WORKSPACE, "src/p/__init__.py": b""})

    assert bare == Layout("", BOTH)
    assert whole == Layout("", BOTH)


@pytest.mark.parametrize("table", ["tool.uv.workspace", "tool.rye.workspace"])
def test_a_workspace_may_leave_a_folder_out(table: str) -> None:
    """Then it is a project of its own."""
    without = f'[{table}]\nmembers = ["packages/*"]\nexclude = ["packages/beta"]\n'.encode()

    assert of(members() | {"pyproject.toml": without}, [ALPHA]) == Layout("packages/alpha", (), (), ("packages/beta",))


def test_members_with_settings_of_their_own_are_looked_at_one_by_one() -> None:
    """A run from the top would pass over them; the others are still imported from the checked tree."""
    files = members(WITH_PYTEST) | {"pyproject.toml": WORKSPACE}

    assert of(files, [BETA]) == Layout("packages/beta", (), ("packages/alpha",))
    assert of(members() | {"pyproject.toml": WORKSPACE, "packages/beta/gatecheck.toml": b""}, [BETA]).root == BOTH[1]


def test_a_run_from_the_top_serves_all_where_the_top_sets_pytest_up() -> None:
    """Its settings are in force for every folder."""
    files = members(WITH_PYTEST) | {"pyproject.toml": WORKSPACE + b"[tool.pytest.ini_options]\n"}

    assert of(files, [BETA]) == Layout("", BOTH)


def test_of_projects_that_have_nothing_in_common_the_one_that_is_edited_is_looked_at() -> None:
    """The other may have another environment; where both are edited, it is named."""
    both = of(members(), [ALPHA, BETA, "packages/beta/src/beta/more.py"])

    assert of(members(), ["README.md"]).root == "packages/alpha"
    assert of(members(), ["README.md", "packages/beta/page.html"]).root == "packages/beta"
    assert of(members(), [ALPHA]) == Layout("packages/alpha", (), (), ("packages/beta",))
    assert both.root == "packages/beta"
    assert list(both.unseen([ALPHA, BETA], frozenset())) == [(ALPHA, "packages/alpha")]


def test_a_project_below_another_is_one_if_it_is_installed_by_itself() -> None:
    """A folder of the top's own package is none, whatever file of requirements lies in it."""
    files = {
        "setup.py": b"",
        "p/__init__.py": b"",
        "p/setup.cfg": b"[flake8]\n",
        "api/requirements.txt": b"click\n",
        "api/main.py": b"",
        "plugin/setup.py": b"",
        "plugin/plugin.py": b"",
        "docs/setup.py": b"",
        "docs/conf.py": b"",
        "tests/data/pkg/setup.py": b"",
    }

    assert find_projects(files, files.get) == ["", "plugin"]
    assert of(files) == Layout("", (), (), ("plugin",))
    assert of(files | {"plugin/test_plugin.py": b""}) == Layout("", ("plugin",))


@pytest.mark.parametrize(
    ("path", "home"),
    [
        (BETA, "packages/beta"),
        ("packages/beta/tests/test_beta.py", "packages/beta"),
        ("web/server/__init__.py", "web"),
        ("src/other/run.py", "src"),
        ("tests/test_whole.py", "tests"),
        ("infra/deploy.py", ""),
        ("docs/conf.py", ""),
        ("scripts/tool/__init__.py", ""),
        ("noxfile.py", ""),
        ("packages/beta/README.md", ""),
        (ALPHA, ""),
    ],
)
def test_what_is_edited_outside_of_the_root_is_named(path: str, home: str) -> None:
    """With the folder that may be its project; loose scripts, docs and what is no Python belong to none."""
    layout = of(members(), root="packages/alpha")
    packages = frozenset({"web/server", "scripts/tool"})

    assert list(layout.unseen([path], packages)) == ([(path, home)] if home else [])


def test_the_source_and_the_import_roots_of_all_members_are_the_projects() -> None:
    """Each from its own files; neighbours are imported from the checked tree as well."""
    files = members() | {"pyproject.toml": WORKSPACE, "packages/flat/pyproject.toml": PROJECT}
    files |= {"packages/flat/flat/__init__.py": b"", "packages/flat/tests/__init__.py": b""}
    project = project_of(Policy(), files, files.get, files)
    alone = members(WITH_PYTEST) | {"pyproject.toml": WORKSPACE}
    beta = project_of(Policy(), alone, alone.get, alone, {BETA: b""})

    assert [path for path in files if project.is_source(path)] == [ALPHA, BETA, "packages/flat/flat/__init__.py"]
    assert import_roots(project, files)[:2] == ["packages/alpha/src", "packages/beta/src"]
    assert "packages/flat" in import_roots(project, files)
    assert beta.is_source(BETA)
    assert not beta.is_source(ALPHA)
    assert "packages/alpha/src" in import_roots(beta, alone)


def test_what_the_policy_says_of_other_places_counts() -> None:
    """Its `source` may hold them, and `elsewhere` says that another run judges them."""
    files, new = members(), {BETA: b""}
    plain = project_of(Policy(root="packages/alpha"), files, files.get, files, new)
    wider = project_of(Policy(root="packages/alpha", source=("/packages/",)), files, files.get, files, new)
    aside = project_of(Policy(root="packages/alpha", elsewhere=("/packages/beta/",)), files, files.get, files, new)

    assert plain.unseen == ((BETA, "packages/beta"),)
    assert (wider.unseen, aside.unseen) == ((), ())


def test_a_member_that_the_change_brings_is_one() -> None:
    """In a folder of its own; a manifest that comes to what is there makes no project of it."""
    base = members() | {"pyproject.toml": WORKSPACE, "packages/old/old/__init__.py": b""}
    new: dict[str, bytes | None] = {**members(PROJECT, "gamma"), "packages/old/pyproject.toml": PROJECT}
    new["packages/old/old/__init__.py"] = b"x = 1"
    project = project_of(Policy(), [*base, *new], base.get, base, new)

    assert project.roots == (*BOTH, "packages/gamma")
    assert project.is_source("packages/gamma/src/gamma/__init__.py")
    assert project.unseen == ()
