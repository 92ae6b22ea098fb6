"""Runs one suite of the project's tests under coverage, and records what happened on a descriptor.

Called as `python suite.py PLAN.json`; the keys of the plan are those that `gatecheck.measurements.suite_runner` writes.
The record is one JSON object a line, `gatecheck.measurements.outcomes` tells which. Nothing printed and no exit code is
believed: a run without its final record did not end.
"""

import fcntl
import importlib.util
import json
import os
import re
import signal
import sys

# Tests patch these while they run, and what becomes of them is reported before they undo it.
_dumps, _getpid = json.dumps, os.getpid
# Tests close, reuse and hand down the lowest descriptors.
_HIGH = 200
_PR_SET_PDEATHSIG = 1  # of Linux, see prctl(2)


class Recorder:
    """A pytest plugin that keeps the suite's own tests and records what becomes of each."""

    def __init__(self, plan, stream):
        self.top = plan["top"]
        self.suite = plan["suite"]
        self.suites = {name: _Suite(said) for name, said in plan["suites"].items()}
        self.stream = stream
        self.nonce = plan["nonce"]
        self.number = 0
        self.owner = _getpid()

    def say(self, kind, **more):
        """Write one record, on a line of its own whatever else was written; a forked child has nothing to say."""
        if _getpid() == self.owner:
            said = {"kind": kind, "nonce": self.nonce, "number": self.number, **more}
            self.stream.write(("\n" + _dumps(said, ensure_ascii=False) + "\n").encode("utf-8", "replace"))
            self.stream.flush()
            self.number += 1

    def pytest_configure(self, config):
        """Lift a default such as `addopts = -m "not integration"` that leaves out the very suite that is asked for."""
        marker = self.suites[self.suite].marker
        if marker and re.search(r"\b%s\b" % re.escape(marker), config.option.markexpr or ""):
            config.option.markexpr = ""

    def pytest_collection_modifyitems(self, config, items):
        """Keep the suite's tests only."""
        dropped = [item for item in items if not self._belongs(item)]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
            items[:] = [item for item in items if item not in set(dropped)]

    def pytest_collection_finish(self, session):
        """Record the ids that will run."""
        self.say("collected", ids=[item.nodeid for item in session.items])

    def pytest_collectreport(self, report):
        """Record a file that cannot be collected, or is skipped as a whole."""
        if report.outcome != "passed":
            self.say("uncollected", outcome=report.outcome, id=report.nodeid, message=_last_words(report))

    def pytest_runtest_logstart(self, nodeid):
        """Record that a test begins, so that one that hangs has a name."""
        self.say("start", id=nodeid)

    def pytest_runtest_logreport(self, report):
        """Record one phase of one test."""
        path, line, _ = report.location
        self.say(
            "phase",
            id=report.nodeid,
            when=report.when,
            outcome=report.outcome,
            xfail=hasattr(report, "wasxfail"),
            message="" if report.passed else _last_words(report),
            path=path.replace(os.sep, "/"),
            line=(line or 0) + 1,
        )

    def _belongs(self, item):
        path = os.path.relpath(str(getattr(item, "path", None) or item.fspath), self.top).replace(os.sep, "/")
        integration = self.suites["integration"].holds(item, path)
        if self.suite == "integration":
            return integration
        return self.suites["unit"].holds(item, path) if self.suites["unit"].defined else not integration


class _Suite:
    """Which tests a suite holds: those below some paths, or with a marker."""

    def __init__(self, said):
        self.patterns = [re.compile(pattern) for pattern in said["patterns"]]
        self.marker = said["marker"]
        self.defined = bool(self.patterns or self.marker)

    def holds(self, item, path):
        marked = self.marker and item.get_closest_marker(self.marker) is not None
        return marked or any(pattern.search(path) for pattern in self.patterns)


def _last_words(report):
    """Give why a test failed or was skipped, in one line."""
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        return str(longrepr[2])[:400]
    crash = getattr(longrepr, "reprcrash", None)
    text = getattr(crash, "message", None) or str(longrepr)
    lines = [line for line in text.split("\n") if line.strip()]
    return (lines[0] if crash else lines[-1])[:400] if lines else ""


def start_coverage(plan):
    """Start coverage.py with gatecheck's configuration; `lend` is a folder that holds it where the project has none."""
    if plan["lend"]:
        sys.path.append(plan["lend"])
    import coverage

    try:
        import coverage.tracer  # the C tracer; sysmon has no contexts and fewer branches

        os.environ["COVERAGE_CORE"] = "ctrace"
    except ImportError:
        pass
    measured = coverage.Coverage(config_file=plan["rcfile"])
    measured.start()
    os.environ["COVERAGE_PROCESS_START"] = plan["rcfile"]  # read by the sitecustomize of the children's folder
    os.environ["PYTHONPATH"] = os.pathsep.join([plan["children"], *plan["roots"]])
    return measured


def shadowed(plan):
    """Give the runners' modules that would come from the checked tree though the project is not that runner."""
    names = []
    for name in ("pytest", "_pytest", "coverage"):
        spec = importlib.util.find_spec(name)
        origin = os.path.realpath(spec.origin) if spec and spec.origin else ""
        if origin.startswith(plan["top"] + os.sep) and name not in plan["runners"]:
            names.append(name)
    return names


def foreign(plan):
    """Give the project's modules that were imported from outside the checked tree, with where from."""
    found = []
    for name in plan["modules"]:
        origin = getattr(sys.modules.get(name), "__file__", None)
        if origin and not os.path.realpath(origin).startswith(plan["top"] + os.sep):
            found.append([name, origin])
    return found


def run_tests(plan, recorder):
    """Run pytest, or another module or script that the policy names as the suite's command."""
    if plan["module"] == "pytest":
        import pytest

        sys.argv = ["pytest", *plan["args"]]
        return int(pytest.main(plan["args"], plugins=[recorder]))
    import runpy

    sys.argv = [plan["module"] or plan["script"], *plan["args"]]
    try:
        if plan["module"]:
            runpy.run_module(plan["module"], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(plan["script"], run_name="__main__")
    except SystemExit as error:
        return int(error.code) if isinstance(error.code, int) else int(error.code is not None)
    return 0


def open_record(descriptor):
    """Open the record on a high descriptor that no child inherits."""
    try:
        high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    except OSError:  # more than the process may have
        fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        return os.fdopen(descriptor, "wb")
    os.close(descriptor)
    return os.fdopen(high, "wb")


def end_with_parent():
    """Have the kernel end this process when gatecheck is killed, which can end nothing then; only Linux does so."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except Exception:  # another system, or a Python without ctypes: the next run ends it
        return


def main():
    """Read the plan, run, and end without waiting for what the tests may have left running."""
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    end_with_parent()
    os.remove(sys.argv[1])  # the nonce is nobody else's business
    sys.path[:1] = plan["roots"]  # in place of this program's own folder
    stream = open_record(plan["descriptor"])
    recorder = Recorder(plan, stream)
    names = shadowed(plan)
    if names:
        recorder.say("shadowed", names=names)
        return
    try:
        measured = start_coverage(plan)
        code = run_tests(plan, recorder)
        measured.stop()
        measured.save()
    except BaseException as error:
        recorder.say("crash", message="%s: %s" % (type(error).__name__, error))
        raise
    recorder.say("final", code=code, foreign=foreign(plan))
    leave()


def leave():
    """End now, whatever threads the tests left; they may also have closed or replaced the streams."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
