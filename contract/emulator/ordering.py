"""A Checkout Session, and what a payer does on its page, without a browser."""

from typing import TYPE_CHECKING, Final, cast

import httpx
import stripe

from contract.emulator.running import Emulator

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

SUCCESS: Final = "https://merchant.example/paid?session={CHECKOUT_SESSION_ID}"
CANCEL: Final = "https://merchant.example/basket"
GOOD: Final = {"card_number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "314", "name": "Ada Lovelace"}


def order(
    client: stripe.StripeClient, *, currency: str = "usd", amount: int = 4900, name: str = "Python", **more: object
) -> stripe.checkout.Session:
    """A session for one thing."""
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    params = {
        "mode": "payment",
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "line_items": [{"price_data": price, "quantity": 1}],
    }
    return client.v1.checkout.sessions.create(cast("SessionCreateParams", params | more))


def page_of(session: stripe.checkout.Session) -> str:
    assert session.url is not None, session
    return session.url


def buy(stand_in: Emulator, session: stripe.checkout.Session, **typed: str) -> httpx.Response:
    """Sends the form of the page, with a card that pays unless `typed` says otherwise."""
    return stand_in.http.post(page_of(session), data=GOOD | typed)
