"""Mypy's plugins that live in the tree: the base's run, whatever the change makes of them. Real mypy, real files."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.interpreter import Interpreter
from gatecheck.measurements.types import TypeReport, measure_types
from gatecheck.project import Project
from gatecheck.workspace import Execution, Workspace
from snapshots import snapshot_of

Files = Mapping[str, str]
HONEST = "from mypy.plugin import Plugin\n\n\ndef plugin(version: str) -> type[Plugin]:\n    return Plugin\n"
SILENT = "import os\n\nprint('Success: no issues found in 2 source files', flush=True)\nos._exit(0)\n"
WRONG = "x: int = ''\n"
SOURCE = {"src/shop/__init__.py": "", "src/shop/cart.py": WRONG}
BY_PATH = {"mypy.ini": "[mypy]\nfiles = src\nplugins = tools/plug.py\n", "tools/plug.py": HONEST}
BY_NAME = {"mypy.ini": "[mypy]\nfiles = src\nplugins = shop.plug\n", "src/shop/plug.py": HONEST}
CONFIGURATIONS = {
    "mypy.ini": "[mypy]\nfiles = src\nplugins =\n    tools/plug.py:plugin\n",
    ".mypy.ini": "[mypy]\nfiles = src\nplugins = tools/plug.py,\n    tools/plug.py\n",
    "setup.cfg": "[mypy]\nfiles = src\nplugins = ./tools/plug.py\n",
    "pyproject.toml": '[tool.mypy]\nfiles = "src"\nplugins = ["tools/../tools/plug.py"]\n',
}


class Bench:
    """Measures heads against bases."""

    def __init__(self, folder: Path, python: Interpreter) -> None:
        self.folder, self.python = folder, python
        (folder / "scratch").mkdir()
        self.workspace = Workspace(folder / "scratch", folder / "lasting")

    def measure(self, base: Files, edits: Files, project: Project | None = None) -> TypeReport:
        """Measure a base with edits; a file that is empty in the edits stays, one that is "-" goes."""
        number = len(list(self.folder.iterdir()))
        files = {path: text for path, text in {**base, **edits}.items() if text != "-"}
        before = snapshot_of(self.folder / f"base{number}", base)
        head = snapshot_of(self.folder / f"head{number}", files)
        project = project or Project(source=("/src/",))
        return measure_types(head, before, project, self.python, self.workspace, Execution(timeout_s=120))

    def errors(self, base: Files, edits: Files) -> list[str]:
        """Give the places of the errors."""
        return [f"{one.path}:{one.line}" for one in self.measure(base, edits).diagnostics]


@pytest.fixture
def bench(tmp_path: Path, python: Interpreter) -> Bench:
    """Give a bench."""
    return Bench(tmp_path, python)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_an_edited_plugin_silences_nothing_wherever_it_is_named(bench: Bench, name: str) -> None:
    """Hostile: the head's plugin says "Success" and leaves; each file of settings, and each form of a path."""
    base = {name: CONFIGURATIONS[name], "tools/plug.py": HONEST, **SOURCE}

    assert bench.errors(base, {"tools/plug.py": SILENT}) == ["src/shop/cart.py:1"]


def test_an_edited_plugin_that_is_named_as_a_module_silences_nothing(bench: Bench) -> None:
    """Hostile: the plugin is a module of the product, which the change edits."""
    assert bench.errors({**BY_NAME, **SOURCE}, {"src/shop/plug.py": SILENT}) == ["src/shop/cart.py:1"]


@pytest.mark.parametrize("helper", ["tools/rules.py", "tools/json.py", "tools/rules/__init__.py"])
def test_what_a_plugin_imports_is_the_base_s(bench: Bench, helper: str) -> None:
    """Hostile: what lies beside the plugin is edited, or comes in under the name of a library that it imports."""
    loads = f"import importlib\nimport json\n\nimportlib.import_module('rules')\n{HONEST}"
    base = {**BY_PATH, **SOURCE, "tools/plug.py": loads, "tools/rules.py": ""}

    assert bench.errors(base, {helper: SILENT}) == ["src/shop/cart.py:1"]


