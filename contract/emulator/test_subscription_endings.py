"""Trials, cancellations and pauses: how a subscription begins to cost, stops, and stands still."""

from collections.abc import Iterator
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
END = at("2026-04-30T10:00:00")


def shape(stand_in: Emulator, subscription: stripe.Subscription) -> list[str]:
    return violations(stand_in.get(f"/v1/subscriptions/{subscription.id}").json(), stripe.Subscription)


@pytest.fixture(name="lived")
def half_a_period(client: stripe.StripeClient) -> tuple[str, stripe.Subscription]:
    """A clock at the middle of a period, and a subscription of 10.00 that was paid at its beginning."""
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    advance(client, clock, HALF)
    return clock, subscription


def test_a_trial_is_free_until_it_ends(client: stripe.StripeClient, stand_in: Emulator) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client), trial_period_days=14)
    trial_end = at(START) + 14 * DAY_S
    begun = latest(client, subscription)

    advance(client, clock, trial_end + HOUR_S)

    assert (subscription.status, subscription.trial_end, period(subscription)) == (
        "trialing",
        trial_end,
        (at(START), trial_end),
    )
    assert shape(stand_in, subscription) == []
    assert (begun.total, begun.status, begun.lines.data[0].description) == (0, "paid", "Trial period for Gold")
    after = again(client, subscription)
    assert (after.status, after.billing_cycle_anchor) == ("active", trial_end)
    assert period(after) == (trial_end, at("2026-05-14T10:00:00"))
    assert (latest(client, after).total, latest(client, after).status) == (1000, "paid")


def test_the_end_of_a_trial_is_told_three_days_before(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client), trial_period_days=14)
    advance(client, clock, at(START) + 11 * DAY_S - 1)
    before = kinds(client, subscription.id)

    advance(client, clock, at(START) + 11 * DAY_S)

    assert before == ["created"]
    assert kinds(client, subscription.id) == ["created", "trial_will_end"]


def test_the_end_of_a_short_trial_is_told_at_once(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)

    subscription = subscribe(client, customer, price(client), trial_period_days=2)

    assert kinds(client, subscription.id) == ["created", "trial_will_end"]


def test_a_trial_of_the_plan_is_taken_when_asked(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    tried = price(client, recurring={"interval": "month", "trial_period_days": 7})

    assert subscribe(client, customer, tried).status == "active"
    assert subscribe(client, customer, tried, trial_from_plan=True).trial_end == at(START) + 7 * DAY_S


def test_a_trial_ended_now_is_charged_now(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client), trial_period_days=14)
    advance(client, clock, at(START) + DAY_S)

    after = update(client, subscription.id, trial_end="now")

    assert (after.status, after.trial_end, period(after)[0]) == ("active", at(START) + DAY_S, at(START) + DAY_S)
    assert (latest(client, after).total, latest(client, after).status) == (1000, "paid")


def test_a_trial_is_extended(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client), trial_period_days=14)

    update(client, subscription.id, trial_end=at(START) + 20 * DAY_S)

    advance(client, clock, at(START) + 15 * DAY_S)
    assert again(client, subscription).status == "trialing"
    advance(client, clock, at(START) + 20 * DAY_S + HOUR_S)
    assert (again(client, subscription).status, latest(client, subscription).total) == ("active", 1000)


def test_a_change_in_a_trial_costs_nothing(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client), trial_period_days=14)

    update(client, subscription.id, items=[{"id": item(subscription).id, "price": price(client, 2000)}])

    assert client.v1.invoice_items.list({"customer": customer, "pending": True}).data == []
    assert len(invoices(client, subscription)) == 1


