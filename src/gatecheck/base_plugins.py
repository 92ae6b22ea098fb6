"""Has mypy run the base's version of the plugins that live in the checked tree, whichever side it checks.

A plugin decides what mypy reports, and runs in its process. A change that edits one must not be judged by what it made
of it, so neither the plugin nor anything beside it that it may import comes from the change: mypy is given its
configuration in a tree of links to the base's files, from which it takes plugins named by a path, and the base's
folders to import from for those named as modules. What is checked stays the change's own. How mypy finds plugins is in
its build.py (`load_plugins_from_config`).
"""

import json
import re
from pathlib import Path, PurePosixPath

from gatecheck.change import Snapshot
from gatecheck.errors import MeasurementError
from gatecheck.measurements.imports import import_roots
from gatecheck.overlay import IN_PROJECT
from gatecheck.project import Project
from gatecheck.tools import Tool, read_file
from gatecheck.tree_plugins import MOST_PLUGINS, TreeFiles, TreePlugin, is_outside
from gatecheck.typecheck import Plan

_MEND = "bring the plugin in a change of its own, and name it in mypy's configuration in a later one"
# Mypy takes a path in its settings from the folder that it runs in, which is the configuration's own.
_CONFIG_FOLDER = re.compile(rb"\$(?:MYPY_CONFIG_FILE_DIR\b|\{MYPY_CONFIG_FILE_DIR\})")


def plugins_in(plan: Plan, snapshot: Snapshot, base: Snapshot, project: Project) -> list[TreePlugin]:
    """Give the plugins that live in the base; raises MeasurementError where one lives in the snapshot alone."""
    if strays := [name for name in plan.plugins if is_outside(name, plan.folder)]:
        raise MeasurementError(f"mypy's plugin {strays[0]} lies outside of the tree: install it, and name its module")
    if len(plan.plugins) > MOST_PLUGINS:
        raise MeasurementError(f"mypy's configuration names more than {MOST_PLUGINS} plugins: name fewer")
    found: dict[str, TreePlugin] = {}
    for tree in (snapshot, base):
        roots = {*import_roots(project, tree.paths), *map(plan.from_top, plan.search), *TreeFiles(()).roots} - {"."}
        files = TreeFiles(tree.paths, tuple(roots), project.is_test)
        found |= {plugin.name: plugin for plugin in files.plugins(list(plan.plugins), plan.folder)}
    for plugin in found.values():
        if not (base.root / plugin.path).is_file():
            raise MeasurementError(f"mypy's plugin {plugin.path} is not in the base, whose plugins alone run: {_MEND}")
    return list(found.values())


def started(
    plan: Plan, tool: Tool, snapshot: Snapshot, base: Snapshot, plugins: list[TreePlugin], python: str, mirror: Path
) -> tuple[str, ...]:
    """Give the words that start mypy with its configuration. `mirror` is made where plugins live in the tree.

    python: the interpreter in whose environment the tool is.
    """
    if not plugins:
        return (*tool.command, "--config-file", plan.config)
    _mirror(base.root, mirror, PurePosixPath(plan.folder), plan.config)
    config = mirror / plan.folder / plan.config
    text = read_file(snapshot, str(PurePosixPath(plan.folder, plan.config)))
    config.write_bytes(_CONFIG_FOLDER.sub(b".", text))
    modules = [plugin for plugin in plugins if plugin.root is not None]
    told = json.dumps({"roots": _roots(modules, base), "plugins": [plugin.name for plugin in modules]})
    command = (python, str(IN_PROJECT / "mypy_with_plugins.py"), told) if modules else tool.command
    return (*command, "--config-file", str(config))


def _roots(modules: list[TreePlugin], base: Snapshot) -> list[str]:
    return list(dict.fromkeys(str(base.root / str(plugin.root)) for plugin in modules))


def _mirror(source: Path, mirror: Path, folder: PurePosixPath, config: str) -> None:
    """Make folders down to the configuration's, with links to everything beside them; its own place stays free."""
    for place, taken in zip(reversed([folder, *folder.parents]), [*folder.parts, config], strict=True):
        (mirror / place).mkdir()
        for entry in (source / place).iterdir() if (source / place).is_dir() else ():
            if entry.name != taken:
                (mirror / place / entry.name).symlink_to(entry)
