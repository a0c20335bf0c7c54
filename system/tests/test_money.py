import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.kit.money import AMOUNT_MAX, EXPONENTS, Money, MoneyError, round_half_away


@pytest.mark.parametrize("amount", [True, 1.0, "1", None, AMOUNT_MAX + 1, -AMOUNT_MAX - 1], ids=repr)
def test_money_refuses_what_is_no_amount_of_minor_units(amount: object) -> None:
    with pytest.raises(MoneyError):
        Money(amount, "usd")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["USD", "us", "xyz", ""])
def test_money_refuses_a_currency_that_is_not_in_the_table(currency: str) -> None:
    with pytest.raises(MoneyError):
        Money(1, currency)


def test_money_of_two_currencies_is_never_added() -> None:
    with pytest.raises(MoneyError):
        Money(1, "usd") + Money(1, "eur")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(4900, "usd"), "49.00 USD"),
        (Money(5, "usd"), "0.05 USD"),
        (Money(-5, "usd"), "-0.05 USD"),
        (Money(500, "jpy"), "500 JPY"),
        (Money(5250, "kwd"), "5.250 KWD"),
        (Money(100, "isk"), "1.00 ISK"),
    ],
    ids=str,
)
def test_money_is_written_with_the_digits_of_its_currency(money: Money, text: str) -> None:
    assert str(money) == text


@settings(deadline=None)  # other work on the machine is no fault of the rule
@given(st.integers(0, 10**12), st.lists(st.integers(0, 10_000), min_size=1, max_size=9).filter(any))
def test_allocation_loses_nothing_and_is_off_by_less_than_one_unit(amount: int, weights: list[int]) -> None:
    parts = Money(amount, "usd").allocate(weights)

    assert sum(part.amount for part in parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount * sum(weights) - amount * weight) < sum(weights)


@pytest.mark.parametrize(("base", "instructor"), [(1, 1), (2, 1), (3, 2), (5, 4), (99, 69), (1005, 704), (9999, 6999)])
def test_allocation_gives_a_tie_to_the_earlier_part(base: int, instructor: int) -> None:
    assert Money(base, "usd").allocate([70, 30]) == [Money(instructor, "usd"), Money(base - instructor, "usd")]


@pytest.mark.parametrize(("fraction", "rounded"), [((1, 2), 1), ((5, 2), 3), ((-1, 2), -1), ((-5, 2), -3), ((4, 3), 1)])
def test_rounding_goes_half_away_from_zero(fraction: tuple[int, int], rounded: int) -> None:
    assert round_half_away(*fraction) == rounded


def test_the_currencies_without_decimals_are_the_processors() -> None:
    without = sorted(code for code, digits in EXPONENTS.items() if digits == 0)

    assert " ".join(without) == "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
