"""Bank debits: nobody knows for a while, then money stays or goes back (docs.stripe.com/payments/ach-direct-debit).

In an emulator of its own, because its clock is moved.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
import stripe

from contract.emulator.payments import charge_of
from contract.emulator.running import Emulator, client_of, emulator
from contract.emulator.shapes import violations

if TYPE_CHECKING:
    from stripe.params import (
        PaymentIntentCreateParams,
        PaymentIntentVerifyMicrodepositsParams,
        PaymentMethodCreateParams,
    )

LATER_S = 5
"""Longer than a debit takes."""
MINUTES_S = 200
"""Longer than one of the delayed numbers takes."""


@pytest.fixture(scope="module", name="stand_in")
def emulator_with_a_clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("debits") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    with client_of(stand_in) as made:
        yield made


def debit(client: stripe.StripeClient, method: str, **more: object) -> stripe.PaymentIntent:
    """Creates and confirms a payment of 20.00 in the currency of the method's scheme."""
    kind, currency = ("us_bank_account", "usd") if "usBankAccount" in method else ("sepa_debit", "eur")
    params = {
        "amount": 2000,
        "currency": currency,
        "confirm": True,
        "payment_method": method,
        "allowed_payment_method_types": [kind],
    }
    return client.v1.payment_intents.create(cast("PaymentIntentCreateParams", params | more))


def typed_in(client: stripe.StripeClient, kind: str, name: str | None = "Jenny Rosen", **account: str) -> str:
    owner = {"email": "jenny@example.com"} | ({"name": name} if name else {})
    params = cast("PaymentMethodCreateParams", {"type": kind, kind: account, "billing_details": owner})
    return client.v1.payment_methods.create(params).id


def later(
    client: stripe.StripeClient, stand_in: Emulator, intent: stripe.PaymentIntent, seconds: int = LATER_S
) -> stripe.PaymentIntent:
    stand_in.control.advance_clock(seconds)
    return client.v1.payment_intents.retrieve(intent.id)


def kinds_of(client: stripe.StripeClient, *ids: str) -> list[str]:
    """The events about these objects, oldest first."""
    events = client.v1.events.list({"limit": 100}).data
    return [event.type for event in reversed(events) if event.data.object["id"] in ids]


@pytest.mark.parametrize("method", ["pm_usBankAccount_success", "pm_success_at", "pm_sepaDebit_success_de"])
def test_a_debit_is_in_processing_and_then_succeeds(
    client: stripe.StripeClient, stand_in: Emulator, method: str
) -> None:
    asked = debit(client, method)
    paid = later(client, stand_in, asked)

    assert (asked.status, asked.amount_received) == ("processing", 0)
    assert (paid.status, paid.amount_received) == ("succeeded", 2000)


def test_a_debit_is_told_step_by_step(client: stripe.StripeClient, stand_in: Emulator) -> None:
    asked = debit(client, "pm_usBankAccount_success")
    later(client, stand_in, asked)

    assert kinds_of(client, asked.id, str(asked.latest_charge)) == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_the_charge_of_a_debit_is_pending_meanwhile(client: stripe.StripeClient, stand_in: Emulator) -> None:
    asked = debit(client, "pm_usBankAccount_success")
    pending = charge_of(client, asked)
    later(client, stand_in, asked)
    paid = charge_of(client, asked)

    assert (pending.status, pending.paid, pending.id[:3]) == ("pending", False, "py_")
    assert (paid.status, paid.paid, paid.captured) == ("succeeded", True, True)


