"""What a life with a subscription has left in the system, without its ids and instants: equal lives, equal stories."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from contract.subscriptions.life import Life
from fixtures.client import AuditedPayment, Auditor
from fixtures.client.subscriptions import AuditedSubscription
from fixtures.customer_record import CustomerRecord


@dataclass(frozen=True, slots=True)
class Story:
    """`charged` are the amounts of the payments that succeeded, least first; `periods` the plans paid for, in turn."""

    status: str
    price_id: str
    cancel_at_period_end: bool
    scheduled: str | None
    is_over: bool
    tier: str
    periods: tuple[str, ...]
    without_gap: bool
    tokens: tuple[int, ...]
    payments: tuple[str, ...]
    charged: tuple[int, ...]

    def but_for_cents(self) -> "Story":
        """A part of a price depends on the second of the change: the amounts are another comparison's."""
        return replace(self, charged=(0,) * len(self.charged))


def stories(auditor: Auditor, lives: Sequence[Life]) -> list[Story]:
    """One for each life, which had exactly one subscription."""
    rows = {each.account_id: each for each in auditor.all_subscriptions()}
    payments: dict[str, list[AuditedPayment]] = {}
    for payment in auditor.all_payments():
        payments.setdefault(payment.account_id, []).append(payment)
    return [_story(life, rows[life.member.account_id], payments.get(life.member.account_id, [])) for life in lives]


def expect_the_processors_own(story: Story, record: CustomerRecord) -> None:
    """The processor has the one subscription in the same state, and took exactly what is recorded here."""
    [there] = record.subscriptions()
    assert (story.status, story.price_id) == (there["status"], there["items"]["data"][0]["price"]["lookup_key"])
    assert list(story.charged) == sorted(record.charged())


def _story(life: Life, row: AuditedSubscription, payments: Sequence[AuditedPayment]) -> Story:
    now = life.now()
    assert (row.status, row.price_id, row.period_end) == (now.status, now.plan.price_id, now.period_end)
    return Story(
        status=row.status,
        price_id=row.price_id,
        cancel_at_period_end=now.cancel_at_period_end,
        scheduled=now.scheduled.plan.price_id if now.scheduled else None,
        is_over=row.ended_at is not None,
        tier=life.tier(),
        periods=tuple(each.price_id for each in row.periods),
        without_gap=all(earlier.ends_at == later.starts_at for earlier, later in pairwise(row.periods)),
        tokens=tuple(each.tokens for each in row.allowances),
        payments=tuple(sorted(each.status for each in payments)),
        charged=tuple(sorted(each.amount for each in payments if each.status == "succeeded")),
    )
