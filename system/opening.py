"""What every process of the product opens, and the worker without the routes that only a server needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from system.context import System
from system.kit.admission import Room
from system.kit.clock import Clock
from system.kit.db import Database
from system.kit.pagination import Cursors
from system.kit.sharing import Shared
from system.oidc.models import registration_of
from system.oidc.provider import OpenIdProvider
from system.processor.stripe import StripeProcessor
from system.settings import Settings


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[System]:
    """Open everything that has a connection, and close it at the end."""
    db = Database(str(settings.database_url), settings.database_pool_size)
    room = Room(settings.requests_at_once)
    processor = StripeProcessor(settings, room)
    registration = registration_of(settings)
    identity_provider = OpenIdProvider(registration, clock) if registration else None
    await db.open()
    try:
        cursors = Cursors(settings.secret_key.get_secret_value())
        yield System(settings, clock, db, processor, cursors, identity_provider, Shared(), room)
    finally:
        if identity_provider:
            await identity_provider.close()
        await processor.close()
        await db.close()
