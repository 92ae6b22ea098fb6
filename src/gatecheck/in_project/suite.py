"""Runs one suite of the project's tests under coverage, and records what happened on a descriptor.

Called as `python suite.py PLAN.json`; the keys of the plan are those that `gatecheck.measurements.suites` writes. The record
is one JSON object a line. Nothing printed and no exit code is believed: a run without its final record did not end.
"""

import importlib.util
import json
import os
import re
import sys


class Recorder:
    """A pytest plugin that keeps the suite's own tests and records what becomes of each."""

    def __init__(self, plan, stream):
        self.top = plan["top"]
        self.suite = plan["suite"]
        self.suites = {name: _Suite(said) for name, said in plan["suites"].items()}
        self.stream = stream
        self.owner = os.getpid()

    def say(self, kind, **more):
        """Write one record; a forked child of the tests has nothing to say."""
        if os.getpid() == self.owner:
            self.stream.write(json.dumps({"kind": kind, **more}) + "\n")
            self.stream.flush()

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
            self.say("collect-" + report.outcome, id=report.nodeid, message=_last_words(report))

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
    """Start coverage.py with gatecheck's own configuration; `lend` is a folder that holds it where the project has none."""
    if plan["lend"]:
        sys.path.append(plan["lend"])
    import coverage

    try:
        import coverage.tracer  # noqa: F401 - the C tracer; sysmon has no contexts and fewer branches

        os.environ["COVERAGE_CORE"] = "ctrace"
    except ImportError:
        pass
    measured = coverage.Coverage(config_file=plan["rcfile"])
    measured.start()
    return measured


def shadowed(plan):
    """Give the runners' modules that would come from the checked tree though the project is not that runner."""
    names = []
    for name in ("pytest", "_pytest", "coverage"):
        spec = importlib.util.find_spec(name)
        origin = os.path.realpath(spec.origin) if spec and spec.origin else ""
        if origin.startswith(plan["top"] + os.sep) and name not in plan["own_modules"]:
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

        return int(pytest.main(plan["args"], plugins=[recorder]))
    import runpy

    sys.argv = [plan["module"] or plan["script"], *plan["args"]]
    try:
        if plan["module"]:
            runpy.run_module(plan["module"], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(plan["script"], run_name="__main__")
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return 0


def main():
    """Read the plan, run, and end without waiting for what the tests may have left running."""
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    sys.path[:1] = plan["roots"]  # in place of this program's own folder
    stream = os.fdopen(plan["descriptor"], "w", encoding="utf-8")
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
    recorder.say("final", nonce=plan["nonce"], code=code, foreign=foreign(plan))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
