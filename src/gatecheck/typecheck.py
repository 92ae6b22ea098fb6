"""How a project runs mypy: where, under which configuration, with which flags, over which files.

Whether and how it is run is told by the base, so that a change cannot narrow its own check; only where the base knows
nothing of mypy, the head may introduce it. The configuration file is the snapshot's own: a pinned snapshot has the
base's. The order in which mypy looks for it is in its manual, "The mypy configuration file".
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from gatecheck.change import Snapshot
from gatecheck.parsing import entries, table
from gatecheck.project import Project
from gatecheck.regexes import found_in
from gatecheck.tool_files import LOOKS, parse
from gatecheck.tools import asks_for, paths_passed, read_file, settings_of, settings_passed
from gatecheck.tree_plugins import plugin_names

HOOKS = ".pre-commit-config.yaml"
# What mirrors-mypy passes where a project names no arguments (its .pre-commit-hooks.yaml).
HOOK_FLAGS = ("--ignore-missing-imports", "--scripts-are-modules")
# A hook's flags that change what is reported; none of the rest, which install, write files or choose another Python.
_FLAG = re.compile(
    r"--(?:no-)?(?:allow|check|disallow|explicit|extra|ignore|implicit|local|namespace|scripts|strict|warn)[\w-]*"
    r"|--(?:follow-imports|enable-error-code|disable-error-code)=[\w-]+"
)
_PYTHON = re.compile(rb"^requires-python\s*=\s*[\"'][^\"'\n]*>=\s*(\d+)\.(\d+)", re.MULTILINE)
# Folders that hold packages and are none, though nothing but their name says so.
_ROOTS = ("src", "lib", "python")


MOST_RUNS = 20  # of mypy over one snapshot, a second each


@dataclass(frozen=True)
class Plan:
    """How mypy is run. Paths are relative to `folder`, and that is relative to the top of the snapshot.

    named: the configuration says what to check; else `targets` do. search: where the project's packages lie. strangers:
    configured packages that lie nowhere in the snapshot; mypy would check what is installed under their names instead.
    python: the oldest Python that the project supports. runs: the targets of each run, where one of
    all would stop: two files have one module name, such as the conftest.py of two folders. plugins: as they are named.
    """

    folder: str = ""
    config: str = ""
    flags: tuple[str, ...] = ()
    named: bool = False
    targets: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    python: tuple[int, ...] = ()
    runs: tuple[tuple[str, ...], ...] = ()
    plugins: tuple[str, ...] = ()

    def from_top(self, path: str) -> str:
        """Give a path as the repository has it."""
        return os.path.normpath(PurePosixPath(self.folder, path))


@dataclass(frozen=True)
class _Configuration:
    folder: str = ""
    name: str = ""
    settings: dict[str, Any] | None = None

    def words(self, key: str, more: str = "") -> tuple[str, ...]:
        """Give a setting that is a list in TOML and words in an ini file; `more` also parts words."""
        value = (self.settings or {}).get(key, "")
        words = value if isinstance(value, list) else re.split(rf"[,\s{more}]+", value)
        return tuple(word for word in words if word)


@dataclass(frozen=True)
class _Hook:
    flags: tuple[str, ...]
    taken: tuple[str, ...]


def plan_of(snapshot: Snapshot, base: Snapshot, project: Project) -> Plan | None:
    """Plan the run; None where neither the base nor the snapshot asks for mypy."""
    telling = next((tree for tree in (base, snapshot) if asks_for("mypy", tree)), None)
    if telling is None:
        return None
    config = _configuration(snapshot, project.root, settings_passed("mypy", telling))
    sources = [path for path in snapshot.paths if path.endswith((".py", ".pyi")) and _below(path, config.folder)]
    packages = config.words("packages") + config.words("modules")
    named = bool(packages or config.words("files"))
    hook = None if named else _hook(telling, sources)
    taken = () if named else hook.taken if hook else _passed(telling, sources) or _source(sources, project)
    targets = _relative(taken, config.folder)
    explicit = "explicit-package-bases" in str(hook and hook.flags) or "explicit_package_bases" in str(config.settings)
    search = tuple(
        path for path in _relative(_search(sources, project), config.folder) if path != "."
    )  # looked in anyway
    places = ("", *search, *(path.removeprefix("$MYPY_CONFIG_FILE_DIR/") for path in config.words("mypy_path", ":")))
    return Plan(
        folder=config.folder,
        config=config.name,
        flags=hook.flags if hook else (),
        named=named,
        targets=targets,
        search=search,
        strangers=tuple(_strangers(packages, _relative(sources, config.folder), places)),
        python=_oldest_python(read_file(snapshot, str(PurePosixPath(project.root, "pyproject.toml")))),
        runs=() if explicit else _parted(targets, _relative(sources, config.folder)),
        plugins=_plugins(config),
    )


def plugins_of(snapshot: Snapshot, project: Project) -> tuple[str, ...]:
    """Give the plugins that a snapshot's own configuration names."""
    return _plugins(_configuration(snapshot, project.root, settings_passed("mypy", snapshot)))


def _plugins(config: _Configuration) -> tuple[str, ...]:
    return tuple(plugin_names((config.settings or {}).get("plugins")))


