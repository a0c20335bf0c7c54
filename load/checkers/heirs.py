"""Whatever took the place of a database server that was gone for good: nothing acknowledged was lost with it.

Asked of what the heir held before anybody could write there. That M1 to M4 hold on it in the end is asked of the whole
run, whose books are those of the last heir.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from load.findings import Finding, Outcome
from load.nemesis.seen import Acknowledged, Heir

SUCCESSIONS: Final = frozenset({"postgres.failed_over", "postgres.restored"})
HELD: Final = "faults: an heir held all that was acknowledged"
BALANCED: Final = "faults: an heir's books balanced"
_SUCCEEDED: Final = "succeeded"
_SHOWN: Final = 20


def findings(heirs: Sequence[Heir], told: Sequence[Acknowledged], expected: int) -> Iterator[Finding]:
    """Nothing for a run in which no server was to have an heir. `expected` says how many were."""
    if not expected:
        return
    before = [[each for each in told if each.at_s < heir.at_s] for heir in heirs]
    lost = _lost(heirs, before)
    asked = len({each.object_id for known in before for each in known})
    held = f"{len(lost)} lost of {asked} payments and refunds that were acknowledged before"
    yield _finding(HELD, held, lost, unlooked=len(heirs) < expected or not all(before))
    wrong = [f"{heir.fault}: {entry_id}" for heir in heirs for entry_id in heir.unbalanced]
    entries = f"{len(wrong)} of {sum(heir.entries for heir in heirs)} entries do not balance"
    yield _finding(BALANCED, entries, wrong, unlooked=len(heirs) < expected or not all(heir.entries for heir in heirs))


def _lost(heirs: Sequence[Heir], before: Sequence[Sequence[Acknowledged]]) -> list[str]:
    """What one heir lost, the next one lacks as well: it is told once."""
    lost: dict[str, str] = {}
    for heir, known in zip(heirs, before, strict=True):
        for each in known:
            if loss := _loss(heir, each):
                lost.setdefault(each.object_id, f"{heir.fault}: {loss}")
    return list(lost.values())


def _loss(heir: Heir, known: Acknowledged) -> str | None:
    if known.object_id in heir.decided:
        return None
    if known.object_id not in heir.undecided:
        return f"{known.object_id} is not there"
    return f"{known.object_id} had succeeded and is undecided again" if known.state == _SUCCEEDED else None


def _finding(check: str, detail: str, wrong: Sequence[str], *, unlooked: bool) -> Finding:
    outcome: Outcome = "fail" if wrong else "unknown" if unlooked else "pass"
    said = "\n".join([detail, *wrong[:5]])
    return Finding(check, "faults", outcome, said, examples=tuple(wrong[:_SHOWN]))
