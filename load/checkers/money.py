"""Is the money right? The rules of `fixtures.books`, each asked on its own, and the sides next to each other."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice
from typing import Final

from fixtures.books import CHECKS, Difference, Row, Snapshot, money_table
from fixtures.books.checks import nothing_happened_unasked
from load.findings import Finding, Outcome
from load.operations import unresolved

# Which criterion each rule speaks to, beside B2.3 that they prove together.
_BOOKS, _BUYERS, _BALANCE = ("C2.1", "B2.3"), ("C2.2", "B2.3"), ("C2.3", "B2.3")
_PROVES: Final[Mapping[str, tuple[str, ...]]] = {
    "entries_balance": _BALANCE,
    "clients_agree": _BUYERS,
    "nothing_happened_unasked": _BUYERS,
    "one_effect_for_each_key": _BUYERS,
    "one_receipt_for_each_payment": _BUYERS,
    "receipts_reach_their_buyer": _BUYERS,
}
_SHOWN: Final = 20
HEARD: Final = "money: every buyer was heard to the end"
_ANY: Final = (math.inf, math.inf)

Check = Callable[[Snapshot], Iterator[Difference]]


def findings(
    snapshot: Snapshot, checks: Sequence[Check] = CHECKS, unheard: AbstractSet[str] = frozenset()
) -> list[Finding]:
    """`unheard` are the actors whose history ends before they did: they may have asked for more than stands in it."""
    heard = replace(snapshot, operations=tuple(each for each in snapshot.operations or () if each.actor not in unheard))
    rules = [_finding(check, heard if check is nothing_happened_unasked else snapshot) for check in checks]
    rules += [_unheard(unheard)] if unheard else []
    return [*rules, _table(snapshot, all_heard=not unheard)]


def _unheard(actors: AbstractSet[str]) -> Finding:
    detail = f"of {len(actors)} buyers nobody knows what they asked for last: their worker was lost with its machine"
    return Finding(HEARD, "money", "unknown", detail, _BUYERS)


def _finding(check: Check, snapshot: Snapshot) -> Finding:
    name, proves = check.__name__, _PROVES.get(check.__name__, _BOOKS)
    title = f"money: {name.replace('_', ' ')}"
    try:
        wrong = [str(difference) for difference in check(snapshot)]
    except Exception as error:  # noqa: BLE001 - a crash of a checker says nothing about the money: unknown, never a pass
        return Finding(title, "money", "unknown", f"the checker broke: {type(error).__name__}: {error}", proves)
    if not wrong and not _was_exercised(snapshot):
        return Finding(title, "money", "unknown", "nothing was paid, so nothing could go wrong", proves)
    detail = f"{len(wrong)} differences" if wrong else f"holds over {len(snapshot.payments)} payments"
    return Finding(
        title, "money", "fail" if wrong else "pass", _said(detail, wrong), proves, examples=tuple(wrong[:_SHOWN])
    )


def _said(detail: str, wrong: Sequence[str]) -> str:
    return "\n".join([detail, *islice(wrong, 5)])


def _was_exercised(snapshot: Snapshot) -> bool:
    return bool(snapshot.transactions and snapshot.payments and snapshot.operations)


def _table(snapshot: Snapshot, *, all_heard: bool) -> Finding:
    """The three sides next to each other, to the cent."""
    rows = money_table(snapshot)
    by_currency = {row["currency"]: [each for each in rows if each["currency"] == row["currency"]] for row in rows}
    agreed = {
        currency: _agree(sides, _open(snapshot, currency) if all_heard else _ANY)
        for currency, sides in by_currency.items()
    }
    apart, unclear = ([name for name, each in agreed.items() if each == found] for found in ("fail", "unknown"))
    sources = {row["source"] for row in rows}
    complete = {"processor", "ledger", "clients"} <= sources
    outcome: Outcome = "fail" if apart else "pass" if complete and not unclear else "unknown"
    detail = f"{', '.join(sorted(sources)) or 'nobody'} agree to the cent"
    if unclear:
        detail = f"in {', '.join(unclear)} the buyers lack no more than what the open outcomes may have done"
    if apart:
        detail = f"the sides differ in {', '.join(apart)}"
    data = {"kind": "books", "rows": rows}
    return Finding("money conserved", "money", outcome, detail, ("B2.3", "C2.1", "C2.2"), data=data)


def _agree(sides: Sequence[Row], open_most: tuple[float, float]) -> Outcome:
    """Unknown where the buyers alone saw less, and where what they never learned of may be the rest."""
    books = {_moved(each) for each in sides if each["source"] != "clients"}
    seen = {_moved(each) for each in sides if each["source"] == "clients"}
    if len(books) == 1 and seen and books != seen:
        (kept,), (known,) = books, seen
        lacking = (kept[0] - known[0], kept[1] - known[1])
        return "unknown" if all(0 <= each <= most for each, most in zip(lacking, open_most, strict=True)) else "fail"
    return "pass" if len(books | seen) == 1 else "fail"


def _moved(side: Row) -> tuple[int, int]:
    return side["captured"], side["refunded"]


def _open(snapshot: Snapshot, currency: str) -> tuple[int, int]:
    """What was at most captured and refunded by the intents of which nobody learned what came of them."""
    still_open = set(unresolved(snapshot.operations or ()))
    asked = {each.key: each for each in snapshot.operations or () if each.currency == currency}
    amounts = {"pay": 0, "refund": 0}
    for key in still_open & asked.keys():
        amounts[asked[key].verb] += asked[key].amount
    return amounts["pay"], amounts["refund"]
