"""Only our own forms are obeyed: the browser says where one came from, and the form carries a token of its cookie."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from system.accounts.identity import cookie_name
from system.context import Context
from system.settings import Settings
from system.web.problems import ForeignForm

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the field's name
_FIELDS_MAX = 20


def visitor_cookie_name(settings: Settings) -> str:
    """Before the log-in there is no session to bind a form to; this cookie stands for the browser until then."""
    return "__Host-visitor" if settings.public_url.scheme == "https" else "visitor"


def form_token(settings: Settings, holder: str) -> str:
    """Return what a form of the browser with this cookie carries; nobody can make it who cannot read the cookie."""
    key = hashlib.sha256(b"assay/form/" + settings.secret_key.get_secret_value().encode()).digest()
    return hmac.new(key, holder.encode(), "sha256").hexdigest()


def form_holder(request: Request, settings: Settings) -> str | None:
    """Return the cookie that forms of this browser are bound to: its session's, and only before the log-in another."""
    cookies = request.cookies
    return cookies.get(cookie_name(settings)) or cookies.get(visitor_cookie_name(settings))


async def posted(request: Request, system: Context) -> Mapping[str, str]:
    """Return a form's fields; ForeignForm if it is not ours or not this browser's."""
    if not _from_our_pages(request, system.settings):
        raise ForeignForm("This form was sent from another site. Open the page here and send it again.")
    form = await request.form(max_files=0, max_fields=_FIELDS_MAX)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    given = fields.pop(TOKEN_FIELD, "")
    holder = form_holder(request, system.settings)
    expected = form_token(system.settings, holder) if holder else ""
    if not holder or not hmac.compare_digest(given.encode(), expected.encode()):
        raise ForeignForm("This form is no longer valid. Go back, reload the page and send it again.")
    return fields


Posted = Annotated[Mapping[str, str], Depends(posted)]


def _from_our_pages(request: Request, settings: Settings) -> bool:
    """Compare the Origin that the browser adds to every form; a client without one is judged by its token alone."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    ours = {urlsplit(str(settings.public_url)).netloc, request.headers.get("host", "")}
    return origin != "null" and urlsplit(origin).netloc in ours
