"""Small projects, each tested as one plugin of pytest is made for, and the changes that are tried on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent

from gatecheck.task import Strategy

SOURCE = "src/p/__init__.py"
TESTS = "tests/test_p.py"
F = "def f(a):\n    return a + 1\n"
G = "\n\ndef g(a, b):\n    return a * b\n"


@dataclass(frozen=True)
class Case:
    """What a test holds a function against: `CALL == VALUE` in a style, FUNCTION and ARGUMENTS are the call's parts."""

    name: str
    function: str
    arguments: str
    value: str

    def fill(self, style: str) -> str:
        """Write the test."""
        words = {"FUNCTION": self.function, "ARGUMENTS": self.arguments, "NAME": self.name, "VALUE": self.value}
        words["GIVEN"] = self.arguments.replace("None", "null")
        text = style.replace("CALL", f"{self.function}({self.arguments})")
        for word, said in words.items():
            text = text.replace(word, said)
        return text


OLD = Case("old", "f", "1", "2")
NEW = Case("new", "g", "2, 3", "6")
NOTHING = Case("nothing", "f", "None", "1")
PLAIN = """

def test_NAME():
    assert CALL == VALUE
"""


@dataclass(frozen=True)
class PluginProject:
    """A project whose tests use a plugin.

    packages: what is installed besides pytest. ini: lines of pytest.ini. head: what the test module begins with.
    style: of one test, see `Case`. place: the file that tests are added to. files: more files. more: the files that a
    test needs beside it, in the words of `Case`, such as a snapshot; `place` may be among them no more than once.
    together: whether it works among all other plugins. own: whether it needs an environment with other versions.
    """

    name: str
    packages: tuple[str, ...] = ()
    ini: str = ""
    head: str = ""
    style: str = PLAIN
    place: str = TESTS
    files: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    together: bool = True
    own: bool = False

    def base(self) -> dict[str, str]:
        """Give the files of the base."""
        ini = "[pytest]\n" + dedent(self.ini).strip() + "\n"
        first = dedent(self.head).lstrip()
        files = {name: dedent(text).lstrip() for name, text in self.files.items()}
        return {"pytest.ini": ini, **self._with({SOURCE: F, **files, self.place: first}, OLD)}

    def changes(self) -> dict[str, tuple[Strategy, dict[str, str]]]:
        """Give the changes by name: the strategy of each, and the files that differ from the base's."""
        base = self.base()
        more, mended = {SOURCE: F + G}, {SOURCE: F.replace("a +", "(a or 0) +")}
        return {
            "feature": (Strategy.FLEXIBLE, self._with(base, NEW) | more),
            "unnoticed": (Strategy.FLEXIBLE, self._with(base, NEW, idle=True) | more),
            "breaks": (Strategy.FLEXIBLE, {SOURCE: F.replace("1", "2")}),
            "fix": (Strategy.BUG_FIX, self._with(base, NOTHING) | mended),
            "untested-fix": (Strategy.BUG_FIX, mended),
        }

    def _with(self, files: Mapping[str, str], case: Case, *, idle: bool = False) -> dict[str, str]:
        """Add a test of a case; one that is idle runs the code and looks at nothing that it gives."""
        if idle:
            named = Case(case.name, case.function, case.arguments, "VALUE")
            text = named.fill(PLAIN).replace("== VALUE", "!= 7").replace("test_", "test_idle_")
            return {**files, TESTS: files.get(TESTS, "from p import *\n") + text}
        added = {self.place: self.style, **self.more}
        filled = {case.fill(name): dedent(case.fill(text)) for name, text in added.items()}
        return {**files, **{name: files.get(name, "") + text for name, text in filled.items()}}


def marked(mark: str, arguments: str = "", prefix: str = "", *lines: str) -> str:
    """Write the style of a test with a mark, fixtures, and lines before what it asserts."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"\n\n{mark}\n{prefix}def test_NAME({arguments}):\n{body}    assert CALL == VALUE\n"


HEAD = "import pytest\n\nfrom p import *\n"
REFERENCE = PluginProject("plain", head=HEAD)

_CASSETTE = """
interactions:
- request: {body: null, headers: {}, method: GET, uri: "http://example.org/NAME"}
  response: {body: {string: answer}, headers: {}, status: {code: 200, message: OK}}
