"""Is the system still there after the load, and did everything come to rest? What still moves has not converged."""

from collections.abc import Sequence

from load.findings import Finding, Outcome

TITLE = "money: everything came to rest"
_PROVES = ("B2.3",)
ALIVE = "the system outlives the run"


def alive(unread: str | None) -> list[Finding]:
    """`unread` is why nobody could be asked after the run. A system that can be asked needs no line of its own."""
    return [] if unread is None else [Finding(ALIVE, "money", "fail", unread, _PROVES)]


def findings(moving: Sequence[str] | None) -> list[Finding]:
    """`moving` is what was undecided, undelivered or unmailed at the end; None where nobody looked."""
    if moving is None:
        return [Finding(TITLE, "money", "unknown", "nobody looked whether anything still moves", _PROVES)]
    outcome: Outcome = "fail" if moving else "pass"
    detail = "; ".join(moving) or "nothing moves any more that this target shows"
    return [Finding(TITLE, "money", outcome, detail, _PROVES, examples=tuple(moving))]
