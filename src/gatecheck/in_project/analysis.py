"""Tells what coverage.py's files hold about each source file, in a process in which no test ever ran.

Called as `python analysis.py PLAN.json`, with the project's interpreter: it alone parses the project's syntax for sure.
Prints JSON: the lines run of the planted files, and per file its statements (first lines), which were executed, which
are excluded, and the branches not taken.
"""

import gatecheck_bytecode  # noqa: F401, I001 - before all others, which it speeds up

import ast
import glob
import json
import os
import sys


def dead_lines(tree):
    """Give the lines that this interpreter and platform can never run: the other arm of a version or platform test."""
    dead = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If):
            truth = _platform_truth(node.test)
            arm = [] if truth is None else node.orelse if truth else node.body
            for statement in arm:
                dead.update(range(statement.lineno, statement.end_lineno + 1))
    return dead


def _platform_truth(test):
    """Decide a test of sys.version_info, sys.platform or os.name; None for any other."""
    names = [ast.unparse(node) for node in ast.walk(test) if isinstance(node, (ast.Attribute, ast.Name))]
    if not isinstance(test, (ast.Compare, ast.Call)) or not set(names) & {
        "sys.version_info",
        "sys.platform",
        "os.name",
    }:
        return None
    # Nothing can be reached from these but numbers and text: that makes it safe to evaluate.
    allowed = {"sys.version_info", "sys.platform", "os.name", "sys", "os", "sys.platform.startswith"}
    if not set(names) <= allowed:
        return None
    try:
        return bool(eval(compile(ast.Expression(test), "<test>", "eval"), {"sys": sys, "os": os}))  # noqa: S307 - see above
    except Exception:
        return None


def never_entered(tree, first_line, arcs):
    """Give the functions written on one line that nothing called: their line runs at import all the same.

    Entering a function shows as an arc from minus its first line, that of its first decorator.
    """
    entered = {-start for start, _ in arcs if start < 0}
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            line = first_line(node.lineno)
            start = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
            if first_line(node.end_lineno) == line and start not in entered:
                lines.add(line)
    return lines


def describe(path, text, data, exclude, others=None):
    """Give one file's statements and what became of them; `others` is what other processes than the tests' own ran."""
    from coverage.parser import PythonParser

    parser = PythonParser(text=text, filename=path, exclude=None)
    parser.parse_source()
    excluding = PythonParser(text=text, filename=path, exclude=exclude)
    excluding.parse_source()
    tree, arcs = ast.parse(text), data.arcs(path) or ()
    dead = dead_lines(tree)
    statements = sorted(line for line in parser.statements if line not in dead)
    executed = set(parser.first_lines(data.lines(path) or ())) - never_entered(tree, parser.first_line, arcs)
    first = getattr(parser, "multiline_map", None) or getattr(parser, "_multiline", {})
    return {
        "statements": statements,
        "executed": sorted(executed.intersection(statements)),
        "elsewhere": sorted(set(parser.first_lines((others and others.lines(path)) or ())).intersection(statements)),
        "excluded": sorted(set(statements) - set(excluding.statements)),
        "multiline": {str(line): start for line, start in first.items() if line != start},
        "missing_branches": missing_branches(excluding, arcs, executed),
    }


def missing_branches(parser, arcs, executed):
    """Give the branches [from, to] of executed lines that were never taken; negative: the exit of a function."""
    branching = {line for line, count in parser.exit_counts().items() if count > 1 and line in executed}
    taken = set(parser.translate_arcs(arcs))
    return sorted([start, end] for start, end in parser.arcs() if start in branching and (start, end) not in taken)


def gather(pattern, main):
    """Put the data of all processes together, and those of all but the main one.

    A program that was killed while it wrote left half of its data: it counts as one that ran nothing.
    """
    from coverage import CoverageData
    from coverage.exceptions import DataError

    whole, others = CoverageData(no_disk=True), CoverageData(no_disk=True)
    for name in sorted(glob.glob(pattern + "*")):
        part = CoverageData(basename=name)
        try:
            part.read()
        except DataError:
            if name == main:
                raise
            continue
        for together in (whole,) if name == main else (whole, others):
            together.update(part)
    return whole, others


def main():
    """Describe every file of the plan; one that cannot be parsed is told with the reason."""
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    sys.path.extend([plan["lend"]] if plan["lend"] else [])
    from coverage.python import get_python_source

    data, others = gather(plan["data_file"], plan["main"])
    described = {}
    for path in plan["files"]:
        text = os.path.join(plan["snapshot"], path)  # the tests may have written into the tree that they ran in
        try:
            source = get_python_source(text)
            described[path] = describe(os.path.join(plan["top"], path), source, data, plan["exclude"], others)
        except Exception as error:
            described[path] = {"problem": "%s: %s" % (type(error).__name__, error)}
    canaries = {path: data.lines(os.path.join(plan["top"], path)) or [] for path in plan["canaries"]}
    print(json.dumps({"files": described, "canaries": canaries}))


if __name__ == "__main__":
    main()
