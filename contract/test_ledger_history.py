"""What was booked stays as it was booked; what is undone is undone by an entry of its own."""

from collections.abc import Mapping
from typing import Final

import psycopg
import pytest

from fixtures.bench import Bench
from fixtures.client import Auditor, Item, Member

TOKENS: Final = "itm_tokens_100"
CHANGES: Final = [
    f"{change}{table}{rest}"
    for table in ("ledger_entries", "postings")
    for change, rest in (("UPDATE ", " SET entry_id = entry_id"), ("DELETE FROM ", ""), ("TRUNCATE ", " CASCADE"))
]


@pytest.mark.proves("C2.1")
def test_what_is_booked_is_never_rewritten(member: Member, auditor: Auditor, catalogue: Mapping[str, Item]) -> None:
    payment = member.pay(catalogue[TOKENS], key="booked").value
    before = {entry.entry_id: entry for entry in auditor.ledger_entries()}

    assert member.refund(payment.payment_id, key="a-part", amount=100).status == 201
    assert member.refund(payment.payment_id, key="another", amount=200).status == 201

    after = {entry.entry_id: entry for entry in auditor.ledger_entries()}
    assert {name: after.get(name) for name in before} == before
    assert len(after) == len(before) + 2


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.proves("C2.1")
def test_the_database_refuses_to_change_what_is_booked(bench: Bench, change: str) -> None:
    with psycopg.connect(bench.database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(change.encode())
