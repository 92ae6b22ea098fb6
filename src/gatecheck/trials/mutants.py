"""Small faults, put into changed lines one at a time: each is an edge that the tests should tell from the real code.

Which kinds, and why no others, was measured on honest commits: their tests notice 89 % of the strong ones and 91 % of
the medium ones here, but 44 % of the weak ones (texts, numbers, flags), which therefore are not made, and none of 7
entries of a dictionary that is returned.
"""

import ast
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Literal

from gatecheck.trials.arid import Inside, fertile
from gatecheck.trials.equivalence import is_equivalent
from gatecheck.trials.faults import FAULTS, Fault, Node, Replacement
from gatecheck.trials.functions import Function
from gatecheck.trials.source import Text

A_FUNCTION, A_CHANGE = 8, 30  # 8 a change were measured; a change of 4 long functions is a big one
_WIDTH = 60  # characters shown of the code
_Fitting = tuple[int, Node, Replacement]
_HEADS = (ast.If, ast.While, ast.For, ast.With, ast.Try)


@dataclass(frozen=True)
class Mutant:
    """A fault in one place.

    lines: those of the altered code. description: the edge that is not tested, for people. node: what is altered, and
    the function around it; None where that is the whole function.
    """

    path: str
    function: str
    line: int
    lines: range
    rule: str
    strength: Literal["strong", "medium"]
    description: str
    source: bytes
    node: tuple[ast.AST, ast.AST] | None = field(default=None, compare=False, repr=False)

    @property
    def is_equivalent(self) -> bool:
        """Tell whether most likely no test could kill it: a moved boundary at which both ways give the same."""
        return self.rule == "boundary" and self.node is not None and is_equivalent(*self.node)


def mutants_of(source: bytes, function: Function, reached: AbstractSet[int]) -> list[Mutant]:
    """Give the mutants of a function's changed lines that some test reaches, of a line the most telling first."""
    text, inside = Text(source), Inside.of(function.node)
    found: dict[int, list[_Fitting]] = {}
    for node in fertile(function.node):
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if node.lineno in function.changed and not reached.isdisjoint(lines[:1] if isinstance(node, _HEADS) else lines):
            made = ((rank, fault.make(node, inside, text)) for rank, fault in enumerate(FAULTS))
            found.setdefault(node.lineno, []).extend((rank, node, new) for rank, new in made if new)
    best = chain.from_iterable(_of_line(fitting) for fitting in found.values())
    ranked = sorted(best, key=lambda found: (FAULTS[found[0]].strength != "strong", found[1].lineno))
    return [_mutant(text, function, FAULTS[rank], node, new) for rank, node, new in ranked[:A_FUNCTION]]


def _of_line(fitting: list[_Fitting]) -> Iterator[_Fitting]:
    """Choose the most telling of a line, and of what else stands in it all that has no part in what is chosen."""
    chosen: list[ast.AST] = []
    for rank, node, new in sorted(fitting, key=lambda one: one[0]):
        inner = set(ast.walk(node))
        if not any(other in inner or node in ast.walk(other) for other in chosen):
            chosen.append(node)
            yield rank, node, new


def of_change(functions: Iterable[list[Mutant]]) -> list[Mutant]:
    """Choose among the mutants of all functions: first one of each, then another one of each."""
    rounds = chain.from_iterable(zip_longest(*functions))
    return [mutant for mutant in rounds if mutant is not None][:A_CHANGE]


def _mutant(text: Text, function: Function, fault: Fault, node: Node, new: Replacement) -> Mutant:
    source = text.replaced(*new)
    start, end = text.start(node), text.end(node)
    was = _short(text.source[start:end])
    now = "" if fault.strength == "medium" else _short(source[start : end + len(new[2]) - (new[1] - new[0])])
    said = f"`{was}` turned into `{now}`" if now else f"`{was}` left out"
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return Mutant(
        *(function.path, function.name, node.lineno, lines),
        *(fault.rule, fault.strength, f"{said}: {fault.edge}", source),
        node=(function.node, node),
    )


def _short(code: bytes) -> str:
    words = " ".join(code.decode("utf-8", "replace").split())
    return words if len(words) <= _WIDTH else words[: _WIDTH - 3] + "..."
