"""Plants tests whose ends are known among the project's own: where they end otherwise, no report can be believed.

One file a folder that has tests; it is gone again before the first test runs. It is collected after all that chooses
among the tests has had its say: what the project leaves out is told by the ids.
"""

import os
import unittest

MOST = 10  # folders
FUNCTIONS = (
    *("passed", "failed_assert", "failed_raised", "failed_raises", "failed_approx", "failed_mock"),
    *("error_setup", "skipped"),
)
# Each end is expected of every test whose name holds it; the ways to fail are those that suites are written with.
_TEXT = """import unittest
from unittest import mock

import pytest


def never_called_{token}():
    return "nobody asked for this"


@pytest.fixture
def broken_{token}():
    raise RuntimeError("{token}")


def {passed}():
    assert len("{token}") > 1


def {failed_assert}():
    assert len("{token}") == 1


def {failed_raised}():
    raise RuntimeError("{token}")


def {failed_raises}():
    with pytest.raises(ValueError):
        len("{token}")


def {failed_approx}():
    assert 1.0 == pytest.approx(1.001)  # a tolerance of one in a million, unless someone widens it


def {failed_mock}():
    mock.Mock().assert_called_once_with("{token}")


def {error_setup}(broken_{token}):
    pass


def {skipped}():
    pytest.skip("{token}")


class {case}(unittest.TestCase):
    def test_{token}_failed_equal(self):
        self.assertEqual(len("{token}"), 1)

    def test_{token}_failed_almost(self):
        self.assertAlmostEqual(1.0, 1.001)

    def test_{token}_failed_raises(self):
        with self.assertRaises(ValueError):
            len("{token}")

    def test_{token}_passed_equal(self):
        self.assertEqual(len("{token}"), {length})
"""
# Lines of it that coverage.py must have seen run, and must not.
CALLED = _TEXT.split("\n").index('    assert len("{token}") > 1') + 1
UNCALLED = _TEXT.split("\n").index('    return "nobody asked for this"') + 1


def plant(session, token):
    """Put the canaries after the last test of one module a folder, and after the very last; gives their files' ids.

    What a test does to the tracer or to pytest is seen by those that come after it.
    """
    import pytest

    modules = [item.getparent(pytest.Module) for item in session.items if isinstance(item, pytest.Function)]
    modules = [module for module in modules if module is not None]
    first = {}
    for module in modules:
        first.setdefault(os.path.realpath(str(module.path.parent)), module)  # a link leads to a folder that has its own
    ids = []
    # A name of its own in each folder: not every suite is a package.
    chosen = list(first.values())[:MOST]
    covered = [item.getparent(pytest.Module) for item in session.items[-1:]] == chosen[-1:]  # they end the run already
    for number, module in enumerate([*chosen, *([] if covered else modules[-1:])]):
        path = type(module.path)(os.path.realpath(str(module.path.parent)), "test_%d_%s.py" % (number, token))
        items = _collected(session, module, path, text(session.config, token))
        its_own = [index for index, item in enumerate(session.items) if item.getparent(pytest.Module) is module]
        place = its_own[-1] + 1 if number < len(chosen) else len(session.items)
        session.items[place:place] = items
        ids += [items[0].nodeid.split("::")[0]] if items else []
    return ids


def text(config, token):
    """Write the canaries with the names that the project's tests have."""
    pattern = (config.getini("python_functions") or ["test"])[0]
    pattern = pattern if "*" in pattern else pattern + "*"
    pattern = pattern if pattern.replace("*", "").isidentifier() else "test*"
    names = {name: pattern.replace("*", "_%s_%s" % (token, name)) for name in FUNCTIONS}
    return _TEXT.format(token=token, case="Test" + token.title(), length=len(token), **names)


def _collected(session, module, path, source):
    import pytest

    kinds = tuple(getattr(pytest, name) for name in ("Session", "Package", "Directory") if hasattr(pytest, name))
    parent = next(node for node in reversed(module.listchain()) if isinstance(node, kinds) and node is not module)
    path.write_text(source, encoding="utf-8")
    try:
        items = list(session.genitems(pytest.Module.from_parent(parent, path=path)))
        return [item for item in items if not _is_refused(item)]
    finally:
        os.remove(str(path))


def _is_refused(item):
    """Tell whether pytest cannot run a test of unittest: one that a fixture for all tests gives parameters."""
    fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).values()
    given = any(getattr(definition, "params", None) for found in fixtures for definition in found[-1:])
    return given and isinstance(item.cls, type) and issubclass(item.cls, unittest.TestCase)
