"""The checked project's Python: which one it is, and what is installed for it."""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gatecheck import process
from gatecheck.confinement import settle_cage
from gatecheck.errors import MeasurementError, UsageError
from gatecheck.visible_files import own_files
from gatecheck.workspace import Execution, run_prefix

OLDEST = (3, 9, 0)  # what the programs of gatecheck.in_project are written for
_ASK = (Path(__file__).parent / "in_project" / "installed.py").read_text("utf-8")


@dataclass(frozen=True)
class Interpreter:
    """A Python: where it is, its version, its prefix, and a digest of it with all that is installed.

    `packages` maps distribution names (lower case, "-" as "_") to versions. `chosen` says why it was taken. base: the
    Python that a virtual environment was made with, itself where it is none. libraries: the folders of installed
    packages. leads: other folders that it needs or imports from, with those of editable installs (PEP 610).
    """

    path: str
    version: tuple[int, int, int]
    prefix: str
    packages: dict[str, str]
    digest: str
    chosen: str = ""
    base: str = ""
    libraries: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Give the files and folders that must be there for it to run and import what is installed."""
        found = (self.path, self.prefix, self.base, *self.leads, *self.libraries)
        return tuple(dict.fromkeys(place for place in found if Path(place).is_absolute()))

    def first_on(self, path: str) -> str:
        """Give a PATH on which this interpreter's folder comes first."""
        return os.pathsep.join([str(Path(self.path).parent), path])

    def program(self, name: str) -> Path | None:
        """Give the project's own copy of a tool's program, where it has one."""
        path = Path(self.prefix, "Scripts" if sys.platform == "win32" else "bin", name)
        return path if os.access(path, os.X_OK) else None


def find_interpreter(top: Path, asked: Path | None, policy: str, root: str = "") -> tuple[Path, str]:
    """Choose the project's Python: asked for, the policy's, the active environment, `.venv` or `venv`, else our own.

    `root` is the project's folder below the top of the repository, which is looked in first.
    An active environment that gatecheck itself runs in may be there for gatecheck alone: the project's own folder comes
    before it. Raises UsageError when the one asked for is not there.
    """
    if asked is not None:
        return named_python(asked), "--python"
    if policy:
        return _existing(top / policy, "the policy's python"), "the policy's python"
    active = {f"${name}": Path(os.environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if os.environ.get(name)}
    others = {name: folder for name, folder in active.items() if folder.resolve() != Path(sys.prefix).resolve()}
    names = [f"{home}{name}" for home in dict.fromkeys((f"{root}/" if root else "", "")) for name in (".venv", "venv")]
    inside = {name: top / name for name in names}
    for name, folder in (others | inside | active).items():
        if found := python_in(folder):
            return found, name
    none = "gatecheck's own interpreter: no environment of the project was found; name one with --python"
    return Path(sys.executable), none


def read_interpreter(path: Path, chosen: str, checkouts: Iterable[Path] = ()) -> Interpreter:
    """Ask an interpreter what it is; raises MeasurementError when it does not answer.

    checkouts: the user's working files, which the digest leaves out where an editable install leads to them.
    """
    answer, said = _asked(path, checkouts)
    if said.version < OLDEST:
        version = ".".join(map(str, said.version))
        raise MeasurementError(f"the project's interpreter {path} is Python {version}; 3.9 or newer is needed")
    digest = hashlib.sha256(answer + str(path).encode("utf-8", "surrogateescape")).hexdigest()
    packages = _packages(said.names)
    return Interpreter(
        str(path), said.version, said.prefix, packages, digest, chosen, said.base, said.libraries, said.places
    )


def _asked(path: Path, checkouts: Iterable[Path]) -> tuple[bytes, "_Said"]:
    """Run an interpreter in a cage: with what is installed for it comes code of its own, such as `.pth` files.

    What it needs it says only when it runs: where that is more than was to be seen, it is asked again.
    """
    shown = {str(place) for place in (*_homes(path), *checkouts)}
    while True:
        done = _asked_in_cage(path, checkouts, shown)
        answer = done.stdout.rstrip().split(b"\n")[-1]  # what its .pth files print comes before
        try:
            said = msgspec.json.decode(answer, type=_Said)
        except msgspec.MsgspecError as error:
            raise MeasurementError(f"the project's interpreter {path} does not run: {done.complaint()}") from error
        if shown.issuperset(said.unseen):
            return answer, said
        shown.update(said.unseen)


def _asked_in_cage(path: Path, checkouts: Iterable[Path], shown: Collection[str]) -> process.Done:
    with tempfile.TemporaryDirectory(prefix=run_prefix()) as name:
        folder = Path(name).resolve()
        (home := folder / "home").mkdir()
        env = process.scrubbed_environment(home, PYTHONSAFEPATH="1")
        execution = Execution(timeout_s=60, cage=settle_cage("none", own_files()))
        argv: list[str | Path] = [path, "-c", _ASK, json.dumps(sorted(shown)), *checkouts]
        return execution.run(argv, cwd=home, env=env, writable=[folder], shown=shown)


def _homes(path: Path) -> Iterator[Path]:
    """Give the folders of an interpreter and of the one that it leads to, as it names them itself without running."""
    yield path.parent.parent
    yield path.resolve().parent.parent
    with contextlib.suppress(OSError):
        for line in (path.parent.parent / "pyvenv.cfg").read_text("utf-8", "replace").splitlines():
            if line.partition("=")[0].strip() == "home":
                yield Path(line.partition("=")[2].strip()).parent


class _Said(msgspec.Struct):
    version: tuple[int, int, int]
    prefix: str
    names: list[tuple[str, int]]
    base: str = ""
    libraries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def _packages(names: list[tuple[str, int]]) -> dict[str, str]:
    stems = [name.rsplit(".", 1)[0] for name, _ in names if name.endswith((".dist-info", ".egg-info"))]
    pairs = [stem.split("-") for stem in stems]
    return {pair[0].lower().replace(".", "_"): pair[1] if len(pair) > 1 else "" for pair in pairs}


def named_python(path: Path) -> Path:
    """Give the Python that an option names, by itself or by its environment; raises UsageError where there is none."""
    return _existing(path, "--python")


def _existing(path: Path, who: str) -> Path:
    if not path.exists():
        raise UsageError(f"{who} names {path}, which does not exist")
    found = python_in(path) if path.is_dir() else path
    if found is None or not os.access(found, os.X_OK):
        raise UsageError(f"{who} names {path}, which is no Python interpreter")
    return found.absolute()


def python_in(folder: Path) -> Path | None:
    """Give the Python of an environment's folder, None where there is none."""
    for tail in ("bin/python", "bin/python3", "Scripts/python.exe"):
        if os.access(folder / tail, os.X_OK):
            return (folder / tail).absolute()
    return None
