"""One subscription's life over fourteen months on a test clock, by Stripe's client for Python and by that for Node.

`node/life.mjs` makes the same calls in the same order: keep them in step.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import stripe

from fixtures import node

NODE_FOLDER: Final = Path(__file__).parent / "node"
TIMEOUT_S: Final = 120
Seen = dict[str, Any]


def by_node(url: str) -> Seen:
    """What the client for Node saw. Raises NodeUnavailableError when it cannot be had."""
    client = node.packages(NODE_FOLDER) / "stripe"
    command = [str(node.binary()), str(NODE_FOLDER / "life.mjs"), url, str(client)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def by_python(client: stripe.StripeClient) -> Seen:
    """What the client for Python saw, of the same calls."""
    return _Life(client.v1).lived()


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


class _Life:
    def __init__(self, v1: Any) -> None:  # noqa: ANN401 - the SDK's typed parameters would double the script
        self.v1 = v1
        self.seen: list[Seen] = []

    def lived(self) -> Seen:
        self._subscribe()
        self._renew("2026-02-28T12:00:00Z", "clamped to February")
        self._renew("2026-03-31T12:00:00Z", "back on the 31st")
        self._upgrade()
        self._renew_all("2026-04-30T12:00:00Z", "2026-05-31T12:00:00Z", "2026-06-30T12:00:00Z")
        self._fail_and_pay()
        self._discount()
        self._renew_all("2026-08-31T12:00:00Z", "2026-09-30T12:00:00Z", "2026-10-31T12:00:00Z", "2026-11-30T12:00:00Z")
        self._pause_and_end()
        invoices = self.v1.invoices.list({"customer": self.customer.id, "limit": 100}).auto_paging_iter()
        listed = [[each.number, each.status, each.total] for each in invoices]
        events = Counter(event.type for event in self.v1.events.list({"limit": 100}).auto_paging_iter())
        self._be_refused()
        return {"seen": self.seen, "invoices": listed, "events": dict(events)}

    def _subscribe(self) -> None:
        v1 = self.v1
        self.clock = v1.test_helpers.test_clocks.create({"frozen_time": _at("2026-01-31T10:00:00Z"), "name": "life"})
        self.customer = v1.customers.create({"email": "life@example.com", "test_clock": self.clock.id})
        self.card = v1.payment_methods.attach("pm_card_visa", {"customer": self.customer.id})
        v1.customers.update(self.customer.id, {"invoice_settings": {"default_payment_method": self.card.id}})
        product = v1.products.create({"name": "Academy"})
        monthly = {"product": product.id, "currency": "usd", "recurring": {"interval": "month"}}
        basic = v1.prices.create({**monthly, "unit_amount": 999})
        self.pro = v1.prices.create({**monthly, "unit_amount": 2999})
        self.subscription = v1.subscriptions.create({"customer": self.customer.id, "items": [{"price": basic.id}]})
        self._look("subscribed")

    def _renew(self, to: str, label: str) -> None:
        self._advance(to)
        self._look(label)

    def _renew_all(self, *instants: str) -> None:
        for to in instants:
            self._renew(to, f"renewed by {to}")

    def _upgrade(self) -> None:
        self._advance("2026-04-15T10:00:00Z")
        item = self.subscription["items"].data[0]
        change = {"items": [{"id": item.id, "price": self.pro.id}], "proration_behavior": "always_invoice"}
        dated = {**change, "proration_date": _at("2026-04-15T10:00:00Z")}
        asked = {"customer": self.customer.id, "subscription": self.subscription.id, "subscription_details": dated}
        preview = self.v1.invoices.create_preview(asked)
        self.v1.subscriptions.update(self.subscription.id, dated)
        amounts = [line.amount for line in preview.lines.data]
        self.seen.append({"label": "previewed", "total": preview.total, "lines": amounts})
        self._look("upgraded")

    def _fail_and_pay(self) -> None:
        v1, subscription = self.v1, self.subscription.id
        failing = v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": self.customer.id})
        v1.subscriptions.update(subscription, {"default_payment_method": failing.id})
        self._renew("2026-07-31T12:00:00Z", "renewal declined")
        v1.subscriptions.update(subscription, {"default_payment_method": self.card.id})
        v1.invoices.pay(v1.subscriptions.retrieve(subscription).latest_invoice)
        self._look("paid after all")

    def _discount(self) -> None:
        coupon = self.v1.coupons.create({"percent_off": 25, "duration": "repeating", "duration_in_months": 2})
        self.v1.subscriptions.update(self.subscription.id, {"discounts": [{"coupon": coupon.id}]})

    def _pause_and_end(self) -> None:
        update, subscription = self.v1.subscriptions.update, self.subscription.id
        update(subscription, {"pause_collection": {"behavior": "void"}})
        self._renew("2026-12-31T12:00:00Z", "collection paused")
        update(subscription, {"pause_collection": ""})
        self._renew("2027-01-31T12:00:00Z", "collection resumed")
        self._advance("2027-02-28T12:00:00Z")
        update(subscription, {"cancel_at_period_end": True})
        self._renew("2027-03-31T12:00:00Z", "ended")

    def _be_refused(self) -> None:
        try:
            self.v1.subscriptions.update(self.subscription.id, {"cancel_at_period_end": False})
        except stripe.StripeError as refusal:
            body: Any = refusal.json_body
            error = body["error"]
            told = {"type": error["type"], "code": error.get("code"), "status": refusal.http_status}
            self.seen.append({"label": "refused", **told})

    def _advance(self, to: str) -> None:
        clocks = self.v1.test_helpers.test_clocks
        clocks.advance(self.clock.id, {"frozen_time": _at(to)})
        now = clocks.retrieve(self.clock.id)
        while now.status == "advancing":
            now = clocks.retrieve(self.clock.id)
        assert now.status == "ready", now

    def _look(self, label: str) -> None:
        asked = {"expand": ["latest_invoice.payments"]}
        now = self.v1.subscriptions.retrieve(self.subscription.id, asked)
        item, invoice = now["items"].data[0], now.latest_invoice
        self.seen.append(
            {
                "label": label,
                "status": now.status,
                "period": [item.current_period_start, item.current_period_end],
                "price": item.price.unit_amount,
                "invoice": {
                    "number": invoice.number,
                    "status": invoice.status,
                    "reason": invoice.billing_reason,
                    "total": invoice.total,
                    "paid": invoice.amount_paid,
                },
                "payments": [[payment.status, payment.amount_paid] for payment in invoice.payments.data],
            }
        )


def labelled(seen: Seen, label: str) -> Seen:
    """What was seen at one point of the life."""
    looks: Sequence[Seen] = seen["seen"]
    return next(look for look in looks if look["label"] == label)
