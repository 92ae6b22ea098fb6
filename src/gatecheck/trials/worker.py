"""One copy of a tree, and the programs that try trials in it, see `gatecheck.in_project.trials`."""

import contextlib
import itertools
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatecheck import process
from gatecheck.measurements.imports import import_roots, module_of
from gatecheck.measurements.suite_runner import SuiteRunner
from gatecheck.trials.endings import Said, read_endings
from gatecheck.trials.model import Edit, Trial

CLOCK_S = 10.0  # for one test; a test that takes a third of it unaltered does not tell by hanging
FRESH_S = 300.0  # for a fresh process, its import and collection
NUMBER = 4  # bytes of a trial's number in the queue
_STAMPS = itertools.count(10**9)  # a time of its own for each text: no bytecode is taken for another's


@dataclass
class Worker:
    """A copy of the tree in which altered code is tried."""

    runner: SuiteRunner
    clock_s: float = CLOCK_S
    sound: set[str] = field(default_factory=set)

    def serve(self, trials: Mapping[int, Trial], queue: int, timeout_s: float) -> dict[int, Said]:
        """Try in forks what a queue names, until it is empty; a trial that is not among the answers was not tried."""
        told = {str(number): _told(trial, self.runner.tree) for number, trial in trials.items()}
        paths = list(dict.fromkeys(edit.path for trial in trials.values() for edit in trial.edits))
        tests = [test for trial in trials.values() for test in trial.tests]
        plan: dict[str, object] = {
            "files": [str(self.runner.tree / path) for path in paths],
            "modules": self._modules(paths),
            "trials": told,
        }
        return self._run(plan, queue, tests, timeout_s)

    def fresh(self, trial: Trial, timeout_s: float) -> Said:
        """Try one trial in a process that imports the altered tree; what is red there must be green unaltered.

        A test that is skipped there, and unaltered as well, needs others to run before it: it can tell nothing.
        """
        tests = trial.tests
        while tests:
            with edited(self.runner.tree, trial.edits):
                said = self._alone(tests, timeout_s)
            if said.noticed is False and (apart := self._skipped(said.skipped, trial.edits, timeout_s)):
                why = f"{apart} passes in its suite and is skipped when it runs without the others"
                return Said("", 0, noticed=None, message=why)
            if not said.noticed or self._is_sound(said.by, tests, trial.edits, timeout_s):
                return said
            tests = tests[tests.index(said.by) + 1 :] if said.by else ()
        return Said("", 0, noticed=None, message=f"its tests cannot be run apart: {said.message}")

    def _is_sound(self, test: str, tests: Sequence[str], edits: Sequence[Edit], timeout_s: float) -> bool:
        """Tell whether a test is green where nothing but the text is altered; "" stands for collecting all."""
        asked = "\0".join([*(edit.path for edit in edits), *([test] if test else tests)])
        if asked not in self.sound:
            with edited(self.runner.tree, _unaltered(self.runner.tree, edits)):
                if self._alone([test] if test else tests, timeout_s).noticed is False:
                    self.sound.add(asked)
        return asked in self.sound

    def _skipped(self, tests: Sequence[str], edits: Sequence[Edit], timeout_s: float) -> str:
        """Give the first of some tests that are skipped where nothing but the text is altered, "" for none."""
        if not tests:
            return ""
        with edited(self.runner.tree, _unaltered(self.runner.tree, edits)):
            return next(iter(self._alone(tests, timeout_s).skipped), "")

    def _alone(self, tests: Sequence[str], timeout_s: float) -> Said:
        """Run tests in a process of their own, up to the first red one."""
        plan: dict[str, object] = {"files": [], "modules": [], "trials": {"0": {"tests": list(tests), "functions": []}}}
        with queue_of([0]) as queue:
            said = self._run(plan, queue, tests, min(timeout_s, FRESH_S), fresh=True)
        return said.get(0) or Said("", 0, noticed=True, message="the tests could not be collected to their end")

    def _run(
        self, plan: dict[str, object], queue: int, tests: Sequence[str], timeout_s: float, *, fresh: bool = False
    ) -> dict[int, Said]:
        runner, nonce = self.runner, secrets.token_hex(16)
        files = list(dict.fromkeys(test.split("::", 1)[0] for test in tests))
        common: dict[str, object] = {
            "args": runner.pytest_args(file for file in files if (runner.root / file).is_file()),
            "clock_s": self.clock_s,
            **runner.conventions,
            "fresh": fresh,
            "nonce": nonce,
            "queue": queue,
        }
        with (runner.folder / "record").open("w+b") as stream:
            common["descriptor"] = stream.fileno()
            # Bytecode makes the next process start faster.
            environment = {"PYTHONDONTWRITEBYTECODE": ""}
            runner.run_program(
                "trials.py", plan | common, stream.fileno(), queue, timeout_s=timeout_s, environment=environment
            )
            stream.seek(0)
            return read_endings(stream.read(process.OUTPUT_LIMIT), nonce)

    def _modules(self, paths: Sequence[str]) -> list[str]:
        """Give the names of the edited modules; a package's `__main__` would start the program."""
        roots = import_roots(self.runner.project, self.runner.snapshot.paths)
        names = [module_of(path, roots) for path in paths]
        return [name for name in names if name and not name.endswith("__main__")]


def _told(trial: Trial, tree: Path) -> dict[str, object]:
    edit = trial.edits[0]
    text = (edit.content or b"").decode("latin-1")
    path = str(tree / edit.path)
    return {"path": path, "source": text, "functions": list(trial.functions), "tests": list(trial.tests)}


@contextlib.contextmanager
def edited(tree: Path, edits: Sequence[Edit]) -> Iterator[None]:
    """Make edits in a tree, and put back what was there."""
    kept = [Edit(edit.path, _read(tree / edit.path)) for edit in edits]
    try:
        for edit in edits:
            _write(tree / edit.path, edit.content)
        yield
    finally:
        for edit in kept:
            _write(tree / edit.path, edit.content)


def _unaltered(tree: Path, edits: Sequence[Edit]) -> list[Edit]:
    """Give edits that only add a comment: a test that looks at the source's text is red with these as well."""
    texts = [(edit.path, _read(tree / edit.path)) for edit in edits if edit.path.endswith(".py")]
    return [Edit(path, text + b"\n#\n") for path, text in texts if text is not None]


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write(path: Path, content: bytes | None) -> None:
    path.unlink(missing_ok=True)
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        stamp = next(_STAMPS)
        os.utime(path, (stamp, stamp))


@contextlib.contextmanager
def queue_of(numbers: Sequence[int]) -> Iterator[int]:
    """Give a pipe from which several programs read numbers until there are no more."""
    reader, writer = os.pipe()
    try:
        os.write(writer, b"".join(number.to_bytes(NUMBER, "big") for number in numbers))
        os.close(writer)
        yield reader
    finally:
        os.close(reader)
