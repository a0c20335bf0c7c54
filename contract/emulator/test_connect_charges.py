"""Charges with more than one account in them: destination charges, direct charges with a fee, and their refunds."""

from itertools import pairwise
from typing import Any, cast

import pytest
import stripe

from contract.emulator.connecting import account_in, acting_for, balance, kinds_of, opened, paid_on
from contract.emulator.ordering import buy, order
from contract.emulator.payments import pay
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations


@pytest.fixture
def seller(client: stripe.StripeClient) -> str:
    return opened(client)


def direct(client: stripe.StripeClient, account: str, amount: int, fee: int) -> stripe.Charge:
    intent = client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "usd",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
            "application_fee_amount": fee,
        },
        acting_for(account),
    )
    return client.v1.charges.retrieve(str(intent.latest_charge), {}, acting_for(account))


def refund(client: stripe.StripeClient, charge: str, account: str | None = None, **params: Any) -> stripe.Refund:  # noqa: ANN401 - parameters of a call
    whole: Any = {"charge": charge} | params
    return client.v1.refunds.create(whole, acting_for(account))


def test_a_destination_charge_goes_on_less_the_fee(
    client: stripe.StripeClient, stand_in: Emulator, seller: str
) -> None:
    charge = paid_on(client, seller, 10_000, application_fee_amount=1230)

    transfer = client.v1.transfers.retrieve(str(charge.transfer))
    fee = client.v1.application_fees.retrieve(str(charge.application_fee))

    assert (transfer.amount, transfer.source_transaction, transfer.destination) == (10_000, charge.id, seller)
    assert transfer.transfer_group == charge.transfer_group == f"group_{charge.payment_intent}"
    assert kinds_of(client, charge.id) == [("charge", 10_000, 320)]
    assert kinds_of(client, str(transfer.destination_payment), seller) == [("payment", 10_000, 1230)]
    assert kinds_of(client, fee.id) == [("application_fee", 1230, 0)]
    assert balance(client, seller) == (0, 8770)
    assert (fee.amount, fee.account, fee.charge) == (1230, seller, transfer.destination_payment)
    assert (fee.originating_transaction, fee.refunded) == (charge.id, False)
    assert violations(stand_in.get(f"/v1/application_fees/{fee.id}").json(), stripe.ApplicationFee) == []
    assert violations(stand_in.get(f"/v1/charges/{charge.id}").json(), stripe.Charge) == []


def test_a_destination_charge_may_pass_on_a_fixed_part(client: stripe.StripeClient, seller: str) -> None:
    charge = paid_on(client, seller, 10_000, transfer_data={"amount": 877})

    assert client.v1.transfers.retrieve(str(charge.transfer)).amount == 877
    assert (charge.application_fee, balance(client, seller)) == (None, (0, 877))


def test_money_goes_on_when_it_is_captured(client: stripe.StripeClient, seller: str) -> None:
    intent = pay(
        client, amount=5000, capture_method="manual", transfer_data={"destination": seller}, application_fee_amount=500
    )
    assert balance(client, seller) == (0, 0)

    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3000, "application_fee_amount": 200})

    assert balance(client, seller) == (0, 2800)


def test_a_fee_above_what_is_captured_is_refused(client: stripe.StripeClient, seller: str) -> None:
    intent = pay(
        client, amount=5000, capture_method="manual", transfer_data={"destination": seller}, application_fee_amount=4000
    )

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3000})

    assert (refused.value.param, refused.value.code) == ("application_fee_amount", "amount_too_large")
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"application_fee_amount": 100}, "application_fee_amount"),
        ({"transfer_data": {"destination": "acct_none"}}, "transfer_data[destination]"),
        ({"transfer_data": {"destination": "{seller}", "amount": 2001}}, "transfer_data[amount]"),
        ({"transfer_data": {"destination": "{seller}"}, "application_fee_amount": 2001}, "application_fee_amount"),
        ({"transfer_data": {"destination": "{seller}"}, "application_fee_amount": -1}, "application_fee_amount"),
        (
            {"transfer_data": {"destination": "{seller}", "amount": 10}, "application_fee_amount": 10},
            "application_fee_amount",
        ),
        ({"on_behalf_of": "acct_none"}, "on_behalf_of"),
    ],
)
def test_a_payment_that_cannot_be_divided_so_is_refused(
    client: stripe.StripeClient, seller: str, params: dict[str, Any], param: str
) -> None:
    if "transfer_data" in params:
        data = params["transfer_data"]
        params = params | {"transfer_data": data | {"destination": data["destination"].format(seller=seller)}}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        pay(client, **params)

    assert refused.value.param == param
    assert balance(client, seller) == (0, 0)


