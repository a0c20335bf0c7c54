"""People who subscribe, change their plan and leave, and insist on an answer while the application is killed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from contract.crashes import Storm
from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH
from fixtures.bench import Bench
from fixtures.client import Item, Member, Reply
from fixtures.client.subscriptions import Subscription
from fixtures.polling import eventually

SETTLED_S: Final = 60.0
NEVER_ASKED: Final = "not_begun"
"""The application died before it asked the processor: it says so, and a new key begins anew."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a person was told at last; `amount` is what it was said to cost."""

    email: str
    verb: str
    status: int
    told: Subscription
    amount: int


class SubscriberStorm(Storm):
    """Each person goes round: begin, take the dearer plan, leave at once; then begin anew."""

    def __init__(self, bench: Bench, catalogue: Mapping[str, Item], seed: int) -> None:
        super().__init__(bench, catalogue, seed)
        self.acknowledged: list[Acknowledged] = []
        self.never_asked = 0
        self._steps: dict[str, int] = {}

    def _buy(self, member: Member, number: int) -> None:
        step = self._steps.get(member.email, 0)
        self._steps[member.email] = step + 1
        act = (self._begin, self._rise, self._leave)[step % 3]
        act(member, f"storm-{number}")
        self.record.finished += 1

    def _begin(self, member: Member, key: str) -> None:
        reply = self._heard(partial(member.subscription.subscribe, PRO_MONTH, key=key))
        if reply.status == HTTPStatus.PAYMENT_REQUIRED and reply.problem.extras["decline_code"] == NEVER_ASKED:
            self.never_asked += 1
            self._begin(member, f"{key}-anew")
        else:
            self._keep(member, "begin", reply, PRO_MONTH.amount)

    def _rise(self, member: Member, key: str) -> None:
        quote = self._insist(partial(member.subscription.preview, ENTERPRISE_MONTH.price_id)).value
        reply = self._heard(partial(member.subscription.update, quote.quote_id, key=key))
        self._keep(member, "rise", reply, quote.total)

    def _leave(self, member: Member, key: str) -> None:
        self._keep(member, "leave", self._heard(partial(member.subscription.cancel, key=key, at="now")), 0)

    def _heard(self, ask: Callable[[], Reply[Subscription]]) -> Reply[Subscription]:
        """Ask until it is decided: an answer of 202 says that it is not."""
        return eventually(
            lambda: self._insist(ask), lambda reply: reply.status != HTTPStatus.ACCEPTED, timeout_s=SETTLED_S
        )

    def _keep(self, member: Member, verb: str, reply: Reply[Subscription], amount: int) -> None:
        self.acknowledged.append(Acknowledged(member.email, verb, reply.status, reply.value, amount))
