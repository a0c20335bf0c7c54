from typing import ClassVar

from system.accounts.second_factor.models import IssuedChallenge
from system.kit.problems import AuthenticationRequired, Problem


class SecondFactorRequired(AuthenticationRequired):
    """The password was right; send `challenge_token` with a code of the authenticator to log-in's second step."""

    slug: ClassVar[str] = "second-factor-required"
    title: ClassVar[str] = "A second factor is wanted"

    def __init__(self, challenge: IssuedChallenge) -> None:
        super().__init__("Send this challenge's token with a code of your authenticator, or a recovery code.")
        self.members = {"challenge_token": challenge.token, "expires_in_s": challenge.expires_in_s}


class ChallengeEnded(AuthenticationRequired):
    """This log-in has expired, was finished, or had too many wrong codes; begin again with the password."""

    slug: ClassVar[str] = "challenge-ended"
    title: ClassVar[str] = "This log-in has ended"

    def __init__(self) -> None:
        super().__init__("Log in again: a code is waited for five minutes, and five wrong ones end it.")


class WrongCode(Problem):
    """The code is wrong, was used before, or is of another time; type the one that is shown now."""

    slug: ClassVar[str] = "wrong-code"
    title: ClassVar[str] = "This code is not right"
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("Each code works once: wait for the next one, check the device's clock, and type it anew.")


class SecondFactorOn(Problem):
    """The account has a second factor; switch it off before you set up another authenticator."""

    slug: ClassVar[str] = "second-factor-on"
    title: ClassVar[str] = "Your second factor is on already"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("Switch it off first, then set up the other authenticator.")


class SecondFactorOff(Problem):
    """The account has no second factor, or its set-up has expired; set up an authenticator first."""

    slug: ClassVar[str] = "second-factor-off"
    title: ClassVar[str] = "No authenticator is set up"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("Set up an authenticator first; a set-up waits a quarter of an hour for its first code.")


class EmailNotConfirmed(Problem):
    """The address must be confirmed first: whoever typed a stranger's address would else lock the stranger out."""

    slug: ClassVar[str] = "email-not-confirmed"
    title: ClassVar[str] = "Confirm your address first"
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("Use the link that we have mailed to you, or have another one sent; then come back.")
