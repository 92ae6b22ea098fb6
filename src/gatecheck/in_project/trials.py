"""Tries altered code on the project's tests: imports and collects once, then forks for each trial.

Called as `python trials.py PLAN.json`; the keys of the plan are those that `gatecheck.trials.worker` writes. Numbers of
trials are read from a pipe that several such servers share. What came of each is one JSON object a line on a
descriptor, as `gatecheck.trials.endings` reads it. A test counts as red by what was seen to be raised in it, or by its
report; and only if it is green in another fork in which nothing is altered. A test that was skipped is told: it may
need others, and then its silence is none.
"""

import gatecheck_bytecode  # noqa: F401, I001 - before all others, which it speeds up

import gc
import importlib
import json
import os
import sys
import time

from gatecheck_altering import Altering
from gatecheck_forks import end, fork, tell, watched
from gatecheck_options import plugins_of
from gatecheck_start import be_pytest, end_with_parent, leave, open_record, read_plan

NUMBER = 4  # bytes that a trial's number takes in the pipe
MOST_UNSOUND = 3  # tests of one trial that are red unaltered; then a fork is not the place for it
_FIRST, _INNERMOST = {"tryfirst": True}, {"hookwrapper": True, "trylast": True}  # marks of pluggy.HookimplMarker


class Server:
    """A pytest plugin that takes over when the tests are collected."""

    def __init__(self, plan, stream):
        self.plan = plan
        self.stream = stream
        self.altering = Altering(plan["files"])
        self.uncollected = ""
        self.sound = {}  # (test, clock) -> whether it is green unaltered within that time
        self.red = ""
        self.skipped = []  # ids

    def say(self, kind, **more):
        """Write one record."""
        self.stream.write(("\n" + json.dumps({"kind": kind, "nonce": self.plan["nonce"], **more}) + "\n").encode())
        self.stream.flush()

    def pytest_configure(self, config):
        """Lift what would leave tests out: they are chosen by id. A traceback is never shown: the cheapest will do."""
        config.option.markexpr = config.option.keyword = ""
        config.option.tbstyle = "native"

    def pytest_collectreport(self, report):
        """Remember that a file cannot be imported."""
        if report.failed:
            self.uncollected = self.uncollected or str(report.longrepr).strip().split("\n")[-1][:300]

    def pytest_runtestloop(self, session):
        """Try what the pipe names, in place of running the tests."""
        if not session.config.option.collectonly:
            for name in self.plan["modules"]:
                imported(name)
            self.session = session
            self.items = {item.nodeid: item for item in session.items}
            self.altering.look()
            gc.freeze()  # or every child would copy what its collector looks at
            self.serve()
        return True

    pytest_runtestloop.pytest_impl = _FIRST  # type: ignore[attr-defined]

    def pytest_runtest_call(self, item):
        """See what is really raised: what is reported passes through many hands."""
        outcome = yield
        errors = [outcome.excinfo[1]] if outcome.excinfo else []
        errors += [info.value for info in getattr(item, "_excinfo", None) or []]  # how pytest keeps those of unittest
        self.red = self.red or next((words(error) for error in errors if is_red(error)), "")

    pytest_runtest_call.pytest_impl = _INNERMOST  # type: ignore[attr-defined]
    pytest_runtest_setup = pytest_runtest_teardown = pytest_runtest_call

    def pytest_runtest_logreport(self, report):
        """Count a report as well: subtests and some plugins raise nothing."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)
        if report.failed:
            self.red = self.red or str(report.longrepr).strip().split("\n")[-1][:300] or "it failed"

    def serve(self):
        """Try one trial after another until the pipe is empty."""
        while True:
            number = os.read(self.plan["queue"], NUMBER)
            if len(number) < NUMBER:
                return
            number = int.from_bytes(number, "big")
            began = time.monotonic()
            said = self.tried(self.plan["trials"][str(number)])
            self.say("ended", trial=number, seconds=round(time.monotonic() - began, 4), **said)

    def tried(self, trial):
        """Try one trial: noticed or not; None where its tests or its edit are nothing for a fork."""
        if self.uncollected and self.plan["fresh"]:
            return {"noticed": True, "message": self.uncollected}
        clock_s = self.plan["clock_s"]
        tests = [test for test in trial["tests"] if test in self.items and self.sound.get((test, clock_s), True)]
        for _ in range(MOST_UNSOUND):
            said = self.attempt(tests, trial, clock_s) if tests else {"problem": "no test is left"}
            if not said.get("red"):
                break
            hangs = "hangs" in said  # one that takes nearly as long unaltered tells nothing by that
            if self.plan["fresh"] or self.is_sound(said["red"], clock_s / 3 if hangs else clock_s):
                return {"noticed": True, "by": said["red"], "message": said["message"]}
            tests = tests[tests.index(said["red"]) + 1 :]
        ended = {"noticed": False if "red" in said else None, "message": said.get("problem", "")}
        return {**ended, "skipped": said.get("skipped", [])}

    def is_sound(self, test, clock_s):
        """Tell whether a test is green unaltered."""
        if (test, clock_s) not in self.sound:
            self.sound[test, clock_s] = not self.attempt([test], None, clock_s).get("red")
        return self.sound[test, clock_s]

    def attempt(self, tests, trial, clock_s):
        """Fork, run tests there up to the first red one, and watch."""
        reader, writer = os.pipe()
        pid = fork()
        if not pid:
            self.child(tests, trial, writer)
        os.close(writer)
        try:
            return watched(reader, clock_s, tests[0])
        finally:
            os.close(reader)
            end(pid)

    def child(self, tests, trial, writer):
        """Be the child; it never returns."""
        try:
            os.setpgid(0, 0)
            end_with_parent()
            os.close(self.stream.fileno())
            os.close(self.plan["queue"])
            self.plan["nonce"] = ""
            tell(writer, **self.played([self.items[test] for test in tests], trial, writer))
            self.session._setupstate.teardown_exact(None)  # noqa: SLF001 - what the last test of a session does
        finally:
            os._exit(0)

    def played(self, items, trial, writer):
        """Alter the code and run the tests."""
        problem = self.altered(trial)
        if problem:
            return {"problem": problem}
        self.red, self.skipped = "", []
        for item, following in zip(items, [*items[1:], None]):  # noqa: B905 - Python 3.9
            tell(writer, start=item.nodeid)
            try:
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            except BaseException as error:
                self.red = self.red or words(error)
            if self.red:
                return {"red": item.nodeid, "message": self.red}
        return {"red": "", "skipped": self.skipped}

    def altered(self, trial):
        """Make the trial's edit, where there is one to be made in this process."""
        if not trial or not trial["functions"]:
            return ""
        try:
            return self.altering.alter(trial["path"], trial["source"].encode("latin-1"), trial["functions"])
        except Exception as error:
            return words(error)


def is_red(error):
    """Tell whether what was raised fails a test: a skip or an expected failure does not."""
    import unittest

    import pytest

    return not isinstance(error, (pytest.skip.Exception, pytest.xfail.Exception, unittest.SkipTest))


def words(error):
    """Give an exception in one line."""
    return ("%s: %s" % (type(error).__name__, error)).split("\n")[0][:300]


def imported(name):
    """Import a module that the tests would import later; one that cannot be is left to a fresh process."""
    try:
        importlib.import_module(name)
    except BaseException:
        return


def main():
    """Read the plan, collect, serve, and end without waiting for what may be left running."""
    plan = read_plan()
    server = Server(plan, open_record(plan["descriptor"]))
    import pytest

    be_pytest()
    sys.argv = ["pytest", *plan["args"]]
    code = int(pytest.main(plan["args"], plugins=[*plugins_of(plan), server]))
    server.say("final", code=code)
    leave()


if __name__ == "__main__":
    main()
