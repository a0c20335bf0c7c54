"""Prices: every way to say what a product costs, and what stays as it was said."""

from itertools import count
from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

_numbers = count(1)
TIERS = {
    "billing_scheme": "tiered",
    "tiers_mode": "graduated",
    "tiers[0][up_to]": "5",
    "tiers[0][unit_amount]": "700",
    "tiers[1][up_to]": "inf",
    "tiers[1][flat_amount]": "100",
    "tiers[1][unit_amount_decimal]": "650.50",
    "recurring[interval]": "month",
}
PACKAGES = {"unit_amount": "1", "transform_quantity[divide_by]": "10", "transform_quantity[round]": "up"}


def every(interval: str, number: int) -> dict[str, str]:
    return {"unit_amount": "1", "recurring[interval]": interval, "recurring[interval_count]": str(number)}


@pytest.fixture
def product(client: stripe.StripeClient) -> str:
    return client.v1.products.create({"name": f"Kite {next(_numbers)}"}).id


def price_of(client: stripe.StripeClient, product: str, **params: Any) -> stripe.Price:  # noqa: ANN401 - any parameter
    wanted: Any = {"product": product, "currency": "usd", "unit_amount": 2000} | params
    return client.v1.prices.create(wanted)


WAYS: list[dict[str, str]] = [
    {"unit_amount": "2000"},
    {"unit_amount": "0"},
    {"unit_amount_decimal": "0.050"},
    {"unit_amount": "2000", "recurring[interval]": "week", "recurring[trial_period_days]": "7"},
    PACKAGES,
    {"custom_unit_amount[enabled]": "true", "custom_unit_amount[minimum]": "50", "custom_unit_amount[preset]": "500"},
    {"unit_amount": "2000", "currency_options[eur][unit_amount]": "1800", "tax_behavior": "exclusive"},
    TIERS,
]


@pytest.mark.parametrize("way", WAYS)
def test_a_price_has_its_declared_shape(stand_in: Emulator, product: str, way: dict[str, str]) -> None:
    made = stand_in.post("/v1/prices", {"product": product, "currency": "usd", **way})
    whole = stand_in.post(
        "/v1/prices",
        {"product": product, "currency": "usd", **way, "expand[0]": "tiers", "expand[1]": "currency_options"},
    )

    assert made.status_code == 200, made.text
    assert violations(made.json(), stripe.Price) == []
    assert violations(whole.json(), stripe.Price) == []


def test_decimals_are_kept_exactly(client: stripe.StripeClient, product: str) -> None:
    price = client.v1.prices.create({"product": product, "currency": "usd", "unit_amount_decimal": "0.050"})  # type: ignore[typeddict-item]  # a text is exact

    assert (price.unit_amount, str(price.unit_amount_decimal)) == (None, "0.05")


def test_tiers_are_shown_when_they_are_asked_for(stand_in: Emulator, product: str) -> None:
    made = stand_in.post("/v1/prices", {"product": product, "currency": "usd", **TIERS}).json()
    whole = stand_in.get(f"/v1/prices/{made['id']}", {"expand[]": "tiers"}).json()

    assert "tiers" not in made
    assert whole["tiers"] == [
        {
            "flat_amount": None,
            "flat_amount_decimal": None,
            "unit_amount": 700,
            "unit_amount_decimal": "700",
            "up_to": 5,
        },
        {
            "flat_amount": 100,
            "flat_amount_decimal": "100",
            "unit_amount": None,
            "unit_amount_decimal": "650.5",
            "up_to": None,
        },
    ]


def test_currency_options_are_shown_when_they_are_asked_for(client: stripe.StripeClient, product: str) -> None:
    price = price_of(client, product, currency_options={"eur": {"unit_amount": 1800}})
    client.v1.prices.update(price.id, {"currency_options": {"jpy": {"unit_amount": 300}}})
    whole = client.v1.prices.retrieve(price.id, {"expand": ["currency_options"]})

    assert whole.currency_options is not None
    amounts = {currency: option["unit_amount"] for currency, option in whole.currency_options.to_dict().items()}
    assert amounts == {"eur": 1800, "jpy": 300, "usd": 2000}


