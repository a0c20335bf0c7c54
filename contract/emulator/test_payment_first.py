"""`error_if_incomplete`: a payment that fails leaves its failed charge and nothing else; one that succeeds pays."""

from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.subscribing import again, item, latest, on_a_clock, price, subscribe, update

CARDS = {"declined": "pm_card_chargeCustomerFail", "to be authenticated": "pm_card_threeDSecure2Required"}
FIRST: Any = {"payment_behavior": "error_if_incomplete"}
NOT_OF_MONEY = {"charge.failed", "payment_intent.created", "payment_intent.payment_failed", "payment_intent.canceled",
                "payment_intent.requires_action"}  # fmt: skip
"""The events of a payment that failed; there are no others."""


def described(client: stripe.StripeClient) -> tuple[str, Any]:
    """A product, and a price of it that only a call describes."""
    product = client.v1.products.create({"name": "Gold"}).id
    return product, {
        "currency": "usd", "product": product, "unit_amount": 1000, "recurring": {"interval": "month"}
    }  # fmt: skip


def prices_of(client: stripe.StripeClient, product: str) -> list[str]:
    found = [client.v1.prices.list({"product": product, "active": active}).data for active in (True, False)]
    return [each.id for page in found for each in page]


def events_after(client: stripe.StripeClient, event: str) -> set[str]:
    return {each.type for each in client.v1.events.list({"ending_before": event, "limit": 100}).data}


def newest_event(client: stripe.StripeClient) -> str:
    return client.v1.events.list({"limit": 1}).data[0].id


def coupon(client: stripe.StripeClient) -> str:
    return client.v1.coupons.create({"percent_off": 50, "duration": "forever", "max_redemptions": 1}).id


def statuses(client: stripe.StripeClient, customer: str) -> tuple[list[str], list[str]]:
    """Of the customer's PaymentIntents and charges."""
    intents = client.v1.payment_intents.list({"customer": customer}).data
    return [each.status for each in intents], [each.status for each in client.v1.charges.list({"customer": customer})]


@pytest.mark.parametrize("card", CARDS)
def test_a_first_payment_that_fails_leaves_its_charge_and_nothing_else(client: stripe.StripeClient, card: str) -> None:
    _, customer = on_a_clock(client, card=CARDS[card])
    product, data = described(client)
    half, before = coupon(client), newest_event(client)
    fee: Any = {"currency": "usd", "product": product, "unit_amount": 500}
    params: Any = {
        "customer": customer,
        "items": [{"price_data": data}],
        "add_invoice_items": [{"price_data": fee}],
        "discounts": [{"coupon": half}],
        **FIRST,
    }

    with pytest.raises(stripe.CardError) as refusal:
        client.v1.subscriptions.create(params)

    assert refusal.value.http_status == 402
    assert client.v1.subscriptions.list({"customer": customer, "status": "all"}).data == []
    assert client.v1.invoices.list({"customer": customer}).data == []
    redeemed = client.v1.coupons.retrieve(half)
    assert (redeemed.times_redeemed, redeemed.valid) == (0, True)
    assert prices_of(client, product) == []
    assert events_after(client, before) <= NOT_OF_MONEY
    assert client.v1.customers.retrieve(customer).delinquent is False
    assert statuses(client, customer) == (["canceled"], ["failed"] if card == "declined" else [])


def test_a_first_payment_that_succeeds_pays_the_first_invoice(client: stripe.StripeClient, stand_in: Emulator) -> None:
    _, customer = on_a_clock(client)
    client.v1.customers.balance_transactions.create(customer, {"amount": -200, "currency": "usd"})
    client.v1.invoice_items.create({"customer": customer, "amount": 300, "currency": "usd"})
    half = coupon(client)

    subscription = subscribe(client, customer, price(client), discounts=[{"coupon": half}], **FIRST)

    invoice = latest(client, subscription)
    assert (subscription.status, invoice.status, invoice.billing_reason) == ("active", "paid", "subscription_create")
    # Half of 1000 and of 300, less a credit of 200.
    assert (invoice.total, invoice.amount_paid, invoice.attempt_count) == (650, 450, 1)
    assert statuses(client, customer) == (["succeeded"], ["succeeded"])
    charge = client.v1.charges.list({"customer": customer}).data[0]
    assert (charge.amount, charge.description) == (450, "Subscription creation")
    assert client.v1.coupons.retrieve(half).times_redeemed == 1
    assert stand_in.control.books().sum_zero


def test_a_code_for_the_first_purchase_is_not_spent_by_the_purchase_itself(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    first: Any = {
        "promotion": {"type": "coupon", "coupon": coupon(client)},
        "restrictions": {"first_time_transaction": True},
    }
    code = client.v1.promotion_codes.create(first).id

    subscription = subscribe(client, customer, price(client), discounts=[{"promotion_code": code}], **FIRST)

    assert latest(client, subscription).amount_paid == 500
    assert client.v1.promotion_codes.retrieve(code).times_redeemed == 1


def test_a_method_of_the_subscription_itself_is_the_one_that_pays(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card=CARDS["declined"])
    own = client.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer}).id

    subscription = subscribe(client, customer, price(client), default_payment_method=own, **FIRST)

    assert (subscription.status, latest(client, subscription).status) == ("active", "paid")


def test_nothing_has_to_come_first_where_nothing_is_due(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card=CARDS["declined"])

    trial = subscribe(client, customer, price(client), trial_period_days=7, **FIRST)

    assert trial.status == "trialing"
    assert statuses(client, customer) == ([], [])


def test_a_bank_that_takes_its_time_is_waited_for(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card="pm_usBankAccount_success")
    settings: Any = {"payment_method_types": ["us_bank_account"]}

    subscription = subscribe(client, customer, price(client), payment_settings=settings, **FIRST)

    assert (subscription.status, latest(client, subscription).status) == ("incomplete", "open")
    assert statuses(client, customer) == (["processing"], ["pending"])


@pytest.mark.parametrize("card", CARDS)
def test_an_update_that_is_not_paid_leaves_its_charge_and_nothing_else(client: stripe.StripeClient, card: str) -> None:
    _, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    method = client.v1.payment_methods.attach(CARDS[card], {"customer": customer}).id
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method}})
    product, data = described(client)
    half, before = coupon(client), newest_event(client)
    dearer: Any = {"id": item(subscription).id, "price_data": {**data, "unit_amount": 9000}}

    with pytest.raises(stripe.CardError) as refusal:
        update(
            client,
            subscription.id,
            items=[dearer],
            discounts=[{"coupon": half}],
            proration_behavior="always_invoice",
            **FIRST,
        )

    assert refusal.value.http_status == 402
    assert again(client, subscription).to_dict() == subscription.to_dict()
    assert len(client.v1.invoices.list({"customer": customer}).data) == 1
    assert client.v1.coupons.retrieve(half).times_redeemed == 0
    assert prices_of(client, product) == []
    assert events_after(client, before) <= NOT_OF_MONEY


def test_an_update_that_is_paid_is_charged_once(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    dearer: Any = {"id": item(subscription).id, "price": price(client, 3000)}

    after = update(client, subscription.id, items=[dearer], proration_behavior="always_invoice", **FIRST)

    invoice = latest(client, subscription)
    assert (item(after).price.unit_amount, invoice.status, invoice.amount_paid) == (3000, "paid", 2000)
    assert statuses(client, customer) == (["succeeded"] * 2, ["succeeded"] * 2)


def test_a_refusal_without_any_card_leaves_no_described_price(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card=None)
    product, data = described(client)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.create({"customer": customer, "items": [{"price_data": data}]})

    assert prices_of(client, product) == []
