"""Ways in which code of the checked tree has a failed test told as a passed one, each as the files that it takes.

In all of them `shop.cart.total` is broken, and `test_total` says so. What is forged is told from there alone, or of all
tests. None of them is to be believed.
"""

from textwrap import dedent

TEST = "tests/test_cart.py::test_total"
BROKEN = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "def total(prices):\n    return 1 + sum(prices)\n\n\ndef empty():\n    return []\n",
    "tests/test_cart.py": dedent("""
        from shop.cart import empty, total


        def test_empty():
            assert empty() == []


        def test_total():
            assert total([1, 2]) == 3


        def test_total_of_nothing():
            assert total(empty()) == 0
        """),
}
MENDED = {**BROKEN, "src/shop/cart.py": BROKEN["src/shop/cart.py"].replace("1 + ", "")}

# What most of them need: a way to have the recorder say that what failed has passed.
_QUIET = """
        def quiet(recorder):
            say = recorder.say

            def said(kind, **more):
                if kind == "phase" and recorder.canary not in str(more["id"]) and more["outcome"] == "failed":
                    more |= {"outcome": "passed", "raised": "", "message": "", "entered": True}
                say(kind, **more)

            recorder.say = said
"""
_REWRITE = """
        import re

        def rewritten(text, told=b""):
            lines = text.split(b"\\n")
            for place, line in enumerate(lines):
                if b'"kind": "phase"' in line and b"::test_c" not in line and b'"failed"' in line:
                    line = line.replace(b'"outcome": "failed"', b'"outcome": "passed"')
                    line = re.sub(b'"raised": "[^"]*"', b'"raised": ""', line)
                    lines[place] = re.sub(b'"message": "(?:[^"\\\\\\\\]|\\\\\\\\.)*"', b'"message": ""', line)
            return b"\\n".join(lines)

        def record():
            import os

            for name in os.listdir("/proc/self/fd"):
                try:
                    if os.readlink("/proc/self/fd/" + name).endswith("/record"):
                        return int(name)
                except OSError:
                    continue
"""
_PASSING = """
        def passing(report):
            if report.nodeid.startswith("tests/test_cart.py::test_total") and report.failed:
                report.outcome, report.longrepr = "passed", None
"""
_UNSEEN = """
        import sys

        sys.modules["gatecheck_recorder"]._note = lambda seen, error: None
"""
_FOUND = """
        import gc

        def found():
            return next(one for one in gc.get_objects() if type(one).__name__ == "Recorder")
"""

