"""A pytest plugin that runs the tests of a Django project as `manage.py test` does: settings, runner, databases."""

import os
import sys

_CHOOSING = ("build_suite", "run_suite", "run_tests", "load_tests_for_label")  # what chooses and runs a runner's tests


class Django:
    """The plugin. settings: the settings module that manage.py names."""

    def __init__(self, settings):
        self.settings = settings
        self.runner = None
        self.databases = []

    def pytest_load_initial_conftests(self):
        """Set Django up before a module of the tests is imported."""
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", self.settings)
        import django
        from django.conf import settings
        from django.test.runner import DiscoverRunner
        from django.test.utils import get_runner

        with_tests(django.setup)
        kind = get_runner(settings)
        own = [name for name in _CHOOSING if getattr(kind, name, None) is not getattr(DiscoverRunner, name, None)]
        if own:
            raise RuntimeError("the project's TEST_RUNNER has a %s of its own, which pytest does not call" % own[0])
        self.runner = kind(verbosity=0, interactive=False)
        yield

    pytest_load_initial_conftests.pytest_impl = {"hookwrapper": True}  # type: ignore[attr-defined] # noqa: RUF012 - pluggy's

    def pytest_collection_modifyitems(self, items):
        """Order the tests by their classes, as the runner does: those that leave rows behind come last."""
        order = tuple(getattr(self.runner, "reorder_by", ()))
        items.sort(key=lambda item: place_of(getattr(item, "cls", None), order))

    def pytest_collection_finish(self, session):
        """Make the test databases."""
        if session.items and not session.config.option.collectonly:
            self.runner.setup_test_environment()
            self.databases = self.runner.setup_databases()
            close_connections()

    def pytest_sessionfinish(self):
        """Take the test databases away."""
        if self.databases:
            self.runner.teardown_databases(self.databases)
            self.runner.teardown_test_environment()


def with_tests(call):
    """Call a function under the arguments of `manage.py test`: settings ask for them."""
    before, sys.argv = sys.argv, ["manage.py", "test"]
    try:
        call()
    finally:
        sys.argv = before


def place_of(kind, order):
    """Give the place of a test class among the classes of an order; all others come last."""
    places = [place for place, one in enumerate(order) if isinstance(kind, type) and issubclass(kind, one)]
    return places[0] if places else len(order)


def close_connections():
    """Close what a forked child must not share; a database in memory is gone with its connection, and stays open."""
    from django.db import connections

    for connection in connections.all():
        in_memory = getattr(connection, "is_in_memory_db", None)
        if in_memory is None or not in_memory():
            connection.close()
