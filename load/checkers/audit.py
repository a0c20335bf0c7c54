"""The audit log tells of each movement of money, who moved it and when, and of each role that was given."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fixtures.books import Difference, Snapshot
from load.checkers.checker import Checker
from load.checkers.seen import Seen

Json = Mapping[str, Any]
_PAID, _REFUNDED, _GRANTED = "payment.succeeded", "refund.succeeded", "account.role_granted"


@dataclass(frozen=True, slots=True)
class Trail:
    """The rows of the log beside the movements that they must tell of: the owner of each, by its id."""

    rows: Sequence[Json]
    moved: Mapping[tuple[str, str], str]
    roles: Mapping[str, str]
    """Of the accounts that may act for others."""

    def may_move(self, actor: str, owner: str) -> bool:
        return actor == owner or actor in self.roles or actor.startswith("system:")

    def of(self, actions: frozenset[str]) -> Mapping[tuple[str, str], list[Json]]:
        found: defaultdict[tuple[str, str], list[Json]] = defaultdict(list)
        for row in self.rows:
            if row["action"] in actions:
                found[row["action"], row["object_id"]].append(row)
        return found


def each_movement_has_its_audit_row(trail: Trail) -> Iterator[Difference]:
    """One row, with an actor and a moment; the actor is the buyer, who holds a role, or a part of the system."""
    found = trail.of(frozenset({_PAID, _REFUNDED}))
    for (action, object_id), owner in trail.moved.items():
        rows = found.get((action, object_id), [])
        if len(rows) != 1:
            yield Difference("movement-not-one-audit-row", object_id, f"{len(rows)} rows of {action}")
        for row in rows:
            if not row["recorded_at"] or not trail.may_move(row["actor_id"], owner):
                yield Difference("audit-row-of-nobody", object_id, f"{action} by {row['actor_id']!r} for {owner}")


def the_audit_log_tells_of_nothing_else(trail: Trail) -> Iterator[Difference]:
    for (action, object_id), rows in trail.of(frozenset({_PAID, _REFUNDED})).items():
        if (action, object_id) not in trail.moved:
            yield Difference("audit-row-without-movement", object_id, f"{len(rows)} rows of {action}")


@dataclass(frozen=True, slots=True)
class Roles:
    """Who is known to hold a role, by account, and the rows of the log."""

    held: Mapping[str, str]
    rows: Sequence[Json]


def each_role_has_its_audit_row(read: Roles) -> Iterator[Difference]:
    granted = {(row["object_id"], row["details"].get("role")) for row in read.rows if row["action"] == _GRANTED}
    for account_id, role in read.held.items():
        if (account_id, role) not in granted:
            yield Difference("role-from-nobody", account_id, f"no row of {_GRANTED} gives it {role}")


def _trail(seen: Seen) -> Trail | None:
    rows, books = seen.part("audit"), seen.books
    return None if rows is None or books is None else Trail(rows, _moved(books), seen.part("roles") or {})


def _moved(books: Snapshot) -> Mapping[tuple[str, str], str]:
    owners = {each.payment_id: each.account_id for each in books.payments}
    moved = {(_PAID, each.payment_id): each.account_id for each in books.payments if each.status == "succeeded"}
    refunds = [each for each in books.refunds if each.status == "succeeded"]
    return moved | {(_REFUNDED, each.refund_id): owners.get(each.payment_id, "") for each in refunds}


def _roles(seen: Seen) -> Roles | None:
    held, rows = seen.part("roles"), seen.part("audit")
    return None if held is None or rows is None else Roles(held, rows)


CHECKERS: Final[tuple[Checker[Any], ...]] = (
    Checker(each_movement_has_its_audit_row, _trail, lambda trail: len(trail.moved), "movements of money"),
    Checker(the_audit_log_tells_of_nothing_else, _trail, lambda trail: len(trail.moved), "movements of money"),
    Checker(each_role_has_its_audit_row, _roles, lambda read: len(read.held), "roles"),
)
