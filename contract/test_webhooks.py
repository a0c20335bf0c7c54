"""Events come doubled, late, out of order and again after a failure; their effect comes once."""

import itertools
from collections.abc import Callable, Iterator, Mapping

import pytest

from contract.database_faults import payment_cannot_change
from fixtures.bench import Bench
from fixtures.books import differences
from fixtures.books.gather import gather
from fixtures.builders import sign, stripe_event
from fixtures.client import Auditor, Item, Member, Payment, Processor
from fixtures.hosted import authenticate, pay_on_page
from fixtures.picture import Picture
from fixtures.polling import eventually

COURSE, TOKENS = "itm_course_python", "itm_tokens_100"


@pytest.fixture
def held(bench: Bench) -> Iterator[Bench]:
    """The bench with its events held back: each is delivered only when a test says so."""
    bench.stripe.pause_webhooks()
    yield bench
    bench.stripe.resume_webhooks()


@pytest.mark.parametrize("parallel", [False, True], ids=["one-by-one", "all-at-once"])
@pytest.mark.proves("A1.1", "C3.4")
def test_an_event_delivered_five_times_has_its_effect_once(
    held: Bench, member: Member, auditor: Auditor, catalogue: Mapping[str, Item], *, parallel: bool
) -> None:
    payment = _paid_by_event_only(member, catalogue)
    event = _succeeded(held, payment)

    deliveries = held.stripe.resend(event, 5, parallel=parallel)

    assert [delivery["status"] for delivery in deliveries] == [200] * 5, deliveries
    assert member.payment(payment.payment_id).value.status == "succeeded"
    assert _entries(auditor, payment) == 1
    assert _receipts(held, member, catalogue) == 1


@pytest.mark.proves("A1.1", "C3.4")
def test_an_event_delivered_again_later_changes_nothing(
    held: Bench, member: Member, auditor: Auditor, catalogue: Mapping[str, Item]
) -> None:
    payment = _paid_by_event_only(member, catalogue)
    event = _succeeded(held, payment)
    held.stripe.resend(event)
    held.mailbox.wait_for(to=member.email, subject="receipt")
    before = Picture.take(held, auditor)

    held.stripe.resend(event, 5)
    held.stripe.resend(event, 5, parallel=True)

    assert Picture.take(held, auditor) == before


@pytest.mark.proves("C3.4")
def test_an_event_whose_first_delivery_failed_has_its_effect_when_it_comes_again(
    held: Bench, member: Member, auditor: Auditor, catalogue: Mapping[str, Item]
) -> None:
    payment = _paid_by_event_only(member, catalogue)
    event = _succeeded(held, payment)

    with payment_cannot_change(held.database_url, payment.payment_id):
        failed = held.stripe.resend(event)
    again = held.stripe.resend(event)

    assert failed[0]["status"] >= 500, f"The fault did not bite: {failed}"
    assert again[0]["status"] == 200, again
    assert member.payment(payment.payment_id).value.status == "succeeded"
    assert _entries(auditor, payment) == 1
    assert _receipts(held, member, catalogue) == 1


@pytest.mark.proves("C3.4")
def test_events_that_were_lost_while_the_application_was_down_are_applied_when_they_come_again(
    impatient: Bench, impatient_member: Member, catalogue: Mapping[str, Item]
) -> None:
    waiting = impatient_member.pay(catalogue[COURSE], key="3ds", payment_method="pm_card_threeDSecure2Required").value
    assert waiting.next_action is not None

    impatient.kill_app()
    authenticate(waiting.next_action.url)
    eventually(lambda: _failed_deliveries(impatient), lambda failed: failed > 0)
    impatient.start_app()

    payment = eventually(
        lambda: impatient_member.payment(waiting.payment_id).value,
        lambda seen: seen.status == "succeeded",
        timeout_s=20,
    )
    assert payment.amount == 4900


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.proves("C3.4")
def test_the_order_of_events_does_not_matter(
    held: Bench, member: Member, auditor: Auditor, catalogue: Mapping[str, Item], order: tuple[int, ...]
) -> None:
    waiting = member.pay(catalogue[COURSE], key="hosted", payment_method=None).value
    assert waiting.next_action is not None
    pay_on_page(waiting.next_action.url)
    events = [
        _event(held, kind, waiting.payment_id)
        for kind in ("payment_intent.succeeded", "charge.succeeded", "checkout.session.completed")
    ]

    for position in order:
        held.stripe.resend(events[position])

    assert member.payment(waiting.payment_id).value.status == "succeeded"
    assert _entries(auditor, waiting) == 1
    assert _receipts(held, member, catalogue) == 1


