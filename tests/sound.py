"""What sound-tests finds in a test file that belongs to a small change of the source."""

from gatecheck.model import Severity
from gatecheck.project import Project
from gatecheck.soundness.examine import Examination
from gatecheck.testing import change_of

PROJECT = Project(source=("/src/",))
IMPORTS = (
    "import contextlib, inspect, pytest",
    "from unittest import mock",
    "from shop import fees",
    "from shop.fees import fee",
)
HEAD = "\n".join([*IMPORTS, "\n"])
SOURCE = "src/shop/fees.py", ("def fee(x):\n    return x\n", "def fee(x):\n    return x + 1\n")


def found(
    after: str, before: str | None = None, path: str = "tests/test_fees.py", *, keeping: bool = False
) -> dict[str, Severity]:
    """Give the rules that a test file breaks."""
    sides = None if before is None else HEAD + before, HEAD + after
    examined = Examination(change_of({path: sides, SOURCE[0]: SOURCE[1]}), PROJECT, keeping)
    return {finding.rule: finding.level for finding in (*examined.of_tests, *examined.of_source)}


def body(*lines: str) -> str:
    """Give a test with these lines."""
    return "def test_fee(a=1):\n" + "".join(f"    {line}\n" for line in lines)
