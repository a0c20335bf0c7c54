"""Brings the processor's events to the system by hand, in any order, while the processor itself sends none."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from fixtures.bench import Bench
from fixtures.builders import sign
from fixtures.client import HttpxTransport, Processor, Reply
from fixtures.client.operations import WebhookReceipt
from fixtures.emulator import Row

TELLING: Final = ("customer.subscription.", "invoice.finalized", "invoice.paid", "invoice.payment_failed")
"""What begins like this makes the system read the subscription."""


@dataclass(frozen=True, slots=True)
class Courier:
    bench: Bench
    processor: Processor

    def events(self) -> dict[str, list[Row]]:
        """Every event that was made, oldest first, by the customer whom it is about."""
        found: dict[str, list[Row]] = {}
        for event in self.bench.stripe.events():
            found.setdefault(str(event["data"]["object"].get("customer")), []).append(event)
        return found

    def events_of(self, email: str) -> list[Row]:
        [customer] = self.bench.stripe.listed("customers", email=email)
        return self.events().get(customer["id"], [])

    def the(self, kind: str, email: str) -> Row:
        """The latest of its type."""
        found = [event for event in self.events_of(email) if event["type"] == kind]
        assert found, f"The processor made no {kind} for {email}."
        return found[-1]

    def deliver(self, event: Mapping[str, Any]) -> Reply[WebhookReceipt]:
        """Signed as of now, as every attempt is."""
        body = json.dumps(event, separators=(",", ":")).encode()
        signature = sign(body, self.bench.stripe.endpoint_secret, int(self.bench.clock.now().timestamp()))
        return self.processor.deliver(body, signature)

    def bring(self, event: Mapping[str, Any]) -> None:
        reply = self.deliver(event)
        assert reply.ok, f"{event['type']} {event['id']}: {reply.text}"


def tells(event: Row) -> bool:
    return str(event["type"]).startswith(TELLING)


@contextmanager
def alone(bench: Bench) -> Iterator[Courier]:
    """A courier without whom nothing is heard, to the bench's end: no delivery, no sweep and no catch-up."""
    bench.stripe.pause_webhooks()
    bench.kill_worker()
    with HttpxTransport(bench.url) as transport:
        yield Courier(bench, Processor(transport))
