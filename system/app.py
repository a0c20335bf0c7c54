from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from system.accounts.access import install_openapi
from system.accounts.api_keys.endpoints import router as api_keys
from system.accounts.credential_endpoints import router as credentials
from system.accounts.endpoints import router as accounts
from system.accounts.second_factor.endpoints import router as second_factor
from system.accounts.session_endpoints import router as sessions
from system.admin.endpoints import router as admin
from system.catalogue.endpoints import router as catalogue
from system.entitlements.endpoints import router as entitlements
from system.health.endpoints import VERSION
from system.health.endpoints import router as health
from system.invoicing.endpoints import router as invoicing
from system.kit.admission import Admission
from system.kit.body_limit import BodyLimit
from system.kit.clock import Clock
from system.kit.http import install_problem_handlers
from system.kit.timing import ServerTiming
from system.learning.endpoints import router as learning
from system.observability.endpoints import metrics_routes
from system.observability.metrics import HttpMetrics
from system.observability.middleware import Observed
from system.opening import opened
from system.payments.endpoints import router as payments
from system.privacy.endpoints import router as privacy
from system.settings import Settings
from system.subscriptions.endpoints import router as subscriptions
from system.subscriptions.pricing_endpoints import router as pricing
from system.web.docs_page import DESCRIPTION, TAGS
from system.web.pages import mount_pages
from system.web.security import SecurityHeaders
from system.webhooks.endpoints import router as webhooks

BODY_BYTES_MAX = 256 * 1024
"""More than any form or event of ours; what is larger is refused before it is read."""


def create_app(settings: Settings, clock: Clock) -> FastAPI:
    """Wire the whole product: the only place that knows every part."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, clock) as system:
            app.state.system = system
            yield

    app = FastAPI(
        title="Assay reference system",
        version=VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    http_metrics = HttpMetrics()
    # Routes are tried in this order: what moves money first.
    for router in (
        *(payments, webhooks, catalogue, accounts, sessions, credentials, second_factor, api_keys),
        *(invoicing, entitlements, subscriptions, pricing, learning, privacy),
        *(admin, health, metrics_routes(http_metrics)),
    ):
        app.include_router(router)
    install_problem_handlers(app)
    mount_pages(app)
    install_openapi(app)
    app.add_middleware(BodyLimit, bytes_max=BODY_BYTES_MAX)
    app.add_middleware(Admission)
    app.add_middleware(SecurityHeaders, settings=settings)
    app.add_middleware(Observed, clock=clock, metrics=http_metrics)
    if settings.tells_timing:
        app.add_middleware(ServerTiming)
    return app
