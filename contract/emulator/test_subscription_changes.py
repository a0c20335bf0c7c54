"""Changes of a subscription: what is given back, what is asked for, and when it is collected."""

from typing import Any

import pytest
import stripe

from contract.emulator.clocks import DAY_S, advance, at, pay_with
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations
from contract.emulator.subscribing import (
    START,
    again,
    amounts,
    events_of,
    invoices,
    item,
    kinds,
    latest,
    on_a_clock,
    period,
    price,
    subscribe,
    update,
)

HOUR_S = 3600
HALF = at("2026-04-15T10:00:00")
"""The middle of the thirty days that begin at `START`."""
END = at("2026-04-30T10:00:00")


@pytest.fixture(name="lived")
def half_a_period(client: stripe.StripeClient) -> tuple[str, stripe.Subscription]:
    """A clock at the middle of a period, and a subscription of 10.00 that was paid at its beginning."""
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    advance(client, clock, HALF)
    return clock, subscription


def to(subscription: stripe.Subscription, new_price: str, **more: object) -> list[dict[str, object]]:
    return [{"id": item(subscription).id, "price": new_price, **more}]


def pending(client: stripe.StripeClient, subscription: stripe.Subscription) -> list[int]:
    """Amounts that wait for the customer's next invoice, in the order in which they were made."""
    found = client.v1.invoice_items.list({"customer": str(subscription.customer), "pending": True}).data
    return [each.amount for each in sorted(found, key=lambda each: each.amount)]


def previewed(client: stripe.StripeClient, subscription: stripe.Subscription, **details: Any) -> stripe.Invoice:  # noqa: ANN401 - parameters of a call
    given: Any = {"subscription": subscription.id, "subscription_details": details}
    return client.v1.invoices.create_preview(given)


def test_an_upgrade_waits_for_the_renewal(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    clock, subscription = lived

    after = update(client, subscription.id, items=to(subscription, price(client, 2000)))

    assert pending(client, subscription) == [-500, 1000]
    assert period(after) == period(subscription)
    advance(client, clock, END + HOUR_S)
    renewal = latest(client, subscription)
    assert (sorted(amounts(renewal)), renewal.total) == ([-500, 1000, 2000], 2500)
    assert pending(client, subscription) == []


def test_the_lines_say_what_they_are(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    _, subscription = lived

    update(client, subscription.id, items=to(subscription, price(client, 2000)), proration_behavior="always_invoice")

    credit, debit = latest(client, subscription).lines.data
    assert credit.description == "Unused time on Gold after 15 Apr 2026"
    assert debit.description == "Remaining time on Gold after 15 Apr 2026"
    assert [(line.period.start, line.period.end) for line in (credit, debit)] == [(HALF, END)] * 2
    details: Any = debit.parent and debit.parent.subscription_item_details
    assert (details.proration, details.subscription_item) == (True, item(subscription).id)


@pytest.mark.parametrize(
    ("old", "new", "elapsed_s", "lines"),
    [
        (1900, 9900, 1, [-1900, 9900]),
        (1900, 9900, 12 * HOUR_S, [-1868, 9735]),
        (1900, 9900, 10 * DAY_S, [-1267, 6600]),
        (999, 1999, 12 * HOUR_S, [-982, 1966]),
        (999, 1999, 29 * DAY_S, [-33, 67]),
    ],
)
def test_a_change_now_costs_what_was_previewed(
    client: stripe.StripeClient, old: int, new: int, elapsed_s: int, lines: list[int]
) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client, old))
    advance(client, clock, at(START) + elapsed_s)
    change = {
        "items": to(subscription, price(client, new)),
        "proration_behavior": "always_invoice",
        "proration_date": at(START) + elapsed_s,
    }

    preview = previewed(client, subscription, **change)
    advance(client, clock, at(START) + elapsed_s + 60)
    update(client, subscription.id, **change)

    charged = latest(client, subscription)
    assert amounts(preview) == amounts(charged) == lines
    assert preview.total == charged.total == sum(lines)
    assert (charged.status, charged.billing_reason) == ("paid", "subscription_update")


