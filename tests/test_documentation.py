"""What `gatecheck gates` and `gatecheck explain ID` print."""

import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

import msgspec
import pytest

from gatecheck import plugins
from gatecheck.documentation import explain, gates_table
from gatecheck.errors import PolicyError
from gatecheck.model import Verdict
from gatecheck.plugins import GatePlugin
from gatecheck.policy import parse_policy
from gatecheck.strict import convert


class Mood(StrEnum):
    """A made-up choice."""

    MILD = "mild"
    STRICT = "strict"


@dataclass(frozen=True)
class ShortNames:
    """Names that the change adds are short enough to be read, and long enough to be understood by whoever reads.

    Why
    ---
    A name of sixty characters is
    a sentence without a verb.

    How it is judged
    ----------------

    Every new name is counted:

    - in Python files, with the tokenizer that Python itself uses, so that strings and comments do not count
      as names;
    - elsewhere not at all.

        $ gatecheck check --gate short-names main...HEAD --output json=a-long-name-for-a-report.json
        REJECTED

    How to fix it
    -------------
    1. Shorten it.
    2. Or raise `max-length`.
    """

    id: ClassVar[str] = "short-names"
    item: ClassVar[str] = "explained-logic"

    max_length: Annotated[int, msgspec.Meta(ge=1, le=200, description="characters; more fail")] = 40
    share: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.5
    strict_tests: bool = False
    mood: Mood = Mood.MILD
    style: Literal["snake", "camel"] | None = None
    prefix: Annotated[str, msgspec.Meta(pattern="^say ")] = 'say "é"'
    limits: dict[str, int] = field(default_factory=lambda: {"a b": 1})
    corners: tuple[int, str] = (1, "x")
    allowed: Annotated[tuple[str, ...], msgspec.Meta(description="names that are always allowed")] = (
        *("a_name_that_is_long_but_known_to_everybody", "another_name_that_is_long_but_known_to_everybody"),
        "i",
    )

    def judge(self) -> Verdict:
        """Judge nothing."""
        return Verdict.passed("")


EXPLAINED = """\
short-names (from acme-gates)
answers explained-logic: Inline comments exist for non-obvious logic, explaining
  the why

Names that the change adds are short enough to be read, and long enough to be
understood by whoever reads.

Why
---
A name of sixty characters is a sentence without a verb.

How it is judged
----------------

Every new name is counted:

- in Python files, with the tokenizer that Python itself uses, so that strings
  and comments do not count as names;
- elsewhere not at all.

    $ gatecheck check --gate short-names main...HEAD --output json=a-long-name-for-a-report.json
    REJECTED

How to fix it
-------------
1. Shorten it.
2. Or raise `max-length`.

In the policy
-------------
max-length: integer, at least 1, at most 200; default: 40
    characters; more fail
share: number, more than 0, less than 1; default: 0.5
strict-tests: true or false; default: false
mood: "mild" or "strict"; default: "mild"
style: "camel" or "snake" or none; default: none
prefix: text, matching ^say ; default: "say \\"é\\""
limits: table; default: {"a b" = 1}
corners: list; default: [1, "x"]
allowed: list of text; default: below
    names that are always allowed

The defaults, as pyproject.toml says them (gatecheck.toml: without
`tool.gatecheck.`):

[tool.gatecheck.gates.short-names]
level = "block"  # or "warn" or "off"
max-length = 40
share = 0.5
strict-tests = false
mood = "mild"
# style = ...
prefix = "say \\"é\\""
limits = {"a b" = 1}
corners = [1, "x"]
allowed = [
  "a_name_that_is_long_but_known_to_everybody",
  "another_name_that_is_long_but_known_to_everybody",
  "i",
]
"""


def plugin(gate_type: type[object], name: str = "short-names", distribution: str = "gatecheck") -> GatePlugin:
    """Make a registered gate."""
    return GatePlugin(name, "explained-logic", distribution, gate_type)


def policy_lines(text: str) -> str:
    """Give the lines of TOML that an explanation ends with."""
    return text[text.index("[tool.gatecheck.") :]


