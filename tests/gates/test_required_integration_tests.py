"""The gate required-integration-tests, on plain values."""

import pytest

from gatecheck.measurements.outcomes import Outcome
from gatecheck.measurements.suite_runner import FileCoverage
from gatecheck.measurements.suites import IntegrationRun
from gatecheck.model import Severity, Status, Verdict
from gatecheck.project import Project
from gatecheck.testing import change_of
from gatecheck_gates.required_integration_tests import RequiredIntegrationTests

PASSED = (Outcome("tests/integration/test_a.py::test_it", "passed"),)
PROJECT = Project(source=("/src/",))
BODY = "    x = 1\n    return x\n"
PLACES = {
    "fastapi": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\nasync def a(x: int):\n" + BODY,
    "a router of another module": "from shop.main import router\n@router.post('/a')\ndef a(x: int):\n" + BODY,
    "flask": "from flask import Blueprint\nbp = Blueprint('a', __name__)\n@bp.route('/a')\ndef a():\n" + BODY,
    "aiohttp": "from aiohttp import web\nroutes = web.RouteTableDef()\n@routes.get('/a')\nasync def a(request):\n"
    + BODY,
    "starlette": "from starlette.routing import Route\ndef a(request):\n" + BODY + "routes = [Route('/a', a)]\n",
    "django": "from django.urls import path\ndef a(request):\n" + BODY + "urlpatterns = [path('a', a)]\n",
    "view": "from rest_framework.views import APIView\nclass A(APIView):\n  def get(self, request):\n" + BODY,
    "click": "import click\n@click.command()\n@click.option('--x')\ndef a(x):\n" + BODY,
    "bare click": "import click\n@click.command\ndef a():\n" + BODY,
    "group": "import click\nfrom shop.main import cli\n@cli.command('a')\ndef a():\n" + BODY,
    "typer": "import typer\napp = typer.Typer()\n@app.command()\ndef a(x: int):\n" + BODY,
    "argparse": "import argparse\ndef a():\n    p = argparse.ArgumentParser()\n    return p.parse_args()\n",
    "celery": "from celery import shared_task\n@shared_task(bind=True)\ndef a(self):\n" + BODY,
    "celery's app": "from shop.celery import app\n@app.task\ndef a():\n" + BODY,
    "dramatiq": "import dramatiq\n@dramatiq.actor\ndef a():\n" + BODY,
    "rq": "from rq.decorators import job\n@job('low')\ndef a():\n" + BODY,
}
MODELS = {
    "sqlalchemy": "import sqlalchemy\nfrom shop.db import Base\nclass A(Base):\n    __tablename__ = 'a'\n    x = 1\n",
    "sqlmodel": "from sqlmodel import SQLModel\nclass A(SQLModel, table=True):\n    x: int\n",
    "django": "from django.db import models\nclass A(models.Model):\n    x = models.TextField()\n",
    "peewee": "import peewee\nclass A(peewee.Model):\n    x = 1\n",
    "flask-sqlalchemy": "from shop.db import db\nclass A(db.Model):\n    x = db.Column()\n",
}
NOTHING = {
    "a plain function": "def a(x):\n" + BODY,
    "a client": "import httpx\ndef a():\n    return httpx.get('/a')\n",
    "a mapping": "import fastapi\n@cache.get('a')\ndef a(x):\n" + BODY,
    "a schema": "from sqlmodel import SQLModel\nclass A(SQLModel):\n    x: int\n",
    "a group without a body": "import click\n@click.group()\ndef a():\n    '''Commands.'''\n",
    "a slack command": "from slack_bolt import App\napp = App()\n@app.command('/a')\ndef a(ack):\n" + BODY,
}


def judged(
    after: str, before: str | None = None, run: IntegrationRun | None = None, path: str = "src/shop/a.py"
) -> Verdict:
    """Judge the change of one source file."""
    return RequiredIntegrationTests().judge(change_of({path: (before, after)}), PROJECT, run)


def running(text: str, *executed: int, path: str = "src/shop/a.py") -> IntegrationRun:
    """Give a run of the integration tests that executed these lines."""
    statements = tuple(range(1, text.count("\n") + 1))
    return IntegrationRun(outcomes=PASSED, files=(FileCoverage(path, statements, executed),))


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_a_new_boundary_must_be_run(text: str) -> None:
    """Its `def` runs on import and proves nothing; its last line does."""
    lines = list(enumerate(text.split("\n"), 1))
    last = max(number for number, line in lines if line.strip().startswith("return"))
    missed = judged(text, None, running(text, *(number for number, line in lines if not line.startswith("    "))))

    assert judged(text).status is Status.UNPROVEN
    assert missed.status is Status.FAIL
    assert [finding.rule for finding in missed.findings] == ["boundary-not-run"]
    assert judged(text, None, running(text, last)).status is Status.PASS


@pytest.mark.parametrize("text", MODELS.values(), ids=MODELS)
def test_a_model_that_nothing_is_seen_to_use_is_a_warning(text: str) -> None:
    """A function that names it and was run is enough."""
    users = "def store():\n    return A(x=1)\n"
    seen = judged(text + users, None, running(text + users, text.count("\n") + 2))
    verdict = judged(text, None, running(text, 1))

    assert (verdict.status, [finding.level for finding in verdict.findings]) == (Status.PASS, [Severity.WARNING])
    assert (seen.status, seen.findings) == (Status.PASS, ())


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_other_code_needs_no_integration_test(text: str) -> None:
    """Nothing is run to know that."""
    assert judged(text).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("framework", ["click", "flask", "fastapi"])
def test_a_framework_is_not_its_own_user(framework: str) -> None:
    """What click does with its decorators is its own business."""
    text = f"import {framework}\n@{framework}.command()\ndef a():\n{BODY}"

    assert judged(text, path=f"src/{framework}/core.py").status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("edit", [("x = 1", "x = 2"), ("'/a'", "'/b'"), ("x: int", "x: str")])
def test_an_edited_endpoint_must_be_run(edit: tuple[str, str]) -> None:
    """The body, the path and the parameters are what it is."""
    text = PLACES["fastapi"]

    assert judged(text.replace(*edit), text).status is Status.UNPROVEN


@pytest.mark.parametrize(
    "edit",
    [("app = FastAPI()", "app = FastAPI(\n)"), ("    x = 1", "    '''Words.'''\n    x = 1"), ("x = 1", "x = 1  # one")],
)
def test_an_endpoint_that_means_what_it_meant_is_left_alone(edit: tuple[str, str]) -> None:
    """Layout, comments and docstrings apart."""
    assert judged(PLACES["fastapi"].replace(*edit), PLACES["fastapi"]).status is Status.NOT_APPLICABLE


def test_without_a_suite_nothing_can_be_demanded() -> None:
    """It is said what was changed."""
    verdict = judged(PLACES["click"], None, IntegrationRun(present=False))

    assert verdict.status is Status.NOT_APPLICABLE
    assert verdict.summary == "command a changed; the project has no integration suite"


def test_a_suite_in_which_nothing_passed_proves_nothing() -> None:
    """Nor does one that never saw the file."""
    assert judged(PLACES["click"], None, IntegrationRun()).status is Status.UNPROVEN
    assert judged(PLACES["click"], None, IntegrationRun(outcomes=PASSED)).status is Status.UNPROVEN


def test_what_cannot_be_parsed_may_be_a_boundary() -> None:
    """Where it imports a framework."""
    assert judged("import click\n@click.command(\n").status is Status.UNPROVEN
    assert judged("import math\nprint 1\n").status is Status.NOT_APPLICABLE
