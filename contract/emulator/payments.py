"""One call that pays, in the terms of Stripe's client, for tests whose subject is what comes after."""

from typing import TYPE_CHECKING, Final, cast

import stripe

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams, PaymentMethodCreateParams

RETURN_URL: Final = "https://merchant.example/return"


def pay(
    client: stripe.StripeClient, method: str = "pm_card_visa", amount: int = 2000, currency: str = "usd", **more: object
) -> stripe.PaymentIntent:
    """Creates and confirms in one call; raises CardError when the card is declined."""
    params = {
        "amount": amount,
        "currency": currency,
        "confirm": True,
        "payment_method": method,
        "allowed_payment_method_types": ["card"],
    }
    return client.v1.payment_intents.create(cast("PaymentIntentCreateParams", params | more))


def card(client: stripe.StripeClient, number: str, **more: object) -> str:
    """A payment method of this card number; raises CardError when no such card can be."""
    details = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "314"} | more
    params = cast("PaymentMethodCreateParams", {"type": "card", "card": details})
    return client.v1.payment_methods.create(params).id


def declined(client: stripe.StripeClient, method: str, *, off_session: bool = False) -> stripe.CardError:
    """The refusal of a payment of a card without a customer, which must be declined."""
    try:
        intent = pay(client, method, off_session=off_session)
    except stripe.CardError as refusal:
        return refusal
    raise AssertionError(f"{method} was not declined: {intent.id} is {intent.status}")


def intent_of(refusal: stripe.CardError) -> stripe.PaymentIntent:
    """The PaymentIntent that a decline carries."""
    assert refusal.error is not None, refusal
    assert refusal.error.payment_intent is not None, refusal
    return refusal.error.payment_intent


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    assert isinstance(intent.latest_charge, str), intent
    return client.v1.charges.retrieve(intent.latest_charge)
