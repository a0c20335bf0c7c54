from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from system.accounts.api_keys.door import scoped
from system.accounts.identity import Caller
from system.accounts.models import Identity
from system.catalogue.problems import PriceChanged, PriceNotFound
from system.context import Context
from system.idempotency.models import Scope
from system.idempotency.problems import IdempotencyInProgress, IdempotencyMismatch
from system.idempotency.wire import REPLAYED, KeyHeader, digest_of, response_of
from system.kit.http import Body, RequestId
from system.kit.pagination import CursorText, Limit, Page
from system.kit.problems import AuthenticationRequired, NotFound, ServiceUnavailable, documented
from system.payments import service
from system.payments.answers import payment_view
from system.payments.problems import (
    AlreadyOwned,
    NotRefundable,
    PaymentDeclined,
    PaymentOpen,
    ProcessorUnavailable,
    RefundExceedsRemaining,
)
from system.payments.process import process
from system.payments.refunds import refund
from system.payments.schemas import Order, PaymentId, PaymentView, RefundOrder, RefundView

PaymentsReader = Annotated[Identity, Depends(scoped("payments:read"))]

router = APIRouter(
    prefix="/api/payments", tags=["payments"], responses=documented(AuthenticationRequired, ServiceUnavailable)
)

_REPLAY_HEADER = {"schema": {"type": "string", "enum": ["true"]}, "description": "Present on a repeated answer."}
_HEADERS = {
    "Location": {"schema": {"type": "string"}, "description": "Where the payment can be read."},
    REPLAYED: _REPLAY_HEADER,
}


def _scope(request: Request, account_id: str, key: str, body: Body) -> Scope:
    return Scope(account_id, request.method, request.url.path, key, digest_of(body), RequestId.of(request))


@router.post(
    "/process",
    operation_id="process_payment",
    status_code=201,
    response_model=PaymentView,
    responses={
        201: {"headers": _HEADERS},
        202: {"model": PaymentView, "headers": _HEADERS, "description": "Its outcome is being asked for; look again."},
        **documented(
            PaymentDeclined,
            PriceNotFound,
            PriceChanged,
            AlreadyOwned,
            PaymentOpen,
            IdempotencyInProgress,
            IdempotencyMismatch,
            ProcessorUnavailable,
        ),
    },
)
async def process_payment(request: Request, system: Context, caller: Caller, order: Order, key: KeyHeader) -> Response:
    """Buy one item. The amount is the catalogue's; what you expected is compared with it."""
    scope = _scope(request, caller.account_id, key, order)
    return response_of(await process(system, caller, order, scope))


@router.get("/history", operation_id="list_payments")
async def list_payments(
    system: Context, caller: PaymentsReader, limit: Limit = 20, cursor: CursorText = None
) -> Page[PaymentView]:
    """List your payments, newest first."""
    scope = f"payments:{caller.account_id}"
    before = system.cursors.decode(scope, cursor)
    found = await service.history(system, account_id=caller.account_id, before=before, limit=limit + 1)
    following = system.cursors.next_after(scope, [payment.payment_id for payment in found], limit)
    return Page(items=[payment_view(system.settings, payment) for payment in found[:limit]], next_cursor=following)


@router.post(
    "/refund",
    operation_id="refund_payment",
    status_code=201,
    response_model=RefundView,
    responses={
        201: {"headers": _HEADERS},
        202: {"model": RefundView, "headers": _HEADERS, "description": "Its outcome is being asked for; look again."},
        **documented(
            NotFound,
            NotRefundable,
            RefundExceedsRemaining,
            IdempotencyInProgress,
            IdempotencyMismatch,
            ProcessorUnavailable,
        ),
    },
)
async def refund_payment(
    request: Request, system: Context, caller: Caller, order: RefundOrder, key: KeyHeader
) -> Response:
    """Give back a payment of yours, or a part of it; an admin, of anybody's."""
    scope = _scope(request, caller.account_id, key, order)
    return response_of(await refund(system, caller, order, scope))


# Behind the paths of words: an id would match them as well, and a 405 would name its methods.
@router.get("/{payment_id}", operation_id="get_payment", responses=documented(NotFound))
async def get_payment(system: Context, caller: PaymentsReader, payment_id: PaymentId) -> PaymentView:
    """Read one of your payments."""
    payment = await service.get(system, payment_id, account_id=caller.account_id)
    return payment_view(system.settings, payment)