def test_the_money_of_a_debit_is_pending_for_days(client: stripe.StripeClient) -> None:
    charge = charge_of(client, debit(client, "pm_usBankAccount_success"))
    booked = client.v1.balance_transactions.retrieve(str(charge.balance_transaction))

    assert (booked.type, booked.reporting_category, booked.status) == ("payment", "charge", "pending")
    assert (booked.fee, booked.net, booked.available_on - booked.created) == (16, 1984, 4 * 24 * 3600)


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_usBankAccount_accountClosed", "account_closed"),
        ("pm_usBankAccount_noAccount", "no_account"),
        ("pm_usBankAccount_insufficientFunds", "insufficient_funds"),
        ("pm_usBankAccount_debitNotAuthorized", "debit_not_authorized"),
        ("pm_failed_fr", "incorrect_account_holder_name"),
    ],
)
def test_a_debit_that_fails_says_why(client: stripe.StripeClient, stand_in: Emulator, method: str, code: str) -> None:
    asked = debit(client, method)
    failed = later(client, stand_in, asked)
    charge = charge_of(client, asked)
    assert failed.last_payment_error is not None

    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert failed.last_payment_error.code == "payment_intent_payment_attempt_failed"
    assert (charge.status, charge.failure_code, charge.amount_captured) == ("failed", code, 0)
    assert kinds_of(client, asked.id, charge.id)[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_the_money_of_a_failed_debit_goes_back_with_its_fee(client: stripe.StripeClient, stand_in: Emulator) -> None:
    asked = debit(client, "pm_usBankAccount_accountClosed")
    later(client, stand_in, asked)
    charge = charge_of(client, asked)
    booked = client.v1.balance_transactions.retrieve(str(charge.balance_transaction))
    back = client.v1.balance_transactions.retrieve(str(charge.failure_balance_transaction))

    assert (back.type, back.net, back.status) == ("payment_failure_refund", -booked.net, "pending")
    assert stand_in.control.books().sum_zero


def test_a_failed_debit_is_paid_by_another_method(client: stripe.StripeClient, stand_in: Emulator) -> None:
    failed = later(client, stand_in, debit(client, "pm_usBankAccount_accountClosed"))
    client.v1.payment_intents.confirm(failed.id, {"payment_method": "pm_usBankAccount_success"})

    assert later(client, stand_in, failed).status == "succeeded"


@pytest.mark.parametrize(
    ("method", "status"),
    [("pm_successDelayed_at", "succeeded"), ("pm_failedDelayed_be", "requires_payment_method")],
)
def test_a_delayed_number_takes_three_minutes(
    client: stripe.StripeClient, stand_in: Emulator, method: str, status: str
) -> None:
    asked = debit(client, method)
    soon = later(client, stand_in, asked)

    assert (soon.status, later(client, stand_in, asked, MINUTES_S).status) == ("processing", status)


def test_a_debit_that_never_ends_can_be_cancelled(client: stripe.StripeClient, stand_in: Emulator) -> None:
    asked = debit(client, "pm_usBankAccount_processing")
    waiting = later(client, stand_in, asked, MINUTES_S)
    cancelled = client.v1.payment_intents.cancel(asked.id)
    charge = charge_of(client, asked)

    assert (waiting.status, cancelled.status) == ("processing", "canceled")
    assert (charge.status, charge.failure_balance_transaction is not None) == ("failed", True)


def test_a_cancelled_debit_does_not_succeed_afterwards(client: stripe.StripeClient, stand_in: Emulator) -> None:
    asked = debit(client, "pm_usBankAccount_success")
    client.v1.payment_intents.cancel(asked.id)

    assert later(client, stand_in, asked).status == "canceled"
    assert charge_of(client, asked).status == "failed"


def test_an_intent_in_processing_is_not_confirmed_again(client: stripe.StripeClient) -> None:
    asked = debit(client, "pm_usBankAccount_success")

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.confirm(asked.id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_a_pending_charge_has_nothing_to_give_back(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": debit(client, "pm_usBankAccount_success").id})


def test_a_debit_is_given_back(client: stripe.StripeClient, stand_in: Emulator) -> None:
    paid = later(client, stand_in, debit(client, "pm_usBankAccount_success"))
    refund = client.v1.refunds.create({"payment_intent": paid.id})
    booked = client.v1.balance_transactions.retrieve(str(refund.balance_transaction))

    assert (refund.id[:4], booked.type, booked.amount) == ("pyr_", "payment_refund", -2000)


@pytest.mark.parametrize("method", ["pm_usBankAccount_dispute", "pm_disputed_at"])
def test_a_disputed_debit_is_lost_at_once(client: stripe.StripeClient, stand_in: Emulator, method: str) -> None:
    asked = debit(client, method)
    later(client, stand_in, asked)
    (dispute,) = client.v1.disputes.list({"payment_intent": asked.id}).data

    assert (dispute.status, dispute.reason, dispute.evidence_details.due_by) == ("lost", "debit_not_authorized", 0)
    assert [transaction.amount for transaction in dispute.balance_transactions] == [-2000]
    assert kinds_of(client, dispute.id)[-1] == "charge.dispute.closed"


def test_an_account_that_was_typed_in_is_verified_first(client: stripe.StripeClient, stand_in: Emulator) -> None:
    method = typed_in(client, "us_bank_account", account_number="000123456789", routing_number="110000000")
    asked = debit(client, method, currency="usd", allowed_payment_method_types=["us_bank_account"])
    assert asked.next_action is not None
    verified = client.v1.payment_intents.verify_microdeposits(asked.id, {"amounts": [32, 45]})

    assert (asked.status, asked.next_action.type) == ("requires_action", "verify_with_microdeposits")
    assert verified.status == "processing"
    assert later(client, stand_in, asked).status == "succeeded"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"amounts": [1, 2]}, "payment_method_microdeposit_verification_amounts_mismatch"),
        ({"amounts": [10, 11]}, "payment_method_microdeposit_verification_attempts_exceeded"),
        ({"descriptor_code": "SM44DD"}, "payment_method_microdeposit_verification_timeout"),
        ({"descriptor_code": "SM00AA"}, "payment_method_microdeposit_verification_descriptor_code_mismatch"),
    ],
)
def test_wrong_microdeposits_verify_nothing(client: stripe.StripeClient, given: dict[str, Any], code: str) -> None:
    method = typed_in(client, "us_bank_account", account_number="000123456789", routing_number="110000000")
    asked = debit(client, method, currency="usd", allowed_payment_method_types=["us_bank_account"])

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.verify_microdeposits(asked.id, cast("PaymentIntentVerifyMicrodepositsParams", given))
    assert refusal.value.code == code


