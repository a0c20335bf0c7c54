"""All checkers of a run, noun by noun; each of them alone can be wrong, or break."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from load.checkers import (
    audit,
    entitlements,
    invoices,
    ledger,
    logs,
    mails,
    money,
    outcomes,
    readings,
    refusals,
    rest,
    shapes,
    subscriptions,
    webhooks,
)
from load.checkers.checker import Checker
from load.checkers.seen import Seen
from load.findings import Finding

CHECKERS: Final[tuple[Checker[Any], ...]] = (
    *ledger.CHECKERS,
    *subscriptions.CHECKERS,
    *entitlements.CHECKERS,
    *invoices.CHECKERS,
    *webhooks.CHECKERS,
    *mails.CHECKERS,
    *audit.CHECKERS,
    *refusals.CHECKERS,
    *logs.CHECKERS,
)
"""Those that say nothing of a run in which there was nothing for them to look at."""

ALL_MONEY: Final = ("B2.3", "C2.1", "C2.2", "C2.3")

Judge = Callable[[Seen], Iterable[Finding]]


def findings(seen: Seen) -> list[Finding]:
    checks = {**_OF_STORED, **_OF_ALL}
    found = [each for title, check in checks.items() for each in _asked(title, check, seen)]
    return found + [each for checker in CHECKERS for each in checker.findings(seen)]


def idle(found: Iterable[Finding]) -> frozenset[str]:
    """The checkers that had nothing to look at, if the run was judged at all."""
    titles = {each.check for each in found}
    if "money" in titles:
        return frozenset()
    return frozenset(each.name for each in CHECKERS if each.title not in titles)


def without_history(seen: Seen, why: str) -> list[Finding]:
    """What can be said of a run whose clients tell nothing that could be relied on."""
    found = [each for title, check in _OF_STORED.items() for each in _asked(title, check, seen)]
    return [Finding("money", "money", "unknown", why, ALL_MONEY), *found]


def broke(title: str, error: Exception) -> Finding:
    """A crash of a checker is unknown, never a pass."""
    return Finding(title, "money", "unknown", f"could not be judged: {type(error).__name__}: {error}", ALL_MONEY)


def _asked(title: str, check: Judge, seen: Seen) -> list[Finding]:
    try:
        return list(check(seen))
    except Exception as error:  # noqa: BLE001 - whatever it was, the others still have their say
        return [broke(title, error)]


def _books(seen: Seen) -> list[Finding]:
    if seen.books is None:
        hidden = "this target does not show its processor's books, so nobody can say if they agree"
        return [Finding("money", "money", "unknown", hidden, ALL_MONEY)]
    return money.findings(seen.books, unheard=seen.unheard)


_OF_ALL: Final[dict[str, Judge]] = {
    "money": _books,
    outcomes.TITLE: lambda seen: [outcomes.finding(seen.told.operations, seen.verdicts)],
    readings.TITLE: lambda seen: readings.findings(seen.told.readings),
}
_OF_STORED: Final[dict[str, Judge]] = {
    rest.ALIVE: lambda seen: rest.alive(seen.part("unread")),
    rest.TITLE: lambda seen: rest.findings(seen.part("moving")),
    shapes.TITLE: lambda seen: shapes.findings(seen.part("fidelity")),
}

TITLES: Final = frozenset({*_OF_ALL, *_OF_STORED} - {"money"})
"""Of the checkers outside the list: "money" stands for the rules of the books together."""
