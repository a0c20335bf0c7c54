"""Our books beside the processor's own, fact by fact."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from system.context import System
from system.ledger import entries, repository
from system.ledger.repository import CashMovement
from system.processor.port import BalanceTransaction

_DISPUTE = ("dp_", "du_")
Kind = Literal["missing_in_ledger", "missing_at_processor", "amount_differs", "not_understood"]


@dataclass(frozen=True, slots=True)
class Difference:
    kind: Kind
    # The processor's id of the fact: a charge, a refund, or a balance transaction of another kind.
    processor_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    checked_at: datetime
    processor_transactions: int
    matched: int
    differences: list[Difference]


async def compare(system: System) -> Reconciliation:
    """Compare every balance transaction with the ledger's cash, both ways; ProcessorAwayError if it cannot be read.

    The ledger is read before and after: what is booked while the processor is read is missing on neither side.
    """
    checked_at = system.clock.now()
    before = await _cash_movements(system)
    theirs = [line async for line in system.processor.balance_transactions()]
    return judge(theirs, before=before, after=await _cash_movements(system), checked_at=checked_at)


async def _cash_movements(system: System) -> list[CashMovement]:
    async with system.db.statement() as conn:
        return await repository.cash_movements(conn)


def judge(
    theirs: Iterable[BalanceTransaction],
    *,
    before: Iterable[CashMovement],
    after: Iterable[CashMovement],
    checked_at: datetime,
) -> Reconciliation:
    """Match the two books by business key; ours as they were before and after theirs were read."""
    booked = {movement.business_key: movement for movement in after}
    lines = list(theirs)
    differences = [found for line in lines if (found := _judge_line(line, booked.get(_key_of(line))))]
    matched = len(lines) - len(differences)
    known = {_key_of(line) for line in lines}
    differences += [
        Difference("missing_at_processor", ours.business_key.partition(":")[2], f"Only we book {ours.business_key}.")
        for ours in before
        if ours.business_key not in known
    ]
    return Reconciliation(checked_at, len(lines), matched, differences)


def _judge_line(line: BalanceTransaction, booked: CashMovement | None) -> Difference | None:
    name = line.source_id or line.balance_transaction_id
    if not _key_of(line):
        return Difference("not_understood", name, f"{line.kind} of {line.net} is nothing that we book.")
    if booked is None:
        return Difference("missing_in_ledger", name, f"{line.kind} of {line.net} is not booked.")
    if (booked.amount, booked.currency) != (line.net.amount, line.net.currency):
        detail = f"The processor says {line.net}, the ledger {booked.amount} {booked.currency}."
        return Difference("amount_differs", name, detail)
    return None


def _key_of(line: BalanceTransaction) -> str:
    match line.kind, line.source_id:
        case ("charge" | "payment", str(source)):
            return entries.capture_key(source)
        case ("refund" | "payment_refund", str(source)):
            return entries.refund_key(source)
        case ("refund_failure" | "payment_failure_refund", str(source)):
            return entries.refund_failure_key(source)
        case ("adjustment", str(source)) if source.startswith(_DISPUTE):
            return entries.dispute_key(line.balance_transaction_id)
        case _:
            return ""
