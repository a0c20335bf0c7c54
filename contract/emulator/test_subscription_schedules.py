"""Schedules: a subscription becomes, phase after phase, what it was told to become."""

from typing import Any

import pytest
import stripe

from contract.emulator.clocks import at, clock_at, customer_on
from contract.emulator.shapes import violations
from contract.emulator.subscribing import (
    advance_to,
    again,
    amounts,
    invoices,
    item,
    latest,
    on_a_clock,
    period,
    price,
    subscribe,
    update,
)

APRIL, MAY, JUNE = (f"2026-{month}T10:00:00" for month in ("04-30", "05-31", "06-30"))


Schedule = stripe.SubscriptionSchedule
Described = dict[str, Any]


def scheduled(client: stripe.StripeClient, customer: str, *phases: Described, **more: object) -> Schedule:
    given: Any = {"customer": customer, "start_date": "now", "phases": list(phases), **more}
    return client.v1.subscription_schedules.create(given)


def phase(of: str, **more: object) -> Described:
    return {"items": [{"price": of}], **more}


def phases_of(client: stripe.StripeClient, schedule: str, phases: list[Described], **more: object) -> Schedule:
    given: Any = {"phases": phases, **more}
    return client.v1.subscription_schedules.update(schedule, given)


def subscription_of(client: stripe.StripeClient, schedule: Schedule) -> stripe.Subscription:
    return client.v1.subscriptions.retrieve(str(schedule.subscription))


def test_a_downgrade_waits_for_the_end_of_the_period(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    gold, silver = price(client, 3000), price(client, 1000)
    subscription = subscribe(client, customer, gold)
    schedule = client.v1.subscription_schedules.create({"from_subscription": subscription.id})
    start, end = period(subscription)
    phases_of(client, schedule.id, [phase(gold, start_date=start, end_date=end), phase(silver)])

    advance_to(client, clock, "2026-04-30T09:59:59")
    before = item(again(client, subscription)).price.id
    advance_to(client, clock, "2026-04-30T12:00:00")
    after = again(client, subscription)

    assert (before, item(after).price.id) == (gold, silver)
    assert [each.total for each in invoices(client, subscription)] == [3000, 1000]
    assert amounts(latest(client, subscription)) == [1000]
    assert period(after) == (at(APRIL), at(MAY))


def test_after_the_last_phase_the_subscription_goes_on_by_itself(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)))

    advance_to(client, clock, "2026-04-30T12:00:00", "2026-05-31T12:00:00")
    done = client.v1.subscription_schedules.retrieve(schedule.id)
    subscription = client.v1.subscriptions.retrieve(str(schedule.subscription))

    assert (done.status, done.released_subscription, done.subscription) == ("released", schedule.subscription, None)
    assert (subscription.status, subscription.schedule, len(invoices(client, subscription))) == ("active", None, 3)


def test_after_the_last_phase_it_is_cancelled_where_that_is_the_end(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)), end_behavior="cancel")

    advance_to(client, clock, "2026-04-30T12:00:00")
    done = client.v1.subscription_schedules.retrieve(schedule.id)
    subscription = subscription_of(client, done)

    assert (done.status, done.completed_at) == ("completed", at(APRIL))
    assert (subscription.status, subscription.ended_at) == ("canceled", at(APRIL))
    assert len(invoices(client, subscription)) == 1


def test_a_schedule_begins_when_its_time_has_come(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)), start_date=at(APRIL))

    waiting = (schedule.status, schedule.subscription)
    advance_to(client, clock, "2026-04-30T12:00:00")
    begun = client.v1.subscription_schedules.retrieve(schedule.id)

    assert waiting == ("not_started", None)
    assert begun.status == "active"
    assert period(subscription_of(client, begun)) == (at(APRIL), at("2026-05-30T10:00:00"))
    assert latest(client, subscription_of(client, begun)).status == "paid"


def test_a_schedule_begins_without_a_card_and_waits_for_its_first_payment(client: stripe.StripeClient) -> None:
    clock = clock_at(client, "2026-03-31T10:00:00")
    customer = customer_on(client, clock, card=None)
    schedule = scheduled(client, customer, phase(price(client)), start_date=at(APRIL))

    advance_to(client, clock, "2026-04-30T12:00:00")
    begun = client.v1.subscription_schedules.retrieve(schedule.id)

    assert subscription_of(client, begun).status == "incomplete"


