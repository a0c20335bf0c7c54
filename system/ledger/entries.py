"""What each fact of the business means in postings."""

from datetime import datetime

from system.kit.money import Money
from system.ledger.models import (
    CASH,
    CONVERSION,
    DISPUTE_FEE,
    DISPUTE_LOSS,
    PROCESSOR_FEE,
    REVENUE,
    Entry,
    Posting,
)
from system.processor.port import Movement


def capture(
    charge_id: str, *, sold: Money, gross: Money, fee: Money, net: Money, now: datetime, revenue: str = REVENUE
) -> Entry:
    """Book a sale: the processor holds `net` for us and kept `fee`; the revenue is what the buyer paid."""
    postings = [_debit(CASH, net), _debit(PROCESSOR_FEE, fee), _credit(revenue, sold), *_conversion(gross, sold)]
    return _entry(capture_key(charge_id), f"Payment of {sold}", postings, now)


def refund(
    refund_id: str, *, returned: Money, gross: Money, fee: Money, net: Money, now: datetime, revenue: str = REVENUE
) -> Entry:
    """Book a refund: what left our balance, positive. The processor keeps the fee of the sale, and may take another."""
    postings = [
        _debit(revenue, returned),
        _debit(PROCESSOR_FEE, fee),
        _credit(CASH, net),
        *_conversion(returned, gross),
    ]
    return _entry(refund_key(refund_id), f"Refund of {returned}", postings, now)


def refund_failure(
    refund_id: str, *, returned: Money, gross: Money, fee: Money, net: Money, now: datetime, revenue: str = REVENUE
) -> Entry:
    """Book that a refund came back: the opposite entry, linked by the refund's id. The first one stays."""
    postings = [
        _debit(CASH, net),
        _credit(PROCESSOR_FEE, fee),
        _credit(revenue, returned),
        *_conversion(gross, returned),
    ]
    return _entry(refund_failure_key(refund_id), f"Failed refund of {returned}", postings, now)


def dispute(movement: Movement, *, now: datetime) -> Entry:
    """Book what a dispute did to our balance: amount and fee leave with it, and come back when it is won.

    Each movement is a fact of its own, in the currency of the balance.
    """
    taken = movement.gross.amount < 0
    postings = [
        _signed(CASH, movement.net),
        _signed(DISPUTE_FEE, movement.fee),
        _signed(DISPUTE_LOSS, Money(-movement.gross.amount, movement.gross.currency)),
    ]
    what = "withdrawn" if taken else "given back"
    return _entry(dispute_key(movement.balance_transaction_id), f"Dispute: {movement.gross} {what}", postings, now)


def capture_key(charge_id: str) -> str:
    return f"capture:{charge_id}"


def refund_key(refund_id: str) -> str:
    return f"refund:{refund_id}"


def refund_failure_key(refund_id: str) -> str:
    return f"refund_failure:{refund_id}"


def dispute_key(balance_transaction_id: str) -> str:
    return f"dispute:{balance_transaction_id}"


def _conversion(received: Money, given: Money) -> list[Posting]:
    """Let each currency balance on its own: the clearing account takes one and gives the other."""
    if received.currency == given.currency:
        return []
    return [_credit(CONVERSION, received), _debit(CONVERSION, given)]


def _entry(business_key: str, description: str, postings: list[Posting], now: datetime) -> Entry:
    return Entry(business_key, description, tuple(posting for posting in postings if posting.money.amount), now)


def _signed(account: str, money: Money) -> Posting:
    """Return a debit, or for a negative amount the credit."""
    if money.amount < 0:
        return _credit(account, Money(-money.amount, money.currency))
    return _debit(account, money)


def _debit(account: str, money: Money) -> Posting:
    return Posting(account, "debit", money)


def _credit(account: str, money: Money) -> Posting:
    return Posting(account, "credit", money)
