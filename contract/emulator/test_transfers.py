"""Transfers and their reversals: money moves between balances, and comes back."""

from typing import Any

import pytest
import stripe

from contract.emulator.connecting import account_in, acting_for, balance, fund, kinds_of, opened
from contract.emulator.payments import charge_of, pay
from contract.emulator.receiver import Receiver
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations


def transfer(client: stripe.StripeClient, destination: str, amount: int = 1000, **more: Any) -> stripe.Transfer:  # noqa: ANN401 - parameters of a call
    params: Any = {"amount": amount, "currency": "usd", "destination": destination} | more
    return client.v1.transfers.create(params)


@pytest.fixture
def seller(client: stripe.StripeClient) -> str:
    return opened(client)


def test_a_transfer_moves_what_is_available(client: stripe.StripeClient, stand_in: Emulator, seller: str) -> None:
    fund(client, 5000)
    available, pending = balance(client)

    made = transfer(client, seller, 1500, transfer_group="ORDER_95", metadata={"order": "95"})

    assert balance(client) == (available - 1500, pending)
    assert balance(client, seller) == (1500, 0)
    assert kinds_of(client, made.id) == [("transfer", -1500, 0)]
    assert kinds_of(client, str(made.destination_payment), seller) == [("payment", 1500, 0)]
    assert violations(stand_in.get(f"/v1/transfers/{made.id}").json(), stripe.Transfer) == []


def test_the_destination_has_a_payment_that_names_the_transfer(client: stripe.StripeClient, seller: str) -> None:
    fund(client, 5000)
    made = transfer(client, seller, 700)

    payment = client.v1.charges.retrieve(str(made.destination_payment), {}, acting_for(seller))
    expanded: Any = transfer(client, seller, 700, expand=["destination_payment"]).destination_payment

    assert payment.id.startswith("py_")
    assert (payment.amount, payment.paid, payment.source_transfer) == (700, True, made.id)
    assert expanded.object == "charge"


def test_more_than_is_available_cannot_be_transferred(client: stripe.StripeClient, seller: str) -> None:
    available, _ = balance(client)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfer(client, seller, max(available, 0) + 1)

    assert refused.value.code == "balance_insufficient"
    assert balance(client, seller) == (0, 0)


def test_a_transfer_from_a_charge_waits_for_its_funds(client: stripe.StripeClient, seller: str) -> None:
    charge = charge_of(client, pay(client, amount=9000))
    before = balance(client)

    made = transfer(client, seller, 4000, source_transaction=charge.id)

    assert balance(client) == (before[0], before[1] - 4000)
    assert balance(client, seller) == (0, 4000)
    assert (made.source_transaction, made.transfer_group) == (charge.id, f"group_{charge.id}")


