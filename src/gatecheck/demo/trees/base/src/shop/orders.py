"""Orders and what they cost; money is in cents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """So many pieces at a price each."""

    pieces: int
    price: int


def total(lines: list[Line]) -> int:
    """Add up an order."""
    return sum(line.pieces * line.price for line in lines)


def receipt(lines: list[Line]) -> str:
    """Print an order's total as people read it."""
    cents = total(lines)
    return f"{cents // 100}.{cents % 100:02}"
