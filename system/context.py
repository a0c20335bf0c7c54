from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from system.kit.admission import Room
from system.kit.clock import Clock
from system.kit.db import Database
from system.kit.pagination import Cursors
from system.kit.sharing import Shared
from system.oidc.provider import OpenIdProvider
from system.processor.billing import Processor
from system.settings import Settings


@dataclass(frozen=True, slots=True)
class System:
    """What a verb may reach for: wired once by `app.py` (or the worker) and handed down, never imported."""

    settings: Settings
    clock: Clock
    db: Database
    processor: Processor
    cursors: Cursors
    # None where the settings name none.
    identity_provider: OpenIdProvider | None
    shared: Shared
    room: Room


async def system_of(request: Request) -> System:
    found = request.app.state.system
    assert isinstance(found, System)
    return found


Context = Annotated[System, Depends(system_of)]
