"""How a project is laid out, on made-up trees."""

from collections.abc import Iterable, Mapping

import pytest

from gatecheck.policy import Policy, SuitePolicy
from gatecheck.project import Project, project_of

PYPROJECT = b'[project]\nname = "shop"\n'


def laid_out(
    *paths: str, files: Mapping[str, bytes] | None = None, policy: Policy | None = None, head: Iterable[str] = ()
) -> Project:
    """Lay out a base with some paths and some files with their texts; `head` are the head's paths where they differ."""
    texts = dict(files or {})
    base = [*paths, *texts]
    return project_of(policy or Policy(), list(head) or base, texts.get, base)


def source(project: Project, paths: Iterable[str]) -> list[str]:
    """Give what of some paths is source."""
    return [path for path in paths if project.is_source(path)]


SRC = ("src/shop/__init__.py", "src/shop/cart.py", "tests/test_cart.py", "docs/conf.py", "noxfile.py")
FLAT = ("shop/__init__.py", "shop/cart.py", "shop/db/models.py", "tests/test_cart.py", "setup.py", "docs/conf.py")


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (SRC, ["src/shop/__init__.py", "src/shop/cart.py"]),
        (FLAT, ["shop/__init__.py", "shop/cart.py", "shop/db/models.py"]),
        (("shop.py", "test_shop.py", "setup.py"), ["shop.py"]),
        (("acme/shop/__init__.py", "acme/shop/cart.py"), ["acme/shop/__init__.py", "acme/shop/cart.py"]),
        (("shop/__init__.py", "shop/tests/test_cart.py", "shop/tests/__init__.py"), ["shop/__init__.py"]),
        (("scripts/__init__.py", "examples/__init__.py", "shop/__init__.py"), ["shop/__init__.py"]),
        ((".github/bot/__init__.py", "shop/__init__.py"), ["shop/__init__.py"]),
        (("README.md",), []),
    ],
    ids=["src", "flat", "module", "namespace", "tests inside", "scripts", "hidden", "no Python"],
)
def test_source_is_what_users_import(paths: tuple[str, ...], expected: list[str]) -> None:
    """The src folder, else the packages at the top, else the modules there; never tests, docs, scripts."""
    assert source(laid_out(*paths, files={"pyproject.toml": PYPROJECT}), paths) == expected


def test_the_policy_says_what_source_is() -> None:
    """Then nothing is detected."""
    project = laid_out(*FLAT, policy=Policy(source=("/shop/db/",)))

    assert source(project, FLAT) == ["shop/db/models.py"]


def test_a_folder_that_the_head_adds_takes_no_source_away() -> None:
    """A change that brings `src/` does not put the package at the top out of sight, nor does a package the modules."""
    flat = laid_out(*FLAT, head=[*FLAT, "src/other/__init__.py"])
    module = laid_out("shop.py", head=["shop.py", "other/__init__.py"])

    assert source(flat, ["shop/cart.py", "src/other/__init__.py"]) == ["shop/cart.py", "src/other/__init__.py"]
    assert source(module, ["shop.py", "other/__init__.py"]) == ["shop.py", "other/__init__.py"]


def test_a_project_that_begins_is_laid_out_from_its_head() -> None:
    """There is no Python on the base to go by."""
    project = laid_out("README.md", head=SRC)

    assert source(project, SRC) == ["src/shop/__init__.py", "src/shop/cart.py"]


MONO = ("web/package.json", "backend/app/__init__.py", "backend/app/main.py", "backend/tests/test_main.py")


@pytest.mark.parametrize(
    ("mark", "root"),
    [
        ({"backend/pyproject.toml": PYPROJECT}, "backend"),
        ({"backend/requirements.txt": b"click\n"}, "backend"),
        ({"backend/pyproject.toml": PYPROJECT, "docs/requirements.txt": b"sphinx\n"}, "backend"),
        ({"pyproject.toml": PYPROJECT, "backend/setup.py": b""}, ""),
        ({"backend/pyproject.toml": PYPROJECT, "worker/pyproject.toml": PYPROJECT, "worker/run.py": b""}, "backend"),
        ({"backend/pyproject.toml": PYPROJECT, "web/pyproject.toml": PYPROJECT}, "backend"),
        ({"libs/shop/pyproject.toml": PYPROJECT, "libs/shop/shop/cart.py": b""}, "libs/shop"),
        ({}, ""),
    ],
    ids=["one", "requirements", "docs are none", "top", "two", "one without Python", "deep", "none"],
)
def test_the_root_is_the_one_folder_with_a_project(mark: Mapping[str, bytes], root: str) -> None:
    """The top, unless it is no Python project: then the one folder below it that is, or the first of several."""
    assert laid_out(*MONO, files=mark).root == root


