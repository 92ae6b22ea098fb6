"""Put known unneeded edits into honest changes, and see how many of their lines the item minimal-change names.

    python benchmarks/over_editing.py ../repos/pluggy ../repos/marshmallow --last 5

One row a change: lines injected, found among the findings, and lines named that were not named before the injection.
"""

import argparse
import ast
import difflib
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from base_tests_pass import is_python, is_test, touching_both

from gatecheck.report import Report
from gatecheck.run import Demand, check

GATES = ("small-diff", "no-churn", "demanded-hunks")
Lines = set[tuple[str, int]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> None:
    """Inject, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=5, help="changes of each repository")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| project | commit | edits | injected | found | named anew | of these injected |")
    print("|---|---|---|---:|---:|---:|---:|")
    for repository in options.repositories:
        for commit in touching_both(repository, options.last):
            with tempfile.TemporaryDirectory() as folder:
                print(row(repository, commit, Path(folder), options.seed), flush=True)


def row(repository: Path, commit: str, folder: Path, seed: int) -> str:
    """Judge one change before and after the injection."""
    chance = random.Random(f"{seed}{commit}")  # noqa: S311 - the same edits each time
    copy = folder / "copy"
    git(folder, "clone", "--quiet", "--no-checkout", os.fspath(repository.absolute()), os.fspath(copy))
    git(copy, "checkout", "--quiet", commit)
    python = repository.absolute() / ".venv/bin/python"
    demand = Demand(folder=copy, range=f"{commit}~1..HEAD", gates=GATES, python=python if python.exists() else None)
    path = git(copy, "diff", "--name-only", "--diff-filter=AM", f"{commit}~1", commit).split()
    package = "src/" if (copy / "src").is_dir() else ""
    named_so = (name for name in path if is_python(name) and not is_test(name) and name.startswith(package))
    sources = [name for name in named_so if (copy / name).with_name("__init__.py").exists()]
    honest = named(check(demand))
    texts = {name: (copy / name).read_text() for name in sources}
    edits = list(inject(copy, sources, chance))
    git(copy, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--all", "--message", "more")
    injected = {line for name in sources for line in added(name, texts[name], (copy / name).read_text())}
    moved = {place for name in sources for place in shifted(honest, name, texts[name], (copy / name).read_text())}
    judged = check(replace(demand, range=f"{commit}~1..HEAD"))
    if broken := [gate.summary for gate in judged.gates if gate.status == "unproven"]:
        return f"| {repository.name} | {commit} | the injection breaks it: {broken[0]} |"
    after = named(judged)
    anew = {place for place in after - moved if place[0] in texts and code(copy, place)}
    counts = f"{len(injected)} | {len(injected & after)} | {len(anew)} | {len(anew & injected)}"
    for name, line in sorted(injected - after):
        print(f"    missed: {name}:{line} {(copy / name).read_text().split(chr(10))[line - 1]}", file=sys.stderr)
    return f"| {repository.name} | {commit} | {len(edits)} | {counts} |"


def git(folder: Path, *args: str) -> str:
    """Run git and give what it printed."""
    return subprocess.run(["git", "-C", os.fspath(folder), *args], check=True, capture_output=True, text=True).stdout


def code(folder: Path, place: tuple[str, int]) -> bool:
    """Tell whether a line holds code."""
    lines = (folder / place[0]).read_text().split("\n")
    return place[1] <= len(lines) and bool(lines[place[1] - 1].strip())


def named(report: Report) -> Lines:
    """Give the lines that errors and warnings name."""
    found = (finding for gate in report.gates for finding in gate.findings if finding.level != "note" and finding.line)
    return {
        (finding.path, line)
        for finding in found
        for line in range(finding.line or 0, (finding.end_line or finding.line or 0) + 1)
        if finding.path
    }


def added(name: str, before: str, after: str) -> Lines:
    """Give the lines that an injection wrote, blank ones left out."""
    lines = after.split("\n")
    blocks = difflib.SequenceMatcher(None, before.split("\n"), lines, autojunk=False).get_opcodes()
    changed = (line for tag, _, _, start, end in blocks if tag != "equal" for line in range(start, end))
    return {(name, line + 1) for line in changed if lines[line].strip()}


def shifted(places: Lines, name: str, before: str, after: str) -> Lines:
    """Give where lines of one file are now."""
    matcher = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    now = {old + step: new + step for old, new, size in matcher.get_matching_blocks() for step in range(size)}
    return {(name, now[line - 1] + 1) for path, line in places if path == name and line - 1 in now}


def inject(folder: Path, sources: list[str], chance: random.Random) -> Iterator[str]:
    """Make each kind of edit once, where it fits, in functions of the changed files; gives the names of those made."""
    for edit in EDITS:
        places = [(name, index) for name in sources for index in range(len(functions((folder / name).read_text())))]
        chance.shuffle(places)
        for name, index in places:
            text = (folder / name).read_text()
            changed = edit(text, functions(text)[index])
            if changed is not None and changed != text and parses(changed):
                (folder / name).write_text(changed)
                yield edit.__name__.replace("_", " ")
                break


def parses(text: str) -> bool:
    """Tell whether a text is Python."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def functions(text: str) -> list[Function]:
    """Give the functions that no test needs to be clever to reach: not nested, with a body of code."""
    tree = ast.parse(text)
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    found = [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]
    return [node for node in found if len(node.body) > 1 and not node.name.startswith("__")]


def first(node: Function) -> ast.stmt:
    """Give the first statement behind the docstring."""
    return node.body[1] if isinstance(node.body[0], ast.Expr) and len(node.body) > 1 else node.body[0]


def inserted(text: str, line: int, *more: str) -> str:
    """Put lines before a line."""
    lines = text.split("\n")
    return "\n".join([*lines[: line - 1], *more, *lines[line - 1 :]])


def renamed_local(text: str, node: Function) -> str | None:
    """Give a local variable another name."""
    names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
    stored = {one.id for one in names if isinstance(one.ctx, ast.Store)}
    arguments = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    declared = {name for one in ast.walk(node) if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
    for name in sorted(stored - arguments - declared):
        used = [one for one in names if one.id == name]
        if len(used) > 1:
            lines = [line.encode() for line in text.split("\n")]
            for one in sorted(used, key=lambda one: (one.lineno, one.col_offset), reverse=True):
                line = lines[one.lineno - 1]
                lines[one.lineno - 1] = line[: one.col_offset] + f"{name}_value".encode() + line[one.end_col_offset :]
            return b"\n".join(lines).decode()
    return None


def redundant_guard(text: str, node: Function) -> str | None:
    """Check what is always so."""
    arguments = [one.arg for one in node.args.args if one.arg not in {"self", "cls"}]
    if not arguments:
        return None
    pad = " " * first(node).col_offset
    guard = f"{pad}if not isinstance({arguments[0]}, object):", f"{pad}    raise TypeError({arguments[0]})"
    return inserted(text, first(node).lineno, *guard)


def extracted_helper(text: str, node: Function) -> str | None:
    """Move a returned expression into a function of its own."""
    last = node.body[-1]
    if not isinstance(last, ast.Return) or last.value is None or last.lineno != last.end_lineno:
        return None
    if isinstance(last.value, ast.Name | ast.Constant) or "super()" in ast.unparse(last):
        return None
    stored = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    local = stored | {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
    inner = [one for one in ast.walk(last) if isinstance(one, ast.comprehension | ast.Lambda | ast.NamedExpr)]
    names = sorted({one.id for one in ast.walk(last) if isinstance(one, ast.Name)} & local)
    if inner or not names:
        return None
    lines = text.split("\n")
    lines[last.lineno - 1] = f"{' ' * last.col_offset}return _extracted({', '.join(names)})"
    helper = f"\n\ndef _extracted({', '.join(names)}):\n    {ast.unparse(last)}\n"
    return "\n".join(lines).rstrip("\n") + "\n" + helper


def speculative_argument(text: str, node: Function) -> str | None:
    """Add an argument that nobody gives."""
    line = text.split("\n")[node.lineno - 1]
    if node.args.kwarg or node.args.vararg or "):" not in line.replace(") ->", "):") or not node.args.args:
        return None
    place = line.rindex(")", 0, line.index(" ->") if " ->" in line else len(line))
    lines = text.split("\n")
    lines[node.lineno - 1] = f"{line[:place]}, strict=False{line[place:]}"
    pad = " " * first(node).col_offset
    return inserted("\n".join(lines), first(node).lineno, f"{pad}if strict:", f'{pad}    raise ValueError("strict")')


def swallowed_exception(text: str, node: Function) -> str | None:
    """Let nothing escape from a statement."""
    for one in node.body:
        if isinstance(one, ast.Assign | ast.Expr) and not isinstance(getattr(one, "value", None), ast.Constant):
            pad = " " * one.col_offset
            lines = text.split("\n")
            inner = [f"    {line}" for line in lines[one.lineno - 1 : one.end_lineno]]
            wrapped = [f"{pad}try:", *inner, f"{pad}except OverflowError:", f"{pad}    raise"]
            return "\n".join([*lines[: one.lineno - 1], *wrapped, *lines[one.end_lineno or one.lineno :]])
    return None


def logging_line(text: str, node: Function) -> str | None:
    """Say what is being done."""
    pad = " " * first(node).col_offset
    return inserted(text, first(node).lineno, f'{pad}__import__("logging").getLogger(__name__).debug("{node.name}")')


def reformatting(text: str, node: Function) -> str | None:
    """Put brackets around what is returned."""
    for one in ast.walk(node):
        if isinstance(one, ast.Return) and one.value is not None and one.lineno == one.end_lineno:
            lines, pad = text.split("\n"), " " * one.col_offset
            value = lines[one.lineno - 1].strip().removeprefix("return").strip()
            if "#" not in value and lines[one.lineno - 1].strip().startswith("return"):
                lines[one.lineno - 1 : one.lineno] = [f"{pad}return (", f"{pad}    {value}", f"{pad})"]
                return "\n".join(lines)
    return None


def moved_function(text: str, node: Function) -> str | None:
    """Put a function at the end of its module."""
    if node.col_offset or node.decorator_list or node.name in read_on_import(text):
        return None
    lines = text.rstrip("\n").split("\n")
    own = lines[node.lineno - 1 : node.end_lineno]
    return "\n".join([*lines[: node.lineno - 1], *lines[node.end_lineno or 0 :], "", "", *own, ""])


def read_on_import(text: str) -> set[str]:
    """Give the names that a module reads while it is imported, or that functions read which it may call then."""
    tree = ast.parse(text)
    called = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    classes = any(isinstance(node, ast.ClassDef) and (node.keywords or node.decorator_list) for node in tree.body)
    inside = {
        one.id
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        for one in ast.walk(statement)
        if isinstance(one, ast.Name)
    }
    return called if classes else called - inside


EDITS: tuple[Callable[[str, Function], str | None], ...] = (
    *(renamed_local, redundant_guard, extracted_helper, speculative_argument),
    *(swallowed_exception, logging_line, reformatting, moved_function),
)


if __name__ == "__main__":
    main()