def test_a_price_can_bring_its_product(client: stripe.StripeClient) -> None:
    price = client.v1.prices.create({"currency": "usd", "unit_amount": 500, "product_data": {"name": "Wand"}})

    assert client.v1.products.retrieve(str(price.product)).name == "Wand"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "unit_amount"),
        ({"unit_amount": "-1"}, "unit_amount"),
        ({"unit_amount": "100000000"}, "unit_amount"),
        ({"unit_amount": "1", "unit_amount_decimal": "1"}, "unit_amount"),
        ({"unit_amount": "1", "custom_unit_amount[enabled]": "true"}, "custom_unit_amount"),
        ({"custom_unit_amount[enabled]": "false"}, "custom_unit_amount[enabled]"),
        ({"custom_unit_amount[enabled]": "true", "recurring[interval]": "day"}, "custom_unit_amount"),
        (every("day", 1096), "recurring[interval_count]"),
        (every("week", 157), "recurring[interval_count]"),
        (every("month", 37), "recurring[interval_count]"),
        (every("year", 4), "recurring[interval_count]"),
        (every("year", 0), "recurring[interval_count]"),
        (every("day", 1) | {"recurring[usage_type]": "metered"}, "recurring[usage_type]"),
        (every("day", 1) | {"recurring[meter]": "mtr_1"}, "recurring[meter]"),
        ({name: value for name, value in TIERS.items() if name != "recurring[interval]"}, "interval"),
        ({"unit_amount": "1", "tiers_mode": "volume"}, "tiers_mode"),
        (TIERS | {"unit_amount": "1"}, "unit_amount"),
        (TIERS | {"transform_quantity[divide_by]": "9", "transform_quantity[round]": "up"}, "transform_quantity"),
        (TIERS | {"tiers[1][up_to]": "9"}, "tiers[1][up_to]"),
        (PACKAGES | {"transform_quantity[divide_by]": "0"}, "transform_quantity[divide_by]"),
        ({"unit_amount": "1", "currency_options[usd][unit_amount]": "1"}, "currency_options[usd]"),
        (
            {"unit_amount": "1", "currency_options[eur][tax_behavior]": "inclusive"},
            "currency_options[eur][unit_amount]",
        ),
        ({"unit_amount": "1", "lookup_key": "k" * 201}, "lookup_key"),
        ({"unit_amount": "1", "product": "prod_gone"}, "product"),
        ({"unit_amount": "1", "product_data[name]": "Two"}, "product"),
        ({"unit_amount": "1", "currency_options[EUR][unit_amount]": "1"}, "currency_options"),
    ],
)
def test_what_a_price_cannot_be_is_refused(
    stand_in: Emulator, product: str, params: dict[str, str], param: str
) -> None:
    reply = stand_in.post("/v1/prices", {"product": product, "currency": "usd", **params})

    assert (reply.status_code, reply.json()["error"].get("param")) == (400, param), reply.text


def test_the_longest_interval_is_three_years(client: stripe.StripeClient, product: str) -> None:
    price = price_of(client, product, recurring={"interval": "month", "interval_count": 36})

    assert price.recurring is not None
    assert price.recurring.interval_count == 36


def test_a_lookup_key_moves_only_when_told_to(client: stripe.StripeClient, product: str) -> None:
    key = f"standard-{next(_numbers)}"
    old = price_of(client, product, lookup_key=key)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        price_of(client, product, lookup_key=key)
    new = price_of(client, product, lookup_key=key, transfer_lookup_key=True)

    assert refusal.value.param == "lookup_key"
    assert client.v1.prices.retrieve(old.id).lookup_key is None
    assert [each.id for each in client.v1.prices.list({"lookup_keys": [key]}).data] == [new.id]


def test_a_price_is_changed_in_everything_but_its_money(client: stripe.StripeClient, product: str) -> None:
    price = price_of(client, product)
    money_change: Any = {"unit_amount": 1}
    changed = client.v1.prices.update(
        price.id,
        {"active": False, "nickname": "Old", "metadata": {"a": "b"}, "tax_behavior": "inclusive", "lookup_key": ""},
    )
    with pytest.raises(stripe.InvalidRequestError) as money:
        client.v1.prices.update(price.id, money_change)
    with pytest.raises(stripe.InvalidRequestError) as behaviour:
        client.v1.prices.update(price.id, {"tax_behavior": "exclusive"})

    assert (changed.active, changed.nickname, changed.tax_behavior) == (False, "Old", "inclusive")
    assert (money.value.code, money.value.param) == ("parameter_unknown", "unit_amount")
    assert behaviour.value.param == "tax_behavior"


def test_the_default_price_of_a_product_is_not_archived(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "K", "default_price_data": {"currency": "usd", "unit_amount": 5}})
    with pytest.raises(stripe.InvalidRequestError, match="it is the default price of its product"):
        client.v1.prices.update(str(product.default_price), {"active": False})


def test_a_list_is_filtered(client: stripe.StripeClient, product: str) -> None:
    once = price_of(client, product).id
    monthly = price_of(client, product, recurring={"interval": "month"}).id
    euro = price_of(client, product, currency="eur", recurring={"interval": "year"}, active=False).id

    def found(**filters: Any) -> list[str]:  # noqa: ANN401 - any filter of the call
        wanted: Any = {"product": product} | filters
        return [each.id for each in client.v1.prices.list(wanted).data]

    assert found() == [euro, monthly, once]
    assert found(type="recurring") == [euro, monthly]
    assert found(active=True) == [monthly, once]
    assert found(currency="eur") == [euro]
    assert found(recurring={"interval": "month"}) == [monthly]


def test_prices_are_found_by_what_they_say(client: stripe.StripeClient, product: str) -> None:
    price = price_of(client, product, metadata={"order": product})
    queries = [f"product:'{product}'", f"active:'true' AND metadata['order']:'{product}'"]

    assert [[each.id for each in client.v1.prices.search({"query": query}).data] for query in queries] == [
        [price.id],
        [price.id],
    ]


def test_a_recurring_price_is_not_bought_once(client: stripe.StripeClient, product: str) -> None:
    price = price_of(client, product, recurring={"interval": "month"})
    line: Any = {"price": price.id, "quantity": 1}
    with pytest.raises(stripe.InvalidRequestError, match="passed a recurring price"):
        client.v1.checkout.sessions.create(
            {"mode": "payment", "success_url": "https://example.com", "line_items": [line]}
        )
