"""A call, and an endpoint, may speak an older version of the API (docs.stripe.com/api/versioning)."""

import httpx
import orjson
import pytest
import stripe

from contract.emulator.receiver import Receiver
from contract.emulator.running import API_KEY, Emulator
from fixtures.stripe import API_VERSION

OLD = "2020-03-02"
PAYMENT = {"amount": "1999", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}


def answered(stand_in: Emulator, version: str | None) -> httpx.Response:
    headers = {} if version is None else {"Stripe-Version": version}
    return stand_in.http.get("/v1/customers?limit=1", headers={"Authorization": f"Bearer {API_KEY}"} | headers)


@pytest.mark.parametrize(("asked", "told"), [(None, API_VERSION), (API_VERSION, API_VERSION), (OLD, OLD)])
def test_an_answer_names_its_version(stand_in: Emulator, asked: str | None, told: str) -> None:
    answer = answered(stand_in, asked)

    assert (answer.status_code, answer.headers["stripe-version"]) == (200, told)


def test_a_version_that_stripe_never_had_is_refused(stand_in: Emulator) -> None:
    answer = answered(stand_in, "2020-3-2")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Invalid Stripe API version: 2020-3-2"


def test_the_header_chooses_what_a_call_may_say_and_how_it_is_answered(stand_in: Emulator) -> None:
    then = stand_in.post("/v1/payment_intents", PAYMENT | {"payment_method_types[]": "card"}, Stripe_Version=OLD)

    assert then.json()["charges"]["data"][0]["captured"] is True
    assert "charges" not in stand_in.get(f"/v1/payment_intents/{then.json()['id']}").json()


def test_stripes_client_may_choose_it_for_one_call(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"email": "ada@example.com"}, {"stripe_version": OLD})

    assert made.to_dict()["sources"]["data"] == []


def test_each_endpoint_is_told_in_its_own_version(
    client: stripe.StripeClient, stand_in: Emulator, merchant: Receiver
) -> None:
    heard = {"url": merchant.url, "enabled_events[]": "payment_intent.succeeded"}
    endpoints = [
        stand_in.post("/v1/webhook_endpoints", heard | {"api_version": version}).json()["id"]
        for version in (OLD, API_VERSION)
    ]
    paid = stand_in.post("/v1/payment_intents", PAYMENT | {"allowed_payment_method_types[]": "card"})
    assert paid.status_code == 200, paid.text

    events = [orjson.loads(each.body) for each in merchant.wait_for(2)]
    told = {event["api_version"]: event["data"]["object"] for event in events}
    for endpoint in endpoints:
        client.v1.webhook_endpoints.delete(endpoint)

    assert told[OLD]["charges"]["total_count"] == 1
    assert "charges" not in told[API_VERSION]
    assert told[OLD]["id"] == told[API_VERSION]["id"]
