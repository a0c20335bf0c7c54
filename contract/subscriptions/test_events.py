"""What events tell of a subscription: in any order, not at all, and of somebody else."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from contract.subscriptions.courier import Courier, alone
from contract.subscriptions.life import Life
from contract.subscriptions.plans import PRO_MONTH
from contract.subscriptions.story import Story, expect_the_processors_own, stories
from fixtures.bench import Bench
from fixtures.builders import person, stripe_event
from fixtures.client import Auditor, HttpxTransport
from fixtures.client.subscriptions import Subscription
from fixtures.emulator import Row
from fixtures.hosted import pay_on_page
from fixtures.polling import eventually

ASKED_BY_BANK: Final = (
    "customer.subscription.created",
    "invoice.paid",
    "payment_intent.succeeded",
    "customer.subscription.updated",
)
BY_PAGE: Final = (*ASKED_BY_BANK[:3], "checkout.session.completed")
ORDERS: Final = list(itertools.permutations(range(4)))
MARGIN: Final = timedelta(hours=2)
CATCH_UP_S: Final = 20


@pytest.fixture(scope="module")
def courier(movable_bench: Bench) -> Iterator[Courier]:
    with alone(movable_bench) as courier:
        yield courier


@pytest.fixture(scope="module")
def auditor(courier: Courier) -> Auditor:
    """Logged in once: no time passes here before the last test."""
    return courier.bench.as_auditor()


@pytest.fixture
def mute(life: Life, courier: Courier) -> Life:
    """Somebody of whom only the courier brings word."""
    assert courier.bench is life.bench
    return life


@pytest.fixture
def other(mute: Life, request: pytest.FixtureRequest) -> Iterator[Life]:
    """Somebody else, with a subscription too."""
    with HttpxTransport(mute.bench.url) as transport:
        somebody = person(mute.bench.run_id, request.node.nodeid, "other")
        yield Life.begin(mute.bench, transport, somebody).subscribed(PRO_MONTH)


@pytest.fixture(scope="module")
def beginning() -> dict[str, Story]:
    """What the order of the processor has led to, by the way of paying."""
    return {}


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.proves("A12.1", "A4.1", "C3.8")
def test_the_order_of_the_events_of_a_beginning_does_not_matter(
    mute: Life, courier: Courier, auditor: Auditor, beginning: dict[str, Story], order: tuple[int, ...]
) -> None:
    _paid_behind_its_back(mute, "pm_card_authenticationRequired")

    _brought(mute, courier, ASKED_BY_BANK, order)

    story = _story(mute, auditor)
    _expect_begun(story, mute)
    assert story == beginning.setdefault("bank", story)


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.proves("A12.1", "A4.1", "C3.8")
def test_the_order_of_the_events_of_the_hosted_page_does_not_matter(
    mute: Life, courier: Courier, auditor: Auditor, beginning: dict[str, Story], order: tuple[int, ...]
) -> None:
    _paid_behind_its_back(mute, None)

    _brought(mute, courier, BY_PAGE, order)

    story = _story(mute, auditor)
    _expect_begun(story, mute)
    assert story == beginning.setdefault("page", story)


@pytest.mark.proves("A12.1", "C3.8")
def test_a_page_that_is_through_but_not_paid_opens_nothing(mute: Life, courier: Courier) -> None:
    _waiting(mute, None)
    [customer] = mute.bench.stripe.listed("customers", email=mute.person.email)
    [session] = mute.bench.stripe.listed("checkout/sessions", customer=customer["id"])
    claimed = {**session, "status": "complete", "payment_status": "unpaid"}

    courier.bring(_event("checkout.session.completed", claimed, courier))

    assert (mute.now().status, mute.tier(), mute.periods()) == ("incomplete", "free", [])


@pytest.mark.proves("A12.1", "C3.8")
def test_a_refund_that_is_heard_of_before_its_invoice_waits_for_it(mute: Life, courier: Courier) -> None:
    _paid_behind_its_back(mute, "pm_card_authenticationRequired")
    [charge] = mute.record.attempts()
    refunded = _event("charge.refunded", {**charge, "amount_refunded": charge["amount"], "refunded": True}, courier)

    early = courier.deliver(refunded)
    courier.bring(courier.the("invoice.paid", mute.person.email))
    late = courier.deliver(refunded)

    assert (early.status, late.status) == (503, 200), (early.text, late.text)
    assert mute.now().status == "active"
    assert [each.status for each in mute.member.payments().value.items] == ["succeeded"]


def _of_live_mode(event: Row, _other: Life) -> Row:
    return {**event, "livemode": True}


def _of_another_customer(event: Row, other: Life) -> Row:
    [customer] = other.bench.stripe.listed("customers", email=other.person.email)
    return _with(event, customer=customer["id"])


def _that_names_anothers(event: Row, other: Life) -> Row:
    """Its object is none that we know, and its metadata claims somebody else's subscription."""
    named = {"subscription_id": other.now().subscription_id}
    return _with(event, id="sub_never_heard_of", metadata=named)


