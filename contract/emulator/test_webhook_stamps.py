"""A signature is made in the time of whoever checks it, wherever the emulator's own time was moved to."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import stripe

from contract.emulator.clocks import clock_at, customer_on
from contract.emulator.receiver import Delivery, Receiver
from contract.emulator.running import Emulator, client_of, emulator
from fixtures.clock import RealClock

DAY_S = 86_400
TOLERANCE_S = 300
STOPPED = "[clock]\nstart = 2026-01-31T10:00:00Z\nstopped = true\n"

Start = Callable[..., AbstractContextManager[Emulator]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    @contextmanager
    def started(scenario: str = "", *options: str) -> Iterator[Emulator]:
        file = tmp_path / "scenario.toml"
        file.write_text(scenario)
        with emulator(tmp_path / "emulator.log", "--scenario", str(file), *options) as running:
            yield running

    return started


def told(running: Emulator, merchant: Receiver, **customer: Any) -> tuple[Delivery, str]:  # noqa: ANN401 - parameters of a call
    """The delivery of a customer who was made just now, and the secret that it is to be checked with."""
    with client_of(running) as client:
        made = client.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": ["customer.created"]})
        assert made.secret is not None
        client.v1.customers.create(customer)  # type: ignore[arg-type]  # as they come
        return merchant.wait_for(1)[0], made.secret


def age_s(delivery: Delivery, now: int) -> int:
    stamp = delivery.signature.partition(",")[0].removeprefix("t=")
    return now - int(stamp)


def wall() -> int:
    """The machine's time. The shared emulator would not do: other tests move its clock."""
    return int(RealClock().now().timestamp())


@pytest.mark.parametrize("scenario", ["", STOPPED], ids=["going", "stopped"])
def test_a_signature_carries_the_machines_time(start: Start, merchant: Receiver, scenario: str) -> None:
    """A check that refuses what is from the future, as some SDKs' is, takes it too."""
    with start(scenario) as running:
        running.control.advance_clock(40 * DAY_S)
        delivery, secret = told(running, merchant)

    assert abs(age_s(delivery, wall())) < TOLERANCE_S
    assert stripe.Webhook.construct_event(delivery.body, delivery.signature, secret).type == "customer.created"


def test_what_was_ordered_to_be_stale_is_stale_after_the_clock_was_moved(start: Start, merchant: Receiver) -> None:
    with start() as running:
        running.control.advance_clock(40 * DAY_S)
        running.http.post("/_emulator/faults", json={"kind": "stale_timestamp"}).raise_for_status()
        delivery, secret = told(running, merchant)

    with pytest.raises(stripe.SignatureVerificationError, match="outside the tolerance"):
        stripe.Webhook.construct_event(delivery.body, delivery.signature, secret)


def test_a_test_clock_moves_no_signature(start: Start, merchant: Receiver) -> None:
    with start() as running, client_of(running) as client:
        client.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": ["invoice.paid"]})
        clock = clock_at(client, "2031-01-31")
        monthly: Any = {
            "currency": "usd", "unit_amount": 999, "recurring": {"interval": "month"}, "product_data": {"name": "Pro"},
        }  # fmt: skip
        price = client.v1.prices.create(monthly).id
        client.v1.subscriptions.create({"customer": customer_on(client, clock), "items": [{"price": price}]})
        delivery = merchant.wait_for(1)[0]

    assert abs(age_s(delivery, wall())) < TOLERANCE_S


def test_a_system_whose_time_moves_with_the_emulators_may_have_that_one(start: Start, merchant: Receiver) -> None:
    with start("", "--webhook-stamps", "clock") as running:
        running.control.advance_clock(40 * DAY_S)
        delivery, _ = told(running, merchant)

    assert abs(age_s(delivery, wall() + 40 * DAY_S)) < TOLERANCE_S
