"""The ledger is only ever added to, adds up account by account, and leaves nothing in between."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import orjson

from fixtures.books import Difference, Entry
from load.checkers.checker import Checker
from load.checkers.seen import Seen

_TRANSIT: Final = ("clearing:refund", "receivable:")
"""What money only passes through. A conversion is no transit: its two currencies stay apart for good."""

Json = Mapping[str, Any]
Balances = dict[tuple[str, str], int]


def digest(entry: Json) -> str:
    """A short name of all that an entry says, the same for what was read and for what was kept of it."""
    told = orjson.dumps(entry, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)
    return blake2b(told, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Readings:
    """The entries as they were read twice: a digest by id at first, and whole at the end."""

    before: Mapping[str, str]
    after: Sequence[Json]


def no_entry_is_ever_rewritten(read: Readings) -> Iterator[Difference]:
    after = {str(entry["entry_id"]): entry for entry in read.after}
    for entry_id, told in read.before.items():
        if entry_id not in after:
            yield Difference("entry-gone", entry_id, "it was there before everything came to rest")
        elif digest(after[entry_id]) != told:
            yield Difference("entry-rewritten", entry_id, f"it reads otherwise now: {after[entry_id]}")


@dataclass(frozen=True, slots=True)
class Sums:
    """The entries, and what the system says that they come to, by account and currency; None if it was not asked."""

    entries: tuple[Entry, ...]
    told: Balances

    @property
    def counted(self) -> Balances:
        sums: Counter[tuple[str, str]] = Counter()
        for entry in self.entries:
            for line in entry.lines:
                sums[line.account, line.currency] += line.amount
        return dict(sums)


def each_balance_is_the_sum_of_its_entries(read: Sums) -> Iterator[Difference]:
    counted = read.counted
    for account, currency in sorted(counted.keys() | read.told.keys()):
        entries, told = counted.get((account, currency), 0), read.told.get((account, currency), 0)
        if entries != told:
            yield Difference("balance-differs", account, f"{told} {currency} told, its entries sum to {entries}")


def transit_accounts_are_empty(balances: Balances) -> Iterator[Difference]:
    for (account, currency), amount in balances.items():
        if amount:
            yield Difference("transit-not-cleared", account, f"{amount} {currency} never arrived")


def _readings(seen: Seen) -> Readings | None:
    before = seen.part("entries_before")
    return None if before is None else Readings(before, seen.stored["entries"])


def _sums(seen: Seen) -> Sums | None:
    told, books = seen.part("trial_balance"), seen.books
    if told is None or books is None:
        return None
    accounts = {
        (str(account["account"]), str(currency["currency"])): int(account["balance"])
        for currency in told["currencies"]
        for account in currency["accounts"]
    }
    return Sums(books.entries, accounts)


def _transit(seen: Seen) -> Balances | None:
    if seen.books is None:
        return None
    counted = Sums(seen.books.entries, {}).counted
    return {key: amount for key, amount in counted.items() if key[0].startswith(_TRANSIT)}


CHECKERS: Final[tuple[Checker[Any], ...]] = (
    Checker(no_entry_is_ever_rewritten, _readings, lambda read: len(read.before), "early readings of entries"),
    Checker(each_balance_is_the_sum_of_its_entries, _sums, lambda read: len(read.told), "accounts"),
    Checker(transit_accounts_are_empty, _transit, len, "transit accounts"),
)
