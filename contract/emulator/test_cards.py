"""What the test cards do (docs.stripe.com/testing), and what a decline leaves behind."""

import pytest
import stripe

from contract.emulator.payments import card, charge_of, declined, intent_of, pay

DECLINES = [
    ("4000000000000002", "pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("4000000000000119", "pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
]


@pytest.mark.parametrize(("number", "token", "code", "reason"), DECLINES)
def test_a_declining_token_declines_with_its_reason(
    client: stripe.StripeClient, number: str, token: str, code: str, reason: str
) -> None:
    refusal = declined(client, token)

    assert refusal.error is not None
    # Stripe sends a decline code with an expired card or a wrong CVC, but not in every version: the code decides.
    assert (refusal.http_status, refusal.code, number[-4:]) == (402, code, intent_card(refusal))
    assert code != "card_declined" or refusal.error.decline_code == reason


def intent_card(refusal: stripe.CardError) -> str | None:
    """The last four digits of the card that a refusal is about."""
    assert refusal.error is not None
    method = refusal.error.payment_method
    assert method is not None, refusal.json_body
    assert method.card is not None
    return method.card.last4


@pytest.mark.parametrize(("number", "token", "code", "reason"), DECLINES)
def test_a_declining_number_declines_like_its_token(
    client: stripe.StripeClient, number: str, token: str, code: str, reason: str
) -> None:
    by_number, by_token = declined(client, card(client, number)), declined(client, token)

    assert (by_number.code, by_number.user_message) == (code, by_token.user_message), reason


@pytest.mark.parametrize("token", ["pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_bypassPending"])
def test_an_approved_card_pays(client: stripe.StripeClient, token: str) -> None:
    intent = pay(client, token)

    assert (intent.status, intent.amount_received) == ("succeeded", 2000)


def test_a_decline_leaves_the_intent_open_for_another_card(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.retrieve(intent_of(declined(client, "pm_card_visa_chargeDeclined")).id)

    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == "generic_decline"


def test_a_declined_intent_is_paid_by_another_card(client: stripe.StripeClient) -> None:
    intent = intent_of(declined(client, "pm_card_visa_chargeDeclined"))
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


def test_a_decline_leaves_a_failed_charge_that_moved_nothing(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.retrieve(intent_of(declined(client, "pm_card_visa_chargeDeclined")).id)
    charge = charge_of(client, intent)

    assert (charge.status, charge.paid, charge.captured, charge.balance_transaction) == ("failed", False, False, None)
    assert charge.failure_code == "card_declined"


def test_a_declining_card_cannot_be_attached(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({})

    with pytest.raises(stripe.CardError):
        client.v1.payment_methods.attach(card(client, "4000000000000002"), {"customer": customer.id})


def test_a_card_may_attach_and_decline_later(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({})
    method = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})

    with pytest.raises(stripe.CardError, match="declined"):
        pay(client, method.id, customer=customer.id)


def test_a_token_gives_a_fresh_payment_method_each_time(client: stripe.StripeClient) -> None:
    assert pay(client).payment_method != pay(client).payment_method


def test_a_payment_method_used_without_a_customer_is_spent(client: stripe.StripeClient) -> None:
    method = card(client, "4242424242424242")
    pay(client, method)

    with pytest.raises(stripe.InvalidRequestError):
        pay(client, method)


@pytest.mark.parametrize(
    ("number", "details", "code"),
    [
        ("4242424242424241", {}, "incorrect_number"),
        ("4242424242424242", {"exp_month": 13}, "invalid_expiry_month"),
        ("4242424242424242", {"exp_year": 1999}, "invalid_expiry_year"),
        ("4242424242424242", {"cvc": "1"}, "invalid_cvc"),
    ],
)
def test_a_card_that_cannot_be_is_refused(
    client: stripe.StripeClient, number: str, details: dict[str, object], code: str
) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        card(client, number, **details)

    assert (refusal.value.http_status, refusal.value.code) == (402, code)


def test_a_card_number_is_never_answered_back(client: stripe.StripeClient) -> None:
    method = client.v1.payment_methods.retrieve(card(client, "4242424242424242"))

    assert "4242424242424242" not in str(method)
