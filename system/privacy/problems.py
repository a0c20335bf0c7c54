from typing import ClassVar

from system.kit.problems import Problem


class MoneyUndecided(Problem):
    """A payment or a refund is still on its way; what became of it must be known before its owner is gone."""

    slug: ClassVar[str] = "money-undecided"
    title: ClassVar[str] = "Some of your money is still on its way"
    status: ClassVar[int] = 409

    def __init__(self, object_id: str) -> None:
        super().__init__(
            f"{object_id} is not settled yet: finish it, or wait until it is decided, and ask again.",
            object_id=object_id,
        )


class SubscriptionLive(Problem):
    """A subscription still runs; cancel it at once first, or wait for its end."""

    slug: ClassVar[str] = "subscription-live"
    title: ClassVar[str] = "Your subscription is still running"
    status: ClassVar[int] = 409

    def __init__(self, subscription_id: str) -> None:
        super().__init__(
            "Cancel it at once, or wait until the paid time is over, and ask again.", subscription_id=subscription_id
        )


class RecentLoginRequired(Problem):
    """The account has no password to prove its owner by; log in again and ask within ten minutes."""

    slug: ClassVar[str] = "recent-login-required"
    title: ClassVar[str] = "Log in again first"
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("Your account has no password: log out and in again, and ask within ten minutes of that.")
