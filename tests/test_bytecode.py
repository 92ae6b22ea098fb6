"""Bytecode: that of installed packages is read where it lies, that of the checked tree never, and none is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

from gatecheck.overlay import IN_PROJECT

ASKED = "import gatecheck_bytecode, json, pytest, sys; import importlib._bootstrap_external as e; "
WHERE = (
    ASKED + "print(json.dumps([e.cache_from_source(path) for path in (json.__file__, pytest.__file__, sys.argv[1])]))"
)
WRITE = ASKED + "e.SourceFileLoader('a', json.__file__).set_data(sys.argv[1], b'x')"


def ran(folder: Path, code: str, argument: str) -> str:
    """Run code in a Python that has its bytecode below a folder."""
    env = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "prefix"), "PYTHONPATH": str(IN_PROJECT)}
    argv = [sys.executable, "-c", code, argument]
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout


def test_what_is_installed_is_read_beside_its_source(tmp_path: Path) -> None:
    """What the checked tree holds as bytecode is not believed."""
    tree = tmp_path / "tree" / "shop.py"
    library, installed, own = json.loads(ran(tmp_path, WHERE, str(tree)))

    assert Path(library).parent == Path(json.__file__).parent / "__pycache__"
    assert Path(installed).parent.name == "__pycache__"
    assert own.startswith(str(tmp_path / "prefix"))


def test_nothing_is_written_beside_an_installed_source(tmp_path: Path) -> None:
    """Whatever is missing there."""
    beside = Path(json.__file__).with_name("gatecheck_was_here.pyc")
    below = tmp_path / "prefix" / "a.pyc"
    ran(tmp_path, WRITE, str(beside))
    ran(tmp_path, WRITE, str(below))

    assert not beside.exists()
    assert below.read_bytes() == b"x"
