"""Plans, the old face of recurring prices: one object under two names."""

from itertools import count
from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

_numbers = count(1)


def plan_of(client: stripe.StripeClient, **params: Any) -> stripe.Plan:  # noqa: ANN401 - any parameter of the call
    wanted: Any = {"amount": 2000, "currency": "usd", "interval": "month", "product": {"name": "Gold"}} | params
    return client.v1.plans.create(wanted)


def test_a_plan_has_its_declared_shape(client: stripe.StripeClient, stand_in: Emulator) -> None:
    identifier = plan_of(client, trial_period_days=7, transform_usage={"divide_by": 10, "round": "up"}).id
    plan, price = (stand_in.get(f"/v1/{kind}/{identifier}").json() for kind in ("plans", "prices"))

    assert violations(plan, stripe.Plan) == []
    assert violations(price, stripe.Price) == []


def test_a_plan_is_the_price_of_the_same_id(client: stripe.StripeClient) -> None:
    name = f"gold-{next(_numbers)}"
    plan = plan_of(client, id=name, nickname="Gold", trial_period_days=7)
    price = client.v1.prices.retrieve(name)

    assert price.recurring is not None
    assert (price.unit_amount, price.nickname, price.product) == (2000, "Gold", plan.product)
    assert (price.recurring.interval, price.recurring.trial_period_days) == ("month", 7)


def test_a_recurring_price_is_a_plan_and_another_is_not(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "Gold"}).id
    terms: Any = {"product": product, "currency": "usd", "unit_amount": 700}
    once = client.v1.prices.create(terms)
    yearly = client.v1.prices.create(terms | {"recurring": {"interval": "year"}})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.plans.retrieve(once.id)

    assert refusal.value.http_status == 404
    assert (client.v1.plans.retrieve(yearly.id).amount, client.v1.plans.retrieve(yearly.id).interval) == (700, "year")
    assert [plan.id for plan in client.v1.plans.list({"product": product}).data] == [yearly.id]


def test_a_change_of_the_plan_is_one_of_the_price(client: stripe.StripeClient) -> None:
    plan = plan_of(client)
    client.v1.plans.update(plan.id, {"nickname": "Silver", "active": False})
    told = [event.type for event in client.v1.events.list({"limit": 2}).data]

    assert client.v1.prices.retrieve(plan.id).nickname == "Silver"
    assert sorted(told) == ["plan.updated", "price.updated"]


def test_a_deleted_plan_is_gone_for_new_customers(client: stripe.StripeClient) -> None:
    plan = plan_of(client)
    gone = client.v1.plans.delete(plan.id)
    told = [event.type for event in client.v1.events.list({"limit": 2}).data]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.plans.retrieve(plan.id)

    assert (gone.id, gone.deleted, sorted(told)) == (plan.id, True, ["plan.deleted", "price.deleted"])
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_tiers_of_a_plan_are_shown_when_they_are_asked_for(client: stripe.StripeClient) -> None:
    tiers = [{"up_to": 5, "unit_amount": 700}, {"up_to": "inf", "unit_amount": 600}]
    terms: Any = {"currency": "usd", "interval": "month", "product": {"name": "G"}, "tiers": tiers}
    plan = client.v1.plans.create(terms | {"billing_scheme": "tiered", "tiers_mode": "volume", "expand": ["tiers"]})

    assert plan.tiers is not None
    assert [tier.unit_amount for tier in plan.tiers] == [700, 600]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"amount": None}, "amount"),
        ({"amount": -1}, "amount"),
        ({"interval_count": 37}, "interval_count"),
        ({"usage_type": "metered"}, "usage_type"),
        ({"product": None}, "product"),
        ({"product": "prod_gone"}, "product"),
        ({"currency": "xxx"}, "currency"),
    ],
)
def test_what_a_plan_cannot_be_is_refused(client: stripe.StripeClient, params: dict[str, Any], param: str) -> None:
    terms = {"amount": 2000, "currency": "usd", "interval": "month", "product": {"name": "G"}} | params
    given: Any = {name: value for name, value in terms.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.plans.create(given)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)


def test_an_id_is_taken_once(client: stripe.StripeClient) -> None:
    name = f"gold-{next(_numbers)}"
    plan_of(client, id=name)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        plan_of(client, id=name)

    assert (refusal.value.code, refusal.value.param) == ("resource_already_exists", "id")
