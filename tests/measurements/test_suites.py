"""What the tests of a project do to themselves and to each other, and what is recorded of it. Real runs."""

from pathlib import Path

import pytest

from gatecheck.measurements.suites import SuiteRun
from suite_bench import SHOP, Bench, coverage_of, outcome_of, words

KINDS = """
    import unittest

    import pytest


    @pytest.mark.parametrize("price", [1, "two words", "ümlaut", None])
    def test_parametrised(price):
        assert price != 1


    class TestGrouped:
        def test_method(self):
            pass


    class Cases(unittest.TestCase):
        def test_case(self):
            self.assertEqual(1, 1)

        def test_subtests(self):
            for number in range(3):
                with self.subTest(number=number):
                    self.assertNotEqual(number, 1)

        @unittest.skip("later")
        def test_skipped(self):
            pass

        @unittest.expectedFailure
        def test_expected(self):
            self.fail("as expected")


    @pytest.mark.xfail(reason="known")
    def test_xfailed():
        assert False


    @pytest.mark.xfail(reason="known")
    def test_xpassed():
        pass


    @pytest.mark.xfail(reason="known", strict=True)
    def test_xpassed_strictly():
        pass


    def test_subtests_of_pytest(subtests):
        for number in range(2):
            with subtests.test(number=number):
                assert number


    @pytest.fixture
    def broken_setup():
        raise LookupError("no database")


    @pytest.fixture
    def broken_teardown():
        yield
        raise LookupError("still open")


    def test_setup(broken_setup):
        pass


    def test_teardown(broken_teardown):
        pass


    def test_skipped():
        pytest.skip("not here")


    @pytest.mark.integration
    def test_marked():
        pass
    """

# Each of these would end, hide or forge something if the run did not mind.
UNRULY = """
    import json
    import os
    import sys


    def test_garbage_on_descriptors():
        forged = json.dumps({"kind": "phase", "nonce": "", "number": 0, "id": "x", "when": "call", "outcome": "passed"})
        for number in range(3, 21):
            for text in ("garbage", "\\n" + forged + "\\n", '{"kind": "final"', "no end of line"):
                try:
                    os.write(number, text.encode())
                except OSError:
                    pass
        assert False


    def test_patches_what_the_record_is_made_with(monkeypatch):
        monkeypatch.setattr(os, "getpid", lambda: 1)
        monkeypatch.setattr(json, "dumps", lambda *args, **kwargs: "{}")
        assert False


    def test_replaces_the_streams():
        sys.stdout = sys.stderr = None


    def test_exits():
        sys.exit(0)


    def test_in_a_forked_child():
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)


    def test_starts_a_thread_that_never_ends():
        import threading

        threading.Thread(target=threading.Event().wait).start()


    def test_sees_the_arguments_of_pytest():
        assert sys.argv[0].endswith("pytest")


    def test_says_what_is_no_text():
        raise ValueError("caf\\udce9")


    def test_writes_into_the_tree():
        with open("src/shop/cart.py", "w") as file:
            file.write("def total(prices):\\n    return 3\\n")
        os.makedirs("left-behind")


    def test_finds_the_tree_as_it_left_it():
        assert os.path.exists("left-behind")
    """

