"""Takes from coverage.py's tracer, phase by phase, what was run of some files.

Contexts of coverage.py would tell the same and make a suite several times slower: at each switch it saves everything
that it knows. Here the few sets of the watched files are copied and emptied, and filled again at the end.
"""

import sys
import time

_LOOP = "total = 0\nfor number in range(4000):\n    if number % 7 == 0:\n        total += 1\n    total += 1\n"
_PROBE = "def called():\n    return 1\n\n\ncalled()\n"
_PROBED = {(1, 5), (2, -1)}  # arcs that running the probe makes, whichever Python runs it
_WIDTHS = range(16, 31)  # bits of a line number where coverage.py packs two of them: 20, and 28 in newer versions


class Reach:
    """The lines of the watched files that were run since the last look; silent where the tracer is not understood."""

    def __init__(self, measured, top, watched):
        self.top = top
        self.kept = {path: set() for path in watched}
        self.tracer = type(sys.gettrace())
        self.data = getattr(getattr(measured, "_collector", None), "data", None)
        self.unpack = self._understood() if isinstance(self.data, dict) else None

    @property
    def watched(self):
        """Give the files that it tells of; none where the tracer is not understood."""
        return self.kept if self.unpack else ()

    def take(self):
        """Give, and forget, the lines run by file."""
        if self.unpack is None:
            return {}
        taken = {path: self._emptied(path) for path in self.kept}
        for path, arcs in taken.items():
            self.kept[path] |= arcs
        return {path: self._lines(arcs) for path, arcs in taken.items() if arcs}

    def give_back(self):
        """Let the tracer have again what was taken, before it is saved."""
        for path, arcs in self.kept.items():
            if arcs and self.unpack is not None:
                self.data.setdefault(path, set()).update(arcs)

    def entered(self, codes):
        """Tell whether one of some code objects was called since the last look; None where that cannot be known."""
        if self.unpack is None or type(sys.gettrace()) is not self.tracer:  # not understood, or a debugger ended it
            return None
        if not any(code.co_filename in self.data for code in codes):
            return None
        starts = {(code.co_filename, -code.co_firstlineno) for code in codes}
        files = {code.co_filename for code in codes}
        return any((path, start) in starts for path in files for start, _ in self._arcs(path))

    def forget(self, codes):
        """Empty what is known of the files of some code objects, such as those of a test, unless they are watched."""
        for path in {code.co_filename for code in codes}:
            if self.unpack is not None and path not in self.kept:
                self._emptied(path)

    def _arcs(self, path):
        return [self.unpack(arc) for arc in self.data.get(path, set()).copy()]

    def _emptied(self, path):
        arcs = self.data.get(path)
        if not arcs:
            return set()
        taken = arcs.copy()
        arcs -= taken  # in place: the frames that are running hold this very set
        return taken

    def _lines(self, arcs):
        return sorted({end for _, end in map(self.unpack, arcs) if end > 0})

    def _understood(self):
        """Learn from a probe how the tracer writes down an arc."""
        path = self.top + "/gatecheck-probe.py"
        exec(compile(_PROBE, path, "exec"), {})  # noqa: S102 - our own text
        arcs = self.data.pop(path, set())
        if arcs and all(isinstance(arc, tuple) for arc in arcs):
            return tuple
        for width in _WIDTHS:
            if arcs and {_unpacked(arc, width) for arc in arcs} >= _PROBED:
                return lambda arc: _unpacked(arc, width)
        return None


class Pace:
    """How long a loop takes in a file of the tree, now and then under the tracer."""

    def __init__(self, top):
        self.code = compile(_LOOP, top + "/gatecheck-probe.py", "exec")
        self.plain_s = self._timed()

    def slower(self, measured):
        """Give how many times as long the loop takes now; what the tracer saw of it is forgotten."""
        traced_s = self._timed()
        data = getattr(getattr(measured, "_collector", None), "data", None)
        if isinstance(data, dict):
            data.pop(self.code.co_filename, None)
        return traced_s / max(self.plain_s, 1e-6)

    def _timed(self):
        began = time.perf_counter()
        exec(self.code, {})  # noqa: S102 - our own text
        return time.perf_counter() - began


def _unpacked(arc, width):
    """Take the two line numbers out of one integer; their signs stand above them."""
    mask = (1 << width) - 1
    start, end = arc & mask, (arc >> width) & mask
    return -start if arc >> (2 * width) & 1 else start, -end if arc >> (2 * width + 1) & 1 else end


def codes_of(function):
    """Give the code objects of a test function and of all that it wraps."""
    codes, seen = [], set()
    while function is not None and id(function) not in seen:
        seen.add(id(function))
        code = getattr(getattr(function, "__func__", function), "__code__", None)
        codes += [code] if code is not None else []
        given = getattr(function, "hypothesis", None)
        function = getattr(given, "inner_test", None) or getattr(function, "__wrapped__", None)
    return codes