def _parted(targets: tuple[str, ...], sources: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Part targets so that no run gets two modules of one name outside of packages; () where one run takes all.

    What lies in one folder stays together: it may import its neighbours by their bare names.
    """
    packages = {str(PurePosixPath(path).parent) for path in sources if path.endswith(("/__init__.py", "/__init__.pyi"))}
    loose = [path for path in sources if str(PurePosixPath(path).parent) not in packages]
    units: dict[str, list[str]] = {}
    for target in targets:
        units.setdefault(str(PurePosixPath(target).parent) if target in sources else target, []).append(target)
    groups: list[tuple[list[str], set[str]]] = []
    for unit in units.values():
        own = {PurePosixPath(path).stem for path in loose for target in unit if f"{path}/".startswith(f"{target}/")}
        group = next((group for group in groups if not own & group[1]), None)
        if group is None:
            groups.append(group := ([], set()))
        group[0].extend(unit)
        group[1].update(own)
    return tuple(tuple(names) for names, _ in groups) if 1 < len(groups) <= MOST_RUNS else ()


def _configuration(snapshot: Snapshot, root: str, passed: str) -> _Configuration:
    """Find the configuration, from the project's folder upwards; else what the project passes by an option."""
    folders = [root, *(str(parent) for parent in PurePosixPath(root).parents)]
    for folder in ("" if folder == "." else folder for folder in folders):
        for name in LOOKS["mypy"]:
            path = str(PurePosixPath(folder, name))
            found = settings_of("mypy", path, read_file(snapshot, path)) if path in snapshot.paths else None
            if found is not None:
                return _Configuration(folder, name, found)
    if passed in snapshot.paths:
        return _Configuration("", passed, settings_of("mypy", passed, read_file(snapshot, passed)))
    return _Configuration(root)


def _oldest_python(manifest: bytes) -> tuple[int, ...]:
    needed = _PYTHON.search(manifest)
    return tuple(map(int, needed.groups())) if needed else ()


def _hook(snapshot: Snapshot, sources: list[str]) -> _Hook | None:
    """Find the mypy hook that pre-commit passes files to; None where pre-commit would not take it either."""
    told = parse(HOOKS, read_file(snapshot, HOOKS)) or {}
    hooks = [table(hook) for repo in entries(told.get("repos")) for hook in entries(table(repo).get("hooks"))]
    hook = next((hook for hook in hooks if hook.get("id") == "mypy" and hook.get("pass_filenames", True)), None)
    if hook is None:
        return None
    wanted = [str(hook.get("files", ""))]
    excluded = [str(place["exclude"]) for place in (told, hook) if "exclude" in place]
    asked = [*wanted, *excluded] if any((*wanted, *excluded)) else []
    found = [taken for taken in found_in(asked, sources, HOOKS) if taken is not None]
    if len(found) < len(asked):
        return None
    left = frozenset(sources if not found else found[0]).difference(*found[1:])
    flags = tuple(flag for flag in map(str, entries(hook.get("args", list(HOOK_FLAGS)))) if _FLAG.fullmatch(flag))
    return _Hook(flags, tuple(path for path in sources if path in left))


def _passed(telling: Snapshot, sources: list[str]) -> list[str]:
    """Give the paths that the project's own commands pass to mypy, as far as they hold source."""
    passed = {path for paths in paths_passed("mypy", telling) for path in paths}
    return sorted(path for path in passed if any(f"{source}/".startswith(f"{path}/") for source in sources))


def _source(sources: Iterable[str], project: Project) -> Iterator[str]:
    """Give the project's source: folders as such, since mypy's own `exclude` holds only for what it finds itself."""
    folders = set()
    for path in sources:
        folder = next((folder for folder in _folders(project) if path.startswith(f"{folder}/")), None)
        if folder is None and project.is_source(path):
            yield path
        elif folder is not None and folder not in folders:
            folders.add(folder)
            yield folder


def _search(sources: Iterable[str], project: Project) -> list[str]:
    """Give where the project's packages lie, so that they are found there and not where they are installed."""
    paths = list(sources)
    packages = {path.removesuffix("/__init__.py") for path in paths if path.endswith("/__init__.py")}
    found = set()
    for folder in _folders(project):
        base = folder
        while base in packages:
            base = base.rpartition("/")[0]
        if base != folder or base.rpartition("/")[2] in _ROOTS:
            found.add(base)
    homes = ((f"{home}/src", home) for home in project.roots)
    held = (next((folder for folder in home if any(_below(path, folder) for path in paths)), "") for home in homes)
    return sorted(found | {folder for folder in held if folder and folder not in packages})


def _strangers(packages: Iterable[str], sources: tuple[str, ...], places: Iterable[str]) -> Iterator[str]:
    for package in packages:
        ends = [os.path.normpath(PurePosixPath(place, package.replace(".", "/"))) for place in places]
        if not any(path.startswith((f"{end}/", f"{end}.py")) for path in sources for end in ends):
            yield package


def _folders(project: Project) -> Iterator[str]:
    return (glob.strip("/") for glob in project.source if glob.endswith("/") and not re.search(r"[*?\[]", glob))


def _relative(paths: Iterable[str], folder: str) -> tuple[str, ...]:
    """Give paths as seen from a folder; mypy would read a name that begins with @ as a file of arguments."""
    return tuple(os.path.relpath(path or ".", folder or ".") for path in paths if not path.startswith("@"))


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")
