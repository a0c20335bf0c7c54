"""The OpenID provider that people can log in by: what it says of itself, its keys, and a code traded for claims.

Authorization code with proof key (RFC 7636), as the OAuth 2.0 Security Best Current Practice (RFC 9700) asks of every
client. The protocol's forms are Authlib's; the wire is the HTTP client that the product has anyway.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import ValidationError

from system.kit.clock import Clock
from system.oidc.id_token import ALGORITHMS, Expected, UnknownKeyError, verified
from system.oidc.models import Claims, Discovery, ProviderAwayError, Registration, TokenAnswer
from system.oidc.wire import get_json, new_session, post_form

_SCOPES = ("openid", "email", "profile")
_DESCRIPTION_PATH = "/.well-known/openid-configuration"
_KEPT_FOR = timedelta(hours=1)
_KEYS_KEPT_AT_LEAST = timedelta(minutes=1)
"""A token with an unknown key has them fetched again, but no more often than this."""

_KEY_TYPES = {"RSA", "EC", "OKP"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What was fetched last, and when."""

    discovery: Discovery
    keys: KeySet
    fetched_at: datetime


class OpenIdProvider:
    """One provider. Its description and its keys are fetched when they are first needed, and again after an hour."""

    def __init__(self, registration: Registration, clock: Clock) -> None:
        self._registration = registration
        self._clock = clock
        self._session = new_session()
        self._known: _Known | None = None

    @property
    def issuer(self) -> str:
        return self._registration.issuer

    async def authorization_url(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return where to send the browser; ProviderAwayError if the provider does not say where that is."""
        known = await self._fresh()
        return str(
            prepare_grant_uri(
                str(known.discovery.authorization_endpoint),
                client_id=self._registration.client_id,
                response_type="code",
                redirect_uri=redirect_uri,
                scope=_SCOPES,
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        )

    async def redeem(self, code: str, *, redirect_uri: str, nonce: str, verifier: str) -> Claims:
        """Trade a code for what the provider says of the person.

        Raises ProviderAwayError, CodeRefusedError and IdTokenRefusedError.
        """
        known = await self._fresh()
        answer = await self._tokens(known.discovery, code, redirect_uri, verifier)
        expected = Expected(self.issuer, self._registration.client_id, nonce, answer.access_token)
        try:
            return self._verified(answer.id_token, known, expected)
        except UnknownKeyError:
            renewed = await self._fresh(than=_KEYS_KEPT_AT_LEAST)
            return self._verified(answer.id_token, renewed, expected)

    async def close(self) -> None:
        await self._session.close()

    def _verified(self, id_token: str, known: _Known, expected: Expected) -> Claims:
        algorithms = known.discovery.id_token_signing_alg_values_supported
        return verified(id_token, known.keys, algorithms, expected, self._clock.now())

    async def _tokens(self, discovery: Discovery, code: str, redirect_uri: str, verifier: str) -> TokenAnswer:
        form = prepare_token_request("authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": self._basic()}
        raw = await post_form(self._session, str(discovery.token_endpoint), form, headers)
        try:
            return TokenAnswer.model_validate(raw)
        except ValidationError:
            raise ProviderAwayError("the token endpoint gave no ID token") from None

    def _basic(self) -> str:
        """Return our credentials; RFC 6749, 2.3.1 asks to encode each part as a form would before they are joined."""
        parts = (self._registration.client_id, self._registration.client_secret)
        joined = ":".join(quote(part, safe="") for part in parts)
        return f"Basic {base64.b64encode(joined.encode()).decode()}"

    async def _fresh(self, *, than: timedelta = _KEPT_FOR) -> _Known:
        now = self._clock.now()
        if self._known is None or now - self._known.fetched_at >= than:
            self._known = await self._fetched(now)
        return self._known

    async def _fetched(self, now: datetime) -> _Known:
        raw = await get_json(self._session, self.issuer.rstrip("/") + _DESCRIPTION_PATH)
        try:
            discovery = Discovery.model_validate(raw)
        except ValidationError:
            raise ProviderAwayError("the description lacks what every provider's has") from None
        if discovery.issuer != self.issuer:
            raise ProviderAwayError(f"the description is of {discovery.issuer!r}, another issuer")
        if not discovery.is_as_safe_as_its_issuer:
            raise ProviderAwayError("the description names an address without TLS")
        if not set(ALGORITHMS) & set(discovery.id_token_signing_alg_values_supported):
            raise ProviderAwayError("the provider signs in no way that we accept")
        return _Known(discovery, await self._fetched_keys(str(discovery.jwks_uri)), now)

    async def _fetched_keys(self, url: str) -> KeySet:
        raw = await get_json(self._session, url)
        usable = [
            key
            for key in raw.get("keys", [])
            if isinstance(key, dict) and key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"
        ]
        try:
            return KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError) as unusable:
            raise ProviderAwayError(f"the keys cannot be read: {unusable}") from None
