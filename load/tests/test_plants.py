"""For every checker one lie in a healthy run, and that checker alone finds it: none is there that cannot fail."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from load.checkers import every, money, outcomes, rest
from load.checkers.ledger import digest
from load.checkers.seen import Seen
from load.findings import Finding
from load.tests import made_run

Json = dict[str, Any]
Plant = Callable[[Json, list[Json]], None]
LOGS: Final = "money: no log holds a secret"
CARD: Final = "4242" * 4
PLAIN: Final = 5  # a payment with nothing special about it
LONE: Final = 1  # whose subscription heard of all events in their order


def append(side: str, row: Json) -> Plant:
    return lambda stored, _: stored[side].append(row)


def remove(side: str, place: int) -> Plant:
    return lambda stored, _: stored[side].pop(place)


def change(side: str, place: int, **changes: object) -> Plant:
    return lambda stored, _: stored[side][place].update(changes)


def again(side: str, place: int) -> Plant:
    return lambda stored, _: stored[side].append(deepcopy(stored[side][place]))


def put(**parts: object) -> Plant:
    return lambda stored, _: stored.update(parts)


def told(intent: str, **changes: object) -> Plant:
    """Another end of one request."""

    def plant(_: Json, lines: list[Json]) -> None:
        next(line for line in lines if line["intent"] == intent and line["type"] != "invoke").update(changes)

    return plant


def asked(verb: str, intent: str, number: int, **end: object) -> Plant:
    """One more request, of the buyer of a payment."""

    def plant(_: Json, lines: list[Json]) -> None:
        who = {"p": "s9.9", "f": verb, "intent": intent}
        value = {"actor": made_run.email(number % made_run.STUDENTS), "amount": made_run.AMOUNT, "currency": "usd"}
        lines += [{**who, "type": "invoke", "value": value}, {**who, **end}]

    return plant


def both(*plants: Plant) -> Plant:
    def plant(stored: Json, lines: list[Json]) -> None:
        for each in plants:
            each(stored, lines)

    return plant


def posted(*postings: tuple[str, str]) -> Plant:
    """Postings of a cent more in one entry, which both readings of the ledger and its balances have seen."""

    def plant(stored: Json, _: list[Json]) -> None:
        lines = [{"account": name, "direction": way, "amount": 1, "currency": "usd"} for name, way in postings]
        stored["entries"][PLAIN]["postings"] += lines
        _reread(stored)

    return plant


def posted_elsewhere(stored: Json, _: list[Json]) -> None:
    stored["entries"][PLAIN]["postings"][0]["account"] = "cash:elsewhere"
    _reread(stored)


def _reread(stored: Json) -> None:
    stored["entries_before"] = {each["entry_id"]: digest(each) for each in stored["entries"]}
    stored["trial_balance"] = made_run.balances(stored["entries"])


def misread_transaction(stored: Json, _: list[Json]) -> None:
    stored["books"]["transactions"][PLAIN]["net"] -= 1


def misread_balance(stored: Json, _: list[Json]) -> None:
    stored["trial_balance"]["currencies"][0]["accounts"][0]["balance"] += 1


def second_live_subscription(stored: Json, _: list[Json]) -> None:
    stored["subscriptions"].append(made_run.subscription(LONE) | {"account_id": "usr_0"})
    stored["billed"].append(made_run.billed(LONE))


def another_plan_there(stored: Json, _: list[Json]) -> None:
    stored["subscriptions"].append(made_run.subscription(LONE))
    stored["billed"].append(made_run.billed(LONE) | {"status": "past_due"})


def period(starts_at: str, invoice: str) -> Plant:
    """One more paid period, after the one that ends on 25 December."""
    more = {"starts_at": starts_at, "ends_at": "2027-01-25T12:00:00Z", "processor_invoice_id": invoice}
    return lambda stored, _: stored["subscriptions"][0]["periods"].append(more)


def tokens_twice(stored: Json, _: list[Json]) -> None:
    stored["subscriptions"][0]["allowances"] *= 2


def line_of_another_amount(stored: Json, _: list[Json]) -> None:
    stored["invoices"][PLAIN]["lines"][0]["amount"] += 1


def note_of_no_refund(stored: Json, _: list[Json]) -> None:
    note = stored["invoices"][made_run.PAYMENTS]
    number = f"CN-2026-{len(made_run.REFUNDED) + 1:06d}"
    stored["invoices"].append(note | {"document_id": "inv_more", "number": number, "refund_id": None})


def one_done_of_two(stored: Json, lines: list[Json]) -> None:
    """Two requests that look alike, one charge, and no word of which it was."""
    told(f"pay-{PLAIN}", type="info", http=None, object=None)(stored, lines)
    asked("pay", "pay-alike", PLAIN, type="info", http=None)(stored, lines)


CREDIT_NOTE: Final = made_run.PAYMENTS
LAST: Final = made_run.PAYMENTS - 1
REFUND: Final = min(made_run.REFUNDED)
FRESH: Final = made_run.payment(9990)
PLANTS: Final[Mapping[str, Plant]] = {
    "money: processor books add up": misread_transaction,
    "money: entries balance": posted(("suspense", "debit")),
    "money: each transaction is posted once": posted_elsewhere,
    "money: each charge is one payment": change("payments", PLAIN, processor_charge_id="ch_other"),
    "money: each refund is one refund": change("refunds", 0, processor_refund_id="re_other"),
    "money: refunds stay within the payment": change("payments", PLAIN, refunded_amount=1),
    "money: nothing is undecided": append("payments", FRESH | {"status": "processing", "processor_charge_id": None}),
    "money: clients agree": told(f"pay-{PLAIN}", type="fail", http=402),
    "money: nothing happened unasked": lambda stored, _: made_run.add_payment(stored, 9990),
    "money: one effect for each key": asked("pay", "pay-5", 5, type="ok", http=201, object=made_run.payment_id(6)),
    "money: one receipt for each payment": again("mails", PLAIN),
    "money: receipts reach their buyer": change("mails", PLAIN, to="nobody@example.com"),
    "money conserved": asked("pay", "pay-again", 0, type="info", http=202, object=made_run.refund_id(REFUND)),
    money.HEARD: lambda *_: None,
    outcomes.TITLE: one_done_of_two,
    "money: the trial balance holds at every moment": told("1.0", balanced=False),
    rest.TITLE: put(moving=["3 webhooks are not acknowledged"]),
    rest.ALIVE: put(unread="connection refused"),
    "money: answers have Stripe's shape": put(
        fidelity={
            "checked": 9,
            "violated": 1,
            "violations": [{"route": "GET /v1/charges", "path": ".amount", "complaint": "is a word"}],
        }
    ),
    "money: no entry is ever rewritten": change("entries", PLAIN, description="something else"),
    "money: each balance is the sum of its entries": misread_balance,
    "money: transit accounts are empty": posted(("clearing:refund", "debit"), ("suspense", "credit")),
    "money: an account has one live subscription": second_live_subscription,
    "money: both sides know the same": another_plan_there,
    "money: paid periods do not overlap": period("2026-12-25T12:00:00Z", "in_0"),
    "money: months of tokens do not overlap": tokens_twice,
    "money: each live plan is paid for": change("subscriptions", 0, periods=[]),
    "money: paid periods leave no gap": period("2026-12-26T12:00:00Z", "in_later"),
    "money: access follows what was paid": told("0.1", tier="free", rank=0),
    "money: numbers are gap free": change("invoices", LAST, number="INV-2026-000999"),
    "money: numbers rise with time": change("invoices", LAST, issued_at="2026-11-24T12:00:00Z"),
    "money: each payment is one invoice": change("invoices", PLAIN, payment_id=made_run.payment_id(6)),
    "money: each refund is one credit note": change("invoices", CREDIT_NOTE, refund_id="rfd_other"),
    "money: notes name what they correct": change("invoices", CREDIT_NOTE, corrects="INV-2026-000001"),
    "money: lines sum to the amount": line_of_another_amount,
    "money: documents sum to the ledger": note_of_no_refund,
    "money: what was acknowledged is kept": remove("inbox", PLAIN),
    "money: every event has arrived": append("events", made_run.event(9990) | {"acknowledged": False}),
    "money: each event is kept once": again("inbox", PLAIN),
    "money: nothing is kept that was never sent": append("inbox", made_run.kept(9990)),
    "money: no true event is parked": change("inbox", PLAIN, outcome="parked", reason="livemode is True"),
    "money: late events change nothing": change("subscriptions", 0, status="past_due"),
    "money: each refund is told once": remove("mails", made_run.PAYMENTS),
    "money: each sign up is answered once": remove("mails", -1),
    "money: each movement has its audit row": remove("audit", PLAIN),
    "money: the audit log tells of nothing else": append("audit", made_run.audited(9990)),
    "money: each role has its audit row": remove("audit", -1),
    LOGS: lambda *_: None,
    "every refusal is clean": asked("catalogue", "7.0", 0, type="info", http=500),
}
INEVITABLE: Final[Mapping[str, set[str]]] = {
    # Lies that cannot be told to one checker alone.
    "money: processor books add up": {"money: each transaction is posted once"},
    "money: refunds stay within the payment": {"money conserved"},
    "money: clients agree": {"money conserved"},
    "money: nothing happened unasked": {"money conserved"},
    "money: late events change nothing": {"money: both sides know the same"},
    outcomes.TITLE: {"money conserved"},
}
NEVER_FAIL: Final = {outcomes.TITLE, money.HEARD}
"""What these find is no fault of the system's: they take away what was known."""


