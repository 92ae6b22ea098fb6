"""Count the trials a second on every function of one file, as if the whole file were new.

    python benchmarks/trials.py ../repos/sqlparse sqlparse/filters/reindent.py

Runs the suite once, then disables each function and puts faults into it, as the gate noticed-change does: first in
forks alone, then whole, with the fresh processes in which what no fork noticed is tried again.
"""

import argparse
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from gatecheck.change import Snapshot, Watched
from gatecheck.confinement import settle_cage
from gatecheck.interpreter import find_interpreter, read_interpreter
from gatecheck.measurements.elsewhere import Pythons
from gatecheck.measurements.suites import measure_unit_run
from gatecheck.policy import Policy
from gatecheck.project import project_of
from gatecheck.test_bed import TestBed
from gatecheck.testing import change_of
from gatecheck.trials.budget import Budget
from gatecheck.trials.disabling import disabled
from gatecheck.trials.endings import Said
from gatecheck.trials.functions import changed_functions
from gatecheck.trials.local import LocalRunner
from gatecheck.trials.model import Edit, Ending, Trial
from gatecheck.trials.mutants import mutants_of
from gatecheck.trials.telling import Telling
from gatecheck.visible_files import own_files
from gatecheck.workspace import Execution, Workspace


def main() -> None:
    """Run the suite, then the trials, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("path")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        snapshot = written_out(options.repository.resolve(), folder / "head")
        bed = bed_of(options.repository.resolve(), snapshot, folder)
        began = time.monotonic()
        unit = measure_unit_run(snapshot, bed, Watched((options.path,)), Pythons())
        print(f"the suite: {len(unit.outcomes)} tests, {time.monotonic() - began:.1f} s")
        trials = trials_of(options.path, snapshot, Telling.of(change_of({}), (unit,)))
        report("forks", trials, ForksAlone(snapshot, bed, Budget(3600)))
        report("with fresh processes", trials, LocalRunner(snapshot, bed, Budget(3600)))


class ForksAlone(LocalRunner):
    """A runner that believes a fork which notices nothing."""

    def _fresh(self, trials: dict[int, Trial]) -> dict[int, Said]:  # noqa: ARG002 - that is the point
        return {}


def written_out(repository: Path, folder: Path) -> Snapshot:
    """Write the committed files to a folder."""
    folder.mkdir()
    archive = subprocess.run(["git", "-C", repository, "archive", "HEAD"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], check=True, input=archive)
    paths = tuple(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return Snapshot(folder, "head", paths=paths)


def bed_of(repository: Path, snapshot: Snapshot, folder: Path) -> TestBed:
    """Find the project's interpreter and lay the project out."""

    def read(path: str) -> bytes | None:
        return (snapshot.root / path).read_bytes() if path in snapshot.paths else None

    interpreter = read_interpreter(*find_interpreter(repository, None, ""))
    project = project_of(Policy(), snapshot.paths, read, snapshot.paths)
    return TestBed(project, interpreter, Execution(cage=settle_cage("none", own_files())), Workspace(folder))


def trials_of(path: str, snapshot: Snapshot, telling: Telling) -> list[Trial]:
    """Give the trials of every function that tests run."""
    source = (snapshot.root / path).read_bytes()
    made = []
    for function in changed_functions(change_of({path: (None, source)}).files[0], frozenset()) or ():
        edits = [(disabled(source, function), function.body)]
        edits += [(mutant.source, mutant.lines) for mutant in mutants_of(source, function, telling.reached(path))]
        for content, lines in edits:
            if tests := telling.tests(path, lines)[0]:
                made.append(Trial(snapshot.tree, (Edit(path, content),), tests, (function.name,)))
    return made


def report(name: str, trials: Sequence[Trial], runner: LocalRunner) -> None:
    """Run the trials and say how fast."""
    began, used = time.monotonic(), processor_s()
    endings: list[Ending] = runner.run(trials)
    seconds, processor = time.monotonic() - began, processor_s() - used
    noticed = sum(ending.noticed is True for ending in endings)
    rates = f"{len(trials) / seconds:.1f} a second, {len(trials) / processor:.1f} a second of a processor"
    print(f"{name}: {len(trials)} trials, {noticed} noticed, {seconds:.1f} s, {rates}")


def processor_s() -> float:
    """Give the processor's time that all programs run so far have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