def test_a_preview_of_a_waiting_change_is_the_renewal(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    change = {"items": to(subscription, price(client, 2000)), "proration_date": HALF}

    preview = previewed(client, subscription, **change)
    update(client, subscription.id, **change)
    advance(client, clock, END + HOUR_S)

    renewal = latest(client, subscription)
    assert preview.total == renewal.total == 2500
    assert sorted(amounts(preview)) == sorted(amounts(renewal))


def test_a_downgrade_becomes_credit(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    _, subscription = lived

    update(client, subscription.id, items=to(subscription, price(client, 400)), proration_behavior="always_invoice")

    invoice = latest(client, subscription)
    assert (invoice.status, invoice.total, invoice.amount_due) == ("paid", -300, 0)
    assert client.v1.customers.retrieve(str(subscription.customer)).balance == -300


def test_a_second_change_gives_back_what_the_first_charged(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    update(client, subscription.id, items=to(subscription, price(client, 2000)), proration_behavior="always_invoice")
    advance(client, clock, at("2026-04-20T10:00:00"))

    update(client, subscription.id, items=to(subscription, price(client, 4000)), proration_behavior="always_invoice")

    # Ten of thirty days are left: of the 1000 that were charged for fifteen days, and of 4000 for thirty.
    assert amounts(latest(client, subscription)) == [-667, 1333]


def test_what_is_given_back_was_charged(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    half_off = client.v1.coupons.create({"percent_off": 50, "duration": "once"}).id
    subscription = subscribe(client, customer, price(client), discounts=[{"coupon": half_off}])
    advance(client, clock, HALF)

    update(client, subscription.id, items=to(subscription, price(client, 2000)), proration_behavior="always_invoice")

    assert amounts(latest(client, subscription)) == [-250, 1000]


def test_a_lasting_discount_is_in_both_lines(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    three_off = client.v1.coupons.create({"amount_off": 300, "currency": "usd", "duration": "forever"}).id
    subscription = subscribe(client, customer, price(client), discounts=[{"coupon": three_off}])
    advance(client, clock, HALF)

    update(client, subscription.id, items=to(subscription, price(client, 2000)), proration_behavior="always_invoice")

    assert amounts(latest(client, subscription)) == [-350, 850]


def test_a_new_quantity_is_a_change_too(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    _, subscription = lived

    update(
        client,
        subscription.id,
        items=[{"id": item(subscription).id, "quantity": 3}],
        proration_behavior="always_invoice",
    )

    invoice = latest(client, subscription)
    assert amounts(invoice) == [-500, 1500]
    assert invoice.lines.data[1].description == "Remaining time on 3 \N{MULTIPLICATION SIGN} Gold after 15 Apr 2026"


def test_a_new_price_sets_the_quantity_to_one(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    subscription = subscribe(client, customer, items=[{"price": price(client), "quantity": 3}])

    after = update(client, subscription.id, items=to(subscription, price(client, 2000)))

    assert item(after).quantity == 1


def test_nothing_is_charged_when_asked(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    clock, subscription = lived

    update(client, subscription.id, items=to(subscription, price(client, 2000)), proration_behavior="none")

    assert pending(client, subscription) == []
    advance(client, clock, END + HOUR_S)
    assert amounts(latest(client, subscription)) == [2000]


def test_another_interval_begins_a_period_now(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived

    after = update(client, subscription.id, items=to(subscription, price(client, 10000, "year")))

    assert (after.billing_cycle_anchor, period(after)) == (HALF, (HALF, at("2027-04-15T10:00:00")))
    invoice = latest(client, subscription)
    assert (amounts(invoice), invoice.status) == ([-500, 10000], "paid")
    advance(client, clock, END + HOUR_S)
    assert len(invoices(client, subscription)) == 2


def test_an_anchor_set_to_now_begins_a_period(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived

    after = update(client, subscription.id, billing_cycle_anchor={"type": "now"})

    assert period(after) == (HALF, at("2026-05-15T10:00:00"))
    assert amounts(latest(client, subscription)) == [-500, 1000]


def test_from_free_to_paid_begins_a_period(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client, 0))
    advance(client, clock, HALF)

    after = update(client, subscription.id, items=to(subscription, price(client)))

    assert period(after)[0] == HALF
    assert latest(client, subscription).total == 1000


def test_an_item_comes_and_goes(
    client: stripe.StripeClient, stand_in: Emulator, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived

    made = client.v1.subscription_items.create({"subscription": subscription.id, "price": price(client, 600)})

    body = stand_in.get(f"/v1/subscription_items/{made.id}").json()
    assert violations(body, stripe.SubscriptionItem) == []
    assert pending(client, subscription) == [300]
    listed = client.v1.subscription_items.list({"subscription": subscription.id}).data
    assert [each.id for each in listed] == [item(subscription).id, made.id]
    gone = client.v1.subscription_items.delete(made.id)
    assert gone.deleted
    assert pending(client, subscription) == [-300, 300]
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.subscription_items.retrieve(made.id)
    assert missing.value.http_status == 404


def test_an_item_is_changed_by_its_own_door(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived
    identifier = item(subscription).id

    changed = client.v1.subscription_items.update(
        identifier, {"quantity": 2, "metadata": {"seat": "two"}, "proration_behavior": "always_invoice"}
    )

    assert (changed.quantity, changed.metadata["seat"]) == (2, "two")
    assert amounts(latest(client, subscription)) == [-500, 1000]
    told = events_of(client, subscription.id, "customer.subscription.updated")[0]
    assert "items" in told.data.previous_attributes


def test_the_last_item_stays(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    _, subscription = lived

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.subscription_items.delete(item(subscription).id)

    assert (refusal.value.http_status, refusal.value.param) == (400, "items")


def test_metadata_alone_costs_nothing(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    _, subscription = lived

    update(client, subscription.id, metadata={"order": "1"})

    assert len(invoices(client, subscription)) == 1
    told = events_of(client, subscription.id)[-1]
    assert told.data.previous_attributes.to_dict() == {"metadata": {"order": None}}


def test_a_declined_upgrade_leaves_it_past_due(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived
    pay_with(client, str(subscription.customer), "pm_card_chargeCustomerFail")

    after = update(
        client, subscription.id, items=to(subscription, price(client, 2000)), proration_behavior="always_invoice"
    )

    assert (after.status, latest(client, subscription).status) == ("past_due", "open")
    assert item(after).price.unit_amount == 2000


def test_an_upgrade_that_must_be_paid_changes_nothing_when_it_is_not(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived
    pay_with(client, str(subscription.customer), "pm_card_chargeCustomerFail")

    with pytest.raises(stripe.CardError) as declined:
        update(
            client,
            subscription.id,
            items=to(subscription, price(client, 2000)),
            proration_behavior="always_invoice",
            payment_behavior="error_if_incomplete",
        )

    assert declined.value.http_status == 402
    after = again(client, subscription)
    assert (after.status, item(after).price.unit_amount) == ("active", 1000)
    assert after.latest_invoice == subscription.latest_invoice
    assert [invoice.status for invoice in invoices(client, subscription)] == ["paid"]


def wanting(subscription: stripe.Subscription, new_price: str) -> dict[str, Any]:
    return {
        "items": to(subscription, new_price),
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
    }


def test_a_pending_update_is_applied_once_it_is_paid(
    client: stripe.StripeClient, stand_in: Emulator, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    pay_with(client, str(subscription.customer), "pm_card_chargeCustomerFail")

    waiting = update(client, subscription.id, **wanting(subscription, price(client, 2000)))

    assert (waiting.status, item(waiting).price.unit_amount) == ("active", 1000)
    assert waiting.pending_update is not None
    assert waiting.pending_update.expires_at == HALF + 23 * HOUR_S
    assert violations(stand_in.get(f"/v1/subscriptions/{subscription.id}").json(), stripe.Subscription) == []
    advance(client, clock, HALF + HOUR_S)
    pay_with(client, str(subscription.customer), "pm_card_visa")
    client.v1.invoices.pay(str(waiting.latest_invoice))
    after = again(client, subscription)
    assert (after.status, item(after).price.unit_amount, after.pending_update) == ("active", 2000, None)
    assert kinds(client, subscription.id)[-1] == "pending_update_applied"
    advance(client, clock, END + 2 * HOUR_S)
    assert amounts(latest(client, subscription)) == [2000]


def test_a_pending_update_that_can_be_paid_is_applied_at_once(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived

    after = update(client, subscription.id, **wanting(subscription, price(client, 2000)))

    assert (item(after).price.unit_amount, after.pending_update) == (2000, None)
    assert amounts(latest(client, subscription)) == [-500, 1000]


def test_a_pending_update_is_given_up_with_its_invoice(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    pay_with(client, str(subscription.customer), "pm_card_chargeCustomerFail")
    waiting = update(client, subscription.id, **wanting(subscription, price(client, 2000)))

    client.v1.invoices.void_invoice(str(waiting.latest_invoice))

    after = again(client, subscription)
    assert (after.status, after.pending_update, item(after).price.unit_amount) == ("active", None, 1000)
    assert kinds(client, subscription.id)[-1] == "updated"
    pay_with(client, str(subscription.customer), "pm_card_visa")
    advance(client, clock, END + 2 * HOUR_S)
    assert amounts(latest(client, subscription)) == [1000]


def test_a_pending_update_expires(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    clock, subscription = lived
    pay_with(client, str(subscription.customer), "pm_card_chargeCustomerFail")
    update(client, subscription.id, **wanting(subscription, price(client, 2000)))

    advance(client, clock, HALF + 23 * HOUR_S)

    after = again(client, subscription)
    assert (after.pending_update, item(after).price.unit_amount) == (None, 1000)
    assert latest(client, subscription).status == "void"
    assert kinds(client, subscription.id)[-1] == "pending_update_expired"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"items": [{"id": "si_none", "quantity": 2}]}, "items[0][id]"),
        ({"proration_date": 1}, "proration_date"),
        ({"trial_end": 1}, "trial_end"),
        ({"cancel_at": 1}, "cancel_at"),
        ({"cancel_at": 4102444800, "cancel_at_period_end": True}, "cancel_at"),
        ({"pause_collection": {"behavior": "void", "resumes_at": 1}}, "pause_collection[resumes_at]"),
        ({"payment_behavior": "pending_if_incomplete", "description": "Gold"}, "description"),
        ({"days_until_due": 5}, "days_until_due"),
        ({"billing_thresholds": {"amount_gte": 5000}}, "billing_thresholds"),
        ({"customer": "cus_other"}, "customer"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription], params: dict[str, Any], param: str
) -> None:
    _, subscription = lived

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        update(client, subscription.id, **params)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)
    assert again(client, subscription).to_dict() == subscription.to_dict()


def test_an_incomplete_one_keeps_its_items(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card=None)
    subscription = subscribe(client, customer, price(client), payment_behavior="default_incomplete")

    with pytest.raises(stripe.InvalidRequestError):
        update(client, subscription.id, items=to(subscription, price(client, 2000)))

    assert update(client, subscription.id, metadata={"order": "1"}).metadata["order"] == "1"
