"""Runs one suite of a snapshot in the project's interpreter, and reads what it recorded and covered.

The programs that run there are in `gatecheck.in_project`. Facts behind the choices: coverage.py's manual ("Configuration
reference"), pytest's ("Command-line flags", "Configuration options").
"""

import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import msgspec

from gatecheck import process
from gatecheck.change import Snapshot
from gatecheck.errors import MeasurementError
from gatecheck.globs import expressions
from gatecheck.interpreter import Interpreter
from gatecheck.measurements.outcomes import Record, read_record
from gatecheck.policy import SuitePolicy
from gatecheck.project import INTEGRATION, Project
from gatecheck.workspace import Execution, Workspace

IN_PROJECT = Path(__file__).parents[1] / "in_project"
MARKER = "integration"
# coverage.py's own defaults since 7.10 (its manual, "Excluding code"); the base's are added, the head's are not.
EXCLUDE = (
    r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)",
    r"^\s*(((async )?def .*?)?\)(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)",
    r"if (typing\.)?TYPE_CHECKING:",
)
MINIMUM_COVERAGE = (7, 6)  # the oldest coverage.py whose parser has what analysis.py asks for


# Tests of one project share what lies outside the tree: a database, a port. Two runs at once would break each other.
_TURN = threading.Lock()


