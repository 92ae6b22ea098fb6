"""Starts gatecheck anew where Python was told to import from places that others write: `python -I`.

Environment variables (PYTHONPATH and its kin), the user's own packages and, under `-m`, the working folder may lead
into the checked tree. A line in a `.pth` file, which `hatch_build.py` writes, runs this file in every Python of
gatecheck's environment before `sitecustomize` and before anything is imported from those places; the console script
does so again. So this file imports nothing that is not loaded by then, and is no slower than it must be.

What it cannot help against is a tree on PYTHONPATH that replaces what Python itself imports first, such as `encodings`:
call `python -I -m gatecheck` where PYTHONPATH cannot be unset.
"""

import os
import sys

_WITH_A_VALUE = ("-X", "-W", "--check-hash-based-pycs")


def start_of(words: "list[str]") -> "int | None":
    """Give where the words of a Python's command line name gatecheck as what is run, None where they do not."""
    at = 1
    while at < len(words):
        word = words[at]
        if word == "-m":
            return at + 1 if words[at + 1 : at + 2] == ["gatecheck"] else None
        if not word.startswith("-") or word in {"-", "-c"}:
            return at if os.path.basename(word) == "gatecheck" else None  # noqa: PTH119 - pathlib is not loaded yet
        at += 2 if word in _WITH_A_VALUE else 1
    return None


def isolate(file: str) -> None:
    """Become an isolated Python that runs gatecheck, unless this is one or runs something else.

    file: this file's path. The package is run from where it lies: an isolated Python does not look among the user's own
    packages.
    """
    words = sys.orig_argv
    at = start_of(words)
    if sys.flags.isolated or at is None or os.name != "posix":
        return
    options = [word for word in words[1:at] if word != "-m"]
    main = os.path.join(os.path.dirname(file), "__main__.py")  # noqa: PTH118, PTH120 - pathlib is not loaded yet
    os.execv(sys.executable, [sys.executable, "-I", *options, main, *words[at + 1 :]])  # noqa: S606 - no shell is wanted


def main() -> None:
    """Run the command line, isolated: what the console script calls."""
    isolate(__file__)
    _speak(os.environ.get("PYTHONIOENCODING", ""))
    from gatecheck.cli import main as run

    run()


def _speak(encoding: str) -> None:
    """Write in the encoding that the user asks of every Python; an isolated one does not look."""
    name, _, errors = encoding.partition(":")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.reconfigure(encoding=name or None, errors=errors or None) if encoding else None  # type: ignore[union-attr]
        except (AttributeError, LookupError):  # no stream, or no such encoding
            return
