"""Authorise, capture, cancel and give back: the amounts, and the transitions that must not be."""

import pytest
import stripe

from contract.emulator.payments import charge_of, pay


@pytest.fixture
def held(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return pay(client, capture_method="manual")


@pytest.fixture
def paid(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return pay(client)


def test_an_authorisation_holds_and_moves_nothing(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    charge = charge_of(client, held)

    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 2000, 0)
    assert (charge.captured, charge.paid, charge.balance_transaction) == (False, True, None)


def test_a_capture_takes_all(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    captured = client.v1.payment_intents.capture(held.id)

    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 2000, 0)


def test_a_partial_capture_takes_its_part(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    captured = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700})
    charge = charge_of(client, captured)

    assert (captured.amount_received, charge.amount_captured, charge.amount) == (700, 700, 2000)


def test_a_partial_capture_books_its_part(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    charge = charge_of(client, client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700}))
    assert isinstance(charge.balance_transaction, str)
    booked = client.v1.balance_transactions.retrieve(charge.balance_transaction)

    assert (booked.amount, booked.net, booked.source) == (700, 700 - booked.fee, charge.id)


def test_a_capture_of_more_than_is_held_is_refused(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(held.id, {"amount_to_capture": 2001})

    assert (refusal.value.http_status, refusal.value.code) == (400, "amount_too_large")


def test_a_second_capture_is_refused(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    client.v1.payment_intents.capture(held.id)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(held.id)

    assert refusal.value.code == "payment_intent_unexpected_state"


def test_a_cancelled_authorisation_releases_the_money(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    cancelled = client.v1.payment_intents.cancel(held.id, {"cancellation_reason": "requested_by_customer"})
    charge = charge_of(client, held)

    assert (cancelled.status, cancelled.amount_capturable) == ("canceled", 0)
    assert (cancelled.cancellation_reason, charge.refunded) == ("requested_by_customer", True)


@pytest.mark.parametrize("verb", ["capture", "confirm"])
def test_a_cancelled_intent_stays_cancelled(client: stripe.StripeClient, held: stripe.PaymentIntent, verb: str) -> None:
    client.v1.payment_intents.cancel(held.id)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        getattr(client.v1.payment_intents, verb)(held.id)

    assert refusal.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize("verb", ["cancel", "confirm", "capture"])
def test_a_paid_intent_is_final(client: stripe.StripeClient, paid: stripe.PaymentIntent, verb: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        getattr(client.v1.payment_intents, verb)(paid.id)

    assert refusal.value.code == "payment_intent_unexpected_state"


def test_the_amount_of_a_paid_intent_cannot_change(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.update(paid.id, {"amount": 1})

    assert client.v1.payment_intents.retrieve(paid.id).amount == 2000


def test_a_refund_gives_back_all(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid.id})
    charge = charge_of(client, paid)

    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 2000, charge.id)
    assert (charge.refunded, charge.amount_refunded) == (True, 2000)


def test_a_partial_refund_leaves_the_rest(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 500})
    charge = charge_of(client, paid)

    assert (charge.refunded, charge.amount_refunded) == (False, 500)


def test_a_refund_is_booked_as_money_out(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 500})
    assert isinstance(refund.balance_transaction, str)
    booked = client.v1.balance_transactions.retrieve(refund.balance_transaction)

    assert (booked.amount, booked.fee, booked.net, booked.type) == (-500, 0, -500, "refund")


def test_refunds_never_exceed_what_was_paid(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 1500})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 501})

    assert refusal.value.http_status == 400
    assert charge_of(client, paid).amount_refunded == 1500


def test_what_was_given_back_in_full_has_no_more(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    client.v1.refunds.create({"payment_intent": paid.id})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": paid.id})

    assert refusal.value.code == "charge_already_refunded"


def test_no_more_is_given_back_than_was_captured(client: stripe.StripeClient, held: stripe.PaymentIntent) -> None:
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 701})

    assert client.v1.refunds.create({"payment_intent": held.id}).amount == 700


def test_an_unpaid_intent_has_nothing_to_give_back(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "usd"})

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_a_setup_intent_saves_a_card_and_moves_nothing(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({})
    intent = client.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "allowed_payment_method_types": ["card"],
        }
    )
    saved = client.v1.customers.payment_methods.list(customer.id)

    assert (intent.status, [method.id for method in saved.data]) == ("succeeded", [intent.payment_method])


def test_what_a_partial_capture_lets_go_counts_as_refunded(client: stripe.StripeClient) -> None:
    held = pay(client, capture_method="manual")
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    charge = charge_of(client, held)

    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (1500, 500, False)
    assert client.v1.refunds.create({"payment_intent": held.id}).amount == 1500
