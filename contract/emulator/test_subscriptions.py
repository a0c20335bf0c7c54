"""Subscriptions from their creation through their renewals."""

from itertools import pairwise
from typing import Any

import pytest
import stripe

from contract.emulator.clocks import DAY_S, advance, at, customer_on, pay_with
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations
from contract.emulator.subscribing import (
    START,
    advance_to,
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
)

HOUR_S = 3600


def shape(stand_in: Emulator, subscription: stripe.Subscription) -> list[str]:
    return violations(stand_in.get(f"/v1/subscriptions/{subscription.id}").json(), stripe.Subscription)


def refused(client: stripe.StripeClient, params: Any) -> stripe.StripeError:  # noqa: ANN401 - what no type would allow
    with pytest.raises(stripe.StripeError) as refusal:
        client.v1.subscriptions.create(params)
    return refusal.value


def test_a_paid_subscription_is_active(client: stripe.StripeClient, stand_in: Emulator) -> None:
    _, customer = on_a_clock(client)

    subscription = subscribe(client, customer, price(client))

    assert (subscription.status, subscription.currency) == ("active", "usd")
    assert period(subscription) == (at(START), at("2026-04-30T10:00:00"))
    assert shape(stand_in, subscription) == []
    invoice = latest(client, subscription)
    assert (invoice.status, invoice.billing_reason, invoice.total) == ("paid", "subscription_create", 1000)
    assert invoice.lines.data[0].description == "1 \N{MULTIPLICATION SIGN} Gold (at $10.00 / month)"
    assert kinds(client, subscription.id) == ["created"]


