"""Did the processor's stand-in answer as Stripe does? If not, all that was measured was measured against a fiction."""

from collections.abc import Mapping, Sequence
from typing import Any

from load.findings import Finding, Outcome

TITLE = "money: answers have Stripe's shape"
_PROVES = ("B2.3",)
_SHOWN = 20


def findings(fidelity: Mapping[str, Any] | None) -> list[Finding]:
    """`fidelity` is what the emulator says of the sample that it judged; None for a target with another processor."""
    if fidelity is None or not fidelity["checked"]:
        return [Finding(TITLE, "money", "unknown", "no answer of the processor was judged", _PROVES)]
    wrong: Sequence[str] = [f"{each['route']} {each['path']}: {each['complaint']}" for each in fidelity["violations"]]
    detail = f"{fidelity['violated']} complaints about {fidelity['checked']} answers and events"
    outcome: Outcome = "fail" if fidelity["violated"] else "pass"
    return [Finding(TITLE, "money", outcome, detail, _PROVES, examples=tuple(wrong[:_SHOWN]))]
