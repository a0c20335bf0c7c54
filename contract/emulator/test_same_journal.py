"""The same scenario, seed and calls write the same journal, byte for byte: two processes, on other ports."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
import pytest

from contract.emulator.receiver import receiver
from contract.emulator.running import Emulator, emulator

pytestmark = pytest.mark.proves("C1.6")

SCENARIO = Path(__file__).parents[2] / "fixtures" / "stripe" / "scenarios" / "same-twice.toml"
DAY_S = 86_400
SANDBOX_ATTEMPTS = 4
ORDERS = ("as_sent", "reversed", "shuffled", "per_object")
TROUBLE = ("duplicated", "delayed", "reordered", "dropped", "unknown_type", "burst")
CARD = {
    "payment_method": "pm_card_visa",
    "confirm": "true",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}

Play = Callable[..., bytes]


def written(running: Emulator) -> bytes:
    """The journal after a day at the shop, before two receivers: one takes all, one takes no charge."""
    with receiver() as patient, receiver() as picky:
        picky.by_type = {"charge.succeeded": 503}
        for each in (patient, picky):
            running.post("/v1/webhook_endpoints", {"url": each.url, "enabled_events[0]": "*"})
        for number in range(8):
            customer = running.post("/v1/customers", {"name": f"Customer {number}"}, Idempotency_Key=f"c{number}")
            named = {"customer": customer.json()["id"]} if customer.is_success else {}
            running.post("/v1/payment_intents", {"amount": 500 + number, "currency": "usd", **CARD, **named})
            running.get("/v1/no_such_family")
        running.control.advance_clock(5 * DAY_S)
        return running.http.get("/_emulator/journal.jsonl").content


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def once(*options: str, order: str | None = None, trouble: tuple[str, ...] = ()) -> bytes:
        with emulator(tmp_path / "emulator.log", "--scenario", str(SCENARIO), *options) as running:
            if order is not None:
                running.http.post("/_emulator/webhooks", json={"order": order, "workers": 16}).raise_for_status()
            for kind in trouble:
                ordered(running, kind)
            return written(running)

    return once


def ordered(running: Emulator, kind: str) -> httpx.Response:
    answer = running.http.post("/_emulator/faults", json={"kind": kind, "times": None, "probability": 0.2})
    return answer.raise_for_status()


def lines(journal: bytes) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in journal.splitlines()]


def test_the_same_run_is_written_alike(play: Play) -> None:
    first, second = play(), play()

    assert first == second


@pytest.mark.parametrize("order", ORDERS)
def test_it_is_so_with_many_workers_and_all_sorts_of_trouble(play: Play, order: str) -> None:
    first, second = play(order=order, trouble=TROUBLE), play(order=order, trouble=TROUBLE)

    assert first == second
    assert {line["fault"] for line in lines(first)} >= set(TROUBLE)


def test_another_seed_is_another_run(play: Play) -> None:
    assert play("--seed", "1") != play("--seed", "2")


def test_calls_and_deliveries_stand_in_one_order_and_none_is_missing(play: Play) -> None:
    journal = lines(play())

    assert [line["line"] for line in journal] == list(range(1, len(journal) + 1))
    assert {line["kind"] for line in journal} == {"call", "delivery"}


def test_retries_of_days_are_made_without_waiting_for_them(play: Play) -> None:
    refused = [line for line in lines(play()) if line.get("type") == "charge.succeeded" and line["status"] == 503]
    tries = Counter(line["event_id"] for line in refused)

    assert set(tries.values()) == {SANDBOX_ATTEMPTS}
