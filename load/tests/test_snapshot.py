from typing import Any

from fixtures.emulator import Call
from load.snapshot import applied_after_ms


def call(request_id: str, at: float) -> Call:
    return Call(1, at, "POST", "/v1/payment_intents", "", None, 200, {}, request_id, replayed=False, fault=None)


def event(event_id: str, request_id: str | None) -> dict[str, Any]:
    return {"id": event_id, "type": "charge.succeeded", "request": {"id": request_id}}


def delivery(event_id: str, at: float, status: int | None) -> dict[str, Any]:
    return {"event_id": event_id, "at": at, "elapsed_s": 0.02, "status": status}


def test_a_webhook_counts_from_the_call_that_caused_it_to_its_first_acknowledgement() -> None:
    tries = [delivery("evt_1", 10.1, 500), delivery("evt_1", 11.1, 200), delivery("evt_1", 15.0, 200)]
    assert applied_after_ms([call("req_1", 10.0)], tries, [event("evt_1", "req_1")]) == [1120.0]


def test_what_nobody_acknowledged_or_nobody_caused_has_no_figure() -> None:
    events = [event("evt_1", "req_1"), event("evt_2", None)]
    tries = [delivery("evt_1", 10.1, None), delivery("evt_2", 10.1, 200)]
    assert applied_after_ms([call("req_1", 10.0)], tries, events) == []
