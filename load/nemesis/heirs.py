"""What takes the place of a PostgreSQL server, looked at before anybody can write there: what it holds, by id."""

import time
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import psycopg

_OPEN: Final = ["processing", "uncertain", "requires_action", "pending"]
_MONEY: LiteralString = """
SELECT coalesce(array_agg(id) FILTER (WHERE status <> ALL (%(open)s)), '{}'),
       coalesce(array_agg(id) FILTER (WHERE status = ANY (%(open)s)), '{}')
  FROM (SELECT payment_id AS id, status FROM payments UNION ALL SELECT refund_id, status FROM refunds) AS money
"""
_ENTRIES: LiteralString = "SELECT count(*) FROM ledger_entries"
_UNBALANCED: LiteralString = """
SELECT DISTINCT entry_id
  FROM ledger_entries LEFT JOIN postings USING (entry_id)
 GROUP BY entry_id, currency
HAVING count(posting_id) = 0 OR sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END) <> 0
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """`at_s` by the machine's monotonic clock; payments and refunds by id, and the entries of its ledger."""

    at_s: float
    decided: list[str]
    undecided: list[str]
    entries: int
    unbalanced: list[str]

    def to_json(self) -> dict[str, Any]:
        found = {"decided": self.decided, "undecided": self.undecided}
        return found | {"entries": self.entries, "unbalanced": self.unbalanced}


def look(url: str) -> Sight:
    """Raises psycopg.Error."""
    at_s = time.monotonic()
    with psycopg.connect(url, connect_timeout=5) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        [(decided, undecided)] = connection.execute(_MONEY, {"open": _OPEN}).fetchall()
        [(entries,)] = connection.execute(_ENTRIES).fetchall()
        unbalanced = [entry_id for (entry_id,) in connection.execute(_UNBALANCED)]
    return Sight(at_s, decided, undecided, entries, unbalanced)
