"""After the load: wait until nothing moves any more, then write down what every side says."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from fixtures.books import Mail
from fixtures.books.checks import DECIDED
from fixtures.books.gather import RECEIPT
from fixtures.client import Auditor
from fixtures.emulator import Call, Emulator
from fixtures.mailbox import Mailbox, Message

_LOOK_EVERY_S: Final = 0.5
_SUCCESS: Final = range(200, 300)

Json = dict[str, Any]


def take(auditor: Auditor, emulator: Emulator | None, mailbox: Mailbox | None, emails: Mapping[str, str]) -> Json:
    """Everything as JSON. None stands for a side that this target does not show; the judge then knows less."""
    return {
        "emails": dict(emails),
        "payments": [asdict(each) for each in auditor.all_payments()],
        "refunds": [asdict(each) for each in auditor.all_refunds()],
        "entries": [asdict(each) for each in auditor.ledger_entries()],
        "books": None if emulator is None else asdict(emulator.books()),
        "fidelity": None if emulator is None else asdict(emulator.fidelity()),
        "mails": None if mailbox is None else [_mail(each) for each in mailbox.messages()],
        "webhooks_ms": [] if emulator is None else _webhooks(emulator),
    }


def unread(why: str, emails: Mapping[str, str]) -> Json:
    """Nobody is there any more who could say anything."""
    nothing: Json = {"payments": [], "refunds": [], "entries": [], "webhooks_ms": []}
    return nothing | {"emails": dict(emails), "books": None, "fidelity": None, "mails": None, "unread": why}


def _webhooks(emulator: Emulator) -> list[float]:
    return applied_after_ms(emulator.journal(), emulator.deliveries(), emulator.events())


def _mail(message: Message) -> Json:
    """Only a receipt is kept with its text: a mail about a refund leads to the receipt's page as well."""
    text = message.text if RECEIPT in message.subject.lower() else ""
    return {"to": ", ".join(message.to), "subject": message.subject, "text": text}


def settle(auditor: Auditor, emulator: Emulator | None, mailbox: Mailbox | None, within_s: float) -> list[str]:
    """Wait until all is decided, delivered and mailed; what still moves when the time is up."""
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
        mails = (Mail.of(each["to"], each["subject"], each["text"]) for each in map(_mail, mailbox.messages()))
        missing = len(paid - {mail.payment_id for mail in mails})
        moving += [f"{missing} receipts are not mailed"] if missing else []
    return moving


def applied_after_ms(journal: Iterable[Call], deliveries: Iterable[Json], events: Iterable[Json]) -> list[float]:
    """Milliseconds from the call that caused an event to the acknowledgement of its webhook, for each event.

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
    return [round(1000 * max(0.0, done - began), 3) for began, done in pairs if began is not None]


def _succeeded(delivery: Json) -> bool:
    return delivery["status"] in _SUCCESS
