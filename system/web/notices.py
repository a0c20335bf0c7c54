from collections.abc import Mapping
from typing import Annotated

from fastapi import Query

Told = Annotated[str | None, Query(max_length=64)]

_NOTICES: Mapping[str, str] = {
    "email-confirmed": "Thank you, your address is confirmed.",
    "password-set": "Your new password is set, and every session has ended. Log in with it.",
    "password-changed": "Your password is changed, and your other sessions have ended.",
    "mail-sent": "A mail with a link is on its way to you.",
    "change-sent": "A mail with a link is on its way to the new address. Nothing changes before it is used.",
    "challenge-ended": "That log-in has ended, or had too many wrong codes. Begin again with your password.",
    "provider-linked": "It is linked. From now on you get in by it as well.",
    "provider-unlinked": "It is unlinked. Your password opens your account.",
    "second-factor-off": "Your second factor is off. Your password alone opens your account.",
    "setup-expired": "That set-up has waited too long for its code. Begin again.",
    "key-revoked": "That key is revoked; whatever uses it is refused from now on.",
    "session-ended": "That session has ended.",
}


def notice(told: str | None) -> str | None:
    """Return what happened on the page before, by its name; a text of the address's own is never shown."""
    return _NOTICES.get(told or "")
