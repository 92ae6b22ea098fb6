"""Print for each of some patterns, a JSON line each, in which of some texts it is found: a program of its own.

Called as `python searching.py DESCRIPTOR`, from which it reads the seconds that it may take, the patterns and the
texts as one JSON list. A line holds the numbers of the texts, or null where the pattern is no regular expression.
"""

import json
import os
import re
import resource
import sys
import warnings

MEMORY = 2**30


def _numbers(pattern: str, texts: list[str]) -> list[int] | None:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError, MemoryError):
        return None
    return [number for number, text in enumerate(texts) if compiled.search(text)]


def main() -> None:
    """Read, search and print."""
    with os.fdopen(int(sys.argv[1])) as given:
        seconds, patterns, texts = json.load(given)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    for pattern in patterns:
        sys.stdout.write(f"{json.dumps(_numbers(pattern, texts))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
