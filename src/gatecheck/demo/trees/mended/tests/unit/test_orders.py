import pytest

from shop.orders import Line, receipt, total


def test_total_adds_up_the_lines() -> None:
    assert total([Line(2, 150), Line(1, 99)]) == 399


def test_a_discount_is_rounded_in_the_customers_favour() -> None:
    assert total([Line(1, 99)], discount=50) == 49


@pytest.mark.parametrize("discount", [-1, 101])
def test_a_discount_out_of_range_is_refused(discount: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        total([Line(1, 100)], discount)


def test_receipt_shows_two_decimals() -> None:
    assert receipt([Line(1, 105)]) == "1.05"
