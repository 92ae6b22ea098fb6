"""Every file of a tree that may hold rules by which changes are judged, with the paths of its Python files."""

from dataclasses import dataclass

from gatecheck.change import Snapshot
from gatecheck.ratchet.places import holds_rules


@dataclass(frozen=True)
class RuleFiles:
    """files: content by path, symbolic links left out. python: the paths of all Python files."""

    files: dict[str, bytes]
    python: tuple[str, ...] = ()


def measure_rule_files(snapshot: Snapshot) -> RuleFiles:
    """Read them; nothing is run."""
    paths = [path for path in snapshot.paths if holds_rules(path)]
    whole = {path: snapshot.root / path for path in paths}
    files = {path: place.read_bytes() for path, place in whole.items() if place.is_file() and not place.is_symlink()}
    return RuleFiles(files, tuple(path for path in snapshot.paths if path.endswith(".py")))
