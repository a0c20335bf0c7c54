from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Role = Literal["student", "instructor", "enterprise", "admin", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

SessionKind = Literal["bearer", "cookie"]
Purpose = Literal["confirm_email", "reset_password"]


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    # When somebody showed that he reads the mail of this address; None until then.
    email_verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is compared with; None is an account without a password, which none matches."""

    account_id: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, as the database knows them now: a revoked session or an old role is none."""

    account_id: str
    email: str
    name: str
    role: Role
    session_id: str
    email_verified: bool
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: which door, under which name in the logs, and by which program as it says itself."""

    kind: SessionKind
    request_id: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class LiveSession:
    session_id: str
    kind: SessionKind
    user_agent: str
    created_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class MailLink:
    """A link that a mail carries. `email` is where the mail goes, and what using the link speaks for."""

    link_id: str
    account_id: str
    purpose: Purpose
    email: str
    expires_at: datetime
    closed_at: datetime | None
