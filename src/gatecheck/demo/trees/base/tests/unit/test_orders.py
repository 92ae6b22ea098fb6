from shop.orders import Line, receipt, total


def test_total_adds_up_the_lines() -> None:
    assert total([Line(2, 150), Line(1, 99)]) == 399


def test_receipt_shows_two_decimals() -> None:
    assert receipt([Line(1, 105)]) == "1.05"
