"""Notes what every module of the checked tree was when it was imported, and who wrote a file of the tree.

By an audit hook (PEP 578), which nothing can take away again. It is called often, and nearly always for nothing.
"""

import __future__

import hashlib
import importlib.machinery
import os
import sys
import time

_MOST_S = 0.5  # to compile what was imported once more; what the change edits is looked at whatever it takes
_FUTURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
_WRITING = os.O_WRONLY | os.O_RDWR
_REWRITTEN = "@pytest_ar"  # a name that pytest puts into the modules whose asserts it rewrites
_IMPORTING = ("_call_with_frames_removed", "exec_module")  # functions of loaders that run the code of a module
# Tests patch these while they run.
_sha256, _realpath, _compile, _clock = hashlib.sha256, os.path.realpath, compile, time.perf_counter
_frame = sys._getframe  # noqa: SLF001 - a debugger's way to see who calls


class Sources:
    """What was imported of the tree.

    read: digests of the files' bytes, by path from the top, at each import. other: files whose code is not what these
    bytes give: watched ones, and as many others as there is time for. writers: who first opened or moved a Python file
    of the tree to write it, as file:line.
    """

    def __init__(self, top, watched):
        self.top = top + os.sep
        self.watched = frozenset(watched)
        self.read = {}
        self.other = []
        self.spent_s = 0.0
        self.writers = {}

    def listen(self):
        """Listen from here on."""
        told = {"exec": self.ran, "open": self.opened, "os.rename": self.moved}

        def hook(event, args):
            if event in told:
                try:
                    told[event](*args)
                except Exception:  # or what is looked at could not be done
                    return

        sys.addaudithook(hook)

    def ran(self, code):
        """Note what the file of a module is that is imported now."""
        if getattr(code, "co_name", "") != "<module>" or _frame(2).f_code.co_name not in _IMPORTING:
            return
        path = _realpath(code.co_filename)
        source = _read(path) if path.startswith(self.top) else None
        if source is not None:
            digests = self.read.setdefault(self._inside(path), [])
            digest = _sha256(source).hexdigest()
            digests += [] if digest in digests else [digest]
            if _REWRITTEN not in code.co_names and (path in self.watched or self.spent_s < _MOST_S):
                began = _clock()
                self.other += [path] if _is_other(code, source) else []
                self.spent_s += _clock() - began

    def opened(self, path, _, flags):
        """Note who opens a file to write it; see the manual's table of audit events."""
        if isinstance(path, (str, bytes)) and isinstance(flags, int) and flags & _WRITING:
            self._wrote(path)

    def moved(self, _, target, *__):
        """Note who puts another file in the place of one."""
        if isinstance(target, (str, bytes)):
            self._wrote(target)

    def _wrote(self, path):
        path = os.fsdecode(path)
        path = path if path.endswith(".py") else ""
        path = _realpath(path) if path else ""
        if path.startswith(self.top):
            self.writers.setdefault(self._inside(path), self._caller())

    def _caller(self):
        """Give the innermost place in the tree that is running, "" for none."""
        frame = _frame(2)
        while frame is not None:
            path = _realpath(frame.f_code.co_filename)
            if path.startswith(self.top):
                return "%s:%d" % (self._inside(path), frame.f_lineno)
            frame = frame.f_back
        return ""

    def _inside(self, path):
        return path[len(self.top) :].replace(os.sep, "/")

    def told(self):
        """Give what was noted, for the record; of an installed package's loader it is no matter what it makes."""
        loaders = {}
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str):
                loaders[_realpath(path)] = getattr(getattr(module, "__spec__", None), "loader", None)
        other = [self._inside(path) for path in self.other if not self._is_installed(loaders.get(path))]
        return {"read": self.read, "other": other, "writers": self.writers}

    def _is_installed(self, loader):
        """Tell whether a loader is neither Python's own nor one of the tree, such as one that checks types."""
        kind = type(loader)
        if loader is None or kind is importlib.machinery.SourceFileLoader:
            return False
        path = getattr(sys.modules.get(kind.__module__), "__file__", None)
        return isinstance(path, str) and not _realpath(path).startswith(self.top)


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _is_other(code, source):
    """Tell whether code is not what Python makes of a source, with the future features that who compiled it had."""
    try:
        return _compile(source, code.co_filename, "exec", code.co_flags & _FUTURES, dont_inherit=True) != code
    except (SyntaxError, ValueError):
        return True
