"""Orders and what they cost; money is in cents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """So many pieces at a price each."""

    pieces: int
    price: int


def total(lines: list[Line], discount: int = 0) -> int:
    """Add up an order, less a discount in per cent; rounded for the customer."""
    if not 0 <= discount <= 100:
        raise ValueError("a discount is between 0 and 100 per cent")
    full = sum(line.pieces * line.price for line in lines)
    return full * (100 - discount) // 100


def receipt(lines: list[Line], discount: int = 0) -> str:
    """Print an order's total as people read it."""
    cents = total(lines, discount)
    return f"{cents // 100}.{cents % 100:02}"
