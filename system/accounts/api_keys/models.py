from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Scope = Literal["account:read", "payments:read", "entitlements:read"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a key can be given. Each is asked for by routes that name it; the table knows them too."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    key_id: str
    name: str
    hint: str
    scopes: Sequence[Scope]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key at the only moment when it is known."""

    described: ApiKey
    secret: str
