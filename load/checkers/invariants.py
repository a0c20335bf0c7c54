"""Every invariant of the money, M1 to M22 and I-1 to I-18: which checks ask it, or why none does.

An invariant that no check of a run asks is told as `unasked` or `not applicable`, with the reason, so that nobody takes
silence for a pass. A check here may ask only a part of its invariant: the table says who looks, the check's own finding
says at what.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypedDict

from load.checkers import faults, heirs
from load.findings import Finding

NAMES: Final = (*(f"M{number}" for number in range(1, 23)), *(f"I-{number}" for number in range(1, 19)))

_M1: Final = ("entries balance", "the trial balance holds at every moment")
_M2: Final = ("no entry is ever rewritten",)
_M3: Final = ("processor books add up", "each transaction is posted once", "each charge is one payment")
_M4: Final = ("transit accounts are empty",)

ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "M1": _M1,
    "M2": _M2,
    "M3": _M3,
    "M4": _M4,
    "M5": ("one effect for each key", "one receipt for each payment", "each payment is one invoice"),
    "M6": ("clients agree",),
    "M7": ("nothing happened unasked", "nothing is kept that was never sent", "the audit log tells of nothing else"),
    "M8": ("nothing is undecided", "every open question was answered"),
    "M9": ("access follows what was paid", "each live plan is paid for", "both sides know the same"),
    "M10": ("late events change nothing",),
    "M15": ("refunds stay within the payment",),
    "M16": ("lines sum to the amount", "documents sum to the ledger"),
    "M17": ("what was acknowledged is kept", "each event is kept once", "every event has arrived"),
    "M18": ("one receipt for each payment", "each refund is told once", "each sign up is answered once"),
    "M19": ("every refusal is clean", faults.CLEAN),
    "M20": (faults.RECOVERED,),
    "M21": (heirs.HELD, heirs.BALANCED, *_M1, *_M2, *_M3, *_M4),
    "M22": ("each movement has its audit row", "the audit log tells of nothing else", "no log holds a secret"),
    "I-1": ("entries balance",),
    "I-2": ("each balance is the sum of its entries",),
    "I-4": ("refunds stay within the payment", "each refund is one refund"),
    "I-5": ("each transaction is posted once",),
    "I-6": ("each charge is one payment",),
    "I-7": ("access follows what was paid", "each live plan is paid for"),
    "I-8": ("an account has one live subscription", "both sides know the same"),
    "I-10": ("months of tokens do not overlap",),
    "I-14": ("numbers are gap free", "numbers rise with time"),
    "I-15": ("one receipt for each payment", "each refund is told once", "each sign up is answered once"),
    "I-16": ("each event is kept once", "no true event is parked"),
    "I-17": ("paid periods leave no gap", "paid periods do not overlap"),
    "I-18": ("each role has its audit row",),
}

NOT_APPLICABLE: Final[Mapping[str, str]] = {
    "M11": "the product sells no seats yet",
    "M12": "the product keeps no balance of tokens yet: it only grants them",
    "M13": "the product shares no sale with an instructor yet",
    "M14": "the product pays nobody out yet",
    "I-3": "the product shares no sale with an instructor yet",
    "I-9": "the product keeps no balance of tokens yet: it only grants them",
    "I-11": "the product sells no licences or seats yet",
    "I-12": "the product pays nobody out yet",
    "I-13": "the product has no coupons yet",
}
_ONLY_WITH_FAULTS: Final = frozenset({faults.CLEAN, faults.RECOVERED, heirs.HELD, heirs.BALANCED})
_ONLY_WITH: Final[Mapping[str, str]] = {"M21": heirs.HELD}
"""An invariant that speaks of others, and the check without which those say nothing of it."""
UNASKED: Final[Mapping[str, str]] = {
    "M20": "no fault was made whose end could be waited for",
    "M21": "nothing was restored or failed over in this run",
}
_NOTHING_THERE: Final = "this run had nothing that {checks} could look at"


class Row(TypedDict):
    """`outcome` is the worst of the checks', `unasked` or `not applicable`; the latter two have a reason."""

    invariant: str
    outcome: str
    checks: list[str]
    reason: str


def table(findings: Iterable[Finding], idle: Iterable[str] = ()) -> list[Row]:
    """Return a row for each invariant; `idle` are the checks that had nothing to look at.

    Any other that left no finding is unknown.
    """
    outcomes: dict[str, str] = {each.check.removeprefix("money: "): each.outcome for each in findings}
    at_rest = _ONLY_WITH_FAULTS.union(idle)
    return [_row(name, outcomes, at_rest) for name in NAMES]


def _row(name: str, outcomes: Mapping[str, str], idle: frozenset[str]) -> Row:
    if name in NOT_APPLICABLE:
        return Row(invariant=name, outcome="not applicable", checks=[], reason=NOT_APPLICABLE[name])
    asked = ASKED.get(name, ()) if _ONLY_WITH.get(name) in {None, *outcomes} else ()
    checks = [check for check in asked if check in outcomes or check not in idle]
    seen = {outcomes.get(check, "unknown") for check in checks}
    worst = next((each for each in ("fail", "unknown", "pass") if each in seen), "unasked")
    reason = "" if checks else UNASKED.get(name) or _NOTHING_THERE.format(checks=" or ".join(ASKED.get(name, ())))
    return Row(invariant=name, outcome=worst, checks=checks, reason=reason)
