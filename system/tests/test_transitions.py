from dataclasses import replace

import pytest

from system.kit.money import Money
from system.payments import transitions
from system.payments.models import Payment, Refund, RefundStatus, Status
from system.payments.transitions import ContradictionError
from system.processor.port import (
    ActionRequired,
    Canceled,
    Declined,
    PaymentAnswer,
    RefundAnswer,
    RefundRefused,
    Unavailable,
    Unknown,
)
from system.tests.examples import charged, paid, payment, refund, refunded

_CHARGED = charged()
_ACTION = ActionRequired("https://pay", "pi_1")
_DECLINED = Declined("insufficient_funds", "No.", "pi_1")
_CANCELED = Canceled("expired", "pi_1")
_UNAVAILABLE = Unavailable("slow down")
_UNKNOWN = Unknown("no reply")
_SAME, _CLASH = "same", "clash"

_ANSWERS: list[PaymentAnswer] = [_CHARGED, _ACTION, _DECLINED, _CANCELED, _UNAVAILABLE, _UNKNOWN]
_TABLE: dict[Status, list[str]] = {
    # after:           Charged      ActionRequired     Declined    Canceled    Unavailable Unknown
    "processing":      ["succeeded", "requires_action", "declined", "canceled", "canceled", "uncertain"],
    "uncertain":       ["succeeded", "requires_action", "declined", "canceled", _SAME, _SAME],
    "requires_action": ["succeeded", _SAME, "declined", "canceled", _SAME, _SAME],
    "succeeded":       [_SAME, _SAME, _CLASH, _CLASH, _SAME, _SAME],
    "declined":        [_CLASH, _SAME, _SAME, _SAME, _SAME, _SAME],
    "canceled":        [_CLASH, _SAME, _SAME, _SAME, _SAME, _SAME],
}  # fmt: skip
_CELLS = [
    pytest.param(status, answer, outcome, id=f"{status}-{type(answer).__name__}")
    for status, row in _TABLE.items()
    for answer, outcome in zip(_ANSWERS, row, strict=True)
    if outcome != _CLASH
]
_CLASHES = [
    pytest.param(status, answer, id=f"{status}-{type(answer).__name__}")
    for status, row in _TABLE.items()
    for answer, outcome in zip(_ANSWERS, row, strict=True)
    if outcome == _CLASH
]


def _in(status: Status) -> Payment:
    return paid() if status == "succeeded" else payment(status=status)


@pytest.mark.parametrize(("status", "answer", "outcome"), _CELLS)
def test_every_answer_leads_every_state_where_the_table_says(
    status: Status, answer: PaymentAnswer, outcome: str
) -> None:
    before = _in(status)

    after = transitions.apply(before, answer)

    assert after.status == (status if outcome == _SAME else outcome)
    assert (after is before) == (outcome == _SAME)


@pytest.mark.parametrize(("status", "answer"), _CLASHES)
def test_a_final_state_is_never_overturned(status: Status, answer: PaymentAnswer) -> None:
    with pytest.raises(ContradictionError, match="pay_1"):
        transitions.apply(_in(status), answer)


@pytest.mark.parametrize(
    "answer",
    [
        charged(money=Money(4901, "usd")),
        charged(money=Money(4900, "eur")),
        charged(money=Money(490, "usd")),
        charged(customer_id="cus_2"),
        charged(customer_id=None),
    ],
    ids=["more", "other currency", "less", "other customer", "no customer"],
)
def test_a_charge_that_is_not_the_payments_is_refused(answer: PaymentAnswer) -> None:
    with pytest.raises(ContradictionError):
        transitions.apply(payment(), answer)


def test_a_second_charge_of_one_payment_is_refused() -> None:
    with pytest.raises(ContradictionError, match="second time"):
        transitions.apply(paid(), charged(charge_id="ch_2"))


def test_a_success_names_what_the_processor_made_and_closes_the_page() -> None:
    waiting = payment(status="requires_action", next_action_url="https://pay")

    after = transitions.apply(waiting, _CHARGED)

    assert (after.processor_payment_id, after.processor_charge_id) == ("pi_1", "ch_1")
    assert after.processor_balance_transaction_id == "txn_1"
    assert after.next_action_url is None


def test_an_unknown_answer_keeps_what_it_knows() -> None:
    first = transitions.apply(payment(), Unknown("not captured yet", processor_payment_id="pi_1"))

    assert transitions.apply(first, _UNKNOWN).processor_payment_id == "pi_1"


_SENT = {"processor_refund_id": "re_1"}
_REFUND_CELLS: list[tuple[str, RefundStatus, dict[str, str], RefundAnswer, RefundStatus]] = [
    ("pending succeeds", "pending", {}, refunded(), "succeeded"),
    ("pending is taken", "pending", {}, refunded(state="pending"), "pending"),
    ("pending fails", "pending", {}, refunded(state="failed"), "failed"),
    ("pending is refused", "pending", {}, RefundRefused("x", "y"), "failed"),
    ("pending is not begun", "pending", {}, _UNAVAILABLE, "failed"),
    ("pending without reply", "pending", {}, _UNKNOWN, "uncertain"),
    ("sent without reply", "pending", _SENT, _UNKNOWN, "pending"),
    ("sent and not begun again", "pending", _SENT, _UNAVAILABLE, "pending"),
    ("uncertain succeeds", "uncertain", {}, refunded(), "succeeded"),
    ("uncertain is refused", "uncertain", {}, RefundRefused("x", "y"), "failed"),
    ("uncertain and not begun again", "uncertain", {}, _UNAVAILABLE, "uncertain"),
    ("uncertain without reply", "uncertain", {}, _UNKNOWN, "uncertain"),
    ("succeeded hears an old event", "succeeded", _SENT, refunded(state="pending"), "succeeded"),
    ("succeeded comes back", "succeeded", _SENT, refunded(state="failed"), "failed"),
    ("succeeded hears nothing", "succeeded", _SENT, _UNKNOWN, "succeeded"),
    ("failed hears an old event", "failed", _SENT, refunded(), "failed"),
]


@pytest.mark.parametrize(
    ("status", "known", "answer", "outcome"),
    [pytest.param(*cell[1:], id=cell[0]) for cell in _REFUND_CELLS],
)
def test_every_answer_leads_a_refund_where_it_belongs(
    status: RefundStatus, known: dict[str, str], answer: RefundAnswer, outcome: RefundStatus
) -> None:
    before = replace(refund(status=status), **known)  # type: ignore[arg-type]

    assert transitions.apply_to_refund(before, answer).status == outcome


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        (refund(), refunded(money=Money(999, "usd"))),
        (refund(), refunded(money=Money(1000, "eur"))),
        (refund(processor_refund_id="re_2"), refunded()),
        (refund(status="failed"), refunded()),
    ],
    ids=["other amount", "other currency", "made twice", "exists though given up"],
)
def test_a_refund_that_cannot_be_ours_is_refused(known: Refund, answer: RefundAnswer) -> None:
    with pytest.raises(ContradictionError):
        transitions.apply_to_refund(known, answer)
