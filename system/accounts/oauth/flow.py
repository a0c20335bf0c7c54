"""To the provider and back. Nothing is open while the provider is asked, and an answer counts once."""

import hmac
from dataclasses import dataclass

import structlog

from system.accounts.oauth import repository
from system.accounts.oauth.problems import (
    AnswerRefused,
    ExpiredAnswer,
    LoginDeclined,
    ProviderAway,
    ProviderOff,
    StrayAnswer,
    UsedAnswer,
)
from system.accounts.oauth.tickets import LIFE, Purpose, Ticket, nonce_of, read, verifier_of, written
from system.accounts.tokens import digest
from system.context import System
from system.kit.ids import new_secret
from system.oidc.models import Claims, CodeRefusedError, IdTokenRefusedError, ProviderAwayError
from system.oidc.provider import OpenIdProvider
from system.settings import Settings

log = structlog.get_logger(__name__)

CALLBACK = "/login/provider/callback"
_DECLINED = "access_denied"
"""RFC 6749, 4.1.2.1: the person, or the provider, said no. Every other error is the provider's trouble or ours."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and the ticket that it carries."""

    url: str
    ticket: str


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the browser brings back: a code, or an error. `issuer` is who says so, where he does (RFC 9207)."""

    state: str
    code: str | None
    error: str | None
    issuer: str | None


async def depart(system: System, purpose: Purpose, next_path: str, *, account_id: str | None = None) -> Departure:
    """Begin a log-in, or the linking of one to an account. Raises ProviderOff and ProviderAway."""
    provider = provider_of(system)
    state = new_secret()
    ticket = Ticket(state, purpose, next_path, account_id, system.clock.now() + LIFE)
    try:
        url = await provider.authorization_url(
            redirect_uri=redirect_uri(system.settings),
            state=state,
            nonce=nonce_of(system.settings, state),
            verifier=verifier_of(system.settings, state),
        )
    except ProviderAwayError as away:
        raise _away(system, away) from None
    return Departure(url, written(system.settings, ticket))


async def arrive(system: System, answer: ProviderAnswer, ticket_text: str) -> tuple[Ticket, Claims]:
    """Return what was asked for and who the provider says it is, or the Problem that tells what is wrong."""
    provider = provider_of(system)
    ticket = _ticket_of(system.settings, answer, ticket_text, provider.issuer)
    await _use_up(system, ticket)
    name = system.settings.oidc_name
    if answer.error == _DECLINED:
        raise LoginDeclined(name)
    if answer.error is not None or not answer.code:
        raise _away(system, answer.error or "neither a code nor an error came back")
    try:
        claims = await provider.redeem(
            answer.code,
            redirect_uri=redirect_uri(system.settings),
            nonce=nonce_of(system.settings, ticket.state),
            verifier=verifier_of(system.settings, ticket.state),
        )
    except ProviderAwayError as away:
        raise _away(system, away) from None
    except (CodeRefusedError, IdTokenRefusedError) as refused:
        log.warning("login_by_provider_refused", reason=str(refused))
        raise AnswerRefused(name) from None
    return ticket, claims


def provider_of(system: System) -> OpenIdProvider:
    if system.identity_provider is None:
        raise ProviderOff
    return system.identity_provider


def redirect_uri(settings: Settings) -> str:
    """Return our one address that the provider may answer to; it is registered there, letter by letter."""
    return str(settings.public_url).rstrip("/") + CALLBACK


def _ticket_of(settings: Settings, answer: ProviderAnswer, text: str, issuer: str) -> Ticket:
    ticket = read(settings, text)
    if ticket is None or not hmac.compare_digest(ticket.state.encode(), answer.state.encode()):
        raise StrayAnswer
    if answer.issuer not in {None, issuer}:
        raise StrayAnswer
    return ticket


async def _use_up(system: System, ticket: Ticket) -> None:
    """Commit that the state was answered, before the code is traded: of two that bring it, one goes on."""
    now = system.clock.now()
    if now >= ticket.expires_at:
        raise ExpiredAnswer
    async with system.db.transaction() as conn:
        if not await repository.use_state(conn, digest(ticket.state), now, ticket.expires_at):
            raise UsedAnswer


def _away(system: System, reason: ProviderAwayError | str) -> ProviderAway:
    log.warning("provider_away", reason=str(reason)[:300])
    return ProviderAway(system.settings.oidc_name)
