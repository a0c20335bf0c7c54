"""Trouble that never came has proven nothing: a small run meets all of it, and what it did not meet is told."""

import sys
from pathlib import Path
from subprocess import PIPE, Popen

import httpx

from contract.emulator.payments import pay
from contract.emulator.receiver import Receiver
from contract.emulator.running import client_of, emulator

CHAOS = Path(__file__).parents[2] / "fixtures" / "stripe" / "scenarios" / "webhook-chaos.toml"
CUSTOMERS = 20


def test_twenty_customers_who_pay_meet_every_trouble_of_webhooks(tmp_path: Path, merchant: Receiver) -> None:
    with emulator(tmp_path / "emulator.log", "--scenario", str(CHAOS)) as running, client_of(running) as client:
        client.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": ["*"]})
        for _ in range(CUSTOMERS):
            pay(client, customer=client.v1.customers.create().id)
        told = running.http.get("/_emulator/faults").json()

    assert told["never_bit"] == [], told


def test_what_never_bit_is_told_in_the_answer_on_the_page_and_at_the_end() -> None:
    with Popen(
        [sys.executable, "-m", "fixtures.stripe", "--port", "0", "--scenario", CHAOS.stem],
        stdout=PIPE,
        stderr=PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        url = running.stdout.readline().split()[-1]
        told = httpx.get(f"{url}/_emulator/faults").json()
        page = httpx.get(f"{url}/_emulator/ui/faults").text
        running.terminate()
        said = running.stderr.read().splitlines()

    assert told["never_bit"] == [fault["fault_id"] for fault in told["faults"]]
    assert page.count('<td class="num">never</td>') == len(told["faults"])
    assert said == [f"never bit: {fault['kind']} on {fault['event']}" for fault in told["faults"]]
