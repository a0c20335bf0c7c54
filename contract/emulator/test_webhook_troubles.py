"""Trouble of deliveries comes as ordered, is counted, and is over when it is over."""

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
import stripe

from contract.emulator.payments import pay
from contract.emulator.receiver import Receiver
from contract.emulator.running import API_KEY, Emulator, emulator

KINDS = ["customer.created", "customer.updated"]
HOUR_S = 3600


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator whose deliveries' clock is moved by these tests alone."""
    folder = tmp_path_factory.mktemp("still")
    scenario = folder / "still.toml"
    scenario.write_text("[clock]\nstopped = true\n[webhooks]\nretries = 'sandbox'\n")
    with emulator(folder / "emulator.log", "--scenario", str(scenario)) as running:
        yield running


@pytest.fixture
def shop(still: Emulator) -> Iterator[stripe.StripeClient]:
    http = stripe.RequestsClient()
    yield stripe.StripeClient(API_KEY, base_addresses={"api": still.url}, max_network_retries=0, http_client=http)
    http.close()  # type: ignore[no-untyped-call]  # theirs has no annotation


@pytest.fixture
def endpoint(shop: stripe.StripeClient, still: Emulator, merchant: Receiver) -> Iterator[stripe.WebhookEndpoint]:
    made = shop.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": KINDS})  # type: ignore[typeddict-item]  # a literal list
    yield made
    still.control.clear_faults()
    shop.v1.webhook_endpoints.delete(made.id)


