"""`--snapshot FILE`: an emulator that is stopped and started again goes on as the one that it was."""

import sys
from pathlib import Path
from signal import SIGINT
from subprocess import PIPE, Popen, run

import pytest
import stripe

from contract.emulator.payments import charge_of, pay
from contract.emulator.receiver import Receiver
from contract.emulator.running import API_KEY, Emulator, emulator

OPTIONS = ("--webhook-retry-s", "0.1", "--webhook-retry-max-s", "0.2")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "world.snapshot"


def client_of(running: Emulator) -> stripe.StripeClient:
    return stripe.StripeClient(API_KEY, base_addresses={"api": running.url}, max_network_retries=0)


def test_a_stopped_emulator_goes_on_where_it_was(file: Path, tmp_path: Path) -> None:
    with emulator(tmp_path / "first.log", "--snapshot", str(file)) as first:
        client = client_of(first)
        charge = charge_of(client, pay(client))
        key = first.post("/v1/customers", {"email": "ada@example.com"}, Idempotency_Key="kept")
        first.control.fault("rate_limit_429", route="POST /v1/refunds", times=2)
        first.control.advance_clock(3600)
        clock = first.http.get("/_emulator/clock").json()["now"]
        books = first.http.get("/_emulator/books").json()
        events = first.http.get("/_emulator/events").text

    with emulator(tmp_path / "second.log", "--snapshot", str(file)) as second:
        again = second.post("/v1/customers", {"email": "ada@example.com"}, Idempotency_Key="kept")
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json() == key.json()
        # Only the pages that objects point to have moved with the address.
        assert second.http.get("/_emulator/events").text == events.replace(first.url, second.url)
        assert second.http.get("/_emulator/books").json() == books
        assert second.http.get("/_emulator/clock").json()["now"] >= clock
        assert [fault.bit for fault in second.control.faults()] == [0]
        assert client_of(second).v1.charges.retrieve(charge.id).balance_transaction == charge.balance_transaction


def test_an_event_that_was_not_acknowledged_is_delivered_after_the_stop(
    file: Path, tmp_path: Path, merchant: Receiver
) -> None:
    merchant.replies = [500] * 3
    with emulator(tmp_path / "first.log", "--snapshot", str(file), "--webhook-retry-s", "30") as first:
        client = client_of(first)
        client.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": ["customer.created"]})
        customer = client.v1.customers.create()
        merchant.wait_for(1)
        first.http.post("/_emulator/webhooks/pause")
        client.v1.customers.create()

    merchant.replies = []
    with emulator(tmp_path / "second.log", "--snapshot", str(file), *OPTIONS) as second:
        assert second.http.get("/_emulator/health").json()["webhooks_paused"]
        second.http.post("/_emulator/webhooks/resume")
        second.http.post("/_emulator/webhooks/advance", json={"seconds": 60})
        told = merchant.wait_for(3)

    assert [each.status for each in told] == [500, 200, 200]
    assert sum(customer.id.encode() in each.body for each in told) == 2
    assert len({each.event_id for each in told}) == 2


def test_it_is_saved_when_a_person_ends_it(file: Path) -> None:
    argv = [sys.executable, "-m", "fixtures.stripe", "--port", "0", "--snapshot", str(file)]
    with Popen(argv, stdout=PIPE, stderr=PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        url = running.stdout.readline().split()[-1]
        stripe.StripeClient(API_KEY, base_addresses={"api": url}).v1.customers.create()
        running.send_signal(SIGINT)
        said = running.stderr.read()

    assert (running.returncode, said) == (0, "")
    assert b"cus_" in file.read_bytes()


def test_it_is_saved_on_request_and_by_a_button(file: Path, tmp_path: Path) -> None:
    with emulator(tmp_path / "emulator.log", "--snapshot", str(file)) as running:
        saved = running.http.post("/_emulator/snapshot").json()
        assert saved == {"file": str(file), "bytes": file.stat().st_size}
        file.unlink()
        pressed = running.http.post("/_emulator/ui/do/snapshot", data={})
        assert (pressed.status_code, file.exists()) == (303, True)


def test_nothing_is_saved_where_nobody_asked_for_it(stand_in: Emulator) -> None:
    answer = stand_in.http.post("/_emulator/snapshot", json={"file": "/tmp/elsewhere"})  # noqa: S108 - must not be written

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "this emulator keeps no snapshot: start it with --snapshot FILE",
    )


@pytest.mark.parametrize("content", [b"", b"not a snapshot\n", b'{"snapshot":"assay stripe emulator","version":0}\n'])
def test_a_file_that_is_no_snapshot_stops_the_start(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    argv = [sys.executable, "-m", "fixtures.stripe", "--port", "0", "--snapshot", str(file)]
    ended = run(argv, capture_output=True, text=True, timeout=30, check=False)

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert "nothing was changed" in ended.stderr
    assert file.read_bytes() == content
