"""The Python projects of a repository: which of them is looked at, and which not.

One that lies at the top, or alone below it, is the root. Of several those are looked at together that one run of pytest
from the top can serve: members of a workspace (one environment), or folders that a project at the top holds, as long as
none of them has settings of its own that such a run would pass over. Of others the one is looked at that the change
edits most, or the first where it edits none. What the change edits besides is named (`Layout.unseen`), for nothing
tells whether it is right.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from gatecheck.configured import Read, join, read_toml, settings
from gatecheck.globs import matcher
from gatecheck.tool_files import table

MARKS = ("setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt")
DEEPEST = 3  # folders above a project's files: `packages/group/name/pyproject.toml`
# Folders and files at the top of a project that are run or read by people, not imported by its users.
NOT_SOURCE = (
    *("docs/", "doc/", "examples/", "example/", "scripts/", "tools/", "benchmarks/", "bench/", "ci/", "noxfile.py"),
    *("setup.py", "conftest.py", "fabfile.py", "tasks.py", "versioneer.py", "hatch_build.py", "dodo.py", "release.py"),
)
_ASIDE = matcher((*NOT_SOURCE, ".*/", "testdata/", "fixtures/", "templates/"))
_TESTS = matcher(("tests/", "test/", "test_*.py", "*_test.py"))
_BUILDERS = {"poetry", "setuptools", "hatch", "pdm", "flit"}


@dataclass(frozen=True)
class Layout:
    """root: the folder in which things run ("" at the top). members: projects below it that are looked at with it.

    neighbours: projects of the same environment that are not looked at, but imported from the checked tree. others: the
    rest.
    """

    root: str = ""
    members: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def unseen(self, changed: Iterable[str], packages: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Give the changed Python files of no project that is looked at, each with its own; loose scripts have none.

        packages: the folders that hold an `__init__.py`.
        """
        for path in changed:
            if not path.endswith(".py"):
                continue
            owner = _owner(path, (self.root, *self.members, *self.neighbours, *self.others))
            if owner in {self.root, *self.members}:
                continue
            if owner is not None or (not _ASIDE(path) and _is_shared(path, packages)):
                yield path, owner or path.split("/")[0]


def layout_of(paths: Iterable[str], read: Read, changed: Iterable[str] = (), root: str | None = None) -> Layout:
    """Lay a repository out; `root` is the policy's, `read` gives a file of the base, `changed` are the edited paths."""
    paths = list(paths)
    found = find_projects(paths, read)
    workspace = frozenset(_members(found, read))
    if root is None:
        root = _root_of(found, workspace, read, list(changed))
    below = [folder for folder in found if _below(folder, root)]
    served = (folder for folder in below if folder in workspace or _is_used(folder, paths))
    members = tuple(folder for folder in served if _runs_with(root, folder, read))
    rest = [folder for folder in found if folder not in {root, *members}]
    neighbours = tuple(folder for folder in rest if folder in workspace)
    return Layout(root, members, neighbours, tuple(folder for folder in rest if folder not in workspace))


def find_projects(paths: Iterable[str], read: Read) -> list[str]:
    """Give the folders that are Python projects, "" for the top, the outermost first.

    Below another project only a manifest that installs something makes one, and only where its folder is no package.
    """
    known = list(paths)
    marked = {_folder(path) for path in known if path.count("/") <= DEEPEST and _marks_project(path, read)}
    python = [path for path in known if path.endswith(".py")]
    found: list[str] = []
    for folder in sorted(marked, key=lambda folder: (folder.count("/") + bool(folder), folder)):
        alone = folder == "" or not (_ASIDE(f"{folder}/x.py") or _TESTS(f"{folder}/x.py"))
        within = _owner(f"{folder}/x.py", found) is not None or "/" in folder
        holds_python = folder == "" or any(_below(path, folder) for path in python)
        if alone and holds_python and (not within or _installs(folder, known, read)):
            found.append(folder)
    return found


def _root_of(found: list[str], workspace: frozenset[str], read: Read, changed: list[str]) -> str:
    """Choose where things run: the top, the one project below it, or of several the one that the change edits."""
    outermost = [folder for folder in found if _owner(folder, [other for other in found if other != folder]) is None]
    if "" in found or not found:
        return ""
    if len(outermost) == 1:
        return outermost[0]
    if workspace.issuperset(found) and all(_runs_with("", folder, read) for folder in found):
        return ""
    python = Counter(owner for path in changed if path.endswith(".py") and (owner := _owner(path, found)) is not None)
    others = Counter(owner for path in changed if (owner := _owner(path, found)) is not None)
    return max(python or others, key=lambda folder: (python or others)[folder], default=outermost[0])


def _runs_with(root: str, folder: str, read: Read) -> bool:
    """Tell whether one run of pytest in `root` serves a project below it."""
    has_policy = read(join(folder, "gatecheck.toml")) is not None or "gatecheck" in _tool(folder, read)
    passed_over = settings("pytest", read, root) is None and settings("pytest", read, folder) is not None
    return not has_policy and not passed_over


def _is_used(folder: str, paths: list[str]) -> bool:
    """Tell whether a folder that no workspace names holds a package or tests: an add-on of one script is for others."""
    return any(_below(path, folder) and (path.endswith("/__init__.py") or _TESTS(path)) for path in paths)


def _members(found: list[str], read: Read) -> Iterator[str]:
    """Give the projects that a workspace of uv or rye at the top names (their manuals, "Workspaces")."""
    tool = _tool("", read)
    told = table(tool, "uv", "workspace"), table(tool, "rye", "workspace")
    globs = [str(PurePosixPath(glob)) for one in told for glob in _texts(one.get("members"))]
    without = [str(PurePosixPath(glob)) for one in told for glob in _texts(one.get("exclude"))]
    for folder in found:
        if _fits(folder, globs) and not _fits(folder, without):
            yield folder


def _fits(folder: str, globs: list[str]) -> bool:
    return any(glob.count("/") == folder.count("/") and fnmatchcase(folder, glob) for glob in globs)


def _tool(folder: str, read: Read) -> dict[str, object]:
    return table(read_toml(read(join(folder, "pyproject.toml"))), "tool")


def _marks_project(path: str, read: Read) -> bool:
    """Tell whether a file makes its folder a Python project; a pyproject.toml of a bare workspace does not."""
    name = PurePosixPath(path).name
    if name != "pyproject.toml":
        return name in MARKS
    text = read(path)
    data = read_toml(text)
    return text is None or "project" in data or bool((_BUILDERS | {"pytest"}) & table(data, "tool").keys())


def _installs(folder: str, paths: list[str], read: Read) -> bool:
    """Tell whether a folder is a distribution of its own and no package of the project around it."""
    if f"{folder}/__init__.py" in paths:
        return False
    data = read_toml(read(f"{folder}/pyproject.toml"))
    return "project" in data or bool(_BUILDERS & table(data, "tool").keys()) or f"{folder}/setup.py" in paths


def _is_shared(path: str, packages: frozenset[str]) -> bool:
    """Tell whether a file is a test or part of a package or source folder: a loose script serves nobody else."""
    folder = PurePosixPath(path).parent
    return str(folder) in packages or "src" in folder.parts or _TESTS(path)


def _owner(path: str, folders: Iterable[str]) -> str | None:
    """Give the innermost of some folders that holds a path, None where none does."""
    return max((folder for folder in folders if _below(path, folder)), key=len, default=None)


def _below(path: str, folder: str) -> bool:
    return path != folder and path.startswith(f"{folder}/" if folder else "")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
