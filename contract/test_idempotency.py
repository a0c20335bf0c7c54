"""A key names one intent of one account on one route: asked once or twenty times, it is done once."""

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from fixtures.bench import Bench
from fixtures.client import Item, Member, Payment, Reply
from fixtures.emulator import FaultKind
from fixtures.polling import eventually
from fixtures.together import at_once
from fixtures.witness import Witness

COURSE, OTHER, TOKENS = "itm_course_python", "itm_course_sql", "itm_tokens_100"
CROWD = 20
FINAL = {"succeeded", "declined", "canceled"}
BAD_KEYS = {"too-long": "k" * 256, "empty": "", "tab-inside": "a\tb", "blank-inside": "a b"}


@pytest.mark.proves("A2.3")
def test_the_same_request_again_gets_the_same_bytes_and_no_second_charge(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    first = member.pay(catalogue[TOKENS], key="once")
    again = member.pay(catalogue[TOKENS], key="once")

    assert (again.status, again.raw.content) == (first.status, first.raw.content), again.text
    assert (first.replayed, again.replayed) == (False, True)
    assert witness.charged() == [(499, "usd")]


@pytest.mark.proves("A2.3")
def test_a_refusal_is_replayed_as_it_was(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    first = member.pay(catalogue[TOKENS], key="declined", payment_method="pm_card_chargeDeclined")
    again = member.pay(catalogue[TOKENS], key="declined", payment_method="pm_card_chargeDeclined")

    assert (first.status, again.status) == (402, 402), again.text
    assert (again.raw.content, again.replayed) == (first.raw.content, True)
    assert len(witness.writes("POST /v1/payment_intents")) == 1


@pytest.mark.proves("A2.3")
def test_a_key_with_another_body_is_refused(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    member.pay(catalogue[TOKENS], key="once")

    refused = member.pay(catalogue["itm_tokens_1000"], key="once")

    assert (refused.status, refused.problem.slug) == (422, "idempotency-mismatch"), refused.text
    assert witness.charged() == [(499, "usd")]


@pytest.mark.proves("A2.3", "A18.2")
def test_a_missing_key_is_named(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    refused = member.pay(catalogue[TOKENS], key=None)

    assert (refused.status, refused.problem.slug) == (422, "invalid-request"), refused.text
    assert refused.problem.message_for("header.Idempotency-Key")
    assert witness.writes() == []


@pytest.mark.parametrize("case", BAD_KEYS)
@pytest.mark.proves("A2.3", "A18.2")
def test_a_key_that_is_none_is_named(
    member: Member, catalogue: Mapping[str, Item], witness: Witness, case: str
) -> None:
    refused = member.pay(catalogue[TOKENS], key=BAD_KEYS[case])

    assert refused.status == 422, refused.text
    assert refused.problem.message_for("header.Idempotency-Key")
    assert witness.writes() == []


@pytest.mark.proves("A2.3")
def test_a_key_is_not_shared_between_accounts(
    new_member: Callable[[], Member], catalogue: Mapping[str, Item], witness: Witness
) -> None:
    ada, eve = new_member(), new_member()

    hers = ada.pay(catalogue[COURSE], key="the-same-key")
    theirs = eve.pay(catalogue[COURSE], key="the-same-key")

    assert (theirs.status, theirs.replayed) == (201, False), theirs.text
    assert theirs.value.payment_id != hers.value.payment_id
    assert eve.payment(theirs.value.payment_id).ok
    assert witness.charged() == [(4900, "usd")] * 2


@pytest.mark.proves("A2.3")
def test_a_key_is_not_shared_between_routes(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    paid = member.pay(catalogue[COURSE], key="the-same-key")
    back = member.refund(paid.value.payment_id, key="the-same-key")

    assert (back.status, back.replayed) == (201, False), back.text
    assert witness.returned() == [(4900, "usd")]


@pytest.mark.proves("A2.3", "A2.6")
def test_a_crowd_with_one_key_pays_once(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    replies = at_once([partial(member.pay, catalogue[TOKENS], key="crowd")] * CROWD)

    assert {reply.status for reply in replies} <= {201, 409}, _told(replies)
    assert {reply.problem.slug for reply in replies if reply.status == 409} <= {"idempotency-in-progress"}
    assert len({reply.raw.content for reply in replies if reply.ok}) == 1, _told(replies)
    assert witness.charged() == [(499, "usd")]


@pytest.mark.proves("A2.6")
def test_a_crowd_with_different_keys_buys_a_course_once(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    buy = partial(member.pay, catalogue[COURSE])

    replies = at_once([partial(buy, key=f"tab-{number}") for number in range(10)])

    bought = [reply for reply in replies if reply.status == 201]
    assert {reply.status for reply in replies} == {201, 409}, _told(replies)
    assert len(bought) == 1, _told(replies)
    assert witness.charged() == [(4900, "usd")]


@pytest.mark.proves("A2.3")
def test_what_the_processor_is_asked_carries_a_key_of_the_payments_own(
    new_member: Callable[[], Member], catalogue: Mapping[str, Item], witness: Witness
) -> None:
    new_member().pay(catalogue[TOKENS], key="the-same-key")
    new_member().pay(catalogue[TOKENS], key="the-same-key")

    keys = [call.idempotency_key for call in witness.writes("POST /v1/payment_intents")]
    assert len(keys) == len(set(keys)) == 2, keys
    assert None not in keys


@pytest.mark.proves("C3.3", "A2.3")
def test_a_reply_lost_for_good_is_uncertain_and_then_charged_once(
    impatient: Bench, known: Member, catalogue: Mapping[str, Item]
) -> None:
    witness = Witness(impatient.stripe)
    fault = impatient.stripe.fault("reply_lost", times=None)

    undecided = known.pay(catalogue[TOKENS], key="lost")
    assert (undecided.status, undecided.value.status) == (202, "uncertain"), undecided.text
    assert impatient.stripe.bit(fault) > 0

    impatient.stripe.clear_faults()
    settled = _decided(known, undecided.value.payment_id)
    assert settled.status == "succeeded", settled
    assert witness.charged() == [(499, "usd")]


@pytest.mark.proves("C3.3")
def test_the_same_key_after_an_uncertain_answer_charges_nothing_more(
    impatient: Bench, known: Member, catalogue: Mapping[str, Item]
) -> None:
    witness = Witness(impatient.stripe)
    impatient.stripe.fault("reply_lost", times=None)
    undecided = known.pay(catalogue[TOKENS], key="retried")
    impatient.stripe.clear_faults()

    again = known.pay(catalogue[TOKENS], key="retried")

    assert again.value.payment_id == undecided.value.payment_id, again.text
    assert _decided(known, undecided.value.payment_id).status == "succeeded"
    assert witness.charged() == [(499, "usd")]


@pytest.mark.proves("C3.3")
def test_the_same_key_after_it_was_settled_gets_the_settled_answer(
    impatient: Bench, known: Member, catalogue: Mapping[str, Item]
) -> None:
    impatient.stripe.fault("reply_lost", times=None)
    undecided = known.pay(catalogue[TOKENS], key="settled").value
    impatient.stripe.clear_faults()
    _decided(known, undecided.payment_id)

    again = known.pay(catalogue[TOKENS], key="settled")

    assert (again.status, again.value.status, again.replayed) == (201, "succeeded", True), again.text
    assert again.value.payment_id == undecided.payment_id


@pytest.mark.proves("C3.3")
def test_a_lost_refund_reply_is_uncertain_and_then_returned_once(
    impatient: Bench, known: Member, catalogue: Mapping[str, Item]
) -> None:
    paid = known.pay(catalogue[TOKENS], key="to-refund").value
    witness = Witness(impatient.stripe)
    impatient.stripe.fault("reply_lost", times=None)

    undecided = known.refund(paid.payment_id, key="lost-refund")
    impatient.stripe.clear_faults()

    assert (undecided.status, undecided.value.status) == (202, "uncertain"), undecided.text
    eventually(lambda: known.payment(paid.payment_id).value, lambda payment: payment.refunded_amount == 499)
    assert witness.returned() == [(499, "usd")]


@pytest.mark.parametrize("kind", ["reply_lost", "error_500_before", "error_500_after", "slow"])
@pytest.mark.proves("C3.3")
def test_a_failure_of_the_processor_ends_as_it_was_answered(
    impatient: Bench, known: Member, catalogue: Mapping[str, Item], kind: FaultKind
) -> None:
    witness = Witness(impatient.stripe)
    fault = impatient.stripe.fault(kind, route="POST /v1/payment_intents", times=3, delay_s=2)

    known.pay(catalogue[TOKENS], key=kind)
    assert impatient.stripe.bit(fault) > 0
    impatient.stripe.clear_faults()

    newest = _decided(known, known.payments(limit=1).value.items[0].payment_id)
    assert len(witness.charged()) == (newest.status == "succeeded"), newest


@pytest.mark.parametrize("kind", ["rate_limit_429", "lock_timeout"])
@pytest.mark.proves("A18.3")
def test_a_processor_that_refuses_is_a_503_without_a_charge(
    impatient: Bench, known: Member, catalogue: Mapping[str, Item], kind: FaultKind
) -> None:
    witness = Witness(impatient.stripe)
    fault = impatient.stripe.fault(kind, route="POST /v1/payment_intents", times=None)

    refused = known.pay(catalogue[TOKENS], key=kind)
    assert (refused.status, refused.problem.slug) == (503, "processor-unavailable"), refused.text
    assert int(refused.headers["retry-after"]) > 0
    assert impatient.stripe.bit(fault) > 0
    assert witness.charged() == []

    impatient.stripe.clear_faults()
    again = eventually(lambda: known.pay(catalogue[TOKENS], key=kind), lambda reply: reply.status != 503)
    assert (again.status, again.value.status) == (201, "succeeded"), again.text
    assert witness.charged() == [(499, "usd")]


@pytest.fixture
def known(impatient_member: Member, catalogue: Mapping[str, Item]) -> Member:
    """Somebody whom the processor knows already: a first purchase asks it for more than the payment."""
    assert impatient_member.pay(catalogue["itm_course_sql"], key="acquaintance").status == 201
    return impatient_member


def _decided(member: Member, payment_id: str) -> Payment:
    return eventually(
        lambda: member.payment(payment_id).value,
        lambda payment: payment.status in FINAL,
        timeout_s=20,
    )


def _told(replies: list[Reply[Payment]]) -> str:
    return "\n".join(f"{reply.status} {reply.text}" for reply in replies)
