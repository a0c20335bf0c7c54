from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from system.accounts.models import Role
from system.kit.http import Body

Email = Annotated[EmailStr, Field(max_length=254, examples=["ada@example.com"])]
NewPassword = Annotated[
    str,
    Field(min_length=12, max_length=128, description="12 to 128 characters.", examples=["correct horse battery"]),
]
GivenPassword = Annotated[str, Field(min_length=1, max_length=128, examples=["correct horse battery"])]
Name = Annotated[
    str,
    # No control characters: they have no place in a greeting, and PostgreSQL's text refuses NUL.
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"),
    Field(examples=["Ada Lovelace"]),
]
RefreshToken = Annotated[str, Field(min_length=1, max_length=128, examples=["pS3r…"])]


class SignUp(Body):
    email: Email
    password: NewPassword
    name: Name


class Login(Body):
    email: Email
    password: GivenPassword


class Refresh(Body):
    refresh_token: RefreshToken


class Logout(Body):
    refresh_token: RefreshToken


class AccountOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, title="Account")

    account_id: str = Field(examples=["usr_01jd3m4x5k8q2v7wzt9rbn6cye"])
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])
    role: Role = Field(examples=["student"])
    created_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])


class SessionOut(BaseModel):
    """The access token goes into `Authorization: Bearer …`; the refresh token is traded once for the next pair."""

    model_config = ConfigDict(title="Session")

    account: AccountOut
    access_token: str = Field(examples=["eyJhbGciOiJIUzI1NiIs…"])
    refresh_token: str = Field(examples=["pS3r…"])
    token_type: Literal["bearer"] = Field(examples=["bearer"])
    expires_in_s: int = Field(description="Seconds that the access token lives.", examples=[900])
