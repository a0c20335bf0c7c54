from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where every part of the system learns the time, so that a proof can move it."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the machine's clock
