"""Search with regular expressions that others wrote: in a process of their own, for one may take for ever.

Python's `re` goes back and forth through a text, and holds the interpreter's lock meanwhile: an expression of ten
characters can keep a program from everything, also from heeding an interrupt.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from gatecheck import process, searching
from gatecheck.errors import UnreadableError

CPU_S = 5  # what a search may take, and a second more for each million characters searched
_MOST_S = 120  # by the clock, on a machine that does much else


def found_in(patterns: Sequence[str], texts: Sequence[str], place: str) -> list[frozenset[str] | None]:
    """Give for each pattern the texts in which it is found, or None where it is no regular expression.

    Raises UnreadableError for a pattern that takes too long; `place` says where it is written.
    """
    if not patterns or not texts:
        return [frozenset() for _ in patterns]
    return list(_found(tuple(patterns), tuple(dict.fromkeys(texts)), place))


@lru_cache(maxsize=64)
def _found(patterns: tuple[str, ...], texts: tuple[str, ...], place: str) -> tuple[frozenset[str] | None, ...]:
    seconds = CPU_S + len(patterns) * sum(map(len, texts)) // 1_000_000
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps([seconds, patterns, texts]).encode())
        given.seek(0)
        # -I -S: nothing of the environment, the working folder or installed packages is imported
        argv = [sys.executable, "-I", "-S", searching.__file__, str(given.fileno())]
        done = process.run(argv, cwd=Path("/"), env={}, timeout_s=_MOST_S, keep_fds=[given.fileno()])
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.code or len(answers) < len(patterns):
        raise UnreadableError(f"{place}: the search for {_shown(patterns, len(answers))} took more than {seconds} s")
    return tuple(None if answer is None else frozenset(texts[index] for index in answer) for answer in answers)


def _shown(patterns: tuple[str, ...], number: int) -> str:
    return repr(patterns[min(number, len(patterns) - 1)][:200])
