import pytest

from system.web.fields import minor_units
from system.web.rendering import own_path, price


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("49", "usd", 4900),
        ("49.5", "usd", 4950),
        (" 49,05 ", "usd", 4905),
        ("500", "jpy", 500),
        ("5.250", "kwd", 5250),
        ("0.01", "usd", 1),
    ],
)
def test_typed_amount_is_read_exactly(text: str, currency: str, amount: int) -> None:
    assert minor_units(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [("", "usd"), ("0", "usd"), ("-1", "usd"), ("1e3", "usd"), ("1.005", "usd"), ("1.0", "jpy"), ("١٢", "usd")],
)
def test_what_is_no_amount_is_not_guessed(text: str, currency: str) -> None:
    assert minor_units(text, currency) is None


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(4900, "usd", "$49.00"), (123456789, "usd", "$1,234,567.89"), (500, "jpy", "¥500"), (5250, "kwd", "5.250 KWD")],
)
def test_price_is_written_for_a_reader(amount: int, currency: str, shown: str) -> None:
    assert price(amount, currency) == shown


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", None, "/a\r\nb: c"],
)
def test_log_in_leads_to_no_other_site(wanted: str | None) -> None:
    assert own_path(wanted) == "/pricing"


def test_log_in_leads_back_to_where_the_reader_was() -> None:
    assert own_path("/checkout/prc_course_python?x=1") == "/checkout/prc_course_python?x=1"
