"""Whether the tests ran on the tree that is checked: real suites, whose conftest changes it on the way."""

from pathlib import Path
from textwrap import dedent

import pytest

from gatecheck.errors import MeasurementError
from gatecheck.measurements.imported import replaced
from gatecheck.measurements.outcomes import Sources
from suite_bench import SHOP, Bench, words

CART = "src/shop/cart.py"
HERE = "import pathlib\n\ncart = pathlib.Path(__file__).parents[1] / 'src/shop/cart.py'\n"
OTHER = "def total(prices):\n    return 3\n\n\ndef empty():\n    return []\n"
# What a conftest.py does, and what is said of it.
CHANGING = {
    "it writes a module": (
        f"cart.write_text({OTHER!r})\n",
        f"{CART} was not what is committed when it was imported (tests/conftest.py:4 wrote it)",
    ),
    "it writes a module, imports it, and puts it back": (
        f"old = cart.read_text()\ncart.write_text({OTHER!r})\nimport shop.cart\ncart.write_text(old)\n",
        f"{CART} was not what is committed when it was imported (tests/conftest.py:5 wrote it)",
    ),
    "it moves another file to the place": (
        f"(cart.parent / 'new').write_text({OTHER!r})\n(cart.parent / 'new').rename(cart)\n",
        f"{CART} was not what is committed when it was imported (tests/conftest.py:5 wrote it)",
    ),
    "another program writes it": (
        "import subprocess\nsubprocess.run(['sh', '-c', 'printf \"def total(x): return 3\" > ' + str(cart)])\n",
        f"{CART} was not what is committed when it was imported: ",
    ),
    "it makes a package of the same name": (
        f"(cart.parent / 'cart').mkdir()\n(cart.parent / 'cart/__init__.py').write_text({OTHER!r})\n",
        f"src/shop/cart/__init__.py was imported in place of {CART}, and is not committed (tests/conftest.py:5",
    ),
    "it makes a conftest.py": (
        "(cart.parents[2] / 'tests/more/conftest.py').write_text('import sys\\n')\n",
        "tests/more/conftest.py was imported in place of none, and is not committed",
    ),
    "it plants bytecode": (
        f"""
        import importlib.util, os, py_compile, sys
        at = importlib.util.cache_from_source(str(cart))
        other = cart.with_name("other.py")
        other.write_text({OTHER!r})
        data = other.read_bytes()
        os.makedirs(os.path.dirname(at), exist_ok=True)
        code = compile(data, str(cart), "exec")
        import marshal
        stat = cart.stat()
        head = importlib.util.MAGIC_NUMBER + bytes(4)
        head += int(stat.st_mtime).to_bytes(4, "little") + stat.st_size.to_bytes(4, "little")
        open(at, "wb").write(head + marshal.dumps(code))
        """,
        f"{CART} ran with other code than its file holds",
    ),
    "it patches how source is read": (
        f"""
        import importlib.machinery as machinery

        read = machinery.SourceFileLoader.get_data
        machinery.SourceFileLoader.get_data = (
            lambda self, path: {OTHER!r}.encode() if path == str(cart) else read(self, path)
        )
        """,
        f"{CART} ran with other code than its file holds",
    ),
    "it has a loader of its own": (
        f"""
        import importlib.machinery as machinery
        import importlib.util
        import sys

        class Own(machinery.SourceFileLoader):
            def get_code(self, name):
                return compile({OTHER!r}, str(cart), "exec")

        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == "shop.cart":
                    return importlib.util.spec_from_file_location(name, cart, loader=Own(name, str(cart)))

        sys.meta_path.insert(0, Finder())
        """,
        f"{CART} ran with other code than its file holds",
    ),
}


OFTEN = ("it writes a module, imports it, and puts it back", "it plants bytecode")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in OFTEN else [pytest.mark.slow]) for name in CHANGING]
)
def test_a_module_that_is_not_the_committed_one_is_told(tmp_path: Path, name: str) -> None:
    """By its name, and with the place that wrote it where it is code of the tree."""
    conftest, told = CHANGING[name]
    files = {**SHOP, "tests/conftest.py": HERE + dedent(conftest), "tests/more/test_more.py": "def test_more(): pass\n"}

    with pytest.raises(MeasurementError) as caught:
        Bench(tmp_path).run(files)

    assert f"the tests did not run on the tree that is checked: {told}" in str(caught.value)


HONEST = """
    from __future__ import annotations

    import importlib
    import pathlib
    import runpy
    import sys

    import shop.cart

    top = pathlib.Path(__file__).parents[1]


    def test_a_tracked_file_is_edited_and_put_back():
        path = top / "src/shop/cart.py"
        before = path.read_bytes()
        path.write_text("x = 1\\n")
        path.write_bytes(before)
        importlib.reload(shop.cart)


    def test_files_are_made(tmp_path):
        (top / "src/shop/_version.py").write_text("version = '1'\\n")
        (top / "tests/made.py").write_text("rows = [1]\\n")
        (tmp_path / "cart.py").write_text("other = 1\\n")
        sys.path[:0] = [str(top / "tests"), str(tmp_path)]
        importlib.invalidate_caches()
        import cart
        import made
        from shop import _version

        assert (cart.other, made.rows, _version.version) == (1, [1], "1")


    def test_a_script_is_run():
        exec(compile("x = 1", str(top / "src/shop/cart.py"), "exec"), {})
        runpy.run_path(str(top / "script.py"))


    def test_a_tracked_file_is_left_changed():
        (top / "src/shop/late.py").write_text("late = 2\\n")
        (top / "rows.txt").write_text("3")
"""


def test_what_honest_tests_write_is_no_matter(tmp_path: Path) -> None:
    """Data, modules that are made on the way, and tracked files that nobody imports as they are then."""
    files = {
        **SHOP,
        "tests/test_files.py": HONEST,
        "script.py": "x = 1\n",
        "src/shop/late.py": "late = 1\n",
        "rows.txt": "1",
    }

    run = Bench(tmp_path, watched=("src/shop/late.py",)).run(files)
    assert set(words(run).values()) == {"passed"}


def test_code_that_an_installed_loader_makes_is_no_matter(tmp_path: Path) -> None:
    """Such as one that adds checks of types: it is pytest's own here, which rewrites what asserts."""
    conftest = "import pytest\n\npytest.register_assert_rewrite('shop.cart')\n"
    cart = SHOP[CART] + "\n\ndef checked(x):\n    assert x\n"

    run = Bench(tmp_path, watched=(CART,)).run({**SHOP, CART: cart, "tests/conftest.py": conftest})
    assert set(words(run).values()) == {"passed"}


def test_what_a_build_makes_before_the_run_is_part_of_the_tree(tmp_path: Path) -> None:
    """A conftest.py as well: the file was there when the run began."""
    (tmp_path / "conftest.py").write_text("")

    assert replaced(Sources({"conftest.py": ("1",)}), tmp_path, (), ("",)) == ""
    assert replaced(Sources({"conftest.py": ("1",)}), tmp_path / "other", (), ("",)) != ""
