"""What is shown of a line that holds a secret."""

import base64

import pytest

from gatecheck.measurements.secrets.masking import WIDTH, mask, masked_line

VALUE = "Harbor7-lantern!Qx93"
ENCODED = base64.b64encode(VALUE.encode()).decode()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f'    PASSWORD = "{VALUE}"  # of the shop', 'PASSWORD = "Harb…"  # of the shop'),
        (f"password: {VALUE}", "password: Harb…"),
        (f"url = postgres://me:{VALUE}@db.acme.io/shop", "url = postgres://me:Harb…@db.acme.io/shop"),
        (f'login("{VALUE}", token="9f8b3c1d7e2a")', 'login("Harb…", token="…")'),
        ('PASSWORD = "Harbor7-" + "lantern!Qx93"', 'PASSWORD = "…" + "…"'),
        (f'PASSWORD = b64decode("{ENCODED}")', 'PASSWORD = b64decode("…")'),
        (f"authorization: Basic {ENCODED}", "authorization: Basic …"),
        ("PASSWORD = bytes([72, 97, 114, 98, 111, 114])", "PASSWORD = bytes([…])"),
        (f'PASSWORD = """{VALUE[:9]}', "…"),
        ("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"),
    ],
)
def test_names_and_signs_are_shown_and_values_are_not(line: str, shown: str) -> None:
    """Neither in one piece nor in several, nor wrapped."""
    assert masked_line(line, VALUE) == shown


def test_other_values_on_the_line_are_masked_as_well() -> None:
    """They are findings of their own."""
    assert masked_line(f"{VALUE} hunterhunter", VALUE, ["hunterhunter"]) == "Harb… …"


def test_a_long_line_is_cut_after_it_was_masked() -> None:
    """So that no half of a value is left at the cut."""
    line = "a " * (WIDTH // 2 - 2) + VALUE

    assert VALUE[:5] not in masked_line(line, VALUE)
    assert len(masked_line("a " * 500, VALUE)) == WIDTH + 1


@pytest.mark.parametrize(("value", "shown"), [(VALUE, "Harb…"), ("kJ8mPq2zz9", "…"), ("a" * 20 + "\nb", "…")])
def test_four_characters_are_shown_of_a_long_value(value: str, shown: str) -> None:
    """Those of a short one, or of a key of many lines, would tell too much."""
    assert mask(value) == shown