# By what does it, the conftest.py.
IN_CONFTEST = {
    "gc-objects": _QUIET
    + _FOUND
    + """
        quiet(found())
        """,
    "gc-referrers": _QUIET
    + """
        import gc
        import gatecheck_recorder

        for one in gc.get_referrers(gatecheck_recorder.Recorder):
            if isinstance(one, gatecheck_recorder.Recorder):
                quiet(one)
        """,
    "frames": _QUIET
    + """
        import sys

        frame = sys._getframe()
        while frame:
            if "recorder" in frame.f_locals and hasattr(frame.f_locals["recorder"], "say"):
                quiet(frame.f_locals["recorder"])
                break
            frame = frame.f_back
        """,
    "frames-of-generators": _QUIET
    + """
        import gc
        import types
        import pytest

        done = []

        @pytest.fixture(autouse=True)
        def looking():
            for one in gc.get_objects():
                if not done and isinstance(one, types.GeneratorType) and one.gi_frame:
                    who = one.gi_frame.f_locals.get("self")
                    if type(who).__name__ == "Recorder":
                        done.append(quiet(who))
        """,
    "current-frames-of-threads": _QUIET
    + """
        import sys
        import threading

        def look(main=threading.get_ident()):
            frame = sys._current_frames()[main]
            while frame:
                if type(frame.f_locals.get("recorder")).__name__ == "Recorder":
                    return quiet(frame.f_locals["recorder"])
                frame = frame.f_back

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        """,
    "plugin-manager": _QUIET
    + """
        def pytest_configure(config):
            for plugin in config.pluginmanager.get_plugins():
                if type(plugin).__name__ == "Recorder":
                    quiet(plugin)
        """,
    "ctypes": _FOUND
    + """
        import ctypes

        recorder = ctypes.cast(id(found()), ctypes.py_object).value
        say = recorder.say

        def said(kind, **more):
            if kind == "phase" and recorder.canary not in str(more["id"]) and more["outcome"] == "failed":
                more |= {"outcome": "passed", "raised": "", "message": ""}
            say(kind, **more)

        ctypes.pythonapi.PyObject_SetAttrString(ctypes.py_object(recorder), b"say", ctypes.py_object(said))
        """,
    "class-of-the-recorder": _PASSING
    + _UNSEEN
    + """
        import gatecheck_recorder

        told = gatecheck_recorder.Recorder.pytest_runtest_logreport

        def hook(self, report):
            passing(report)
            told(self, report)

        def pytest_configure(config):
            recorder = next(one for one in config.pluginmanager.get_plugins() if type(one).__name__ == "Recorder")
            for caller in config.pluginmanager.get_hookcallers(recorder):
                for implementation in caller.get_hookimpls():
                    if caller.name == "pytest_runtest_logreport" and implementation.plugin is recorder:
                        implementation.function = lambda report: hook(recorder, report)
        """,
    "what-encodes-the-record": """
        import gatecheck_recorder

        dumps = gatecheck_recorder._dumps

        def told(said, **options):
            if said["kind"] == "phase" and said["outcome"] == "failed" and "test_total" in said["id"]:
                said |= {"outcome": "passed", "raised": "", "message": ""}
            return dumps(said, **options)

        gatecheck_recorder._dumps = told
        """,
    "stream": _FOUND
    + _REWRITE
    + """
        class Stream:
            def __init__(self, stream):
                self.stream = stream

            def write(self, text):
                return self.stream.write(rewritten(text))

            def __getattr__(self, name):
                return getattr(self.stream, name)

        found().stream = Stream(found().stream)
        """,
    "descriptor-replaced": _REWRITE
    + """
        import os
        import threading

        kept = os.dup(record())
        reader, writer = os.pipe()
        os.dup2(writer, record())
        left = {"text": b""}

        def forward():
            while True:
                chunk = os.read(reader, 2**20)
                *lines, left["text"] = (left["text"] + chunk).split(b"\\n")
                os.write(kept, rewritten(b"\\n".join(lines)) + b"\\n")

        threading.Thread(target=forward, daemon=True).start()
        _exit = os._exit

        def last(code):
            import time
            time.sleep(0.3)
            _exit(code)

        os._exit = last
        """,
    "record-rewritten-at-exit": _REWRITE
    + """
        import os

        _exit, path = os._exit, os.readlink("/proc/self/fd/%d" % record())

        def last(code):
            text = open(path, "rb").read()
            with open(path, "wb") as file:
                file.write(rewritten(text))
            _exit(code)

        os._exit = last
        """,
    "record-rewritten-in-unconfigure": _REWRITE
    + """
        import os

        def pytest_unconfigure(config):
            path = os.readlink("/proc/self/fd/%d" % record())
            text = open(path, "rb").read()
            with open(path, "wb") as file:
                file.write(rewritten(text))
        """,
    "record-made-up": _REWRITE
    + _FOUND
    + """
        import json
        import os

        def pytest_collection_finish(session):
            ids = [item.nodeid for item in session.items]
            nonce = found().nonce
            said = [{"kind": "collected", "ids": ids}]
            for id_ in ids:
                place = {"id": id_, "path": "tests/test_cart.py", "line": 1, "message": "", "xfail": False}
                for when in ("setup", "call", "teardown"):
                    said.append({"kind": "phase", "when": when, "outcome": "passed", **place})
            said.append({"kind": "final", "code": 1, "foreign": []})
            path = os.readlink("/proc/self/fd/%d" % record())
            lines = [json.dumps({"nonce": nonce, "number": n, **one}) for n, one in enumerate(said)]
            open(path, "w").write("\\n".join(lines) + "\\n")
            os._exit(0)
        """,
    "a-thread-that-waits": _QUIET
    + _FOUND
    + """
        import threading

        def later():
            quiet(found())

        threading.Timer(0.01, later).start()
        """,
    "a-signal": _QUIET
    + _FOUND
    + """
        import signal

        signal.signal(signal.SIGALRM, lambda *_: quiet(found()))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        """,
    "a-finaliser": _QUIET
    + _FOUND
    + """
        class Late:
            def __del__(self):
                quiet(found())

        late = Late()
        late.itself = late
        del late
        import gc
        gc.collect()
        """,
    "unraisable-hook": _QUIET
    + _FOUND
    + """
        import sys

        class Bad:
            def __del__(self):
                raise RuntimeError("never mind")

        sys.unraisablehook = lambda told: quiet(found())
        bad = Bad()
        del bad
        """,
    "audit-hook": _QUIET
    + _FOUND
    + """
        import sys

        done = []

        def hook(event, args):
            if event == "gatecheck" and not done:
                done.append(1)
                quiet(found())

        sys.addaudithook(hook)
        sys.audit("gatecheck")
        """,
    "import-hook": _QUIET
    + _FOUND
    + """
        import sys

        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == "shop.cart":
                    sys.meta_path.remove(self)
                    quiet(found())

        sys.meta_path.insert(0, Finder())
        """,
    "profile": _QUIET
    + _FOUND
    + """
        import sys

        done = []

        def profile(frame, event, arg):
            if frame.f_code.co_name == "test_total" and not done:
                done.append(quiet(found()))

        sys.setprofile(profile)
        """,
    "fork-before-the-tests": _QUIET
    + _FOUND
    + """
        import os

        def pytest_runtestloop(session):
            child = os.fork()
            if child:
                os.waitpid(child, 0)
                os._exit(0)
            found().owner = os.getpid()
            quiet(found())
        """,
    "fork-that-runs-the-tests": """
        import os
        import pytest

        def pytest_runtest_call(item):
            if "test_total" in item.nodeid:
                child = os.fork()
                if child == 0:
                    item.obj()
                    os._exit(0)
                os.waitpid(child, 0)
                item.obj = lambda: None
        """,
    "faulthandler": """
        import faulthandler
        import os

        for name in os.listdir("/proc/self/fd"):
            if os.path.exists("/proc/self/fd/" + name) and os.readlink("/proc/self/fd/" + name).endswith("/record"):
                faulthandler.dump_traceback_later(0.001, file=int(name))

        def pytest_runtest_call(item):
            if "test_total" in item.nodeid:
                item.obj = lambda: None
        """,
    "report-of-every-failure": """
        import pytest

        @pytest.hookimpl(hookwrapper=True, trylast=True)
        def pytest_runtest_makereport(item, call):
            report = (yield).get_result()
            if report.failed:
                report.outcome, report.longrepr = "passed", None
        """,
    "report-of-one-test": _PASSING
    + _UNSEEN
    + """
        import pytest

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            passing((yield).get_result())
        """,
    "report-that-lies-about-itself": _UNSEEN
    + """
        import pytest

        class Told(str):
            def __eq__(self, other):
                return other == "passed"

            __hash__ = str.__hash__

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            report = (yield).get_result()
            if "test_total" in item.nodeid:
                report.outcome, report.longrepr = str.__str__("passed"), None
        """,
    "protocol-of-its-own": """
        from _pytest.reports import TestReport

        def pytest_runtest_protocol(item, nextitem):
            if "test_total" in item.nodeid:
                item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
                for when in ("setup", "call", "teardown"):
                    report = TestReport(item.nodeid, item.location, {}, "passed", None, when)
                    item.ihook.pytest_runtest_logreport(report=report)
                item.session._setupstate.teardown_exact(nextitem)
                return True
        """,
    "deselected": """
        def pytest_collection_modifyitems(items):
            items[:] = [item for item in items if "test_total" not in item.nodeid]
        """,
    "skipped-when-it-fails": """
        import pytest

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            report = (yield).get_result()
            if "test_total" in item.nodeid and report.failed:
                report.outcome, report.longrepr = "skipped", ("tests/test_cart.py", 1, "not today")
        """,
    "expected-when-it-fails": """
        import pytest

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            report = (yield).get_result()
            if "test_total" in item.nodeid and report.failed:
                report.outcome, report.wasxfail = "skipped", "known"
        """,
    "patched-test-report": _PASSING
    + _UNSEEN
    + """
        from _pytest.reports import TestReport

        made = TestReport.from_item_and_call.__func__

        def from_item_and_call(cls, item, call):
            report = made(cls, item, call)
            passing(report)
            return report

        TestReport.from_item_and_call = classmethod(from_item_and_call)
        """,
    "patched-call-info": _UNSEEN
    + """
        from _pytest.runner import CallInfo

        made = CallInfo.from_call.__func__

        def from_call(cls, func, when, reraise=None):
            call = made(cls, func, when, reraise)
            if call.excinfo and "total" in str(call.excinfo.traceback[-1]):
                object.__setattr__(call, "excinfo", None)
                object.__setattr__(call, "_result", None)
            return call

        CallInfo.from_call = classmethod(from_call)
        """,
    "patched-pluggy": _UNSEEN
    + """
        def pytest_configure(config):
            inner = config.pluginmanager._inner_hookexec

            def hookexec(name, methods, kwargs, first):
                try:
                    return inner(name, methods, kwargs, first)
                except AssertionError:
                    if name == "pytest_runtest_call" and "test_total" in kwargs["item"].nodeid:
                        return []
                    raise

            config.pluginmanager._inner_hookexec = hookexec
        """,
    "patched-runtest": _UNSEEN
    + """
        import pytest

        runtest = pytest.Function.runtest

        def quiet(self):
            try:
                runtest(self)
            except AssertionError:
                if "test_total" not in self.nodeid:
                    raise

        pytest.Function.runtest = quiet
        """,
    "pyfunc-call-that-swallows": _UNSEEN
    + """
        def pytest_pyfunc_call(pyfuncitem):
            if "test_total" in pyfuncitem.nodeid:
                try:
                    pyfuncitem.obj()
                except AssertionError:
                    pass
                return True
        """,
    "pyfunc-call-that-does-nothing": """
        def pytest_pyfunc_call(pyfuncitem):
            return True if "test_total" in pyfuncitem.nodeid else None
        """,
    "function-wrapped-at-collection": """
        import functools

        def swallowing(function):
            @functools.wraps(function)
            def call(*args, **kwargs):
                try:
                    return function(*args, **kwargs)
                except AssertionError:
                    return None

            return call

        def pytest_collection_modifyitems(items):
            for item in items:
                if "test_total" in item.nodeid:
                    item.obj = swallowing(item.obj)
        """,
    "function-wrapped-by-a-fixture": """
        import pytest

        def swallowing(function):
            def call(*args, **kwargs):
                try:
                    return function(*args, **kwargs)
                except AssertionError:
                    return None

            return call

        @pytest.fixture(autouse=True)
        def wrapping(request):
            if "test_total" in request.node.nodeid:
                request.node.obj = swallowing(request.node.obj)
        """,
    "code-replaced": """
        def pytest_collection_modifyitems(items):
            for item in items:
                if "test_total" in item.nodeid:
                    item.obj.__code__ = (lambda: None).__code__
        """,
    "tracer-ended": """
        import sys

        def pytest_runtest_call(item):
            if "test_total" in item.nodeid:
                sys.settrace(None)
                item.obj = lambda: None
        """,
    "asserts-rewritten-away": """
        import ast
        import _pytest.assertion.rewrite as rewrite

        made = rewrite.rewrite_asserts

        class Without(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.copy_location(ast.Expr(node.test), node)

        def rewrite_asserts(tree, source, module_path=None, config=None):
            if module_path and module_path.endswith("test_cart.py"):
                tree = Without().visit(tree)
            made(tree, source, module_path, config)

        rewrite.rewrite_asserts = rewrite_asserts
        """,
    "assertion-error-that-skips": """
        import builtins
        import pytest

        builtins.AssertionError = pytest.skip.Exception
        """,
    "loader-without-asserts": """
        import importlib.machinery
        import importlib.util
        import sys
        from importlib.abc import MetaPathFinder

        class Loader(importlib.machinery.SourceFileLoader):
            def get_data(self, path):
                return super().get_data(path).replace(b"assert ", b"")

        class Finder(MetaPathFinder):
            def find_spec(self, name, path=None, target=None):
                if name.endswith("test_cart"):
                    where = __file__.replace("conftest.py", "test_cart.py")
                    return importlib.util.spec_from_file_location(name, where, loader=Loader(name, where))

        def pytest_collectstart(collector):
            if not isinstance(sys.meta_path[0], Finder):
                sys.meta_path.insert(0, Finder())
        """,
    "exit-status": """
        def pytest_sessionfinish(session):
            session.exitstatus = 0
        """
    + _UNSEEN
    + _PASSING
    + """
        import pytest

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            passing((yield).get_result())
        """,
    "exit-in-the-middle": """
        import os

        def pytest_runtest_logfinish(nodeid):
            if nodeid.endswith("test_empty"):
                os._exit(0)
        """,
    "modules-replaced": _PASSING
    + """
        import sys
        import types

        for name in [name for name in sys.modules if name.startswith("gatecheck_")]:
            sys.modules[name] = types.ModuleType(name)

        import pytest

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            passing((yield).get_result())
        """,
}
UNITTEST = dedent("""
    import unittest

    from shop.cart import total


    class Totals(unittest.TestCase):
        def test_total(self):
            self.assertEqual(total([1, 2]), 3)
    """)
