"""Parse YAML into plain values, in either of two readings; see `parsing`, which bounds it."""

import re
from typing import Any

import yaml

from gatecheck.parsing import Beyond, Unreadable


class _New(yaml.SafeLoader):
    """Plain values only; a tag that is not known gives its bare value (GitLab's !reference)."""


def _bare(loader: _New, _tag: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else node.value


_New.add_multi_constructor("", _bare)
# `on:` is a word and no truth value, dates and versions are text: YAML 1.2, as the CI services read it.
_New.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.rsplit(":", 1)[1] in {"null", "merge", "int"}]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_New.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false|True|False|TRUE|FALSE"), list("tTfF"))


def parse(text: str, most: int, *, old: bool) -> Any:  # noqa: ANN401 - what a file holds
    """Parse one document of at most `most` values; `old`: by YAML 1.1."""
    try:
        loader = yaml.SafeLoader(text) if old else _New(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _written_out(node, {}, most)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except (yaml.YAMLError, LookupError, AttributeError, TypeError) as error:  # PyYAML's own, for `!!int ""` and such
        raise Unreadable(re.sub(r"\s+", " ", str(error)[:1000])[:200]) from error


def _written_out(node: yaml.Node, known: dict[int, int], most: int) -> int:
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
    total = 1 + sum(_written_out(child, known, most) for child in children)
    if total > most:
        raise Beyond(f"its aliases stand for more than {most} values")
    known[id(node)] = total
    return total
