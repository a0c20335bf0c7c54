"""Coupons and promotion codes: what they promise, to whom, how often and how long."""

from itertools import count
from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

_numbers = count(1)


def coupon_of(client: stripe.StripeClient, **params: Any) -> stripe.Coupon:  # noqa: ANN401 - any parameter of the call
    wanted: Any = params or {"percent_off": 25}
    return client.v1.coupons.create(wanted)


def promotion_of(client: stripe.StripeClient, coupon: str, **params: Any) -> stripe.PromotionCode:  # noqa: ANN401 - as above
    wanted: Any = {"promotion": {"type": "coupon", "coupon": coupon}} | params
    return client.v1.promotion_codes.create(wanted)


TERMS: list[dict[str, str]] = [
    {"percent_off": "25.5", "duration": "once"},
    {"percent_off": "100", "duration": "repeating", "duration_in_months": "3", "max_redemptions": "5"},
    {"amount_off": "500", "currency": "USD", "duration": "forever", "name": "Five off"},
    {"amount_off": "500", "currency": "usd", "currency_options[eur][amount_off]": "450"},
]


@pytest.mark.parametrize("terms", TERMS)
def test_a_coupon_has_its_declared_shape(stand_in: Emulator, terms: dict[str, str]) -> None:
    made = stand_in.post("/v1/coupons", terms)
    whole = stand_in.get(f"/v1/coupons/{made.json()['id']}", {"expand[]": "applies_to"})

    assert made.status_code == 200, made.text
    assert violations(made.json(), stripe.Coupon) == []
    assert violations(whole.json(), stripe.Coupon) == []


def test_what_a_coupon_is_for_is_shown_when_it_is_asked_for(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "Kite"}).id
    terms: Any = {
        "amount_off": 500,
        "currency": "usd",
        "applies_to": {"products": [product]},
        "currency_options": {"eur": {"amount_off": 450}},
    }
    bare = client.v1.coupons.create(terms)
    client.v1.coupons.update(bare.id, {"currency_options": {"gbp": {"amount_off": 400}}})
    whole = client.v1.coupons.retrieve(bare.id, {"expand": ["applies_to", "currency_options"]}).to_dict()

    assert "applies_to" not in bare.to_dict()
    assert whole["applies_to"] == {"products": [product]}
    assert {each: option["amount_off"] for each, option in whole["currency_options"].items()} == {
        "eur": 450,
        "gbp": 400,
        "usd": 500,
    }


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({}, "parameter_missing", None),
        ({"percent_off": "10", "amount_off": "5", "currency": "usd"}, None, None),
        ({"amount_off": "5"}, None, "currency"),
        ({"amount_off": "0", "currency": "usd"}, "parameter_invalid_integer", "amount_off"),
        ({"percent_off": "0"}, None, "percent_off"),
        ({"percent_off": "100.01"}, None, "percent_off"),
        ({"percent_off": "10", "duration": "repeating"}, None, "duration"),
        ({"percent_off": "10", "duration_in_months": "3"}, None, "duration_in_months"),
        ({"percent_off": "10", "max_redemptions": "0"}, "parameter_invalid_integer", "max_redemptions"),
        ({"percent_off": "10", "redeem_by": "1000"}, None, "redeem_by"),
        ({"percent_off": "10", "redeem_by": "9999999999"}, None, "redeem_by"),
        ({"percent_off": "10", "currency_options[eur][amount_off]": "5"}, None, "currency_options"),
        ({"percent_off": "10", "applies_to[products][0]": "prod_gone"}, "resource_missing", "applies_to[products][0]"),
    ],
)
def test_what_a_coupon_cannot_be_is_refused(
    stand_in: Emulator, params: dict[str, str], code: str | None, param: str | None
) -> None:
    reply = stand_in.post("/v1/coupons", params)
    error = reply.json()["error"]

    assert (reply.status_code, error.get("code"), error.get("param")) == (400, code, param), error


def test_only_the_words_of_a_coupon_change(client: stripe.StripeClient, stand_in: Emulator) -> None:
    coupon = coupon_of(client)
    changed = client.v1.coupons.update(coupon.id, {"name": "Quarter", "metadata": {"a": "b"}})
    terms = stand_in.post(f"/v1/coupons/{coupon.id}", {"percent_off": "50"})

    assert (changed.name, changed.percent_off) == ("Quarter", 25)
    assert (terms.status_code, terms.json()["error"]["code"]) == (400, "parameter_unknown")


def test_a_deleted_coupon_takes_its_promotion_codes_along(client: stripe.StripeClient) -> None:
    name = f"QUARTER{next(_numbers)}"
    coupon_of(client, id=name, percent_off=25)
    promotion = promotion_of(client, name)
    gone = client.v1.coupons.delete(name)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.coupons.retrieve(name)

    assert (gone.id, gone.deleted) == (name, True)
    assert (refusal.value.http_status, refusal.value.param) == (404, "coupon")
    assert client.v1.promotion_codes.retrieve(promotion.id).active is False
    assert coupon_of(client, id=name, percent_off=30).percent_off == 30


