"""Environments with one package more than the tests' own: what is skipped in these runs in those."""

import subprocess
import sys
import sysconfig
from pathlib import Path


def environment(folder: Path, *modules: str) -> Path:
    """Make a virtual environment with all that the tests' own has, and with more modules, each of them empty."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (library,) = folder.glob("lib/python*/site-packages")
    (library / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    for module in modules:
        (library / f"{module}.py").write_text('COLOUR = "red"\n')
    return folder
