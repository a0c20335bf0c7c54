from typing import ClassVar

from system.kit.problems import NotFound, Problem, ServiceUnavailable


class ProviderOff(NotFound):
    """No provider is set up here; log in with the password."""

    slug: ClassVar[str] = "provider-off"
    title: ClassVar[str] = "There is no such log-in here"

    def __init__(self) -> None:
        super().__init__("Log in with your email and password; no other way is set up.")


class ProviderAway(ServiceUnavailable):
    """The provider does not answer, or not as a provider does; try again, or log in with the password."""

    slug: ClassVar[str] = "provider-away"
    title: ClassVar[str] = "The other side does not answer"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} does not answer as it should. Try again in a minute, or log in with your password.")


class StrayAnswer(Problem):
    """This browser asked for no such log-in, or began another one since; begin again here."""

    slug: ClassVar[str] = "login-stray"
    title: ClassVar[str] = "This log-in was not begun here"
    status: ClassVar[int] = 400

    def __init__(self) -> None:
        super().__init__("It was begun in another browser, or a later one took its place. Begin again here.")


class UsedAnswer(Problem):
    """This log-in is through; an answer of the provider works once."""

    slug: ClassVar[str] = "login-used"
    title: ClassVar[str] = "This log-in was used already"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("An answer works once. If you are not logged in, begin again.")


class ExpiredAnswer(Problem):
    """The log-in took longer than ten minutes; begin again."""

    slug: ClassVar[str] = "login-expired"
    title: ClassVar[str] = "This log-in took too long"
    status: ClassVar[int] = 410

    def __init__(self) -> None:
        super().__init__("It is kept for ten minutes. Begin again.")


class LoginDeclined(Problem):
    """The person, or the provider, did not allow the log-in."""

    slug: ClassVar[str] = "login-declined"
    title: ClassVar[str] = "The log-in was not allowed"
    status: ClassVar[int] = 403

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was told not to let you in here. Begin again and allow it, or use your password.")


class AnswerRefused(Problem):
    """What the provider said does not prove who is there; begin again."""

    slug: ClassVar[str] = "login-unproven"
    title: ClassVar[str] = "We could not verify that it is you"
    status: ClassVar[int] = 403

    def __init__(self, name: str) -> None:
        super().__init__(f"What {name} told us does not prove it. Nobody was logged in; begin again.")


class UnprovenEmail(Problem):
    """The provider names no address, or one that it has not proven; confirm it there, or sign up here."""

    slug: ClassVar[str] = "email-unproven"
    title: ClassVar[str] = "Your address is not confirmed there"
    status: ClassVar[int] = 403

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} does not vouch for your address. Confirm it there and try again, or sign up here.")


class LinkFirst(Problem):
    """An account with this address exists and is not joined by an address alone; log in and link it."""

    slug: ClassVar[str] = "link-first"
    title: ClassVar[str] = "Log in with your password first"
    status: ClassVar[int] = 409

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Your address has an account here already. Log in with its password, or set a new one by mail; then link "
            f"{name} on your account page."
        )


class IdentityTaken(Problem):
    """Another account is linked with this log-in, or this account with another one; unlink that first."""

    slug: ClassVar[str] = "identity-taken"
    title: ClassVar[str] = "This is linked already"
    status: ClassVar[int] = 409

    def __init__(self, name: str) -> None:
        super().__init__(f"A log-in of {name} belongs to one account, and an account to one of them. Unlink it first.")


class AddressUnconfirmed(Problem):
    """The account's own address is not confirmed yet; use the link in our mail first."""

    slug: ClassVar[str] = "email-unconfirmed"
    title: ClassVar[str] = "Confirm your address first"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("Use the link that we have mailed to you; your account page sends another one.")


class LastWayIn(Problem):
    """Without a password, this is the only way into the account; set a password first."""

    slug: ClassVar[str] = "last-way-in"
    title: ClassVar[str] = "This is your only way in"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("Set a password by 'Forgot your password?' first; then you can unlink this.")