def test_a_coupon_cannot_be_had_after_its_date(client: stripe.StripeClient, stand_in: Emulator) -> None:
    now = client.v1.customers.create({}).created
    coupon = coupon_of(client, percent_off=10, redeem_by=now + 3600)
    promotion = promotion_of(client, coupon.id)
    stand_in.control.advance_clock(3601)

    assert client.v1.coupons.retrieve(coupon.id).valid is False
    assert client.v1.promotion_codes.retrieve(promotion.id).active is False


def test_a_promotion_code_has_its_declared_shape(client: stripe.StripeClient, stand_in: Emulator) -> None:
    params = {
        "promotion[type]": "coupon",
        "promotion[coupon]": coupon_of(client).id,
        "restrictions[first_time_transaction]": "true",
        "restrictions[minimum_amount]": "1000",
        "restrictions[minimum_amount_currency]": "usd",
        "restrictions[currency_options][eur][minimum_amount]": "900",
    }
    made = stand_in.post("/v1/promotion_codes", params).json()
    whole = stand_in.get(f"/v1/promotion_codes/{made['id']}", {"expand[]": "restrictions.currency_options"}).json()

    assert violations(made, stripe.PromotionCode) == []
    assert violations(whole, stripe.PromotionCode) == []
    assert (len(made["code"]), made["code"].isupper(), "currency_options" in made["restrictions"]) == (8, True, False)
    assert whole["restrictions"]["currency_options"]["eur"] == {"minimum_amount": 900}


def test_an_active_code_is_unique_whatever_its_case(client: stripe.StripeClient) -> None:
    coupon, code = coupon_of(client).id, f"Summer-{next(_numbers)}"
    first = promotion_of(client, coupon, code=code)
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        promotion_of(client, coupon, code=code.upper())
    client.v1.promotion_codes.update(first.id, {"active": False})
    second = promotion_of(client, coupon, code=code.upper())
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        client.v1.promotion_codes.update(first.id, {"active": True})

    assert [each.id for each in client.v1.promotion_codes.list({"code": code.lower()}).data] == [second.id, first.id]
    assert [each.id for each in client.v1.promotion_codes.list({"code": code, "active": True}).data] == [second.id]


def test_two_customers_can_have_the_same_code(client: stripe.StripeClient) -> None:
    coupon, code = coupon_of(client).id, f"VIP{next(_numbers)}"
    ada, bob = (client.v1.customers.create({}).id for _ in range(2))
    promotion_of(client, coupon, code=code, customer=ada)
    promotion_of(client, coupon, code=code, customer=bob)
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        promotion_of(client, coupon, code=code)

    assert len(client.v1.promotion_codes.list({"coupon": coupon}).data) == 2
    assert len(client.v1.promotion_codes.list({"customer": ada}).data) == 1


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"code": "has spaces!"}, "code"),
        ({"customer": "cus_gone"}, "customer"),
        ({"expires_at": "2000"}, "expires_at"),
        ({"max_redemptions": "6"}, "max_redemptions"),
        ({"restrictions[minimum_amount]": "5"}, "restrictions[minimum_amount_currency]"),
        ({"promotion[coupon]": "GONE"}, "promotion[coupon]"),
        ({"promotion[coupon]": ""}, "promotion.coupon"),
    ],
)
def test_what_a_promotion_code_cannot_be_is_refused(
    client: stripe.StripeClient, stand_in: Emulator, params: dict[str, str], param: str
) -> None:
    coupon = coupon_of(client, percent_off=10, max_redemptions=5).id
    reply = stand_in.post("/v1/promotion_codes", {"promotion[type]": "coupon", "promotion[coupon]": coupon} | params)

    assert (reply.status_code, reply.json()["error"].get("param")) == (400, param), reply.text


def test_a_promotion_code_ends_at_its_time(client: stripe.StripeClient, stand_in: Emulator) -> None:
    now = client.v1.customers.create({}).created
    promotion = promotion_of(client, coupon_of(client).id, expires_at=now + 60)
    stand_in.control.advance_clock(61)
    client.v1.customers.create({})
    event = client.v1.events.list({"type": "promotion_code.updated", "limit": 1}).data[0]

    assert client.v1.promotion_codes.retrieve(promotion.id).active is False
    assert event.data.previous_attributes is not None
    assert (event.data.object["id"], event.data.previous_attributes.to_dict()) == (promotion.id, {"active": True})


def test_a_customer_has_no_discount_to_take_away(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({}).id
    with pytest.raises(stripe.InvalidRequestError, match=f"No active discount for customer: {customer}") as refusal:
        client.v1.customers.delete_discount(customer)

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
