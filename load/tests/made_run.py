"""A run's folder as a healthy run leaves it, made by hand, for tests to doctor."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path
from typing import Any, Final

from load import folder
from load.checkers.ledger import digest
from load.checkers.seen import Seen
from load.histogram import Histogram
from load.history import History
from load.measures import Measures
from load.operations import told
from load.profile import load
from load.users import NAMES

AMOUNT: Final = 499
FEE: Final = 44
PAYMENTS: Final = 400  # of ten students, each the same number
STUDENTS: Final = 10
REFUNDED: Final = frozenset({390, 391})
SUBSCRIBER: Final = 0
_AT: Final = "2026-11-25T12:00:00Z"
_PERIOD_END: Final = datetime(2026, 12, 25, 12, tzinfo=UTC)
STEADY_S: Final = 10.0  # lies in the judged phase
PROFILE: Final = load("smoke", NAMES)

Json = dict[str, Any]


def email(student: int) -> str:
    return f"student-{student}@example.com"


def payment_id(number: int) -> str:
    return f"pay_{number:026d}"


def make(directory: Path, *, payments_ms: float = 40.0, calls_ms: float = 8.0, errors: int = 0) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    folder.write(
        directory / folder.RUN, {"profile": PROFILE.to_json(), "command": "python -m load run", "own_system": True}
    )
    folder.write(directory / folder.GENERATOR, _generator())
    machine = {"foreign_share": 0.05, "busy_share": 0.4, "cpu_s": {"application": 3.0}}
    folder.write(directory / folder.MACHINE, machine)
    folder.write(directory / folder.HISTOGRAMS, _measures(payments_ms, calls_ms, errors).to_json())
    folder.write(directory / folder.SNAPSHOT, snapshot())
    _history(directory / folder.HISTORY)
    return directory


def doctored(directory: Path, name: str) -> "Doctored":
    return Doctored(directory / name)


class Doctored:
    """`with doctored(...) as content:` hands out a file's JSON and writes it back as it then is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: Json = folder.read(path)

    def __enter__(self) -> Json:
        return self._content

    def __exit__(self, *_: object) -> None:
        folder.write(self._path, self._content)


def forge_line(path: Path, *, intent: str, changes: Json) -> None:
    """Change the end of one intent in a history."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [line for line in lines if line.get("intent") == intent and line["type"] != "invoke"]
    assert found, f"the history has no end of {intent}"
    found[0].update(changes)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def transaction(number: int) -> Json:
    kept = {"amount": AMOUNT, "fee": FEE, "net": AMOUNT - FEE, "currency": "usd"}
    return {"id": f"txn_{number}", "type": "charge", "source": f"ch_{number}"} | kept


def entry(number: int) -> Json:
    postings = [("cash:stripe", "debit", AMOUNT - FEE), ("expense:processor_fee", "debit", FEE)]
    postings.append(("revenue:platform", "credit", AMOUNT))
    return _entry(f"ent_{number}", f"capture:ch_{number}", postings)


def _entry(entry_id: str, business_key: str, postings: list[tuple[str, str, int]]) -> Json:
    shown = [{"account": a, "direction": d, "amount": n, "currency": "usd"} for a, d, n in postings]
    return {"entry_id": entry_id, "business_key": business_key, "postings": shown}


def payment(number: int) -> Json:
    named = {"payment_id": payment_id(number), "account_id": f"usr_{number % STUDENTS}"}
    returned = AMOUNT if number in REFUNDED else 0
    money = {"status": "succeeded", "amount": AMOUNT, "currency": "usd", "refunded_amount": returned}
    return named | money | {"processor_charge_id": f"ch_{number}"}


def charge(number: int) -> Json:
    money = {"amount": AMOUNT, "currency": "usd", "paid": True, "customer": f"cus_{number % STUDENTS}"}
    return {"id": f"ch_{number}", "payment_intent": f"pi_{number}", "ours": payment_id(number)} | money


def mail(number: int) -> Json:
    text = f"Your receipt: http://127.0.0.1/payments/{payment_id(number)}/receipt"
    return {"to": email(number % STUDENTS), "subject": "Receipt", "text": text, "refund": None}


def invoice(number: int, place: int | None = None) -> Json:
    """`place` is its place in the series, where that is not the payment's number."""
    name = f"INV-2026-{(number if place is None else place) + 1:06d}"
    return _document(name, "invoice", number, corrects=None, refund_id=None)


def event(number: int) -> Json:
    about = {"type": "payment_intent.succeeded", "object": f"pi_{number}"}
    return {"id": f"evt_{number}", "acknowledged": True} | about


def kept(number: int) -> Json:
    about = {"type": "payment_intent.succeeded", "object_id": f"pi_{number}", "outcome": "applied", "reason": None}
    return about | {"event_id": f"evt_{number}", "created_at": _AT, "received_at": _AT}


def audited(number: int) -> Json:
    return _audit_row("payment.succeeded", f"usr_{number % STUDENTS}", payment_id(number))


def refund_id(number: int) -> str:
    return f"rfd_{number:026d}"


