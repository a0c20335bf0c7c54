from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from system.context import System
from system.kit.clock import Clock
from system.kit.http import install_problem_handlers
from system.settings import Settings


def create_app(settings: Settings, clock: Clock) -> FastAPI:
    """Wire the whole product: the only place that knows every part."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, clock) as system:
            app.state.system = system
            yield

    app = FastAPI(title="Assay reference system", version="0.1.0", lifespan=lifespan)
    install_problem_handlers(app)
    return app


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[System]:
    """Open everything that has a connection; the worker and the commands use it as well."""
    raise NotImplementedError
    yield
