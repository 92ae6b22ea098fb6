"""A Django project whose tests run by `manage.py test` runs as it does there. Real Django, real databases."""

from pathlib import Path
from textwrap import dedent

from gatecheck.change import Watched
from gatecheck.measurements.suite_command import settings_of_django
from gatecheck.test_bed import TestBed
from gatecheck.trials.budget import Budget
from gatecheck.trials.local import LocalRunner
from gatecheck.trials.model import Edit, Trial
from snapshots import snapshot_of
from suite_bench import Bench, words

MODELS = """
    from django.db import models

    class Order(models.Model):
        total = models.IntegerField()

        class Meta:
            app_label = "orders"

        def doubled(self):
            return self.total * 2
    """
SITE = {
    "manage.py": """
        import os
        import sys
        if __name__ == "__main__":
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_of_tests.settings")
            from django.core.management import execute_from_command_line
            execute_from_command_line(sys.argv)
        """,
    "site_of_tests/__init__.py": "",
    "site_of_tests/settings.py": """
        SECRET_KEY = "none"
        INSTALLED_APPS = ["orders"]
        DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "orders.db"}}
        DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
        TEST_RUNNER = "site_of_tests.runner.Runner"
        """,
    "site_of_tests/runner.py": """
        from django.test.runner import DiscoverRunner

        class Runner(DiscoverRunner):
            def setup_test_environment(self, **kwargs):
                super().setup_test_environment(**kwargs)
                from django.conf import settings
                settings.MADE_BY = "the project's runner"
        """,
    "orders/__init__.py": "",
    "orders/models.py": MODELS,
    "orders/tests.py": """
        from django.conf import settings
        from django.test import TestCase, TransactionTestCase
        from orders.models import Order

        class Late(TransactionTestCase):
            def test_leaves_rows(self):
                Order.objects.create(total=1)

        class Early(TestCase):
            @classmethod
            def setUpTestData(cls):
                cls.order = Order.objects.create(total=2)

            def test_sees_its_own_rows_alone(self):
                self.assertEqual([order.doubled() for order in Order.objects.all()], [4])

            def test_runner(self):
                self.assertEqual(settings.MADE_BY, "the project's runner")
                self.assertEqual(settings.EMAIL_BACKEND, "django.core.mail.backends.locmem.EmailBackend")
        """,
}


def test_the_projects_runner_settings_and_databases_are_in_force(tmp_path: Path) -> None:
    """Tests of an app are found in its `tests.py`; those that leave rows behind come last."""
    run = Bench(tmp_path).run(SITE)

    assert [outcome for outcome in run.outcomes if outcome.outcome != "passed"] == []
    assert list(words(run)) == [
        "orders/tests.py::Early::test_runner",
        "orders/tests.py::Early::test_sees_its_own_rows_alone",
        "orders/tests.py::Late::test_leaves_rows",
    ]


def test_trials_run_on_the_test_database(tmp_path: Path) -> None:
    """In forks of one process, each on a connection of its own."""
    files = {name: dedent(text) for name, text in SITE.items()}
    snapshot = snapshot_of(tmp_path / "snapshot", files)
    bench = Bench(tmp_path)
    bed = TestBed(bench.project(files), bench.interpreter, bench.execution, bench.workspace(), Watched())
    plain = files["orders/models.py"].encode()
    tests = ("orders/tests.py::Early::test_sees_its_own_rows_alone",)
    trials = [
        Trial(snapshot.tree, (Edit("orders/models.py", text),), tests, ("Order.doubled",))
        for text in (plain.replace(b"* 2", b"* 3"), plain)
    ]
    endings = LocalRunner(snapshot, bed, Budget(60)).run(trials)

    assert [ending.noticed for ending in endings] == [True, False]


def test_the_settings_module_is_the_one_that_manage_names(tmp_path: Path) -> None:
    """However it is set there; a project without a manage.py is none of Django's."""
    for text, name in {
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a.b')": "a.b",
        'os.environ.setdefault(\n    "DJANGO_SETTINGS_MODULE",\n    "a.settings",\n)': "a.settings",
        'os.environ["DJANGO_SETTINGS_MODULE"] = "c"': "c",
        "print()": "",
    }.items():
        (tmp_path / "manage.py").write_text(text)

        assert settings_of_django(tmp_path / "manage.py") == name
    assert settings_of_django(tmp_path / "nothing.py") == ""
