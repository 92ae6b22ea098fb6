"""Time the start of a cage, each way beside the others, and a whole check by several versions of gatecheck.

    python benchmarks/cage.py --rounds 40
    python benchmarks/cage.py --rounds 3 --check ../repos/tenacity HEAD ../before/bin/gatecheck .venv/bin/gatecheck

Clock and processor time in milliseconds, medians, all in one run and in turn.
"""

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gatecheck.confinement import Cage, settle_cage
from gatecheck.visible_files import own_files


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--check", nargs="+", metavar="WORD", help="a repository, a range, and programs to compare")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        commands = _checks(options.check) if options.check else _starts(Path(name))
        report({title: [took(argv) for _ in range(options.rounds)] for title, argv in commands.items()})


def _starts(folder: Path) -> Mapping[str, Sequence[str | Path]]:
    """Give the command that starts `true` in each way that this machine allows."""
    files = own_files()
    ways = [Cage("host", "limits", files), Cage("none", "network", files), Cage("none", "namespaces", files)]
    cages = {cage.way: cage for cage in (*ways, settle_cage("none", files))}
    return {"no cage": ["true"]} | {way: cage.around(["true"], [folder]) for way, cage in cages.items()}


def _checks(words: Sequence[str]) -> Mapping[str, Sequence[str]]:
    repository, range_, *programs = words
    return {program: [program, "check", range_, "-C", repository, "--no-cache"] for program in programs}


def took(argv: Sequence[str | Path]) -> tuple[float, float]:
    """Give the milliseconds of the clock and of processors that a command takes."""
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return (time.monotonic() - began) * 1000, cpu * 1000


def report(rounds: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """Print a row for each command: its medians, and the ratio to the first one's."""
    print("| command | clock, ms | CPU, ms | ratio of clocks |\n| --- | ---: | ---: | ---: |")
    first = 0.0
    for title, times in rounds.items():
        clock, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        first = first or clock
        print(f"| {title} | {clock:.1f} | {cpu:.1f} | {clock / first:.2f} |")


if __name__ == "__main__":
    main()