@pytest.mark.parametrize(
    ("behavior", "status", "told", "billed"),
    [
        ("cancel", "canceled", "deleted", 1),
        ("pause", "paused", "paused", 1),
        ("create_invoice", "past_due", "updated", 2),
    ],
)
def test_a_trial_ends_without_a_card_as_it_was_told(
    client: stripe.StripeClient, behavior: str, status: str, told: str, billed: int
) -> None:
    clock, customer = on_a_clock(client, card=None)
    settings = {"end_behavior": {"missing_payment_method": behavior}}
    subscription = subscribe(client, customer, price(client), trial_period_days=14, trial_settings=settings)

    advance(client, clock, at(START) + 14 * DAY_S + HOUR_S)

    assert again(client, subscription).status == status
    assert kinds(client, subscription.id)[-1] == told
    assert len(invoices(client, subscription)) == billed


def test_a_trial_asks_for_a_card_to_be_set_up(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card=None)
    keeps = {"save_default_payment_method": "on_subscription"}
    subscription = subscribe(client, customer, price(client), trial_period_days=14, payment_settings=keeps)

    intent = client.v1.setup_intents.confirm(
        str(subscription.pending_setup_intent),
        {"payment_method": "pm_card_visa", "return_url": "https://merchant.example/back"},
    )

    after = again(client, subscription)
    assert (after.pending_setup_intent, after.default_payment_method) == (None, intent.payment_method)


