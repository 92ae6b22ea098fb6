from shop.orders import Line, receipt


def test_an_order_is_billed() -> None:
    assert receipt([Line(3, 200)]) == "6.00"
