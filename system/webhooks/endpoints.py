import structlog
from fastapi import APIRouter, Request

from system.accounts.access import public
from system.context import Context
from system.kit.problems import ServiceUnavailable, documented
from system.webhooks.problems import InvalidSignature
from system.webhooks.schemas import Received
from system.webhooks.service import parse, receive
from system.webhooks.signature import ForgedError, verify

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])

_SIGNATURE = {
    "name": "Stripe-Signature",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "example": "t=1767225600,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
}


@router.post(
    "/stripe",
    operation_id="receive_stripe_event",
    dependencies=[public],
    responses=documented(InvalidSignature, ServiceUnavailable),
    openapi_extra={
        "parameters": [_SIGNATURE],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    },
)
async def receive_stripe_event(request: Request, system: Context) -> Received:
    """Take an event of the processor. The signature is the only credential, and the raw body what it signs."""
    body = await request.body()
    headers = request.headers.getlist("stripe-signature")
    secret = system.settings.stripe_webhook_secret.get_secret_value()
    try:
        verify(body, headers[0] if len(headers) == 1 else "", secret, system.clock.now())
    except ForgedError as forged:
        log.warning("webhook_forged", reason=str(forged))
        raise InvalidSignature(
            "Sign the exact body with the endpoint's secret, and send it within 5 minutes."
        ) from None
    await receive(system, parse(body))
    return Received()
