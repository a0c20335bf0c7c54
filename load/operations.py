"""From the lines of a history to the operations that the books are compared with."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from fixtures.books import Operation

_VERBS: Final[Mapping[str, Literal["pay", "refund"]]] = {
    "pay": "pay",
    "refund": "refund",
    "subscribe": "pay",
    "upgrade": "pay",
}
"""The verbs that move money, and what the books call it: whatever a subscription charges is a payment."""
_ENDS: Final = frozenset({"ok", "fail", "info"})


def operations(lines: Iterable[Mapping[str, Any]]) -> list[Operation]:
    """Each attempt at a payment or refund, with its end. One that has no end is `info`: it may have happened.

    Raises KeyError for an end whose beginning is not in the history.
    """
    begun: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    found: list[Operation] = []
    for line in lines:
        if line["f"] not in _VERBS:
            continue
        attempt = (line["p"], line["f"], line["intent"])
        if line["type"] in _ENDS:
            found.append(_operation(begun.pop(attempt), line))
        else:
            begun[attempt] = line
    return found + [_operation(invoke, {**invoke, "type": "info"}) for invoke in begun.values()]


def _operation(invoke: Mapping[str, Any], end: Mapping[str, Any]) -> Operation:
    asked = invoke["value"]
    return Operation(
        verb=_VERBS[invoke["f"]],
        actor=asked["actor"],
        key=invoke["intent"],
        outcome=end["type"],
        object_id=end.get("object"),
        amount=end.get("amount", asked["amount"]),
        currency=end.get("currency", asked["currency"]),
    )


def unresolved(found: Iterable[Operation]) -> list[str]:
    """The intents of which no attempt ever learned what came of them."""
    known: dict[str, bool] = {}
    for operation in found:
        learned = operation.outcome != "info" or operation.object_id is not None
        known[operation.key] = known.get(operation.key, False) or learned
    return [key for key, learned in known.items() if not learned]