@pytest.mark.proves("A1.1")
def test_an_event_of_an_unknown_type_is_received_and_changes_nothing(
    bench: Bench, processor: Processor, auditor: Auditor
) -> None:
    body = stripe_event("assay.never_heard_of", {"id": "obj_1", "object": "mystery"}, event_id="evt_unknown_type")
    before = Picture.take(bench, auditor)

    reply = processor.deliver(body, sign(body, bench.stripe.endpoint_secret, int(bench.clock.now().timestamp())))

    assert (reply.status, reply.value.received) == (200, True), reply.text
    assert Picture.take(bench, auditor) == before


@pytest.mark.proves("C3.4", "C2.1")
def test_books_agree_after_every_event_was_delivered_three_times(
    bench: Bench, new_member: Callable[[], Member], catalogue: Mapping[str, Item], auditor: Auditor
) -> None:
    member = new_member()
    paid = member.pay(catalogue[COURSE], key="doubled").value
    member.refund(paid.payment_id, key="doubled-back", amount=1000)
    mine = [event["id"] for event in bench.stripe.events() if paid.payment_id in str(event)]

    for event in mine:
        bench.stripe.resend(event, 3, parallel=True)

    assert len(mine) >= 2, "The processor told of neither the payment nor its refund."
    found = eventually(lambda: differences(gather(bench.stripe, auditor)), lambda found: found == [])
    assert found == []


def _paid_by_event_only(member: Member, catalogue: Mapping[str, Item]) -> Payment:
    """A payment that the buyer has authenticated and of which the system can only learn by an event."""
    waiting = member.pay(catalogue[COURSE], key="3ds", payment_method="pm_card_threeDSecure2Required").value
    assert waiting.next_action is not None, waiting
    authenticate(waiting.next_action.url)
    assert member.payment(waiting.payment_id).value.status == "requires_action"
    return waiting


def _succeeded(bench: Bench, payment: Payment) -> str:
    return _event(bench, "payment_intent.succeeded", payment.payment_id)


def _event(bench: Bench, kind: str, payment_id: str) -> str:
    found = [each for each in bench.stripe.events() if each["type"] == kind and payment_id in str(each)]
    assert found, f"The processor made no {kind} for {payment_id}."
    return str(found[-1]["id"])


def _entries(auditor: Auditor, payment: Payment) -> int:
    """How often the payment's charge is posted."""
    (mine,) = [each for each in auditor.all_payments() if each.payment_id == payment.payment_id]
    return sum(str(mine.processor_charge_id) in entry.business_key for entry in auditor.ledger_entries())


def _receipts(bench: Bench, member: Member, catalogue: Mapping[str, Item]) -> int:
    """How many receipts came, once the receipt of a later payment has: mails leave in the order of their making."""
    bench.mailbox.wait_for(to=member.email, subject="receipt")
    later = member.pay(catalogue[TOKENS], key="later").value
    eventually(
        lambda: [message.text for message in bench.mailbox.messages(to=member.email, subject="receipt")],
        lambda texts: any(later.payment_id in text for text in texts),
    )
    receipts = bench.mailbox.messages(to=member.email, subject="receipt")
    return sum(later.payment_id not in message.text for message in receipts)


def _failed_deliveries(bench: Bench) -> int:
    return sum(not delivery["succeeded"] for delivery in bench.stripe.deliveries())
