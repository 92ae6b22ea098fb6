"""Installations of gatecheck besides the one that runs the tests: with other modules."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import gatecheck
import gatecheck_gates

# Where gatecheck is imported from in these tests, and what it needs.
PLACES = (
    Path(gatecheck.__file__).parents[1],
    Path(gatecheck_gates.__file__).parents[1],
    Path(sysconfig.get_path("purelib")),
)
SCRIPT = "#!{python}\nfrom gatecheck.isolated import main\n\nmain()\n"


def installation(folder: Path, *first: Path) -> Path:
    """Make a virtual environment with gatecheck, its dependencies and the modules of some folders, which come first."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (library,) = folder.glob("lib/python*/site-packages")
    shutil.copy(Path(sysconfig.get_path("purelib"), "00-gatecheck-isolated.pth"), library)
    (library / "packages.pth").write_text("".join(f"{place}\n" for place in (*first, *PLACES)))
    program = folder / "bin" / "gatecheck"
    program.write_text(SCRIPT.format(python=folder / "bin" / "python"))
    program.chmod(0o755)
    return folder
