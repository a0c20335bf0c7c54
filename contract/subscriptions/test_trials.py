"""One trial for a person, however the person comes back."""

from collections.abc import Callable, Iterator

import pytest

from contract.subscriptions.plans import PRO_MONTH, PRO_YEAR
from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import HttpxTransport, Member, Reply, Visitor
from fixtures.client.subscriptions import Plan, Subscription

FIRST_CARD, OTHER_CARD = "pm_card_visa", "pm_card_mastercard"


@pytest.fixture
def come(movable_bench: Bench, request: pytest.FixtureRequest) -> Iterator[Callable[..., Member]]:
    """Signs somebody up, by the address with this tag. It is a system of its own: a trial takes its card for ever."""
    somebody = person(movable_bench.run_id, request.node.nodeid)
    with HttpxTransport(movable_bench.url) as transport:

        def sign_up(tag: str = "") -> Member:
            local, _, domain = somebody.email.partition("@")
            email = f"{local}{tag}@{domain}"
            reply = Visitor(transport).sign_up(email=email, password=somebody.password, name=somebody.name)
            return Member(transport, reply.value)

        yield sign_up


@pytest.mark.proves("A4.1")
def test_a_trial_is_not_had_again_by_account_plan_mailbox_or_card(come: Callable[..., Member]) -> None:
    first, alias, stranger = come(), come("+again"), come("x")
    assert _try(first, PRO_MONTH, FIRST_CARD, "first").value.status == "trialing"
    assert first.subscription.cancel(key="enough", at="now").value.status == "canceled"

    again = {
        "account": _try(first, PRO_MONTH, OTHER_CARD, "account"),
        "plan": _try(first, PRO_YEAR, OTHER_CARD, "plan"),
        "mailbox": _try(alias, PRO_MONTH, OTHER_CARD, "mailbox"),
        "card": _try(stranger, PRO_MONTH, FIRST_CARD, "card"),
    }

    refused = {name: (reply.status, reply.problem.slug) for name, reply in again.items() if not reply.ok}
    assert refused == dict.fromkeys(again, (409, "trial-used")), {name: reply.text for name, reply in again.items()}


def _try(member: Member, plan: Plan, card: str, key: str) -> Reply[Subscription]:
    return member.subscription.subscribe(plan, key=key, payment_method=card, trial=True)
