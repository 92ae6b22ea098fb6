"""Reading the files that hold rules: TOML, ini and YAML of unknown hands, bounded, into plain values."""

import configparser
import re
import tomllib
from collections.abc import Callable, Hashable
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import yaml

MAX_BYTES = 256 * 1024  # PyYAML reads 90 kB/s here: 3 s; the largest rule file of the five projects replayed has 15 kB
# tomllib takes time in the square of a key's parts: 100 s for 50 000.
_LONG_KEY = re.compile(r"(?:[\w\"'-]{1,80}[ \t]*\.[ \t]*){50}")
MAX_NODES = 50_000  # with every alias written out; a "billion laughs" has 10**9


class Unreadable(ValueError):  # noqa: N818 - a state of the file, not of the program
    """A file that cannot be parsed, with the reason in one line."""


class Beyond(Unreadable):
    """A file that a limit keeps from being parsed: what it says is not known."""


@lru_cache(maxsize=1024)  # most files of rules are the same on both sides
def load(path: str, text: bytes) -> Any:  # noqa: ANN401 - what a file holds
    """Parse a file by its name: a dictionary for TOML and ini, any value for YAML, a string for the rest."""
    if len(text) > MAX_BYTES:
        raise Beyond(f"it has {len(text)} bytes, more than {MAX_BYTES} are not read")
    try:
        return _parser(PurePosixPath(path).name)(text.decode("utf-8-sig"))
    except RecursionError as error:
        raise Beyond("it is nested too deeply") from error
    except Unreadable:
        raise
    except (ValueError, yaml.YAMLError, configparser.Error) as error:
        raise Unreadable(re.sub(r"\s+", " ", str(error))[:200]) from error


def _parser(name: str) -> Callable[[str], Any]:
    if name.endswith(".toml"):
        return _toml
    if name.endswith((".yml", ".yaml")):
        return _yaml
    return _ini if name.endswith((".ini", ".cfg")) or name == ".coveragerc" else str


def _toml(text: str) -> dict[str, Any]:
    if _LONG_KEY.search(text):
        raise Beyond("a key of more than 50 parts")
    return tomllib.loads(text)


def _ini(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


class _Loader(yaml.SafeLoader):
    """Plain values only; a tag that is not known gives its bare value (GitLab's !reference)."""


def _bare(loader: _Loader, _tag: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else node.value


_Loader.add_multi_constructor("", _bare)
# `on:` is a word and no truth value, dates and versions are text: YAML 1.2, as the CI services read it.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.rsplit(":", 1)[1] in {"null", "merge", "int"}]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false|True|False|TRUE|FALSE"), list("tTfF"))


def _yaml(text: str) -> Any:  # noqa: ANN401 - what a file holds
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _written_out(node, {})
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _written_out(node: yaml.Node, known: dict[int, int]) -> int:
    """Count the nodes with every alias written out; refuses circles and what would be too many."""
    if id(node) in known:
        if known[id(node)] == 0:
            raise Beyond("an alias names what it is part of")
        return known[id(node)]
    known[id(node)] = 0
    children: list[Any] = []
    if isinstance(node, yaml.MappingNode):
        children = [part for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    total = 1 + sum(_written_out(child, known) for child in children)
    if total > MAX_NODES:
        raise Beyond(f"its aliases stand for more than {MAX_NODES} values")
    known[id(node)] = total
    return total


def table(value: object, *keys: Hashable) -> dict[str, Any]:
    """Give a nested table, {} where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Any]:
    """Give a list, [] where there is none."""
    return value if isinstance(value, list) else []
