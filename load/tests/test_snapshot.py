import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from fixtures.client.ledger import LedgerEntry, Posting
from fixtures.emulator import Call
from fixtures.mailbox import Message
from load.checkers.ledger import digest
from load.snapshot import applied_after, promised, shown


def call(request_id: str, at: float) -> Call:
    return Call(1, at, "POST", "/v1/payment_intents", "", None, 200, {}, request_id, replayed=False, fault=None)


def event(event_id: str, request_id: str | None) -> dict[str, Any]:
    return {"id": event_id, "type": "charge.succeeded", "request": {"id": request_id}}


def delivery(event_id: str, at: float, status: int | None) -> dict[str, Any]:
    told = {"event_id": event_id, "type": "charge.succeeded"}
    return told | {"at": at, "elapsed_s": 0.02, "status": status}


def test_a_webhook_counts_from_the_call_that_caused_it_to_its_first_acknowledgement() -> None:
    tries = [delivery("evt_1", 10.1, 500), delivery("evt_1", 11.1, 200), delivery("evt_1", 15.0, 200)]
    assert applied_after([call("req_1", 10.0)], tries, [event("evt_1", "req_1")]) == [(10.0, 1120.0)]


def test_what_nobody_acknowledged_or_nobody_caused_has_no_figure() -> None:
    events = [event("evt_1", "req_1"), event("evt_2", None)]
    tries = [delivery("evt_1", 10.1, None), delivery("evt_2", 10.1, 200)]
    assert applied_after([call("req_1", 10.0)], tries, events) == []


def test_events_are_kept_that_were_promised_or_that_the_system_has_from_elsewhere() -> None:
    told = [
        event(f"evt_{n}", None) | {"pending_webhooks": int(n == 2), "data": {"object": {"id": "ch_1"}}}
        for n in range(5)
    ]
    tries = [delivery("evt_0", 1.0, 500), delivery("evt_1", 1.0, 500), delivery("evt_1", 2.0, 200)]
    found = {each["id"]: each["acknowledged"] for each in promised(told, tries, {"evt_3"})}
    assert found == {"evt_0": False, "evt_1": True, "evt_2": False, "evt_3": False}


def test_an_entry_reads_the_same_from_the_system_and_from_the_file() -> None:
    posted_at = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)
    read = asdict(LedgerEntry("ent_1", "capture:ch_1", "Payment", posted_at, (Posting("cash", "debit", 1, "usd"),)))
    kept = json.loads(json.dumps(read, default=str))
    assert digest(read) == digest(kept)
    assert digest(read) != digest(kept | {"description": "Payment of another"})


def message(received: int, text: str, message_id: str) -> Message:
    return Message(received, "shop@example.com", ("ada@example.com",), "Your refund for tokens", text, "", message_id)


def test_a_mail_that_came_twice_under_one_name_is_seen_once_and_names_its_refund() -> None:
    refund = f"rfd_{7:026d}"
    sent_again = [
        message(1, f"Refund number: {refund}", "<1@shop>"),
        message(2, f"Refund number: {refund}", "<1@shop>"),
    ]
    found = shown(
        [*sent_again, message(3, "nothing", "<2@shop>"), message(4, "no name", ""), message(5, "no name", "")]
    )
    assert [each["refund"] for each in found] == [refund, None, None, None]


def test_an_event_of_an_unknown_type_was_sent_all_the_same() -> None:
    told = [event("evt_1", "req_1") | {"pending_webhooks": 0, "data": {"object": {"id": "ch_1"}}}]
    tries = [delivery("evt_1", 10.1, 200), delivery("evt_1_unknown", 10.1, 200) | {"type": "type.of_tomorrow"}]

    found = {each["id"]: (each["type"], each["acknowledged"]) for each in promised(told, tries, set())}

    assert found == {"evt_1": ("charge.succeeded", True), "evt_1_unknown": ("type.of_tomorrow", True)}
