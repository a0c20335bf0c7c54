"""Faults on request: what the client sees, whether the effect happened, and that each bite is counted."""

from collections.abc import Iterator
from itertools import count
from time import monotonic

import httpx
import pytest
import stripe

from contract.emulator.running import API_KEY, Emulator
from fixtures.emulator import FaultKind

pytestmark = pytest.mark.proves("C1.3")

_numbers = count(1)


@pytest.fixture(autouse=True)
def peace(stand_in: Emulator) -> Iterator[None]:
    """Faults ordered by a test end with it."""
    yield
    stand_in.control.clear_faults()


@pytest.fixture
def email() -> str:
    return f"fault-{next(_numbers)}@example.com"


def order(
    stand_in: Emulator,
    kind: FaultKind,
    *,
    route: str = "POST /v1/customers",
    times: int | None = 1,
    delay_s: float | None = None,
) -> None:
    stand_in.control.fault(kind, route=route, times=times, delay_s=delay_s)


def bites(stand_in: Emulator) -> list[int]:
    return [fault.bit for fault in stand_in.control.faults()]


def customers_with(stand_in: Emulator, email: str) -> int:
    return len(stand_in.get("/v1/customers", {"email": email}).json()["data"])


@pytest.mark.parametrize(
    ("kind", "answer", "effects"),
    [
        ("error_500_before", (500, None), 0),
        ("error_500_after", (500, None), 1),
        ("rate_limit_429", (429, "rate_limit"), 0),
        ("lock_timeout", (429, "lock_timeout"), 0),
        ("conflict_409", (409, "idempotency_key_in_use"), 0),
    ],
)
def test_a_fault_answers_as_the_processor_would(
    stand_in: Emulator, email: str, kind: FaultKind, answer: tuple[int, str | None], effects: int
) -> None:
    order(stand_in, kind)
    reply = stand_in.post("/v1/customers", {"email": email})

    assert (reply.status_code, reply.json()["error"].get("code")) == answer
    assert (customers_with(stand_in, email), bites(stand_in)) == (effects, [1])


def test_a_lost_reply_has_had_its_effect(stand_in: Emulator, email: str) -> None:
    order(stand_in, "reply_lost")
    with pytest.raises(httpx.RemoteProtocolError):
        stand_in.post("/v1/customers", {"email": email})

    assert (customers_with(stand_in, email), bites(stand_in)) == (1, [1])


def test_a_lost_reply_is_a_connection_error_to_the_sdk(
    client: stripe.StripeClient, stand_in: Emulator, email: str
) -> None:
    order(stand_in, "reply_lost")

    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"email": email})


def test_a_slow_reply_comes_late_and_whole(stand_in: Emulator, email: str) -> None:
    order(stand_in, "slow", delay_s=0.4)
    before = monotonic()
    reply = stand_in.post("/v1/customers", {"email": email})

    assert monotonic() - before >= 0.4
    assert (reply.status_code, reply.json()["email"], bites(stand_in)) == (200, email, [1])


def test_a_rate_limit_says_which(stand_in: Emulator) -> None:
    order(stand_in, "rate_limit_429")
    reply = stand_in.post("/v1/customers")

    assert reply.headers["Stripe-Rate-Limited-Reason"] == "global-rate"


def test_an_object_lock_is_no_rate_limit(stand_in: Emulator) -> None:
    order(stand_in, "lock_timeout")

    assert "Stripe-Rate-Limited-Reason" not in stand_in.post("/v1/customers").headers


def test_the_sdk_gets_over_a_fault_by_its_own_retry(stand_in: Emulator, email: str) -> None:
    http = stripe.RequestsClient()
    patient = stripe.StripeClient(
        API_KEY, base_addresses={"api": stand_in.url}, max_network_retries=1, http_client=http
    )
    order(stand_in, "reply_lost")
    customer = patient.v1.customers.create({"email": email})
    http.close()  # type: ignore[no-untyped-call]  # theirs has no annotation

    assert (customer.email, customers_with(stand_in, email), bites(stand_in)) == (email, 1, [1])


def test_a_fault_bites_as_often_as_ordered(stand_in: Emulator) -> None:
    order(stand_in, "error_500_before", times=2)
    statuses = [stand_in.post("/v1/customers").status_code for _ in range(3)]

    assert (statuses, bites(stand_in)) == ([500, 500, 200], [2])


def test_a_fault_bites_its_own_route_only(stand_in: Emulator) -> None:
    order(stand_in, "error_500_before")
    reply = stand_in.post("/v1/payment_intents", {"amount": 500, "currency": "usd"})

    assert (reply.status_code, bites(stand_in)) == (200, [0])


def test_a_fault_on_every_route_bites_any(stand_in: Emulator) -> None:
    order(stand_in, "error_500_before", route="*")

    assert stand_in.get("/v1/events").status_code == 500


def test_a_fault_without_end_ends_when_cleared(stand_in: Emulator) -> None:
    order(stand_in, "error_500_before", times=None)
    faulty = [stand_in.post("/v1/customers").status_code for _ in range(3)]
    stand_in.control.clear_faults()

    assert (faulty, stand_in.post("/v1/customers").status_code) == ([500] * 3, 200)


def test_the_journal_names_the_fault_that_bit(stand_in: Emulator, email: str) -> None:
    order(stand_in, "error_500_after")
    stand_in.post("/v1/customers", {"email": email})
    entry = next(call for call in stand_in.control.journal() if call.params.get("email") == email)

    assert (entry.route, entry.status, entry.fault) == ("POST /v1/customers", 500, "error_500_after")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "earthquake"},
        {"kind": "slow", "times": 0},
        {"kind": "slow", "probability": 2},
        {"kind": "slow", "x": 1},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(stand_in: Emulator, wrong: dict[str, object]) -> None:
    assert stand_in.http.post("/_emulator/faults", json=wrong).status_code == 400