def test_a_bare_workspace_is_no_project() -> None:
    """A pyproject.toml with nothing but workspace members does not make the top the root."""
    workspace = b'[tool.uv.workspace]\nmembers = ["backend"]\n'
    project = laid_out(*MONO, files={"pyproject.toml": workspace, "backend/pyproject.toml": PYPROJECT})

    assert project.root == "backend"
    assert source(project, MONO) == ["backend/app/__init__.py", "backend/app/main.py"]


@pytest.mark.parametrize("said", ["backend", "backend/", "./backend"])
def test_the_policy_says_where_the_root_is(said: str) -> None:
    """However it is written."""
    assert laid_out(*MONO, policy=Policy(root=said)).root == "backend"


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ('["shop"]', ["src/shop/cart.py"]),
        ('["src"]', ["src/shop/cart.py", "src/tool.py"]),
        ('["src/shop"]', ["src/shop/cart.py"]),
        ('["."]', ["src/shop/cart.py", "src/tool.py", "docs/conf.py"]),
        ('["shop", "tests"]', ["src/shop/cart.py"]),
        ('["gone"]', ["src/shop/cart.py", "src/tool.py"]),
    ],
)
def test_source_is_what_the_base_has_coverage_count(configured: str, expected: list[str]) -> None:
    """Packages, folders or everything; what is not there is passed over, tests are never source."""
    paths = ["src/shop/cart.py", "src/tool.py", "tests/test_cart.py", "docs/conf.py"]
    text = PYPROJECT + f"[tool.coverage.run]\nsource = {configured}\n".encode()

    assert source(laid_out(*paths, files={"pyproject.toml": text}), paths) == expected


@pytest.mark.parametrize(
    ("texts", "omit"),
    [
        ({".coveragerc": b"[run]\nomit =\n    a.py\n    b.py\n"}, ("a.py", "b.py")),
        ({"setup.cfg": b"[coverage:run]\nomit = a.py, b.py\n"}, ("a.py", "b.py")),
        ({"tox.ini": b"[coverage:report]\nomit = a.py\n"}, ("a.py",)),
        ({".coveragerc.toml": b'[report]\nomit = ["a.py"]\n'}, ("a.py",)),
        ({"pyproject.toml": b'[tool.coverage.run]\nomit = ["a.py"]\n'}, ("a.py",)),
        (
            {".coveragerc": b"[run]\nomit = a.py\n", "pyproject.toml": b'[tool.coverage.run]\nomit = ["b.py"]\n'},
            ("a.py",),
        ),
        (
            {".coveragerc.toml": b'[run]\nomit = ["a.py"]\n', "setup.cfg": b"[coverage:run]\nomit = b.py\n"},
            ("a.py",),
        ),
        ({".coveragerc": b"", "setup.cfg": b"[coverage:run]\nomit = b.py\n"}, ()),
        ({".coveragerc": b"omit = a.py\n"}, ()),
        ({"pyproject.toml": b"[tool.coverage.run\n"}, ()),
    ],
)
def test_coverage_is_configured_where_coverage_py_looks(texts: Mapping[str, bytes], omit: tuple[str, ...]) -> None:
    """The first file in its order counts; a broken one configures nothing."""
    assert laid_out("shop.py", files=texts).coverage.omit == omit


def test_exclusions_and_concurrency_are_the_bases() -> None:
    """The project means them."""
    text = b'[tool.coverage.report]\nexclude_also = ["def __repr__"]\n[tool.coverage.run]\nconcurrency = ["gevent"]\n'
    coverage = laid_out("shop.py", files={"pyproject.toml": text}).coverage

    assert coverage.exclude == ("def __repr__",)
    assert coverage.concurrency == ("gevent",)


@pytest.mark.parametrize(
    ("omit", "left"),
    [
        ("shop/db/*", ["shop/__init__.py", "shop/cart.py"]),
        ("*/db/*", ["shop/__init__.py", "shop/cart.py"]),
        ("cart.py", ["shop/__init__.py", "shop/db/models.py"]),
        ("./shop/db/*", ["shop/__init__.py", "shop/cart.py"]),
    ],
)
def test_what_the_base_omits_is_no_source(omit: str, left: list[str]) -> None:
    """A path with a slash is relative to the project's folder, as coverage.py has it."""
    configured = f'[tool.coverage.run]\nomit = ["{omit}"]\n'.encode()

    assert source(laid_out(*FLAT, files={"pyproject.toml": configured}), FLAT) == left


