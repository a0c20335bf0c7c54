from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from system.accounts.devices import device
from system.accounts.models import LiveSession, Role, SessionKind
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
MailedToken = Annotated[
    str, Field(min_length=1, max_length=128, description="The `token` of the link in the mail.", examples=["pS3r…"])
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
    everywhere: Annotated[
        bool, Field(description="Also end every other session of the account, on every device.", examples=[False])
    ] = False


class LinkToken(Body):
    token: MailedToken


class NewEmail(Body):
    email: Email
    password: Annotated[GivenPassword, Field(description="The present password.")]


class LostPassword(Body):
    email: Email


class PasswordReset(Body):
    token: MailedToken
    new_password: NewPassword


class PasswordChange(Body):
    password: Annotated[GivenPassword, Field(description="The present password.")]
    new_password: NewPassword


class AccountOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, title="Account")

    account_id: str = Field(examples=["usr_01jd3m4x5k8q2v7wzt9rbn6cye"])
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])
    role: Role = Field(examples=["student"])
    created_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])
    email_verified_at: datetime | None = Field(
        description="When the address was confirmed; null until then.", examples=["2026-11-23T15:06:07Z"]
    )


class SessionOut(BaseModel):
    """The access token goes into `Authorization: Bearer …`; the refresh token is traded once for the next pair."""

    model_config = ConfigDict(title="Session")

    account: AccountOut
    access_token: str = Field(examples=["eyJhbGciOiJIUzI1NiIs…"])
    refresh_token: str = Field(examples=["pS3r…"])
    token_type: Literal["bearer"] = Field(examples=["bearer"])
    expires_in_s: int = Field(description="Seconds that the access token lives.", examples=[900])


class LiveSessionOut(BaseModel):
    model_config = ConfigDict(title="LiveSession")

    session_id: str = Field(examples=["ses_01jd3m4x5k8q2v7wzt9rbn6cye"])
    kind: SessionKind = Field(description="`cookie` for a browser, `bearer` for a program.", examples=["cookie"])
    device: str = Field(description="What the program says it is.", examples=["Firefox on Linux"])
    user_agent: str = Field(examples=["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"])
    created_at: datetime = Field(examples=["2026-11-23T15:04:05Z"])
    used_at: datetime = Field(
        description="When it was last used, to a quarter of an hour.", examples=["2026-11-24T08:00:00Z"]
    )
    current: bool = Field(description="Whether it is the session that asks.", examples=[False])

    @classmethod
    def of(cls, session: LiveSession, current_id: str) -> "LiveSessionOut":
        return cls(
            session_id=session.session_id,
            kind=session.kind,
            device=device(session.user_agent),
            user_agent=session.user_agent,
            created_at=session.created_at,
            used_at=session.used_at,
            current=session.session_id == current_id,
        )


class MailPromise(BaseModel):
    message: str = Field(examples=["If there is an account for this address, a mail is on its way to it."])
    expires_in_s: int = Field(description="Seconds that the link in the mail works.", examples=[1800])