EVERYTHING = {
    **SHOP,
    "src/shop/documented.py": '''
        def twice(number):
            """Double a number.

            >>> twice(2)
            4
            >>> twice(3)
            7
            """
            return 2 * number
        ''',
    "src/shop/never_imported.py": "def unused():\n    return 1\n",
    "tests/test_kinds.py": KINDS,
    "tests/test_unruly.py": UNRULY,
    "tests/test_skipped_as_a_whole.py": "import pytest\npytest.skip('no', allow_module_level=True)\n",
    "tests/test_needs_more.py": "import pytest\npytest.importorskip('a_module_that_nobody_has')\n",
    "tests/test_broken_import.py": "import a_module_that_nobody_has\n\n\ndef test_a():\n    pass\n",
    "tests/test_deselected.py": "def test_a():\n    pass\n\n\ndef test_b():\n    pass\n",
    "tests/integration/test_all.py": "def test_all():\n    pass\n",
    "tests/conftest.py": """
        def pytest_collection_modifyitems(config, items):
            dropped = [item for item in items if item.nodeid == "tests/test_deselected.py::test_b"]
            config.hook.pytest_deselected(items=dropped)
            items[:] = [item for item in items if item not in dropped]
        """,
    "sitecustomize.py": "import os\nprint('{}')\nos._exit(0)\n",
    "pyproject.toml": """
        [tool.pytest.ini_options]
        addopts = "--doctest-modules -x"
        markers = ["integration: slow"]
        testpaths = ["tests", "src/shop/documented.py"]
        """,
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[SuiteRun, Path]:
    """Run the unit tests of everything once; give the run and the snapshot's folder."""
    folder = tmp_path_factory.mktemp("everything")
    return Bench(folder).run(EVERYTHING), folder / "snapshot"


@pytest.fixture(scope="module")
def run(everything: tuple[SuiteRun, Path]) -> SuiteRun:
    """Give the run."""
    return everything[0]


@pytest.mark.parametrize(
    ("test", "word"),
    [
        ("test_kinds.py::test_parametrised[1]", "failed"),
        ("test_kinds.py::test_parametrised[two words]", "passed"),
        ("test_kinds.py::test_parametrised[\\xfcmlaut]", "passed"),
        ("test_kinds.py::test_parametrised[None]", "passed"),
        ("test_kinds.py::TestGrouped::test_method", "passed"),
        ("test_kinds.py::Cases::test_case", "passed"),
        ("test_kinds.py::Cases::test_subtests", "failed"),
        ("test_kinds.py::Cases::test_skipped", "skipped"),
        ("test_kinds.py::Cases::test_expected", "xfailed"),
        ("test_kinds.py::test_xfailed", "xfailed"),
        ("test_kinds.py::test_xpassed", "xpassed"),
        ("test_kinds.py::test_xpassed_strictly", "failed"),
        ("test_kinds.py::test_setup", "error"),
        ("test_kinds.py::test_teardown", "error"),
        ("test_kinds.py::test_skipped", "skipped"),
        ("test_skipped_as_a_whole.py", "skipped"),
        ("test_needs_more.py", "skipped"),
        ("test_broken_import.py", "error"),
        ("test_deselected.py::test_a", "passed"),
    ],
)
def test_every_kind_of_test_has_its_outcome(run: SuiteRun, test: str, word: str) -> None:
    """In pytest's words."""
    assert words(run)[f"tests/{test}"] == word


@pytest.mark.parametrize(
    ("test", "word"),
    [
        ("test_garbage_on_descriptors", "failed"),
        ("test_patches_what_the_record_is_made_with", "failed"),
        ("test_replaces_the_streams", "passed"),
        ("test_exits", "failed"),
        ("test_in_a_forked_child", "passed"),
        ("test_starts_a_thread_that_never_ends", "passed"),
        ("test_sees_the_arguments_of_pytest", "passed"),
        ("test_says_what_is_no_text", "failed"),
        ("test_writes_into_the_tree", "passed"),
        ("test_finds_the_tree_as_it_left_it", "passed"),
    ],
)
def test_an_unruly_test_hides_nothing(run: SuiteRun, test: str, word: str) -> None:
    """Neither its own failure nor what comes after it."""
    assert words(run)[f"tests/test_unruly.py::{test}"] == word


@pytest.mark.parametrize(
    "test", ["test_deselected.py::test_b", "test_kinds.py::test_marked", "integration/test_all.py::test_all"]
)
def test_what_is_not_run_has_no_outcome(run: SuiteRun, test: str) -> None:
    """What the project's conftest deselects, and what belongs to the integration suite."""
    assert f"tests/{test}" not in words(run)


def test_a_failed_subtest_ran_its_tests_code(run: SuiteRun) -> None:
    """Its report comes while the test still runs, and its exception is seen by no one: the code was entered."""
    assert outcome_of(run, "tests/test_kinds.py::Cases::test_subtests").entered
    assert outcome_of(run, "tests/test_kinds.py::test_subtests_of_pytest").entered


def test_a_doctest_is_a_test(run: SuiteRun) -> None:
    """Where the project's options ask for them."""
    assert words(run)["src/shop/documented.py::shop.documented.twice"] == "failed"


def test_an_outcome_has_its_place_and_the_reason(run: SuiteRun) -> None:
    """The path from the project's root, the line of the test, pytest's own words."""
    total = outcome_of(run, "tests/test_cart.py::test_total")
    setup = outcome_of(run, "tests/test_kinds.py::test_setup")
    broken = outcome_of(run, "tests/test_broken_import.py")

    assert (total.path, total.line, total.message) == ("tests/test_cart.py", 4, "")
    assert setup.message == "LookupError: no database"
    assert (broken.path, broken.line) == ("tests/test_broken_import.py", 1)
    assert "No module named 'a_module_that_nobody_has'" in broken.message


def test_the_snapshot_stays_as_it_was(everything: tuple[SuiteRun, Path]) -> None:
    """Tests write into a copy: the other side, the other suite and the next measurement see none of it."""
    _, snapshot = everything

    assert (snapshot / "src/shop/cart.py").read_text() == SHOP["src/shop/cart.py"]
    assert not (snapshot / "left-behind").exists()


def test_coverage_is_that_of_the_suite(run: SuiteRun) -> None:
    """Every source file is there, also one that nothing imports, and as it was before a test overwrote it."""
    documented, unused = (coverage_of(run, f"src/shop/{name}.py") for name in ("documented", "never_imported"))

    assert {file.path.rpartition("/")[2] for file in run.files} == {
        "__init__.py",
        "cart.py",
        "documented.py",
        "never_imported.py",
    }
    assert set(documented.executed) == set(documented.statements)
    assert (unused.statements, unused.executed) == ((1, 2), ())
    assert coverage_of(run).statements == (1, 2, 5, 6)


def test_coverage_knows_lines_and_branches(tmp_path: Path) -> None:
    """Statements by first line, those executed and excluded, and the branches that were not taken."""
    source = """\
        def sign(number):
            if (
                number
                < 0
            ):
                return -1
            return 1


        def shown():  # pragma: no cover
            return "x"


        def called(): return 1
        def uncalled(): return 2
        """
    test = "from shop.cart import called, sign\n\n\ndef test_sign():\n    assert sign(1) == called() == 1\n"
    found = coverage_of(Bench(tmp_path).run({**SHOP, "src/shop/cart.py": source, "tests/test_cart.py": test}))

    assert found.statements == (1, 2, 6, 7, 10, 11, 14, 15)
    assert found.executed == (1, 2, 7, 10, 14)
    assert found.excluded == (10, 11)
    assert {line: found.multiline[line] for line in (3, 4)} == {3: 2, 4: 2}
    assert found.missing_branches == ((2, 6),)


@pytest.mark.parametrize(
    ("ending", "words_"),
    [
        ("os._exit(0)", "did not end properly: code 0"),
        ("os.kill(os.getpid(), 9)", "did not end properly: code -9"),
        ("time.sleep(600)", r"were stopped after 20 s \(the policy's timeout\)"),
        ("os.execv('/bin/true', ['true'])", "did not end properly: code 0"),
    ],
)
def test_a_test_that_ends_the_process_is_named(tmp_path: Path, ending: str, words_: str) -> None:
    """A run without its end proves nothing, whatever its exit code."""
    test = f"import os, time\n\n\ndef test_fine():\n    pass\n\n\ndef test_ends():\n    {ending}\n"

    with pytest.raises(Exception, match=f"{words_}.*; it was in tests/test_cart.py::test_ends"):
        Bench(tmp_path, timeout_s=20 if "sleep" in ending else 300).run({**SHOP, "tests/test_cart.py": test})


def test_a_module_that_exits_while_it_is_imported_is_no_run(tmp_path: Path) -> None:
    """No test ran: that is no green suite."""
    with pytest.raises(Exception, match=r"the unit tests could not be run: .*SystemExit"):
        Bench(tmp_path).run({**SHOP, "tests/test_a.py": "import sys\nsys.exit(0)\n"})


def test_a_run_without_tests_has_no_outcome(tmp_path: Path) -> None:
    """It is for the gates to say that nothing was shown."""
    run = Bench(tmp_path).run({name: text for name, text in SHOP.items() if name.startswith("src/")})

    assert run.outcomes == ()


SPAWNING = """
    import multiprocessing
    import subprocess
    import sys
    from concurrent.futures import ProcessPoolExecutor

    import pytest

    from shop.cart import total


    @pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
    def test_pool(method):
        with multiprocessing.get_context(method).Pool(1) as pool:
            assert pool.map(total, [[1, 2]]) == [3]


    @pytest.mark.parametrize("method", ["spawn", "forkserver"])
    def test_executor(method):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
            assert pool.submit(total, [1, 2]).result() == 3


    @pytest.mark.parametrize("options", [[], ["-I"], ["-E", "-s"]])
    def test_own_environment(options):
        code = "from shop.cart import empty; print(empty())"
        assert subprocess.check_output([sys.executable, *options, "-c", code], env={}, cwd="/") == b"[]\\n"
    """


def test_programs_that_tests_start_import_the_checked_tree_and_are_measured(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever environment they get, and however multiprocessing starts them: by a socket, whose path is short."""
    run = Bench(tmp_path_factory.mktemp("s")).run({**SHOP, "tests/test_spawning.py": SPAWNING})

    assert [outcome for outcome in run.outcomes if outcome.outcome != "passed"] == []
    assert coverage_of(run).elsewhere == (1, 2, 5, 6)


def test_parameters_of_a_fixture_that_every_test_uses_disturb_no_planted_test(tmp_path: Path) -> None:
    """They stand in the planted tests' ids as well, as the numbers of a plugin that repeats all tests do."""
    conftest = "import pytest\n\n\n@pytest.fixture(autouse=True, params=['a', 'b'])\ndef each(request):\n    pass\n"
    run = Bench(tmp_path).run({**SHOP, "tests/conftest.py": conftest})

    assert words(run) == {"tests/test_cart.py::test_total[a]": "passed", "tests/test_cart.py::test_total[b]": "passed"}


CASES = """
    import pytest


    def run_case(item):
        assert item.name == "right"


    class Case(pytest.Item):
        @property
        def obj(self):
            return run_case

        def runtest(self):
            self.obj(self)


    class Cases(pytest.File):
        def collect(self):
            return [Case.from_parent(self, name=name) for name in self.path.read_text().split()]


    def pytest_collect_file(parent, file_path):
        return Cases.from_parent(parent, path=file_path) if file_path.suffix == ".cases" else None
    """


def test_a_case_in_a_data_file_may_show_a_function_that_cannot_be_replaced(tmp_path: Path) -> None:
    """As those of tavern do: it is run as it is, and seen."""
    run = Bench(tmp_path).run({**SHOP, "conftest.py": CASES, "tests/test_all.cases": "right wrong\n"})
    wrong = outcome_of(run, "tests/test_all.cases::wrong")

    assert words(run)["tests/test_all.cases::right"] == "passed"
    assert (wrong.outcome, wrong.frames) == ("failed", ("conftest.py",))
