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
from system.context import System
from system.entitlements.endpoints import router as entitlements
from system.health.endpoints import VERSION
from system.health.endpoints import router as health
from system.invoicing.endpoints import router as invoicing
from system.kit.body_limit import BodyLimit
from system.kit.clock import Clock
from system.kit.db import Database
from system.kit.http import install_problem_handlers
from system.kit.pagination import Cursors
from system.learning.endpoints import router as learning
from system.observability.endpoints import metrics_routes
from system.observability.metrics import HttpMetrics
from system.observability.middleware import Observed
from system.oidc.models import registration_of
from system.oidc.provider import OpenIdProvider
from system.payments.endpoints import router as payments
from system.privacy.endpoints import router as privacy
from system.processor.stripe import StripeProcessor
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
    app.add_middleware(SecurityHeaders, settings=settings)
    app.add_middleware(Observed, clock=clock, metrics=http_metrics)
    return app


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[System]:
    """Open everything that has a connection; the worker and the commands use it as well."""
    db = Database(str(settings.database_url), settings.database_pool_size)
    processor = StripeProcessor(settings)
    registration = registration_of(settings)
    identity_provider = OpenIdProvider(registration, clock) if registration else None
    await db.open()
    try:
        cursors = Cursors(settings.secret_key.get_secret_value())
        yield System(settings, clock, db, processor, cursors, identity_provider)
    finally:
        if identity_provider:
            await identity_provider.close()
        await processor.close()
        await db.close()
