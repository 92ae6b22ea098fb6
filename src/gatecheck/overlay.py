"""A virtual environment over the project's own, whose Pythons see the checked tree in place of the working files.

An editable install leads to the user's checkout. Import paths in environment variables do not reach the programs that
tests start with an environment of their own, and some finders come before any path. What is installed for the
interpreter itself reaches all of them: `sys.executable`, the commands on `PATH`, and whatever these start. How virtual
environments work is in the manual of `venv` and in that of `site` ("pyvenv.cfg").
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gatecheck.interpreter import Interpreter

IN_PROJECT = Path(__file__).parent / "in_project"
_HEAD = 512  # bytes of a script that name its interpreter: `#!`, or a line of sh where the path is too long for that


@dataclass(frozen=True)
class Overlay:
    """An overlay: its folder, and the interpreter that it lies over."""

    folder: Path
    interpreter: Interpreter

    @property
    def python(self) -> Path:
        """Give the overlay's Python."""
        return self.folder / "bin" / "python"

    def path(self, inherited: str) -> str:
        """Give a PATH on which the overlay's programs come first, then those of the environment."""
        return os.pathsep.join([str(self.folder / "bin"), self.interpreter.first_on(inherited)])


def make_overlay(
    folder: Path,
    interpreter: Interpreter,
    tree: Path,
    roots: Iterable[str],
    checkouts: Iterable[Path],
    *,
    rcfile: Path | None = None,
    lent: Iterable[str] = (),
) -> Overlay:
    """Make an overlay in a new folder.

    tree: the checked tree; modules are imported from its folders `roots`. checkouts: the user's working files, that
    editable installs lead to. rcfile: coverage.py's configuration for the programs that the tests start. lent: folders
    of packages that the environment lacks.
    """
    version = "python{}.{}".format(*interpreter.version)
    library, programs = folder / "lib" / version / "site-packages", folder / "bin"
    library.mkdir(parents=True)
    programs.mkdir()
    (folder / "pyvenv.cfg").write_text(
        f"home = {Path(interpreter.base).parent}\ninclude-system-site-packages = false\n"
    )
    for name in ("python", "python3", version):
        (programs / name).symlink_to(interpreter.base)
    _bring_programs(interpreter, programs)
    _bring_data(interpreter, folder)
    for name in ("gatecheck_site.py", "gatecheck_bytecode.py"):
        (library / name).symlink_to(IN_PROJECT / name)
    told = {
        "bytecode": str(folder / "bytecode"),
        "checkouts": sorted((str(checkout.resolve()) for checkout in checkouts), key=len, reverse=True),
        "kept": [os.path.realpath(interpreter.prefix), os.path.realpath(folder), os.path.realpath(tree)],
        "lent": list(lent),
        "libraries": list(interpreter.libraries),
        "prefix": interpreter.prefix,
        "rcfile": str(rcfile or ""),
        "roots": [str(tree / root) for root in roots],
        "tree": str(tree),
    }
    (library / "gatecheck_told.py").write_text(f"TOLD = {told!r}\n")
    (library / "gatecheck.pth").write_text("import gatecheck_site\n")
    return Overlay(folder, interpreter)


def _bring_data(interpreter: Interpreter, target: Path) -> None:
    """Link what a virtual environment holds besides programs and modules: data files, looked for below its prefix."""
    prefix = Path(interpreter.prefix)
    for entry in prefix.iterdir() if (prefix / "pyvenv.cfg").exists() else ():
        if not (target / entry.name).exists() and entry.name not in {"lib64", "Lib", "Scripts"}:
            (target / entry.name).symlink_to(entry)


def _bring_programs(interpreter: Interpreter, target: Path) -> None:
    """Bring the scripts that are written for an interpreter, to be run by the overlay's Python.

    Of a virtual environment's folder the other programs are linked: they are looked for beside `sys.executable`.
    """
    source = Path(interpreter.path).parent
    folders = {os.fsencode(place) for place in (source, source.resolve(), Path(interpreter.prefix, "bin"))}
    named = re.compile(rb"(?<![\w./-])(?:%s)/python[\d.]*(?![\w./-])" % rb"|".join(map(re.escape, folders)))
    alone = Path(interpreter.prefix, "pyvenv.cfg").exists()
    for entry in source.iterdir():
        if entry.name.startswith("python") or not entry.is_file():
            continue
        with entry.open("rb") as file:
            head = file.read(_HEAD)
            if head.startswith(b"#!") and named.search(head):
                text = named.sub(os.fsencode(target / "python"), head) + file.read()
                (target / entry.name).write_bytes(text)
                (target / entry.name).chmod(0o755)
            elif alone:
                (target / entry.name).symlink_to(entry)
