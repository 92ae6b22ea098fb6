"""Whether what a run imported of the tree is what the tree held when the run began."""

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from gatecheck.measurements.imports import module_of
from gatecheck.measurements.outcomes import Sources


def replaced(sources: Sources, before: Path, paths: Iterable[str], roots: Iterable[str]) -> str:
    """Say which module a run imported that is not the one of its tree, and who made it, "" for none.

    before: a folder that holds the tree as it was. paths: the committed files. roots: see `import_roots`. A module that
    is made on the way is none of the tree's, and harms nobody, unless it takes the place of one that is.
    """
    committed, homes = frozenset(paths), list(roots)
    names = {module_of(path, homes): path for path in committed if path.endswith(".py")}
    for path, digests in sources.read.items():
        file = before / path
        if path in committed and file.is_file() and set(digests) != {hashlib.sha256(file.read_bytes()).hexdigest()}:
            return _said(path, "was not what is committed when it was imported", sources)
        if path not in committed and not file.is_file() and (hidden := _in_place_of(path, names, homes)):
            return _said(path, f"was imported in place of {hidden}, and is not committed", sources)
    return _said(sources.other[0], "ran with other code than its file holds", sources) if sources.other else ""


def _in_place_of(path: str, names: dict[str, str], roots: list[str]) -> str:
    """Say what a new module takes the place of, "" for nothing."""
    if PurePosixPath(path).name == "conftest.py":
        return "none"
    return names.get(module_of(path, roots), "")


def _said(path: str, what: str, sources: Sources) -> str:
    writer = sources.writers.get(path, "")
    by = f" ({writer} wrote it)" if writer else ""
    return f"{path} {what}{by}: let the run leave it as it is, or have the policy's `prepare` make it"
