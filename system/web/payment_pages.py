from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from system.accounts.identity import PageCaller
from system.invoicing import service as invoicing
from system.kit.ids import new_secret
from system.payments import refund_repository, service
from system.payments.models import Payment
from system.payments.refunds import WINDOW, refund
from system.payments.schemas import PaymentId, RefundOrder
from system.web.answers import once, scope_of
from system.web.fields import form_key, minor_units
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk, bare_amount, go, price

router = APIRouter(include_in_schema=False)

_PAGE = 20
_REFUSED = 400
_MALFORMED = 422


@router.get("/history")
async def history(
    at: AtDesk, reader: PageCaller, cursor: Annotated[str | None, Query(max_length=512)] = None
) -> Response:
    scope = f"page:history:{reader.account_id}"
    before = at.system.cursors.decode(scope, cursor)
    found = await service.history(at.system, account_id=reader.account_id, before=before, limit=_PAGE + 1)
    following = at.system.cursors.next_after(scope, [payment.payment_id for payment in found], _PAGE)
    return at.page("history.html", payments=found[:_PAGE], next_cursor=following, first=cursor is None)


@router.get("/payments/{payment_id}/receipt")
async def receipt(at: AtDesk, reader: PageCaller, payment_id: PaymentId) -> Response:
    payment = await service.get(at.system, payment_id, account_id=reader.account_id)
    if payment.status != "succeeded":
        return go(f"/payments/return?payment_id={payment.payment_id}")
    return await _receipt(at, payment)


@router.post("/payments/{payment_id}/refund")
async def give_back(
    at: AtDesk, reader: PageCaller, payment_id: PaymentId, fields: Posted, request: Request
) -> Response:
    """Give back what the form asks for, and show the receipt with it, or with what was wrong."""
    payment = await service.get(at.system, payment_id, account_id=reader.account_id)
    amount = minor_units(fields.get("amount", ""), payment.currency)
    if amount is None or amount > payment.amount:
        return await _receipt(at, payment, fault=_amount_fault(payment), given=fields, status=_MALFORMED)
    order = RefundOrder(
        payment_id=payment.payment_id, amount=amount, currency=payment.currency, reason="requested_by_customer"
    )
    scope = scope_of(request, reader.account_id, "refund", form_key(fields), order)
    answer = await once(partial(refund, at.system, reader, order, scope))
    if answer.status < _REFUSED:
        return go(f"/payments/{payment.payment_id}/receipt")
    told: Mapping[str, Any] = orjson.loads(answer.body)
    payment = await service.get(at.system, payment_id, account_id=reader.account_id)
    return await _receipt(at, payment, fault=str(told["detail"]), given=fields, status=answer.status)


async def _receipt(
    at: Desk,
    payment: Payment,
    *,
    fault: str | None = None,
    given: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    async with at.system.db.statement() as conn:
        refunds = await refund_repository.list_of_payment(conn, payment.payment_id)
    documents = await invoicing.documents_of(at.system, payment.payment_id, account_id=payment.account_id)
    closes_at = payment.captured_at + WINDOW if payment.captured_at else None
    may_refund = payment.refundable_amount > 0 and closes_at is not None and at.system.clock.now() <= closes_at
    return at.page(
        "receipt.html",
        status=status,
        payment=payment,
        refunds=refunds,
        documents=documents,
        closes_at=closes_at if may_refund else None,
        amount=(given or {}).get("amount", bare_amount(payment.refundable_amount, payment.currency)),
        fault=fault,
        key=new_secret(),
    )


def _amount_fault(payment: Payment) -> str:
    most = price(payment.refundable_amount, payment.currency)
    return f"Enter an amount up to {most}, like {bare_amount(payment.refundable_amount, payment.currency)}."
