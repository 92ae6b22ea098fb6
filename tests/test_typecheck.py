"""How mypy is to be run, from small trees."""

from pathlib import Path

from gatecheck.project import Project
from gatecheck.typecheck import HOOK_FLAGS, Plan, plan_of
from snapshots import snapshot_of

SHOP = Project(source=("/src/",))
FILES = {"src/shop/__init__.py": "", "src/shop/money.py": "", "tests/test_money.py": "", "docs/conf.py": ""}


def plan(root: Path, files: dict[str, str], project: Project = SHOP, base: dict[str, str] | None = None) -> Plan | None:
    """Plan a run over a tree whose base is another or, if none is given, the same."""
    head = snapshot_of(root / "head", files)
    return plan_of(head, head if base is None else snapshot_of(root / "base", base), project)


def test_a_project_that_does_not_ask_for_mypy_has_no_plan(tmp_path: Path) -> None:
    """Nobody's code is checked unasked."""
    assert plan(tmp_path, FILES) is None


def test_files_of_the_configuration_need_no_targets(tmp_path: Path) -> None:
    """Mypy reads them itself; the source folder is searched before what is installed."""
    files = FILES | {"pyproject.toml": '[tool.mypy]\nfiles = ["src", "tests"]\n'}

    assert plan(tmp_path, files) == Plan(config="pyproject.toml", named=True, search=("src",))


def test_without_files_the_source_is_checked(tmp_path: Path) -> None:
    """Folders are passed as such, so that the configuration's `exclude` holds; single modules by name."""
    files = FILES | {"mypy.ini": "[mypy]\nstrict = true\n", "run.py": ""}

    assert plan(tmp_path, files) == Plan(config="mypy.ini", targets=("src",), search=("src",))
    assert plan(tmp_path / "2", files, Project(source=("/run.py",))) == Plan(config="mypy.ini", targets=("run.py",))


def test_the_hook_says_what_is_checked_and_how(tmp_path: Path) -> None:
    """Its patterns choose the files; of its flags those are kept that change what is reported."""
    hook = (
        "exclude: ^src/shop/__init__\nrepos:\n- repo: mirrors-mypy\n  hooks:\n  - id: mypy\n    files: ^(src|tests)/\n"
        "    args: [--strict, --install-types, --non-interactive, --cache-dir=x]\n"
    )
    found = plan(tmp_path, FILES | {".pre-commit-config.yaml": hook})

    assert found
    assert found.targets == ("src/shop/money.py", "tests/test_money.py")
    assert found.flags == ("--strict",)


def test_a_hook_without_arguments_has_the_mirrors_own(tmp_path: Path) -> None:
    """A hook that passes no files, or whose pattern is none, is not followed."""
    hook = "repos:\n- repo: mirrors-mypy\n  hooks:\n  - id: mypy\n"
    plain = plan(tmp_path / "1", FILES | {".pre-commit-config.yaml": hook})
    without = plan(tmp_path / "2", FILES | {".pre-commit-config.yaml": f"{hook}    pass_filenames: false\n"})
    broken = plan(tmp_path / "3", FILES | {".pre-commit-config.yaml": f"{hook}    files: '('\n"})

    assert plain
    assert plain.flags == HOOK_FLAGS
    assert len(plain.targets) == len(FILES)
    assert without == broken == Plan(targets=("src",), search=("src",))


def test_paths_of_the_projects_commands_are_checked(tmp_path: Path) -> None:
    """`mypy src tests` in a Makefile says it; what is no path is passed over."""
    files = FILES | {"Makefile": "\tpip install mypy pytest\n\tmypy src tests\n"}
    found = plan(tmp_path, files)

    assert found
    assert found.targets == ("src", "tests")


def test_the_base_says_how_mypy_is_run(tmp_path: Path) -> None:
    """A change cannot narrow its own check; one that brings mypy in says it itself."""
    wide, narrow = {"Makefile": "\tmypy src tests\n"}, {"Makefile": "\tmypy src/shop/__init__.py\n"}
    kept = plan(tmp_path / "1", FILES | narrow, base=FILES | wide)
    brought = plan(tmp_path / "2", FILES | narrow, base=FILES)

    assert kept
    assert brought
    assert kept.targets == ("src", "tests")
    assert brought.targets == ("src/shop/__init__.py",)


def test_a_project_below_the_top_is_checked_in_its_folder(tmp_path: Path) -> None:
    """Paths are relative to the folder that holds the configuration, and the project's is looked at first."""
    backend = Project(root="backend", source=("/backend/app/",))
    files = {"backend/app/__init__.py": "", "backend/pyproject.toml": "[tool.mypy]\n", "mypy.ini": "[mypy]\n"}
    above = {"backend/app/__init__.py": "", "mypy.ini": "[mypy]\n"}
    inside, outside = plan(tmp_path / "1", files, backend), plan(tmp_path / "2", above, backend)

    assert inside == Plan(folder="backend", config="pyproject.toml", targets=("app",))
    assert inside
    assert inside.from_top("app/a.py") == "backend/app/a.py"
    assert outside == Plan(config="mypy.ini", targets=("backend/app",), search=("backend",))


def test_a_configured_package_that_lies_elsewhere_is_a_stranger(tmp_path: Path) -> None:
    """Packages are looked for where mypy will look: in the source, and on the configuration's own path."""
    config = '[tool.mypy]\npackages = ["shop", "gates", "other"]\nmypy_path = "$MYPY_CONFIG_FILE_DIR/plugins:lib"\n'
    found = plan(tmp_path, FILES | {"pyproject.toml": config, "plugins/gates.py": ""})

    assert found
    assert found.strangers == ("other",)


def test_a_name_that_mypy_would_take_for_arguments_is_left_out(tmp_path: Path) -> None:
    """`@name` makes it read its arguments from that file."""
    found = plan(tmp_path, {"mypy.ini": "[mypy]\n", "@a.py": "--pdb", "b.py": ""}, Project(source=("/*.py",)))

    assert found
    assert found.targets == ("b.py",)


def test_the_oldest_python_is_read(tmp_path: Path) -> None:
    """It tells a syntax error from an interpreter that is too old; a broken configuration has no settings."""
    config = '[project]\nrequires-python = ">= 3.14, < 4"\n'
    found = plan(tmp_path, FILES | {"pyproject.toml": config, "mypy.ini": "strict"})

    assert found
    assert found.python == (3, 14)


def test_the_other_projects_of_the_environment_are_searched_too(tmp_path: Path) -> None:
    """Or mypy would look at what is installed of them, which may be the working files."""
    files = {"mypy.ini": "[mypy]\n", "packages/a/src/a/__init__.py": "", "packages/b/b/__init__.py": ""}
    found = plan(tmp_path, files, Project(source=("/packages/a/src/",), roots=("packages/a", "packages/b")))

    assert found is not None
    assert found.search == ("packages/a/src", "packages/b")


def test_a_configuration_that_is_passed_by_an_option_counts_from_the_top(tmp_path: Path) -> None:
    """Mypy reads its paths from the folder that it runs in; one that it finds by itself comes first."""
    files = FILES | {"config/mypy.ini": "[mypy]\nfiles = src\n", "Makefile": "\tmypy --config-file config/mypy.ini\n"}
    both = files | {"mypy.ini": "[mypy]\nstrict = true\n"}

    assert plan(tmp_path / "1", files) == Plan(config="config/mypy.ini", named=True, search=("src",))
    assert plan(tmp_path / "2", both) == Plan(config="mypy.ini", targets=("src",), search=("src",))
