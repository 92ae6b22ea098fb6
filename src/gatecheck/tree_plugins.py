"""Which files of a tree the plugins of a tool are, by the names that its configuration gives them."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from gatecheck.project import Project

MOST_PLUGINS = 100  # of a configuration; each is looked for among all files of the tree
_SUFFIX = r"(/__init__)?\.(py|pyc|([\w-]+\.)?(so|pyd))"


@dataclass(frozen=True)
class TreePlugin:
    """A plugin by the name that its tool is told, and its file; root: where its module is imported from.

    A plugin that is named by its path is imported from the folder that holds it: its root is None.
    """

    name: str
    path: str
    root: str | None = None

    @property
    def folder(self) -> str:
        """Give the folder that is the plugin as a whole, "" where it is one file."""
        name, _, end = self.path.rpartition("/")
        return name if self.root is not None and end.startswith("__init__.") else ""


@dataclass(frozen=True)
class TreeFiles:
    """The files of a tree; roots: the folders from which its modules are imported; ignored: no plugin is among them."""

    paths: tuple[str, ...]
    roots: tuple[str, ...] = ("", "src", "lib", "python")
    ignored: Callable[[str], bool] = field(default=Project().is_test)

    def plugins(self, value: object, folder: str) -> Iterator[TreePlugin]:
        """Give those plugins of a setting in a folder's configuration that lie in the tree, there or not.

        A module that no file of the tree is belongs to the environment, a path that leads out of it to the machine.
        """
        for name in plugin_names(value):
            plugin = _by_path(name, folder) if name.endswith(".py") else self._by_module(name, folder)
            if plugin:
                yield plugin

    def _by_module(self, name: str, folder: str) -> TreePlugin | None:
        """Find a module where modules are imported from; one of a package is found in any other folder as well."""
        file = re.compile(rf"(?:(.+)/)?{re.escape(name.replace('.', '/'))}{_SUFFIX}")
        found = ((match[1] or "", match[0]) for match in map(file.fullmatch, self.paths) if match)
        roots = {*self.roots, folder, *(str(PurePosixPath(folder, root)) for root in self.roots)}
        known = [(root not in roots, len(root), root, path) for root, path in found]
        told = [one for one in known if not one[0] or ("." in name and not self.ignored(one[3]))]
        return TreePlugin(name, min(told)[3], min(told)[2]) if told else None


def plugin_names(value: object) -> list[str]:
    """Give the names in a setting, a list of TOML or one of an ini file; mypy's may name a function behind a colon."""
    names = value if isinstance(value, list) else re.split(r"[,\n]", str(value or ""))
    words = (str(name).strip() for name in names)
    return [word.rpartition(":")[0] if ":" in word.rpartition("/")[2] else word for word in words if word]


def is_outside(name: str, folder: str) -> bool:
    """Tell whether a plugin is named by a path that leads out of the tree."""
    return name.endswith(".py") and os.path.normpath(PurePosixPath(folder, name)).startswith(("/", "../"))


def _by_path(name: str, folder: str) -> TreePlugin | None:
    path = os.path.normpath(PurePosixPath(folder, name))
    return None if is_outside(name, folder) else TreePlugin(name, path)