def found(
    stored: Json, lines: Iterable[Json], unheard: frozenset[str] = frozenset(), logs: Sequence[Path] = ()
) -> list[Finding]:
    seen = made_run.seen(stored, lines)
    return every.findings(Seen(seen.stored, seen.told, unheard, logs))


def log(directory: Path, said: str) -> list[Path]:
    """A log of one request, in which also stands what was said."""
    path = directory / "app.log"
    path.write_text(f'{{"event":"request","status":200}}\n{{"event":"paid","said":"{said}"}}\n', encoding="utf-8")
    return [path]


def titles() -> set[str]:
    """Of all checkers: those that a healthy run hears of, and those that stay silent there."""
    healthy = {each.check for each in found(made_run.snapshot(), made_run.history())}
    return healthy | {each.title for each in every.CHECKERS} | every.TITLES | {money.HEARD}


def test_every_checker_has_its_plant() -> None:
    assert set(PLANTS) == titles()


def test_a_healthy_run_passes_every_checker() -> None:
    wrong = [each for each in found(made_run.snapshot(), made_run.history()) if each.outcome != "pass"]
    assert wrong == []


@pytest.mark.parametrize("title", PLANTS)
def test_a_lie_is_found_by_its_checker_alone(title: str, tmp_path: Path) -> None:
    stored, lines = made_run.snapshot(), list(made_run.history())
    PLANTS[title](stored, lines)
    unheard = frozenset({made_run.email(0)} if title == money.HEARD else ())
    judged = found(stored, lines, unheard, log(tmp_path, CARD if title == LOGS else "nothing"))
    outcome_of = {each.check: each.outcome for each in judged if each.outcome != "pass"}
    assert outcome_of.keys() == {title} | INEVITABLE.get(title, set()), outcome_of
    assert outcome_of[title] == ("unknown" if title in NEVER_FAIL else "fail")


