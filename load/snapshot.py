"""After the load: wait until nothing moves any more, then write down what every side says."""

import re
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from fixtures.books import Mail
from fixtures.books.checks import DECIDED
from fixtures.books.gather import RECEIPT
from fixtures.client import AuditedPayment, Auditor, ClientError, DecodingError
from fixtures.emulator import Call, Emulator
from fixtures.mailbox import Mailbox, Message
from load.checkers.ledger import digest

_LOOK_EVERY_S: Final = 0.5
_SUCCESS: Final = range(200, 300)
_REFUND_ID: Final = re.compile(r"\brfd_[0-9a-z]{26}\b")

Json = dict[str, Any]


def take(auditor: Auditor, emulator: Emulator | None, mailbox: Mailbox | None, emails: Mapping[str, str]) -> Json:
    """Everything as JSON. None stands for a side that this target does not show; the judge then knows less.

    The system is read before the processor is: a movement in between shows as one that is not booked yet.
    """
    balance, inbox = auditor.trial_balance(), list(auditor.webhook_events())
    return {
        "emails": dict(emails),
        "at": _told_at(balance.headers),
        "trial_balance": asdict(balance.value),
        "payments": _rows(auditor.all_payments()),
        "refunds": _rows(auditor.all_refunds()),
        "entries": _rows(auditor.ledger_entries()),
        "subscriptions": _rows(auditor.all_subscriptions()),
        "invoices": _rows(auditor.all_invoices()),
        "inbox": inbox,
        "audit": list(auditor.audit_log()),
        "roles": {auditor.session.account.account_id: auditor.session.account.role},
        "mails": None if mailbox is None else shown(mailbox.taken()),
        **(_of_no_processor() if emulator is None else _of_processor(emulator, {row["event_id"] for row in inbox})),
    }


def _told_at(headers: Mapping[str, str]) -> str | None:
    """The system's own time; None for one that does not say it, of whose time-limits nobody then knows anything."""
    date = headers.get("date")
    return None if date is None else parsedate_to_datetime(date).isoformat()


def unread(why: str, emails: Mapping[str, str]) -> Json:
    """Nobody is there any more who could say anything."""
    nothing: Json = {"payments": [], "refunds": [], "entries": [], "webhooks": []}
    return nothing | {"emails": dict(emails), "books": None, "fidelity": None, "mails": None, "unread": why}


def _rows(found: Iterable[Any]) -> list[Json]:
    return [asdict(each) for each in found]


def entries_by_id(auditor: Auditor) -> dict[str, str] | None:
    """A first reading of the ledger, to lay beside the last; None when the system is not able to show it."""
    try:
        return {entry.entry_id: digest(asdict(entry)) for entry in auditor.ledger_entries()}
    except (ClientError, DecodingError, httpx.TransportError):
        return None


def _of_no_processor() -> Json:
    hidden = ("books", "fidelity", "billed", "charges", "returned", "customers", "events")
    return dict.fromkeys(hidden) | {"webhooks": []}


def _of_processor(emulator: Emulator, kept: Collection[str]) -> Json:
    journal, deliveries, events = emulator.journal(), emulator.deliveries(), emulator.events()
    return {
        "books": asdict(emulator.books()),
        "fidelity": asdict(emulator.fidelity()),
        "billed": list(map(_billed, emulator.every("subscriptions", status="all"))),
        "charges": list(map(_charge, emulator.every("charges"))),
        "returned": list(map(_returned, emulator.every("refunds"))),
        "customers": {each["id"]: each["metadata"].get("account_id", "") for each in emulator.every("customers")},
        "events": promised(events, deliveries, kept),
        "webhooks": _on_run_clock(applied_after(journal, deliveries, events)),
    }


def _billed(subscription: Json) -> Json:
    item = subscription["items"]["data"][0]
    price = {"lookup_key": item["price"]["lookup_key"]}
    kept = {"price": price, "current_period_end": item["current_period_end"]}
    return {name: subscription[name] for name in ("id", "customer", "status")} | {"items": {"data": [kept]}}


def _charge(charge: Json) -> Json:
    kept = ("id", "amount", "currency", "customer", "paid", "payment_intent")
    return {name: charge[name] for name in kept} | {"ours": charge["metadata"].get("payment_id")}


def _returned(refund: Json) -> Json:
    kept = ("id", "amount", "currency", "charge", "status")
    return {name: refund[name] for name in kept} | {"ours": refund["metadata"].get("refund_id")}