def test_a_payment_for_an_account_that_is_not_open_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        paid_on(client, account_in(client).id)

    assert refused.value.code == "insufficient_capabilities_for_transfer"


def test_a_direct_charge_is_the_accounts_and_its_fee_the_platforms(client: stripe.StripeClient, seller: str) -> None:
    before = balance(client)

    charge = direct(client, seller, 10_000, 1000)

    assert kinds_of(client, charge.id, seller) == [("charge", 10_000, 1320)]
    transaction = client.v1.balance_transactions.retrieve(str(charge.balance_transaction), {}, acting_for(seller))
    assert sorted((part.type, part.amount) for part in transaction.fee_details) == [
        ("application_fee", 1000),
        ("stripe_fee", 320),
    ]
    assert balance(client, seller) == (0, 8680)
    assert balance(client) == (before[0], before[1] + 1000)
    assert charge.application is not None
    assert [fee.charge for fee in client.v1.application_fees.list({"charge": charge.id})] == [charge.id]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.charges.retrieve(charge.id)


def test_the_platform_pays_stripe_where_it_agreed_to(client: stripe.StripeClient) -> None:
    controller = {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "application",
        "stripe_dashboard": {"type": "none"},
    }
    seller = opened(client, type=None, controller=controller)
    before = sum(balance(client))

    charge = direct(client, seller, 10_000, 1000)

    assert kinds_of(client, charge.id, seller) == [("charge", 10_000, 1000)]
    assert sum(balance(client)) == before + 1000 - 320


def test_a_refund_leaves_the_transfer_unless_it_is_asked_for(client: stripe.StripeClient, seller: str) -> None:
    charge = paid_on(client, seller, 10_000, application_fee_amount=1000)
    refund(client, charge.id)

    assert client.v1.transfers.retrieve(str(charge.transfer)).amount_reversed == 0
    assert client.v1.application_fees.retrieve(str(charge.application_fee)).amount_refunded == 0
    assert balance(client, seller) == (0, 9000)


@pytest.mark.parametrize("steps", [(10_000,), (3333, 3333, 3334), (1, 9999), (5000, 1, 4999), (7, 7, 7, 9979)])
def test_parts_given_back_add_up_to_the_whole(client: stripe.StripeClient, seller: str, steps: tuple[int, ...]) -> None:
    """A fee and a transfer that are no multiple of the steps, so that each step rounds."""
    charge = paid_on(client, seller, 10_000, application_fee_amount=333)

    backs = [
        refund(client, charge.id, amount=step, reverse_transfer=True, refund_application_fee=True) for step in steps
    ]

    assert all(back.transfer_reversal for back in backs)
    transfer = client.v1.transfers.retrieve(str(charge.transfer))
    fee = client.v1.application_fees.retrieve(str(charge.application_fee))
    assert (transfer.amount_reversed, transfer.reversed) == (10_000, True)
    assert (fee.amount_refunded, fee.refunded) == (333, True)
    assert sum(balance(client, seller)) == 0


def test_a_part_of_a_fee_goes_back_in_proportion(client: stripe.StripeClient, seller: str) -> None:
    charge = direct(client, seller, 1999, 599)

    backs = [0, *(refund_and_fee(client, charge, seller, step) for step in (667, 666, 666))]

    assert [later - earlier for earlier, later in pairwise(backs)] == [200, 199, 200]


def refund_and_fee(client: stripe.StripeClient, charge: stripe.Charge, account: str, amount: int) -> int:
    """What of the fee is given back once `amount` more of the charge is."""
    refund(client, charge.id, account, amount=amount, refund_application_fee=True)
    return client.v1.application_fees.retrieve(str(charge.application_fee)).amount_refunded


@pytest.mark.parametrize("asked", ["reverse_transfer", "refund_application_fee"])
def test_what_a_charge_does_not_have_does_not_go_back(client: stripe.StripeClient, asked: str) -> None:
    charge = str(pay(client).latest_charge)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(cast("Any", {"charge": charge, asked: True}))

    assert refused.value.param == asked
    assert client.v1.charges.retrieve(charge).amount_refunded == 0


