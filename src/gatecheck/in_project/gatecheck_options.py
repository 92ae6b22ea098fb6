"""A pytest plugin that sets other plugins' options as a run needs them: each only where its plugin is in force."""

import types

from gatecheck_django import Django
from gatecheck_unittest import LoadTests

# By the name that a plugin's option has among pytest's, and what is said besides the project's own words.
_SAID = {
    "no_cov": "--no-cov",  # pytest-cov: a second measurement would switch ours off
    "no-testmon": "--no-testmon",  # pytest-testmon measures as well, and leaves out what it believes unchanged
    "numprocesses": "-n0",  # pytest-xdist: one process, so that there is one record and one tracer
    "randomly_seed": "--randomly-seed=0",  # pytest-randomly, and the next two: the same examples and order each time
    "hypothesis_seed": "--hypothesis-seed=0",
    "random_order_seed": "--random-order-seed=0",
}
# And where some tests run without the others: pytest-dependency would skip those that depend on what does not run.
_SAID_APART = {"ignore_unknown_dependency": "--ignore-unknown-dependency"}
_FORKING = "pytest_forked"  # each test in a process of its own: there nothing is seen of it
_MARGIN = 2  # the machine has other work as well


class Options:
    """The plugin.

    slower: how many times as long code takes here as without the tracer, 1 where there is none. pattern: the names of
    test modules where the project's own settings of pytest name none, "" for pytest's own. apart: whether some tests
    run without the others.
    """

    def __init__(self, slower=1.0, pattern="", apart=False):
        self.pattern = pattern
        self.said = {**_SAID, **_SAID_APART} if apart else _SAID
        self.slower = max(slower, 1.0) * _MARGIN
        self.setting = False

    def pytest_load_initial_conftests(self, early_config, args):
        """Say what the plugins are told, before any of them looks."""
        known = early_config.known_args_namespace
        args.extend(words for name, words in self.said.items() if hasattr(known, name))
        if self.pattern and "python_files" not in early_config.inicfg:
            # unittest's discovery takes what a package itself holds as well. `-o` is read before any plugin is there.
            packages = ["tests/__init__.py", "test/__init__.py"]
            early_config._inicache["python_files"] = [self.pattern, *packages]  # noqa: SLF001
        if hasattr(known, "no_cov"):
            known.no_cov = True  # pytest-cov does not read its words again
        yield

    pytest_load_initial_conftests.pytest_impl = {"hookwrapper": True, "tryfirst": True}  # type: ignore[attr-defined] # noqa: RUF012 - pluggy's

    def pytest_configure(self, config):
        """Keep the tests in this process."""
        if config.pluginmanager.has_plugin(_FORKING):
            config.pluginmanager.unregister(name=_FORKING)

    pytest_configure.pytest_impl = {"tryfirst": True}  # type: ignore[attr-defined] # noqa: RUF012 - pluggy's

    def pytest_collection_finish(self, session):
        """Give hypothesis as much more time for an example as it takes here."""
        for item in session.items:
            function = getattr(item, "obj", None)
            relax_deadline(getattr(function, "__func__", function), self.slower)

    def pytest_timeout_set_timer(self, item, settings):
        """Give pytest-timeout's clock as much more time."""
        if self.setting or not settings.timeout:
            return None
        self.setting = True
        try:
            longer = settings._replace(timeout=settings.timeout * self.slower)
            return item.config.hook.pytest_timeout_set_timer(item=item, settings=longer)
        finally:
            self.setting = False

    pytest_timeout_set_timer.pytest_impl = {"optionalhook": True, "tryfirst": True}  # type: ignore[attr-defined] # noqa: RUF012


def relax_deadline(function, times):
    """Multiply the deadline of a test that hypothesis runs."""
    name = "_hypothesis_internal_use_settings"  # there is no public way to change those of a test that is made
    settings = getattr(function, name, None)
    if isinstance(function, types.FunctionType) and getattr(settings, "deadline", None) is not None:
        setattr(function, name, type(settings)(settings, deadline=settings.deadline * times))


def plugins_of(plan, slower=1.0):
    """Give the plugins that a run's plan asks for."""
    apart = bool(plan.get("apart") or plan.get("only") or plan.get("trials"))
    plugins = [Options(slower, plan["pattern"], apart), *([LoadTests()] if plan["pattern"] else [])]
    if plan["django"]:
        plugins.append(Django(plan["django"]))
    return plugins