def _refund(number: int) -> Json:
    money = {"amount": AMOUNT, "currency": "usd", "status": "succeeded"}
    named = {"refund_id": refund_id(number), "payment_id": payment_id(number)}
    return named | money | {"processor_refund_id": f"re_{number}"}


def _refund_transaction(number: int) -> Json:
    kept = {"amount": -AMOUNT, "fee": 0, "net": -AMOUNT, "currency": "usd"}
    return {"id": f"txn_re_{number}", "type": "refund", "source": f"re_{number}"} | kept


def _refund_entry(number: int) -> Json:
    postings = [("revenue:platform", "debit", AMOUNT), ("cash:stripe", "credit", AMOUNT)]
    return _entry(f"ent_re_{number}", f"refund:re_{number}", postings)


def _returned(number: int) -> Json:
    money = {"amount": AMOUNT, "currency": "usd", "status": "succeeded"}
    return {"id": f"re_{number}", "charge": f"ch_{number}", "ours": refund_id(number)} | money


def _refund_mail(number: int) -> Json:
    return {"to": email(number % STUDENTS), "subject": "Your refund", "text": "", "refund": refund_id(number)}


def _credit_note(place: int, number: int) -> Json:
    named = f"CN-2026-{place + 1:06d}"
    return _document(named, "credit_note", number, f"INV-2026-{number + 1:06d}", refund_id(number))


def _document(name: str, kind: str, number: int, corrects: str | None, refund_id: str | None) -> Json:
    about = {"document_id": f"inv_{name}", "number": name, "kind": kind, "corrects": corrects, "issued_at": _AT}
    money = {"amount": AMOUNT, "currency": "usd", "lines": [{"description": "Tokens", "amount": AMOUNT}]}
    return about | money | {"payment_id": payment_id(number), "refund_id": refund_id}


def _confirmation(address: str) -> Json:
    return {"to": address, "subject": "Confirm your address", "text": "", "refund": None}


def _audit_row(action: str, actor_id: str, object_id: str, details: Json | None = None) -> Json:
    return {"action": action, "actor_id": actor_id, "object_id": object_id, "recorded_at": _AT} | {
        "details": details or {}
    }


def subscription(student: int) -> Json:
    period = {"starts_at": _AT, "ends_at": _PERIOD_END.isoformat()}
    named = {"subscription_id": f"sbn_{student}", "account_id": f"usr_{student}", "price_id": "prc_pro_month"}
    state = {"status": "active", "processor_subscription_id": f"sub_{student}", "period_end": period["ends_at"]}
    periods = {"periods": [period | {"processor_invoice_id": f"in_{student}"}]}
    return named | state | periods | {"allowances": [period | {"tokens": 500}]}


def billed(student: int) -> Json:
    item = {"price": {"lookup_key": "prc_pro_month"}, "current_period_end": int(_PERIOD_END.timestamp())}
    return {"id": f"sub_{student}", "customer": f"cus_{student}", "status": "active", "items": {"data": [item]}}


def _subscription_events(student: int) -> tuple[list[Json], list[Json]]:
    """The creation of a subscription, which arrives after its first change of the same second."""
    sent, kept = [], []
    for received, what in ((4, "created"), (3, "updated")):
        named, kind = f"evt_sub_{student}_{what}", f"customer.subscription.{what}"
        sent.append({"id": named, "type": kind, "object": f"sub_{student}", "acknowledged": True})
        moments = {"created_at": "2026-11-25T12:00:01Z", "received_at": f"2026-11-25T12:00:0{received}Z"}
        about = {"type": kind, "object_id": f"sub_{student}", "outcome": "applied", "reason": None}
        kept.append(about | moments | {"event_id": named})
    return sent, kept


def balances(entries: list[Json]) -> Json:
    sums: Counter[str] = Counter()
    for posting in (posting for entry in entries for posting in entry["postings"]):
        sums[posting["account"]] += posting["amount"] * (1 if posting["direction"] == "debit" else -1)
    accounts = [{"account": name, "balance": amount} for name, amount in sums.items()]
    return {"currencies": [{"currency": "usd", "accounts": accounts}]}


def snapshot(payments: int = PAYMENTS) -> Json:
    """All sides of a healthy run at rest."""
    numbers, returned, people = range(payments), sorted(REFUNDED), range(STUDENTS)
    entries = [*map(entry, numbers), *map(_refund_entry, returned)]
    sent, heard = _subscription_events(SUBSCRIBER)
    refunded = [_audit_row("refund.succeeded", f"usr_{each % STUDENTS}", refund_id(each)) for each in returned]
    granted = _audit_row("account.role_granted", "system:command", "usr_auditor", {"role": "auditor"})
    return {
        "emails": {f"usr_{student}": email(student) for student in people},
        "at": _AT,
        "trial_balance": balances(entries),
        "entries_before": {each["entry_id"]: digest(each) for each in entries},
        "payments": [*map(payment, numbers)],
        "refunds": [*map(_refund, returned)],
        "entries": entries,
        "subscriptions": [subscription(SUBSCRIBER)],
        "invoices": [*map(invoice, numbers), *starmap(_credit_note, enumerate(returned))],
        "inbox": [*map(kept, numbers), *heard],
        "audit": [*map(audited, numbers), *refunded, granted],
        "roles": {"usr_auditor": "auditor"},
        "fidelity": {"rate": 0.01, "checked": 12, "violated": 0, "violations": []},
        "books": {"transactions": [*map(transaction, numbers), *map(_refund_transaction, returned)]},
        "billed": [billed(SUBSCRIBER)],
        "charges": [*map(charge, numbers)],
        "returned": [*map(_returned, returned)],
        "customers": {f"cus_{student}": f"usr_{student}" for student in people},
        "events": [*map(event, numbers), *sent],
        "mails": [*map(mail, numbers), *map(_refund_mail, returned), *map(_confirmation, map(email, people))],
        "webhooks": [(STEADY_S, 30.0)] * payments,
        "moving": [],
    }


