from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from system.accounts.models import SessionKind

FirstFactor = Literal["password", "provider"]
SecondFactor = Literal["authenticator", "recovery_code"]


@dataclass(frozen=True, slots=True)
class Factor:
    """An account's authenticator: set up, and enabled once a code has shown that somebody has it."""

    account_id: str
    sealed_secret: bytes
    set_up_at: datetime
    enabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A log-in that waits for a code."""

    challenge_id: str
    account_id: str
    kind: SessionKind
    first_factor: FirstFactor
    expires_at: datetime
    failures: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedChallenge:
    """A challenge at the only moment when its secret token is known."""

    account_id: str
    token: str
    expires_in_s: int