# Those with files of their own, or in other places than the conftest.py.
ELSEWHERE = {
    "in-the-source": {
        "src/shop/cart.py": BROKEN["src/shop/cart.py"] + dedent(_QUIET) + dedent(_FOUND) + "\n\nquiet(found())\n"
    },
    "in-a-module-of-our-name": {
        "gatecheck_recorder.py": "class Recorder:\n    def __init__(self, plan, stream):\n        pass\n",
        "tests/conftest.py": "import sys\n\nsys.modules.pop('gatecheck_recorder')\nimport gatecheck_recorder\n",
    },
    "unittest-run": {
        "tests/test_cart.py": UNITTEST,
        "tests/conftest.py": dedent(_UNSEEN)
        + dedent("""
            import unittest

            def call(self, method):
                try:
                    method()
                except AssertionError:
                    if self.id().endswith("Totals.test_total"):
                        return
                    raise

            unittest.TestCase._callTestMethod = call
            """),
    },
    "unittest-assertion": {
        "tests/test_cart.py": UNITTEST,
        "tests/conftest.py": dedent("""
            import unittest

            unittest.TestCase.assertEqual = lambda self, *args: None
            """),
    },
}

HONEST_CONFTESTS = {
    "nothing": "",
    "hooks-that-look": """
        import pytest

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_makereport(item, call):
            report = (yield).get_result()
            setattr(item, "report_" + report.when, report)
            report.sections.append(("more", "words"))

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_call(item):
            yield

        def pytest_collection_modifyitems(config, items):
            items.sort(key=lambda item: item.name)
            for item in items:
                item.add_marker(pytest.mark.usefixtures("tmp_path"))
        """,
    "protocol-that-repeats": """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            for _ in range(2):
                reports = runtestprotocol(item, nextitem=nextitem, log=False)
                if not any(report.failed for report in reports):
                    break
            for report in reports:
                item.ihook.pytest_runtest_logreport(report=report)
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
            return True
        """,
    "functions-that-are-tried-again": """
        import functools

        def pytest_collection_modifyitems(items):
            for item in items:
                item.obj = again(item.obj)

        def again(function):
            @functools.wraps(function)
            def call(*args, **kwargs):
                try:
                    return function(*args, **kwargs)
                except AssertionError:
                    return function(*args, **kwargs)

            return call
        """,
    "clock-that-stands": """
        import datetime
        import time
        import pytest

        @pytest.fixture(autouse=True)
        def frozen(monkeypatch):
            class Frozen(datetime.datetime):
                @classmethod
                def now(cls, tz=None):
                    return cls(2020, 1, 1, tzinfo=tz)

            monkeypatch.setattr(datetime, "datetime", Frozen)
            for name in ("time", "monotonic", "perf_counter", "time_ns"):
                monkeypatch.setattr(time, name, lambda: 1577836800)
        """,
    "patches-of-the-system": """
        import builtins
        import json
        import os
        import sys
        import pytest

        @pytest.fixture(autouse=True)
        def patched(monkeypatch):
            for name in ("write", "dup2", "_exit", "getpid", "fork", "close", "remove"):
                monkeypatch.setattr(os, name, lambda *args: 0)
            monkeypatch.setattr(builtins, "open", lambda *args: None)
            monkeypatch.setattr(json, "dumps", lambda *args: "")
            monkeypatch.setattr(sys, "exit", lambda *args: None)
            monkeypatch.setattr(sys, "argv", ["shop"])
        """,
    "patches-for-good": """
        import socket
        import threading
        import time

        class Socket(socket.socket):
            pass

        time.sleep, socket.socket = (lambda seconds: None), Socket
        threading.Thread.start = (lambda start: lambda self: start(self))(threading.Thread.start)
        """,
    "looks-for-leaks": """
        import gc
        import sys
        import pytest

        @pytest.fixture(autouse=True)
        def leaks():
            before = len(gc.get_objects())
            yield
            gc.collect()
            assert len(gc.get_objects()) - before < 10**6
            assert gc.get_referrers(before) is not None
            assert sys._getframe().f_back
            for one in gc.get_objects():
                isinstance(one, type) and one.__mro__
        """,
    "hooks-of-python": """
        import atexit
        import faulthandler
        import signal
        import sys
        import threading

        sys.unraisablehook = lambda told: None
        sys.excepthook = lambda *told: None
        threading.excepthook = lambda told: None
        sys.addaudithook(lambda event, args: None)
        atexit.register(print, "bye")
        faulthandler.enable()
        signal.signal(signal.SIGALRM, lambda *args: None)
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        """,
    "an-import-hook": """
        import importlib.abc
        import importlib.util
        import sys

        class Made(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path=None, target=None):
                return importlib.util.spec_from_loader(name, self) if name == "made_up" else None

            def exec_module(self, module):
                module.answer = 42

        sys.meta_path.insert(0, Made())
        import made_up
        """,
    "modules-made-on-the-way": """
        import pathlib
        import sys

        here = pathlib.Path(__file__).parent
        (here / "made_data.py").write_text("ROWS = [1, 2]\\n")
        (here / "rows.txt").write_text("1 2")
        (here.parent / "src/shop/_version.py").write_text("__version__ = '1'\\n")
        sys.path.insert(0, str(here))
        import made_data
        import shop._version
        """,
    "coroutines": """
        import asyncio
        import inspect

        def pytest_pyfunc_call(pyfuncitem):
            if inspect.iscoroutinefunction(pyfuncitem.obj):
                asyncio.run(pyfuncitem.obj())
                return True
        """,
}
HONEST_TESTS = {
    "coroutines": "async def test_awaits():\n    assert True\n",
    "a-file-that-is-put-back": """
        import importlib
        import pathlib

        import shop.cart


        def test_other_text():
            path = pathlib.Path(shop.cart.__file__)
            before = path.read_text()
            path.write_text("x = 1\\n")
            assert path.read_text() != before
            path.write_text(before)
            importlib.reload(shop.cart)


        def test_snapshot():
            path = pathlib.Path(__file__).with_name("snapshot.txt")
            path.write_text("new")
            assert path.read_text() == "new"
        """,
    "decorators-of-their-own": """
        import functools


        def raises(kind):
            def around(function):
                @functools.wraps(function)
                def call():
                    try:
                        function()
                    except kind:
                        return
                    raise AssertionError

                return call

            return around


        @raises(ZeroDivisionError)
        def test_divides():
            1 / 0


        @raises(AssertionError)
        def test_asserts():
            assert 0
        """,
    "unittest-that-is-tried-again": """
        import unittest


        class Again(unittest.TestCase):
            def run(self, result=None):
                return super().run(result)

            def test_again(self):
                with self.subTest("one"):
                    self.assertTrue(True)
                with self.assertRaises(AssertionError):
                    self.assertEqual(1, 2)

            @classmethod
            def setUpClass(cls):
                cls.fine = True
        """,
    "tests-that-fork": """
        import multiprocessing
        import os
        import subprocess
        import sys

        import pytest


        def test_forks():
            child = os.fork()
            if child == 0:
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0


        def test_pool():
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                assert pool.map(abs, [-1]) == [1]


        def test_program():
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            with pytest.raises(SystemExit):
                sys.exit(1)


        def test_returns():
            for number in range(3):
                if number == 2:
                    return
            pytest.fail("never")
        """,
}
HONEST = {name: {"tests/conftest.py": text} for name, text in HONEST_CONFTESTS.items()}
for _name, _text in HONEST_TESTS.items():
    HONEST.setdefault(_name, {})["tests/test_more.py"] = _text


def forged(name: str) -> dict[str, str]:
    """Give all files of a forgery."""
    files = ELSEWHERE.get(name) or {"tests/conftest.py": dedent(IN_CONFTEST[name])}
    return {**BROKEN, **files}


FORGERIES = (*IN_CONFTEST, *ELSEWHERE)
