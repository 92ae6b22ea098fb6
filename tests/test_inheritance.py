"""Where an inherited test is written."""

import pytest

from gatecheck.inheritance import Classes

SHARED = b"class Shared:\n    def test_a(self): ...\n\n\nclass More(Shared):\n    def test_b(self): ...\n"
OWN = b"import shared\n\n\nclass TestIt(shared.More):\n    def test_c(self): ...\n    class Inner(Shared): ...\n"
LOOP = b"class A(B): ...\nclass B(A): ...\nclass Shared:\n    def test_d(self): ...\nclass C(Shared): ...\n"
FILES = {"tests/__init__.py": SHARED, "tests/test_a.py": OWN, "tests/test_loop.py": LOOP, "tests/bad.py": b"class :"}


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (("tests/test_a.py", "TestIt.test_c"), ("tests/test_a.py", "TestIt.test_c")),
        (("tests/test_a.py", "TestIt.test_b"), ("tests/__init__.py", "More.test_b")),
        (("tests/test_a.py", "TestIt.test_a"), ("tests/__init__.py", "Shared.test_a")),
        (("tests/test_a.py", "TestIt.Inner.test_a"), ("tests/__init__.py", "Shared.test_a")),
        (("tests/test_loop.py", "C.test_d"), ("tests/test_loop.py", "Shared.test_d")),
        (("tests/test_loop.py", "A.test_a"), ("tests/test_loop.py", "A.test_a")),
        (("tests/test_a.py", "test_of_none"), ("tests/test_a.py", "test_of_none")),
    ],
)
def test_a_method_is_found_where_it_is_written(place: tuple[str, str], written: tuple[str, str]) -> None:
    """In the class, in one above it, in the same file first; a circle of classes has none."""
    assert Classes.of(FILES.items()).defining(place) == written
