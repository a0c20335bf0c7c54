from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from system.context import System
from system.kit.db import Connection

Outcome = Literal["applied", "ignored", "parked"]


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What the processor says has happened. It is a hint where to look: what counts is asked for."""

    event_id: str
    type: str
    livemode: bool
    created_at: datetime
    object: Mapping[str, Any]
    payload: Mapping[str, Any]

    @property
    def object_id(self) -> str | None:
        found = self.object.get("id")
        return found if isinstance(found, str) else None

    @property
    def metadata(self) -> Mapping[str, Any]:
        found = self.object.get("metadata")
        return found if isinstance(found, dict) else {}


Effect = Callable[[Connection], Awaitable[object]]
"""What an event does to our rows, run in the transaction that records it."""

Handler = Callable[[System, WebhookEvent], Awaitable[Effect | None]]
"""Looks up what an event is about, and asks the processor if need be; None if all of it is known already."""


class ParkedError(Exception):
    """The event cannot be right, or not for us: it is kept for a person and changes nothing."""
