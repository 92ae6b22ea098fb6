"""Settings files that are made to take long: each form that a parser or a pattern may stumble over, grown."""

import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from repositories import IDENTITY, GitRepository

CPU_S, MB = 5, 500  # what a check of such a change may take
_KILLED_S = 60  # by the clock, on a machine that does much else
ANSWERS = {0, 1, 2, 3}  # accepted, rejected, refused, unproven; none of them is gatecheck's own bug or a kill
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | IDENTITY
PROJECT = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "def total(prices):\n    return sum(prices)\n",
    "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
}

TOML = ("pyproject.toml", "gatecheck.toml", "ruff.toml", ".ruff.toml", "pytest.toml", ".coveragerc.toml", "tox.toml")
INI = ("setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", ".coveragerc", ".flake8", ".pylintrc")
YAML = (".pre-commit-config.yaml", ".github/workflows/ci.yml", ".gitlab-ci.yml")
LINES = (".gitattributes", ".gitignore", "requirements.txt", "Makefile", "ci/run.sh", "CODEOWNERS")
OTHERS = ("tasks/t1.md", "notes.ipynb", "src/shop/odd.py")
NAMES = (*TOML, *INI, *YAML, *LINES, *OTHERS)

Grow = Callable[[int], str]  # from a size in characters, about


def _times(unit: str, before: str = "", after: str = "") -> Grow:
    return lambda size: before + unit * (size // len(unit)) + after


def _numbered(unit: str, before: str = "", after: str = "") -> Grow:
    return lambda size: before + "".join(unit.replace("#", str(number)) for number in range(size // 12)) + after


FORMS: Mapping[str, Grow] = {
    "long line": _times("a"),
    "spaces": _times(" ", "a", "b"),
    "tabs": _times("\t", "a = ", "b"),
    "line ends": _times("\n"),
    "returns": _times("\r", "a", "b"),
    "hashes": _times("#"),
    "commas": _times("a, "),
    "dots": _times(".", "a"),
    "stars": _times("*a", after="*b.py -diff\n"),
    "folders": _times("**/a/", after="b -diff\n"),
    "brackets": _times("["),
    "braces": _times("{a: "),
    "dashes": _times("- "),
    "backslashes": _times("\\"),
    "quotes": _times("'\""),
    "digits": _times("9", "a = "),
    "hexadecimal": _times("f", "a = 0x"),
    "sixties": _times("1:", "a: ", "1"),
    "NULs": _times("\0"),
    "marks": _times("\ufeff"),
    "emoji": _times("😀"),
    "dotted key": _times("a.", after="a = 1"),
    "quoted dotted key": _times('"!".', after="a = 1"),
    "dotted table": _times("a.", "[", "a]\nb = 1"),
    "tables": _numbered("[a#]\n"),
    "keys": _numbered("k# = 1\n", "[mypy]\n"),
    "keys without value": _numbered("k#\n", "[tool:pytest]\n"),
    "defaults": _numbered("k# = 1\n[a#]\n", "[DEFAULT]\n"),
    "inline tables": _times("{a = ", "x = "),
    "arrays": _times("[", "x = "),
    "laughs": lambda size: (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, min(size // 40, 60)))
    ),
    "merged laughs": lambda size: (
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n" for n in range(1, min(size // 40, 60)))
    ),
    "circle": lambda _: "a: &a [*a]\n",
    "macros": _numbered("[attr]m# m# n#\n", after="* m0\n"),
    "rules": _numbered("*a*b#* -diff\n"),
    "hook's pattern": lambda _: (
        "exclude: (a+)+$\nrepos:\n- repo: x\n  hooks:\n"
        "  - {id: mypy, files: '(a*)*b$'}\n  - {id: ruff, exclude: (a|a)*c}\n"
    ),
    "globs": lambda size: "[tool.ruff]\nexclude = [\n" + '"*a*a*a*a*a*a*a*a*a*b*",\n' * (size // 24) + "]\n",
    "tests' globs": lambda size: "[pytest]\npython_files =\n" + "  *a*a*a*a*a*a*a*b*\n" * (size // 20),
    "options": _times("-p a ", "[pytest]\naddopts = "),
    "installs": _times("pip install ", after="&"),
    "hashed": _times("--hash=a:0 ", "a==1 ;", "!"),
    "surrogate": lambda _: 'a: "\\ud800"\nb = "\\ud800"\n',
    "values that stumble": lambda _: "a: !!int ''\nb: !!timestamp x\n",
    "cells": _times('{"cells": ['),
    "calls": _times("f("),
    "sums": _times("a+", after="a\n"),
    "lambdas": _times("lambda: "),
    "strings": _times("f'{"),
    "indents": lambda size: "".join(" " * n + "if a:\n" for n in range(min(99, size))) + " " * 99 + "pass\n",
}


def grown(form: str, size: int) -> bytes:
    """Give a form in about a size, as bytes; a lone surrogate is one as UTF-8 would have it."""
    return FORMS[form](size).encode("utf-8", "surrogatepass")


def mixed(seed: int, size: int) -> bytes:
    """Put pieces of forms together at random, with some bytes of no encoding."""
    rnd = random.Random(seed)  # noqa: S311 - the same text for a seed
    pieces = [grown(rnd.choice([*FORMS]), rnd.choice([10, 100, 1000, size // 4])) for _ in range(rnd.randint(2, 8))]
    pieces += [rnd.randbytes(rnd.randint(0, 9)) for _ in range(2)]
    rnd.shuffle(pieces)
    return b"\n".join(pieces)[:size]


@dataclass(frozen=True)
class Answer:
    """How a check of a change ended: its exit code, its last words, and what it took with all that it started."""

    code: int
    said: str
    cpu_s: float
    memory_mb: float

    def problem(self) -> str:
        """Say which bound was broken, "" for none."""
        if self.code not in ANSWERS:
            return f"exit code {self.code}: {self.said}"
        return f"{self.cpu_s:.1f} s, {self.memory_mb:.0f} MB" if self.cpu_s > CPU_S or self.memory_mb > MB else ""


def checked(repository: GitRepository, name: str, content: bytes, side: str, cache: Path) -> Answer:
    """Check a change that brings a file, or whose base has it; the run is killed after a minute.

    The commits are made by git's plumbing, which reads no attributes: a pattern would keep git itself busy for days.
    """
    base = repository.git("rev-parse", "main")
    if side == "base":
        base = _committed(repository, base, name, content)
    path = "src/shop/new.py" if side == "base" else name
    head = _committed(repository, base, path, b"x = 1\n" if side == "base" else content)
    command = [sys.executable, "-m", "gatecheck", "check", f"{base}..{head}", "--no-run"]
    env = _ENVIRONMENT | {"GATECHECK_CACHE": str(cache)}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=repository.path, env=env, stdout=said, stderr=said)
        ended = threading.Timer(_KILLED_S, process.kill)
        ended.start()
        _, status, used = os.wait4(process.pid, 0)
        ended.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip()[-300:]
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Answer(process.returncode, words, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def _committed(repository: GitRepository, parent: str, path: str, content: bytes) -> str:
    blob = repository.git("hash-object", "-w", "--no-filters", "--stdin", feed=content)
    repository.git("read-tree", parent)
    repository.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    tree = repository.git("write-tree")
    return repository.git("commit-tree", "-p", parent, "-m", "change", tree)
