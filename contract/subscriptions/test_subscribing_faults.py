"""Subscribing while the processor errs or the application is killed: afterwards one subscription, and one charge."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest

from contract.subscriptions.plans import PRO_MONTH
from fixtures.bench import Bench
from fixtures.client import Member, Reply
from fixtures.client.subscriptions import Subscription
from fixtures.customer_record import CustomerRecord
from fixtures.emulator import FaultKind
from fixtures.polling import eventually

CREATE = "POST /v1/subscriptions"
CREATE_OR_LOOK = "* /v1/subscriptions"
PATIENCE_S = 30

UNCERTAIN: list[FaultKind] = ["reply_lost", "error_500_before", "error_500_after", "html_page", "slow"]
REFUSING: list[FaultKind] = ["rate_limit_429", "lock_timeout"]
Subscribe = Callable[[], Reply[Subscription]]


@pytest.fixture
def subscribe(impatient_member: Member) -> Subscribe:
    """Always the same request with the same key."""
    return partial(impatient_member.subscription.subscribe, PRO_MONTH, key="the-one")


@pytest.mark.parametrize("kind", UNCERTAIN)
@pytest.mark.proves("A4.1", "C3.7")
def test_an_answer_that_never_came_is_settled_by_the_sweep_and_answers_the_key(
    deaf: Bench, impatient_member: Member, subscribe: Subscribe, kind: FaultKind
) -> None:
    fault = deaf.stripe.fault(kind, route=CREATE_OR_LOOK, times=None, delay_s=2)
    undecided = subscribe()
    assert undecided.status == 202, undecided.text
    assert deaf.stripe.bit(fault) > 0

    deaf.stripe.clear_faults()

    settled = _settled(impatient_member)
    # Whoever comes first writes the answer on the key: this request, or the sweep a moment after it has settled.
    again, later = subscribe(), subscribe()
    assert (again.status, again.value.status) == (201, "active"), again.text
    assert (later.status, later.replayed, later.value) == (201, True, again.value), later.text
    assert again.value.subscription_id == settled.subscription_id
    _begun_once(deaf, impatient_member)


@pytest.mark.proves("A4.1", "C3.7")
def test_a_declined_card_whose_answer_never_came_leaves_the_place_free(deaf: Bench, impatient_member: Member) -> None:
    declined = partial(
        impatient_member.subscription.subscribe, PRO_MONTH, key="declined", payment_method="pm_card_chargeCustomerFail"
    )
    fault = deaf.stripe.fault("reply_lost", route=CREATE, times=None)
    undecided = declined()
    assert undecided.status == 202, undecided.text
    assert deaf.stripe.bit(fault) > 0

    deaf.stripe.clear_faults()

    told = eventually(declined, lambda reply: reply.status not in {202, 409}, timeout_s=PATIENCE_S)
    assert told.status == 402, told.text
    assert impatient_member.subscription.subscribe(PRO_MONTH, key="another").value.status == "active"
    record = CustomerRecord(deaf.stripe, impatient_member.email)
    assert record.charged() == [999]
    assert sorted(each["status"] for each in record.subscriptions()) == ["active", "incomplete_expired"]


@pytest.mark.proves("A4.1", "C3.7")
def test_an_answer_that_cannot_be_read_is_asked_for_again_under_the_same_key(
    deaf: Bench, impatient_member: Member, subscribe: Subscribe
) -> None:
    fault = deaf.stripe.fault("malformed_body", route=CREATE, times=None)

    begun = subscribe()

    assert (begun.status, begun.value.status) == (201, "active"), begun.text
    assert deaf.stripe.bit(fault) == 1
    _begun_once(deaf, impatient_member)


@pytest.mark.parametrize("kind", REFUSING)
@pytest.mark.proves("A4.1", "A18.3")
def test_a_processor_that_refuses_is_a_503_and_the_same_key_begins_later(
    impatient: Bench, impatient_member: Member, subscribe: Subscribe, kind: FaultKind
) -> None:
    fault = impatient.stripe.fault(kind, route=CREATE, times=None)
    refused = subscribe()
    assert (refused.status, refused.problem.slug) == (503, "processor-unavailable"), refused.text
    assert impatient.stripe.bit(fault) > 0

    impatient.stripe.clear_faults()

    begun = subscribe()
    assert (begun.status, begun.value.status) == (201, "active"), begun.text
    _begun_once(impatient, impatient_member)


@pytest.mark.proves("A4.1", "C3.7")
def test_a_page_whose_address_was_lost_is_the_same_page_when_it_is_found(
    impatient: Bench, impatient_member: Member
) -> None:
    subscribe = partial(impatient_member.subscription.subscribe, PRO_MONTH, key="page", payment_method=None)
    fault = impatient.stripe.fault("reply_lost", route="POST /v1/checkout/sessions", times=None)
    undecided = subscribe()
    assert undecided.status == 202, undecided.text
    assert impatient.stripe.bit(fault) > 0

    impatient.stripe.clear_faults()

    found = eventually(subscribe, lambda reply: reply.status == 201, timeout_s=PATIENCE_S).value
    assert found.next_action is not None
    assert len(impatient.stripe.listed("checkout/sessions", customer=_customer(impatient, impatient_member))) == 1


MOMENTS = {
    "while-it-is-asked": CREATE,
    "before-it-is-read": "GET /v1/subscriptions/{id}",
    "while-it-is-read": "GET /v1/invoices",
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.proves("A4.1", "C3.6")
def test_a_server_that_is_killed_on_the_way_leaves_one_subscription(
    impatient: Bench, impatient_member: Member, subscribe: Subscribe, moment: str
) -> None:
    record = CustomerRecord(impatient.stripe, impatient_member.email)
    # Every reading of the system passes here, also the worker's of others: this one has begun there before it is read.
    _killed_at(impatient, MOMENTS[moment], subscribe, begun=lambda: moment == "while-it-is-asked" or record.live())

    settled = eventually(subscribe, lambda reply: reply.status == 201, timeout_s=PATIENCE_S)
    assert settled.value.status == "active", settled.text
    _begun_once(impatient, impatient_member)


@pytest.mark.proves("A4.1", "C3.6")
def test_a_server_that_is_killed_before_it_asks_leaves_the_place_free(
    impatient: Bench, impatient_member: Member, subscribe: Subscribe
) -> None:
    _killed_at(impatient, "POST /v1/customers", subscribe, begun=lambda: True)

    given_up = eventually(subscribe, lambda reply: reply.status not in {202, 409}, timeout_s=PATIENCE_S)
    assert (given_up.status, given_up.problem.extras["decline_code"]) == (402, "not_begun"), given_up.text
    assert impatient_member.subscription.subscribe(PRO_MONTH, key="another").value.status == "active"
    _begun_once(impatient, impatient_member)


def _killed_at(bench: Bench, route: str, subscribe: Subscribe, begun: Callable[[], object]) -> None:
    """Kill the server while the processor takes its time over this route, and start it again.

    `begun` tells whether the request that is to be cut off has come so far.
    """
    fault = bench.stripe.fault("slow", route=route, times=None, delay_s=0.5)
    with ThreadPoolExecutor(1) as thread:
        broken = thread.submit(subscribe)
        eventually(lambda: bench.stripe.bit(fault) and begun(), bool)
        bench.kill_app()
        with pytest.raises(httpx.TransportError):
            broken.result()
    bench.stripe.clear_faults()
    bench.start_app()


def _settled(member: Member) -> Subscription:
    return eventually(
        lambda: member.subscription.current().value, lambda seen: seen.status == "active", timeout_s=PATIENCE_S
    )


def _begun_once(bench: Bench, member: Member) -> None:
    record = CustomerRecord(bench.stripe, member.email)
    assert [each["status"] for each in record.subscriptions()] == ["active"]
    assert record.charged() == [999]
    assert [payment.status for payment in member.payments().value.items] == ["succeeded"]


def _customer(bench: Bench, member: Member) -> str:
    (customer,) = bench.stripe.listed("customers", email=member.email)
    return str(customer["id"])
