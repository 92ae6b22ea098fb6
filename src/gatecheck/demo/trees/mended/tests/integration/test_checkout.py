import pytest

from shop.orders import Line, receipt


def test_an_order_is_billed() -> None:
    assert receipt([Line(3, 200)]) == "6.00"


def test_a_discounted_order_is_billed() -> None:
    assert receipt([Line(3, 200)], discount=25) == "4.50"


def test_an_impossible_discount_is_not_billed() -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        receipt([Line(3, 200)], discount=200)