def test_a_reversed_destination_charge_may_leave_the_account_in_debt(client: stripe.StripeClient, seller: str) -> None:
    charge = paid_on(client, seller, 10_000, application_fee_amount=2500)

    refund(client, charge.id, reverse_transfer=True)

    assert sum(balance(client, seller)) == -2500
    sheet = client.v1.balance.retrieve()
    assert sheet.connect_reserved is not None
    assert next(line.amount for line in sheet.connect_reserved if line.currency == "usd") >= 2500


def test_a_fee_is_given_back_by_hand_and_no_more_than_it_was(
    client: stripe.StripeClient, stand_in: Emulator, seller: str
) -> None:
    charge = direct(client, seller, 10_000, 1000)
    fee = str(charge.application_fee)
    first = client.v1.application_fees.refunds.create(fee, {"amount": 400})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.application_fees.refunds.create(fee, {"amount": 601})

    assert refused.value.code == "amount_too_large"
    rest = client.v1.application_fees.refunds.create(fee)
    assert (first.amount, rest.amount) == (400, 600)
    assert kinds_of(client, first.id) == [("application_fee_refund", -400, 0)]
    assert kinds_of(client, first.id, seller) == [("adjustment", 400, 0)]
    assert client.v1.application_fees.retrieve(fee).refunded is True
    body = stand_in.get(f"/v1/application_fees/{fee}/refunds/{first.id}").json()
    assert violations(body, stripe.ApplicationFeeRefund) == []


def test_the_payment_of_a_transfer_is_given_back_by_reversing_the_transfer(
    client: stripe.StripeClient, seller: str
) -> None:
    charge = paid_on(client, seller, 10_000)
    payment = str(client.v1.transfers.retrieve(str(charge.transfer)).destination_payment)

    with pytest.raises(stripe.InvalidRequestError, match="reversing that transfer"):
        refund(client, payment, seller)


def test_a_refund_of_a_part_that_was_captured_is_in_proportion_to_that_part(
    client: stripe.StripeClient, seller: str
) -> None:
    intent = pay(client, amount=10_000, capture_method="manual", transfer_data={"destination": seller})
    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 4000})
    charge = client.v1.charges.retrieve(str(intent.latest_charge))

    refund(client, charge.id, amount=1000, reverse_transfer=True)
    refund(client, charge.id, amount=3000, reverse_transfer=True)

    transfer = client.v1.transfers.retrieve(str(charge.transfer))
    assert [each.amount for each in transfer.reversals.data] == [3000, 1000]
    assert sum(balance(client, seller)) == 0


def test_nothing_is_moved_to_or_from_an_account_that_is_gone(client: stripe.StripeClient, seller: str) -> None:
    waiting = client.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
            "transfer_data": {"destination": seller},
        }
    )
    charge = paid_on(client, seller, 10_000, application_fee_amount=1000)
    client.v1.accounts.delete(seller)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.confirm(waiting.id)
    with pytest.raises(stripe.InvalidRequestError) as transfer_refused:
        refund(client, charge.id, reverse_transfer=True)
    with pytest.raises(stripe.InvalidRequestError) as fee_refused:
        refund(client, charge.id, refund_application_fee=True)

    assert transfer_refused.value.code == fee_refused.value.code == "account_invalid"
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert refund(client, charge.id).status == "succeeded"


def test_an_order_at_checkout_is_shared_with_its_seller(
    client: stripe.StripeClient, stand_in: Emulator, seller: str
) -> None:
    shared = {"transfer_data": {"destination": seller}, "application_fee_amount": 900}
    session = order(client, amount=4900, payment_intent_data=shared)

    assert buy(stand_in, session).status_code == 303

    assert balance(client, seller) == (0, 4000)


@pytest.mark.parametrize(
    ("shared", "param"),
    [
        ({"transfer_data": {"destination": "acct_none"}}, "payment_intent_data[transfer_data][destination]"),
        ({"application_fee_amount": 1}, "payment_intent_data[application_fee_amount]"),
    ],
)
def test_an_order_that_cannot_be_shared_so_is_refused(
    client: stripe.StripeClient, shared: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        order(client, payment_intent_data=shared)

    assert refused.value.param == param


def test_an_order_for_a_seller_who_left_is_not_paid(
    client: stripe.StripeClient, stand_in: Emulator, seller: str
) -> None:
    session = order(client, payment_intent_data={"transfer_data": {"destination": seller}})
    client.v1.accounts.delete(seller)

    reply = buy(stand_in, session)

    assert reply.status_code == 200
    assert "No such destination" in reply.text
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
