"""Gates that misbehave, each in a way of its own."""

from dataclasses import dataclass
from typing import ClassVar

from gatecheck.change import Change, Head, Snapshot
from gatecheck.model import Verdict


@dataclass(frozen=True)
class Broken:
    """What nobody can measure."""


def measure_broken(snapshot: Snapshot) -> Broken:
    """Fail in a way that is no MeasurementError."""
    raise KeyError(snapshot.tree)


@dataclass(frozen=True)
class Raising:
    """A gate that raises."""

    id: ClassVar[str] = "raising"
    item: ClassVar[str] = "documented-api"

    def judge(self, change: Change) -> Verdict:
        raise SystemExit(f"no judgement about {change.range}")


@dataclass(frozen=True)
class Rubbish:
    """A gate that gives rubbish."""

    id: ClassVar[str] = "rubbish"
    item: ClassVar[str] = "explained-logic"

    def judge(self, change: Change) -> Verdict:
        return "green, trust me"  # type: ignore[return-value]


@dataclass(frozen=True)
class UnknownRequest:
    """A gate that asks for what nobody measures."""

    id: ClassVar[str] = "unknown-request"
    item: ClassVar[str] = "tested-change"

    def judge(self, weather: Head[bytes]) -> Verdict:
        return Verdict.passed("sunny")


@dataclass(frozen=True)
class BrokenMeasurement:
    """A gate whose measurement fails."""

    id: ClassVar[str] = "broken-measurement"
    item: ClassVar[str] = "nothing-broken"

    def judge(self, broken: Head[Broken]) -> Verdict:
        return Verdict.passed("it never gets here")
