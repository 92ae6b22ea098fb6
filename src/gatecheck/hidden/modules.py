"""Modules that take another's place: the standard library's, a distribution's, or a checked source file's."""

import ast
import re
import sys
import warnings
from collections.abc import Iterable, Iterator

from gatecheck.change import FileChange, Kind
from gatecheck.hidden.kinds import arrivals, is_plain
from gatecheck.model import Finding, Location, Severity
from gatecheck.project import Project

TOOLS = frozenset(
    {"pytest", "_pytest", "pluggy", "coverage", "mypy", "ruff", "hypothesis", "gatecheck", "gatecheck_gates"}
)
STARTERS = frozenset({"sitecustomize", "usercustomize"})  # the site module imports them before anything else
# `test` is Python's own test suite, which nobody imports, and the name that many projects give their tests.
LIBRARY = frozenset(sys.stdlib_module_names) - {"test", "this", "antigravity", "idlelib", "__main__"}
IMPORTED_AS = {
    "pyyaml": "yaml",
    "beautifulsoup4": "bs4",
    "pillow": "pil",
    "scikit_learn": "sklearn",
    "attrs": "attr",
    "python_dateutil": "dateutil",
}
_CODE = re.compile(r"(?P<name>\w+)(?:\.py|\.pyi|\.pyc|(?:\.[\w-]+)?\.(?:so|pyd))|(?P<package>\w+)/__init__\.py")


def normal(name: str) -> str:
    """Give the name by which a distribution is usually imported, in lower case."""
    plain = re.sub(r"[-_.]+", "_", name).lower()
    return IMPORTED_AS.get(plain, plain)


def shadows(
    files: Iterable[FileChange], paths: frozenset[str], declared: frozenset[str], project: Project
) -> Iterator[Finding]:
    """Look for new top-level modules whose name is taken; `declared`: the dependencies, as imported."""
    files = list(files)
    roots = _roots(files, paths, project)
    for file in arrivals(files):
        found = [(root, name) for root in roots if (name := _top_level(file.path, root))]
        if file.path.endswith(".pth") and (said := _starts_code(file)):
            yield said
        elif found and not _was_there(files, roots, found[-1][1]):
            root, name = found[-1]
            yield from _taken(file.path, name, declared, _is_tests(root, paths, project))
        elif (stem := file.path.rsplit("/", 1)[-1].partition(".")[0]) in STARTERS and file.path.endswith(".py"):
            message = f"Python imports {stem} by itself, wherever its folder is on the path"
            yield Finding("start-up-code", message, Location(file.path), Severity.WARNING, "have it imported by name")


def _roots(files: Iterable[FileChange], paths: frozenset[str], project: Project) -> list[str]:
    """Give the folders from which modules are imported by their bare names, the deepest last."""
    found = {"", f"{project.root}/" if project.root else ""}
    for glob in project.source:
        folder = glob.strip("/")
        if glob.endswith("/") and not any(sign in folder for sign in "*?["):
            found.add(f"{folder}/" if f"{folder}/__init__.py" not in paths else _parent(folder))
    for file in arrivals(files):  # pytest puts the folder of a test module on the path, unless that is a package
        folder = _parent(file.path)
        if file.path.endswith("/__init__.py"):
            folder = _parent(folder.rstrip("/"))
        if folder and _is_tests(folder, paths, project):
            found.add(folder)
    return sorted(found, key=len)


def _parent(path: str) -> str:
    folder = path.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _is_tests(folder: str, paths: frozenset[str], project: Project) -> bool:
    if not folder or f"{folder}__init__.py" in paths or not project.is_test(f"{folder}x.py"):
        return False
    return any(path.startswith((f"{folder}test_", f"{folder}conftest.py")) for path in paths)


def _top_level(path: str, root: str) -> str:
    match = _CODE.fullmatch(path.removeprefix(root)) if path.startswith(root) else None
    return (match["name"] or match["package"]) if match else ""


def _was_there(files: Iterable[FileChange], roots: Iterable[str], name: str) -> bool:
    """Tell whether the module only changed its form, or moved from one top level to another (into `src/`)."""
    old = [file.old_path or file.path for file in files if file.before is not None and file.kind is not Kind.COPIED]
    return any(_top_level(path, root) == name for path in old for root in roots)


def _taken(path: str, name: str, declared: frozenset[str], tests: bool) -> Iterator[Finding]:
    mend = "give it another name, or put it into a package"
    if name in STARTERS:
        message = f"Python imports {name} by itself, before any other code"
        yield Finding("start-up-code", message, Location(path), Severity.ERROR, "have it imported by name")
    elif name in LIBRARY:
        level = Severity.WARNING if tests else Severity.ERROR
        message = f"takes the place of the standard library's {name} for whatever runs from this folder"
        yield Finding("shadowed-module", message, Location(path), level, mend)
    elif name.lower() in declared:
        message = f"takes the place of the installed {name} for whatever runs from this folder"
        yield Finding("shadowed-module", message, Location(path), Severity.ERROR, mend)


def _starts_code(file: FileChange) -> Finding | None:
    lines = (file.after or b"").split(b"\n")
    runs = any(line.startswith((b"import ", b"import\t")) for line in lines) and b"\0" not in (file.after or b"")
    message = "lines of a .pth file that begin with import run at every start of Python (its site module)"
    return Finding("start-up-code", message, Location(file.path), mend="import it by name") if runs else None


def replaced(files: Iterable[FileChange], paths: frozenset[str], project: Project) -> Iterator[Finding]:
    """Look for new packages and stubs that are read in place of a module beside them."""
    files = list(files)
    changed = {file.path for file in files}
    for file in arrivals(files):
        module = f"{_parent(file.path).rstrip('/')}.py"
        if file.path.endswith("/__init__.py") and module in paths:
            level = Severity.WARNING if project.is_test(file.path) else Severity.ERROR
            message = f"the package is imported in place of {module}, which stays and is not run any more"
            yield Finding("replaced-module", message, Location(file.path), level, f"git rm {module}")
        stubbed = file.path.removesuffix("i")
        if file.path.endswith(".pyi") and stubbed in paths:
            source = next((other.after for other in files if other.path == stubbed), None)
            typed = stubbed in changed and _annotated(source)
            message = f"type checkers read this stub and no longer {stubbed}" + (
                ", which the change edits" if typed else ""
            )
            level = Severity.ERROR if typed and project.is_source(stubbed) else Severity.WARNING
            yield Finding("stub-over-source", message, Location(file.path), level, f"annotate {stubbed} itself")


def _annotated(source: bytes | None) -> bool:
    """Tell whether a module's functions have annotations of their own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source or b"")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns for node in ast.walk(tree))


def unread(files: Iterable[FileChange]) -> list[str]:
    """Give the paths whose new content is not known."""
    return [file.path for file in files if file.unread and not is_plain(file)]
