"""A member's life on a bench whose clock moves, and looks at what it left past the API."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString

import psycopg

from contract.at_rest import mails_at_rest
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import HttpxTransport, Member, Visitor
from fixtures.client.subscriber import Subscriber
from fixtures.client.subscriptions import Plan, Subscription
from fixtures.customer_record import CustomerRecord
from fixtures.mailbox import Message
from fixtures.polling import eventually

Period = tuple[datetime, datetime]
SECOND: Final = timedelta(seconds=1)

_PERIODS: LiteralString = """
SELECT starts_at, ends_at FROM subscription_periods JOIN subscriptions USING (subscription_id)
 WHERE account_id = %s ORDER BY starts_at
"""
_TOKENS: LiteralString = "SELECT starts_at, tokens FROM token_allowances WHERE account_id = %s ORDER BY starts_at"


@dataclass(slots=True)
class Life:
    """Whoever lives for months logs in again on the way."""

    bench: Bench
    person: Person
    member: Member

    @classmethod
    def begin(cls, bench: Bench, transport: HttpxTransport, person: Person) -> "Life":
        reply = Visitor(transport).sign_up(email=person.email, password=person.password, name=person.name)
        return cls(bench, person, Member(transport, reply.value))

    @property
    def subscription(self) -> Subscriber:
        return self.member.subscription

    @property
    def record(self) -> CustomerRecord:
        return CustomerRecord(self.bench.stripe, self.person.email)

    def subscribed(self, plan: Plan, *, trial: bool = False, payment_method: str = "pm_card_visa") -> "Life":
        key = f"subscribe-{plan.price_id}"
        begun = self.subscription.subscribe(plan, key=key, trial=trial, payment_method=payment_method)
        assert begun.ok, begun.text
        return self

    def now(self) -> Subscription:
        return self.subscription.current().value

    def tier(self) -> str:
        return self.member.entitlements().value.tier.tier

    def pass_time(self, by: timedelta) -> Subscription:
        """Let time pass, and all that falls due in it arrive."""
        # What is still on its way would arrive with a signature of another day, and be refused as a replay.
        deliveries_at_rest(self.bench)
        self.bench.clock.advance(by)
        deliveries_at_rest(self.bench)
        self.member = self.bench.as_member(self.person)
        return self.now()

    def pass_until(self, instant: datetime) -> Subscription:
        return self.pass_time(instant - self.bench.clock.now())

    def change_to(self, plan: Plan, *, key: str) -> int:
        """Change the plan as quoted; returns the total of the quote."""
        quote = self.subscription.preview(plan.price_id).value
        changed = self.subscription.update(quote.quote_id, key=key)
        assert changed.ok, changed.text
        return quote.total

    def periods(self) -> list[Period]:
        """What was paid for, oldest first."""
        return [(row[0], row[1]) for row in self._rows(_PERIODS)]

    def tokens(self) -> list[int]:
        """What each paid month gave."""
        return [int(row[1]) for row in self._rows(_TOKENS)]

    def mails(self, subject: str | None = None) -> list[Message]:
        mails_at_rest(self.bench.database_url)
        return self.bench.mailbox.messages(to=self.person.email, subject=subject)

    def _rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.bench.database_url, options="-c timezone=UTC") as connection:
            return connection.execute(query, [self.member.account_id]).fetchall()


def deliveries_at_rest(bench: Bench) -> None:
    """Wait until the system has taken every event that the processor made."""
    eventually(bench.stripe.backlog, lambda backlog: backlog == 0, timeout_s=60)
