"""Entry points: gates, measurements and reports, ours and any third party's alike.

What cannot be loaded is kept as a value with its distribution, so that it spoils its own item only.
"""

import ast
import hashlib
import importlib.util
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from gatecheck.engine import Provider

GATES, MEASUREMENTS, REPORTS = "gatecheck.gates", "gatecheck.measurements", "gatecheck.reports"


@dataclass(frozen=True)
class GatePlugin:
    """A registered gate: its id, item and distribution, and its class or the reason why there is none."""

    id: str
    item: str
    distribution: str
    gate_type: type[Any] | None = None
    problem: str = ""


@dataclass(frozen=True)
class Broken:
    """A plugin that could not be loaded."""

    name: str
    distribution: str
    problem: str


def gates(only: Collection[str] = ()) -> list[GatePlugin]:
    """Load every registered gate, in the order of ids; where some are named, the others are known by their id alone."""
    points = sorted(entry_points(group=GATES), key=lambda point: point.name)
    return [
        _gate(point) if not only or point.name in only else GatePlugin(point.name, "", _distribution(point))
        for point in points
    ]


class Measurements(Mapping[type, Provider]):
    """The registered measurements by the type that they give; ours win over a third party's for the same type.

    One is loaded when its type is asked for: first what the type's own module registers, then all others.
    `broken`: what could not be loaded.
    """

    def __init__(self) -> None:
        points = entry_points(group=MEASUREMENTS)
        self._waiting = sorted(points, key=lambda point: _distribution(point) != "gatecheck")
        self._providers: dict[type, Provider] = {}
        self.broken: list[Broken] = []

    def __getitem__(self, wanted: type) -> Provider:
        """Give the measurement of a type; raises KeyError where there is none."""
        if wanted not in self._providers:
            self._load([point for point in self._waiting if point.module == wanted.__module__])
        if wanted not in self._providers:
            self.load_all()
        return self._providers[wanted]

    def __iter__(self) -> Iterator[type]:
        """Give the types of those that are loaded."""
        return iter(self._providers)

    def __len__(self) -> int:
        """Count those that are loaded."""
        return len(self._providers)

    def load_all(self) -> None:
        """Load what is not loaded yet."""
        self._load(list(self._waiting))

    def _load(self, points: list[EntryPoint]) -> None:
        for point in points:
            self._waiting.remove(point)
            try:
                function = point.load()
                provider = Provider(function, _distribution(point), digest_of(function))
                self._providers.setdefault(provider.provides, provider)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
                self.broken.append(Broken(point.name, _distribution(point), f"{type(error).__name__}: {error}"))


def reports() -> dict[str, EntryPoint]:
    """Give the registered reports by format name, not loaded yet."""
    return {point.name: point for point in entry_points(group=REPORTS)}


def digest_of(function: Callable[..., object]) -> str:
    """Digest the source of a function's top package by size and time of its files: what the cache must not outlive."""
    package = function.__module__.split(".")[0]
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = [path for folder in folders for path in _sources(Path(folder))]
    return _stat_digest(tuple(files or ([Path(spec.origin)] if spec and spec.origin else [])))


@lru_cache(maxsize=64)
def _stat_digest(files: tuple[Path, ...]) -> str:
    stats = (f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256("\n".join(stats).encode("utf-8", "surrogateescape")).hexdigest()


@lru_cache(maxsize=64)
def _sources(folder: Path) -> tuple[Path, ...]:
    walked = ((top, name) for top, _, names in sorted(os.walk(folder)) for name in sorted(names))
    return tuple(Path(top, name) for top, name in walked if name.endswith(".py"))


def _gate(point: EntryPoint) -> GatePlugin:
    distribution = _distribution(point)
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
        return GatePlugin(point.name, _item_in_source(point), distribution, None, f"{type(error).__name__}: {error}")
    item = getattr(loaded, "item", None)
    sound = is_dataclass(loaded) and callable(getattr(loaded, "judge", None))
    if not isinstance(item, str) or not sound:
        problem = f"{point.value} is not a gate: a dataclass with id, item and judge"
        return GatePlugin(point.name, item if isinstance(item, str) else "", distribution, None, problem)
    return GatePlugin(point.name, item, distribution, loaded)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unknown distribution"


def _item_in_source(point: EntryPoint) -> str:
    """Read `item = "..."` of a gate that cannot be imported from its source, so that its own item is unproven."""
    for path in _places(point):
        try:
            tree = ast.parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name == point.attr.split(".")[0]:
                return next(_item_values(node), "")
    return ""


def _item_values(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        if not isinstance(line, ast.Assign | ast.AnnAssign):
            continue
        targets = line.targets if isinstance(line, ast.Assign) else [line.target]
        named = any(isinstance(target, ast.Name) and target.id == "item" for target in targets)
        if named and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str):
            yield line.value.value


def _places(point: EntryPoint) -> Iterator[Path]:
    """Give where the module of an entry point may lie, without importing it."""
    parts = point.module.split(".")
    tails = (Path(*parts).with_suffix(".py"), Path(*parts, "__init__.py"))
    if point.dist:
        yield from (Path(str(point.dist.locate_file(tail))) for tail in tails)
    spec = importlib.util.find_spec(parts[0])
    folders = [Path(folder).parent for folder in (spec.submodule_search_locations or ())] if spec else []
    if spec and spec.origin:
        folders.append(Path(spec.origin).parent)
    yield from (folder / tail for folder in folders for tail in tails)
