"""What time does: in an emulator of its own, because its clock is moved and never goes back."""

from collections.abc import Iterator

import pytest
import stripe

from contract.emulator.ordering import order
from contract.emulator.payments import card, charge_of, pay
from contract.emulator.running import API_KEY, Emulator, emulator

DAY_S = 24 * 3600


@pytest.fixture(scope="module", name="stand_in")
def emulator_with_a_clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("clock") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    http = stripe.RequestsClient()
    yield stripe.StripeClient(API_KEY, base_addresses={"api": stand_in.url}, max_network_retries=0, http_client=http)
    http.close()  # type: ignore[no-untyped-call]  # theirs has no annotation


@pytest.mark.proves("C1.2")
def test_a_key_is_forgotten_after_a_day(stand_in: Emulator) -> None:
    first = stand_in.post("/v1/customers", Idempotency_Key="contract-daily")
    stand_in.control.advance_clock(DAY_S - 60)
    same = stand_in.post("/v1/customers", Idempotency_Key="contract-daily")
    stand_in.control.advance_clock(120)
    fresh = stand_in.post("/v1/customers", Idempotency_Key="contract-daily")

    assert same.json()["id"] == first.json()["id"] != fresh.json()["id"]


def test_a_session_that_nobody_paid_expires_and_is_told(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client)
    stand_in.control.advance_clock(DAY_S + 1)
    told = client.v1.events.list({"type": "checkout.session.expired", "limit": 1}).data

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert [event.data.object["id"] for event in told] == [session.id]


def test_funds_are_pending_before_they_are_available(client: stripe.StripeClient, stand_in: Emulator) -> None:
    charge = charge_of(client, pay(client, currency="gbp"))
    assert isinstance(charge.balance_transaction, str)
    net = client.v1.balance_transactions.retrieve(charge.balance_transaction).net
    before = funds(client, "gbp")
    stand_in.control.advance_clock(8 * DAY_S)

    assert (before, funds(client, "gbp")) == ((0, net), (net, 0))


def funds(client: stripe.StripeClient, currency: str) -> tuple[int, int]:
    """Available and pending minor units of the merchant."""
    balance = client.v1.balance.retrieve()
    available = sum(each.amount for each in balance.available if each.currency == currency)
    return available, sum(each.amount for each in balance.pending if each.currency == currency)


def test_a_refund_may_be_pending_and_then_succeed(client: stripe.StripeClient, stand_in: Emulator) -> None:
    refund = client.v1.refunds.create({"payment_intent": pay(client, "pm_card_pendingRefund").id})
    stand_in.control.advance_clock(DAY_S)
    later = client.v1.refunds.retrieve(refund.id)
    told = client.v1.events.list({"type": "refund.updated", "limit": 1}).data[0]

    assert (refund.status, later.status, told.data.object["id"]) == ("pending", "succeeded", refund.id)


@pytest.mark.proves("C1.3")
def test_a_refund_that_fails_brings_the_money_back(client: stripe.StripeClient, stand_in: Emulator) -> None:
    paid = pay(client, "pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": paid.id})
    stand_in.control.advance_clock(DAY_S)
    later = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})

    assert isinstance(later.failure_balance_transaction, stripe.BalanceTransaction)
    assert (later.status, later.failure_balance_transaction.amount) == ("failed", refund.amount)
    assert charge_of(client, paid).amount_refunded == 0
    assert stand_in.control.books().sum_zero


def test_a_card_that_has_expired_by_then_is_refused(client: stripe.StripeClient, stand_in: Emulator) -> None:
    now = stand_in.http.get("/_emulator/clock").json()["now"]
    year = 1970 + int(now / (365.2425 * DAY_S))

    with pytest.raises(stripe.CardError, match="expir"):
        card(client, "4242424242424242", exp_year=year - 1)