version: 1
"""
_YAML_CONFTEST = """
    import pytest
    import yaml

    import p


    def pytest_collect_file(parent, file_path):
        if file_path.suffix == ".yaml" and file_path.name.startswith("test"):
            return YamlFile.from_parent(parent, path=file_path)


    class YamlFile(pytest.File):
        def collect(self):
            for name, spec in sorted(yaml.safe_load(self.path.open()).items()):
                yield YamlItem.from_parent(self, name=name, spec=spec)


    class YamlItem(pytest.Item):
        def __init__(self, *, spec, **kwargs):
            super().__init__(**kwargs)
            self.spec = spec

        def runtest(self):
            function, arguments, value = self.spec
            if getattr(p, function)(*arguments) != value:
                raise ValueError(self.spec)

        def repr_failure(self, excinfo):
            return "usecase execution failed"

        def reportinfo(self):
            return self.path, 0, f"usecase: {self.name}"
    """
_STEPS = """
    import p
    from pytest_bdd import parsers, scenarios, then

    scenarios("p.feature")


    @then(parsers.re("(?P<function>[a-z]) of (?P<given>.*) is (?P<due>[0-9]+)"))
    def due(function, given, due):
        assert getattr(p, function)(*eval(f"[{given}]")) == int(due)
    """
_SERVER = """
    import json
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    import pytest

    import p


    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = json.dumps({"value": getattr(p, asked["function"])(*asked["arguments"])}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text)


    @pytest.fixture(scope="session", autouse=True)
    def server():
        serving = HTTPServer(("127.0.0.1", 8123), Answers)
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield
        serving.shutdown()
    """
_TAVERN = """
    ---
    test_name: NAME
    stages:
      - name: ask
        request:
          url: http://127.0.0.1:8123/
          method: POST
          json: {function: FUNCTION, arguments: [GIVEN]}
        response:
          status_code: 200
          json: {value: VALUE}
    """

PROJECTS = (
    PluginProject("rerunfailures", ("pytest-rerunfailures",), "addopts = --reruns 2", HEAD),
    PluginProject(
        "flaky mark", ("pytest-rerunfailures",), "", HEAD, marked("@pytest.mark.flaky(reruns=2, reruns_delay=0)")
    ),
    PluginProject("xdist", ("pytest-xdist",), "addopts = -n auto --dist loadscope", HEAD),
    PluginProject("asyncio", ("pytest-asyncio",), "asyncio_mode = auto", HEAD, marked("", "", "async ")),
    PluginProject(
        "asyncio strict",
        ("pytest-asyncio",),
        "",
        HEAD,
        marked("@pytest.mark.asyncio(loop_scope='module')", "", "async ", "import asyncio", "await asyncio.sleep(0)"),
    ),
    PluginProject("anyio", ("anyio", "trio"), "", HEAD, marked("@pytest.mark.anyio", "", "async ")),
    PluginProject("trio", ("pytest-trio",), "", HEAD, marked("@pytest.mark.trio", "", "async ")),
    PluginProject(
        "django",
        ("pytest-django", "django"),
        "DJANGO_SETTINGS_MODULE = settings\npythonpath = .\naddopts = --reuse-db",
        HEAD,
        marked("@pytest.mark.django_db", "client, settings", "", "assert client.get('/').status_code == 404"),
        files={
            "settings.py": """
                SECRET_KEY = "x" * 3
                ROOT_URLCONF = "urls"
                DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
                """,
            "urls.py": "urlpatterns = []\n",
        },
    ),
    PluginProject(
        "flask",
        ("pytest-flask", "flask"),
        "",
        HEAD,
        marked("", "client", "", "assert client.get('/').status_code == 404"),
        files={
            "tests/conftest.py": """
            import flask
            import pytest


            @pytest.fixture
            def app():
                return flask.Flask("p")
            """
        },
    ),
    PluginProject(
        "mock",
        ("pytest-mock",),
        "mock_use_standalone_module = false",
        HEAD + "import p\n",
        "\n\ndef test_NAME(mocker):\n    spy = mocker.spy(p, 'FUNCTION')\n    assert p.CALL == VALUE\n"
        "    spy.assert_called_once_with(ARGUMENTS)\n",
    ),
    PluginProject("randomly", ("pytest-randomly",), "addopts = -p randomly", HEAD),
    PluginProject("randomly off", ("pytest-randomly",), "addopts = -p no:randomly", HEAD, together=False),
    PluginProject("random-order", ("pytest-random-order",), "addopts = --random-order", HEAD),
    PluginProject("sugar", ("pytest-sugar",), "", HEAD),
    PluginProject("timeout", ("pytest-timeout",), "timeout = 5\ntimeout_method = signal", HEAD),
    PluginProject("timeout thread", ("pytest-timeout",), "addopts = --timeout=5 --timeout-method=thread", HEAD),
    PluginProject(
        "benchmark",
        ("pytest-benchmark",),
        "addopts = --benchmark-max-time=0.1",
        HEAD,
        "\n\ndef test_NAME(benchmark):\n    assert benchmark(FUNCTION, ARGUMENTS) == VALUE\n",
    ),
    PluginProject(
        "benchmark skipped",
        ("pytest-benchmark",),
        "addopts = --benchmark-disable --strict-markers --strict-config",
        HEAD,
        "\n\ndef test_NAME(benchmark):\n    assert benchmark.pedantic(FUNCTION, (ARGUMENTS,)) == VALUE\n",
    ),
    PluginProject("cov", ("pytest-cov",), "addopts = --cov=p --cov-branch --cov-fail-under=100", HEAD),
    PluginProject(
        "subtests",
        ("pytest-subtests",),
        "",
        HEAD,
        "\n\ndef test_NAME(subtests):\n    for number in range(2):\n        with subtests.test(number=number):\n"
        "            assert CALL == VALUE\n",
    ),
    PluginProject(
        "bdd",
        ("pytest-bdd",),
        "bdd_features_base_dir = features/",
        "Feature: p\n",
        "  Scenario: NAME\n    Then FUNCTION of ARGUMENTS is VALUE\n",
        place="features/p.feature",
        files={TESTS: _STEPS},
    ),
    PluginProject(
        "describe",
        ("pytest-describe",),
        "",
        HEAD,
        "\n\ndef describe_NAME():\n    @pytest.fixture\n    def due():\n        return VALUE\n\n"
        "    def describe_inner():\n        def it_works(due):\n            assert CALL == due\n",
    ),
    PluginProject("retry", ("pytest-retry",), "retries = 2", HEAD, together=False),
    PluginProject(
        "retry mark", ("pytest-retry",), "", HEAD, marked("@pytest.mark.flaky(retries=2, delay=0)"), together=False
    ),
    PluginProject("order", ("pytest-order",), "addopts = --order-dependencies", HEAD, marked("@pytest.mark.order(1)")),
    PluginProject(
        "order after",
        ("pytest-order",),
        "",
        HEAD + "\n\ndef test_first():\n    pass\n",
        marked("@pytest.mark.order(after='test_first')"),
    ),
    PluginProject(
        "dependency",
        ("pytest-dependency",),
        "",
        HEAD + "\n\n@pytest.mark.dependency\ndef test_first():\n    pass\n",
        marked("@pytest.mark.dependency(depends=['test_first'])"),
        together=False,
    ),
    PluginProject(
        "env",
        ("pytest-env",),
        "env =\n    PLACE=here\n    TZ=UTC",
        HEAD,
        marked("", "", "", "import os", "assert os.environ['PLACE'] == 'here'"),
    ),
    PluginProject(
        "httpx",
        ("pytest-httpx",),
        "",
        HEAD + "import httpx\n",
        marked("", "httpx_mock", "", "httpx_mock.add_response(text='x')", "assert httpx.get('http://x').text == 'x'"),
    ),
    PluginProject(
        "recording",
        ("pytest-recording",),
        "addopts = --record-mode=none --block-network",
        HEAD + "from urllib.request import urlopen\n",
        marked("@pytest.mark.vcr", "", "", "assert urlopen('http://example.org/NAME').read() == b'answer'"),
        more={"tests/cassettes/test_p/test_NAME.yaml": _CASSETTE},
    ),
    PluginProject(
        "freezer",
        ("pytest-freezer",),
        "",
        HEAD + "import time\n",
        marked("", "freezer", "", "freezer.move_to('2020-01-01')", "assert time.time() == 1577836800"),
    ),
    PluginProject(
        "time-machine",
        ("time-machine",),
        "",
        HEAD + "import time\n",
        marked("@pytest.mark.time_machine(1577836800, tick=False)", "", "", "assert time.time() == 1577836800"),
    ),
    PluginProject("socket", ("pytest-socket",), "addopts = --disable-socket", HEAD),
    PluginProject(
        "aiohttp",
        ("pytest-aiohttp",),
        "asyncio_mode = auto",
        HEAD + "from aiohttp import web\n",
        marked(
            "",
            "aiohttp_client",
            "async ",
            "client = await aiohttp_client(web.Application())",
            "assert (await client.get('/')).status == 404",
        ),
    ),
    PluginProject(
        "celery",
        ("celery",),
        "addopts = -p celery.contrib.pytest",
        HEAD,
        "\n\ndef test_NAME(celery_session_app, celery_session_worker):\n"
        "    task = celery_session_app.task(FUNCTION, name='NAME')\n    celery_session_worker.reload()\n"
        "    assert task.delay(ARGUMENTS).get(timeout=10) == VALUE\n",
        files={
            "tests/conftest.py": """
            import pytest


            @pytest.fixture(scope="session")
            def celery_config():
                return {"broker_url": "memory://", "result_backend": "cache+memory://"}
            """
        },
    ),
    PluginProject("pytest-celery", ("pytest-celery",), "", HEAD),
    PluginProject("postgresql", ("pytest-postgresql",), "", HEAD + "from pytest_postgresql import factories\n"),
    PluginProject(
        "syrupy",
        ("syrupy",),
        "",
        HEAD,
        "\n\ndef test_NAME(snapshot):\n    assert CALL == snapshot\n",
        files={"tests/__snapshots__/test_p.ambr": "# serializer version: 1\n"},
        more={"tests/__snapshots__/test_p.ambr": "# name: test_NAME\n  VALUE\n# ---\n"},
    ),
    PluginProject(
        "snapshot",
        ("pytest-snapshot",),
        "",
        HEAD,
        "\n\ndef test_NAME(snapshot):\n    snapshot.assert_match(str(CALL), 'value.txt')\n",
        more={"tests/snapshots/test_p/test_NAME/value.txt": "VALUE"},
        together=False,
    ),
    PluginProject(
        "inline-snapshot",
        ("inline-snapshot",),
        "",
        HEAD + "from inline_snapshot import snapshot\n",
        "\n\ndef test_NAME():\n    assert CALL == snapshot(VALUE)\n",
    ),
    PluginProject(
        "hypothesis",
        ("hypothesis",),
        "",
        HEAD + "from hypothesis import given, strategies\n",
        marked("@given(strategies.integers())", "number"),
    ),
    PluginProject(
        "yaml",
        ("pyyaml",),
        "",
        "",
        "NAME: [FUNCTION, [GIVEN], VALUE]\n",
        place="tests/test_p.yaml",
        files={"tests/conftest.py": _YAML_CONFTEST, "tests/test_p.py": HEAD},
    ),
    PluginProject(
        "tavern",
        ("tavern", "pytest<9"),
        "",
        "",
        _TAVERN,
        place="tests/test_p.tavern.yaml",
        files={"tests/conftest.py": _SERVER},
        together=False,
        own=True,  # it imports a part of pytest that version 9 has not
    ),
    PluginProject("forked", ("pytest-forked",), "addopts = --forked", HEAD),
    PluginProject("testmon", ("pytest-testmon",), "addopts = --testmon", HEAD),
    PluginProject("repeat", ("pytest-repeat",), "addopts = --count=2", HEAD),
    PluginProject("mypy", ("pytest-mypy",), "addopts = --mypy", HEAD),
    PluginProject(
        "doctest",
        (),
        "addopts = --doctest-glob=*.rst",
        ">>> from p import *\n",
        "\n>>> CALL\nVALUE\n",
        place="tests/p.rst",
    ),
)
