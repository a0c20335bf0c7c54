"""What a run left behind, each side read when a checker first asks for it; None where this target hides it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from fixtures.books import Mail, Snapshot
from fixtures.books.invoices import Document, Invoicing
from fixtures.books.subscriptions import Billed, Subscription, Subscriptions
from load.checkers import outcomes
from load.operations import Told

Json = Mapping[str, Any]


class Seen:
    """`stored` is the snapshot that was taken after the load, `told` what its clients tell.

    Those `unheard` may have asked for more than they could tell.
    """

    def __init__(
        self, stored: Json, told: Told, unheard: frozenset[str] = frozenset(), logs: Sequence[Path] = ()
    ) -> None:
        self.stored = stored
        self.told = told
        self.unheard = unheard
        self.logs = logs

    def part(self, name: str) -> Any | None:  # noqa: ANN401 - whatever JSON can hold
        return self.stored.get(name)

    @cached_property
    def verdicts(self) -> list[outcomes.Verdict]:
        """What came of the requests that no answer told of."""
        return outcomes.of_run(self.stored, self.told.operations, self.unheard)

    @cached_property
    def books(self) -> Snapshot | None:
        stored = self.stored
        if stored["books"] is None:
            return None
        return Snapshot.parse(
            books=stored["books"],
            entries=stored["entries"],
            payments=stored["payments"],
            refunds=stored["refunds"],
            operations=outcomes.answered(self.told.operations, self.verdicts),
            mails=None if stored["mails"] is None else _mails(stored["mails"]),
            emails=stored["emails"],
        )

    @cached_property
    def subscriptions(self) -> Subscriptions | None:
        ours, theirs, at = (self.part(name) for name in ("subscriptions", "billed", "at"))
        if ours is None or theirs is None or at is None:
            return None
        parsed = tuple(map(Subscription.parse, ours)), tuple(map(Billed.parse, theirs))
        return Subscriptions(*parsed, datetime.fromisoformat(at))

    @cached_property
    def invoicing(self) -> Invoicing | None:
        documents, books = self.part("invoices"), self.books
        if documents is None or books is None:
            return None
        return Invoicing(tuple(map(Document.parse, documents)), books)


def _mails(stored: Iterable[Json]) -> list[Mail]:
    return [Mail.of(each["to"], each["subject"], each["text"]) for each in stored]
