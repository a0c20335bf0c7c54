"""A key runs a request once (docs.stripe.com/api/idempotent_requests)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import httpx
import pytest

from contract.emulator.running import Emulator

pytestmark = pytest.mark.proves("C1.2")

_numbers = count(1)


@pytest.fixture
def key() -> str:
    return f"contract-idempotency-{next(_numbers)}"


@pytest.fixture
def fault(stand_in: Emulator) -> Iterator[None]:
    """Faults ordered by the test end with it."""
    yield
    stand_in.control.clear_faults()


def customers_with(stand_in: Emulator, email: str) -> int:
    return len(stand_in.get("/v1/customers", {"email": email}).json()["data"])


def test_a_second_request_with_the_key_gets_the_same_bytes(stand_in: Emulator, key: str) -> None:
    first = stand_in.post("/v1/customers", {"email": f"{key}@example.com"}, Idempotency_Key=key)
    second = stand_in.post("/v1/customers", {"email": f"{key}@example.com"}, Idempotency_Key=key)

    assert (second.status_code, second.content) == (first.status_code, first.content)


def test_a_second_request_with_the_key_has_no_second_effect(stand_in: Emulator, key: str) -> None:
    for _ in range(3):
        stand_in.post("/v1/customers", {"email": f"{key}@example.com"}, Idempotency_Key=key)

    assert customers_with(stand_in, f"{key}@example.com") == 1


def test_only_a_replay_says_that_it_is_one(stand_in: Emulator, key: str) -> None:
    replies = [stand_in.post("/v1/customers", Idempotency_Key=key) for _ in range(2)]

    assert [reply.headers.get("Idempotent-Replayed") for reply in replies] == [None, "true"]


def test_the_key_is_echoed(stand_in: Emulator, key: str) -> None:
    assert stand_in.post("/v1/customers", Idempotency_Key=key).headers["Idempotency-Key"] == key


def test_a_key_that_comes_with_other_parameters_is_refused(stand_in: Emulator, key: str) -> None:
    stand_in.post("/v1/customers", {"name": "Ada"}, Idempotency_Key=key)
    reply = stand_in.post("/v1/customers", {"name": "Eve"}, Idempotency_Key=key)

    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_key_that_comes_on_another_route_is_refused(stand_in: Emulator, key: str) -> None:
    stand_in.post("/v1/customers", {"description": "x"}, Idempotency_Key=key)
    reply = stand_in.post("/v1/setup_intents", {"description": "x"}, Idempotency_Key=key)

    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "idempotency_error")


@pytest.mark.usefixtures("fault")
def test_of_two_requests_at_once_one_is_a_conflict(stand_in: Emulator, key: str) -> None:
    stand_in.control.fault("slow", route="POST /v1/customers", delay_s=1.0)
    replies = two_at_once(stand_in, key)

    assert sorted(reply.status_code for reply in replies) == [200, 409]


@pytest.mark.usefixtures("fault")
def test_a_conflict_is_not_remembered(stand_in: Emulator, key: str) -> None:
    stand_in.control.fault("slow", route="POST /v1/customers", delay_s=1.0)
    created = next(reply for reply in two_at_once(stand_in, key) if reply.status_code == 200)
    later = stand_in.post("/v1/customers", Idempotency_Key=key)

    assert (later.status_code, later.content) == (200, created.content)


def two_at_once(stand_in: Emulator, key: str) -> list[httpx.Response]:
    ready = Barrier(2)

    def post() -> httpx.Response:
        ready.wait()
        return stand_in.post("/v1/customers", Idempotency_Key=key)

    with ThreadPoolExecutor(2) as pool:
        return [task.result() for task in [pool.submit(post), pool.submit(post)]]


@pytest.mark.usefixtures("fault")
def test_a_500_of_an_executed_request_is_replayed(stand_in: Emulator, key: str) -> None:
    stand_in.control.fault("error_500_after", route="POST /v1/customers")
    first, second = (stand_in.post("/v1/customers", Idempotency_Key=key) for _ in range(2))

    assert (first.status_code, second.status_code, second.content) == (500, 500, first.content)


@pytest.mark.usefixtures("fault")
def test_a_request_that_was_executed_before_its_reply_was_lost_is_not_executed_again(
    stand_in: Emulator, key: str
) -> None:
    stand_in.control.fault("reply_lost", route="POST /v1/customers")
    with pytest.raises(httpx.TransportError):
        stand_in.post("/v1/customers", {"email": f"{key}@example.com"}, Idempotency_Key=key)
    again = stand_in.post("/v1/customers", {"email": f"{key}@example.com"}, Idempotency_Key=key)

    assert (again.status_code, customers_with(stand_in, f"{key}@example.com")) == (200, 1)


def test_a_decline_is_replayed(stand_in: Emulator, key: str) -> None:
    body = {"amount": 2000, "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa_chargeDeclined"}
    card_only = {"allowed_payment_method_types[]": "card"}
    first, second = (stand_in.post("/v1/payment_intents", body | card_only, Idempotency_Key=key) for _ in range(2))

    assert (first.status_code, second.status_code, second.content) == (402, 402, first.content)


def test_a_request_that_failed_validation_may_be_corrected_under_its_key(stand_in: Emulator, key: str) -> None:
    wrong = stand_in.post("/v1/customers", {"emial": "ada@example.com"}, Idempotency_Key=key)
    right = stand_in.post("/v1/customers", {"email": "ada@example.com"}, Idempotency_Key=key)

    assert (wrong.status_code, right.status_code) == (400, 200)


def test_a_key_longer_than_255_characters_is_refused(stand_in: Emulator) -> None:
    assert stand_in.post("/v1/customers", Idempotency_Key="k" * 256).status_code == 400