def test_a_phase_within_a_period_is_prorated(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    silver, gold = price(client, 1000), price(client, 3000)
    half = at("2026-04-15T10:00:00")
    schedule = scheduled(client, customer, phase(silver, end_date=half), phase(gold, end_date=at(JUNE)))

    advance_to(client, clock, "2026-04-30T12:00:00")
    subscription = subscription_of(client, schedule)

    # Half of thirty days: 500 of the old price back, 1500 of the new one, with the next full period.
    assert sorted(amounts(latest(client, subscription))) == [-500, 1500, 3000]


def test_a_phase_without_proration_costs_from_the_next_period_on(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    half = at("2026-04-15T10:00:00")
    later = phase(price(client, 3000), end_date=at(JUNE), proration_behavior="none")
    schedule = scheduled(client, customer, phase(price(client, 1000), end_date=half), later)

    advance_to(client, clock, "2026-04-30T12:00:00")

    assert amounts(latest(client, subscription_of(client, schedule))) == [3000]


def test_a_phase_lasts_for_its_duration(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client, "2026-01-31T10:00:00")
    lasting = phase(price(client), duration={"interval": "month", "interval_count": 3})
    schedule = scheduled(client, customer, lasting)

    assert schedule.phases[0].end_date == at(APRIL)


def test_a_change_of_the_present_phase_is_made_now(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    silver, gold = price(client, 1000), price(client, 3000)
    schedule = scheduled(client, customer, phase(silver))
    start, end = schedule.phases[0].start_date, schedule.phases[0].end_date

    phases_of(client, schedule.id, [phase(gold, start_date=start, end_date=end)], proration_behavior="always_invoice")
    subscription = subscription_of(client, schedule)

    assert item(subscription).price.id == gold
    assert latest(client, subscription).total == 2000


def test_a_released_subscription_is_its_own_again(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)))

    released = client.v1.subscription_schedules.release(schedule.id)
    subscription = client.v1.subscriptions.retrieve(str(schedule.subscription))

    assert (released.status, released.released_subscription) == ("released", subscription.id)
    assert subscription.schedule is None
    assert update(client, subscription.id, cancel_at_period_end=True).cancel_at_period_end


def test_a_cancelled_schedule_ends_its_subscription_and_gives_back_what_was_not_used(
    client: stripe.StripeClient,
) -> None:
    clock, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client, 1000)))
    advance_to(client, clock, "2026-04-15T10:00:00")

    canceled = client.v1.subscription_schedules.cancel(schedule.id)
    subscription = subscription_of(client, canceled)

    assert (canceled.status, subscription.status) == ("canceled", "canceled")
    assert latest(client, subscription).total == -500


def test_a_schedule_ends_with_its_subscription(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)))

    client.v1.subscriptions.cancel(str(schedule.subscription))

    assert client.v1.subscription_schedules.retrieve(schedule.id).status == "canceled"


def test_every_turn_is_told(client: stripe.StripeClient) -> None:
    clock, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)), phase(price(client, 2000)))
    advance_to(client, clock, "2026-04-30T12:00:00", "2026-05-31T12:00:00")
    told = client.v1.events.list({"type": "subscription_schedule.*", "limit": 100}).data

    kinds = [event.type for event in reversed(told) if event.data.object["id"] == schedule.id]
    assert [kind.removeprefix("subscription_schedule.") for kind in kinds] == [
        "created",
        "updated",
        "expiring",
        "released",
    ]


def test_the_shape_is_the_declared_one(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client), metadata={"a": "b"}))

    assert violations(schedule.to_dict(), stripe.SubscriptionSchedule) == []


def test_lists_are_of_a_customer_and_of_those_that_wait(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    active = scheduled(client, customer, phase(price(client)))
    waiting = scheduled(client, customer, phase(price(client)), start_date=at(APRIL))

    every = client.v1.subscription_schedules.list({"customer": customer}).data
    planned = client.v1.subscription_schedules.list({"customer": customer, "scheduled": True}).data

    assert [each.id for each in every] == [waiting.id, active.id]
    assert [each.id for each in planned] == [waiting.id]


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"phases": []}, "phases"),
        ({"end_behavior": "none"}, "end_behavior"),
        ({"start_date": 1}, "start_date"),
        ({"phases": [{"items": [{"price": "price_none"}]}]}, "phases[0][items][0][price]"),
    ],
)
def test_what_makes_no_sense_is_refused(client: stripe.StripeClient, changes: dict[str, Any], param: str) -> None:
    _, customer = on_a_clock(client)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        scheduled(client, customer, phase(price(client)), **changes)

    assert refusal.value.param == param


def test_a_second_schedule_of_a_subscription_is_refused(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    subscription = subscribe(client, customer, price(client))
    client.v1.subscription_schedules.create({"from_subscription": subscription.id})

    with pytest.raises(stripe.InvalidRequestError, match="already attached to a schedule"):
        client.v1.subscription_schedules.create({"from_subscription": subscription.id})


def test_the_end_of_a_scheduled_subscription_is_the_schedules_to_say(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)))

    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        update(client, str(schedule.subscription), cancel_at_period_end=True)


def test_an_update_has_to_say_where_its_phases_begin(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    silver = price(client)
    schedule = scheduled(client, customer, phase(silver))

    with pytest.raises(stripe.InvalidRequestError, match="anchor end dates"):
        phases_of(client, schedule.id, [phase(silver)])


def test_what_is_over_is_over(client: stripe.StripeClient) -> None:
    _, customer = on_a_clock(client)
    schedule = scheduled(client, customer, phase(price(client)))
    client.v1.subscription_schedules.release(schedule.id)

    with pytest.raises(stripe.InvalidRequestError, match="currently in the `released` status"):
        client.v1.subscription_schedules.release(schedule.id)
