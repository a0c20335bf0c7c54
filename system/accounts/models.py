from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Role = Literal["student", "instructor", "enterprise", "admin", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

SessionKind = Literal["bearer", "cookie"]


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    email: str
    name: str
    role: Role
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is compared with."""

    account_id: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, as the database knows them now: a revoked session or an old role is none."""

    account_id: str
    email: str
    name: str
    role: Role
    session_id: str
