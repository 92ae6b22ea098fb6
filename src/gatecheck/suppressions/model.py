"""The words of this package: a suppression, how far it reaches, and whom it keeps quiet."""

from dataclasses import dataclass
from enum import StrEnum

MOST = 400  # characters of a statement that are enough to know it again


class Reach(StrEnum):
    """How much source a suppression covers."""

    LINE = "line"  # a statement or an expression
    BLOCK = "block"  # a function, or all from one comment to another
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One way to keep a tool quiet, in one side of a file.

    tool: whom it keeps quiet; "all" for what no tool can look into. kind: how, in the words of the source (`noqa`,
    `cast`). span: the first and last line of what it is about. source: the statement that it is about, without layout
    and comments; "" for a whole file. codes: the rules that it names, () for all. said: the reason given, in words.
    """

    tool: str
    kind: str
    line: int
    span: tuple[int, int] = (0, 0)
    source: str = ""
    codes: tuple[str, ...] = ()
    reach: Reach = Reach.LINE
    said: str = ""

    def covers(self, line: int) -> bool:
        """Tell whether a line lies in what it keeps quiet."""
        return self.reach is not Reach.LINE or self.span[0] <= line <= self.span[1]

    @property
    def what(self) -> str:
        """Give it as one would write it."""
        codes = ", ".join(self.codes)
        if not codes or self.kind in {"nosec", "nosemgrep"}:
            return f"{self.kind} {codes}".strip()
        if self.kind.endswith("noqa"):
            return f"{self.kind}: {codes}"
        return f"{self.kind}={codes}" if self.tool in {"pylint", "pytype"} else f"{self.kind}[{codes}]"