def test_items_are_billed_by_quantity(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    items = [{"price": price(client), "quantity": 3}, {"price": price(client, 250)}]

    subscription = subscribe(client, customer, items=items)

    assert amounts(latest(client, subscription)) == [3000, 250]


def test_an_inline_price_is_taken(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    product = client.v1.products.create({"name": "Silver"}).id
    data = {"currency": "usd", "product": product, "unit_amount": 700, "recurring": {"interval": "week"}}

    subscription = subscribe(client, customer, items=[{"price_data": data}])

    assert period(subscription)[1] - at(START) == 7 * DAY_S
    assert latest(client, subscription).total == 700


def test_fourteen_months_from_the_31st(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client, "2026-01-31T10:00:00")
    subscription = subscribe(client, customer, price(client))

    advance_to(client, clock, *[f"2026-{month:02}-28T12:00:00" for month in (3, 5, 7, 9, 11)])
    advance_to(client, clock, "2027-01-28T12:00:00", "2027-03-28T12:00:00", "2027-03-31T12:00:00")

    lines = [invoice.lines.data[0] for invoice in invoices(client, subscription)]
    assert len(lines) == 15
    assert all(one.period.end == next_one.period.start for one, next_one in pairwise(lines))
    assert lines[1].period.start == at("2026-02-28T10:00:00")
    assert lines[2].period.start == at("2026-03-31T10:00:00")
    assert lines[14].period.end == at("2027-04-30T10:00:00")
    assert {invoice.status for invoice in invoices(client, subscription)} == {"paid"}
    assert period(again(client, subscription)) == (at("2027-03-31T10:00:00"), at("2027-04-30T10:00:00"))


def test_a_renewal_is_a_draft_for_an_hour(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    end = period(subscription)[1]

    advance(client, clock, end)
    draft = latest(client, subscription)
    advance(client, clock, end + HOUR_S)

    assert (draft.status, draft.billing_reason, draft.period_start, draft.period_end) == (
        "draft",
        "subscription_cycle",
        at(START),
        end,
    )
    assert client.v1.invoices.retrieve(draft.id).status == "paid"
    renewed = events_of(client, subscription.id, "customer.subscription.updated")[-1]
    assert "items" in renewed.data.previous_attributes
    assert renewed.data.previous_attributes["latest_invoice"] == invoices(client, subscription)[0].id


def test_a_failed_renewal_is_past_due_until_it_is_paid(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    pay_with(client, customer, "pm_card_chargeCustomerFail")
    advance(client, clock, period(subscription)[1] + HOUR_S)
    owing = again(client, subscription)
    pay_with(client, customer, "pm_card_visa")

    client.v1.invoices.pay(str(owing.latest_invoice))

    assert owing.status == "past_due"
    paid = again(client, subscription)
    assert (paid.status, period(paid)) == ("active", (at("2026-04-30T10:00:00"), at("2026-05-31T10:00:00")))


def test_paying_an_older_debt_settles_nothing(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client, interval="day"))
    pay_with(client, customer, "pm_card_chargeCustomerFail")
    advance(client, clock, at(START) + DAY_S + HOUR_S)
    advance(client, clock, at(START) + 2 * DAY_S + HOUR_S)
    first, older, newest = invoices(client, subscription)
    pay_with(client, customer, "pm_card_visa")

    client.v1.invoices.pay(older.id)
    between = again(client, subscription).status
    client.v1.invoices.pay(newest.id)

    assert first.status == "paid"
    assert (between, again(client, subscription).status) == ("past_due", "active")


def test_voiding_the_debt_lets_the_invoice_before_decide(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    pay_with(client, customer, "pm_card_chargeCustomerFail")
    advance(client, clock, period(subscription)[1] + HOUR_S)

    client.v1.invoices.void_invoice(str(again(client, subscription).latest_invoice))

    assert again(client, subscription).status == "active"


@pytest.mark.parametrize("behavior", [None, "allow_incomplete"])
def test_a_declined_first_payment_leaves_it_incomplete(
    client: stripe.StripeClient, stand_in: Emulator, behavior: str | None
) -> None:
    _, customer = on_a_clock(client, card="pm_card_chargeCustomerFail")
    params = {} if behavior is None else {"payment_behavior": behavior}

    subscription = subscribe(client, customer, price(client), **params)

    assert (subscription.status, latest(client, subscription).status) == ("incomplete", "open")
    assert shape(stand_in, subscription) == []


def test_an_incomplete_one_is_activated_by_payment(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card=None)
    subscription = subscribe(client, customer, price(client), payment_behavior="default_incomplete")
    pay_with(client, customer, "pm_card_visa")

    client.v1.invoices.pay(str(subscription.latest_invoice))

    assert subscription.status == "incomplete"
    assert again(client, subscription).status == "active"
    told = events_of(client, subscription.id)
    assert [event.type for event in told] == ["customer.subscription.created", "customer.subscription.updated"]
    assert told[1].data.previous_attributes.to_dict() == {"status": "incomplete"}


def test_an_incomplete_one_expires_after_23_hours(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client, card="pm_card_chargeCustomerFail")
    subscription = subscribe(client, customer, price(client))

    advance(client, clock, at(START) + 23 * HOUR_S - 1)
    before = again(client, subscription).status
    advance(client, clock, at(START) + 23 * HOUR_S)

    assert before == "incomplete"
    assert again(client, subscription).status == "incomplete_expired"
    assert latest(client, subscription).status == "void"


def test_without_the_first_payment_there_is_an_error_and_nothing_else(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card="pm_card_chargeCustomerFail")

    refusal = refused(
        client,
        {"customer": customer, "items": [{"price": price(client)}], "payment_behavior": "error_if_incomplete"},
    )

    assert (refusal.http_status, refusal.code) == (402, "card_declined")
    assert client.v1.subscriptions.list({"customer": customer, "status": "all"}).data == []
    assert client.v1.invoices.list({"customer": customer}).data == []


def test_a_card_that_authenticates_waits_for_the_buyer(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card="pm_card_threeDSecure2Required")

    subscription = subscribe(client, customer, price(client))

    assert subscription.status == "incomplete"


def test_without_a_card_nothing_is_begun(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, card=None)

    refusal = refused(client, {"customer": customer, "items": [{"price": price(client)}]})

    assert (refusal.http_status, refusal.code) == (400, "resource_missing")
    assert "no attached payment source" in str(refusal.user_message)
    assert client.v1.invoices.list({"customer": customer}).data == []


def test_a_sent_invoice_is_not_waited_for(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client, card=None)

    subscription = subscribe(client, customer, price(client), collection_method="send_invoice", days_until_due=7)

    assert (subscription.status, latest(client, subscription).status) == ("active", "draft")
    advance(client, clock, at(START) + HOUR_S)
    sent = latest(client, subscription)
    assert (sent.status, sent.collection_method, sent.due_date) == ("open", "send_invoice", at(START) + 7 * DAY_S)
    advance(client, clock, at(START) + 7 * DAY_S + HOUR_S)
    assert again(client, subscription).status == "past_due"


def test_a_later_anchor_makes_a_shorter_first_period(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    anchor = at("2026-04-15T10:00:00")

    subscription = subscribe(client, customer, price(client), billing_cycle_anchor=anchor)

    assert (subscription.billing_cycle_anchor, period(subscription)) == (anchor, (at(START), anchor))
    # 15 of the 31 days from 15 March to 15 April.
    assert amounts(latest(client, subscription)) == [484]
    advance(client, clock, anchor)
    assert amounts(latest(client, subscription)) == [1000]


def test_a_first_part_is_free_without_prorations(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    anchor = at("2026-04-15T10:00:00")

    subscription = subscribe(client, customer, price(client), billing_cycle_anchor=anchor, proration_behavior="none")

    assert (subscription.status, subscription.latest_invoice) == ("active", None)
    advance(client, clock, anchor)
    assert amounts(latest(client, subscription)) == [1000]


def test_a_configured_anchor_keeps_its_day(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client, "2026-01-15T10:00:00")
    config = {"day_of_month": 31, "hour": 0, "minute": 0, "second": 0}

    subscription = subscribe(client, customer, price(client), billing_cycle_anchor_config=config)

    assert period(subscription)[1] == at("2026-01-31")
    advance_to(client, clock, "2026-02-28T12:00:00")
    assert period(again(client, subscription)) == (at("2026-02-28"), at("2026-03-31"))


def test_backdated_time_is_billed_by_its_own_periods(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)

    subscription = subscribe(client, customer, price(client), backdate_start_date=at("2026-02-15T10:00:00"))

    assert subscription.start_date == at("2026-02-15T10:00:00")
    # 13 of the 28 days from 31 January, the whole time from 28 February, and the present period.
    assert amounts(latest(client, subscription)) == [464, 1000, 1000]


def test_a_discount_comes_off_as_long_as_it_lasts(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    once = client.v1.coupons.create({"percent_off": 25, "duration": "once"}).id

    subscription = subscribe(client, customer, price(client), discounts=[{"coupon": once}])

    assert latest(client, subscription).total == 750
    assert again(client, subscription).discounts == []
    advance(client, clock, period(subscription)[1] + HOUR_S)
    assert latest(client, subscription).total == 1000


def test_an_added_item_is_on_the_first_invoice(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    fee = client.v1.prices.create({"currency": "usd", "unit_amount": 500, "product_data": {"name": "Start"}}).id

    subscription = subscribe(client, customer, price(client), add_invoice_items=[{"price": fee, "quantity": 2}])

    assert sorted(amounts(latest(client, subscription))) == [1000, 1000]
    assert latest(client, subscription).total == 2000


def test_what_paid_is_kept_when_asked(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    keeps = {"save_default_payment_method": "on_subscription"}

    subscription = subscribe(client, customer, price(client), payment_settings=keeps)

    settings = client.v1.customers.retrieve(customer).invoice_settings
    assert settings is not None
    assert subscription.default_payment_method == settings.default_payment_method


def monthly_and_yearly(client: stripe.StripeClient) -> list[dict[str, str]]:
    return [{"price": price(client)}, {"price": price(client, interval="year")}]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"items": []}, "items"),
        ({"items": [{"price": "price_none"}]}, "items[0][price]"),
        ({"items": [{"quantity": 2}]}, "items[0][price]"),
        ({"trial_period_days": 1, "trial_end": 4102444800}, "trial_period_days"),
        ({"trial_period_days": 731}, "trial_period_days"),
        ({"trial_end": 1}, "trial_end"),
        ({"billing_cycle_anchor": 1}, "billing_cycle_anchor"),
        ({"billing_cycle_anchor": 4102444800}, "billing_cycle_anchor"),
        ({"billing_cycle_anchor_config": {"day_of_month": 32}}, "billing_cycle_anchor_config[day_of_month]"),
        ({"backdate_start_date": 4102444800}, "backdate_start_date"),
        ({"days_until_due": 3}, "days_until_due"),
        ({"collection_method": "send_invoice"}, "days_until_due"),
        ({"default_payment_method": "pm_none"}, "default_payment_method"),
        ({"default_tax_rates": ["txr_none"]}, "default_tax_rates[0]"),
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
        ({"payment_behavior": "pending_if_incomplete"}, "payment_behavior"),
        ({"payment_behavior": "sometimes"}, "payment_behavior"),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]"),
        ({"billing_mode": {"type": "classic"}}, "billing_mode"),
        ({"cancel_at": 1}, "cancel_at"),
        ({"customer": "cus_none"}, "customer"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused(client: stripe.StripeClient, params: dict[str, Any], param: str) -> None:
    customer = client.v1.customers.create({}).id
    pay_with(client, customer, "pm_card_visa")

    refusal = refused(client, {"customer": customer, "items": [{"price": price(client)}], **params})

    assert (refusal.http_status, getattr(refusal, "param", None)) == (400, param)
    assert client.v1.subscriptions.list({"customer": customer, "status": "all"}).data == []


def test_items_of_different_intervals_are_refused(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)

    refusal = refused(client, {"customer": customer, "items": monthly_and_yearly(client)})

    assert getattr(refusal, "param", None) == "items[1][price]"


def test_the_same_price_twice_is_refused(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    gold = price(client)

    refusal = refused(client, {"customer": customer, "items": [{"price": gold}, {"price": gold}]})

    assert "same plan" in str(refusal.user_message)


def test_a_one_time_price_is_refused(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    once = client.v1.prices.create({"currency": "usd", "unit_amount": 500, "product_data": {"name": "Once"}}).id

    refusal = refused(client, {"customer": customer, "items": [{"price": once}]})

    assert "type=recurring" in str(refusal.user_message)


def test_lists_know_status_price_and_period(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    gold, silver = price(client), price(client, 500)
    running = subscribe(client, customer, gold)
    ended = subscribe(client, customer, silver)
    client.v1.subscriptions.cancel(ended.id)

    def listed(params: Any) -> set[str]:  # noqa: ANN401 - filters of a call
        return {found.id for found in client.v1.subscriptions.list(params).data}

    assert listed({"customer": customer}) == {running.id}
    assert listed({"customer": customer, "status": "all"}) == {running.id, ended.id}
    assert listed({"customer": customer, "status": "ended"}) == {ended.id}
    assert listed({"customer": customer, "status": "canceled"}) == {ended.id}
    assert listed({"customer": customer, "price": silver}) == set()
    assert listed({"test_clock": clock}) == {running.id}
    assert running.id not in listed({"limit": 100})
    assert listed({"customer": customer, "current_period_end": {"gt": period(running)[1]}}) == set()
    assert listed({"customer": customer, "current_period_end": period(running)[1]}) == {running.id}


def test_a_search_finds_by_status_and_metadata(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client), metadata={"order": "sub-6735"})

    found = client.v1.subscriptions.search({"query": "status:'active' AND metadata['order']:'sub-6735'"})

    assert [each.id for each in found.data] == [subscription.id]


def test_a_customer_shows_their_subscriptions_when_asked(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))

    shown: Any = client.v1.customers.retrieve(customer, {"expand": ["subscriptions"]})

    assert [each.id for each in shown.subscriptions.data] == [subscription.id]


def test_with_the_clock_they_end(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))

    client.v1.test_helpers.test_clocks.delete(clock)

    assert again(client, subscription).status == "canceled"


def test_a_clock_moves_two_intervals_at_most(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    subscribe(client, customer, price(client))

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": at("2026-05-31T10:00:01")})
    assert refusal.value.param == "frozen_time"

    advance(client, clock, at("2026-05-31T10:00:00"))


def test_what_one_job_does_another_customer_does_not_see(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    other = customer_on(client, clock)
    gold = price(client)
    mine, theirs = subscribe(client, customer, gold), subscribe(client, other, gold)
    client.v1.subscriptions.cancel(theirs.id)

    advance(client, clock, period(mine)[1] + HOUR_S)

    assert [len(invoices(client, each)) for each in (mine, theirs)] == [2, 1]
    assert item(again(client, theirs)).current_period_end == period(mine)[1]


def test_a_customers_subscriptions_have_an_address_of_their_own(
    client: stripe.StripeClient, stand_in: Emulator
) -> None:
    _, customer = on_a_clock(client)
    going_on = subscribe(client, customer, price(client)).id
    client.v1.subscriptions.cancel(subscribe(client, customer, price(client)).id)

    listed = stand_in.get(f"/v1/customers/{customer}/subscriptions").json()

    assert listed["url"] == f"/v1/customers/{customer}/subscriptions"
    assert [each["id"] for each in listed["data"]] == [going_on]
    assert stand_in.get("/v1/customers/cus_nobody/subscriptions").status_code == 404
