from typing import Protocol


class PaymentProcessor(Protocol):
    """What the system needs of a payment processor; `stripe.py` is the only implementation that names one."""

    async def close(self) -> None: ...
