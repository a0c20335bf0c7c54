from typing import Any

import pytest

from system.kit.money import Money
from system.processor.port import ActionRequired, Canceled, Charged, Declined, Unknown
from system.processor.stripe_objects import payment_answer, refund_answer, session_answer, smallest_step

_TRANSACTION = {"id": "txn_1", "amount": 4900, "fee": 172, "net": 4728, "currency": "usd"}
_CHARGE = {"id": "ch_1", "balance_transaction": _TRANSACTION}


def _intent(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    base = {"id": "pi_1", "status": "succeeded", "amount_received": 4900, "currency": "usd", "customer": "cus_1"}
    return {**base, "latest_charge": _CHARGE, **changes}


def _session(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    base = {"id": "cs_1", "status": "complete", "payment_status": "paid", "url": None, "payment_intent": _intent()}
    return {**base, **changes}


def test_a_succeeded_intent_is_money_with_its_fee() -> None:
    answer = payment_answer(_intent())

    assert isinstance(answer, Charged)
    assert (answer.money, answer.charge_id, answer.customer_id) == (Money(4900, "usd"), "ch_1", "cus_1")
    assert (answer.movement.fee, answer.movement.net) == (Money(172, "usd"), Money(4728, "usd"))


@pytest.mark.parametrize(
    "charge",
    [None, {"id": "ch_1", "balance_transaction": None}, "ch_1"],
    ids=["no charge", "not settled", "not expanded"],
)
def test_a_success_without_its_fee_is_not_booked_yet(charge: object) -> None:
    answer = payment_answer(_intent(latest_charge=charge))

    assert answer == Unknown("the balance transaction is not there yet", processor_payment_id="pi_1")


def test_a_declined_intent_gives_the_banks_own_code() -> None:
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "No."}

    answer = payment_answer(_intent(status="requires_payment_method", last_payment_error=error))

    assert answer == Declined("insufficient_funds", "No.", "pi_1")


def test_an_intent_that_needs_the_buyer_gives_the_page() -> None:
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank"}}

    assert payment_answer(_intent(status="requires_action", next_action=action)) == ActionRequired(
        "https://bank", "pi_1"
    )


@pytest.mark.parametrize("status", ["processing", "requires_capture", "requires_confirmation", "a state of tomorrow"])
def test_a_state_that_decides_nothing_is_unknown(status: str) -> None:
    assert isinstance(payment_answer(_intent(status=status)), Unknown)


@pytest.mark.parametrize(
    ("session", "kind"),
    [
        (_session(status="open", payment_status="unpaid", url="https://pay"), ActionRequired),
        (_session(status="expired", payment_status="unpaid"), Canceled),
        (_session(payment_status="unpaid"), Unknown),
        (_session(payment_intent="pi_1"), Unknown),
        (_session(), Charged),
    ],
    ids=["open", "expired", "complete and unpaid", "not expanded", "paid"],
)
def test_a_session_is_money_only_when_it_is_paid(session: dict[str, Any], kind: type) -> None:
    assert isinstance(session_answer(session), kind)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_every_state_of_a_refund_is_one_of_ours(status: str, state: str) -> None:
    refund = {"id": "re_1", "charge": "ch_1", "amount": 100, "currency": "usd", "status": status, "metadata": None}

    assert refund_answer(refund).state == state


@pytest.mark.parametrize(("currency", "step"), [("usd", 1), ("jpy", 1), ("kwd", 10), ("isk", 100), ("ugx", 100)])
def test_amounts_are_sent_in_the_steps_that_the_processor_takes(currency: str, step: int) -> None:
    assert smallest_step(currency) == step
