from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from system.accounts.api_keys.models import Scope
from system.accounts.schemas import GivenPassword
from system.kit.http import Body

DAYS_MAX = 365
KeyName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$"),
    Field(description="What you know it by.", examples=["Nightly report"]),
]


class KeyOrder(Body):
    name: KeyName
    scopes: Annotated[
        list[Scope], Field(min_length=1, max_length=10, description="What it may do.", examples=[["payments:read"]])
    ]
    expires_in_days: Annotated[int, Field(ge=1, le=DAYS_MAX, description="At most a year.", examples=[90])]
    password: Annotated[GivenPassword, Field(description="The present password.")]


class ApiKeyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, title="ApiKey")

    key_id: str = Field(examples=["key_06h0j64n3deykgwc9v0s35z45n"])
    name: str = Field(examples=["Nightly report"])
    hint: str = Field(description="How it begins.", examples=["ask_live_7hQx"])
    scopes: list[Scope] = Field(examples=[["payments:read"]])
    created_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])
    expires_at: datetime = Field(examples=["2027-02-21T15:04:05Z"])
    used_at: datetime | None = Field(description="To a quarter of an hour.", examples=["2026-11-24T03:00:00Z"])
    revoked_at: datetime | None = Field(examples=[None])


class NewApiKeyOut(ApiKeyOut):
    """The key itself is told this once."""

    model_config = ConfigDict(from_attributes=True, title="NewApiKey")

    key: str = Field(
        description="Goes into `Authorization: Bearer …`.", examples=["ask_live_7hQxV2mN8sKpR4tWcYbD6fGjL1aZ3e0xK9Qm"]
    )
