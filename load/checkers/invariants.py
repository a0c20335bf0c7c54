"""Every invariant of the money, M1 to M22 and I-1 to I-18: which checks ask it, or that none does.

An invariant that no check of a run asks is told as `unasked`, so that nobody takes silence for a pass. A check here may
ask only a part of its invariant: the table says who looks, the check's own finding says at what.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypedDict

from load.findings import Finding

NAMES: Final = (*(f"M{number}" for number in range(1, 23)), *(f"I-{number}" for number in range(1, 19)))

ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "M1": ("entries balance", "the trial balance holds at every moment"),
    "M3": ("processor books add up", "each transaction is posted once", "each charge is one payment"),
    "M5": ("one effect for each key", "one receipt for each payment"),
    "M6": ("clients agree",),
    "M7": ("nothing happened unasked",),
    "M8": ("nothing is undecided", "every open question was answered"),
    "M15": ("refunds stay within the payment",),
    "I-1": ("entries balance",),
    "I-4": ("refunds stay within the payment", "each refund is one refund"),
    "I-5": ("each transaction is posted once",),
    "I-6": ("each charge is one payment",),
    "I-15": ("one receipt for each payment",),
}


class Row(TypedDict):
    """`outcome` is the worst of the checks', or `unasked`."""

    invariant: str
    outcome: str
    checks: list[str]


def table(findings: Iterable[Finding]) -> list[Row]:
    """Return a row for each invariant; a check that left no finding is unknown."""
    outcomes: dict[str, str] = {each.check.removeprefix("money: "): each.outcome for each in findings}
    return [_row(name, ASKED.get(name, ()), outcomes) for name in NAMES]


def _row(name: str, checks: tuple[str, ...], outcomes: Mapping[str, str]) -> Row:
    seen = {outcomes.get(check, "unknown") for check in checks}
    worst = next((each for each in ("fail", "unknown", "pass") if each in seen), "unasked")
    return Row(invariant=name, outcome=worst, checks=list(checks))
