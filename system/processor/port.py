"""What the system needs of a payment processor, and every answer it can get.

An answer is a fact or it is `Unknown`; nothing in between is ever guessed. Amounts are minor units as the processor
counts them, which is as `kit/money.py` counts them.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from system.kit.money import Money


@dataclass(frozen=True, slots=True)
class Movement:
    """What one fact did to our balance at the processor. `gross` may be in another currency than the payment."""

    balance_transaction_id: str
    gross: Money
    fee: Money
    net: Money


@dataclass(frozen=True, slots=True)
class Charged:
    """The money is ours."""

    processor_payment_id: str
    charge_id: str
    money: Money
    customer_id: str | None
    movement: Movement
    # What its owner knows the means of payment by: `visa 4242`. None where the processor does not say.
    paid_with: str | None = None


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The buyer has to do something at `url`: type a card, or prove to be its owner."""

    url: str
    processor_payment_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """The attempt is over and nothing was charged. `code` is for machines, `message` for the buyer."""

    code: str
    message: str
    processor_payment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Canceled:
    """The attempt was given up, by us, by the buyer or by its age; nothing was charged."""

    reason: str
    processor_payment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The processor refused to begin. That surely had no effect, and the same may be asked again."""

    reason: str
    retry_after_s: int = 5


@dataclass(frozen=True, slots=True)
class Unknown:
    """The question may have had its effect or not. `replayed` means that asking it again gives the same no-answer."""

    reason: str
    replayed: bool = False
    processor_payment_id: str | None = None


PaymentAnswer = Charged | ActionRequired | Declined | Canceled | Unavailable | Unknown
RefundState = Literal["pending", "succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class Refunded:
    """The processor has the refund. `movement` is what it took from our balance, once it did."""

    processor_refund_id: str
    charge_id: str
    processor_payment_id: str | None
    money: Money
    state: RefundState
    our_refund_id: str | None
    movement: Movement | None
    # What came back, if the bank refused the refund afterwards.
    returned: Movement | None = None
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """There is no refund and there will be none."""

    code: str
    message: str


RefundAnswer = Refunded | RefundRefused | Unavailable | Unknown


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute as the processor has it now. `movements` are all that it did to our balance, with their signs."""

    processor_dispute_id: str
    charge_id: str
    customer_id: str | None
    money: Money
    status: str
    reason: str
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One payment as the processor is asked for it. `payment_id` is also what its idempotency key is made of."""

    payment_id: str
    account_id: str
    customer_id: str
    money: Money
    description: str
    # None asks for a page where the buyer types a card.
    payment_method: str | None
    return_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefundAttempt:
    refund_id: str
    payment_id: str
    processor_payment_id: str
    money: Money
    reason: str | None


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """One line of the processor's own books. `source_id` is the charge or refund that made it."""

    balance_transaction_id: str
    kind: str
    source_id: str | None
    net: Money


class PaymentProcessor(Protocol):
    """Every verb answers, or gives `Unknown`; none raises for what the processor or the network does.

    The two that only read raise `ProcessorAwayError`.
    """

    async def create_customer(self, *, account_id: str, email: str, key: str) -> str | Unknown: ...

    async def forget_customer(self, customer_id: str) -> Unavailable | Unknown | None:
        """Delete a customer with all that names the person; None is certain: it is gone, now or since before."""

    async def charge(self, attempt: Attempt) -> PaymentAnswer:
        """Ask for the money. Asking again with the same attempt has the effect of asking once."""

    async def find_payment(self, *, payment_id: str, customer_id: str) -> PaymentAnswer | None:
        """Search the customer's payments for ours; None is certain: it was never made."""

    async def retrieve_payment(self, processor_payment_id: str) -> PaymentAnswer | None:
        """Read a payment; None is certain: the processor knows none of this id."""

    async def retrieve_session(self, session_id: str) -> PaymentAnswer | None: ...

    async def refund(self, attempt: RefundAttempt) -> RefundAnswer: ...

    async def find_refund(self, *, refund_id: str, processor_payment_id: str) -> RefundAnswer | None: ...

    async def retrieve_refund(self, processor_refund_id: str) -> RefundAnswer | None: ...

    async def refunds_of(self, processor_payment_id: str) -> list[Refunded] | Unknown:
        """Read all refunds of a payment, whoever made them."""

    async def retrieve_dispute(self, processor_dispute_id: str) -> Disputed | Unknown | None:
        """Read a dispute; None is certain: the processor knows none of this id."""

    def balance_transactions(self) -> AsyncIterator[BalanceTransaction]:
        """Read the processor's whole books, newest first."""

    def step(self, currency: str) -> int:
        """Return what amounts of the currency must be multiples of."""

    async def ping(self) -> None:
        """Return if the processor answers."""

    async def close(self) -> None: ...


class ProcessorAwayError(Exception):
    """The processor did not answer a question that changes nothing; ask again later."""
