"""The pytest plugin that keeps one suite's tests and records on a descriptor what becomes of each."""

import functools
import inspect
import json
import os
import re

import gatecheck_canaries
import gatecheck_order
import gatecheck_origins
from gatecheck_reach import codes_of

# Tests patch these while they run, and what becomes of them is reported before they undo it.
_dumps, _getpid = json.dumps, os.getpid
_MOST_FRAMES = 50  # files told of one traceback
_HOPELESS = 5  # tests that break in their setup for one reason, with none before them that did not
_WAITED_S = 20  # in these setups; what breaks at once keeps nobody waiting


class Recorder:
    """A pytest plugin that keeps the suite's own tests and records what becomes of each."""

    def __init__(self, plan, stream):
        self.plan = plan
        self.top = plan["top"]
        self.suite = plan["suite"]
        self.suites = {name: _Suite(said) for name, said in plan["suites"].items()}
        self.stream = stream
        self.nonce = plan["nonce"]
        self.canary = plan["canary"]
        self.reach = None  # once coverage.py runs
        self.called = {}  # what was seen of the call of a test, by id
        self.ran = {}  # what a phase ran that is not told yet, by id and phase
        self.hopeless = []  # why each test so far broke in its setup, and after how long; None once one did not
        self.calling = ""  # the id of the test that is being called
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
        """Keep the suite's tests only, in the order that the plan asks for."""
        dropped = [item for item in items if not self._belongs(item)]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
            items[:] = [item for item in items if item not in set(dropped)]
        items[:] = gatecheck_order.arrange(items, self.plan)

    def pytest_collection_finish(self, session):
        """Record the ids that will run, and plant the canaries; what was run so far, importing ran."""
        self.session = session
        origins = {item.nodeid: gatecheck_origins.origin_of(item, self.top) for item in session.items}
        told = {id_: origin for id_, origin in origins.items() if origin}
        self.say("collected", ids=[item.nodeid for item in session.items], origins=told)
        self.codes = {item.nodeid: codes_of(getattr(item, "obj", None)) for item in session.items}
        self.say("canaries", ids=gatecheck_canaries.plant(session, self.canary))
        self.reach.take()

    def pytest_collectreport(self, report):
        """Record a file that cannot be collected, or is skipped as a whole."""
        if report.outcome != "passed":
            self.say("uncollected", outcome=report.outcome, id=report.nodeid, message=_last_words(report))

    def pytest_runtest_logstart(self, nodeid):
        """Record that a test begins, so that one that hangs has a name."""
        self.say("start", id=nodeid)

    def pytest_runtest_setup(self, item):
        """Take what a test's fixtures run, before the test itself does."""
        yield
        self._take(item, "setup")

    def pytest_runtest_call(self, item):
        """See for ourselves how the call of a test ends: reports pass through many hands."""
        self.calling = item.nodeid
        seen = self.called[item.nodeid] = {"raised": "", "entered": None, "frames": []}
        function = getattr(item, "obj", None)
        own = inspect.isroutine(function) and _is_function(item)
        if own:
            item.obj = watched(function, seen)
        else:  # a test without a function, such as an example in a docstring or a case in a data file
            item.runtest = watched(item.runtest, seen)
        yield
        if own:
            item.obj = function
            seen["entered"] = self.reach.entered(self.codes.get(item.nodeid, ()))
        else:
            seen["entered"] = item.__dict__.pop("runtest").called
        self.calling = ""
        seen["frames"] = self._inside(seen["frames"])
        self.reach.forget(self.codes.get(item.nodeid, ()))
        self._take(item, "call")

    def pytest_runtest_teardown(self, item):
        """Take what the end of a test's fixtures runs."""
        yield
        self._take(item, "teardown")

    for _phase in (pytest_runtest_setup, pytest_runtest_call, pytest_runtest_teardown):
        _phase.pytest_impl = {"hookwrapper": True, "tryfirst": True}  # type: ignore[attr-defined] # pluggy's

    def _take(self, item, when):
        """Note what a phase ran; where its report comes, and how often the phase is run again, is a plugin's choice."""
        ran = self.ran.setdefault((item.nodeid, when), {})
        for path, lines in self.reach.take().items():
            ran.setdefault(path, set()).update(lines)

    def pytest_runtest_logreport(self, report):
        """Record one phase of one test."""
        self._watch_setups(report)
        path, line, _ = report.location
        seen = self.called.get(report.nodeid, {}) if report.when == "call" else {}
        if seen and self.calling == report.nodeid:  # of a subtest, before the test has ended
            seen = {**seen, "frames": [], "entered": self.reach.entered(self.codes.get(report.nodeid, ()))}
        ran = self.ran.pop((report.nodeid, report.when), {})
        self.say(
            "phase",
            id=report.nodeid,
            when=report.when,
            outcome=report.outcome,
            xfail=hasattr(report, "wasxfail"),
            message="" if report.passed else _last_words(report),
            path=path.replace(os.sep, "/"),
            line=(line or 0) + 1,
            reached={path: sorted(lines) for path, lines in ran.items()},
            **seen,
        )

    def _watch_setups(self, report):
        """Stop where every test so far waited in its setup and broke for one reason, as for a service that is down."""
        if self.hopeless is None or report.when != "setup" or self.canary in report.nodeid:
            return
        self.hopeless.append((re.sub(r"\d+", "#", _last_words(report)), report.duration))
        if report.outcome != "failed" or len({words for words, _ in self.hopeless}) > 1:
            self.hopeless = None
        elif len(self.hopeless) >= _HOPELESS and sum(waited for _, waited in self.hopeless) > _WAITED_S:
            self.say("stopped", tests=len(self.hopeless), message=_last_words(report))
            self.session.shouldfail = "every test breaks in its setup"

    def _inside(self, files):
        """Give the files of the checked tree among some, each once, relative to its top."""
        prefix = self.top + os.sep
        inside = [name[len(prefix) :].replace(os.sep, "/") for name in files if name.startswith(prefix)]
        return list(dict.fromkeys(inside))[:_MOST_FRAMES]

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


def _is_function(item):
    """Tell whether pytest runs an item by calling its function; others may show one that cannot be replaced."""
    import pytest

    return isinstance(item, pytest.Function)


def watched(function, seen):
    """Wrap a test function so that it is seen what it raises."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call(*args, **kwargs):
            try:
                return await function(*args, **kwargs)
            except BaseException as error:
                _note(seen, error)
                raise

    else:

        @functools.wraps(function)
        def call(*args, **kwargs):
            call.called = True
            try:
                return function(*args, **kwargs)
            except BaseException as error:
                _note(seen, error)
                raise

    call.called = False
    return call


def _note(seen, error):
    """Note what a test raised, and the files that it went through on its way."""
    seen["raised"] = type(error).__name__
    trace = error.__traceback__
    while trace is not None:
        seen["frames"].append(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next


def _last_words(report):
    """Give why a test failed or was skipped, in one line."""
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        return str(longrepr[2])[:400]
    crash = getattr(longrepr, "reprcrash", None)
    text = getattr(crash, "message", None) or str(longrepr)
    lines = [line for line in text.split("\n") if line.strip()]
    told = [line[1:].strip() for line in lines if line.startswith("E ")]  # how pytest marks what an error says
    return (lines[0] if crash else told[0] if told else lines[-1])[:400] if lines else ""