FALSE: Final[list[Callable[[Row, Life], Row]]] = [_of_live_mode, _of_another_customer, _that_names_anothers]


@pytest.mark.parametrize("falsify", FALSE, ids=lambda make: make.__name__.strip("_"))
@pytest.mark.proves("A12.1", "C3.8")
def test_an_event_that_cannot_be_right_is_parked_and_changes_nothing(
    mute: Life, other: Life, courier: Courier, auditor: Auditor, falsify: Callable[[Row, Life], Row]
) -> None:
    told = falsify(courier.the("customer.subscription.created", mute.subscribed(PRO_MONTH).person.email), other)
    told = {**told, "id": f"{told['id']}_false"}
    before = (_story(mute, auditor), _story(other, auditor))

    courier.bring(told)

    [kept] = [each for each in auditor.webhook_events() if each["event_id"] == told["id"]]
    assert kept["outcome"] == "parked", kept
    assert (_story(mute, auditor), _story(other, auditor)) == before


@pytest.mark.proves("A12.3", "C3.8")
def test_an_end_of_which_no_event_ever_came_is_caught_up(mute: Life) -> None:
    end = mute.subscribed(PRO_MONTH).subscription.cancel(key="end").value.period_end
    assert end is not None
    mute.bench.clock.advance(end + MARGIN - mute.bench.clock.now())
    mute.member = mute.bench.as_member(mute.person)
    assert mute.now().status == "active", "somebody has told of the end: nothing is left to catch up"

    mute.bench.start_worker()
    try:
        ended = eventually(mute.now, lambda now: now.status == "canceled", timeout_s=CATCH_UP_S)
    finally:
        mute.bench.kill_worker()

    assert ended.ended_at is not None
    assert (mute.tier(), mute.record.charged()) == ("free", [PRO_MONTH.amount])
    expect_the_processors_own(_story(mute, mute.bench.as_auditor()), mute.record)


def _paid_behind_its_back(life: Life, payment_method: str | None) -> None:
    """Paid on a page of the processor, of which only events tell."""
    waiting = _waiting(life, payment_method)
    assert waiting.next_action is not None
    pay_on_page(waiting.next_action.url)
    assert life.now().status == "incomplete"


def _waiting(life: Life, payment_method: str | None) -> Subscription:
    begun = life.subscription.subscribe(PRO_MONTH, key="begin", payment_method=payment_method)
    assert (begun.ok, begun.value.status) == (True, "incomplete"), begun.text
    return begun.value


def _brought(life: Life, courier: Courier, kinds: tuple[str, ...], order: tuple[int, ...]) -> None:
    events = [courier.the(kind, life.person.email) for kind in kinds]
    for position in order:
        courier.bring(events[position])


def _expect_begun(story: Story, life: Life) -> None:
    assert (story.status, story.tier, story.charged) == ("active", "pro", (PRO_MONTH.amount,))
    expect_the_processors_own(story, life.record)


def _story(life: Life, auditor: Auditor) -> Story:
    return stories(auditor, [life])[0]


def _event(kind: str, subject: Row, courier: Courier) -> Row:
    """An event that the processor might have made."""
    created = int(courier.bench.clock.now().timestamp())
    event: Row = json.loads(stripe_event(kind, subject, event_id=f"evt_{subject['id']}", created=created))
    return event


def _with(event: Row, **changed: Any) -> Row:  # noqa: ANN401 - any field of the object
    return {**event, "data": {**event["data"], "object": {**event["data"]["object"], **changed}}}