def test_what_a_plugin_of_the_top_imports_is_the_base_s(bench: Bench) -> None:
    """Hostile: beside a plugin at the top lies everything; a new module there is not imported."""
    settings = "[mypy]\nfiles = src\nplugins = plug.py\n"
    base = {"mypy.ini": settings, "plug.py": f"import colorsys\nimport other\n{HONEST}", "other.py": "", **SOURCE}

    assert bench.errors(base, {"colorsys.py": SILENT, "other.py": SILENT}) == ["src/shop/cart.py:1"]


def test_what_a_module_imports_from_its_package_is_the_base_s(bench: Bench) -> None:
    """Hostile: the package of a plugin that is named as a module is edited, its first file included."""
    base = {**BY_NAME, **SOURCE, "src/shop/plug.py": f"from shop import rules\n{HONEST}", "src/shop/rules.py": ""}

    for edited in ("src/shop/__init__.py", "src/shop/rules.py"):
        assert bench.errors(base, {edited: SILENT}) == ["src/shop/cart.py:1"]


def test_the_installed_copy_of_the_project_is_not_taken_for_the_base_s_plugin(bench: Bench) -> None:
    """Hostile: the environment has the project itself, as CI installs it from the head."""
    package = "gatecheck/overlay_plug.py"  # gatecheck is installed where these tests run
    base = {"mypy.ini": "[mypy]\nfiles = src/a.py\nplugins = gatecheck.overlay_plug\n", f"src/{package}": HONEST}
    files = {**base, "src/gatecheck/__init__.py": "", "src/a.py": WRONG}

    assert bench.errors(files, {f"src/{package}": SILENT}) == ["src/a.py:1"]


def test_a_plugin_that_the_change_brings_or_moves_is_not_run(bench: Bench) -> None:
    """Hostile: only the head has the plugin that its configuration names; the reason comes with what to do."""
    base = {**BY_PATH, **SOURCE}
    moved = {"mypy.ini": BY_PATH["mypy.ini"].replace("tools", "lint"), "tools/plug.py": "-", "lint/plug.py": SILENT}
    module = {"mypy.ini": BY_NAME["mypy.ini"], "src/shop/plug.py": SILENT}

    for edits, path in ((moved, "lint/plug.py"), (module, "src/shop/plug.py")):
        with pytest.raises(MeasurementError, match=f"plugin {path} is not in the base.* in a change of its own"):
            bench.measure(base, edits)


def test_a_plugin_that_came_before_its_setting_is_run(bench: Bench) -> None:
    """What the message advises works: the file in one change, the setting in the next."""
    without = {**SOURCE, "mypy.ini": "[mypy]\nfiles = src\n"}
    first, then = {"tools/plug.py": HONEST}, {"mypy.ini": BY_PATH["mypy.ini"]}

    assert bench.errors(without, first) == ["src/shop/cart.py:1"]
    assert bench.errors({**without, **first}, then) == ["src/shop/cart.py:1"]


def test_a_module_that_takes_the_name_of_an_installed_plugin_is_not_run(bench: Bench) -> None:
    """Hostile: the base names a plugin of the environment, the change brings a file of its name."""
    base = {**SOURCE, "mypy.ini": "[mypy]\nfiles = src\nplugins = mypy.plugins.proper_plugin\n"}

    with pytest.raises(MeasurementError, match=r"src/mypy/plugins/proper_plugin\.py is not in the base"):
        bench.measure(base, {"src/mypy/plugins/proper_plugin.py": SILENT})


@pytest.mark.parametrize("path", ["../{head}/tools/plug.py", "/proc/self/cwd/tools/plug.py"])
def test_a_path_that_leads_out_of_the_tree_and_back_is_refused(bench: Bench, path: str) -> None:
    """Hostile: a path through the folder that mypy runs in would be the head's file."""
    named = path.format(head="head1")
    base = {**BY_PATH, **SOURCE, "mypy.ini": f"[mypy]\nfiles = src\nplugins = {named}\n"}

    with pytest.raises(MeasurementError, match="lies outside of the tree"):
        bench.measure(base, {"tools/plug.py": SILENT})


