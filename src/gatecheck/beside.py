"""Python that stands beside a project's packages and is product all the same, for its tests import it.

One package at the top, or a folder `src/`, says where most of the product is; an application may have a module beside
it, or a folder without an `__init__.py`. What no test imports may be any script, and stays out.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from gatecheck.test_files import ReadAll, imports_of, is_module


def imported_by_tests(
    changed: Mapping[str, bytes | None],
    is_beside: Callable[[str], bool],
    tests: Iterable[str],
    read_all: ReadAll,
) -> tuple[str, ...]:
    """Give the changed files beside the source that tests of either side import.

    changed: the head's content of changed files. is_beside: whether a path may be such a file. tests: the test files of
    both sides. read_all: gives the base's content of paths.
    """
    beside = [path for path in changed if path.endswith(".py") and is_beside(path)]
    if not beside:
        return ()
    asked = list(tests)
    texts = {**read_all(asked), **{path: text for path, text in changed.items() if path in asked}}
    return tuple(dict.fromkeys(_imported(beside, texts)))


def _imported(beside: list[str], texts: Mapping[str, bytes | None]) -> Iterator[str]:
    modules = (PurePosixPath(path.removesuffix("/__init__.py")).stem for path in beside)
    named = re.compile(rb"\b(?:%s)\b" % b"|".join(re.escape(os.fsencode(name)) for name in modules))
    for test, text in texts.items():
        if text and named.search(text):  # before it is parsed
            names = list(imports_of(test, text))
            yield from (path for path in beside if any(is_module(path, name) for name in names))