def promised(events: Iterable[Json], deliveries: Iterable[Json], kept: Collection[str]) -> list[Json]:
    """The events that were promised to the system or that it keeps, and whether it has acknowledged them.

    A fault sends events of a type that nobody knows: they stand among the deliveries alone.
    """
    acknowledged: dict[str, bool] = {}
    strangers: dict[str, str] = {}
    for each in deliveries:
        acknowledged[each["event_id"]] = acknowledged.get(each["event_id"], False) or _succeeded(each)
        strangers[each["event_id"]] = each["type"]
    told = []
    for each in events:
        strangers.pop(each["id"], None)
        if each["pending_webhooks"] or each["id"] in acknowledged or each["id"] in kept:
            told.append(_event(each, acknowledged))
    return told + [
        {"id": event_id, "type": kind, "object": None, "acknowledged": acknowledged[event_id]}
        for event_id, kind in strangers.items()
    ]


def _event(event: Json, acknowledged: Mapping[str, bool]) -> Json:
    about = {"type": event["type"], "object": event["data"]["object"].get("id")}
    return {"id": event["id"], **about, "acknowledged": acknowledged.get(event["id"], False)}


def shown(messages: Iterable[Message]) -> list[Json]:
    """What a reader sees, or would see: of what came again under one Message-ID, a mailbox shows one.

    A mail that its server accepted and then lost is among them: the system has sent it.
    """
    return list(map(_mail, {each.message_id or each.received: each for each in messages}.values()))


def _mail(message: Message) -> Json:
    """Only a receipt is kept with its text: a mail about a refund leads to the receipt's page as well."""
    text = message.text if RECEIPT in message.subject.lower() else ""
    refund = _REFUND_ID.search(message.text)
    about = {"refund": refund.group() if refund else None}
    return {"to": ", ".join(message.to), "subject": message.subject, "text": text, **about}


def settle(auditor: Auditor, emulator: Emulator | None, mailbox: Mailbox | None, within_s: float) -> list[str]:
    """Wait until all is decided, delivered, mailed and on paper; what still moves when the time is up."""
    deadline = time.monotonic() + within_s
    while (moving := _moving(auditor, emulator, mailbox)) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
    return moving


def _moving(auditor: Auditor, emulator: Emulator | None, mailbox: Mailbox | None) -> list[str]:
    payments = list(auditor.all_payments())
    undecided = sum(payment.status not in DECIDED for payment in payments)
    moving = [f"{undecided} payments are undecided"] if undecided else []
    if emulator is not None:
        waiting = emulator.backlog()
        moving += [f"{waiting} webhooks are not acknowledged"] if waiting else []
    if mailbox is not None:
        paid = {payment.payment_id for payment in payments if payment.status == "succeeded"}
        mails = (Mail.of(each["to"], each["subject"], each["text"]) for each in map(_mail, mailbox.taken()))
        missing = len(paid - {mail.payment_id for mail in mails})
        moving += [f"{missing} receipts are not mailed"] if missing else []
    return moving or _late(auditor, payments, mailbox)


def _late(auditor: Auditor, payments: Iterable[AuditedPayment], mailbox: Mailbox | None) -> list[str]:
    """What comes after the payments themselves, asked only once those are at rest."""
    refunds = {each.refund_id for each in auditor.all_refunds() if each.status == "succeeded"}
    owed = {each.payment_id for each in payments if each.status == "succeeded"} | refunds
    missing = len(owed - {each.refund_id or each.payment_id for each in auditor.all_invoices()})
    moving = [f"{missing} invoices are not numbered"] if missing else []
    if mailbox is not None:
        untold = len(refunds - {mail["refund"] for mail in map(_mail, mailbox.taken())})
        moving += [f"{untold} refunds are not mailed"] if untold else []
    return moving


def applied_after(
    journal: Iterable[Call], deliveries: Iterable[Json], events: Iterable[Json]
) -> list[tuple[float, float]]:
    """For each event the moment of the call that caused it (Unix seconds) and the milliseconds to its acknowledgement.

    The system acknowledges after it has committed the effect. An event that was never acknowledged has no figure here;
    the books find what it left behind.
    """
    called = {call.request_id: call.at for call in journal}
    caused = {event["id"]: called.get(str((event.get("request") or {}).get("id"))) for event in events}
    acknowledged: dict[str, float] = {}
    for each in deliveries:
        if _succeeded(each):
            done = float(each["at"]) + float(each["elapsed_s"])
            acknowledged[each["event_id"]] = min(done, acknowledged.get(each["event_id"], done))
    pairs = [(caused.get(event_id), done) for event_id, done in acknowledged.items()]
    return [(began, round(1000 * max(0.0, done - began), 3)) for began, done in pairs if began is not None]


def _on_run_clock(webhooks: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same on the machine's monotonic clock, which the history carries. Both clocks are read in one moment."""
    wall_s, monotonic_s = time.time(), time.monotonic()  # noqa: TID251 - the emulator stamps its calls with the wall's
    return [(round(at - wall_s + monotonic_s, 3), waited_ms) for at, waited_ms in webhooks]


def _succeeded(delivery: Json) -> bool:
    return delivery["status"] in _SUCCESS