def test_an_iban_needs_no_verification(client: stripe.StripeClient) -> None:
    method = typed_in(client, "sepa_debit", iban="DE89 3704 0044 0532 0130 00")

    assert debit(client, method).status == "processing"


@pytest.mark.parametrize(
    ("kind", "account", "param"),
    [
        ("sepa_debit", {"iban": "DE00370400440532013000"}, "sepa_debit[iban]"),
        ("sepa_debit", {"iban": "nonsense"}, "sepa_debit[iban]"),
        ("us_bank_account", {"account_number": "000123456789"}, "us_bank_account[routing_number]"),
        (
            "us_bank_account",
            {"account_number": "000123456789", "routing_number": "110000001"},
            "us_bank_account[routing_number]",
        ),
        (
            "us_bank_account",
            {"account_number": "12 x", "routing_number": "110000000"},
            "us_bank_account[account_number]",
        ),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    client: stripe.StripeClient, kind: str, account: dict[str, str], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        typed_in(client, kind, **account)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)


def test_an_account_needs_an_owner(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        typed_in(client, "sepa_debit", name=None, iban="DE89370400440532013000")

    assert (refusal.value.code, refusal.value.param) == ("parameter_missing", "billing_details[name]")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"currency": "eur"}, "payment_method_currency_mismatch"),
        ({"allowed_payment_method_types": ["card"]}, "payment_intent_incompatible_payment_method"),
        ({"capture_method": "manual"}, None),
    ],
)
def test_a_debit_that_cannot_be_is_refused_before_anything_is_made(
    client: stripe.StripeClient, more: dict[str, object], code: str | None
) -> None:
    newest = client.v1.payment_intents.list({"limit": 1}).data
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        debit(client, "pm_usBankAccount_success", **more)

    assert (refusal.value.http_status, refusal.value.code) == (400, code)
    assert client.v1.payment_intents.list({"limit": 1}).data == newest


def test_an_account_is_kept_for_later_debits(client: stripe.StripeClient, stand_in: Emulator) -> None:
    customer = client.v1.customers.create({}).id
    kept = client.v1.setup_intents.create(
        {
            "customer": customer,
            "payment_method": "pm_usBankAccount_success",
            "confirm": True,
            "allowed_payment_method_types": ["us_bank_account"],
        }
    )
    again = debit(client, "pm_usBankAccount_success", customer=customer, payment_method=str(kept.payment_method))

    assert (kept.status, later(client, stand_in, again).status) == ("succeeded", "succeeded")


def test_a_typed_account_is_verified_once(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({}).id
    method = typed_in(client, "us_bank_account", account_number="000123456789", routing_number="110000000")
    asked = client.v1.setup_intents.create(
        {
            "customer": customer,
            "payment_method": method,
            "confirm": True,
            "allowed_payment_method_types": ["us_bank_account"],
        }
    )
    kept = client.v1.setup_intents.verify_microdeposits(asked.id, {"descriptor_code": "SM11AA"})
    again = debit(client, "pm_usBankAccount_success", customer=customer, payment_method=method)

    assert (asked.status, kept.status, again.status) == ("requires_action", "succeeded", "processing")


@pytest.mark.parametrize("method", ["pm_usBankAccount_accountClosed", "pm_disputed_at"])
def test_the_shapes_are_the_declared_ones(client: stripe.StripeClient, stand_in: Emulator, method: str) -> None:
    asked = debit(client, method)
    pending = stand_in.get(f"/v1/charges/{asked.latest_charge}").json()
    later(client, stand_in, asked)

    def body(path: str) -> Any:  # noqa: ANN401  JSON
        return stand_in.get(path).json()

    assert violations(pending, stripe.Charge) == []
    assert violations(body(f"/v1/charges/{asked.latest_charge}"), stripe.Charge) == []
    assert violations(body(f"/v1/payment_intents/{asked.id}"), stripe.PaymentIntent) == []
    assert violations(body(f"/v1/payment_methods/{asked.payment_method}"), stripe.PaymentMethod) == []
    assert [violations(each, stripe.Dispute) for each in body("/v1/disputes")["data"][:1]] in ([], [[]])