@dataclass(frozen=True)
class FileCoverage:
    """One source file: statements by first line, those executed, those excluded; `multiline` maps a physical line to its first.

    `problem` says why the file could not be read; then nothing of it counts as executed.
    """

    path: str
    statements: tuple[int, ...] = ()
    executed: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    multiline: dict[int, int] = field(default_factory=dict)
    missing_branches: tuple[tuple[int, int], ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class TestBed:
    """Where and how a project's tests run: all that a run needs besides the snapshot."""

    __test__ = False  # pytest: this is no test class

    project: Project
    interpreter: Interpreter
    execution: Execution
    workspace: Workspace


@dataclass(frozen=True)
class SuiteRunner:
    """One suite on its way: where its files are, and what the programs in the project's interpreter are told."""

    suite: str
    snapshot: Snapshot
    bed: TestBed
    folder: Path
    tests: tuple[str, ...] = ()

    @classmethod
    def prepare(cls, suite: str, snapshot: Snapshot, bed: TestBed, tests: tuple[str, ...] = ()) -> "SuiteRunner":
        """Copy the snapshot, for tests may write into their tree; `tests` are the ids to run, none for all."""
        folder = bed.workspace.folder(f"{suite}-{snapshot.side.value}")
        shutil.copytree(snapshot.root, folder / "tree", symlinks=True)
        return cls(suite, snapshot, bed, folder, tests)

    @property
    def tree(self) -> Path:
        """Give the copy that the tests run in."""
        return self.folder / "tree"

    @property
    def project(self) -> Project:
        """Give the project."""
        return self.bed.project

    @property
    def interpreter(self) -> Interpreter:
        """Give the project's interpreter."""
        return self.bed.interpreter

    @property
    def said(self) -> SuitePolicy | None:
        """Give what the policy says of the suite."""
        return self.project.suite(self.suite)

    @property
    def runner(self) -> str:
        """Give what runs the suite: pytest, or the first words of the policy's command."""
        command = _without_python(self.said.command if self.said else ())
        return "pytest" if command[:1] in {(), ("pytest",)} else " ".join(command)

    @property
    def lend(self) -> str:
        """Give a folder that holds gatecheck's own coverage.py, where the project has none that is new enough."""
        has = self.interpreter.packages.get("coverage", "0")
        if tuple(int(part) for part in has.split(".")[:2] if part.isdigit()) >= MINIMUM_COVERAGE:
            return ""
        import coverage

        folder = self.folder / "lent"
        folder.mkdir(exist_ok=True)
        if not (folder / "coverage").exists():
            (folder / "coverage").symlink_to(Path(coverage.__file__).parent)
        return str(folder)

    def run_tests(self) -> Record:
        """Run the suite to its end and read its record; raises MeasurementError where it cannot be believed."""
        with _TURN:
            record = self._recorded()
        if self.runner == "pytest" and record.code in {3, 4}:  # pytest's ExitCode: internal error, usage error
            raise MeasurementError(f"pytest could not run the {self.suite} tests: {record.last_words}")
        if record.foreign:
            name, origin = record.foreign[0]
            mend = "install the project editable (pip install -e .), or name the right environment with --python"
            where = origin.replace(self.interpreter.prefix, "<environment>")
            raise MeasurementError(f"{name} was imported from {where}, not from the checked tree: {mend}")
        return record

    def _recorded(self) -> Record:
        rcfile = self.folder / "coveragerc"
        rcfile.write_text(self._rcfile())
        nonce, record = secrets.token_hex(16), self.folder / "record"
        with record.open("w+b") as stream:
            told = self._told(nonce, stream.fileno(), rcfile)
            done = self._python("suite.py", told, stream.fileno())
            stream.seek(0)
            text = stream.read(process.OUTPUT_LIMIT * 4).decode("utf-8", "replace")
        return read_record(text, nonce, self._ending(done))

    def describe(self) -> tuple[FileCoverage, ...]:
        """Read the coverage of every source file, in a new process."""
        files = [path for path in self.snapshot.paths if self.project.is_source(path)]
        told = {
            "data_file": str(self.folder / "data"),
            "exclude": "|".join(f"(?:{pattern})" for pattern in (*EXCLUDE, *self.project.coverage.exclude)),
            "files": files,
            "lend": self.lend,
            "top": str(self.tree),
        }
        done = self._python("analysis.py", told)
        try:
            described = msgspec.json.decode(done.stdout, type=dict[str, dict[str, object]])
        except msgspec.MsgspecError as error:
            raise MeasurementError(f"coverage of the {self.suite} tests cannot be read: {done.complaint()}") from error
        return tuple(msgspec.convert({"path": path, **said}, FileCoverage, strict=False) for path, said in described.items())

    def _python(self, program: str, told: dict[str, object], *descriptors: int) -> process.Done:
        plan = self.folder / f"{program}.json"
        plan.write_text(json.dumps(told))
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        env = process.scrubbed_environment(home, self.bed.execution.pass_env, PYTHONPYCACHEPREFIX=str(self.folder / "pycache"))
        argv = [self.interpreter.path, IN_PROJECT / program, plan]
        env["PYTHONPATH"] = os.pathsep.join(str(root) for root in self._roots)
        env["PATH"] = os.pathsep.join([str(Path(self.interpreter.path).parent), env.get("PATH", os.defpath)])
        cwd = self.tree / self.project.root
        return process.run(argv, cwd=cwd, env=env, timeout_s=self.bed.execution.timeout_s, keep_fds=descriptors)

    @property
    def _roots(self) -> list[Path]:
        """Give the folders that the project's modules are imported from."""
        return [self.tree / root for root in import_roots(self.project, self.snapshot.paths)]

    def _told(self, nonce: str, descriptor: int, rcfile: Path) -> dict[str, object]:
        command = _without_python(self.said.command if self.said else ())
        pytest = self.runner == "pytest"
        modules = [module for path in self.snapshot.paths if (module := self._module(path))]
        return {
            "args": [*command[1:], *self._pytest_args()] if pytest else list(command[2 if command[0] == "-m" else 1 :]),
            "module": "pytest" if pytest else command[1] if command[0] == "-m" else "",
            "script": "" if pytest or command[0] == "-m" else command[0],
            "descriptor": descriptor,
            "lend": self.lend,
            "modules": modules,
            "nonce": nonce,
            "own_modules": sorted({module.split(".")[0] for module in modules}),
            "rcfile": str(rcfile),
            "roots": [str(root) for root in self._roots],
            "suite": self.suite,
            "suites": {name: self._suite(name) for name in ("unit", "integration")},
            "top": str(self.tree),
        }

    def _suite(self, name: str) -> dict[str, object]:
        said = self.project.suite(name)
        if said and (said.paths or said.marker):
            return {"patterns": expressions(said.paths), "marker": said.marker}
        if name == "unit" or (said and said.command):
            return {"patterns": [".*"] if said and said.command else [], "marker": ""}
        return {"patterns": expressions(INTEGRATION), "marker": MARKER}

    def _pytest_args(self) -> list[str]:
        packages = self.interpreter.packages
        args = ["-q", "--no-header", "--color=no", "--tb=short", "-o", f"cache_dir={self.folder / 'cache'}"]
        args += ["--basetemp", str(self.folder / "tmp")]
        args += ["--no-cov"] if "pytest_cov" in packages else []  # a second measurement would switch ours off
        args += ["-n0"] if "pytest_xdist" in packages else []  # one process: one record, one tracer
        args += [word for option in self.snapshot.options for word in ("-o", option)]
        return [*args, *self.tests]

    def _module(self, path: str) -> str:
        """Give the dotted name under which a source file is imported, "" for no module."""
        if not self.project.is_source(path):
            return ""
        for root in import_roots(self.project, self.snapshot.paths):
            inside = path.removeprefix(f"{root}/") if root else path
            if inside != path or not root:
                parts = PurePosixPath(inside).with_suffix("").parts
                return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        return ""

    def _rcfile(self) -> str:
        """Write coverage.py's configuration: branches, one data file a process, nothing of the tree's own settings."""
        children = self.interpreter.packages.get("coverage", "") >= "7.10" and not self.lend
        lines = ["[run]", "branch = true", "parallel = true", f"data_file = {self.folder / 'data'}"]
        lines += [f"include = {self.tree}/*", "disable_warnings = no-data-collected,module-not-imported,couldnt-parse"]
        lines += ["patch = subprocess"] if children else []
        concurrency = self.project.coverage.concurrency
        return "\n".join([*lines, *([f"concurrency = {','.join(concurrency)}"] if concurrency else []), ""])

    def _ending(self, done: process.Done) -> str:
        if done.timed_out:
            return f"the {self.suite} tests were stopped after {self.bed.execution.timeout_s} s (the policy's timeout)"
        words = [line for line in (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace").split("\n") if line.strip()]
        return f"code {done.code}, last words: {words[-1].strip()[:200] if words else 'none'}"


def _without_python(command: tuple[str, ...]) -> tuple[str, ...]:
    """Drop a leading `python`: the suite runs in the project's interpreter anyway; `-m pytest` becomes `pytest`."""
    words = command[1:] if command and PurePosixPath(command[0]).name.startswith("python") else command
    return words[1:] if words[:2] == ("-m", "pytest") else words


def import_roots(project: Project, paths: Iterable[str]) -> list[str]:
    """Give the folders from which the project's source is imported, "" for the top: the parents of its packages."""
    roots = []
    listed = set(paths)
    for glob in project.source:
        folder = glob.strip("/")
        parent = str(PurePosixPath(folder).parent)
        inside = folder if glob.endswith("/") and f"{folder}/__init__.py" not in listed else "" if parent == "." else parent
        roots.append(project.root if "*" in inside else inside)
    return list(dict.fromkeys([*roots, project.root]))
