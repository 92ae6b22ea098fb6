"""Where the project's own code runs: with no network but loopback where the kernel allows it, and under limits.

The program that does it is `gatecheck.in_project.cage`; the bound on memory is kept by `gatecheck.process`.
"""

import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from gatecheck import process
from gatecheck.errors import MeasurementError

Network = Literal["none", "host"]

_CAGE = Path(__file__).parent / "in_project" / "cage.py"


def confined(argv: Sequence[str | Path], network: Network) -> list[str | Path]:
    """Give the words that run a program under the limits, with the network that was settled."""
    return [sys.executable, "-I", "-S", _CAGE, network, *argv]


def settle_network(wanted: Network) -> tuple[Network, str]:
    """Give the network that the project's code gets, and what the report must say of it: "" where it is cut off."""
    if wanted == "host":
        said = 'the policy says network = "host"; each run waits for the others, and none is remembered'
        return "host", f"the project's code had the network of this machine: {said}"
    if reason := _refusal():
        return "host", f"the project's code had the network of this machine: it could not be cut off ({reason})"
    return "none", ""


@cache
def _refusal() -> str:
    """Try once; give the kernel's reason to refuse."""
    try:
        done = process.run(confined((), "none"), cwd=Path("/"), env=os.environ, timeout_s=60)
    except MeasurementError as error:
        return str(error)
    return "" if done.code == 0 else done.complaint()
