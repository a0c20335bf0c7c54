from datetime import datetime
from math import ceil
from typing import ClassVar

from system.kit.problems import AuthenticationRequired, Problem


class EmailTaken(Problem):
    """An account with this email exists; log in instead."""

    slug: ClassVar[str] = "email-taken"
    title: ClassVar[str] = "This email has an account"
    status: ClassVar[int] = 409


class InvalidCredentials(AuthenticationRequired):
    """The email or the password is wrong; which of them is not said."""

    slug: ClassVar[str] = "invalid-credentials"
    title: ClassVar[str] = "Email or password is wrong"

    def __init__(self) -> None:
        super().__init__("Check both and try again; sign up if you have no account yet.")


class InvalidRefreshToken(AuthenticationRequired):
    """This refresh token is unknown, expired, revoked or was used before; log in again."""

    slug: ClassVar[str] = "invalid-refresh-token"
    title: ClassVar[str] = "This session has ended"

    def __init__(self) -> None:
        super().__init__("Log in again; a refresh token works once, and its session ends if it is seen twice.")


class WrongPassword(Problem):
    """The present password is asked before it, or the address, is changed; this is not it."""

    slug: ClassVar[str] = "wrong-password"
    title: ClassVar[str] = "This is not your present password"
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("Type your present password; if you have forgotten it, ask for a link to set a new one.")


class CurrentSession(Problem):
    """This is the session that asks; log out to end it."""

    slug: ClassVar[str] = "current-session"
    title: ClassVar[str] = "This is the session you are in"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("Log out to end it; this ends your other sessions.")


class EmailConfirmed(Problem):
    """The address is confirmed already; there is nothing to send."""

    slug: ClassVar[str] = "email-confirmed"
    title: ClassVar[str] = "Your address is confirmed already"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("Nothing is left to do; no mail was sent.")


class TooManyMails(Problem):
    """As many links as we send were sent; use the newest, or wait as long as Retry-After says."""

    slug: ClassVar[str] = "too-many-mails"
    title: ClassVar[str] = "We have sent you several mails already"
    status: ClassVar[int] = 429

    def __init__(self, allowed_at: datetime, now: datetime) -> None:
        seconds = max(1, ceil((allowed_at - now).total_seconds()))
        minutes = ceil(seconds / 60)
        text = f"Use the newest of them, and look among the junk mail; another one can be sent in {minutes} min."
        super().__init__(text, headers={"Retry-After": str(seconds)})


class TooManyTries(Problem):
    """Too many wrong passwords or codes came for this account; wait as long as Retry-After says."""

    slug: ClassVar[str] = "too-many-tries"
    title: ClassVar[str] = "Too many wrong tries"
    status: ClassVar[int] = 429

    def __init__(self, allowed_at: datetime, now: datetime) -> None:
        seconds = max(1, ceil((allowed_at - now).total_seconds()))
        super().__init__(
            f"Try again in {ceil(seconds / 60)} min; until then not even the right one is accepted.",
            headers={"Retry-After": str(seconds)},
        )


class LinkRefused(Problem):
    """Base of what is wrong with a link; whoever holds one may know, since nobody can guess one."""


class UnknownLink(LinkRefused):
    """No mail of ours holds this link; copy it whole, or ask for a new one."""

    slug: ClassVar[str] = "link-unknown"
    title: ClassVar[str] = "This is no link of ours"
    status: ClassVar[int] = 404

    def __init__(self) -> None:
        super().__init__("Part of it may be missing: copy the whole address from the mail, or ask for a new link.")


class ExpiredLink(LinkRefused):
    """The link is older than half an hour; ask for a new one."""

    slug: ClassVar[str] = "link-expired"
    title: ClassVar[str] = "This link has expired"
    status: ClassVar[int] = 410

    def __init__(self) -> None:
        super().__init__("A link works for 30 minutes; ask for a new one.")


class ClosedLink(LinkRefused):
    """The link was used, or something that came later has made it void; ask for a new one if you still need it."""

    slug: ClassVar[str] = "link-used"
    title: ClassVar[str] = "This link has been used"
    status: ClassVar[int] = 410

    def __init__(self) -> None:
        super().__init__(
            "A link works once, and a later change makes it void. If it was you, all is done; else ask for a new one."
        )
