"""A run's folder as a healthy run leaves it, made by hand, for tests to doctor."""

import json
from pathlib import Path
from typing import Any, Final

from load import folder
from load.histogram import Histogram
from load.history import History
from load.measures import Measures
from load.profile import load
from load.users import NAMES

AMOUNT: Final = 499
FEE: Final = 44
PAYMENTS: Final = 400  # of ten students, each the same number
STUDENTS: Final = 10
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
    folder.write(directory / folder.SNAPSHOT, _snapshot())
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
    shown = [{"account": a, "direction": d, "amount": n, "currency": "usd"} for a, d, n in postings]
    return {"entry_id": f"ent_{number}", "business_key": f"capture:ch_{number}", "postings": shown}


def payment(number: int) -> Json:
    named = {"payment_id": payment_id(number), "account_id": f"usr_{number % STUDENTS}"}
    money = {"status": "succeeded", "amount": AMOUNT, "currency": "usd", "refunded_amount": 0}
    return named | money | {"processor_charge_id": f"ch_{number}"}


def mail(number: int) -> Json:
    text = f"Your receipt: http://127.0.0.1/payments/{payment_id(number)}/receipt"
    return {"to": email(number % STUDENTS), "subject": "Receipt", "text": text}


def _snapshot() -> Json:
    numbers = range(PAYMENTS)
    return {
        "emails": {f"usr_{student}": email(student) for student in range(STUDENTS)},
        "payments": [payment(number) for number in numbers],
        "refunds": [],
        "entries": [entry(number) for number in numbers],
        "fidelity": {"rate": 0.01, "checked": 12, "violated": 0, "violations": []},
        "books": {"sum_zero": True, "transactions": [transaction(number) for number in numbers]},
        "mails": [mail(number) for number in numbers],
        "webhooks_ms": [30.0] * PAYMENTS,
        "moving": [],
    }


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


def _history(path: Path) -> None:
    with History(path, {"seed": 1}) as history:
        for number in range(PAYMENTS):
            process, intent = f"s{number % STUDENTS}.0", f"pay-{number}"
            asked = {"actor": email(number % STUDENTS), "amount": AMOUNT, "currency": "usd"}
            history.invoke(process, "pay", intent, asked)
            done = {"http": 201, "object": payment_id(number), "amount": AMOUNT, "currency": "usd"}
            history.end(process, "pay", intent, "ok", done)
        history.invoke("a0.0", "trial_balance", "1.0", {})
        history.end("a0.0", "trial_balance", "1.0", "ok", {"http": 200, "balanced": True})
