"""Where a project's modules are imported from, and what they are called."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from gatecheck.project import Project


def import_roots(project: Project, paths: Iterable[str]) -> list[str]:
    """Give the folders from which the project's source is imported, "" for the top: the parents of its packages."""
    listed = frozenset(paths)
    folders = {str(parent) for path in listed for parent in PurePosixPath(path).parents}
    homes = (project.root, *project.roots)
    own = [folder for home in homes for folder in (f"{home}/src".lstrip("/"), home or ".")]
    roots = [_root_of(_fixed(glob), folders, listed) for glob in project.source]
    roots += [folder for folder in own if folder in folders and f"{folder}/__init__.py" not in listed]
    return list(dict.fromkeys("" if root == "." else root for root in roots))


def _fixed(glob: str) -> str:
    """Give the part of a glob before its first wildcard, as a path."""
    return str(PurePosixPath(re.split(r"[^/]*[*?\[]", glob, maxsplit=1)[0].strip("/")))


def _root_of(path: str, folders: set[str], listed: frozenset[str]) -> str:
    folder = path if path in folders else str(PurePosixPath(path).parent)
    while f"{folder}/__init__.py" in listed:
        folder = str(PurePosixPath(folder).parent)
    return folder


def module_of(path: str, roots: Iterable[str]) -> str:
    """Give the dotted name under which a source file is imported, "" where no root is above it."""
    above = [root for root in roots if not root or path.startswith(f"{root}/")]
    if not above:
        return ""
    parts = PurePosixPath(path).relative_to(max(above, key=len)).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
