"""The processor's API key is rolled: what was begun with the old one is found, not done again.

Whether an idempotency key outlives the API key that it came with, nobody promises; the emulator lets it go.
"""

from collections.abc import Callable
from typing import Any

import pytest

from contract.subscriptions.plans import ENTERPRISE_MONTH, PRO_MONTH
from fixtures.bench import Bench
from fixtures.client import Item, Member, Reply
from fixtures.polling import eventually
from fixtures.witness import Witness

PATIENCE_S = 30
Ask = Callable[[], Reply[Any]]


@pytest.fixture
def known(impatient_member: Member, item: Item) -> Member:
    """Somebody whom the processor knows as a customer."""
    assert impatient_member.pay(item, key="the-first").status == 201
    return impatient_member


def open_under_the_old_key(bench: Bench, ask: Ask, route: str = "POST /v1/*") -> Witness:
    """Ask while the answers of a route are lost, and roll the key; all that moves at the processor is witnessed.

    Nobody who still has the old key finds out what became of it.
    """
    witness, former = Witness(bench.stripe), bench.stripe.api_key
    bench.kill_worker()
    bench.stripe.fault("reply_lost", route=route, times=None)
    undecided = ask()
    assert undecided.status == 202, undecided.text
    bench.roll_api_key()
    bench.stripe.clear_faults()
    assert bench.stripe.takes(bench.stripe.api_key)
    assert not bench.stripe.takes(former)
    return witness


def decided(ask: Ask) -> Reply[Any]:
    return eventually(ask, lambda reply: reply.status not in {202, 409}, timeout_s=PATIENCE_S)


@pytest.mark.proves("C3.3")
def test_a_payment_is_charged_once(deaf: Bench, known: Member, item: Item) -> None:
    def ask() -> Reply[Any]:
        return known.pay(item, key="by-the-old-key")

    witness = open_under_the_old_key(deaf, ask)

    assert decided(ask).status == 201
    assert witness.charged() == [(item.amount, item.currency)]
    assert known.pay(item, key="by-the-new-key").status == 201


@pytest.mark.proves("C3.3")
def test_a_refund_is_given_back_once(deaf: Bench, known: Member, item: Item) -> None:
    paid = known.pay(item, key="to-refund").value

    def ask() -> Reply[Any]:
        return known.refund(paid.payment_id, key="by-the-old-key", amount=item.amount // 3)

    witness = open_under_the_old_key(deaf, ask)

    assert decided(ask).status == 201
    assert witness.returned() == [(item.amount // 3, item.currency)]


@pytest.mark.proves("C3.7")
def test_a_subscription_begins_once(deaf: Bench, known: Member) -> None:
    def ask() -> Reply[Any]:
        return known.subscription.subscribe(PRO_MONTH, key="by-the-old-key")

    witness = open_under_the_old_key(deaf, ask, "POST /v1/subscriptions")

    assert decided(ask).status == 201
    assert witness.charged() == [(PRO_MONTH.amount, PRO_MONTH.currency)]


@pytest.mark.proves("C3.7")
def test_a_change_of_plan_is_charged_once(deaf: Bench, known: Member) -> None:
    known.subscription.subscribe(PRO_MONTH, key="begin")
    quote = known.subscription.preview(ENTERPRISE_MONTH.price_id).value

    def ask() -> Reply[Any]:
        return known.subscription.update(quote.quote_id, key="by-the-old-key")

    witness = open_under_the_old_key(deaf, ask)

    assert decided(ask).status == 200
    assert witness.charged() == [(quote.total, quote.currency)]
    assert known.subscription.current().value.plan.price_id == ENTERPRISE_MONTH.price_id
