"""The inbox holds what the processor sent, each event once, and nothing else; what comes late changes nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from fixtures.books import Difference
from fixtures.books.subscriptions import Subscriptions
from load.checkers.checker import Checker
from load.checkers.seen import Seen

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`sent` are the processor's own events in their order, then those that were made up; `kept` the inbox's rows."""

    sent: Sequence[Json]
    kept: Sequence[Json]


def what_was_acknowledged_is_kept(read: Webhooks) -> Iterator[Difference]:
    """A 2xx says that the event need not come again: it must be there, whatever was killed since."""
    kept = {each["event_id"] for each in read.kept}
    for event in read.sent:
        if event["acknowledged"] and event["id"] not in kept:
            yield Difference("acknowledged-event-lost", event["id"], f"{event['type']} of {event['object']}")


def every_event_has_arrived(read: Webhooks) -> Iterator[Difference]:
    kept = {each["event_id"] for each in read.kept}
    for event in read.sent:
        if not event["acknowledged"] and event["id"] not in kept:
            yield Difference("event-undelivered", event["id"], f"{event['type']} of {event['object']}")


def each_event_is_kept_once(read: Webhooks) -> Iterator[Difference]:
    for event_id, times in Counter(each["event_id"] for each in read.kept).items():
        if times > 1:
            yield Difference("event-kept-twice", event_id, f"{times} rows")


def nothing_is_kept_that_was_never_sent(read: Webhooks) -> Iterator[Difference]:
    sent = {event["id"] for event in read.sent}
    for row in read.kept:
        if row["event_id"] not in sent and row["outcome"] != "parked":
            yield Difference("event-from-nobody", row["event_id"], f"{row['type']} of {row['object_id']}")


def no_true_event_is_parked(read: Webhooks) -> Iterator[Difference]:
    """What cannot be right is kept for a person; what the processor did say can."""
    sent = {event["id"] for event in read.sent}
    for row in read.kept:
        if row["outcome"] == "parked" and row["event_id"] in sent:
            yield Difference("true-event-parked", row["event_id"], f"{row['type']}: {row['reason']}")


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The subscriptions of which an event arrived after a later one, and what both sides know of all."""

    processor_ids: frozenset[str]
    both: Subscriptions


def late_events_change_nothing(read: Overtaken) -> Iterator[Difference]:
    """The order of arrival leaves no trace: an older event never puts its state over a newer one."""
    ours = {each.processor_id: each for each in read.both.ours}
    for billed in read.both.theirs:
        if billed.processor_id not in read.processor_ids:
            continue
        known = ours.get(billed.processor_id)
        here = None if known is None else (known.status, known.price_id, known.period_end)
        there = (billed.status, billed.price_id, billed.period_end)
        if here != there:
            yield Difference("older-state-won", billed.processor_id, f"{here} here, {there} there")


def overtaken(read: Webhooks) -> frozenset[str]:
    """The objects that heard of an earlier event after a later one.

    Events carry whole seconds; within one, the processor's own list tells their order. What it did not say itself, an
    event of a type that nobody knows, has no object there, and no place.
    """
    happened = {event["id"]: place for place, event in enumerate(read.sent) if event["object"] is not None}
    arrivals: defaultdict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for row in read.kept:
        if row["object_id"] is not None and row["event_id"] in happened:
            arrived = datetime.fromisoformat(row["received_at"]), happened[row["event_id"]]
            arrivals[row["object_id"]].append(arrived)
    return frozenset(name for name, arrived in arrivals.items() if _is_late([place for _, place in sorted(arrived)]))


def _is_late(places: Sequence[int]) -> bool:
    return any(later < earlier for earlier, later in pairwise(places))


def _webhooks(seen: Seen) -> Webhooks | None:
    sent, kept = seen.part("events"), seen.part("inbox")
    return None if sent is None or kept is None else Webhooks(sent, kept)


def _overtaken(seen: Seen) -> Overtaken | None:
    read, both = _webhooks(seen), seen.subscriptions
    if read is None or both is None:
        return None
    return Overtaken(overtaken(read) & {each.processor_id for each in both.theirs}, both)


_EVENTS: Final = "events"
CHECKERS: Final[tuple[Checker[Any], ...]] = (
    Checker(what_was_acknowledged_is_kept, _webhooks, lambda read: len(read.sent), _EVENTS),
    Checker(every_event_has_arrived, _webhooks, lambda read: len(read.sent), _EVENTS),
    Checker(each_event_is_kept_once, _webhooks, lambda read: len(read.kept), _EVENTS),
    Checker(nothing_is_kept_that_was_never_sent, _webhooks, lambda read: len(read.kept), _EVENTS),
    Checker(no_true_event_is_parked, _webhooks, lambda read: len(read.kept), _EVENTS),
    Checker(late_events_change_nothing, _overtaken, lambda read: len(read.processor_ids), "overtaken subscriptions"),
)
