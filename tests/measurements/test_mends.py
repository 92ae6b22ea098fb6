"""What of a bug fix its tests miss, tried on real commits."""

from collections.abc import Mapping

import pytest

from gatecheck.run import Demand, check
from gatecheck.task import Strategy, Task
from repositories import GitRepository

SLOW = pytest.mark.slow
SOURCE, TESTS = "src/shop.py", "tests/test_shop.py"
BASE = {
    "pyproject.toml": b'[project]\nname = "shop"\nversion = "1"\n',
    SOURCE: b'LEAST = 0\n__version__ = "1"\n\n\ndef fee(x):\n    return max(x, LEAST)\n',
    TESTS: b"import shop\n\n\ndef test_fee():\n    assert shop.fee(2) == 2\n",
}


def edited(path: str, old: str, new: str) -> dict[str, bytes]:
    """Give a file of the base with a text replaced."""
    return {path: BASE[path].replace(old.encode(), new.encode())}


def with_test(line: str) -> dict[str, bytes]:
    """Give the tests with one more."""
    return {TESTS: BASE[TESTS] + f"\n\ndef test_small():\n    {line}\n".encode()}


MENDED = edited(SOURCE, "max(x, LEAST)", "max(x, 1)")
COPIED = {SOURCE: BASE[SOURCE] + b"\n\ndef least_fee(x):\n    return max(x, 1)\n"}
USED = {SOURCE: COPIED[SOURCE].replace(b"return max(x, LEAST)", b"return least_fee(x)")}
METHOD = BASE[SOURCE] + b"\n\nclass Till:\n    def __init__(self):\n        self.n = 1\n"
HOOK = METHOD + b"\n    def __len__(self):\n        return self.n\n"


@pytest.mark.parametrize(
    ("source", "test", "status"),
    [
        (MENDED, "assert shop.fee(0) == 1", "pass"),
        pytest.param(edited(SOURCE, "LEAST = 0", "LEAST = 1"), "assert shop.fee(0) == 1", "pass", marks=SLOW),
        pytest.param(USED, "assert shop.fee(0) == 1", "pass", marks=SLOW),
        (USED, "assert shop.least_fee(0) == 1", "fail"),
        pytest.param(COPIED, "assert shop.least_fee(0) == 1", "fail", marks=SLOW),
        (
            {SOURCE: BASE[SOURCE].replace(b'"1"', b'"2"').replace(b"return max", b"x = +x\n    return max")},
            "assert shop.fee(int(shop.__version__)) == 2",
            "fail",
        ),
    ],
)
def test_what_had_the_bug_is_put_back(repo: GitRepository, source: Mapping[str, bytes], test: str, status: str) -> None:
    """The test misses the mend itself, and not a new name or a new version beside it."""
    assert gate_of(repo, BASE, {**source, **with_test(test)}) == status


def test_a_method_that_python_calls_by_its_name_is_a_mend(repo: GitRepository) -> None:
    """It is new, and the test could be called without it."""
    base = BASE | {SOURCE: METHOD}
    test = "assert len(shop.Till()) == 1"

    assert gate_of(repo, base, {SOURCE: HOOK, **with_test(test)}) == "pass"


def gate_of(repo: GitRepository, base: Mapping[str, bytes], head: Mapping[str, bytes]) -> str:
    """Judge two commits as a bug fix."""
    before = repo.commit(base, "base")
    repo.commit(head, "head")
    demand = Demand(repo.path, f"{before}..HEAD", task=Task(strategy=Strategy.BUG_FIX), gates=("red-on-base",))
    return next(gate for gate in check(demand).gates if gate.id == "red-on-base").status
