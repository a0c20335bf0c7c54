"""3-D Secure: a payment that waits for the buyer, and what becomes of it."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import stripe

from contract.emulator.payments import RETURN_URL, charge_of, declined, pay
from contract.emulator.running import Emulator


@pytest.fixture
def waiting(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return pay(client, "pm_card_authenticationRequired", return_url=RETURN_URL)


def page_of(intent: stripe.PaymentIntent) -> str:
    assert intent.next_action is not None, intent
    assert intent.next_action.redirect_to_url is not None, intent
    assert intent.next_action.redirect_to_url.url is not None, intent
    return intent.next_action.redirect_to_url.url


def answer(stand_in: Emulator, intent: stripe.PaymentIntent, outcome: str) -> httpx.Response:
    return stand_in.http.post(page_of(intent), data={"outcome": outcome})


def test_a_card_that_asks_for_authentication_redirects(waiting: stripe.PaymentIntent) -> None:
    assert waiting.status == "requires_action"
    assert urlsplit(page_of(waiting)).path == f"/authenticate/{waiting.id}"


def test_nothing_moves_before_authentication(client: stripe.StripeClient, waiting: stripe.PaymentIntent) -> None:
    assert (waiting.amount_received, client.v1.charges.list({"payment_intent": waiting.id}).data) == (0, [])


def test_a_completed_authentication_pays(
    stand_in: Emulator, client: stripe.StripeClient, waiting: stripe.PaymentIntent
) -> None:
    answer(stand_in, waiting, "complete")
    paid = client.v1.payment_intents.retrieve(waiting.id)

    assert (paid.status, charge_of(client, paid).paid, paid.next_action) == ("succeeded", True, None)


def test_a_completed_authentication_returns_to_the_merchant(stand_in: Emulator, waiting: stripe.PaymentIntent) -> None:
    reply = answer(stand_in, waiting, "complete")
    query = parse_qs(urlsplit(reply.headers["Location"]).query)

    assert reply.status_code == 303
    assert query["payment_intent"] == [waiting.id]
    assert query["payment_intent_client_secret"] == [waiting.client_secret]
    assert query["redirect_status"] == ["succeeded"]


def test_a_failed_authentication_leaves_the_intent_unpaid(
    stand_in: Emulator, client: stripe.StripeClient, waiting: stripe.PaymentIntent
) -> None:
    reply = answer(stand_in, waiting, "fail")
    intent = client.v1.payment_intents.retrieve(waiting.id)

    assert parse_qs(urlsplit(reply.headers["Location"]).query)["redirect_status"] == ["failed"]
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"


def test_an_answer_given_twice_pays_once(
    stand_in: Emulator, client: stripe.StripeClient, waiting: stripe.PaymentIntent
) -> None:
    for _ in range(2):
        answer(stand_in, waiting, "complete")

    assert [charge.status for charge in client.v1.charges.list({"payment_intent": waiting.id}).data] == ["succeeded"]


def test_a_card_may_authenticate_and_then_decline(stand_in: Emulator, client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_threeDSecureRequiredChargeDeclined", return_url=RETURN_URL)
    answer(stand_in, intent, "complete")
    after = client.v1.payment_intents.retrieve(intent.id)

    assert after.last_payment_error is not None
    assert (after.status, after.last_payment_error.code) == ("requires_payment_method", "card_declined")


def test_a_payment_without_the_buyer_cannot_authenticate(client: stripe.StripeClient) -> None:
    refusal = declined(client, "pm_card_authenticationRequired", off_session=True)

    assert refusal.code == "authentication_required"


def test_a_return_address_keeps_its_own_query(stand_in: Emulator, client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_authenticationRequired", return_url=f"{RETURN_URL}?order=7")
    query = parse_qs(urlsplit(answer(stand_in, intent, "complete").headers["Location"]).query)

    assert (query["order"], query["redirect_status"]) == (["7"], ["succeeded"])


def test_a_cancelled_intent_cannot_be_authenticated(
    stand_in: Emulator, client: stripe.StripeClient, waiting: stripe.PaymentIntent
) -> None:
    page = page_of(waiting)
    client.v1.payment_intents.cancel(waiting.id)
    reply = stand_in.http.post(page, data={"outcome": "complete"})

    assert reply.status_code in {200, 303, 409}
    assert client.v1.payment_intents.retrieve(waiting.id).status == "canceled"
