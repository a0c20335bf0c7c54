"""Did everything come to rest after the load? What still moves when the time is up has not converged."""

from collections.abc import Sequence

from load.findings import Finding, Outcome

_TITLE = "money: everything came to rest"
_PROVES = ("B2.3",)


def findings(moving: Sequence[str] | None) -> list[Finding]:
    """`moving` is what was undecided, undelivered or unmailed at the end; None where nobody looked."""
    if moving is None:
        return [Finding(_TITLE, "money", "unknown", "nobody looked whether anything still moves", _PROVES)]
    outcome: Outcome = "fail" if moving else "pass"
    detail = "; ".join(moving) or "nothing moves any more that this target shows"
    return [Finding(_TITLE, "money", outcome, detail, _PROVES, examples=tuple(moving))]
