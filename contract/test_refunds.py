"""What goes back never exceeds what came in, one after the other and all at once."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from fixtures.bench import Bench
from fixtures.client import Auditor, Item, Member, Payment
from fixtures.dashboard import refund_by_hand
from fixtures.polling import eventually
from fixtures.together import at_once
from fixtures.witness import Witness

COURSE = "itm_course_python"
CROWD = 20
MEETINGS = 5

BAD_AMOUNTS: dict[str, dict[str, Any]] = {
    "zero": {"amount": 0},
    "negative": {"amount": -1},
    "more-than-paid": {"amount": 4901},
    "fraction": {"amount": 10.5},
    "float-of-a-whole": {"amount": 10.0},
    "text": {"amount": "100"},
    "truth-value": {"amount": True},
    "list": {"amount": [100]},
    "beyond-exact": {"amount": 2**53},
    "other-currency": {"amount": 100, "currency": "eur"},
    "unknown-currency": {"amount": 100, "currency": "xyz"},
    "upper-case-currency": {"amount": 100, "currency": "USD"},
}


@pytest.fixture
def paid(member: Member, catalogue: Mapping[str, Item]) -> Payment:
    reply = member.pay(catalogue[COURSE], key="to-be-refunded")
    assert reply.status == 201, reply.text
    return reply.value


@pytest.mark.proves("A2.4")
def test_a_full_refund_returns_all_and_says_so(member: Member, paid: Payment, witness: Witness) -> None:
    back = member.refund(paid.payment_id, key="back")

    assert (back.status, back.value.amount, back.value.currency) == (201, 4900, "usd"), back.text
    payment = eventually(lambda: member.payment(paid.payment_id).value, lambda seen: seen.refunded_amount > 0)
    assert (payment.refunded_amount, payment.refundable_amount) == (4900, 0)
    assert witness.returned() == [(4900, "usd")]


@pytest.mark.proves("A2.4")
def test_a_second_full_refund_is_a_conflict(member: Member, paid: Payment, witness: Witness) -> None:
    first = member.refund(paid.payment_id, key="first")
    second = member.refund(paid.payment_id, key="second")

    assert first.status == 201, first.text
    assert (second.status, second.problem.slug) == (409, "refund-exceeds-remaining"), second.text
    assert second.problem.extras["refundable_amount"] == 0
    assert witness.returned() == [(4900, "usd")]


@pytest.mark.proves("A2.4")
def test_parallel_refunds_return_no_more_than_fits(member: Member, paid: Payment, witness: Witness) -> None:
    """Of many who ask for 60 percent of what is left one gets it; five times, as no crowd meets for certain."""
    left, returned = paid.amount, []
    for meeting in range(MEETINGS):
        amount = left * 60 // 100
        refund = partial(member.refund, paid.payment_id, amount=amount)

        replies = at_once([partial(refund, key=f"meeting-{meeting}-{number}") for number in range(CROWD)])

        told = "\n".join(f"{reply.status} {reply.text}" for reply in replies)
        assert sorted(reply.status for reply in replies) == [201] + [409] * (CROWD - 1), told
        left -= amount
        returned.append((amount, "usd"))
        assert sorted(witness.returned()) == sorted(returned), told


@pytest.mark.parametrize("case", BAD_AMOUNTS)
@pytest.mark.proves("A2.4", "A18.2")
def test_a_bad_amount_never_reaches_the_processor(member: Member, paid: Payment, witness: Witness, case: str) -> None:
    refused = member.refund(paid.payment_id, key="bad", **BAD_AMOUNTS[case])

    assert (refused.status, refused.problem.slug) == (422, "invalid-request"), refused.text
    assert {error.field for error in refused.problem.errors} <= {"body.amount", "body.currency"}
    assert witness.writes() == []


@pytest.mark.proves("A2.4")
def test_partial_refunds_add_up_to_exactly_what_was_paid(member: Member, paid: Payment, witness: Witness) -> None:
    steps = [member.refund(paid.payment_id, key=f"step-{amount}", amount=amount) for amount in (1633, 1634, 1632)]
    over = member.refund(paid.payment_id, key="one-more", amount=2)
    rest = member.refund(paid.payment_id, key="the-rest")

    assert [step.status for step in steps] == [201, 201, 201], [step.text for step in steps]
    assert (over.status, over.problem.extras["refundable_amount"]) == (409, 1), over.text
    assert (rest.status, rest.value.amount) == (201, 1), rest.text
    assert sum(amount for amount, _ in witness.returned()) == 4900
    assert member.payment(paid.payment_id).value.refundable_amount == 0


@pytest.mark.parametrize(
    ("item_id", "amount"), [("itm_course_kyoto", 500), ("itm_course_gulf", 5250)], ids=["jpy", "kwd"]
)
@pytest.mark.proves("A2.4")
def test_a_currency_without_cents_is_returned_to_the_unit(
    member: Member, catalogue: Mapping[str, Item], witness: Witness, item_id: str, amount: int
) -> None:
    payment = member.pay(catalogue[item_id], key="foreign").value

    back = member.refund(payment.payment_id, key="back")

    assert (back.status, back.value.amount) == (201, amount), back.text
    assert witness.returned() == [(amount, catalogue[item_id].currency)]


@pytest.mark.proves("A2.4")
def test_a_payment_that_was_never_made_is_not_refundable(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    waiting = member.pay(catalogue[COURSE], key="hosted", payment_method=None).value

    refused = member.refund(waiting.payment_id, key="back")

    assert (refused.status, refused.problem.slug) == (409, "not-refundable"), refused.text
    assert witness.writes("POST /v1/refunds") == []


@pytest.mark.proves("A15.3")
def test_another_members_payment_is_not_refunded(
    paid: Payment, new_member: Callable[[], Member], witness: Witness
) -> None:
    refused = new_member().refund(paid.payment_id, key="not-mine")

    assert (refused.status, refused.problem.slug) == (404, "not-found"), refused.text
    assert witness.writes() == []


@pytest.mark.proves("A2.4", "A18.2")
def test_every_faulty_field_is_named_at_once(member: Member, witness: Witness) -> None:
    refused = member.refund("pay_none", key=None, amount=0, reason="because", extra=1)

    fields = {error.field for error in refused.problem.errors}
    assert fields == {"header.Idempotency-Key", "body.amount", "body.reason", "body.extra"}, refused.text
    assert witness.writes() == []


@pytest.mark.proves("C2.1", "A2.4")
def test_a_refund_made_at_the_processor_is_booked_as_ours(
    bench: Bench, auditor: Auditor, member: Member, paid: Payment
) -> None:
    charge_id = next(each.processor_charge_id for each in auditor.all_payments() if each.payment_id == paid.payment_id)
    assert charge_id is not None

    refund_by_hand(bench.stripe, charge_id, 900)

    seen = eventually(
        lambda: member.payment(paid.payment_id).value, lambda payment: payment.refunded_amount > 0, timeout_s=6
    )
    assert (seen.refunded_amount, seen.refundable_amount) == (900, 4000)


@pytest.mark.proves("A2.4")
def test_a_refund_that_fails_at_the_bank_can_be_made_again(member: Member, catalogue: Mapping[str, Item]) -> None:
    payment = member.pay(catalogue[COURSE], key="fails", payment_method="pm_card_refundFail").value

    back = member.refund(payment.payment_id, key="back")

    assert back.status == 201, back.text
    restored = eventually(
        lambda: member.payment(payment.payment_id).value, lambda seen: seen.refundable_amount == 4900, timeout_s=6
    )
    assert restored.refunded_amount == 0
