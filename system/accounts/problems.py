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
