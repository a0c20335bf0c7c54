"""Someone who learns here: signs up, buys tokens, looks up what was paid, and now and then wants the money back."""

from functools import partial
from typing import Any, Final

from fixtures.builders import person
from fixtures.client import Item, Payment, Refund
from load.visit import CREATED, Ended, Visit

GOOD_CARD: Final = "pm_card_visa"
DECLINED_CARD: Final = "pm_card_chargeDeclined"
_DECLINED: Final = frozenset({402})


def buy(visit: Visit) -> None:
    """Look at the offer, pay, and read the receipt."""
    visit.ask("catalogue", visit.person.visitor.catalogue)
    paid = _pay(visit, GOOD_CARD, attempt=0)
    if paid.end == "ok":
        visit.ask("payment", partial(visit.person.buyer.payment, paid.value.payment_id))


def buy_after_decline(visit: Visit) -> None:
    """The first card is declined, the second is not: two intents, one charge."""
    _pay(visit, DECLINED_CARD, attempt=0, expected=_DECLINED)
    _pay(visit, GOOD_CARD, attempt=1)


def buy_and_refund(visit: Visit) -> None:
    paid = _pay(visit, GOOD_CARD, attempt=0)
    if paid.end != "ok":
        return
    payment: Payment = paid.value
    key = f"refund-{visit.run.seed}-{visit.arrival.number}"
    about = _asked(visit, payment.amount, payment.currency) | {"payment": payment.payment_id}
    send = partial(visit.person.buyer.refund, payment.payment_id, key=key)
    visit.ask_until_known("refund", send, key, value=about, note=_refund, expected=CREATED)


def join(visit: Visit) -> None:
    """Someone new signs up. He buys nothing yet: hashing his password is what this costs the system."""
    new = person("newcomer", visit.run.crowd, visit.arrival.number)
    send = partial(visit.person.visitor.sign_up, email=new.email, password=new.password, name=new.name)
    visit.ask("sign_up", send, value={"actor": new.email}, expected=CREATED)


def read_history(visit: Visit) -> None:
    visit.ask("payments", partial(visit.person.buyer.payments, limit=20))


def _pay(visit: Visit, card: str, attempt: int, expected: frozenset[int] = CREATED) -> Ended:
    packs = visit.run.packs
    item: Item = packs[visit.arrival.number % len(packs)]
    key = f"pay-{visit.run.seed}-{visit.arrival.number}-{attempt}"
    send = partial(visit.person.buyer.pay, item, key=key, payment_method=card)
    about = _asked(visit, item.amount, item.currency) | {"price": item.price_id, "card": card}
    ended = visit.ask_until_known("pay", send, key, value=about, note=_payment, expected=expected)
    if ended.end == "ok":
        visit.person.purchases.append(ended.value.payment_id)
        visit.run.paid[visit.phase] += ended.value.status == "succeeded"
    return ended


def _asked(visit: Visit, amount: int, currency: str) -> dict[str, Any]:
    return {"actor": visit.person.email, "amount": amount, "currency": currency}


def _payment(payment: Payment) -> dict[str, Any]:
    state = {"object": payment.payment_id, "state": payment.status}
    return state | {"amount": payment.amount, "currency": payment.currency}


def _refund(refund: Refund) -> dict[str, Any]:
    return {"object": refund.refund_id, "state": refund.status, "amount": refund.amount, "currency": refund.currency}