def test_transfers_from_a_charge_never_exceed_it(client: stripe.StripeClient, seller: str) -> None:
    charge = charge_of(client, pay(client, amount=9000))
    transfer(client, seller, 6000, source_transaction=charge.id)

    with pytest.raises(stripe.InvalidRequestError, match="already a transfer using this source"):
        transfer(client, seller, 3001, source_transaction=charge.id)

    assert transfer(client, seller, 3000, source_transaction=charge.id).amount == 3000


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"amount": 0}, "amount", "parameter_invalid_integer"),
        ({"currency": "abc"}, "currency", None),
        ({"destination": "acct_none"}, "destination", "resource_missing"),
        ({"destination": "acct_1AssayPlatform00"}, "destination", None),
        ({"source_transaction": "ch_none"}, "source_transaction", "resource_missing"),
        ({"amount": None}, "amount", "parameter_missing"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(
    stand_in: Emulator, seller: str, params: dict[str, Any], param: str, code: str | None
) -> None:
    asked = {"amount": 100, "currency": "usd", "destination": seller} | params
    reply = stand_in.post("/v1/transfers", {name: value for name, value in asked.items() if value is not None})

    assert reply.status_code == 400
    assert (reply.json()["error"].get("param"), reply.json()["error"].get("code")) == (param, code)


def test_an_account_without_the_capability_receives_nothing(client: stripe.StripeClient) -> None:
    fund(client, 5000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfer(client, account_in(client).id, 100)

    assert refused.value.code == "insufficient_capabilities_for_transfer"


def test_a_transfer_is_reversed_in_parts_and_then_no_more(
    client: stripe.StripeClient, stand_in: Emulator, seller: str
) -> None:
    fund(client, 5000)
    made = transfer(client, seller, 1000)
    available, _ = balance(client)
    first = client.v1.transfers.reversals.create(made.id, {"amount": 300, "metadata": {"why": "late"}})
    client.v1.transfers.reversals.create(made.id)

    reversed_ = client.v1.transfers.retrieve(made.id)

    assert (reversed_.amount_reversed, reversed_.reversed) == (1000, True)
    assert [each.amount for each in reversed_.reversals.data] == [700, 300]
    assert balance(client)[0] == available + 1000
    assert balance(client, seller) == (0, 0)
    assert kinds_of(client, first.id) == [("transfer_refund", 300, 0)]
    assert kinds_of(client, str(first.destination_payment_refund), seller) == [("payment_refund", -300, 0)]
    body = stand_in.get(f"/v1/transfers/{made.id}/reversals/{first.id}").json()
    assert violations(body, stripe.TransferReversal) == []
    with pytest.raises(stripe.InvalidRequestError, match="already been fully reversed"):
        client.v1.transfers.reversals.create(made.id)


def test_more_than_was_transferred_is_not_reversed(client: stripe.StripeClient, seller: str) -> None:
    fund(client, 5000)
    made = transfer(client, seller, 1000)
    transfer(client, seller, 1000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.reversals.create(made.id, {"amount": 1001})

    assert (refused.value.code, refused.value.param) == ("amount_too_large", "amount")
    assert balance(client, seller) == (2000, 0)


def test_a_reversal_needs_the_money_at_the_destination(client: stripe.StripeClient, seller: str) -> None:
    fund(client, 5000)
    made = transfer(client, seller, 1000)
    client.v1.payouts.create({"amount": 400, "currency": "usd"}, acting_for(seller))

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.reversals.create(made.id, {"amount": 601})

    assert refused.value.code == "balance_insufficient"
    assert client.v1.transfers.reversals.create(made.id, {"amount": 600}).amount == 600


def test_money_that_waits_is_reversed_while_it_waits(client: stripe.StripeClient, seller: str) -> None:
    charge = charge_of(client, pay(client, amount=9000))
    made = transfer(client, seller, 4000, source_transaction=charge.id)
    before = balance(client)

    client.v1.transfers.reversals.create(made.id, {"amount": 1000})

    assert balance(client, seller) == (0, 3000)
    assert balance(client) == (before[0], before[1] + 1000)


def test_transfers_are_listed_by_destination_and_group(client: stripe.StripeClient, seller: str) -> None:
    fund(client, 5000)
    first = transfer(client, seller, 100, transfer_group="ORDER_A")
    second = transfer(client, seller, 100, transfer_group="ORDER_B")

    of_seller = client.v1.transfers.list({"destination": seller}).data
    of_group = client.v1.transfers.list({"destination": seller, "transfer_group": "ORDER_A"}).data

    assert [each.id for each in of_seller] == [second.id, first.id]
    assert [each.id for each in of_group] == [first.id]


def test_the_changes_of_a_transfer_are_told(client: stripe.StripeClient, merchant: Receiver, seller: str) -> None:
    told: Any = ["transfer.created", "transfer.updated", "transfer.reversed"]
    client.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": told})
    fund(client, 5000)
    made = transfer(client, seller, 100)
    client.v1.transfers.update(made.id, {"metadata": {"order": "1"}})
    client.v1.transfers.reversals.create(made.id)

    assert sorted(each.event_type for each in merchant.wait_for(3)) == sorted(told)
