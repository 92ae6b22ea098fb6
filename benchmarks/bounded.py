"""Check changes whose settings files are made to take long: each form in each file of each tool, on either side.

Run `PYTHONPATH=tests python benchmarks/bounded.py [--size 100000] [--random 200] [--seed 0] [--only NAME]`. It prints
each change that took more than 5 s of CPU or 500 MB, or had no answer, and ends with 1 where there is one.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grown_settings import FORMS, NAMES, PROJECT, checked, grown, mixed
from repositories import GitRepository

SIDES = ("head", "base")


def main() -> None:
    """Try every form in every file, then random ones."""
    options = _options()
    broken = tried = 0
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        repository = GitRepository(Path(folder))
        repository.git("init", "--quiet", "--initial-branch=main")
        repository.commit(PROJECT)
        cache = Path(folder, ".git", "cache")
        checked(repository, "a.txt", b"a1B2c3" * 9, "head", cache)  # the engine that knows tokens takes 4 s to be built
        for what, name, content, side in _cases(options):
            answer = checked(repository, name, content, side, cache)
            tried, slowest = tried + 1, max(slowest, (answer.cpu_s, f"{what} in {name} of the {side}"))
            if problem := answer.problem():
                broken += 1
                print(f"{what} in {name} of the {side}: {problem}", flush=True)
    print(f"{tried} changes, {broken} beyond bounds; slowest: {slowest[1]}, {slowest[0]:.1f} s")
    sys.exit(bool(broken))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="characters of a file")
    parser.add_argument("--random", type=int, default=200, help="how many random files to try")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="one file's name")
    return parser.parse_args()


def _cases(options: argparse.Namespace) -> Iterator[tuple[str, str, bytes, str]]:
    names = [name for name in NAMES if not options.only or name == options.only]
    for name in names:
        for form in FORMS:
            for side in SIDES:
                yield form, name, grown(form, options.size), side
    rnd = random.Random(options.seed)  # noqa: S311 - the same for a seed
    for number in range(options.random):
        yield f"mixture {number}", rnd.choice(names), mixed(options.seed + number, options.size), rnd.choice(SIDES)


if __name__ == "__main__":
    main()
