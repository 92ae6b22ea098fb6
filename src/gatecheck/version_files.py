"""The module that a build writes a project's version into, and that no commit holds.

setuptools-scm, hatch-vcs and versioningit make it; which file it is stands in the base's settings (their manuals,
"Configuration"). Where a tree lacks it nothing of the project can be imported, so it is written as they write it.
"""

import re
from pathlib import Path, PurePosixPath

from gatecheck.configured import Read, join, read_toml
from gatecheck.tool_files import table

# Where a file is named: the tables of pyproject.toml, and the keys.
_NAMED = (
    (("tool", "setuptools_scm"), ("version_file", "write_to")),
    (("tool", "hatch", "build", "hooks", "vcs"), ("version-file",)),
    (("tool", "hatch", "build", "targets", "wheel", "hooks", "vcs"), ("version-file",)),
    (("tool", "versioningit", "write"), ("file",)),
)
_IN_SETUP = re.compile(rb"""\b(?:write_to|version_file)["']?\s*[:=]\s*["']([\w./-]+\.py)["']""")
UNKNOWN = "0.0.0"


def read_version_files(read: Read, root: str) -> tuple[str, ...]:
    """Give the paths that the base's settings name, from the top of the repository."""
    data = read_toml(read(join(root, "pyproject.toml")))
    named = [table(data, *tables).get(key) for tables, keys in _NAMED for key in keys]
    named += [found.decode() for found in _IN_SETUP.findall(read(join(root, "setup.py")) or b"")]
    plain = [path for path in named if isinstance(path, str) and path.endswith(".py") and _is_below(path)]
    return tuple(dict.fromkeys(join(root, path) for path in plain))


def read_distribution(read: Read, root: str) -> str:
    """Give the name that the project is installed by, as `Interpreter.packages` has it; "" where it is not said."""
    name = table(read_toml(read(join(root, "pyproject.toml"))), "project").get("name")
    return re.sub(r"[-.]", "_", name).lower() if isinstance(name, str) else ""


def write_version(path: Path, version: str) -> None:
    """Write such a module, with the names that those tools give."""
    parts = tuple(int(part) if part.isdigit() else part for part in version.split("."))
    lines = (
        f"__version__ = version = {version!r}",
        f"__version_tuple__ = version_tuple = {parts!r}",
        "__commit_id__ = commit_id = None",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, ""]))


def _is_below(path: str) -> bool:
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts
