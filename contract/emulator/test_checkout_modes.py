"""Checkout in setup mode, with discounts, quantities, delayed payment methods and recovery, as a buyer goes through it.

In an emulator of its own, because its clock is moved.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
import stripe

from contract.emulator.ordering import CANCEL, GOOD, SUCCESS, buy, order, page_of
from contract.emulator.running import Emulator, client_of, emulator
from contract.emulator.shapes import violations

if TYPE_CHECKING:
    from stripe.params import PriceCreateParams
    from stripe.params.checkout import SessionCreateParams

DAY_S = 24 * 3600
BANK = {"method": "us_bank_account", "routing_number": "110000000", "name": "Ada Lovelace", "action": "pay"}
PAYS, FAILS = BANK | {"account_number": "000123456789"}, BANK | {"account_number": "000111111113"}


@pytest.fixture(scope="module", name="stand_in")
def emulator_with_a_clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("checkout") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    with client_of(stand_in) as made:
        yield made


def setup(client: stripe.StripeClient, **more: object) -> stripe.checkout.Session:
    params = {"mode": "setup", "success_url": SUCCESS, "currency": "usd"}
    return client.v1.checkout.sessions.create(cast("SessionCreateParams", params | more))


def again(client: stripe.StripeClient, session: stripe.checkout.Session) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.retrieve(session.id)


def send(stand_in: Emulator, session: stripe.checkout.Session, **form: str) -> httpx.Response:
    return stand_in.http.post(page_of(session), data=form)


def told(client: stripe.StripeClient, session: stripe.checkout.Session) -> list[str]:
    """The events of a session, oldest first."""
    events = client.v1.events.list({"type": "checkout.session.*", "limit": 100}).data
    return [
        event.type.removeprefix("checkout.session.")
        for event in reversed(events)
        if event.data.object["id"] == session.id
    ]


def code(client: stripe.StripeClient, text: str) -> str:
    """A promotion code of a fifth off."""
    made = client.v1.coupons.create({"duration": "once", "percent_off": 20})
    promotion = client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": made.id}, "code": text})
    return promotion.id


def test_a_setup_session_keeps_a_card_for_its_customer(client: stripe.StripeClient, stand_in: Emulator) -> None:
    customer = client.v1.customers.create({}).id
    session = setup(client, customer=customer, setup_intent_data={"metadata": {"for": "later"}})
    buy(stand_in, session)
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert isinstance(done.setup_intent, stripe.SetupIntent)

    assert (done.status, done.payment_status, done.amount_total) == ("complete", "no_payment_required", None)
    assert done.setup_intent.metadata is not None
    assert (done.setup_intent.status, done.setup_intent.metadata.to_dict()) == ("succeeded", {"for": "later"})
    assert [each.id for each in client.v1.customers.payment_methods.list(customer)] == [
        done.setup_intent.payment_method
    ]
    assert told(client, session) == ["completed"]


@pytest.mark.parametrize(("outcome", "status"), [("complete", "complete"), ("fail", "open")])
def test_a_card_that_is_kept_is_authenticated_too(
    client: stripe.StripeClient, stand_in: Emulator, outcome: str, status: str
) -> None:
    session = setup(client)
    asked = buy(stand_in, session, card_number="4000002500003155").headers["Location"]
    stand_in.http.post(asked, data={"outcome": outcome})

    assert again(client, session).status == status


def test_a_setup_session_needs_a_currency(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        setup(client, currency=[])

    assert (refusal.value.http_status, refusal.value.param) == (400, "currency")


def test_an_expired_setup_session_gives_its_intent_up(client: stripe.StripeClient) -> None:
    session = setup(client)
    client.v1.checkout.sessions.expire(session.id)

    assert client.v1.setup_intents.retrieve(str(session.setup_intent)).status == "canceled"


def test_a_bank_debit_completes_unpaid_and_is_paid_later(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, allowed_payment_method_types=["card", "us_bank_account"])
    reply = send(stand_in, session, **PAYS)
    at_once = again(client, session)
    stand_in.control.advance_clock(5)
    later = again(client, session)

    assert reply.headers["Location"] == SUCCESS.format(CHECKOUT_SESSION_ID=session.id)
    assert (at_once.status, at_once.payment_status, later.payment_status) == ("complete", "unpaid", "paid")
    assert told(client, session) == ["completed", "async_payment_succeeded"]


def test_a_bank_debit_that_fails_is_told(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, allowed_payment_method_types=["card", "us_bank_account"])
    send(stand_in, session, **FAILS)
    stand_in.control.advance_clock(5)

    assert again(client, session).payment_status == "unpaid"
    assert told(client, session) == ["completed", "async_payment_failed"]


def test_a_debit_form_sent_twice_debits_once(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, allowed_payment_method_types=["us_bank_account"])
    send(stand_in, session, **PAYS)
    send(stand_in, session, **PAYS)

    assert len(client.v1.charges.list({"payment_intent": str(again(client, session).payment_intent)}).data) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"routing_number": "1"}, "routing_number"), ({"account_number": ""}, "account_number"), ({"name": ""}, "name")],
)
def test_a_bank_input_at_fault_is_marked(
    client: stripe.StripeClient, stand_in: Emulator, wrong: dict[str, str], field: str
) -> None:
    session = order(client, allowed_payment_method_types=["us_bank_account"])

    assert f'aria-describedby="{field}-fault"' in send(stand_in, session, **PAYS | wrong).text
    assert again(client, session).status == "open"


def test_a_debit_in_another_currency_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        order(client, currency="eur", allowed_payment_method_types=["us_bank_account"])

    assert refusal.value.param == "allowed_payment_method_types"


def test_a_coupon_comes_off_and_is_counted(client: stripe.StripeClient, stand_in: Emulator) -> None:
    coupon = client.v1.coupons.create({"percent_off": 20, "duration": "once"}).id
    session = order(client, discounts=[{"coupon": coupon}])
    buy(stand_in, session)
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert session.total_details is not None

    assert (session.amount_subtotal, session.amount_total) == (4900, 3920)
    assert session.total_details.amount_discount == 980
    assert paid.payment_intent.amount_received == 3920
    assert client.v1.coupons.retrieve(coupon).times_redeemed == 1


def test_a_code_for_the_first_purchase_is_counted_by_that_purchase(
    client: stripe.StripeClient, stand_in: Emulator
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 20, "duration": "once"}).id
    first: Any = {"promotion": {"type": "coupon", "coupon": coupon}, "restrictions": {"first_time_transaction": True}}
    promotion = client.v1.promotion_codes.create(first).id
    customer = client.v1.customers.create({}).id

    session = order(client, customer=customer, discounts=[{"promotion_code": promotion}])
    buy(stand_in, session)

    assert again(client, session).status == "complete"
    assert client.v1.promotion_codes.retrieve(promotion).times_redeemed == 1


def test_what_costs_nothing_is_completed_without_a_payment(client: stripe.StripeClient, stand_in: Emulator) -> None:
    coupon = client.v1.coupons.create({"percent_off": 100, "duration": "once"}).id
    session = order(client, discounts=[{"coupon": coupon}])
    page = stand_in.http.get(page_of(session)).text
    send(stand_in, session, action="pay")
    done = again(client, session)

    assert "card_number" not in page
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "no_payment_required", None)


def test_a_buyer_types_a_code_and_takes_it_back(client: stripe.StripeClient, stand_in: Emulator) -> None:
    code(client, "AUTUMN")
    session = order(client, allow_promotion_codes=True)
    send(stand_in, session, action="apply_code", promotion_code=" autumn ")
    with_code = again(client, session)
    send(stand_in, session, action="drop_code")

    assert (with_code.amount_total, again(client, session).amount_total) == (3920, 4900)


def test_a_code_that_cannot_be_used_says_so(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, allow_promotion_codes=True)
    page = send(stand_in, session, action="apply_code", promotion_code="NOBODY").text

    assert 'aria-describedby="promotion_code-fault"' in page
    assert "This code is not valid." in page


def test_a_code_is_taken_only_where_the_merchant_allows_it(client: stripe.StripeClient, stand_in: Emulator) -> None:
    code(client, "WINTER")
    session = order(client)
    send(stand_in, session, action="apply_code", promotion_code="WINTER")

    assert again(client, session).amount_total == 4900


def test_a_discount_and_codes_exclude_each_other(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 20, "duration": "once"}).id

    with pytest.raises(stripe.InvalidRequestError, match="only specify one"):
        order(client, discounts=[{"coupon": coupon}], allow_promotion_codes=True)


def adjustable(client: stripe.StripeClient) -> tuple[stripe.checkout.Session, str]:
    price = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Kite"}}
    line = {"price_data": price, "quantity": 2, "adjustable_quantity": {"enabled": True, "maximum": 5}}
    session = order(client, line_items=[line])
    return session, client.v1.checkout.sessions.line_items.list(session.id).data[0].id


def test_a_buyer_chooses_the_quantity(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session, line = adjustable(client)
    send(stand_in, session, action="set_quantity", line=line, quantity="4")

    assert again(client, session).amount_total == 2000
    assert client.v1.checkout.sessions.line_items.list(session.id).data[0].quantity == 4


@pytest.mark.parametrize("quantity", ["0", "6", "-1", "x", "9" * 40])
def test_a_quantity_out_of_bounds_changes_nothing(
    client: stripe.StripeClient, stand_in: Emulator, quantity: str
) -> None:
    session, line = adjustable(client)
    page = send(stand_in, session, action="set_quantity", line=line, quantity=quantity).text

    assert "Choose a quantity from 1 to 5." in page
    assert again(client, session).amount_total == 1000


def test_a_quantity_that_was_not_offered_stays(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client)
    line = client.v1.checkout.sessions.line_items.list(session.id).data[0].id
    send(stand_in, session, action="set_quantity", line=line, quantity="9")

    assert again(client, session).amount_total == 4900


def test_an_order_after_a_decline_pays_what_the_page_says(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session, line = adjustable(client)
    buy(stand_in, session, card_number="4000000000000002")
    send(stand_in, session, action="set_quantity", line=line, quantity="3")
    buy(stand_in, session)
    intent = client.v1.payment_intents.retrieve(str(again(client, session).payment_intent))

    assert (intent.status, intent.amount_received) == ("succeeded", 1500)


@pytest.mark.parametrize(
    "more", [{"customer_creation": "always"}, {"payment_intent_data": {"setup_future_usage": "off_session"}}]
)
def test_a_customer_is_made_where_the_order_needs_one(
    client: stripe.StripeClient, stand_in: Emulator, more: dict[str, Any]
) -> None:
    session = order(client, **more)
    buy(stand_in, session, email="ada@example.com")
    done = again(client, session)
    customer = client.v1.customers.retrieve(str(done.customer))

    assert (customer.email, customer.name) == ("ada@example.com", "Ada Lovelace")
    assert client.v1.checkout.sessions.list({"customer": customer.id}).data[0].id == session.id


def test_a_card_for_later_payments_is_kept(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, payment_intent_data={"setup_future_usage": "off_session"})
    buy(stand_in, session, email="ada@example.com")
    kept = client.v1.customers.payment_methods.list(str(again(client, session).customer)).data

    assert len(kept) == 1


def test_a_customer_cannot_be_made_without_an_address(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, customer_creation="always")
    page = buy(stand_in, session).text

    assert 'aria-describedby="email-fault"' in page
    assert again(client, session).status == "open"


def test_a_guest_needs_no_customer(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client)
    buy(stand_in, session, email="ada@example.com")
    done = again(client, session)
    assert done.customer_details is not None

    assert (done.customer, done.customer_details.email) == (None, "ada@example.com")


def test_an_order_can_have_an_invoice(client: stripe.StripeClient, stand_in: Emulator) -> None:
    coupon = client.v1.coupons.create({"percent_off": 20, "duration": "once"}).id
    creation = {"enabled": True, "invoice_data": {"description": "Thank you", "metadata": {"order": "7"}}}
    session = order(client, invoice_creation=creation, discounts=[{"coupon": coupon}])
    buy(stand_in, session, email="ada@example.com")
    done = again(client, session)
    invoice = client.v1.invoices.retrieve(str(done.invoice), {"expand": ["payments"]})
    assert invoice.payments is not None

    assert (invoice.status, invoice.total, invoice.amount_paid, invoice.customer) == ("paid", 3920, 3920, done.customer)
    assert (invoice.description, [line.amount for line in invoice.lines.data]) == ("Thank you", [4900])
    assert [each.payment.payment_intent for each in invoice.payments.data] == [done.payment_intent]
    assert len(client.v1.charges.list({"customer": str(done.customer)}).data) == 1


def test_the_invoice_of_a_debit_is_paid_when_the_bank_has_paid(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, invoice_creation={"enabled": True}, allowed_payment_method_types=["us_bank_account"])
    send(stand_in, session, **PAYS | {"email": "ada@example.com"})
    invoice = str(again(client, session).invoice)
    before = client.v1.invoices.retrieve(invoice).status
    stand_in.control.advance_clock(5)

    assert (before, client.v1.invoices.retrieve(invoice).status) == ("open", "paid")


@pytest.fixture(scope="module")
def two_currencies(client: stripe.StripeClient) -> str:
    params = {
        "currency": "usd",
        "unit_amount": 2000,
        "product_data": {"name": "Kite"},
        "currency_options": {"eur": {"unit_amount": 1800}},
    }
    return client.v1.prices.create(cast("PriceCreateParams", params)).id


def paid_in(client: stripe.StripeClient, price: str, currency: str, quantity: int) -> stripe.checkout.Session:
    lines = [{"price": price, "quantity": quantity}]
    params = {"mode": "payment", "success_url": SUCCESS, "currency": currency, "line_items": lines}
    return client.v1.checkout.sessions.create(cast("SessionCreateParams", params))


def test_a_price_is_paid_in_another_of_its_currencies(
    client: stripe.StripeClient, stand_in: Emulator, two_currencies: str
) -> None:
    session = paid_in(client, two_currencies, "eur", 2)
    buy(stand_in, session)
    intent = client.v1.payment_intents.retrieve(str(again(client, session).payment_intent))

    assert (session.currency, session.amount_total) == ("eur", 3600)
    assert (intent.currency, intent.amount_received) == ("eur", 3600)


def test_a_currency_that_a_price_does_not_have_is_refused(client: stripe.StripeClient, two_currencies: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        paid_in(client, two_currencies, "gbp", 1)

    assert refusal.value.param == "currency"


def test_a_phone_number_is_asked_for_where_it_is_wanted(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, phone_number_collection={"enabled": True})
    without = buy(stand_in, session).text
    buy(stand_in, session, phone="+1 201 555 0123")
    details = again(client, session).customer_details
    assert details is not None

    assert 'aria-describedby="phone-fault"' in without
    assert details.phone == "+1 201 555 0123"


def test_what_the_merchant_says_is_on_the_page(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, submit_type="book", custom_text={"submit": {"message": "See you there."}})
    page = stand_in.http.get(page_of(session)).text

    assert "Book $49.00" in page
    assert "See you there." in page


def test_an_expired_order_is_recovered_as_a_new_session(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, after_expiration={"recovery": {"enabled": True}})
    expired = client.v1.checkout.sessions.expire(session.id)
    assert expired.after_expiration is not None
    assert expired.after_expiration.recovery is not None
    url = str(expired.after_expiration.recovery.url)
    new = stand_in.http.get(url).headers["Location"].rpartition("/")[2]
    made = client.v1.checkout.sessions.retrieve(new)

    assert (made.recovered_from, made.status, made.amount_total) == (session.id, "open", 4900)


def test_an_order_cannot_be_recovered_for_ever(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client, after_expiration={"recovery": {"enabled": True}})
    expired = client.v1.checkout.sessions.expire(session.id)
    assert expired.after_expiration is not None
    assert expired.after_expiration.recovery is not None
    stand_in.control.advance_clock(31 * DAY_S)

    assert stand_in.http.get(str(expired.after_expiration.recovery.url)).status_code == 404


def test_a_session_expires_by_itself(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = order(client)
    stand_in.control.advance_clock(DAY_S + 60)

    assert again(client, session).status == "expired"
    assert told(client, session) == ["expired"]


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"shipping_options": [{"shipping_rate": "shr_1"}]}, "shipping_options"),
        ({"shipping_address_collection": {"allowed_countries": ["DE"]}}, "shipping_address_collection"),
        ({"optional_items": [{"price": "price_1", "quantity": 1}]}, "optional_items"),
        (
            {"custom_fields": [{"key": "a", "type": "text", "label": {"type": "custom", "custom": "A"}}]},
            "custom_fields",
        ),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]"),
        ({"tax_id_collection": {"enabled": True}}, "tax_id_collection[enabled]"),
        ({"billing_address_collection": "required"}, "billing_address_collection"),
        ({"ui_mode": "embedded_page"}, "ui_mode"),
        ({"allowed_payment_method_types": ["klarna"]}, "allowed_payment_method_types[0]"),
        ({"subscription_data": {"trial_period_days": 3}}, "subscription_data"),
        ({"setup_intent_data": {"description": "x"}}, "setup_intent_data"),
        ({"payment_intent_data": {"application_fee_amount": 5}}, "payment_intent_data[application_fee_amount]"),
        ({"customer": "cus_nobody"}, "customer"),
    ],
)
def test_what_would_be_ignored_is_refused_by_name(
    client: stripe.StripeClient, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        order(client, **more)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)


@pytest.mark.parametrize(
    "more",
    [
        {"branding_settings": {"display_name": "Kite Shop"}, "locale": "de"},
        {"phone_number_collection": {"enabled": True}},
        {"after_expiration": {"recovery": {"enabled": True}}, "custom_text": {"submit": {"message": "x"}}},
        {"allow_promotion_codes": True, "cancel_url": CANCEL},
    ],
)
def test_the_shape_is_the_declared_one(client: stripe.StripeClient, stand_in: Emulator, more: dict[str, Any]) -> None:
    session = order(client, **more)
    new = stand_in.get(f"/v1/checkout/sessions/{session.id}").json()
    buy(stand_in, session, **GOOD | {"email": "ada@example.com", "phone": "1"})
    done = stand_in.get(f"/v1/checkout/sessions/{session.id}").json()

    assert done["status"] == "complete"
    assert violations(new, stripe.checkout.Session) == []
    assert violations(done, stripe.checkout.Session) == []


def test_the_shape_of_a_setup_session_is_the_declared_one(client: stripe.StripeClient, stand_in: Emulator) -> None:
    session = setup(client)
    new = stand_in.get(f"/v1/checkout/sessions/{session.id}").json()
    buy(stand_in, session)

    assert violations(new, stripe.checkout.Session) == []
    assert violations(stand_in.get(f"/v1/checkout/sessions/{session.id}").json(), stripe.checkout.Session) == []