def test_a_plan_that_is_open_before_anybody_asked_for_it_is_found() -> None:
    lines = [line for line in made_run.history() if line["f"] != "subscribe"]
    wrong = {each.check: each.detail for each in found(made_run.snapshot(), lines) if each.outcome == "fail"}
    assert "open-and-never-asked-for" in wrong["money: access follows what was paid"]


@pytest.mark.parametrize(
    "said",
    [
        CARD,
        "sk_test_bench0000000000000000",
        "whsec_0123456789abcdef",
        "ask_live_0123456789",
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2ln",
        "email=ada@example.com&password=correct-horse",
    ],
)
def test_a_secret_in_a_log_is_found_and_not_repeated(tmp_path: Path, said: str) -> None:
    judged = found(made_run.snapshot(), made_run.history(), logs=log(tmp_path, said))
    (wrong,) = (each for each in judged if each.outcome == "fail")
    assert "app.log, line 2" in wrong.detail
    assert said not in wrong.detail


@pytest.mark.parametrize(
    "said", ["4242424242424241", "12.4242424242424242", "password: [hidden]", "pay_4242424242424242"]
)
def test_what_only_looks_like_a_secret_is_none(tmp_path: Path, said: str) -> None:
    judged = found(made_run.snapshot(), made_run.history(), logs=log(tmp_path, said))
    assert [each.detail for each in judged if each.outcome == "fail"] == []