def test_what_a_plugin_wrote_into_mypy_s_cache_is_gone_with_the_run(bench: Bench) -> None:
    """The cache that lasts is for runs without plugins of the tree: mypy does not notice when their imports change."""
    bench.measure({**BY_PATH, **SOURCE}, {})

    assert not list((bench.folder / "lasting").glob("mypy/*/*"))


def test_the_plugin_s_own_source_is_checked_as_the_change_has_it(bench: Bench) -> None:
    """Honest: a project that checks its plugin hears of a mistake in the edit of it."""
    base = {**BY_NAME, "src/shop/__init__.py": "", "src/shop/plug.py": HONEST}

    assert bench.errors(base, {"src/shop/plug.py": HONEST + WRONG}) == ["src/shop/plug.py:6"]
    assert not bench.errors(base, {})


def test_a_plugin_still_does_its_work(bench: Bench) -> None:
    """Honest: what the base's plugin makes of types counts on the head."""
    works = (
        "from mypy.plugin import Plugin\n\n\nclass Silencing(Plugin):\n    def get_function_hook(self, fullname):\n"
        "        return (lambda seen: seen.api.named_generic_type('builtins.str', [])) if fullname == 'shop.make'"
        " else None\n\n\ndef plugin(version):\n    return Silencing\n"
    )
    base = {**BY_PATH, "tools/plug.py": works, "src/shop/__init__.py": "def make() -> int:\n    return 1\n"}
    use = {"src/shop/cart.py": "from shop import make\n\nx: str = make()\n"}

    assert not bench.errors({**base, **use}, {})
    assert not bench.errors(base, use)


def test_folders_of_the_configuration_are_still_the_change_s(bench: Bench) -> None:
    """Honest: $MYPY_CONFIG_FILE_DIR leads to what is checked, also below the top and beside a shared folder."""
    settings = "[mypy]\nfiles = app\nmypy_path = $MYPY_CONFIG_FILE_DIR/lib:${MYPY_CONFIG_FILE_DIR}/more\n"
    base = {
        "tools/plug.py": HONEST,
        "back/mypy.ini": f"{settings}plugins = ../tools/plug.py\n",
        "back/lib/money.py": "def add(one: int) -> int:\n    return one\n",
        "back/app/__init__.py": "",
        "back/app/bill.py": "from money import add\n\nadd(1)\n",
    }
    edits = {"back/lib/money.py": "def add(one: str) -> str:\n    return one\n", "tools/plug.py": SILENT}
    report = bench.measure(base, edits, Project(root="back", source=("/back/app/",)))

    assert [one.path for one in report.diagnostics] == ["back/app/bill.py"]


def test_a_plugin_that_breaks_is_told(bench: Bench) -> None:
    """A plugin of the base that cannot be imported leaves the answer open, and is named."""
    for files, name in ((BY_PATH, "tools/plug.py"), (BY_NAME, "shop.plug")):
        path = "tools/plug.py" if files is BY_PATH else "src/shop/plug.py"
        with pytest.raises(MeasurementError, match=name):
            bench.measure({**files, **SOURCE, path: "import nowhere_at_all\n"}, {})


def test_a_plugin_of_the_environment_is_left_alone(bench: Bench) -> None:
    """Honest: where no plugin lives in the tree, mypy is run as it was, with the cache that lasts."""
    base = {**SOURCE, "mypy.ini": "[mypy]\nfiles = src\nplugins = mypy.plugins.default\n"}

    with pytest.raises(MeasurementError, match="does not define entry point"):
        bench.measure(base, {})
    assert list((bench.folder / "lasting").glob("mypy/*"))


def test_a_list_of_plugins_without_end_is_refused(bench: Bench) -> None:
    """Hostile: each name would be looked for among all files."""
    names = ", ".join(f"shop.plug{number}" for number in range(20_000))

    with pytest.raises(MeasurementError, match="more than 100 plugins"):
        bench.measure({**BY_PATH, **SOURCE}, {"mypy.ini": f"[mypy]\nfiles = src\nplugins = {names}\n"})
