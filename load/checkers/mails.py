"""Each fact that owes a mail owes it once: what was accepted is told of, and what was not is not."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fixtures.books import Difference
from load.checkers.checker import Checker
from load.checkers.seen import Seen

Json = Mapping[str, Any]
_CONFIRM: Final = "confirm your address"


@dataclass(frozen=True, slots=True)
class Letters:
    """Mails, and whom or what they are owed to."""

    mails: Sequence[Json]
    owed: Collection[str]


def each_refund_is_told_once(read: Letters) -> Iterator[Difference]:
    told = Counter(mail["refund"] for mail in read.mails if mail.get("refund"))
    for refund_id in read.owed:
        if told[refund_id] != 1:
            yield Difference("refund-not-told-once", refund_id, f"{told[refund_id]} mails")
    for refund_id in told.keys() - set(read.owed):
        yield Difference("refund-told-and-not-made", refund_id, f"{told[refund_id]} mails")


def each_sign_up_is_answered_once(read: Letters) -> Iterator[Difference]:
    """An account that was acknowledged gets one mail that leads to the proof of its address."""
    found = Counter(mail["to"].lower() for mail in read.mails if _CONFIRM in mail["subject"].lower())
    for address in read.owed:
        if found[address.lower()] != 1:
            yield Difference("sign-up-not-answered-once", address, f"{found[address.lower()]} mails")


def _refunds(seen: Seen) -> Letters | None:
    mails, books = seen.part("mails"), seen.books
    if mails is None or books is None:
        return None
    return Letters(mails, [each.refund_id for each in books.refunds if each.status == "succeeded"])


def _sign_ups(seen: Seen) -> Letters | None:
    mails = seen.part("mails")
    if mails is None:
        return None
    return Letters(mails, sorted({*seen.stored["emails"].values(), *seen.told.signed_up}))


CHECKERS: Final[tuple[Checker[Any], ...]] = (
    Checker(each_refund_is_told_once, _refunds, lambda read: len(read.owed), "refunds"),
    Checker(each_sign_up_is_answered_once, _sign_ups, lambda read: len(read.owed), "sign-ups"),
)
