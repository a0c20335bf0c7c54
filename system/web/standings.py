"""Where a subscription stands, in a reader's words, and what can be done from there. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from system.subscriptions.schemas import SubscriptionView

Kind = Literal["asked", "page", "bank", "trial", "active", "ending", "owed", "closed", "paused", "over"]
Verb = Literal["change", "cancel", "uncancel", "keep_plan", "pause", "resume", "card", "start_over"]


@dataclass(frozen=True, slots=True)
class Standing:
    """`mark` is its name on the page, `tone` the colour of that, `may` what the page offers."""

    kind: Kind
    mark: str
    tone: str
    may: frozenset[Verb]


_STANDINGS: dict[Kind, tuple[str, str, frozenset[Verb]]] = {
    "asked": ("Being confirmed", "", frozenset()),
    "page": ("Not begun yet", "", frozenset({"start_over"})),
    "bank": ("Waiting for you", "", frozenset({"cancel"})),
    "trial": ("Trial", "succeeded", frozenset({"change", "cancel", "card"})),
    "active": ("Active", "succeeded", frozenset({"change", "cancel", "pause", "card"})),
    "ending": ("Ends soon", "", frozenset({"uncancel", "cancel", "card"})),
    "owed": ("Payment owed", "declined", frozenset({"cancel", "card"})),
    "closed": ("Closed until paid", "declined", frozenset({"cancel", "card"})),
    "paused": ("Paused", "", frozenset({"resume", "cancel", "card"})),
    "over": ("Ended", "canceled", frozenset()),
}


def standing_of(view: SubscriptionView, now: datetime) -> Standing:
    kind = _kind(view, now)
    mark, tone, may = _STANDINGS[kind]
    if view.scheduled is not None:
        # A pause would leave nothing to change at; the change is taken back first.
        may = (may - {"pause"}) | {"keep_plan"}
    if kind in ("trial", "active") and view.next_action is not None:
        # A change waits for its payment: one at a time.
        may -= {"change", "pause"}
    return Standing(kind, mark, tone, may)


def _kind(view: SubscriptionView, now: datetime) -> Kind:
    match view.status:
        case "opening":
            return "asked"
        case "incomplete":
            # What the processor bills already has a period; a page that waits for a card has none.
            return "page" if view.period_start is None else "bank"
        case "trialing" | "active":
            return "ending" if view.cancel_at_period_end else "trial" if view.status == "trialing" else "active"
        case "past_due" | "unpaid":
            is_open = view.access_until is not None and now < view.access_until
            return "owed" if is_open else "closed"
        case "paused":
            return "paused"
        case "incomplete_expired" | "canceled":
            return "over"
