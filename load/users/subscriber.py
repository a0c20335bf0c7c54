"""Someone who subscribes: begins once, looks what is open, thinks better of leaving, and moves up a plan."""

from functools import partial
from typing import Any, Final

from fixtures.client import Member
from fixtures.client.entitlements import Entitlements
from fixtures.client.subscriptions import Plan, Quote, Subscription
from load.visit import CREATED, Ended, Visit

GOOD_CARD: Final = "pm_card_visa"
_CONFLICT: Final = 409
_LIVE: Final = frozenset({"active", "trialing", "past_due", "paused"})


def look_after(visit: Visit) -> None:
    """Subscribe on the first visit; on every other one, see what there is and what it opens."""
    if _subscribed(visit) is None:
        return
    _look_what_is_open(visit)


def waver(visit: Visit) -> None:
    """Cancel at the period's end and take it back: nothing is charged, and it is the same subscription."""
    if _subscribed(visit) is None:
        return
    name = f"{visit.run.seed}-{visit.arrival.number}"
    cancel = partial(_buyer(visit).subscription.cancel, key=f"cancel-{name}")
    if visit.ask_until_known("cancel", cancel, f"cancel-{name}").end != "ok":
        return
    uncancel = partial(_buyer(visit).subscription.uncancel, key=f"uncancel-{name}")
    visit.ask_until_known("uncancel", uncancel, f"uncancel-{name}")


def move_up(visit: Visit) -> None:
    """Ask what the highest plan would cost, and take it for exactly that; whoever has it looks what it opens."""
    found = _subscribed(visit)
    highest = visit.run.plans[-1]
    if found is None or found.plan.price_id == highest.price_id:
        _look_what_is_open(visit)
        return
    quoted = visit.ask("preview", partial(_buyer(visit).subscription.preview, highest.price_id))
    if quoted.end == "ok":
        _pay(visit, "upgrade", quoted.value)


def _look_what_is_open(visit: Visit) -> None:
    visit.ask("entitlements", _buyer(visit).entitlements, value={"actor": visit.person.email}, note=_opened)


def _opened(entitlements: Entitlements) -> dict[str, Any]:
    return {"tier": entitlements.tier.tier, "rank": entitlements.tier.rank}


def _subscribed(visit: Visit) -> Subscription | None:
    """Return the live subscription; None for whoever has just begun, or is told that he has none."""
    if visit.person.subscribed:
        ended = visit.ask("subscription", _buyer(visit).subscription.current)
        found: Subscription | None = ended.value
        return found if found is not None and found.status in _LIVE else None
    _subscribe(visit)
    return None


def _subscribe(visit: Visit) -> Ended:
    plan: Plan = visit.run.plans[0]
    key = f"subscribe-{visit.run.seed}-{visit.arrival.number}"
    send = partial(_buyer(visit).subscription.subscribe, plan, key=key, payment_method=GOOD_CARD)
    about = _asked(visit, plan.amount, plan.currency) | {"price": plan.price_id}
    note = partial(_paid_for, plan=plan, total=plan.amount, currency=plan.currency)
    ended = visit.ask_until_known("subscribe", send, key, value=about, note=note, expected=CREATED)
    visit.person.subscribed = ended.end == "ok" or ended.status == _CONFLICT
    if ended.end == "ok":
        visit.run.paid[visit.phase] += ended.value.status == "active"
    return ended


def _pay(visit: Visit, verb: str, quote: Quote) -> None:
    key = f"{verb}-{visit.run.seed}-{visit.arrival.number}"
    send = partial(_buyer(visit).subscription.update, quote.quote_id, key=key)
    about = _asked(visit, quote.total, quote.currency) | {"price": quote.plan.price_id}
    note = partial(_paid_for, plan=quote.plan, total=quote.total, currency=quote.currency)
    visit.ask_until_known(verb, send, key, value=about, note=note)


def _asked(visit: Visit, amount: int, currency: str) -> dict[str, Any]:
    return {"actor": visit.person.email, "amount": amount, "currency": currency}


def _paid_for(subscription: Subscription, *, plan: Plan, total: int, currency: str) -> dict[str, Any]:
    """The payment that it was paid with is what the books are asked about.

    One that is on another plan was not changed yet, or has been changed since: its payment is that of another request.
    """
    if subscription.plan.price_id != plan.price_id:
        return {"object": None, "state": subscription.status}
    state = {"object": subscription.payment_id, "state": subscription.status}
    return state | {"amount": total, "currency": currency}


def _buyer(visit: Visit) -> Member:
    return visit.person.buyer
