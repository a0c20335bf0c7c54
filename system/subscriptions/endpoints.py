from typing import Any

from fastapi import APIRouter, Request, Response

from system.accounts.identity import Caller
from system.audit.service import Actor
from system.catalogue.problems import PriceChanged, PriceNotFound
from system.context import Context
from system.idempotency.models import Scope
from system.idempotency.problems import IdempotencyInProgress, IdempotencyMismatch
from system.idempotency.wire import REPLAYED, KeyHeader, digest_of, response_of
from system.kit.http import Body, RequestId
from system.kit.problems import AuthenticationRequired, ServiceUnavailable, documented
from system.payments.problems import PaymentDeclined, ProcessorUnavailable
from system.payments.schemas import NextAction
from system.subscriptions import cards, quoting, schemas, service
from system.subscriptions.answers import quote_view
from system.subscriptions.changing import Wish, change
from system.subscriptions.problems import (
    ChangeOpen,
    ChangeRefused,
    NoSubscription,
    NotAPlan,
    PaymentPastDue,
    QuoteExpired,
    SamePlan,
    SubscriptionExists,
    TrialUsed,
)
from system.subscriptions.subscribing import subscribe

router = APIRouter(
    prefix="/api/subscriptions",
    tags=["subscriptions"],
    responses=documented(AuthenticationRequired, ServiceUnavailable),
)

_REPLAY: dict[str, Any] = {
    "schema": {"type": "string", "enum": ["true"]},
    "description": "Present on a repeated answer.",
}
_HEADERS: dict[str, Any] = {
    "Location": {"schema": {"type": "string"}, "description": "Where the subscription can be read."},
    REPLAYED: _REPLAY,
}
_ACCEPTED: dict[str, Any] = {
    "model": schemas.SubscriptionView,
    "headers": _HEADERS,
    "description": "Its outcome is being asked for; look again.",
}
_CHANGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"headers": _HEADERS},
    202: _ACCEPTED,
    **documented(
        NoSubscription, ChangeRefused, ChangeOpen, IdempotencyInProgress, IdempotencyMismatch, ProcessorUnavailable
    ),
}


def _scope(request: Request, account_id: str, key: str, body: Body) -> Scope:
    return Scope(account_id, request.method, request.url.path, key, digest_of(body), RequestId.of(request))


@router.post(
    "/create",
    operation_id="create_subscription",
    status_code=201,
    response_model=schemas.SubscriptionView,
    responses={
        201: {"headers": _HEADERS},
        202: _ACCEPTED,
        **documented(
            PaymentDeclined,
            PriceNotFound,
            PriceChanged,
            NotAPlan,
            SubscriptionExists,
            TrialUsed,
            IdempotencyInProgress,
            IdempotencyMismatch,
            ProcessorUnavailable,
        ),
    },
)
async def create_subscription(
    request: Request, system: Context, caller: Caller, order: schemas.SubscriptionOrder, key: KeyHeader
) -> Response:
    """Subscribe. An account has one live subscription, however often and from wherever this is sent."""
    return response_of(await subscribe(system, caller, order, _scope(request, caller.account_id, key, order)))


@router.get("/current", operation_id="get_current_subscription", responses=documented(NoSubscription))
async def get_current_subscription(system: Context, caller: Caller) -> schemas.SubscriptionView:
    """Read your subscription: the live one, or the one that ended last."""
    return await service.current(system, caller.account_id)


@router.post(
    "/preview",
    operation_id="preview_subscription_change",
    responses=documented(NoSubscription, NotAPlan, SamePlan, ChangeRefused, PaymentPastDue, ProcessorUnavailable),
)
async def preview_subscription_change(
    system: Context, caller: Caller, order: schemas.PreviewOrder
) -> schemas.QuoteView:
    """Ask what another plan would cost and when it would act. The quote holds for ten minutes."""
    quote, plan = await quoting.preview(system, caller.account_id, order.price_id)
    return quote_view(quote, plan)


@router.put(
    "/update",
    operation_id="update_subscription",
    response_model=schemas.SubscriptionView,
    responses={**_CHANGE_RESPONSES, **documented(
        PaymentDeclined, NoSubscription, QuoteExpired, SamePlan, PaymentPastDue, ChangeRefused, ChangeOpen,
        IdempotencyInProgress, IdempotencyMismatch, ProcessorUnavailable,
    )},
)  # fmt: skip
async def update_subscription(
    request: Request, system: Context, caller: Caller, order: schemas.ChangeOrder, key: KeyHeader
) -> Response:
    """Change to what was quoted: an upgrade at once, for exactly the quoted total; a downgrade at the period's end."""
    scope = _scope(request, caller.account_id, key, order)
    return response_of(await change(system, caller, Wish(None, quote_id=order.quote_id), scope))


