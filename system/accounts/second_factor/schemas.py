from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from system.accounts.schemas import GivenPassword
from system.kit.http import Body

GivenCode = Annotated[
    str,
    Field(
        min_length=6,
        max_length=32,
        description="Six digits of the authenticator, or a recovery code.",
        examples=["492039", "7k2m-x0qd-93tv-hc5a"],
    ),
]
AuthenticatorCode = Annotated[
    str, Field(pattern=r"^[0-9]{6}$", description="Six digits of the authenticator.", examples=["492039"])
]
PresentPassword = Annotated[GivenPassword, Field(description="The present password.")]


class Code(Body):
    code: GivenCode


class ChallengeAnswer(Body):
    challenge_token: Annotated[
        str, Field(min_length=1, max_length=128, description="Of the log-in's first answer.", examples=["pS3r…"])
    ]
    code: GivenCode


class SetUp(Body):
    password: PresentPassword


class FirstCode(Body):
    code: AuthenticatorCode


class Proofs(Body):
    """What is asked before the second factor is changed: both factors."""

    password: PresentPassword
    code: GivenCode


class SecondFactorOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, title="SecondFactor")

    enabled_at: datetime | None = Field(
        description="Since when a code is asked for; null if none is.", examples=["2026-11-23T15:04:05Z"]
    )
    recovery_codes_left: int = Field(examples=[10])


class SetUpOut(BaseModel):
    """The secret is shown this once; the authenticator keeps it."""

    model_config = ConfigDict(from_attributes=True, title="SecondFactorSetUp")

    secret: str = Field(description="In base 32, to be typed by hand.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    uri: str = Field(
        description="To be shown as a QR code.", examples=["otpauth://totp/Lyceum:ada%40example.com?secret=…"]
    )
    expires_in_s: int = Field(description="Seconds that the first code is waited for.", examples=[900])


class RecoveryCodesOut(BaseModel):
    """Shown this once; the system keeps hashes. Each opens one log-in."""

    model_config = ConfigDict(title="RecoveryCodes")

    recovery_codes: list[str] = Field(examples=[["7k2m-x0qd-93tv-hc5a"]])
