"""A pytest plugin for projects of unittest: what a module's `load_tests` adds to its tests runs as well.

unittest's protocol (its manual, "load_tests Protocol") lets a module give any suite, such as docstrings' examples;
pytest collects classes alone.
"""

import unittest


class LoadTests:
    """The plugin."""

    def pytest_make_collect_report(self, collector):
        """Add the cases that pytest did not find to what a module was collected to."""
        outcome = yield
        report = outcome.get_result()
        if report.passed and callable(getattr(getattr(collector, "obj", None), "load_tests", None)):
            report.result.extend(items_of(collector))

    pytest_make_collect_report.pytest_impl = {"hookwrapper": True}  # type: ignore[attr-defined] # noqa: RUF012 - pluggy's


def items_of(module):
    """Give an item for each case of a module's suite, but for those of its own classes, which pytest collects."""
    loaded = cases_of(unittest.TestLoader().loadTestsFromModule(module.obj))
    own = {kind for kind in vars(module.obj).values() if isinstance(kind, type)}
    added = [case for case in loaded if type(case) not in own]
    kind = item_class()
    return [kind.from_parent(module, name=case.id(), case=case) for case in added]


def cases_of(suite):
    """Give the cases of a suite, however deep they are in it."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from cases_of(test)
        else:
            yield test


def item_class():
    """Make the class of an item that runs one case; pytest is not there when this module is read."""
    import pytest

    class Case(pytest.Item):
        """A case of a suite that `load_tests` gave."""

        def __init__(self, *, case, **more):
            super().__init__(**more)
            self.case = case
            self.dtest = getattr(case, "_dt_test", None)  # of doctest's own cases: where its examples are

        def runtest(self):
            """Run the case, and raise what it says."""
            said = unittest.TestResult()
            unittest.TestSuite([self.case]).run(said)  # with the fixtures of its class and module
            for _, words in (*said.errors, *said.failures):
                pytest.fail(words, pytrace=False)
            if said.unexpectedSuccesses:
                pytest.fail("unexpected success", pytrace=False)
            if said.expectedFailures:
                pytest.xfail(said.expectedFailures[0][1])
            if said.skipped:
                pytest.skip(said.skipped[0][1])

        def reportinfo(self):
            """Give where the module is, and the case's name."""
            return self.path, None, self.name

    return Case
