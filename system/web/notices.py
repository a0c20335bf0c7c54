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
    "plan-changed": "Your plan is changed. The receipt is on its way to you.",
    "plan-scheduled": "Your plan changes with the next period. Nothing was charged.",
    "plan-kept": "You keep your plan; the change that was to come is taken back.",
    "subscription-ending": "Your plan ends with its period and stays open until then. You can take that back.",
    "subscription-ended": "Your plan has ended.",
    "subscription-kept": "Your plan goes on as before. Nothing was charged.",
    "subscription-paused": "Your plan is paused. What is left of the period counts when you resume.",
    "subscription-resumed": "Your plan is open again, and a new period has begun.",
    "card-changed": "Your new card is used from now on.",
    "key-revoked": "That key is revoked; whatever uses it is refused from now on.",
    "session-ended": "That session has ended.",
}


def notice(told: str | None) -> str | None:
    """Return what happened on the page before, by its name; a text of the address's own is never shown."""
    return _NOTICES.get(told or "")
