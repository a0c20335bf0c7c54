"""Checkout Sessions: what an order comes to, and what becomes of it (docs.stripe.com/api/checkout/sessions)."""

from typing import Any

import pytest
import stripe

from contract.emulator.ordering import CANCEL, SUCCESS, buy, order
from contract.emulator.running import Emulator


@pytest.fixture
def session(client: stripe.StripeClient) -> stripe.checkout.Session:
    return order(client)


def line(amount: object = 500, quantity: object = 1, currency: str = "usd") -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Kite"}}
    return {"price_data": price, "quantity": quantity}


def test_an_open_session_has_a_page_and_no_payment_yet(session: stripe.checkout.Session) -> None:
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.url is not None


def test_the_lines_make_the_total(client: stripe.StripeClient) -> None:
    made = order(client, line_items=[line(500, 2), line(1999, 1)])
    lines = client.v1.checkout.sessions.line_items.list(made.id)

    assert (made.amount_subtotal, made.amount_total) == (2999, 2999)
    assert [each.amount_total for each in lines.data] == [1000, 1999]


@pytest.mark.parametrize(
    "wrong",
    [
        {"line_items": []},
        {"line_items": [line(-1)]},
        {"line_items": [line(quantity=0)]},
        {"line_items": [line(1)]},
        {"line_items": [line("1.5")]},
        {"line_items": [line(), line(currency="eur")]},
        {"line_items": [line(currency="xxx")]},
        {"line_items": [{"price": "price_nobody", "quantity": 1}]},
        {"success_url": ""},
        {"mode": "nothing"},
        {"expires_at": 1},
    ],
)
def test_an_order_that_cannot_be_is_refused(client: stripe.StripeClient, wrong: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        order(client, **wrong)

    assert refusal.value.http_status == 400


def test_a_paid_session_names_its_payment(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    buy(stand_in, session)
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})

    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert (paid.payment_intent.status, paid.payment_intent.amount_received) == ("succeeded", session.amount_total)


def test_what_is_said_of_the_payment_reaches_it(client: stripe.StripeClient, stand_in: Emulator) -> None:
    made = order(client, payment_intent_data={"metadata": {"order": "7"}, "description": "Kite"}, metadata={"own": "1"})
    buy(stand_in, made)
    paid = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})

    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert (paid.payment_intent.metadata.to_dict(), paid.payment_intent.description) == ({"order": "7"}, "Kite")
    assert paid.metadata is not None
    assert paid.metadata.to_dict() == {"own": "1"}


def test_a_session_is_found_by_its_payment(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    buy(stand_in, session)
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert isinstance(intent, str)

    assert [each.id for each in client.v1.checkout.sessions.list({"payment_intent": intent}).data] == [session.id]


def test_a_payment_by_hand_is_captured_later(client: stripe.StripeClient, stand_in: Emulator) -> None:
    made = order(client, payment_intent_data={"capture_method": "manual"})
    buy(stand_in, made)
    held = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})

    assert isinstance(held.payment_intent, stripe.PaymentIntent)
    assert (held.status, held.payment_intent.status) == ("complete", "requires_capture")


def test_an_expired_session_has_no_page_and_is_told(
    client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    expired = client.v1.checkout.sessions.expire(session.id)
    told = client.v1.events.list({"type": "checkout.session.expired", "limit": 1}).data[0]

    assert (expired.status, expired.url, told.data.object["id"]) == ("expired", None, session.id)


def test_a_session_expires_once(client: stripe.StripeClient, session: stripe.checkout.Session) -> None:
    client.v1.checkout.sessions.expire(session.id)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_a_paid_session_does_not_expire(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    buy(stand_in, session)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_an_expired_session_leaves_no_payment_behind(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    buy(stand_in, session, card_number="4000000000000002")
    client.v1.checkout.sessions.expire(session.id)
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert isinstance(intent, str)

    assert client.v1.payment_intents.retrieve(intent).status == "canceled"


def test_the_addresses_are_kept_as_given(session: stripe.checkout.Session) -> None:
    assert (session.success_url, session.cancel_url) == (SUCCESS, CANCEL)


@pytest.fixture
def tried(client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session) -> str:
    """The payment of a session whose first card was declined."""
    buy(stand_in, session, card_number="4000000000000002")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert isinstance(intent, str)
    return intent


def test_the_payment_of_a_session_cannot_be_cancelled_apart_from_it(client: stripe.StripeClient, tried: str) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(tried)


def test_the_payment_of_a_session_cannot_be_confirmed_apart_from_it(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session, tried: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.confirm(tried, {"payment_method": "pm_card_visa"})
    buy(stand_in, session)

    charges = client.v1.charges.list({"payment_intent": tried}).data
    assert sorted(charge.status for charge in charges) == ["failed", "succeeded"]
