"""What is known of an OpenID provider, and what it can say of a person."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from system.settings import Settings


class ProviderAwayError(Exception):
    """The provider does not answer, or not as a provider does; nothing is known of the person. Try again later."""


class CodeRefusedError(Exception):
    """The provider takes this code for none of its own, or for a used or an old one."""


class IdTokenRefusedError(Exception):
    """The ID token proves nothing to us; the text says why, for the log and not for the person."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Who we are to the provider. The issuer is compared letter by letter, as OpenID Connect Discovery 4.3 asks."""

    issuer: str
    client_id: str
    client_secret: str


def registration_of(settings: Settings) -> Registration | None:
    """Return None where no provider is set up. The settings see to it that one is set up whole."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        return None
    return Registration(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value())


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified ID token says of a person. The issuer and the subject alone are who he is (OpenID Core 5.7)."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None


class Discovery(BaseModel):
    """The part of the provider's own description that we use."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: AnyHttpUrl
    token_endpoint: AnyHttpUrl
    jwks_uri: AnyHttpUrl
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)

    @property
    def is_as_safe_as_its_issuer(self) -> bool:
        """Plain HTTP is a developer's own machine; an issuer that is reached by TLS sends nobody elsewhere."""
        endpoints = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return not self.issuer.startswith("https:") or all(each.scheme == "https" for each in endpoints)


class TokenAnswer(BaseModel):
    """What a code is traded for; the access token is not used, but the ID token may name its hash."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id_token: Annotated[str, Field(max_length=16_384)]
    access_token: str | None = None