def add_payment(stored: Json, number: int) -> None:
    """One more payment, in all books and on paper, as if its buyer had asked for it."""
    sides: dict[str, Callable[[int], Json]] = {
        "payments": payment,
        "entries": entry,
        "mails": mail,
        "charges": charge,
        "events": event,
        "inbox": kept,
        "audit": audited,
    }
    for side, made in sides.items():
        stored[side].append(made(number))
    stored["books"]["transactions"].append(transaction(number))
    stored["invoices"].append(invoice(number, place=PAYMENTS))
    stored["trial_balance"] = balances(stored["entries"])


def _generator() -> Json:
    calm = Histogram()
    for _ in range(1000):
        calm.record(1.0)
    counts = {"planned": {"steady": 600}, "started": {"steady": 600}, "dropped": {}, "paid": {"steady": PAYMENTS}}
    ending = {"unfinished": 0, "unanswered": 0, "interrupted": False, "crashes": []}
    workers = {"workers_expected": 1, "workers_finished": 1, "cpu": [0.2] * 20}
    own = {"hub_lag": calm.to_json(), "lateness": calm.to_json(), "floor": {"waited": calm.to_json(), "errors": 0}}
    return counts | ending | workers | own


def _measures(payments_ms: float, calls_ms: float, errors: int) -> Measures:
    measures = Measures()
    for number in range(PAYMENTS):
        fine = number >= errors
        for verb, taken in (("pay", payments_ms), ("catalogue", calls_ms)):
            status = 201 if fine else 500
            measures.record("steady", verb, waited_ms=taken, service_ms=taken, status=status, expected=fine)
    return measures


def history(payments: int = PAYMENTS) -> Iterator[Json]:
    """The lines of a healthy run's history, as a reader gets them."""
    for number in range(payments):
        yield from _asked("pay", number, f"pay-{number}", payment_id(number), {})
    for number in sorted(REFUNDED):
        yield from _asked("refund", number, f"refund-{number}", refund_id(number), {"payment": payment_id(number)})
    subscriber = email(SUBSCRIBER)
    who = {"p": f"s{SUBSCRIBER}.1", "f": "subscribe", "intent": "subscribe-0"}
    yield {**who, "type": "invoke", "value": {"actor": subscriber, "amount": AMOUNT, "currency": "usd"}}
    yield {**who, "type": "ok", "http": 201, "object": payment_id(SUBSCRIBER), "state": "active"}
    who = {"p": f"s{SUBSCRIBER}.1", "f": "entitlements", "intent": "0.1"}
    yield {**who, "type": "invoke", "value": {"actor": subscriber}}
    yield {**who, "type": "ok", "http": 200, "tier": "pro", "rank": 10}
    yield {"p": "a0.0", "type": "invoke", "f": "trial_balance", "intent": "1.0", "value": {}}
    yield {"p": "a0.0", "type": "ok", "f": "trial_balance", "intent": "1.0", "http": 200, "balanced": True}


def _asked(verb: str, number: int, intent: str, done: str, about: Json) -> Iterator[Json]:
    who, money = {"p": f"s{number % STUDENTS}.0", "f": verb, "intent": intent}, {"amount": AMOUNT, "currency": "usd"}
    yield {**who, "type": "invoke", "value": {"actor": email(number % STUDENTS), **money, **about}}
    yield {**who, "type": "ok", "http": 201, "object": done, **money}


def seen(stored: Json | None = None, lines: Iterable[Json] | None = None) -> Seen:
    """A healthy run as its checkers see it, or what was made of it."""
    at_moments = ({"t": 0.01 * moment, **line} for moment, line in enumerate(history() if lines is None else lines))
    return Seen(snapshot() if stored is None else stored, told(at_moments))


def _history(path: Path) -> None:
    with History(path, {"seed": 1, "monotonic_s": 0.0}) as written:
        for line in history():
            who = line["p"], line["f"], line["intent"]
            if line["type"] == "invoke":
                written.invoke(*who, line["value"])
            else:
                written.end(*who, line["type"], {name: line[name] for name in line if name not in _OF_EACH_LINE})


_OF_EACH_LINE: Final = frozenset({"p", "f", "intent", "type"})
