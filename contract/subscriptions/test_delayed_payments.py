"""Money that comes days after its page: nothing is open until it has come, and then it is open once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from contract.at_rest import mails_at_rest
from fixtures.bench import Bench
from fixtures.builders import sign, stripe_event
from fixtures.client import Item, Member, Payment, Processor, RawReply
from fixtures.hosted import pay_on_page

COURSE = "itm_course_python"
Tell = Callable[..., RawReply]


@pytest.fixture
def held(bench: Bench) -> Iterator[Bench]:
    """The bench with its events held back: what the system hears, a test has told it."""
    bench.stripe.pause_webhooks()
    yield bench
    bench.stripe.resume_webhooks()


@pytest.fixture
def waiting(member: Member, catalogue: Mapping[str, Item]) -> Payment:
    """A payment whose page is open."""
    return member.pay(catalogue[COURSE], key="hosted", payment_method=None).value


@pytest.fixture
def tell(held: Bench, processor: Processor, waiting: Payment) -> Tell:
    """Delivers a signed event about the payment's page, as it is there but for what is said otherwise."""

    def deliver(kind: str, **otherwise: Any) -> RawReply:  # noqa: ANN401 - any field of Stripe's object
        sessions = held.stripe.listed("checkout/sessions")
        [page] = [each for each in sessions if each["metadata"].get("payment_id") == waiting.payment_id]
        body = stripe_event(
            kind, {**page, **otherwise}, event_id=f"evt_{kind.rpartition('.')[2]}{waiting.payment_id[4:]}"
        )
        reply = processor.deliver(body, sign(body, held.stripe.endpoint_secret, int(held.clock.now().timestamp())))
        return reply.raw

    return deliver


@pytest.mark.proves("A1.1", "A3.4")
def test_a_completed_page_that_is_not_paid_opens_nothing(member: Member, waiting: Payment, tell: Tell) -> None:
    told = tell("checkout.session.completed", status="complete", payment_status="unpaid")

    assert told.status == 200, told.describe()
    assert member.payment(waiting.payment_id).value.status == "requires_action"
    assert member.explain_course(COURSE).value.open is False


@pytest.mark.proves("A1.1", "A3.4")
def test_money_that_comes_later_opens_what_it_paid_for_with_one_receipt(
    held: Bench, member: Member, waiting: Payment, tell: Tell
) -> None:
    assert waiting.next_action is not None
    pay_on_page(waiting.next_action.url)

    told = [tell("checkout.session.async_payment_succeeded") for _ in range(2)]

    assert [each.status for each in told] == [200, 200], told[0].describe()
    assert member.payment(waiting.payment_id).value.status == "succeeded"
    assert member.explain_course(COURSE).value.open is True
    mails_at_rest(held.database_url)
    assert len(held.mailbox.messages(to=member.email, subject="receipt")) == 1
