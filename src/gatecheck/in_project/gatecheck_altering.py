"""Puts other code into the functions of modules that are imported already."""

import gc
import os
import types


class Altering:
    """The live functions of some files, and what their code can be replaced by."""

    def __init__(self, paths):
        self.paths = frozenset(paths)
        self.functions = {}  # (path, first line, name) -> functions
        self.old = {path: _codes(_read(path), path) for path in self.paths}

    def look(self):
        """Find the functions that there are, however they are wrapped: they are among what is collected."""
        for thing in gc.get_objects():
            if type(thing) is types.FunctionType:
                path = thing.__code__.co_filename
                if path in self.paths or os.path.realpath(path) in self.paths:
                    self.functions.setdefault(_place(thing.__code__), []).append(thing)

    def alter(self, path, source, names):
        """Put the new code of the named functions in place; give why that cannot be done, "" where it was."""
        new = _codes(source, path)
        for name in names:
            before, after = self.old[path].get(name, []), new.get(name, [])
            if not before or len(before) != len(after):
                return "%s is not the same function in both sources" % name
            for pair in zip(before, after):  # noqa: B905 - Python 3.9
                problem = self._replace(*pair)
                if problem:
                    return "%s %s" % (name, problem)
        return ""

    def _replace(self, before, after):
        if before.co_freevars != after.co_freevars:
            return "closes over other names"
        live = self.functions.get(_place(before), [])
        if not live:
            return "is nowhere in the modules that were imported"
        for function in live:
            function.__code__ = after
        for inner, other in _inner_pairs(before, after):
            for function in self.functions.get(_place(inner), []):
                function.__code__ = other
        return ""


def _inner_pairs(before, after):
    """Pair the code of nested functions, where the two sources have the same ones."""
    first, second = list(_nested(before)), list(_nested(after))
    same = [(code.co_name, code.co_freevars) for code in first] == [(code.co_name, code.co_freevars) for code in second]
    return zip(first, second) if same else ()  # noqa: B905 - Python 3.9


def _nested(code):
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield inner
            yield from _nested(inner)


def _codes(source, path):
    """Compile a source and give the code of its functions by qualified name, nested ones left out."""
    found = {}
    _gather(compile(source, path, "exec", dont_inherit=True), _bodies(source), "", found)
    return found


def _bodies(source):
    import ast

    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        (min([node.lineno] + [decorator.lineno for decorator in node.decorator_list]), node.name): node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, kinds)
    }


def _gather(code, bodies, prefix, found):
    import ast

    for inner in code.co_consts:
        node = bodies.get((inner.co_firstlineno, inner.co_name)) if isinstance(inner, types.CodeType) else None
        if isinstance(node, ast.ClassDef):
            _gather(inner, bodies, prefix + inner.co_name + ".", found)
        elif node is not None:
            found.setdefault(prefix + inner.co_name, []).append(inner)
        elif isinstance(inner, types.CodeType):  # the scope of type parameters, from Python 3.12 on
            _gather(inner, bodies, prefix, found)


def _place(code):
    return os.path.realpath(code.co_filename), code.co_firstlineno, code.co_name


def _read(path):
    with open(path, "rb") as file:
        return file.read()