def test_explain() -> None:
    """An explanation has the documentation, the options and the policy's lines; only code is wider than the page."""
    assert explain(plugin(ShortNames, distribution="acme-gates")) == EXPLAINED


def test_policy_lines() -> None:
    """The policy's lines are TOML, and set every option to what it is anyway."""
    section = tomllib.loads(policy_lines(explain(plugin(ShortNames))))["tool"]["gatecheck"]["gates"]["short-names"]
    level = section.pop("level")

    assert level == "block"
    assert convert(section, ShortNames, "here", PolicyError) == ShortNames()


def test_no_options() -> None:
    """A gate without options shows how its level is set."""

    @dataclass(frozen=True)
    class Plain:
        """It is plain."""

    text = explain(plugin(Plain))

    assert text.startswith("short-names\nanswers explained-logic: ")
    assert text.endswith(
        "In the policy\n-------------\n"
        "The defaults, as pyproject.toml says them (gatecheck.toml: without\n`tool.gatecheck.`):\n\n"
        '[tool.gatecheck.gates.short-names]\nlevel = "block"  # or "warn" or "off"\n'
    )


def test_no_documentation() -> None:
    """The signature that a dataclass gets for a docstring is not taken for documentation; nor is a parent's."""

    @dataclass(frozen=True)
    class Silent(ShortNames):
        number: int = 3

    class Bare:
        pass

    assert "\n\nThis gate has no documentation.\n" in explain(plugin(Silent))
    assert "\n\nThis gate has no documentation.\n" in explain(plugin(Bare))


def test_required_option() -> None:
    """An option without a default is shown as one to fill in."""

    @dataclass(frozen=True)
    class Demanding:
        """It demands."""

        most: int

    text = explain(plugin(Demanding))

    assert "most: integer; default: none\n" in text
    assert text.endswith("# most = ...\n")


def test_broken_gate() -> None:
    """A gate that cannot be loaded says why, in the list too."""
    broken = GatePlugin("broken", "", "acme-gates", None, "ImportError: no module named acme")

    assert explain(broken) == (
        "broken (from acme-gates)\nanswers no item: not on the checklist\n\n"
        "This gate cannot be loaded: ImportError: no module named acme\n"
    )
    assert "This gate cannot be loaded: ImportError: no module named acme (from acme-gates)" in gates_table(
        [broken], 200
    )


def test_gates_table() -> None:
    """Each gate has its item and criterion, in the order of the checklist, with a hanging indent."""
    gates = [
        GatePlugin("zeal", "in-scope", "gatecheck", ShortNames),
        GatePlugin("short-names", "explained-logic", "gatecheck", ShortNames),
        GatePlugin("broken", "", "gatecheck", None, "ImportError: x"),
    ]

    assert gates_table(gates) == (
        "short-names  explained-logic  Names that the change adds are short enough to be\n"
        "                              read, and long enough to be understood by whoever\n"
        "                              reads.\n"
        "zeal         in-scope         Names that the change adds are short enough to be\n"
        "                              read, and long enough to be understood by whoever\n"
        "                              reads.\n"
        "broken                        This gate cannot be loaded: ImportError: x\n"
    )
    assert len(gates_table(gates, 200).strip().split("\n")) == 3


def test_no_gates() -> None:
    """Without gates the list is empty."""
    assert gates_table([]) == ""


@pytest.mark.parametrize("gate", [gate for gate in plugins.gates() if gate.gate_type], ids=lambda gate: gate.id)
def test_own_gates(gate: GatePlugin) -> None:
    """Every registered gate can be explained, describes each option, and its policy's lines are a policy."""
    text = explain(gate, width=1000)
    lines = policy_lines(text).replace("[tool.gatecheck.", "[")
    policy = parse_policy(lines.encode(), "here")

    assert (
        convert(policy.options(gate.id), gate.gate_type or object, "here", PolicyError) == (gate.gate_type or object)()
    )
    assert "default: none" not in text
    assert not re.findall(r"^[a-z-]+: .*; default: .*\n(?!    )", text, re.MULTILINE)
