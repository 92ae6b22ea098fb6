"""Parse the settings files of unknown hands, TOML, ini and YAML, into plain values within bounds of time and memory.

The parsers hold Python's interpreter lock while they run, and nothing can end them: they get only what they parse in
nearly linear time. Each bound is there for a form that took minutes or gigabytes; `benchmarks/bounded.py` looks for
more of them.
"""

import configparser
import re
import tomllib
from collections.abc import Callable, Hashable
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

MAX_BYTES = 2**20  # tomllib reads about 1 MB/s; the largest settings file of the projects replayed has 15 kB
MAX_YAML_BYTES = 2**17  # PyYAML reads 90 kB/s
MAX_NODES = 50_000  # of YAML, with every alias written out; a "billion laughs" has 10**9
MAX_INI_LINES = 20_000  # configparser takes time in the square of the lines that it cannot parse
MAX_DEFAULTS = 1_000_000  # it copies what [DEFAULT] holds into each section: lines times sections
_INI_GAP = re.compile(r"\s{200}")  # it looks for the end of a name in the square of a gap's length
_PART = r"""(?:(?<![\w-])[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+"""
_LONG_KEY = re.compile(rf"(?:{_PART}\.[ \t]*+){{50}}")  # tomllib takes time in the square of a key's parts
_INI = (".ini", ".cfg", ".coveragerc", ".flake8", "pylintrc")
_BITS = 64  # of a number; Python refuses to write out one of more than 4,300 digits


class Unreadable(ValueError):  # noqa: N818 - a state of the file, not of the program
    """A file that cannot be parsed, with the reason in one line."""


class Beyond(Unreadable):
    """A file that a limit keeps from being parsed: what it says is not known."""


@lru_cache(maxsize=1024)  # most files are the same on both sides, and several readers ask for one
def load(path: str, text: bytes) -> Any:  # noqa: ANN401 - what a file holds
    """Parse a file by its name: a dictionary for TOML and ini, any value for YAML, a string for the rest."""
    name = PurePosixPath(path).name
    if name.endswith((".yml", ".yaml")):
        return load_yaml(text)
    return _parsed(text, _toml if name.endswith(".toml") else _ini if name.endswith(_INI) else str)


def load_toml(text: bytes) -> dict[str, Any]:
    """Parse TOML, whatever the name of its file is."""
    content: dict[str, Any] = load(".toml", text)
    return content


@lru_cache(maxsize=256)
def load_yaml(text: bytes, *, old: bool = False) -> Any:  # noqa: ANN401 - what a file holds
    """Parse YAML as CI services read it or, if `old`, by YAML 1.1 as pre-commit does: there `no` is a truth value."""
    from gatecheck.parsing_yaml import parse  # PyYAML takes 20 ms: only projects with such files pay for it

    return _parsed(text, lambda decoded: parse(decoded, MAX_NODES, old=old), MAX_YAML_BYTES)


def _parsed(text: bytes, parser: Callable[[str], Any], most: int = MAX_BYTES) -> Any:  # noqa: ANN401 - what a file holds
    if len(text) > most:
        raise Beyond(f"it has {len(text)} bytes, more than {most} are not read")
    try:
        content = parser(text.decode("utf-8-sig"))
        _refuse_numbers(content)
    except RecursionError as error:
        raise Beyond("it is nested too deeply") from error
    except Unreadable:
        raise
    except (ValueError, configparser.Error) as error:
        raise Unreadable(re.sub(r"\s+", " ", str(error)[:1000])[:200]) from error
    return content


def _toml(text: str) -> dict[str, Any]:
    if _LONG_KEY.search(text):
        raise Beyond("a key of more than 50 parts")
    return tomllib.loads(text)


def _ini(text: str) -> dict[str, dict[str, str]]:
    lines = text.count("\n")
    if lines > MAX_INI_LINES:
        raise Beyond(f"it has {lines} lines, more than {MAX_INI_LINES} are not read")
    if "[DEFAULT]" in text and lines * text.count("[") > MAX_DEFAULTS:
        raise Beyond("[DEFAULT] stands for too many values")
    if _INI_GAP.search(text):
        raise Beyond("200 white spaces in a row")
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def _refuse_numbers(content: object) -> None:
    """Refuse numbers that no tool takes."""
    waiting = [content]
    while waiting:
        match waiting.pop():
            case int() as number if number.bit_length() > _BITS:
                raise Beyond(f"a number of more than {_BITS} bits")
            case dict() as inner:
                waiting += [*inner.keys(), *inner.values()]
            case list() | tuple() | set() as inner:
                waiting += inner


def table(value: object, *keys: Hashable) -> dict[str, Any]:
    """Give a nested table, {} where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Any]:
    """Give a list, [] where there is none."""
    return value if isinstance(value, list) else []
