"""Where a test is written whose text is no Python function of its own: an example, a scenario, a case in YAML."""

import os
import sys

_END = 10**9  # the last line of any file
_PACKAGES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


def origin_of(item, top):
    """Give [path from the top, first line, last line] of a test's text; None for a function of the test's own file."""
    function = getattr(item, "obj", None)
    scenario = _scenario_of(function)
    if scenario is not None:
        return _told(getattr(scenario.feature, "filename", ""), _lines_of(scenario), top)
    example = getattr(item, "dtest", None)  # of pytest's own doctest plugin, and those that build on it
    if example is not None:
        return _told(example.filename, _lines_of_examples(example), top)
    if callable(function) and not _is_elsewhere(function):
        return None
    return _told(str(getattr(item, "path", None) or item.fspath), (1, _END), top)


def _scenario_of(function):
    """Give the scenario of pytest-bdd that a test function was made for: it keeps them in a registry since 8.0."""
    registry = getattr(sys.modules.get("pytest_bdd.scenario"), "scenario_wrapper_template_registry", None)
    try:
        return getattr(function, "__scenario__", None) or (registry or {}).get(function)
    except TypeError:  # what no weak reference can be made to
        return None


def _is_elsewhere(function):
    """Tell whether a test's function is an installed package's, as that of a case in a data file is."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code is not None and any(name in code.co_filename for name in _PACKAGES)


def _told(path, lines, top):
    path = os.path.relpath(os.path.realpath(os.path.join(top, path or "")), top)
    return None if path.startswith(os.pardir) else [path.replace(os.sep, "/"), *lines]


def _lines_of(scenario):
    """Give the lines from a scenario's first to the one before the next scenario."""
    starts = [other.line_number for other in getattr(scenario.feature, "scenarios", {}).values()]
    after = [line for line in starts if line > scenario.line_number]
    return scenario.line_number, min(after) - 1 if after else _END


def _lines_of_examples(test):
    """Give the lines of a docstring's examples with what they print; all of the file where they have no place."""
    if test.lineno is None or not test.examples:
        return 1, _END
    last = test.examples[-1]
    long = (last.source + last.want).count("\n")
    return test.lineno + test.examples[0].lineno + 1, test.lineno + last.lineno + long
