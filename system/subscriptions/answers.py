"""What the owner of a subscription is told, to the byte."""

from system.idempotency.models import Answer
from system.payments.problems import PaymentDeclined
from system.payments.schemas import Failure, NextAction
from system.subscriptions import states
from system.subscriptions.models import Change, Plan, Quote, Subscription
from system.subscriptions.problems import ChangeRefused
from system.subscriptions.schemas import CardView, LineView, PlanView, QuoteView, ScheduledView, SubscriptionView

OK, CREATED, ACCEPTED = 200, 201, 202
LOCATION = "/api/subscriptions/current"


def subscription_view(subscription: Subscription, plan: Plan, scheduled: Plan | None = None) -> SubscriptionView:
    """`plan` is that of the subscription's price, `scheduled` that of the next period where it is another."""
    failure = None
    if subscription.failure_code is not None:
        failure = Failure(code=subscription.failure_code, message=subscription.failure_message or "")
    opened = states.access(subscription)
    url = subscription.next_action_url
    return SubscriptionView(
        subscription_id=subscription.subscription_id,
        status=subscription.status,
        plan=PlanView.model_validate(plan),
        period_start=subscription.period_start,
        period_end=subscription.period_end,
        trial_end=subscription.trial_end,
        cancel_at_period_end=subscription.cancel_at_period_end,
        ended_at=subscription.ended_at,
        access_until=opened.ends_at if opened else None,
        scheduled=_scheduled(subscription, scheduled),
        card=_card(subscription),
        next_action=NextAction(url=url) if url and subscription.is_live else None,
        failure=failure,
        payment_id=subscription.payment_id,
        created_at=subscription.created_at,
    )


def quote_view(quote: Quote, plan: Plan) -> QuoteView:
    return QuoteView(
        quote_id=quote.quote_id,
        kind=quote.kind,
        plan=PlanView.model_validate(plan),
        total=quote.total,
        currency=quote.currency,
        lines=[LineView.model_validate(line) for line in quote.lines],
        prorated_at=quote.prorated_at,
        takes_effect_at=quote.prorated_at if quote.kind == "upgrade" else quote.from_period_end,
        expires_at=quote.expires_at,
    )


def beginning(view: SubscriptionView, *, route: str, request_id: str) -> Answer | None:
    """Return what the request to subscribe came to, or None while nobody knows."""
    if view.status == "opening":
        return None
    if view.ended_at is not None:
        why = view.failure.message if view.failure else "Nothing was charged."
        declined = PaymentDeclined(
            f"{why} Try another card, with a new Idempotency-Key.",
            subscription_id=view.subscription_id,
            decline_code=view.failure.code if view.failure else None,
        )
        return Answer.refusal(declined, route=route, request_id=request_id)
    return told(view, CREATED)


def changed(change: Change, view: SubscriptionView, *, route: str, request_id: str) -> Answer | None:
    """Return what the request for a change came to, or None while nobody knows."""
    if change.status == "asked":
        return None
    if change.status == "done":
        return told(view, OK)
    why = change.failure_message or "The card processor refused it."
    if change.failure_code in REFUSED_BY_US:
        refused = ChangeRefused(f"{why} Nothing was changed.")
        return Answer.refusal(refused, route=route, request_id=request_id)
    declined = PaymentDeclined(
        f"{why} Nothing was charged, and the plan is what it was.", decline_code=change.failure_code
    )
    return Answer.refusal(declined, route=route, request_id=request_id)


REFUSED_BY_US = frozenset({"changed_meanwhile"})


def told(view: SubscriptionView, status: int) -> Answer:
    return Answer(status, view.model_dump_json().encode(), LOCATION)


def _scheduled(subscription: Subscription, plan: Plan | None) -> ScheduledView | None:
    if plan is None or subscription.scheduled_at is None:
        return None
    return ScheduledView(plan=PlanView.model_validate(plan), starts_at=subscription.scheduled_at)


def _card(subscription: Subscription) -> CardView | None:
    if subscription.card_brand is None:
        return None
    return CardView(
        brand=subscription.card_brand,
        last4=subscription.card_last4 or "",
        expires=subscription.card_expires or "",
    )