@router.post(
    "/cancel",
    operation_id="cancel_subscription",
    response_model=schemas.SubscriptionView,
    responses=_CHANGE_RESPONSES,
)
async def cancel_subscription(
    request: Request, system: Context, caller: Caller, order: schemas.CancelOrder, key: KeyHeader
) -> Response:
    """End with the period, or now, with a refund of the unused time when you ask for it.

    A subscription whose renewal is owed ends now: there is no paid time to wait for.
    """
    wish = Wish("cancel" if order.at == "period_end" else "cancel_now", refund=order.refund)
    return response_of(await change(system, caller, wish, _scope(request, caller.account_id, key, order)))


@router.post(
    "/uncancel",
    operation_id="uncancel_subscription",
    response_model=schemas.SubscriptionView,
    responses=_CHANGE_RESPONSES,
)
async def uncancel_subscription(
    request: Request, system: Context, caller: Caller, order: schemas.EmptyOrder, key: KeyHeader
) -> Response:
    """Take the end back before it comes; it is the same subscription, with the same period."""
    return response_of(await change(system, caller, Wish("uncancel"), _scope(request, caller.account_id, key, order)))


@router.post(
    "/keep-plan",
    operation_id="keep_subscription_plan",
    response_model=schemas.SubscriptionView,
    responses=_CHANGE_RESPONSES,
)
async def keep_subscription_plan(
    request: Request, system: Context, caller: Caller, order: schemas.EmptyOrder, key: KeyHeader
) -> Response:
    """Take back a change of plan that waits for the period's end."""
    return response_of(await change(system, caller, Wish("keep_plan"), _scope(request, caller.account_id, key, order)))


@router.post(
    "/pause",
    operation_id="pause_subscription",
    response_model=schemas.SubscriptionView,
    responses=_CHANGE_RESPONSES,
)
async def pause_subscription(
    request: Request, system: Context, caller: Caller, order: schemas.EmptyOrder, key: KeyHeader
) -> Response:
    """Stand still from now on. The unused time is a credit of the period that a resumption begins."""
    return response_of(await change(system, caller, Wish("pause"), _scope(request, caller.account_id, key, order)))


@router.post(
    "/resume",
    operation_id="resume_subscription",
    response_model=schemas.SubscriptionView,
    responses={**_CHANGE_RESPONSES, **documented(PaymentDeclined)},
)
async def resume_subscription(
    request: Request, system: Context, caller: Caller, order: schemas.EmptyOrder, key: KeyHeader
) -> Response:
    """Begin a new period now; it is charged less the credit of the pause."""
    return response_of(await change(system, caller, Wish("resume"), _scope(request, caller.account_id, key, order)))


@router.post(
    "/card",
    operation_id="change_subscription_card",
    response_model=schemas.SubscriptionView,
    responses={**_CHANGE_RESPONSES, **documented(PaymentDeclined)},
)
async def change_subscription_card(
    request: Request, system: Context, caller: Caller, order: schemas.CardOrder, key: KeyHeader
) -> Response:
    """Charge another card from now on. A renewal that is owed is tried with it at once."""
    wish = Wish("use_card", payment_method=order.payment_method)
    return response_of(await change(system, caller, wish, _scope(request, caller.account_id, key, order)))


@router.post(
    "/card-page",
    operation_id="open_subscription_card_page",
    responses=documented(NoSubscription, ChangeRefused, ProcessorUnavailable),
)
async def open_subscription_card_page(system: Context, caller: Caller) -> schemas.PageView:
    """Open a page of the processor that takes another card; the card is used once the page is through."""
    return schemas.PageView(next_action=NextAction(url=await cards.open_page(system, caller.account_id)))


@router.post("/refresh", operation_id="refresh_subscription", responses=documented(NoSubscription))
async def refresh_subscription(request: Request, system: Context, caller: Caller) -> schemas.SubscriptionView:
    """Ask the processor now what has become of your subscription, without waiting for its events."""
    await service.refresh(system, caller.account_id, actor=Actor(caller.account_id, RequestId.of(request)))
    return await service.current(system, caller.account_id)
