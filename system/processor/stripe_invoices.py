"""Stripe's invoices, read into what a bill is to us. Pure, so that every oddity of theirs has a line and a test."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from system.kit.money import Money
from system.processor.billing import BilledInvoice, ChangePreview, InvoiceLine
from system.processor.port import Charged, Unknown
from system.processor.stripe_objects import Object, declined, id_of, payment_answer

INVOICE = ["payments"]
"""The fee is a fifth level below, and Stripe expands four: the PaymentIntent is read by itself."""

Names = Mapping[str, str]
"""Our price ids by those of Stripe's prices; a line names its price by Stripe's id alone."""


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def instant_or_none(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant(seconds)


def paying_intent(invoice: Object) -> str | None:
    """Return the PaymentIntent that paid the invoice, or else the one that is to; None when money has no part in it."""
    payments = (invoice.get("payments") or {}).get("data") or []
    ours = [each for each in payments if each["payment"]["type"] == "payment_intent"]
    ours.sort(key=lambda each: (each["status"] == "paid", bool(each["is_default"])), reverse=True)
    return id_of(ours[0]["payment"]["payment_intent"]) if ours else None


def prices_of(lines: Sequence[Object]) -> set[str]:
    """Return the ids of Stripe's prices that the lines are about."""
    return {price for line in lines if (price := _price_of(line))}


def invoice_answer(invoice: Object, intent: Object | None, names: Names) -> BilledInvoice | Unknown:
    """Read an Invoice with its PaymentIntent, as `paying_intent` names it and `INTENT` expands it.

    Unknown while money has moved whose fee is not told yet.
    """
    currency, status = invoice["currency"], invoice["status"]
    answer = None if intent is None else payment_answer(intent)
    if status == "paid" and isinstance(answer, Unknown):
        return answer
    unpaid = status in ("open", "void", "uncollectible")
    times = invoice["status_transitions"]
    return BilledInvoice(
        processor_invoice_id=invoice["id"],
        processor_subscription_id=_subscription_of(invoice),
        customer_id=str(id_of(invoice["customer"])),
        status=status,
        reason=str(invoice["billing_reason"]),
        total=Money(invoice["total"], currency),
        amount_due=Money(invoice["amount_due"], currency),
        amount_paid=Money(invoice["amount_paid"], currency),
        lines=_lines(invoice, names),
        attempts=invoice["attempt_count"],
        next_attempt_at=instant_or_none(invoice["next_payment_attempt"]),
        created_at=instant(invoice["created"]),
        finalized_at=instant_or_none(times["finalized_at"]),
        paid_at=instant_or_none(times["paid_at"]),
        pay_url=invoice.get("hosted_invoice_url") if status == "open" else None,
        charge=answer if isinstance(answer, Charged) else None,
        failure=declined(error, intent["id"]) if unpaid and intent and (error := _error(intent)) else None,
        requires_action=status == "open" and intent is not None and intent["status"] == "requires_action",
    )


def preview_of(invoice: Object, names: Names) -> ChangePreview:
    return ChangePreview(total=Money(invoice["total"], invoice["currency"]), lines=_lines(invoice, names))


def _error(intent: Object) -> Object | None:
    found: Object | None = intent.get("last_payment_error")
    return found


def _lines(invoice: Object, names: Names) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            description=line.get("description") or "",
            money=Money(line["amount"], line["currency"]),
            proration=bool(_parent_of(line).get("proration")),
            price_id=names.get(_price_of(line) or ""),
            starts_at=instant(line["period"]["start"]),
            ends_at=instant(line["period"]["end"]),
        )
        for line in invoice["lines"]["data"]
    )


def _parent_of(line: Object) -> Mapping[str, Any]:
    """A line comes of a subscription's item, or of an invoice item that waited for the invoice."""
    parent = line.get("parent") or {}
    return parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}


def _price_of(line: Object) -> str | None:
    details = (line.get("pricing") or {}).get("price_details") or {}
    return id_of(details.get("price"))


def _subscription_of(invoice: Object) -> str | None:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return id_of(details.get("subscription"))
