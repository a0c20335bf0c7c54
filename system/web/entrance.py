"""How a browser comes in: with a session, or first with a question for the second factor."""

from urllib.parse import quote

from fastapi import Response

from system.accounts.admission import Admission
from system.accounts.identity import cookie_name
from system.accounts.second_factor.models import IssuedChallenge
from system.accounts.sessions import OpenedSession
from system.settings import Settings
from system.web.rendering import Desk, go, set_cookie

SECOND_STEP = "/login/second-factor"


def challenge_cookie_name(settings: Settings) -> str:
    """Holds the log-in that waits for a code, for as long as the browser is open; see `cookie_name` for the prefix."""
    return "__Host-challenge" if settings.public_url.scheme == "https" else "challenge"


def admitted(at: Desk, admission: Admission, wanted: str) -> Response:
    """Answer a log-in: go to the page that was wanted, or to the form for a code and from there to that page."""
    if isinstance(admission, IssuedChallenge):
        response = go(f"{SECOND_STEP}?next={quote(wanted, safe='')}")
        set_cookie(response, at.system, challenge_cookie_name(at.system.settings), admission.token)
        return response
    return welcomed(at, admission, wanted)


def welcomed(at: Desk, opened: OpenedSession, wanted: str) -> Response:
    response = go(wanted)
    settings = at.system.settings
    set_cookie(response, at.system, cookie_name(settings), opened.secret, days=settings.session_days)
    forget(response, settings, challenge_cookie_name(settings))
    return response


def forget(response: Response, settings: Settings, name: str) -> None:
    response.delete_cookie(name, path="/", secure=settings.public_url.scheme == "https", httponly=True)