def test_what_is_omitted_below_a_root_is_relative_to_it() -> None:
    """The configuration lies there."""
    text = PYPROJECT + b'[tool.coverage.run]\nomit = ["app/main.py"]\n'

    assert source(laid_out(*MONO, files={"backend/pyproject.toml": text}), MONO) == ["backend/app/__init__.py"]


@pytest.mark.parametrize(
    "path",
    [
        "alembic/versions/1a2b_add_users.py",
        "alembic/env.py",
        "shop/migrations/0001_initial.py",
        "shop/migrations/versions/1a2b.py",
        "shop/_vendor/six.py",
        "shop/api_pb2.py",
        "shop/tests/helpers.py",
        "shop/conftest.py",
        "shop/cart_test.py",
        "shop/template.html",
    ],
)
def test_migrations_vendored_generated_and_tests_are_no_source(path: str) -> None:
    """Wherever they lie."""
    paths = (*FLAT, "shop/tests/test_cart.py", path)

    assert not laid_out(*paths, policy=Policy(source=("**",))).is_source(path)


@pytest.mark.parametrize(
    "path", ["shop/migrations/runner.py", "shop/alembic/tools.py", "shop/testing.py", "shop/vendor.py"]
)
def test_what_only_sounds_like_it_is_source(path: str) -> None:
    """A module about migrations, tests or vendors is the project's own."""
    assert laid_out(*FLAT, path).is_source(path)


@pytest.mark.parametrize(
    "texts",
    [
        {"pyproject.toml": b'[tool.pytest.ini_options]\ntestpaths = ["checks"]\n'},
        {"pyproject.toml": b'[tool.pytest]\ntestpaths = ["checks"]\n'},
        {"pyproject.toml": b'[tool.pytest.ini_options]\ntestpaths = "src checks"\n'},
        {"pytest.ini": b"[pytest]\ntestpaths = src checks\n"},
        {"tox.ini": b"[pytest]\ntestpaths =\n    src\n    checks\n"},
        {"setup.cfg": b"[tool:pytest]\ntestpaths = checks\n"},
    ],
)
def test_testpaths_hold_tests(texts: Mapping[str, bytes]) -> None:
    """What pytest is told to look at, where its name says so: `src` is looked at for its doctests."""
    project = laid_out("src/shop.py", "checks/helpers.py", files=texts)

    assert project.is_test("checks/helpers.py")
    assert project.is_source("src/shop.py")


def test_the_policy_adds_tests_and_generated_files() -> None:
    """To what is known anyway."""
    project = laid_out(*FLAT, policy=Policy(tests=("/checks/",), generated=("*_gen.py",)))

    assert project.is_test("checks/a.py")
    assert project.is_test("tests/test_cart.py")
    assert project.is_generated("shop/a_gen.py")
    assert project.is_generated("shop/api_pb2.py")


def test_the_policys_suites_are_the_projects() -> None:
    """And so are its timeout, in seconds, and what tests may see of the environment."""
    unit = SuitePolicy(paths=("tests/unit/",))
    project = laid_out(*FLAT, policy=Policy(suites={"unit": unit}, timeout="2m", pass_env=("HOME",)))

    assert (project.suite("unit"), project.suite("integration")) == (unit, None)
    assert (project.timeout_s, project.pass_env) == (120, ("HOME",))


def test_a_project_may_be_a_runner_itself() -> None:
    """The repository of pytest holds pytest; a head that adds a module of that name does not."""
    itself = laid_out("src/pytest/cli.py", files={"src/pytest/__init__.py": b""})
    other = laid_out("shop.py", head=["shop.py", "pytest/__init__.py"])

    assert itself.runners == ("pytest",)
    assert other.runners == ()


def test_a_folder_of_others_code_that_the_change_brings_is_its_own() -> None:
    """Or whoever wants something to be looked over would call it vendored; the base's policy may say that it is."""
    path = "shop/_vendor/six.py"
    policy = Policy(generated=("_vendor/",))

    assert laid_out(*FLAT, head=[*FLAT, path]).is_source(path)
    assert not laid_out(*FLAT, head=[*FLAT, path], policy=policy).is_source(path)
    assert not laid_out(*FLAT, "shop/_vendor/old.py", head=[*FLAT, path]).is_source(path)
