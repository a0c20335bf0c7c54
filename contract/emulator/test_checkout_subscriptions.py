"""Checkout in subscription mode: what is due today, and the subscription that is there once it is paid.

In an emulator of its own, because its clock is moved.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import TYPE_CHECKING, Any, cast

import pytest
import stripe

from contract.emulator.ordering import GOOD, SUCCESS, buy, page_of
from contract.emulator.running import Emulator, client_of, emulator
from contract.emulator.shapes import violations

if TYPE_CHECKING:
    from stripe.params import PriceCreateParams
    from stripe.params.checkout import SessionCreateParams

DAY_S = 24 * 3600
EMAIL = "ada@example.com"


@pytest.fixture(scope="module", name="stand_in")
def emulator_with_a_clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("subscribing") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    with client_of(stand_in) as made:
        yield made


@pytest.fixture(scope="module")
def monthly(client: stripe.StripeClient) -> str:
    return price(client)


def price(client: stripe.StripeClient, amount: int = 2000, **more: object) -> str:
    params = {"currency": "usd", "unit_amount": amount, "recurring": {"interval": "month"}} | more
    return client.v1.prices.create(cast("PriceCreateParams", {"product_data": {"name": "Studio"}} | params)).id


def offer(client: stripe.StripeClient, monthly: str, **more: object) -> stripe.checkout.Session:
    params = {"mode": "subscription", "success_url": SUCCESS, "line_items": [{"price": monthly, "quantity": 1}]}
    return client.v1.checkout.sessions.create(cast("SessionCreateParams", params | more))


def again(client: stripe.StripeClient, session: stripe.checkout.Session) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.retrieve(session.id)


def begun(client: stripe.StripeClient, session: stripe.checkout.Session) -> stripe.Subscription:
    """The subscription of a complete session."""
    identifier = again(client, session).subscription
    assert isinstance(identifier, str), session
    return client.v1.subscriptions.retrieve(identifier)


def words(stand_in: Emulator, session: stripe.checkout.Session) -> str:
    body = re.sub(r"<style>.*?</style>", "", stand_in.http.get(page_of(session)).text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_paid_session_has_a_subscription_an_invoice_and_a_customer(
    client: stripe.StripeClient, stand_in: Emulator, monthly: str
) -> None:
    session = offer(client, monthly, subscription_data={"metadata": {"course": "7"}, "description": "Kites"})
    buy(stand_in, session, email=EMAIL)
    done, subscription = again(client, session), begun(client, session)
    invoice = client.v1.invoices.retrieve(str(done.invoice))

    assert (session.amount_total, done.status, done.payment_status) == (2000, "complete", "paid")
    assert (subscription.status, subscription.customer) == ("active", done.customer)
    assert (subscription.metadata.to_dict(), subscription.description) == ({"course": "7"}, "Kites")
    assert (invoice.id, invoice.status, invoice.amount_paid) == (subscription.latest_invoice, "paid", 2000)
    assert client.v1.customers.retrieve(str(done.customer)).email == EMAIL


def test_the_card_is_kept_for_the_renewals(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    session = offer(client, monthly)
    buy(stand_in, session, email=EMAIL)
    subscription = begun(client, session)
    kept = client.v1.customers.payment_methods.list(str(subscription.customer)).data

    assert [each.id for each in kept] == [subscription.default_payment_method]


def test_a_customer_that_is_there_is_used(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    customer = client.v1.customers.create({"email": EMAIL}).id
    session = offer(client, monthly, customer=customer)
    buy(stand_in, session)

    assert begun(client, session).customer == customer


def test_the_page_says_what_a_period_costs(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    text = words(stand_in, offer(client, monthly))

    assert "Subscribe to Studio $20.00 per month" in text
    assert "Total due today $20.00" in text


def test_the_page_says_when_a_trial_ends(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    text = words(stand_in, offer(client, monthly, subscription_data={"trial_period_days": 14}))

    assert "Try Studio 14 days free Then $20.00 per month, from " in text
    assert "Total due today $0.00" in text
    assert "Start trial" in text


def test_a_trial_keeps_a_card_and_charges_nothing(
    client: stripe.StripeClient, stand_in: Emulator, monthly: str
) -> None:
    session = offer(client, monthly, subscription_data={"trial_period_days": 14})
    buy(stand_in, session, email=EMAIL)
    done, subscription = again(client, session), begun(client, session)

    assert (done.payment_status, subscription.status) == ("no_payment_required", "trialing")
    assert subscription.default_payment_method is not None
    assert client.v1.charges.list({"customer": str(done.customer)}).data == []


def test_a_trial_without_a_card_is_begun_where_it_is_allowed(
    client: stripe.StripeClient, stand_in: Emulator, monthly: str
) -> None:
    session = offer(
        client, monthly, subscription_data={"trial_period_days": 14}, payment_method_collection="if_required"
    )
    page = stand_in.http.get(page_of(session)).text
    stand_in.http.post(page_of(session), data={"action": "pay", "email": EMAIL})

    assert "card_number" not in page
    assert (begun(client, session).status, begun(client, session).default_payment_method) == ("trialing", None)


def test_a_one_time_price_goes_on_the_first_invoice(
    client: stripe.StripeClient, stand_in: Emulator, monthly: str
) -> None:
    once = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Welcome kit"}}
    session = offer(
        client, monthly, line_items=[{"price": monthly, "quantity": 2}, {"price_data": once, "quantity": 1}]
    )
    buy(stand_in, session, email=EMAIL)
    invoice = client.v1.invoices.retrieve(str(again(client, session).invoice))

    assert (session.amount_total, invoice.total) == (4500, 4500)
    assert sorted(line.amount for line in invoice.lines.data) == [500, 4000]
    assert [item.quantity for item in begun(client, session)["items"].data] == [2]


def test_a_price_can_be_described_in_the_call(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    data = {
        "currency": "usd",
        "unit_amount": 900,
        "recurring": {"interval": "year"},
        "product_data": {"name": "Atlas"},
    }
    session = offer(client, monthly, line_items=[{"price_data": data, "quantity": 1}])
    buy(stand_in, session, email=EMAIL)
    line = client.v1.checkout.sessions.line_items.list(session.id).data[0]
    assert line.price is not None

    assert begun(client, session)["items"].data[0].price.id == line.price.id


def test_a_discount_comes_off_the_first_invoice(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    coupon = client.v1.coupons.create({"percent_off": 25, "duration": "once"}).id
    session = offer(client, monthly, discounts=[{"coupon": coupon}])
    buy(stand_in, session, email=EMAIL)
    invoice = client.v1.invoices.retrieve(str(again(client, session).invoice))

    assert (session.amount_total, invoice.total) == (1500, 1500)
    assert client.v1.coupons.retrieve(coupon).times_redeemed == 1


def test_a_code_on_the_page_comes_off_the_first_invoice(
    client: stripe.StripeClient, stand_in: Emulator, monthly: str
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 25, "duration": "once"}).id
    client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon}, "code": "QUARTER"})
    session = offer(client, monthly, allow_promotion_codes=True)
    stand_in.http.post(page_of(session), data={"action": "apply_code", "promotion_code": "quarter"})
    buy(stand_in, session, email=EMAIL)

    assert client.v1.invoices.retrieve(str(again(client, session).invoice)).total == 1500
    assert client.v1.coupons.retrieve(coupon).times_redeemed == 1


def test_a_declined_card_subscribes_nobody(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    session = offer(client, monthly)
    page = buy(stand_in, session, email=EMAIL, card_number="4000000000000002")
    tried = again(client, session)

    assert "Your card was declined." in page.text
    assert (tried.status, tried.subscription) == ("open", None)


def test_another_card_pays_the_same_invoice(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    session = offer(client, monthly)
    buy(stand_in, session, email=EMAIL, card_number="4000000000000002")
    buy(stand_in, session, email=EMAIL)
    done = again(client, session)

    assert (done.payment_status, begun(client, session).status) == ("paid", "active")
    assert [each.id for each in client.v1.subscriptions.list({"customer": str(done.customer), "status": "all"})] == [
        done.subscription
    ]


@pytest.mark.parametrize(("outcome", "status"), [("complete", "complete"), ("fail", "open")])
def test_a_card_that_asks_is_authenticated_first(
    client: stripe.StripeClient, stand_in: Emulator, monthly: str, outcome: str, status: str
) -> None:
    session = offer(client, monthly)
    asked = buy(stand_in, session, email=EMAIL, card_number="4000002760003184").headers["Location"]
    stand_in.http.post(asked, data={"outcome": outcome})

    assert again(client, session).status == status


def test_a_form_sent_twice_subscribes_once(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    session = offer(client, monthly)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: buy(stand_in, session, email=EMAIL), range(4)))
    customer = str(again(client, session).customer)

    assert len(client.v1.subscriptions.list({"customer": customer, "status": "all"}).data) == 1
    assert len(client.v1.charges.list({"customer": customer}).data) == 1


def test_a_debit_begins_unpaid_and_is_paid_later(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    session = offer(client, monthly, allowed_payment_method_types=["us_bank_account"])
    bank = {"method": "us_bank_account", "routing_number": "110000000", "account_number": "000123456789", "name": "Ada"}
    stand_in.http.post(page_of(session), data=bank | {"email": EMAIL})
    at_once = again(client, session).payment_status
    stand_in.control.advance_clock(5)

    assert (at_once, again(client, session).payment_status) == ("unpaid", "paid")
    assert client.v1.invoices.retrieve(str(again(client, session).invoice)).status == "paid"
    assert begun(client, session).status == "active"


def test_an_expired_session_leaves_no_subscription_behind(
    client: stripe.StripeClient, stand_in: Emulator, monthly: str
) -> None:
    session = offer(client, monthly)
    buy(stand_in, session, email=EMAIL, card_number="4000000000000002")
    customer = str(client.v1.checkout.sessions.expire(session.id).customer)
    (left,) = client.v1.subscriptions.list({"customer": customer, "status": "all"}).data

    assert left.status == "incomplete_expired"
    assert client.v1.invoices.retrieve(str(left.latest_invoice)).status == "void"


def test_a_shortened_first_period_costs_its_part(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    now = stand_in.http.get("/_emulator/clock").json()["now"]
    session = offer(client, monthly, subscription_data={"billing_cycle_anchor": now + 10 * DAY_S})
    buy(stand_in, session, email=EMAIL)
    invoice = client.v1.invoices.retrieve(str(again(client, session).invoice))
    assert session.amount_total is not None

    assert 0 < session.amount_total < 2000
    assert invoice.total == pytest.approx(session.amount_total, abs=1)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"subscription_data": {"application_fee_percent": 5}}, "subscription_data[application_fee_percent]"),
        ({"line_items": []}, "line_items"),
    ],
)
def test_what_is_for_other_modes_is_refused(
    client: stripe.StripeClient, monthly: str, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        offer(client, monthly, **more)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)


def test_one_time_prices_alone_make_no_subscription(client: stripe.StripeClient, monthly: str) -> None:
    once = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Welcome kit"}}

    with pytest.raises(stripe.InvalidRequestError, match="only one-time prices"):
        offer(client, monthly, line_items=[{"price_data": once, "quantity": 1}])


def test_the_shape_is_the_declared_one(client: stripe.StripeClient, stand_in: Emulator, monthly: str) -> None:
    session = offer(client, monthly)
    new = stand_in.get(f"/v1/checkout/sessions/{session.id}").json()
    buy(stand_in, session, **GOOD | {"email": EMAIL})
    done = stand_in.get(f"/v1/checkout/sessions/{session.id}").json()

    assert (done["status"], violations(new, stripe.checkout.Session)) == ("complete", [])
    assert violations(done, stripe.checkout.Session) == []
