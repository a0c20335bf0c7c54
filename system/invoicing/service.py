"""Documents that facts owe: written with the fact, in its transaction, and numbered afterwards (`numbering.py`).

| fact                             | document                                            |
|----------------------------------|-----------------------------------------------------|
| a payment succeeded              | an invoice                                          |
| a refund succeeded               | a credit note, which corrects the invoice           |
| that refund came back unpaid     | a debit note, which corrects the credit note        |
| a dispute                        | none: what was sold, and for how much, is the same  |
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from system.context import System
from system.invoicing import repository
from system.invoicing.models import Document, Due, Line
from system.invoicing.problems import InvoiceBeingIssued
from system.kit.db import Connection
from system.kit.money import Money
from system.kit.problems import NotFound

Note = Literal["credit_note", "debit_note"]

_BALANCE = "Balance carried from earlier invoices"
_NOTED: Final[Mapping[Note, str]] = {"credit_note": "Refund: {}", "debit_note": "Refund that did not arrive: {}"}


async def owe_invoice(
    conn: Connection,
    *,
    account_id: str,
    payment_id: str,
    money: Money,
    lines: Sequence[Line],
    paid_with: str | None,
    paid_at: datetime,
    now: datetime,
) -> None:
    """Owe the buyer an invoice for a payment, once."""
    due = Due("invoice", account_id, payment_id, None, money, closed(lines, money), paid_with, paid_at)
    await repository.insert_due(conn, due, now)


async def owe_note(
    conn: Connection,
    kind: Note,
    *,
    account_id: str,
    payment_id: str,
    refund_id: str,
    item_name: str,
    money: Money,
    now: datetime,
) -> None:
    """Owe the buyer a note on a refund, once of each kind. No document is ever undone: the next one corrects it."""
    lines = (Line(_NOTED[kind].format(item_name), money.amount),)
    await repository.insert_due(conn, Due(kind, account_id, payment_id, refund_id, money, lines, None, now), now)


def closed(lines: Sequence[Line], money: Money) -> tuple[Line, ...]:
    """Return lines that sum to what was paid: the processor may set a balance of the customer against an invoice."""
    rest = money.amount - sum(line.amount for line in lines)
    return (*lines, Line(_BALANCE, rest)) if rest else tuple(lines)


async def get_of_payment(system: System, payment_id: str, *, account_id: str) -> Document:
    """Return the invoice of the account's own payment.

    Raises InvoiceBeingIssued in the second before it has its number, and NotFound where none will ever be.
    """
    async with system.db.statement() as conn:
        issued = await repository.list_of_payment(conn, payment_id, account_id=account_id)
        due = not issued and await repository.is_due(conn, payment_id, account_id=account_id)
    if issued:
        return issued[0]
    if due:
        raise InvoiceBeingIssued
    raise NotFound(f"You have no invoice of {payment_id}: only what was paid has one. Yours are at /api/invoices.")


async def get(system: System, document_id: str, *, account_id: str) -> Document:
    """Return the account's own document, or raise NotFound."""
    async with system.db.statement() as conn:
        document = await repository.find(conn, document_id, account_id=account_id)
    if document is None:
        raise NotFound(f"You have no document {document_id}; yours are listed at /api/invoices.")
    return document


async def documents_of(system: System, payment_id: str, *, account_id: str) -> list[Document]:
    """Return what was issued for a payment of the account, the invoice first."""
    async with system.db.statement() as conn:
        return await repository.list_of_payment(conn, payment_id, account_id=account_id)


async def issued_to(system: System, *, account_id: str, before: str | None, limit: int) -> list[Document]:
    """Return an account's documents, newest first, older than `before`."""
    async with system.db.statement() as conn:
        return await repository.list_of_account(conn, account_id, before=before, limit=limit)