def control(still: Emulator, path: str, **body: object) -> dict[str, Any]:
    answer = still.http.post(f"/_emulator/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def deliveries_of(still: Emulator, endpoint: stripe.WebhookEndpoint) -> list[dict[str, Any]]:
    return [each for each in still.control.deliveries() if each["endpoint_id"] == endpoint.id]


def advance(still: Emulator, seconds: float) -> None:
    control(still, "webhooks/advance", seconds=seconds)


def bitten(still: Emulator, fault_id: str) -> int:
    return next(fault.bit for fault in still.control.faults() if fault.fault_id == fault_id)


@pytest.mark.parametrize(("kind", "copies"), [("duplicated", 2), ("burst", 5)])
@pytest.mark.usefixtures("endpoint")
def test_an_event_comes_more_than_once(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, kind: str, copies: int
) -> None:
    order = control(still, "faults", kind=kind, event="customer.*", copies=copies)

    shop.v1.customers.create({})
    advance(still, 0)

    assert len({each.event_id for each in merchant.wait_for(1 + copies)}) == 1
    assert bitten(still, order["fault_id"]) == 1


@pytest.mark.usefixtures("endpoint")
def test_a_delayed_event_comes_when_its_time_has_come(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver
) -> None:
    control(still, "faults", kind="delayed", event="customer.created", delay_s=60)

    shop.v1.customers.create({})
    advance(still, 59)
    early = merchant.received()
    advance(still, 1)

    assert (early, len(merchant.received())) == ([], 1)


@pytest.mark.usefixtures("endpoint")
def test_a_reordered_event_comes_after_the_next_one(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver
) -> None:
    control(still, "faults", kind="reordered", event="customer.created")

    customer = shop.v1.customers.create({})
    shop.v1.customers.update(customer.id, {"name": "Ada"})
    advance(still, 0)

    assert [each.event_type for each in merchant.received()] == ["customer.updated", "customer.created"]


@pytest.mark.usefixtures("endpoint")
def test_a_dropped_event_comes_later_and_counts_as_undelivered_until_then(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver
) -> None:
    control(still, "faults", kind="dropped", event="customer.created", delay_s=30)

    shop.v1.customers.create({})
    advance(still, 0)
    missed = shop.v1.events.list({"delivery_success": False, "type": "customer.created"}).data
    advance(still, 30)

    assert len(missed) == 1
    assert len(merchant.received()) == 1
    assert shop.v1.events.list({"delivery_success": False, "type": "customer.created"}).data == []


def test_a_lost_event_never_comes_and_can_be_asked_for(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    control(still, "faults", kind="lost", event="customer.created")

    shop.v1.customers.create({})
    advance(still, 96 * HOUR_S)
    missed = shop.v1.events.list({"delivery_success": False, "type": "customer.created"}).data
    control(still, "webhooks/resend", event_id=missed[0].id, endpoint_id=endpoint.id)

    assert [each.event_id for each in merchant.received()] == [missed[0].id]


@pytest.mark.parametrize("kind", ["wrong_signature", "stale_timestamp"])
def test_a_signature_that_is_no_good_is_followed_by_one_that_is(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint, kind: str
) -> None:
    control(still, "faults", kind=kind, event="customer.created")
    merchant.replies.append(400)

    shop.v1.customers.create({})
    advance(still, HOUR_S)
    bad, good = merchant.wait_for(2)

    assert endpoint.secret is not None
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(bad.body, bad.signature, endpoint.secret)
    assert stripe.Webhook.construct_event(good.body, good.signature, endpoint.secret).id == bad.event_id


@pytest.mark.usefixtures("endpoint")
def test_an_event_of_an_old_version_says_so(still: Emulator, shop: stripe.StripeClient, merchant: Receiver) -> None:
    control(still, "faults", kind="old_api_version", event="customer.created")

    shop.v1.customers.create({})
    advance(still, 0)

    assert b'"api_version":"2020-08-27"' in merchant.received()[0].body


@pytest.mark.usefixtures("endpoint")
def test_an_event_of_an_unknown_type_comes_beside_the_true_one(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver
) -> None:
    control(still, "faults", kind="unknown_type", event="customer.created")

    shop.v1.customers.create({})
    advance(still, 0)

    # Two posts at once: nothing says which arrives first.
    assert sorted(each.event_type for each in merchant.received()) == ["assay.type_of_tomorrow", "customer.created"]


def test_retries_follow_the_profile_and_end(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    merchant.replies.extend([500] * 10)

    shop.v1.customers.create({})
    advance(still, 24 * HOUR_S)
    made = deliveries_of(still, endpoint)

    assert [each["attempt"] for each in made] == [1, 2, 3, 4]
    assert [later["due_at"] - made[0]["due_at"] for later in made] == [0, 300, 300 + HOUR_S, 300 + 3 * HOUR_S]


def test_a_disabled_endpoint_is_not_tried_again(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    merchant.replies.append(500)

    shop.v1.customers.create({})
    advance(still, 0)
    shop.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    advance(still, 24 * HOUR_S)

    assert len(merchant.received()) == 1


def test_both_secrets_sign_while_they_overlap(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    fresh = control(still, "webhooks/roll_secret", endpoint_id=endpoint.id, overlap_s=60)["secret"]

    shop.v1.customers.create({})
    advance(still, 0)
    delivery = merchant.received()[0]

    assert endpoint.secret is not None
    secrets = (endpoint.secret, fresh)
    for_both = [stripe.Webhook.construct_event(delivery.body, delivery.signature, each).id for each in secrets]
    assert for_both == [delivery.event_id, delivery.event_id]


@pytest.mark.parametrize(
    ("order", "first"), [("as_sent", "payment_intent.created"), ("reversed", "payment_intent.succeeded")]
)
def test_the_events_of_one_call_go_out_in_their_order(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, order: str, first: str
) -> None:
    kinds: Any = ["payment_intent.created", "payment_intent.succeeded"]
    listening = shop.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": kinds})
    control(still, "webhooks", order=order, workers=1)

    pay(shop)
    advance(still, 0)
    control(still, "webhooks", order="as_sent", workers=16)
    shop.v1.webhook_endpoints.delete(listening.id)

    assert merchant.received()[0].event_type == first


@pytest.mark.usefixtures("endpoint")
def test_one_event_waits_for_the_last_one_of_its_object(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver
) -> None:
    control(still, "webhooks", order="per_object")
    merchant.replies.append(500)

    customer = shop.v1.customers.create({})
    shop.v1.customers.update(customer.id, {"name": "Ada"})
    advance(still, 0)
    before = [each.event_type for each in merchant.received()]
    advance(still, HOUR_S)
    control(still, "webhooks", order="as_sent")

    assert before == ["customer.created"]
    assert [each.event_type for each in merchant.received() if each.status == 200] == KINDS


def test_what_waited_for_its_object_is_retried_in_the_order_in_which_it_happened(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    """Also where the object of the later one was through first."""
    control(still, "webhooks", order="per_object")
    merchant.takes_s = chain([0.5], repeat(0.0))
    merchant.by_type = {"customer.updated": 500}

    first, second = shop.v1.customers.create({}), shop.v1.customers.create({})
    for customer in (first, second):
        shop.v1.customers.update(customer.id, {"name": "Ada"})
    advance(still, 300)
    control(still, "webhooks", order="as_sent")

    happened = [event.id for event in reversed(shop.v1.events.list({"type": "customer.updated", "limit": 2}).data)]
    assert [each["event_id"] for each in deliveries_of(still, endpoint) if each["attempt"] == 2] == happened


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("faults", {"kind": "duplicated", "route": "POST /v1/customers"}, "route does not go with duplicated"),
        ("faults", {"kind": "slow", "event": "customer.*"}, "event does not go with slow"),
        ("faults", {"kind": "slow", "route": "POST /v1/nothing"}, "route matches no route"),
        ("faults", {"kind": "burst", "copies": 0}, "copies is a whole number from 1"),
        ("faults", {"kind": "burst", "copy": 3}, "did you mean copies?"),
        ("faults", {"kind": "delayed", "event": "customer.creatd"}, "did you mean customer.created?"),
        ("clock", {"advance_s": -1}, "advance_s is a whole number from 0"),
        ("clock", {"seconds": 5}, "seconds is unknown: use advance_s"),
        ("webhooks", {"order": "random"}, "order is one of"),
        ("webhooks/advance", {}, "seconds is missing"),
        ("webhooks/roll_secret", {"endpoint_id": "we_none"}, "endpoint_id is unknown"),
        ("webhooks/resend", {"event_id": "evt_none"}, "no such event"),
    ],
)
def test_a_control_request_that_makes_no_sense_says_what_would(
    still: Emulator, path: str, body: dict[str, Any], says: str
) -> None:
    answer = still.http.post(f"/_emulator/{path}", json=body)

    assert answer.status_code == 400
    assert says in answer.json()["error"]


def test_a_place_in_the_journal_is_a_number(still: Emulator) -> None:
    answer = still.http.get("/_emulator/journal", params={"since": "yesterday"})

    assert (answer.status_code, "since is the number of an entry" in answer.text) == (400, True)


@pytest.mark.usefixtures("endpoint")
def test_a_harness_orders_trouble_for_some_events_of_a_type(
    still: Emulator, shop: stripe.StripeClient, merchant: Receiver
) -> None:
    fault = still.control.delivery_fault("duplicated", event="customer.*", after=1, copies=2)
    shop.v1.customers.create({})
    shop.v1.customers.create({})
    still.control.advance_webhooks(0)

    assert (len(merchant.received()), still.control.bit(fault)) == (4, 1)


def test_one_order_is_taken_back_and_the_others_stay(still: Emulator) -> None:
    first = control(still, "faults", kind="slow", delay_s=0)["fault_id"]
    second = control(still, "faults", kind="duplicated", event="plan.*")["fault_id"]

    still.http.delete("/_emulator/faults", params={"fault_id": first})

    assert [fault.fault_id for fault in still.control.faults()] == [second]
    still.control.clear_faults()


@pytest.mark.parametrize(("kind", "status"), [("malformed_body", 200), ("html_page", 502)])
def test_an_answer_that_is_no_json_is_an_error_of_the_client(still: Emulator, kind: str, status: int) -> None:
    control(still, "faults", kind=kind, route="POST /v1/customers")

    answer = still.post("/v1/customers")

    assert answer.status_code == status
    with pytest.raises(ValueError, match=r"line|char"):
        answer.json()


def test_a_request_that_was_lost_has_no_effect(still: Emulator, shop: stripe.StripeClient) -> None:
    control(still, "faults", kind="request_lost", route="POST /v1/customers")
    before = len(shop.v1.customers.list({"limit": 100}).data)

    with pytest.raises(stripe.APIConnectionError):
        shop.v1.customers.create({})

    assert len(shop.v1.customers.list({"limit": 100}).data) == before


def test_a_scenario_that_is_not_usable_starts_nothing(tmp_path: Path) -> None:
    scenario = tmp_path / "wrong.toml"
    scenario.write_text("[webhooks]\norder = 'random'\n")

    with (
        pytest.raises(Exception, match=r"webhooks\.order is one of"),
        emulator(tmp_path / "emulator.log", "--scenario", str(scenario)),
    ):
        pass