def test_cancelled_it_gives_nothing_back(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    _, subscription = lived
    details: Any = {"comment": "too much", "feedback": "too_expensive"}

    gone = client.v1.subscriptions.cancel(subscription.id, {"cancellation_details": details})

    assert (gone.status, gone.canceled_at, gone.ended_at) == ("canceled", HALF, HALF)
    assert gone.cancellation_details is not None
    assert gone.cancellation_details.to_dict() == {
        "comment": "too much",
        "feedback": "too_expensive",
        "feedback_option": None,
        "reason": "cancellation_requested",
    }
    assert kinds(client, subscription.id)[-1] == "deleted"
    assert client.v1.invoice_items.list({"customer": str(gone.customer), "pending": True}).data == []


def test_cancelled_with_proration_it_gives_back_what_is_left(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived

    client.v1.subscriptions.cancel(subscription.id, {"prorate": True, "invoice_now": True})

    final = latest(client, subscription)
    assert (amounts(final), final.status, final.total) == ([-500], "paid", -500)
    assert client.v1.customers.retrieve(str(subscription.customer)).balance == -500


def test_cancelled_now_it_drops_the_prorations_that_wait(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived
    update(client, subscription.id, items=[{"id": item(subscription).id, "quantity": 2}])

    client.v1.subscriptions.cancel(subscription.id)

    assert client.v1.invoice_items.list({"customer": str(subscription.customer), "pending": True}).data == []


def test_what_is_owed_is_not_collected_after_the_end(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    pay_with(client, customer, "pm_card_chargeCustomerFail")
    advance(client, clock, END + HOUR_S)

    client.v1.subscriptions.cancel(subscription.id)

    owed = latest(client, subscription)
    assert (owed.status, owed.auto_advance, owed.next_payment_attempt) == ("open", False, None)


def test_what_has_ended_can_not_be_cancelled_or_changed(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived
    client.v1.subscriptions.cancel(subscription.id)

    with pytest.raises(stripe.InvalidRequestError) as again_refused:
        client.v1.subscriptions.cancel(subscription.id)
    with pytest.raises(stripe.InvalidRequestError) as change_refused:
        update(client, subscription.id, cancel_at_period_end=False)

    assert (again_refused.value.http_status, again_refused.value.code) == (404, "resource_missing")
    assert change_refused.value.http_status == 400
    assert update(client, subscription.id, metadata={"kept": "yes"}).metadata["kept"] == "yes"


def test_cancelled_at_the_period_end_it_serves_until_then(
    client: stripe.StripeClient, stand_in: Emulator, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived

    ending = update(client, subscription.id, cancel_at_period_end=True)

    assert (ending.status, ending.cancel_at, ending.canceled_at) == ("active", END, HALF)
    assert shape(stand_in, ending) == []
    advance(client, clock, END - 1)
    assert again(client, subscription).status == "active"
    advance(client, clock, END)
    ended = again(client, subscription)
    assert (ended.status, ended.ended_at, ended.canceled_at) == ("canceled", END, HALF)
    assert len(invoices(client, subscription)) == 1


def test_an_end_is_taken_back(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    clock, subscription = lived
    update(client, subscription.id, cancel_at_period_end=True)

    kept = update(client, subscription.id, cancel_at_period_end=False)

    assert (kept.cancel_at, kept.canceled_at, kept.cancel_at_period_end) == (None, None, False)
    advance(client, clock, END + HOUR_S)
    assert (again(client, subscription).status, len(invoices(client, subscription))) == ("active", 2)


def test_an_end_within_the_period_gives_back_the_time_after_it(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived

    ending = update(client, subscription.id, cancel_at=END - 3 * DAY_S)

    waiting = client.v1.invoice_items.list({"customer": str(subscription.customer), "pending": True}).data
    assert [each.amount for each in waiting] == [-100]
    assert period(ending)[1] == END - 3 * DAY_S
    advance(client, clock, END - 3 * DAY_S)
    assert again(client, subscription).status == "canceled"


def test_an_end_within_the_period_is_taken_back(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    update(client, subscription.id, cancel_at=END - 3 * DAY_S)

    kept = update(client, subscription.id, cancel_at="")

    waiting = client.v1.invoice_items.list({"customer": str(subscription.customer), "pending": True}).data
    assert sorted(each.amount for each in waiting) == [-100, 100]
    assert (period(kept), kept.cancel_at) == ((at(START), END), None)
    advance(client, clock, END + HOUR_S)
    assert latest(client, subscription).total == 1000


def test_an_end_in_a_later_period_shortens_that_one(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    wanted = at("2026-05-15T22:00:00")

    update(client, subscription.id, cancel_at=wanted)

    advance(client, clock, END + HOUR_S)
    assert (period(again(client, subscription)), amounts(latest(client, subscription))) == ((END, wanted), [500])
    advance(client, clock, wanted)
    assert again(client, subscription).status == "canceled"


def test_a_deleted_customer_ends_their_subscriptions(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived

    client.v1.customers.delete(str(subscription.customer))

    assert again(client, subscription).status == "canceled"


@pytest.mark.parametrize(
    ("behavior", "status"), [("void", "void"), ("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")]
)
def test_invoices_go_on_while_collection_is_paused(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription], behavior: str, status: str
) -> None:
    clock, subscription = lived
    resumes_at = END + 10 * DAY_S

    update(client, subscription.id, pause_collection={"behavior": behavior, "resumes_at": resumes_at})
    advance(client, clock, END + HOUR_S)

    paused = again(client, subscription)
    assert (paused.status, latest(client, subscription).status) == ("active", status)
    advance(client, clock, resumes_at)
    assert again(client, subscription).pause_collection is None
    advance(client, clock, at("2026-05-31T11:00:00"))
    assert latest(client, subscription).status == "paid"


def test_a_paused_subscription_stands_still(
    client: stripe.StripeClient, stand_in: Emulator, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived

    paused = client.v1.subscriptions.pause(subscription.id)

    assert paused.status == "paused"
    assert paused.status_details is not None
    assert paused.status_details.paused.subscription.type == "pause_requested"
    assert shape(stand_in, paused) == []
    waiting = client.v1.invoice_items.list({"customer": str(subscription.customer), "pending": True}).data
    assert [each.amount for each in waiting] == [-500]
    advance(client, clock, END + DAY_S)
    assert len(invoices(client, subscription)) == 1


def test_a_resumed_subscription_begins_a_period_once_it_is_paid(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    client.v1.subscriptions.pause(subscription.id)
    advance(client, clock, END)

    resuming = client.v1.subscriptions.resume(subscription.id)
    client.v1.invoices.pay(str(resuming.latest_invoice))

    assert resuming.status == "paused"
    resumed = again(client, subscription)
    assert (resumed.status, resumed.status_details, period(resumed)[0]) == ("active", None, END)
    # The credit of the pause comes off the first invoice after it.
    assert sorted(amounts(latest(client, subscription))) == [-500, 1000]
    assert kinds(client, subscription.id)[-1] == "resumed"


def test_resumed_on_success_it_is_paid_in_the_request(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    _, subscription = lived
    client.v1.subscriptions.pause(subscription.id)

    resumed = client.v1.subscriptions.resume(subscription.id, {"payment_behavior": "resume_on_payment_success"})

    assert (resumed.status, latest(client, subscription).status) == ("active", "paid")


@pytest.mark.parametrize(
    ("behavior", "status"), [("resume_on_payment_success", "paused"), ("resume_on_payment_attempt", "past_due")]
)
def test_a_resumption_that_is_declined(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription], behavior: str, status: str
) -> None:
    _, subscription = lived
    pay_with(client, str(subscription.customer), "pm_card_chargeCustomerFail")
    client.v1.subscriptions.pause(subscription.id)

    asked: Any = {"payment_behavior": behavior}
    resuming = client.v1.subscriptions.resume(subscription.id, asked)
    with pytest.raises(stripe.CardError):
        client.v1.invoices.pay(str(resuming.latest_invoice))

    assert again(client, subscription).status == status


def test_a_resumption_that_nobody_pays_is_given_up(
    client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]
) -> None:
    clock, subscription = lived
    client.v1.subscriptions.pause(subscription.id)
    client.v1.subscriptions.resume(subscription.id)

    advance(client, clock, HALF + 23 * HOUR_S)

    assert (again(client, subscription).status, latest(client, subscription).status) == ("paused", "void")


def test_only_what_is_paused_is_resumed(client: stripe.StripeClient, lived: tuple[str, stripe.Subscription]) -> None:
    _, subscription = lived

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.subscriptions.resume(subscription.id)

    assert refusal.value.http_status == 400


def test_its_discount_is_taken_away(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    coupon = client.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    subscription = subscribe(client, customer, price(client), discounts=[{"coupon": coupon}])

    gone = client.v1.subscriptions.delete_discount(subscription.id)

    assert gone.deleted
    assert again(client, subscription).discounts == []
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.subscriptions.delete_discount(subscription.id)
    assert missing.value.http_status == 404


@pytest.fixture(name="gives_up", params=["cancel", "unpaid", "past_due"])
def merchants_choice(stand_in: Emulator, request: pytest.FixtureRequest) -> Iterator[str]:
    """What the merchant chose for the time after the last retry."""
    stand_in.http.post("/_emulator/dunning", json={"then": request.param})
    yield request.param
    stand_in.http.post("/_emulator/dunning", json={})


def test_after_the_last_retry_the_merchants_choice_holds(client: stripe.StripeClient, gives_up: str) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    pay_with(client, customer, "pm_card_chargeCustomerFail")

    advance(client, clock, at("2026-05-28T10:00:00"))

    after = again(client, subscription)
    assert after.status == {"cancel": "canceled"}.get(gives_up, gives_up)
    assert after.cancellation_details is not None
    assert after.cancellation_details.reason == {"cancel": "payment_failed"}.get(gives_up)


def test_an_unpaid_one_makes_drafts_that_nobody_collects(client: stripe.StripeClient, stand_in: Emulator) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    pay_with(client, customer, "pm_card_chargeCustomerFail")
    stand_in.http.post("/_emulator/dunning", json={"then": "unpaid", "retry_days": []})
    advance(client, clock, END + HOUR_S)
    stand_in.http.post("/_emulator/dunning", json={})
    owed = latest(client, subscription)

    advance(client, clock, at("2026-06-01T10:00:00"))

    assert again(client, subscription).status == "unpaid"
    assert (latest(client, subscription).status, latest(client, subscription).auto_advance) == ("draft", False)
    pay_with(client, customer, "pm_card_visa")
    client.v1.invoices.pay(owed.id)
    assert again(client, subscription).status == "active"
