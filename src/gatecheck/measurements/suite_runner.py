"""Runs one suite of a snapshot in the project's interpreter, and reads what it recorded and covered.

The programs that run there are in `gatecheck.in_project`. Facts behind the choices: coverage.py's manual
("Configuration reference"), pytest's ("Command-line flags", "Configuration options").
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import msgspec

from gatecheck import process
from gatecheck.change import Snapshot
from gatecheck.configured import PYTEST_FILES
from gatecheck.errors import MeasurementError
from gatecheck.in_project.gatecheck_canaries import CALLED, UNCALLED
from gatecheck.interpreter import Interpreter
from gatecheck.measurements.causes import fix_of
from gatecheck.measurements.imported import replaced
from gatecheck.measurements.imports import import_roots, module_of
from gatecheck.measurements.lending import has_pytest, lent_folder
from gatecheck.measurements.outcomes import Record, read_record
from gatecheck.measurements.suite_command import (
    SUITES,
    UNITTEST_FILES,
    command_of,
    members_of,
    program_of,
    pytest_options,
    settings_of_django,
)
from gatecheck.measurements.variation import PLAIN, Variation
from gatecheck.overlay import IN_PROJECT, Overlay, make_overlay
from gatecheck.preparing import prepared
from gatecheck.project import Project
from gatecheck.suite_checkout import commit_files, make_checkout, write_identity
from gatecheck.test_bed import TestBed

# coverage.py's own defaults since 7.10 (its manual, "Excluding code"); the base's are added, the head's are not.
EXCLUDE = (
    r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)",
    r"^\s*(((async )?def .*?)?\)(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)",
    r"if (typing\.)?TYPE_CHECKING:",
)


@dataclass(frozen=True)
class FileCoverage:
    """One source file: its statements by first line, those executed, those excluded.

    elsewhere: those executed in other processes than the tests' own. multiline: maps a physical line to its statement's
    first. problem: why the file could not be read; then nothing of
    it counts as executed.
    """

    path: str
    statements: tuple[int, ...] = ()
    executed: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    multiline: dict[int, int] = field(default_factory=dict)
    missing_branches: tuple[tuple[int, int], ...] = ()
    problem: str = ""
    elsewhere: tuple[int, ...] = ()


@dataclass(frozen=True)
class SuiteRunner:
    """One suite on its way: where its files are, and what the programs in the project's interpreter are told.

    measured: whether the programs that the tests start are measured by coverage.py. spoilt: whether files of the copy
    are not those of the snapshot any more.
    """

    suite: str
    snapshot: Snapshot
    bed: TestBed
    folder: Path
    tests: tuple[str, ...] = ()
    variation: Variation = PLAIN
    measured: bool = True
    spoilt: bool = False

    @classmethod
    def prepare(
        cls,
        suite: str,
        snapshot: Snapshot,
        bed: TestBed,
        tests: tuple[str, ...] = (),
        variation: Variation = PLAIN,
        *,
        measured: bool = True,
    ) -> "SuiteRunner":
        """Copy the snapshot, for tests may write into their tree; `tests` are the ids to run, none for all."""
        if not (snapshot.root / bed.project.root).is_dir():
            raise MeasurementError(f"the {snapshot.side.value} has no folder {bed.project.root!r}, the project's root")
        ready = _ready(snapshot, bed)
        folder = bed.workspace.folder()  # names below it are short: sockets of tests have paths below `h` and `t`
        shutil.copytree(ready.root, folder / "tree", symlinks=True)
        if bed.execution.checkout and not (folder / "tree/.git").exists():
            make_checkout(commit_files(snapshot.root, bed.workspace), folder / "tree")
        (folder / "pytest.ini").touch()  # pytest looks for options up to the top of the file system: here it stops
        return cls(suite, snapshot, bed, folder, tests, variation, measured)

    @property
    def tree(self) -> Path:
        """Give the copy that the tests run in."""
        return self.folder / "tree"

    @property
    def root(self) -> Path:
        """Give the project's folder in it, where the tests start."""
        return self.tree / self.project.root

    @property
    def project(self) -> Project:
        """Give the project."""
        return self.bed.project

    @property
    def interpreter(self) -> Interpreter:
        """Give the project's interpreter."""
        return self.bed.interpreter

    @property
    def runner(self) -> str:
        """Give what runs the suite: pytest, or the policy's command."""
        return "pytest" if self.command[0] == "pytest" else " ".join(self.command)

    @property
    def command(self) -> tuple[str, ...]:
        """Give the words of the suite's command, without the interpreter."""
        return command_of(self.suite, self.project)

    @property
    def lend(self) -> str:
        """Give a folder that holds gatecheck's own coverage.py, where the project has none that is new enough."""
        return lent_folder(self.interpreter, self.folder / "lent")

    @property
    def overlay(self) -> Overlay:
        """Give the environment that the tests run in; it is made when it is first asked for."""
        folder = self.folder / "env"
        if not folder.exists():
            (self.folder / "coveragerc-below").write_text(self._rcfile("sigterm = true"))
            told = import_roots(self.project, self.snapshot.paths), self.bed.checkouts
            lent = [self.lend] if self.lend else []
            rcfile = self.folder / "coveragerc-below" if self.measured else None
            make_overlay(folder, self.interpreter, self.tree, *told, rcfile=rcfile, lent=lent)
        return Overlay(folder, self.interpreter)

    def run_tests(self) -> Record:
        """Run the suite to its end and read its record; raises MeasurementError where it cannot be believed."""
        with self.bed.turn:
            record = self._recorded()
        if self.runner == "pytest" and record.code in {3, 4}:  # pytest's ExitCode: internal error, usage error
            why = f"pytest ended with code {record.code}; {record.last_words}"
            raise MeasurementError(f"the {self.suite} tests could not be run: {why}")
        if self.runner == "pytest" and record.canaries and record.code == 0:
            why = "pytest ended with code 0, and planted tests failed; look at the conftest.py and plugins"
            raise MeasurementError(f"the test run cannot be believed: {why}")
        roots = import_roots(self.project, self.snapshot.paths)
        before = _ready(self.snapshot, self.bed).root
        if not self.spoilt and (why := replaced(record.sources, before, self.snapshot.paths, roots)):
            raise MeasurementError(f"the tests did not run on the tree that is checked: {why}")
        if record.compiled and self.bed.compiled:
            raise MeasurementError(self._stale(*record.compiled[0]))
        if record.foreign:
            name, origin = record.foreign[0]
            mend = "install the project editable (pip install -e .), or name the right environment with --python"
            where = origin.replace(self.interpreter.prefix, "<environment>")
            raise MeasurementError(f"{name} was imported from {where}, not from the checked tree: {mend}")
        return record

    def _stale(self, name: str, origin: str) -> str:
        """Say that a compiled module was built before the change that edits its source, and how to have it built."""
        script = (self.root / "setup.py").is_file()
        build = "setup.py" if script else "-c 'import setuptools; setuptools.setup()'"
        how = f'such as `prepare = ["python {build} build_ext --inplace"]`'
        where = origin.replace(self.interpreter.prefix, "<environment>")
        return (
            f"{name} ran as it was built before ({where}), and the change edits {self.bed.compiled}: name what"
            f" builds it in the policy's `prepare`, {how}"
        )

    def _recorded(self) -> Record:
        rcfile = self.folder / "coveragerc"
        rcfile.write_text(self._rcfile())
        nonce, record, canary = secrets.token_hex(16), self.folder / "record", f"c{secrets.token_hex(5)}"
        with record.open("a+b") as stream:  # appended to, wherever a test may seek
            told = self._told(nonce, stream.fileno(), rcfile) | {"canary": canary}
            began = time.monotonic()
            done = self.run_program("suite.py", told, stream.fileno(), environment=self.variation.environment)
            seconds = time.monotonic() - began
            stream.seek(0)
            text = stream.read(process.OUTPUT_LIMIT * 4)
        try:
            return replace(read_record(text, nonce, self._ending(done), canary), seconds=seconds)
        except MeasurementError as error:
            raise MeasurementError(f"{error}{fix_of(str(error))}") from error

    def describe(self, record: Record) -> tuple[FileCoverage, ...]:
        """Read the coverage of every source file, in a new process; raises MeasurementError where it is a lie."""
        files = [path for path in self.snapshot.paths if self.project.is_source(path)]
        told: dict[str, object] = {
            "canaries": [str(PurePosixPath(self.project.root, id_)) for id_ in record.canaries],
            "data_file": str(self.folder / "data"),
            "exclude": "|".join(f"(?:{pattern})" for pattern in (*EXCLUDE, *self.project.coverage.exclude)),
            "files": files,
            "lend": self.lend,
            "main": record.data,
            "snapshot": str(self.snapshot.root),
            "top": str(self.tree),
        }
        done = self._python([self.interpreter.path, IN_PROJECT / "analysis.py"], told)
        try:
            described = msgspec.json.decode(done.stdout, type=_Described, strict=False)
        except msgspec.MsgspecError as error:
            raise MeasurementError(f"coverage of the {self.suite} tests cannot be read: {done.complaint()}") from error
        for lines in described.canaries.values():
            _check_canary(lines)
        return tuple(
            msgspec.convert({"path": path, **said}, FileCoverage, strict=False)
            for path, said in described.files.items()
        )

    def run_program(
        self,
        program: str,
        told: dict[str, object],
        *descriptors: int,
        timeout_s: float = 0,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> process.Done:
        """Run a program of ours in which tests run, with more variables in its environment."""
        argv: list[str | Path] = [self.overlay.python, "-X", "gatecheck", IN_PROJECT / program]
        return self._python(argv, told, *descriptors, timeout_s=timeout_s, environment={**self.settings, **environment})

    @property
    def settings(self) -> dict[str, str]:
        """Give the variable of Django's settings for a pytest-django that the project's own settings tell of none."""
        named = settings_of_django(self.root / "manage.py")
        texts = [path.read_bytes() for name in PYTEST_FILES if (path := self.root / name).is_file()]
        told = any(b"DJANGO_SETTINGS_MODULE" in text or b"--ds" in text for text in texts)
        passed = "DJANGO_SETTINGS_MODULE" in self.bed.execution.pass_env
        wanted = named and "pytest_django" in self.interpreter.packages and not told and not passed
        return {"DJANGO_SETTINGS_MODULE": named} if wanted else {}

    def _python(
        self,
        argv: list[str | Path],
        told: dict[str, object],
        *descriptors: int,
        timeout_s: float = 0,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> process.Done:
        """Run a Python program with a file that says what it is told."""
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps(told))
        home = self.folder / "h"
        home.mkdir(exist_ok=True)
        write_identity(home, self.bed.execution.branch)
        pycache = str(self.folder / "pycache")
        env = process.scrubbed_environment(
            home, self.bed.execution.pass_env, **{"PYTHONPYCACHEPREFIX": pycache, "PYTHONHASHSEED": "0", **environment}
        )
        env["PATH"] = self.overlay.path(env.get("PATH", os.defpath))
        return self.bed.execution.run(
            [*argv, plan],
            cwd=self.root,
            env=env,
            writable=[self.folder],
            shown=[*self.interpreter.places, self.bed.workspace.scratch, self.snapshot.root],
            keep_fds=descriptors,
            timeout_s=timeout_s,
        )

    @property
    def conventions(self) -> dict[str, str]:
        """Give what pytest is told of a project with another runner: unittest's names, Django's settings.

        pattern: of test modules, where the environment has no pytest. django: the settings module that manage.py
        names, where no pytest-django is there to read it.
        """
        named = settings_of_django(self.root / "manage.py")
        django = "django" in self.interpreter.packages and "pytest_django" not in self.interpreter.packages
        unittest = self.project.unittest or not has_pytest(self.interpreter) or bool(named and django)
        return {"pattern": UNITTEST_FILES if unittest else "", "django": named if django else ""}

    @property
    def again(self) -> str:
        """Give the command by which a person runs one test: that of the project's own runner."""
        if self.conventions["django"]:
            return "python manage.py test {}"
        return "python -m pytest {}" if has_pytest(self.interpreter) else "python -m unittest {}"

    def pytest_args(self, tests: Iterable[str]) -> list[str]:
        """Give the words that pytest gets to run some tests, by id or file; none for all."""
        words = [f"{word}.py" if (self.root / f"{word}.py").is_file() else word for word in self.command[1:]]
        return [*words, *pytest_options(self.root, self.folder, self.snapshot.options), *tests]

    def _told(self, nonce: str, descriptor: int, rcfile: Path) -> dict[str, object]:
        program = program_of(self.suite, self.command, self.root)
        if self.runner == "pytest":
            program["args"] = self.pytest_args(self.tests)
        roots = import_roots(self.project, self.snapshot.paths)
        source = [path for path in self.snapshot.paths if self.project.is_source(path)]
        return {
            **program,
            **self.variation.orders,
            **self.conventions,
            "apart": bool(self.tests),
            "descriptor": descriptor,
            "modules": [module for path in source if (module := module_of(path, roots))],
            "nonce": nonce,
            "rcfile": str(rcfile),
            "runners": self.project.runners,
            "suite": self.suite,
            "suites": {name: members_of(name, self.suite, self.project) for name in SUITES},
            "top": str(self.tree),
            "watched": [str(self.tree / path) for path in self.bed.watched.paths],
        }

    def _rcfile(self, *more: str) -> str:
        """Write coverage.py's configuration: branches, one data file a process, nothing of the tree's own settings."""
        lines = ["[run]", "branch = true", "parallel = true", f"data_file = {self.folder / 'data'}", *more]
        lines += [f"include = {self.tree}/*", "disable_warnings = no-data-collected,module-not-imported,couldnt-parse"]
        concurrency = self.project.coverage.concurrency
        return "\n".join([*lines, *([f"concurrency = {','.join(concurrency)}"] if concurrency else []), ""])

    def _ending(self, done: process.Done) -> str:
        if overrun := self.bed.execution.overrun(done):
            return f"the {self.suite} tests were {overrun}"
        printed = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")
        words = [line for line in printed.split("\n") if line.strip()]
        telling = [line for line in words if "error:" in line.lower()] or words  # pytest's last line is its rootdir
        return f"code {done.code}, last words: {telling[-1].strip()[:200] if telling else 'none'}"


def _ready(snapshot: Snapshot, bed: TestBed) -> Snapshot:
    """Give the snapshot with what a build makes in it, made once a run."""
    return prepared(snapshot, bed.project, bed.interpreter, bed.execution, bed.workspace, bed.checkouts)


class _Described(msgspec.Struct):
    files: dict[str, dict[str, object]]
    canaries: dict[str, list[int]]


def _check_canary(lines: list[int]) -> None:
    """Raise MeasurementError unless coverage.py saw of a planted file what was run, and no more."""
    if CALLED not in lines:
        why = "a planted test that was run is not in it; some test ends the tracing (sys.settrace, a debugger)"
    elif UNCALLED in lines:
        why = "a planted function that nothing calls counts as run"
    else:
        return
    raise MeasurementError(f"the coverage that was recorded cannot be believed: {why}")
